"""Coordinates of any EPSG system in WGS 84 degrees; x is always east and y north, whatever the system's own order."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

DEGREES = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")  # taken as they are; CGCS2000 equals WGS 84 within centimetres


class UnknownCrs(ValueError):
    """There is no such coordinate system."""


@cache
def known(crs: str) -> CRS:
    """The coordinate system of this name. Raises: UnknownCrs."""
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        raise UnknownCrs(f"{crs!r} is no coordinate system that is known; write one like EPSG:2263") from error


@cache
def transformer(crs: str) -> Transformer | None:
    """What turns x and y into lon and lat; None where they are that already. Raises: UnknownCrs."""
    source = known(crs)
    authority = source.to_authority()
    if crs.upper() in DEGREES or (authority and ":".join(authority) in DEGREES):
        return None
    return Transformer.from_crs(source, CRS.from_epsg(4326), always_xy=True)


def to_wgs84(x: NDArray[np.float64], y: NDArray[np.float64], crs: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lon and lat of points in a coordinate system; NaN where it does not reach. Raises: UnknownCrs."""
    way = transformer(crs)
    if way is None:
        return x, y
    lon, lat = way.transform(x, y)
    reached = np.isfinite(lon) & np.isfinite(lat)
    return np.where(reached, lon, np.nan), np.where(reached, lat, np.nan)
