"""What needs action now in a region, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine

from data_access import devices, sources, warnings
from data_access.city import City, Region
from data_access.engine import reading, sql
from indicators.text import Text

Kind = Literal["warning", "overdue", "alarm", "source"]
GRAVE = ("extreme", "severe")


@dataclass(frozen=True)
class Overdue:
    """The cases of one region past their clock."""

    region_id: int
    count: int
    longest: timedelta


@dataclass(frozen=True)
class Attention:
    """One thing that needs somebody: what, where, since when."""

    kind: Kind
    region_id: int | None
    since: datetime
    count: int = 1
    warning: warnings.Warning | None = None
    alarm: devices.Alarm | None = None
    source: Text | None = None
    lon: float | None = None
    lat: float | None = None
    simulated: bool = False


def attention(engine: Engine, city: City, region: Region, now: datetime) -> tuple[Attention, ...]:
    """Grave warnings, then the children with overdue cases, devices in alarm and dead sources, by urgency.

    Raises: DataUnavailable.
    Source: warning, city_case, latest_observation, feed.
    """
    items = [
        Attention("warning", w.region_id, w.onset_at, warning=w, simulated=w.simulated)
        for w in warnings.active(engine, region.region_id, now) if w.severity in GRAVE
    ]
    items += [
        Attention("alarm", a.region_id, a.observed_at, alarm=a, lon=a.lon, lat=a.lat, simulated=a.simulated)
        for a in devices.alarms(engine, region.region_id, now, limit=20)
    ]
    items += [
        Attention("source", None, source.last_received_at, source=source.name, simulated=source.simulated)
        for source in sources.sources(engine) if source.state(now) == "dead" and source.last_received_at
    ]
    late = overdue(engine, city, region, now)
    items += [Attention("overdue", o.region_id, now - o.longest, count=o.count, simulated=s) for o, s in late[:5]]
    urgency = {"warning": 0, "source": 1, "alarm": 2, "overdue": 3}
    return tuple(sorted(items, key=lambda item: (urgency[item.kind], item.since)))


def overdue(engine: Engine, city: City, region: Region, now: datetime) -> list[tuple[Overdue, bool]]:
    """Overdue cases by child region (or the region itself at the leaf), most first, and whether simulated."""
    level = min(region.level + 1, len(city.levels) - 1)
    with reading(engine, "overdue cases") as connection:
        rows = connection.execute(sql("""
            SELECT up.ancestor_id, count(*) AS n, min(f.due_at) AS first_due, bool_or(s.simulated) AS simulated
              FROM city_case f
              JOIN source s USING (source_id)
              JOIN region_ancestor up ON up.region_id = f.region_id AND up.level = :level
              JOIN region_ancestor here ON here.region_id = f.region_id AND here.ancestor_id = :region
             WHERE f.closed_at IS NULL AND f.suspended_at IS NULL AND f.due_at <= :now
             GROUP BY up.ancestor_id ORDER BY n DESC"""),
            {"level": level, "region": region.region_id, "now": now}).all()
    return [(Overdue(r.ancestor_id, r.n, now - r.first_due), r.simulated) for r in rows]
