"""Why a coordinate may lie wide off a city: what would bring it back inside, or how far it is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
ORIGIN = 1e-6   # degrees from 0, 0 within which nobody measured: an empty field read as a number

LARGEST = 1000  # of what may be degrees with a slip in them; metres and feet of a city go further


@dataclass(frozen=True)
class Box:
    """The degrees within which a city lies."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
        """Which points lie within."""
        return (lon >= self.west) & (lon <= self.east) & (lat >= self.south) & (lat <= self.north)

    def wide_off(self, lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
        """Which points lie further away than the city is wide and high."""
        width, height = self.east - self.west, self.north - self.south
        return ~Box(self.west - width, self.south - height, self.east + width, self.north + height).holds(lon, lat)


def strays(lon: Degrees, lat: Degrees, city: Box) -> NDArray[Any]:
    """What each point outside a city looks like, the first that fits.

    Returns: zero (0, 0), swapped (longitude and latitude), sign_lost (of one or both), projected (no degrees at all:
        metres or feet), far (off by more than the city's own width and height), or None: inside, near, or not a number.
    """
    looks = {
        "zero": (np.abs(lon) <= ORIGIN) & (np.abs(lat) <= ORIGIN),
        "swapped": city.holds(lat, lon),
        "sign_lost": city.holds(-lon, lat) | city.holds(lon, -lat) | city.holds(-lon, -lat),
        "projected": (np.abs(lon) > LARGEST) | (np.abs(lat) > LARGEST),
        "far": city.wide_off(lon, lat),
    }
    known = np.isfinite(lon) & np.isfinite(lat) & ~city.holds(lon, lat)
    found = np.full(len(lon), None, object)
    for name in reversed(looks):
        found[looks[name] & known] = name
    return found
