"""What a tile's statement is made of, and its rows as vector tiles.

Marks that would overlap at a tile's zoom are drawn as one with a count, where the worst of them is. Far out
only the exceptions are drawn. Points lie in exactly one tile, so the counts of all tiles add up.
"""

from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.tiles.address import Address
from geo import tiling

NEAR = 12                   # from here cases and devices stand where they are, and all of them are drawn
CROWDED_CELLS = 8           # squares across a tile in which far out all of a rank are one mark
EXTENT = 4096

# Where a point lies in the unit square of Web Mercator; plain arithmetic is ten times faster than ST_Transform.
COLUMN = "((ST_X(f.geom) + 180) / 360)"
ROW = "((1 - asinh(tan(radians(ST_Y(f.geom)))) / pi()) / 2)"
PLACED = f"{COLUMN} * :count - :x AS tx, {ROW} * :count - :y AS ty"
INSIDE = "f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
ONE_TILE = "tx >= 0 AND tx < 1 AND ty >= 0 AND ty < 1"

# Points of one rank in one square become one mark, which stands at the place of the worst of them: the greatest
# array is that of the latest. Far out a square shows its worst rank alone.
MARKS = f"""
    squares AS (
        SELECT rank, floor(tx * :cells) AS cx, floor(ty * :cells) AS cy, count(*)::int AS n,
               min(id) AS id, min(kind) AS kind, max(late) AS late,
               max(ARRAY[coalesce(late, 0)::double precision, tx, ty]) AS at
          FROM placed WHERE {ONE_TILE} AND rank >= :lowest GROUP BY 1, 2, 3),
    ranked AS (SELECT *, max(rank) OVER (PARTITION BY cx, cy) AS worst FROM squares),
    marks AS (SELECT rank, n, id, kind, late, at[2] AS tx, at[3] AS ty FROM ranked WHERE :every OR rank = worst)"""
MARK_PLACE = "ST_MakePoint(round(tx * :extent), round(ty * :extent)) AS geom"


def crowding(z: int) -> dict[str, object]:
    """How many squares a tile's marks are gathered in, which ranks are drawn, and whether every rank keeps its mark."""
    return {"cells": CROWDED_CELLS if z < 13 else 16 if z < 14 else 32, "lowest": 0, "every": z >= 13}


def frame(tile: Address) -> dict[str, object]:
    """What a statement needs to know of its tile."""
    west, south, east, north = tiling.bounds(tile.z, tile.x, tile.y)
    return {"count": 1 << tile.z, "x": tile.x, "y": tile.y, "west": west, "south": south, "east": east, "north": north}


def encode(engine: Engine, what: str, statement: str, parameters: dict[str, object], *, layer: str,
           identity: str | None = None) -> bytes:
    """Run a statement of this module's own and encode its rows as one layer; empty without rows."""
    named = ", 'id'" if identity else ""
    with reading(engine, what) as connection:
        tile = connection.execute(
            sql(f"SELECT ST_AsMVT(mark, :layer, :extent, 'geom'{named}) FROM ({statement}) AS mark WHERE geom IS NOT NULL"),
            {"extent": EXTENT, "layer": layer, **parameters}).scalar_one()
    return bytes(tile or b"")
