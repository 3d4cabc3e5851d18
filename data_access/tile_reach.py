"""What of the city a map tile covers."""

from data_access.city import Region
from geo import tiling

DEEPEST = 24   # no map looks closer


def touches(z: int, x: int, y: int, region: Region) -> bool:
    """Whether a tile has anything of the box around a region."""
    if region.bounds is None or z > DEEPEST or not tiling.exists(z, x, y):
        return False
    return tiling.overlap(tiling.bounds(z, x, y), region.bounds)
