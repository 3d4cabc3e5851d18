"""How densely open cases and lots lie: counts by square far out, cases by finer squares and lots one by one near by."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.tiles.address import POINT_ZOOMS, Address
from data_access.tiles.encoding import COLUMN, EXTENT, INSIDE, MARK_PLACE, NEAR, ONE_TILE, PLACED, ROW, encode, frame
from geo import tiling
from indicators.filters import Sieve

DENSITY_CELLS = 64
FINE_LOTS = 15              # from here every lot is its own point


def warmth(engine: Engine, now: datetime, shown: Sieve) -> tiling.Pyramid:
    """Open cases over the finest grid that heat needs far out: reading it once is what one tile of the city costs."""
    return cells(engine, "where open cases lie", NEAR - 1, "city_case", f"{shown.condition} AND f.reported_at <= :now",
                 {"now": now, **shown.binds})


def lot_cells(engine: Engine) -> tiling.Pyramid:
    """Lots over the finest grid that their density needs."""
    return cells(engine, "lots", FINE_LOTS - 1, "place", "f.kind = 'lot'", {})


def cells(engine: Engine, what: str, z: int, table: str, condition: str, binds: Mapping[str, object]) -> tiling.Pyramid:
    """Count a table's points in the squares of all tiles of a zoom, for that zoom and those farther out."""
    zoom = z + DENSITY_CELLS.bit_length() - 1
    with reading(engine, what) as connection:
        rows = connection.execute(sql(f"""
            SELECT floor({COLUMN} * :count)::bigint, floor({ROW} * :count)::bigint, count(*)
              FROM {table} f WHERE {condition} AND f.geom IS NOT NULL
             GROUP BY 1, 2 ORDER BY 2, 1"""), {"count": 1 << zoom, **binds}).all()
    column, row, n = (np.array([line[at] for line in rows], dtype=np.int64) for at in range(3))
    return tiling.Pyramid(zoom, column, row, n)


def squares(engine: Engine, pyramid: tiling.Pyramid, tile: Address, what: str, layer: str) -> bytes:
    """A tile's counts by square (property n), each at its middle."""
    column, row, n = pyramid.tile(tile.z, tile.x, tile.y, DENSITY_CELLS)
    return encode(engine, what, """
        SELECT n, ST_MakePoint((c + 0.5) * :width, (r + 0.5) * :width) AS geom
          FROM unnest(CAST(:columns AS int[]), CAST(:rows AS int[]), CAST(:counts AS int[])) AS cell(c, r, n)""", {
        "width": EXTENT / DENSITY_CELLS, "columns": column.tolist(), "rows": row.tolist(), "counts": n.tolist()}, layer=layer)


def heat(engine: Engine, tile: Address, now: datetime, shown: Sieve) -> bytes:
    """Where open cases lie, in fine squares: property n, each at the middle of its cases."""
    return encode(engine, "where open cases lie", f"""
        WITH placed AS MATERIALIZED (
            SELECT {PLACED} FROM city_case f WHERE {shown.condition} AND f.reported_at <= :now AND {INSIDE})
        SELECT count(*)::int AS n, ST_MakePoint(round(avg(tx) * :extent), round(avg(ty) * :extent)) AS geom
          FROM placed WHERE {ONE_TILE} GROUP BY floor(tx * :cells), floor(ty * :cells)""",
        {**frame(tile), "cells": DENSITY_CELLS, "now": now, **shown.binds}, layer="heat")


def single_lots(engine: Engine, tile: Address) -> bytes:
    """Every lot of a tile; its number only where lots are far enough apart to be pointed at."""
    return encode(engine, "lots", f"""
        WITH placed AS MATERIALIZED (SELECT f.place_id::text AS id, {PLACED} FROM place f WHERE f.kind = 'lot' AND {INSIDE})
        SELECT 1 AS n, CASE WHEN :named THEN id END AS id, {MARK_PLACE}
          FROM placed WHERE {ONE_TILE}""", {**frame(tile), "named": tile.z >= POINT_ZOOMS["lot"][1]}, layer="lot")
