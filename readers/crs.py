"""What a projection is called."""

from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

SURE = 70       # of a hundred that a description is the registered projection


def named(said: Any) -> str | None:
    """A projection's number in a register ("EPSG:2263"), or its WKT when it has none; None when it is not understood."""
    if said is None:
        return None
    try:
        crs = CRS.from_user_input(said)
    except CRSError:
        return None
    if crs.is_compound:                     # with heights, which places do not have
        crs = crs.sub_crs_list[0]
    found = crs.to_authority(min_confidence=SURE)
    if found == ("OGC", "CRS84"):
        return "EPSG:4326"
    return ":".join(found) if found else crs.to_wkt()
