"""From a coordinate or a region's code to the region that a fact belongs to."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from geo.assign import OUTSIDE
from ingest.checks import Table
from ingest.registers import Registers
from ingest.rejects import Rejects

Regions = NDArray[np.int64]


def locate(connection: Connection, registers: Registers, table: Table, rejects: Rejects) -> Regions:
    """The leaf region under each coordinate, or the region named where there is none.

    A row with neither, with half a coordinate, or outside the city is told in `rejects`; its region is -1.
    """
    lon, lat = table["lon"], table["lat"]
    given = ~np.isnan(lon) & ~np.isnan(lat)
    regions = registers.regions.numbers(connection, "region", table["region"], rejects)
    half = np.isnan(lon) != np.isnan(lat)
    tell(np.flatnonzero(half), "lon and lat come together", "missing", rejects)
    nowhere = np.isnan(lon) & np.isnan(lat) & np.array([code is None for code in table["region"]], bool)
    tell(np.flatnonzero(nowhere), "a place is missing: lon and lat, or region", "missing", rejects)
    if given.any():
        rows = np.flatnonzero(given)
        regions[rows] = registers.leaves(connection).assign(lon[rows], lat[rows])
        tell(rows[regions[rows] == OUTSIDE], "the coordinate lies outside the city", "outside_city", rejects)
    return regions


def tell(rows: NDArray[Any], text: str, code: str, rejects: Rejects) -> None:
    """Add a place's fault, unless the coordinate itself was already refused."""
    for row in rows:
        known = rejects.reasons.get(int(row), ())
        if not any(reason.field in ("lon", "lat") or reason.code == "not_an_object" for reason in known):
            rejects.add(row, "lon", code, text)
