"""Public warnings in force, and where they hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.trace import TRACE_COLUMNS, Trace, trace
from indicators.text import Text


@dataclass(frozen=True)
class Warning:
    """One warning; it holds for its region and all below, or for its area in it.

    `infos` is what it says in each language, as far as it came so; `area` whether it has one of its own.
    """

    external_id: str
    event: Text
    severity: str
    headline: Text
    sent_at: datetime
    onset_at: datetime
    expires_at: datetime
    region_id: int
    simulated: bool
    trace: Trace | None = None
    sender: str | None = None
    signature: str | None = None
    infos: tuple[dict[str, Any], ...] = ()
    area: bool = False


@dataclass(frozen=True)
class Drawn:
    """A warning's own area on the map, as GeoJSON."""

    external_id: str
    severity: str
    headline: Text
    expires_at: datetime
    geometry: dict[str, Any]


IN_FORCE = """
             WHERE w.sent_at <= :now AND w.expires_at > :now AND (w.ended_at IS NULL OR w.ended_at > :now)
               AND (w.region_id IN (SELECT ancestor_id FROM region_ancestor WHERE region_id = :region)
                    OR w.region_id IN (SELECT region_id FROM region_ancestor WHERE ancestor_id = :region))
               AND (w.area IS NULL OR EXISTS (
                    SELECT 1 FROM region r
                     WHERE r.region_id = :region
                       AND (r.geom IS NULL OR ST_Intersects(r.geom, w.area) AND NOT ST_Touches(r.geom, w.area))))
             ORDER BY array_position(ARRAY['extreme', 'severe', 'moderate', 'minor', 'unknown'], w.severity), w.sent_at DESC"""
MOST_AREAS = 50
FINE = 1000         # of an area's width: finer bends are not drawn


def active(engine: Engine, region_id: int, now: datetime) -> tuple[Warning, ...]:
    """The warnings in force for a region: on it, above it or below it, if their area touches it; the most severe first.

    Raises: DataUnavailable. Source: warning.
    """
    with reading(engine, "warnings") as connection:
        rows = connection.execute(sql(f"""
            SELECT w.external_id, w.event_zh, w.event_en, w.severity, w.headline_zh, w.headline_en, w.sent_at, w.onset_at,
                   w.expires_at, w.region_id, w.row_no, w.sender, w.signature, w.infos, w.area IS NOT NULL AS drawn,
                   {TRACE_COLUMNS}
              FROM warning w JOIN source s USING (source_id) JOIN batch b USING (batch_id) {IN_FORCE}"""),
            {"region": region_id, "now": now}).all()
    return tuple(Warning(r.external_id, Text(r.event_zh, r.event_en), r.severity, Text(r.headline_zh, r.headline_en),
                         r.sent_at, r.onset_at, r.expires_at, r.region_id, r.simulated, trace(r), r.sender, r.signature,
                         tuple(one for one in r.infos or () if isinstance(one, dict)), r.drawn) for r in rows)


def areas(engine: Engine, region_id: int, now: datetime) -> tuple[Drawn, ...]:
    """The areas of those of them that have one, the most severe first. Raises: DataUnavailable. Source: warning."""
    with reading(engine, "areas of warnings") as connection:
        rows = connection.execute(sql(f"""
            SELECT w.external_id, w.severity, w.headline_zh, w.headline_en, w.expires_at,
                   ST_AsGeoJSON(ST_SimplifyPreserveTopology(
                       w.area, (ST_XMax(w.area) - ST_XMin(w.area)) / :fine), 5)::json AS geometry
              FROM (SELECT * FROM warning WHERE area IS NOT NULL) w {IN_FORCE}
             LIMIT :most"""), {"region": region_id, "now": now, "most": MOST_AREAS, "fine": FINE}).all()
    return tuple(Drawn(r.external_id, r.severity, Text(r.headline_zh, r.headline_en), r.expires_at, r.geometry) for r in rows)
