"""One device and what it has said."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.trace import TRACE_COLUMNS, Trace, trace
from indicators.hearing import SILENT_INTERVALS, heard, promised
from indicators.text import Text

Health = Literal["ok", "watch", "alarm", "offline"]
PAST = timedelta(days=1)
RAISED_WITHIN = timedelta(days=7)   # how far back the beginning of an alarm is looked for

# The newest word of each device and property at :now; one that has spoken since is looked up, back to :since.
HEARD = """
    (SELECT device_id, property_id, value, observed_at
       FROM latest_observation
      WHERE observed_at <= :now
      UNION ALL
     SELECT l.device_id, l.property_id, earlier.value, earlier.observed_at
       FROM latest_observation l
      CROSS JOIN LATERAL (SELECT o.value, o.observed_at
                            FROM observation o
                           WHERE o.device_id = l.device_id AND o.property_id = l.property_id
                             AND o.observed_at <= :now AND o.observed_at > :since
                           ORDER BY o.observed_at DESC
                           LIMIT 1) AS earlier
      WHERE l.observed_at > :now) AS heard"""


class UnknownDevice(LookupError):
    """No device has this code."""


@dataclass(frozen=True)
class Channel:
    """One property of a device: its newest value and its course."""

    key: str
    name: Text
    unit: str
    value: float
    observed_at: datetime
    watch: float | None
    alarm: float | None
    low_is_bad: bool
    series: tuple[tuple[datetime, float], ...]
    observations: int

    @property
    def health(self) -> Health:
        """Where the newest value stands against its thresholds."""
        sign = -1 if self.low_is_bad else 1
        if self.alarm is not None and sign * self.value >= sign * self.alarm:
            return "alarm"
        if self.watch is not None and sign * self.value >= sign * self.watch:
            return "watch"
        return "ok"


@dataclass(frozen=True)
class DeviceRecord:
    """Everything known of one device."""

    code: str
    name: str
    kind: Text
    region_id: int
    lon: float | None
    lat: float | None
    interval: timedelta
    installed_at: datetime
    enabled: bool
    last_at: datetime | None
    channels: tuple[Channel, ...]
    source_key: str
    source: Text
    simulated: bool
    trace: Trace | None = None  # of the newest thing it said in the span read
    kind_key: str = ""
    stream: str | None = None   # addresses of its own pictures, where it came with any
    snapshot: str | None = None
    promised: timedelta | None = None   # how often who told its last word promises new data

    def online(self, now: datetime) -> bool:
        """Whether it was heard within three of its intervals, or of its source's where they are longer."""
        patience = max(self.interval, self.promised or self.interval)
        return self.last_at is not None and now - self.last_at <= SILENT_INTERVALS * patience

    def health(self, now: datetime) -> Health:
        """The worst of its channels; offline when silent."""
        if not self.online(now):
            return "offline"
        order: tuple[Health, ...] = ("ok", "watch", "alarm")
        return max((channel.health for channel in self.channels), key=order.index, default="ok")


def device(engine: Engine, code: str, now: datetime, span: timedelta = timedelta(hours=24)) -> DeviceRecord:
    """Read one device as it was at `now`, with the last `span` of each of its properties, oldest value first.

    Raises: UnknownDevice; DataUnavailable.
    Source: device, device_picture, latest_observation, observation.
    """
    with reading(engine, "the device") as connection:
        head = connection.execute(sql(f"""
            SELECT d.device_id, d.code, d.name, k.name_zh, k.name_en, d.region_id, ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat,
                   d.interval_s, d.installed_at, d.enabled, d.last_at, s.key, s.name_zh AS source_zh, s.name_en AS source_en,
                   s.simulated, d.kind, a.stream, a.snapshot, {promised('d', 'd.last_at')} AS promised
              FROM device d JOIN device_kind k USING (kind) JOIN source s USING (source_id)
              LEFT JOIN device_picture a USING (device_id)
             WHERE d.code = :code"""), {"code": code}).first()
        if head is None:
            raise UnknownDevice(code)
        latest = connection.execute(sql("""
            SELECT p.property_id, p.key, p.name_zh, p.name_en, p.unit, p.watch, p.alarm, p.low_is_bad, l.value, l.observed_at
              FROM latest_observation l JOIN property p USING (property_id)
             WHERE l.device_id = :device ORDER BY p.property_id"""), {"device": head.device_id}).all()
        course = connection.execute(sql("""
            SELECT property_id, observed_at, value FROM observation
             WHERE device_id = :device AND observed_at > :since AND observed_at <= :now
             ORDER BY property_id, observed_at"""), {"device": head.device_id, "since": now - span, "now": now}).all()
        spoken = connection.execute(sql(f"""
            SELECT {TRACE_COLUMNS}, o.row_no
              FROM observation o JOIN batch b USING (batch_id) JOIN source s ON s.source_id = b.source_id
             WHERE o.device_id = :device AND o.observed_at > :since AND o.observed_at <= :now
             ORDER BY o.observed_at DESC LIMIT 1"""), {"device": head.device_id, "since": now - span, "now": now}).first()
    series: dict[int, list[tuple[datetime, float]]] = {}
    for row in course:
        series.setdefault(row.property_id, []).append((row.observed_at, row.value))
    newest = {p.property_id: series.get(p.property_id, [(p.observed_at, p.value)])[-1] for p in latest}
    known = [p for p in latest if newest[p.property_id][0] <= now]
    last_at = head.last_at if head.last_at is None or head.last_at <= now else max(
        (newest[p.property_id][0] for p in known), default=None)
    return DeviceRecord(
        code=head.code, name=head.name, kind=Text(head.name_zh, head.name_en), region_id=head.region_id,
        lon=head.lon, lat=head.lat, interval=timedelta(seconds=head.interval_s), installed_at=head.installed_at,
        enabled=head.enabled, last_at=last_at,
        channels=tuple(Channel(p.key, Text(p.name_zh, p.name_en), p.unit, newest[p.property_id][1], newest[p.property_id][0],
                               p.watch, p.alarm, p.low_is_bad, tuple(series.get(p.property_id, ())),
                               len(series.get(p.property_id, ())))
                       for p in known),
        source_key=head.key, source=Text(head.source_zh, head.source_en), simulated=head.simulated,
        trace=None if spoken is None else trace(spoken), kind_key=head.kind, stream=head.stream, snapshot=head.snapshot,
        promised=None if head.promised is None else timedelta(seconds=head.promised),
    )


