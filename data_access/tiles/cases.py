"""Open cases as marks: near by where they are, far out the late ones of each region at the place of its name."""

from collections import Counter
from datetime import datetime
from math import cos, radians, sqrt

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.city import City, Region
from data_access.tiles.address import Address
from data_access.tiles.encoding import EXTENT, INSIDE, MARK_PLACE, MARKS, PLACED, crowding, encode, frame
from geo import tiling
from indicators.clocks import DUE_SOON
from indicators.filters import Sieve

REGION_UNITS = 28           # a region of fewer units across is too small for a mark of its own

OPEN_NOW = "f.closed_at IS NULL"
CLOSED_SINCE = "(f.closed_at IS NULL OR f.closed_at > :now)"


def cases(engine: Engine, tile: Address, now: datetime, shown: Sieve) -> bytes:
    """Open cases: properties state (open, due_soon, overdue), n, and for a single one case_id and late (minutes)."""
    return encode(engine, "cases on the map", f"""
        WITH placed AS MATERIALIZED (
            SELECT f.case_id::text AS id, NULL::text AS kind,
                   CASE WHEN f.due_at IS NULL OR f.suspended_at <= :now THEN 0
                        WHEN f.due_at <= :now THEN 2
                        WHEN f.due_at <= :soon THEN 1
                        ELSE 0 END AS rank,
                   (EXTRACT(EPOCH FROM :now - f.due_at) / 60)::int AS late, {PLACED}
              FROM city_case f
             WHERE {shown.condition} AND f.reported_at <= :now AND {INSIDE}), {MARKS}
        SELECT (ARRAY['open', 'due_soon', 'overdue'])[rank + 1] AS state, n,
               CASE WHEN n = 1 THEN id END AS case_id, late, {MARK_PLACE}
          FROM marks ORDER BY rank, n""",
        {**frame(tile), **crowding(tile.z), "now": now, "soon": now + DUE_SOON, **shown.binds}, layer="case")


def late_by_region(engine: Engine, city: City, tile: Address, now: datetime, shown: Sieve, most: int | None = None) -> bytes:
    """Cases past their clock and those due soon, one mark of each a region: properties state, n, region (its code),
    name_zh, name_en.

    The regions are those of the finest level with room for a mark, but no finer than `most`; theirs are the tile's whose
    names stand in it.
    """
    room = gathering_level(city, tile.z)
    placed = named_in(city, room if most is None else min(room, most), tile)
    if not placed:
        return b""
    return encode(engine, "late cases by region", f"""
        WITH late AS (
            SELECT f.region_id, f.due_at <= :now AS over, count(*)::int AS n
              FROM city_case f
             WHERE {shown.condition} AND f.reported_at <= :now AND f.due_at <= :soon
               AND (f.suspended_at IS NULL OR f.suspended_at > :now)
             GROUP BY 1, 2)
        SELECT CASE WHEN over THEN 'overdue' ELSE 'due_soon' END AS state, sum(late.n)::int AS n,
               r.code AS region, r.name_zh, r.name_en, ST_MakePoint(r.tx, r.ty) AS geom
          FROM unnest(CAST(:ids AS int[]), CAST(:codes AS text[]), CAST(:zh AS text[]), CAST(:en AS text[]),
                      CAST(:xs AS float8[]), CAST(:ys AS float8[])) AS r(id, code, name_zh, name_en, tx, ty)
          JOIN region_ancestor up ON up.ancestor_id = r.id
          JOIN late ON late.region_id = up.region_id
         GROUP BY over, r.code, r.name_zh, r.name_en, r.tx, r.ty
         ORDER BY over, n""", {
        "now": now, "soon": now + DUE_SOON, **shown.binds,
        "ids": [region.region_id for region, _ in placed], "codes": [region.code for region, _ in placed],
        "zh": [region.name.zh for region, _ in placed], "en": [region.name.en for region, _ in placed],
        "xs": [round(x * EXTENT) for _, (x, _) in placed], "ys": [round(y * EXTENT) for _, (_, y) in placed],
    }, layer="case")


def gathering_level(city: City, z: int) -> int:
    """The finest level whose regions are wide enough for a mark each at a zoom, were they all alike."""
    area = city.root.area_km2 or 0.0
    middle = 0.0 if city.root.label is None else city.root.label[1]
    km_a_unit = tiling.EARTH_M / 1000 * cos(radians(middle)) / (512 << z)
    counts = Counter(region.level for region in city.regions.values())
    wide = [level for level, count in counts.items() if sqrt(area / count) >= REGION_UNITS * km_a_unit]
    return max(wide, default=0)


def named_in(city: City, level: int, tile: Address) -> list[tuple[Region, tuple[float, float]]]:
    """The regions of a level whose names stand in a tile, each with where: 0 … 1 from the north-west corner."""
    regions = [(region, region.label) for region in city.regions.values() if region.level == level and region.label is not None]
    places = tiling.unit_square(np.array([label for _, label in regions]).reshape(-1, 2)) * (1 << tile.z) - (tile.x, tile.y)
    inside: NDArray[np.bool_] = np.all((places >= 0) & (places < 1), axis=1)
    return [(region, (float(x), float(y))) for (region, _), (x, y), here in zip(regions, places, inside, strict=True) if here]
