"""What has an outline: regions, and the footprints of buildings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.city import City, Region
from data_access.engine import reading, sql
from data_access.tiles.address import Address
from data_access.tiles.encoding import INSIDE, encode, frame
from geo import tiling

REGION_EXTENT = 2048        # a quarter of a unit is fine enough for borders
REGION_BUFFER = 32
BUILDING_BYTES = 70_000     # of one tile's buildings, at most
FEATURE_BYTES, CORNER_BYTES = 32, 4     # what a building costs in a tile
PIXEL = 4                   # units of REGION_EXTENT: smaller footprints are not drawn, nor finer bends


@dataclass(frozen=True)
class Outlines:
    """The regions of a level with their shapes at a zoom (Web Mercator, metres), and a tree to find them by."""

    regions: Sequence[Region]
    shapes: NDArray[np.object_]
    tree: shapely.STRtree


def outlines(engine: Engine, city: City, level: int, zoom: int) -> Outlines:
    """Read and simplify the regions of a level. Raises: DataUnavailable."""
    with reading(engine, f"regions of level {level}") as connection:
        rows = connection.execute(sql("""
            SELECT region_id, ST_AsBinary(geom) FROM region
             WHERE level = :level AND NOT ST_IsEmpty(geom) ORDER BY region_id"""), {"level": level}).all()
    known = [row for row in rows if row[0] in city.regions]
    shapes = tiling.simplified(shapely.from_wkb([bytes(row[1]) for row in known]), zoom)
    return Outlines([city.regions[row[0]] for row in known], shapes, shapely.STRtree(shapes))


def regions(engine: Engine, drawn: Outlines, tile: Address) -> bytes:
    """The regions of a level: id the region's, properties code, name_zh, name_en."""
    found = sorted(drawn.tree.query(shapely.box(*envelope_metres(tile))))
    picked = [drawn.regions[at] for at in found]
    return encode(engine, "regions on the map", """
        SELECT s.id, s.code, s.name_zh, s.name_en,
               ST_AsMVTGeom(ST_GeomFromWKB(s.shape, 3857), ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true) AS geom
          FROM unnest(CAST(:ids AS int[]), CAST(:codes AS text[]), CAST(:zh AS text[]), CAST(:en AS text[]),
                      CAST(:shapes AS bytea[])) AS s(id, code, name_zh, name_en, shape)""", {
        "z": tile.z, "x": tile.x, "y": tile.y, "extent": REGION_EXTENT, "buffer": REGION_BUFFER,
        "ids": [region.region_id for region in picked], "codes": [region.code for region in picked],
        "zh": [region.name.zh for region in picked], "en": [region.name.en for region in picked],
        "shapes": [shapely.to_wkb(drawn.shapes[at]) for at in found],
    }, layer="region", identity="id")


def buildings(engine: Engine, tile: Address) -> bytes:
    """Footprints with their height in metres; where there is no room for all, the largest stand."""
    unit_m = tiling.EARTH_M / (1 << tile.z) / REGION_EXTENT
    return encode(engine, "buildings", f"""
        WITH near AS MATERIALIZED (
            SELECT f.building_id, f.height_m, ST_Transform(f.geom, 3857) AS shape FROM building f WHERE {INSIDE}),
        drawn AS (
            SELECT building_id, height_m, ST_Area(shape) AS area,
                   ST_AsMVTGeom(ST_SimplifyPreserveTopology(shape, :finest), ST_TileEnvelope(:z, :x, :y), :extent, :buffer, true)
                   AS geom
              FROM near WHERE ST_Area(shape) >= :least),
        weighed AS (
            SELECT *, sum(CAST(:feature AS int) + CAST(:corner AS int) * ST_NPoints(geom))
                      OVER (ORDER BY area * height_m DESC, building_id) AS bytes
              FROM drawn WHERE geom IS NOT NULL)
        SELECT round(height_m::numeric, 1)::float8 AS height, geom FROM weighed WHERE bytes <= :most""", {
        **frame(tile), "z": tile.z, "extent": REGION_EXTENT, "buffer": REGION_BUFFER, "finest": unit_m,
        "least": (PIXEL * unit_m) ** 2, "feature": FEATURE_BYTES, "corner": CORNER_BYTES, "most": BUILDING_BYTES},
        layer="building")


def envelope_metres(tile: Address) -> tuple[float, float, float, float]:
    """A tile's edges with its buffer, in EPSG:3857."""
    width = tiling.EARTH_M / (1 << tile.z)
    west, north = tile.x * width - tiling.EARTH_M / 2, tiling.EARTH_M / 2 - tile.y * width
    buffer = width * REGION_BUFFER / REGION_EXTENT
    return west - buffer, north - width - buffer, west + width + buffer, north + buffer