@dataclass(frozen=True)
class Alarm:
    """A device whose newest value is beyond its alarm threshold."""

    device_code: str
    device_name: str
    kind: Text
    property: Text
    unit: str
    value: float
    threshold: float
    observed_at: datetime
    region_id: int
    lon: float | None
    lat: float | None
    simulated: bool


def alarms(engine: Engine, region_id: int, now: datetime, limit: int) -> tuple[Alarm, ...]:
    """The devices online and in alarm at `now`, the furthest beyond their threshold first. Raises: DataUnavailable."""
    with reading(engine, "alarms") as connection:
        rows = connection.execute(sql(f"""
            SELECT d.code, d.name, k.name_zh AS kind_zh, k.name_en AS kind_en, p.name_zh, p.name_en, p.unit, heard.value, p.alarm,
                   heard.observed_at, d.region_id, ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat, s.simulated
              FROM {HEARD}
              JOIN property p USING (property_id)
              JOIN device d USING (device_id)
              JOIN device_kind k USING (kind)
              JOIN source s USING (source_id)
             WHERE p.alarm IS NOT NULL AND d.enabled
               AND CASE WHEN p.low_is_bad THEN heard.value <= p.alarm ELSE heard.value >= p.alarm END
               AND {heard('d', 'heard.observed_at', ':now')}
               AND d.region_id IN (SELECT region_id FROM region_ancestor WHERE ancestor_id = :region)
             ORDER BY abs(heard.value - p.alarm) / greatest(abs(p.alarm), 1e-9) DESC, d.code
             LIMIT :limit"""), {"now": now, "region": region_id, "limit": limit, "since": now - PAST}).all()
    return tuple(Alarm(r.code, r.name, Text(r.kind_zh, r.kind_en), Text(r.name_zh, r.name_en), r.unit, r.value, r.alarm,
                       r.observed_at, r.region_id, r.lon, r.lat, r.simulated) for r in rows)


def raised(engine: Engine, codes: Collection[str], now: datetime) -> dict[str, datetime]:
    """Since when these devices have been in alarm without a break; a week ago at the longest.

    Returns: by code the first of the readings beyond a threshold that nothing else has followed; who is not in alarm is left out.
    Raises: DataUnavailable.
    Source: observation.
    """
    if not codes:
        return {}
    with reading(engine, "how long alarms last") as connection:
        rows = connection.execute(sql("""
            WITH spoken AS (
                SELECT d.code, o.property_id, o.observed_at,
                       CASE WHEN p.low_is_bad THEN o.value <= p.alarm ELSE o.value >= p.alarm END AS beyond
                  FROM device d
                  JOIN observation o USING (device_id)
                  JOIN property p USING (property_id)
                 WHERE d.code = ANY(:codes) AND p.alarm IS NOT NULL AND o.observed_at > :since AND o.observed_at <= :now
            ), calm AS (
                SELECT code, property_id, max(observed_at) AS last_at FROM spoken WHERE NOT beyond GROUP BY code, property_id
            )
            SELECT code, min(observed_at) AS since
              FROM spoken LEFT JOIN calm USING (code, property_id)
             WHERE beyond AND (last_at IS NULL OR observed_at > last_at)
             GROUP BY code"""), {"codes": sorted(codes), "since": now - RAISED_WITHIN, "now": now}).all()
    return {row.code: row.since for row in rows}
