"""Coordinates wide off the city: a row that is rejected for its place is told what the place looks like."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.city import City
from geo.strays import Box, strays
from ingest.rejects import Rejects

SAID = {
    "zero": ("looks_zero", "the coordinate is 0, 0, as an empty field is read"),
    "swapped": ("looks_swapped", "lon and lat look swapped: the other way round the place lies in the city"),
    "sign_lost": ("looks_sign_lost", "a sign looks lost: with the other sign of lon or lat the place lies in the city"),
    "projected": ("looks_projected", "these are no degrees: the coordinate looks projected, in metres or feet"),
    "far": ("far_outside", "the place is further from the city than the city is wide"),
}
PLACE = ("lon", "lat")


def box(city: City) -> Box | None:
    """The degrees that the city lies within; None for one without shapes."""
    bounds = [region.bounds for region in city.regions.values() if region.bounds is not None]
    if not bounds:
        return None
    west, south, east, north = zip(*bounds, strict=True)
    return Box(min(west), min(south), max(east), max(north))


def tell(columns: Mapping[str, Sequence[Any] | NDArray[Any]], city: City, rejects: Rejects) -> None:
    """Add to the rows that were rejected for their place what it looks like, from the columns as they came."""
    rows = [row for row, reasons in rejects.reasons.items() if any(reason.field in PLACE for reason in reasons)]
    around = box(city) if rows else None
    if around is None or not set(PLACE) <= columns.keys():
        return
    lon, lat = (np.array([degrees(columns[name][row]) for row in rows]) for name in PLACE)
    for row, look in zip(rows, strays(lon, lat, around), strict=True):
        if look is not None:
            rejects.add(row, "lon", *SAID[look])


def degrees(value: Any) -> float:
    """A number; not a number when it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan
