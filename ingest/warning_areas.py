"""Where a warning holds: the region that it names, or the smallest one that holds its area or all of its regions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from geo.boundaries import mended
from ingest.batch import Batch
from ingest.checks import shown
from ingest.mapping.points import Shapes, shapes_of
from ingest.rejects import SKIPPED

HELD = 0.999        # of an area: less beyond a border is how precisely was drawn

ROOT = """
    SELECT region_id, geom IS NOT NULL AS drawn, ST_Area(ST_Intersection(geom, ST_GeomFromWKB(:area, 4326))) > 0 AS met
      FROM region WHERE parent_id IS NULL"""
BELOW = """
    WITH inside AS (
        SELECT ST_Intersection(r.geom, ST_GeomFromWKB(:area, 4326)) AS geom FROM region r WHERE r.parent_id IS NULL)
    SELECT c.region_id
      FROM region c, inside i
     WHERE c.parent_id = :region AND c.geom && i.geom AND ST_Area(c.geom) >= :held * ST_Area(i.geom)
       AND ST_Area(ST_Intersection(c.geom, i.geom)) >= :held * ST_Area(i.geom)
     ORDER BY ST_Area(c.geom) LIMIT 1"""
COMMON = """
    SELECT ancestor_id FROM region_ancestor WHERE region_id = ANY(:regions)
     GROUP BY ancestor_id, level HAVING count(*) = :count ORDER BY level DESC LIMIT 1"""
UNION = "SELECT ST_AsBinary(ST_Multi(ST_Union(geom))) FROM region WHERE region_id = ANY(:regions) AND geom IS NOT NULL"


@dataclass(frozen=True)
class Places:
    """The region of each warning, -1 where there is none; and its area, None where it holds in all of the region."""

    regions: NDArray[np.int64]
    areas: Shapes


def locate(batch: Batch) -> Places:
    """Where each warning holds: as `region` says; else from `area`, else from `regions`. A row without any is refused."""
    regions = batch.registers.regions.numbers(batch.connection, "region", batch.table["region"], batch.rejects)
    shapes = areas(batch)
    for row in batch.good():
        if pd.isna(batch.table["region"][row]):
            regions[row], shapes[row] = found(batch, row, shapes[row])
    return Places(regions, shapes)


def found(batch: Batch, row: np.int64, area: Any) -> tuple[int, Any]:
    """The region and the area of one warning that names no single region."""
    several = batch.table["regions"][row]
    if area is not None:
        return holding(batch, row, area), area
    if several:
        return common(batch, row, several)
    batch.rejects.add(row, "region", "missing", "a place is missing: area, regions or region")
    return -1, None


def areas(batch: Batch) -> Shapes:
    """The areas as valid multipolygons, None where there is none; what is no area is refused, what was mended is marked."""
    texts = batch.table["area"]
    read, _ = shapes_of(pa.array(texts, pa.string(), from_pandas=True))
    bounds = np.abs(shapely.bounds(read))
    read[~((bounds[:, 0::2] <= 180) & (bounds[:, 1::2] <= 90)).all(axis=1)] = None
    made = mended(shapely.force_2d(read))
    told = np.array([text is not None for text in texts], bool)
    nothing = np.array([shape is None for shape in made.shapes], bool)
    batch.rejects.add_all(np.flatnonzero(told & nothing), "area", "type",
                          "area is none: a polygon in degrees was expected, as WKT, WKB in hex or GeoJSON")
    batch.marks.add_all(made.invalid, "area", "invalid", "the area crosses itself; it was made valid")
    return made.shapes


def holding(batch: Batch, row: np.int64, area: Any) -> int:
    """The smallest region that holds an area, as far as it lies in the city; a row without any is refused."""
    asked = {"area": shapely.to_wkb(area), "held": HELD}
    root = batch.connection.execute(sql(ROOT), asked).one()
    if not root.drawn:
        batch.rejects.add(row, "region", "missing", "no region of this city is drawn, so a region must be named")
        return -1
    if not root.met:
        batch.rejects.add(row, "area", SKIPPED, "the warning's area lies wholly outside the city, so it is no business of it")
        return -1
    at = root.region_id
    while True:
        below = batch.connection.execute(sql(BELOW), asked | {"region": at}).scalar()
        if below is None:
            return int(at)
        at = below


def common(batch: Batch, row: np.int64, codes: list[Any]) -> tuple[int, Any]:
    """The smallest region above several, and what they cover together; unknown codes are told."""
    wrong = [code for code in codes if not isinstance(code, str)]
    there = batch.registers.regions.find(batch.connection, {code for code in codes if isinstance(code, str)})
    wrong += [code for code in codes if isinstance(code, str) and code not in there]
    if wrong:
        batch.rejects.add(row, "regions", "unknown_region", f"there is no region {shown(wrong[0])}")
        return -1, None
    numbers = [known.number for known in there.values()]
    region = batch.connection.execute(sql(COMMON), {"regions": numbers, "count": len(numbers)}).scalar_one()
    return int(region), united(batch.connection, numbers) if region not in numbers else None


def united(connection: Connection, regions: list[int]) -> Any:
    """What some regions cover together; None where none of them is drawn."""
    made = connection.execute(sql(UNION), {"regions": regions}).scalar()
    return None if made is None else shapely.from_wkb(bytes(made))
