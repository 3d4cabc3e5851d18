"""The region nearest to a point that no region covers."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.assign import OUTSIDE

METRES_PER_DEGREE = 111_320.0


def nearest(
    ids: NDArray[np.int32], shapes: NDArray[np.object_], lon: NDArray[np.float64], lat: NDArray[np.float64], within_m: float
) -> NDArray[np.int32]:
    """The id of the nearest region within a distance, the lowest of equally near ones; -1 where there is none.

    Distances are measured on a plane around the points, right to a few parts in a thousand over a city.
    """
    found = np.full(len(lon), OUTSIDE, np.int32)
    known = np.flatnonzero(~(np.isnan(lon) | np.isnan(lat)))
    if not len(known):
        return found
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians(lat[known].mean())), METRES_PER_DEGREE])
    tree = shapely.STRtree(shapely.transform(shapes, lambda xy: xy * scale))
    points = shapely.points(np.column_stack([lon[known], lat[known]]) * scale)
    point, region = tree.query_nearest(points, max_distance=within_m)
    order = np.lexsort((-ids[region], point))       # the lowest id last: it is the one that stays
    found[known[point[order]]] = ids[region[order]]
    return found
