"""The shapes of a tree of regions: upper levels from the lower ones, areas, and where to write the name."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

Shapes = NDArray[np.object_]

WGS84 = Geod(ellps="WGS84")
POLYGON = 3
LABEL_TOLERANCE = 1e-4  # degrees of latitude, 11 m
SLIVER = 1e-9           # square degrees, about 10 m²: neighbours that were not drawn with the same vertices leave such holes


def multipolygons(shapes: Shapes) -> Shapes:
    """The shapes made valid, as multipolygons; lines and points that validity leaves over are dropped."""
    made = np.empty(len(shapes), object)
    for at, shape in enumerate(shapely.make_valid(shapes)):
        parts = shapely.get_parts(shapely.get_parts(shape))  # a collection may hold multipolygons
        made[at] = shapely.multipolygons(parts[shapely.get_type_id(parts) == POLYGON])
    return made


def unions(shapes: Shapes, groups: Sequence[str]) -> dict[str, shapely.MultiPolygon]:
    """One shape for each group: the union of its members, so that what lies in a member lies in the group."""
    names = np.asarray(groups, dtype=object)
    keys = list(dict.fromkeys(groups))
    together = np.array([shapely.union_all(shapes[names == key]) for key in keys], dtype=object)
    return {key: without_slivers(shape) for key, shape in zip(keys, multipolygons(together), strict=True)}


def without_slivers(shape: shapely.MultiPolygon) -> shapely.MultiPolygon:
    """The shape with its tiniest holes filled."""
    return shapely.multipolygons([
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > SLIVER])
        for part in shape.geoms])


def areas_km2(shapes: Shapes) -> NDArray[np.float64]:
    """Areas on the ellipsoid."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    first = np.append(True, part[1:] != part[:-1])  # a polygon's first ring is its edge, the others are holes
    sizes = np.array([abs(WGS84.polygon_area_perimeter(*shapely.get_coordinates(ring).T)[0]) for ring in rings])
    made = np.zeros(len(shapes))
    np.add.at(made, shape[part], np.where(first, sizes, -sizes))
    return made / 1e6


def label_points(shapes: Shapes) -> Shapes:
    """For each shape the point of its largest part that lies farthest from the edge."""
    largest = np.array([max(shape.geoms, key=lambda part: part.area) for shape in shapes], dtype=object)
    squeeze = np.cos(np.radians(shapely.total_bounds(shapes)[[1, 3]].mean()))
    local = shapely.transform(largest, lambda xy: xy * [squeeze, 1])
    circles = shapely.maximum_inscribed_circle(local, tolerance=LABEL_TOLERANCE)
    points: Shapes = shapely.transform(shapely.get_point(circles, 0), lambda xy: xy / [squeeze, 1])
    return points
