"""Vehicles as marks: all of them near by, one of each small square farther out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.tiles.address import Address
from data_access.tiles.encoding import NEAR, encode
from data_access.vehicles import STATES, Fleet

VEHICLE_CELLS = ((NEAR, 32), (NEAR + 2, 48))    # below these zooms a square across a tile by so many holds one vehicle


def vehicle_marks(engine: Engine, every: Fleet, tile: Address) -> bytes:
    """Vehicles: properties id, state (stale, running, late), line, headsign, bearing, delay (seconds), at (epoch), and n.

    Near by all of them; farther out one of each small square, which says only how it stands and how many are there.
    """
    here = every.within(tile.z, tile.x, tile.y)
    cells = next((cells for zoom, cells in VEHICLE_CELLS if tile.z < zoom), None)
    shown, n = (here, np.ones(len(here.ids), np.int64)) if cells is None else here.thinned(cells)
    return encode(engine, "vehicles on the map", """
        SELECT v.state, v.n, v.id, v.line, v.headsign, v.bearing, v.delay, v.at,
               ST_MakePoint(round(v.tx * :extent), round(v.ty * :extent)) AS geom
          FROM unnest(CAST(:states AS text[]), CAST(:n AS int[]), CAST(:ids AS text[]), CAST(:lines AS text[]),
                      CAST(:headsigns AS text[]), CAST(:bearings AS int[]), CAST(:delays AS int[]), CAST(:at AS bigint[]),
                      CAST(:xs AS float8[]), CAST(:ys AS float8[])) AS v(state, n, id, line, headsign, bearing, delay, at, tx, ty)
         ORDER BY v.at""", {
        "states": [STATES[one] for one in shown.states], "n": n.tolist(), "xs": shown.places[:, 0].tolist(),
        "ys": shown.places[:, 1].tolist(), "ids": named(shown.ids, n), "lines": named(shown.lines, n),
        "headsigns": named(shown.headsigns, n), "bearings": named(shown.bearings, n), "delays": named(shown.delays, n),
        "at": named(shown.instants, n)}, layer="vehicle")


def named(values: NDArray[Any], n: NDArray[np.int64]) -> list[Any]:
    """What a mark says of itself: nothing where it stands for several."""
    return [value if alone == 1 else None for value, alone in zip(values.tolist(), n.tolist(), strict=True)]
