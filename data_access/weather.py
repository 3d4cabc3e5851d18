"""The weather now, from the city's own stations."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from data_access.engine import reading, sql

FRESH = timedelta(hours=2)
PROPERTIES = ("temperature", "humidity", "wind_speed", "wind_direction", "pressure", "precipitation")


@dataclass(frozen=True)
class Weather:
    """Means over the stations heard within two hours; the wind's direction is the newest station's."""

    temperature_c: float | None
    humidity_pct: float | None
    wind_speed_ms: float | None
    wind_direction_deg: float | None
    precipitation_mm: float | None
    stations: int
    observed_at: datetime
    simulated: bool


def weather(engine: Engine, now: datetime) -> Weather | None:
    """Read the weather at an instant; None when no station was heard. Raises: DataUnavailable. Source: observation."""
    with reading(engine, "the weather") as connection:
        rows = connection.execute(sql("""
            SELECT p.key, heard.value, heard.observed_at, heard.device_id, s.simulated
              FROM (SELECT DISTINCT ON (o.device_id, o.property_id) o.device_id, o.property_id, o.value, o.observed_at
                      FROM device station JOIN observation o USING (device_id)
                     WHERE station.kind = 'weather' AND o.observed_at > :since AND o.observed_at <= :now
                     ORDER BY o.device_id, o.property_id, o.observed_at DESC) AS heard
              JOIN property p USING (property_id)
              JOIN device d USING (device_id)
              JOIN source s USING (source_id)
             WHERE p.key = ANY(:properties)
             ORDER BY heard.observed_at"""),
            {"properties": list(PROPERTIES), "since": now - FRESH, "now": now}).all()
    if not rows:
        return None
    values: dict[str, list[float]] = {}
    for row in rows:
        values.setdefault(row.key, []).append(row.value)

    def mean(key: str) -> float | None:
        found = values.get(key)
        return sum(found) / len(found) if found else None

    return Weather(
        temperature_c=mean("temperature"), humidity_pct=mean("humidity"), wind_speed_ms=mean("wind_speed"),
        wind_direction_deg=values["wind_direction"][-1] if values.get("wind_direction") else None,
        precipitation_mm=mean("precipitation"), stations=len({row.device_id for row in rows}),
        observed_at=rows[-1].observed_at, simulated=any(row.simulated for row in rows),
    )
