"""Chinese datums to WGS 84 and back: GCJ-02 (Gaode, Tencent), BD-09 (Baidu), CGCS2000.

GCJ-02 shifts WGS 84 by a smooth function of the place, BD-09 shifts GCJ-02 once more. Neither has an
inverse in closed form; both shifts change so slowly (0.5 % and 2 % of a step) that taking the shift of
the last guess away again converges to a few micrometres. CGCS2000 lies within centimetres of
WGS 84 and is treated as equal. Outside the frame that GCJ-02 is defined in, it is the identity.

The map services themselves answer 0.47 m further east and north than the published formula, everywhere
alike (eleven pairs in the tests): a remainder of the noise in their own code that nobody documents, and
below what the shift is good for. The formula is kept, because it is what everybody's data were made with.

Source: the published formula, as in https://github.com/googollee/eviltransform and
https://github.com/hujiulong/gcoord; the tests hold it against published pairs.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
Points = tuple[Degrees, Degrees]

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271  # the frame that GCJ-02 is defined in
AXIS, ECCENTRICITY2 = 6378245.0, 0.00669342162296594323       # Krassowsky 1940
BAIDU = np.pi * 3000 / 180
BAIDU_EAST, BAIDU_NORTH = 0.0065, 0.006
GCJ02_ROUNDS, BD09_ROUNDS = 4, 5


def to_wgs84(lon: Degrees, lat: Degrees, datum: str) -> Points:
    """Coordinates of a datum in WGS 84; NaN stays NaN."""
    if datum in ("wgs84", "cgcs2000"):
        return lon, lat
    with np.errstate(over="ignore", invalid="ignore"):   # of numbers that are no degrees
        return gcj02_to_wgs84(*(bd09_to_gcj02(lon, lat) if datum == "bd09" else (lon, lat)))


def from_wgs84(lon: Degrees, lat: Degrees, datum: str) -> Points:
    """WGS 84 in a datum; NaN stays NaN."""
    if datum in ("wgs84", "cgcs2000"):
        return lon, lat
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = wgs84_to_gcj02(lon, lat)
        return gcj02_to_bd09(*shifted) if datum == "bd09" else shifted


def wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> Points:
    """WGS 84 to GCJ-02."""
    east, north = shift(lon, lat)
    inside = (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def gcj02_to_wgs84(lon: Degrees, lat: Degrees) -> Points:
    """GCJ-02 to WGS 84."""
    return inverse(wgs84_to_gcj02, lon, lat, GCJ02_ROUNDS)


def gcj02_to_bd09(lon: Degrees, lat: Degrees) -> Points:
    """GCJ-02 to BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU)
    return radius * np.cos(angle) + BAIDU_EAST, radius * np.sin(angle) + BAIDU_NORTH


def bd09_to_gcj02(lon: Degrees, lat: Degrees) -> Points:
    """BD-09 to GCJ-02."""
    return inverse(gcj02_to_bd09, lon, lat, BD09_ROUNDS)


def inverse(forward: Callable[[Degrees, Degrees], Points], lon: Degrees, lat: Degrees, rounds: int) -> Points:
    """Where `forward` came from, by taking the shift of each guess away again."""
    x, y = lon, lat
    for _ in range(rounds):
        there = forward(x, y)
        x, y = x + (lon - there[0]), y + (lat - there[1])
    return x, y


def shift(lon: Degrees, lat: Degrees) -> Points:
    """How far GCJ-02 moves a point, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root, cross = 0.1 * np.sqrt(np.abs(x)), x * y
    common = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    north = (-100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * cross + 2 * root
             + 2 / 3 * (common + 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi / 3 * y)
                        + 160 * np.sin(np.pi / 12 * y) + 320 * np.sin(np.pi / 30 * y)))
    east = (300 + x + 2 * y + 0.1 * x * x + 0.1 * cross + root
            + 2 / 3 * (common + 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi / 3 * x)
                       + 150 * np.sin(np.pi / 12 * x) + 300 * np.sin(np.pi / 30 * x)))
    angle = np.radians(lat)
    flat = 1 - ECCENTRICITY2 * np.sin(angle) ** 2
    return (np.degrees(east / (AXIS / np.sqrt(flat) * np.cos(angle))),
            np.degrees(north / (AXIS * (1 - ECCENTRICITY2) / flat ** 1.5)))
