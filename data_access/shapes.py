"""The outlines of all regions of a level within a region, for a light map."""

from dataclasses import dataclass

import shapely
from sqlalchemy import Engine

from data_access.engine import reading, sql
from geo.outlines import Outline, drawing

WIDTH, MOST_HIGH = 392.0, 420.0   # units of the frame


@dataclass(frozen=True)
class Shapes:
    """A frame in units, and in it each region's outline, by its number; empty where no shapes are known."""

    width: float
    height: float
    outlines: dict[int, Outline]


NONE = Shapes(WIDTH, 0.0, {})


def shapes(engine: Engine, region_id: int, level: int) -> Shapes:
    """Draw the regions of a level within a region.

    Raises: DataUnavailable.
    Source: region.
    """
    with reading(engine, "the outlines of regions") as connection:
        rows = connection.execute(sql("""
            SELECT r.region_id, ST_AsBinary(r.geom) AS geom
              FROM region r JOIN region_ancestor a ON a.region_id = r.region_id
             WHERE a.ancestor_id = :region AND r.level = :level AND r.geom IS NOT NULL AND NOT ST_IsEmpty(r.geom)
             ORDER BY r.region_id"""), {"region": region_id, "level": level}).all()
    if not rows:
        return NONE
    drawn = drawing(shapely.from_wkb([bytes(row.geom) for row in rows]), WIDTH, MOST_HIGH)
    return Shapes(drawn.width, drawn.height, {row.region_id: one for row, one in zip(rows, drawn.outlines, strict=True)})
