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
    """Read the weather; None when no station was heard. Raises: DataUnavailable. Source: latest_observation."""
    with reading(engine, "the weather") as connection:
        rows = connection.execute(sql("""
            SELECT p.key, l.value, l.observed_at, l.device_id, s.simulated
              FROM latest_observation l
              JOIN property p USING (property_id)
              JOIN device d USING (device_id)
              JOIN source s USING (source_id)
             WHERE d.kind = 'weather' AND p.key = ANY(:properties) AND l.observed_at > :since AND l.observed_at <= :now
             ORDER BY l.observed_at"""),
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
