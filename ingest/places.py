"""From a coordinate or a region's code to the region that a fact belongs to."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.assign import OUTSIDE
from geo.nearest import nearest
from ingest.batch import Batch
from ingest.rejects import Rejects

Regions = NDArray[np.int64]


def locate(batch: Batch) -> Regions:
    """The leaf region under each coordinate, or the region named where there is none.

    A row with neither, with half a coordinate, or outside the city is refused; its region is -1. One that is
    near enough to a region goes there, marked.
    """
    table, rejects = batch.table, batch.rejects
    lon, lat = table["lon"], table["lat"]
    regions = batch.registers.regions.numbers(batch.connection, "region", table["region"], rejects)
    half = np.isnan(lon) != np.isnan(lat)
    tell(np.flatnonzero(half), "lon and lat come together", "missing", rejects)
    nowhere = np.isnan(lon) & np.isnan(lat) & pd.isna(table["region"])
    tell(np.flatnonzero(nowhere), "a place is missing: lon and lat, or region", "missing", rejects)
    rows = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat))
    if len(rows):
        assign(batch, rows, regions)
    batch.fate.regions[:] = regions
    return regions


def assign(batch: Batch, rows: NDArray[np.int64], regions: Regions) -> None:
    """Give rows with a coordinate to the leaf under it; in a city without any shape they stay where they say."""
    leaves = batch.registers.leaves(batch.connection)
    if leaves.empty:
        unnamed = rows[pd.isna(batch.table["region"])[rows]]
        tell(unnamed, "no region of this city is drawn, so a region must be named", "missing", batch.rejects)
        return
    regions[rows] = leaves.assign(batch.table["lon"][rows], batch.table["lat"][rows])
    lost = rows[regions[rows] == OUTSIDE]
    if len(lost) and batch.options.nearest_m:
        regions[lost] = near(batch, lost)
    tell(lost[regions[lost] == OUTSIDE], "the coordinate lies outside the city", "outside_city", batch.rejects)


def near(batch: Batch, rows: NDArray[np.int64]) -> Regions:
    """The nearest leaf of each row that lies outside all, OUTSIDE when it is too far; those found are marked."""
    leaves = batch.registers.leaves(batch.connection)
    found = nearest(leaves.ids, leaves.geometries, batch.table["lon"][rows], batch.table["lat"][rows], batch.options.nearest_m)
    batch.marks.add_all(rows[found != OUTSIDE], "lon", "near_region", "the coordinate lies outside every region, but within "
                        f"{batch.options.nearest_m:g} m of the one that it was given to")
    return found.astype(np.int64)


def tell(rows: NDArray[Any], text: str, code: str, rejects: Rejects) -> None:
    """Add a place's fault, unless the coordinate itself was already refused."""
    for row in rows:
        known = rejects.reasons.get(int(row), ())
        if not any(reason.field in ("lon", "lat", "region") or reason.code == "not_an_object" for reason in known):
            rejects.add(row, "lon", code, text)
