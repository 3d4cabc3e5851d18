"""Polygons and circles as CAP writes them: latitude before longitude, radii in kilometres, and rarely quite by the book."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
import shapely

EARTH_KM = 6371.0088
POINT_KM = 0.1          # a circle without a radius marks a point; it is drawn so wide that it can be seen
CORNERS = 64            # of a circle
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
WORLD = shapely.box(-180, -90, 180, 90)
MOST_CORNERS = 20_000   # of one polygon
MOST_SHAPES = 500
MOST_TANGLED = 500
MOST_TOGETHER = 200_000 # corners of all shapes


def area(polygons: Iterable[str], circles: Iterable[str]) -> shapely.Geometry | None:
    """What the shapes cover together, in degrees; None where none of them can be understood."""
    drawn = islice((*map(polygon, polygons), *map(circle, circles)), MOST_SHAPES)
    made = [sound(shape) for shape in drawn if shape is not None and not shape.is_empty]
    if sum(shapely.get_num_coordinates(shape) for shape in made) > MOST_TOGETHER:
        made = [shape.convex_hull for shape in made]
    return shapely.union_all(made) if made else None


def sound(shape: shapely.Geometry) -> shapely.Geometry:
    """A valid shape; one of very many corners that crosses itself, which could take hours to be unravelled, is its hull."""
    if shapely.is_valid(shape):
        return shape
    return shapely.make_valid(shape) if shapely.get_num_coordinates(shape) <= MOST_TANGLED else shape.convex_hull


def polygon(written: str) -> shapely.Geometry | None:
    """A polygon from "lat,lon lat,lon …"; None where that is none. One that is not closed is closed."""
    points = corners(written)
    if points is None or len({*points}) < 3:
        return None
    lats, lons = np.array(points).T
    return folded(shapely.Polygon(np.column_stack([unwrapped(lons), lats])))


def corners(written: str) -> list[tuple[float, float]] | None:
    """Pairs of latitude and longitude; None where they are none. Where only the other order can be meant, it is."""
    numbers = [float(found) for found in NUMBER.findall(written)]
    if len(numbers) % 2 or not numbers or len(numbers) > 2 * MOST_CORNERS or not np.isfinite(numbers).all():
        return None
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    for pairs in (points, [(lat, lon) for lon, lat in points]):
        if all(abs(lat) <= 90 and abs(lon) <= 360 for lat, lon in pairs):
            return pairs
    return None


def circle(written: str) -> shapely.Geometry | None:
    """A circle from "lat,lon radius"; None where that is none."""
    numbers = [float(found) for found in NUMBER.findall(written)]
    if len(numbers) not in (2, 3) or not np.isfinite(numbers).all() or abs(numbers[0]) > 90 or abs(numbers[1]) > 360:
        return None
    lat, lon, radius = numbers[0], numbers[1], max([*numbers[2:], 0.0][0], POINT_KM)
    reach = np.degrees(min(radius / EARTH_KM, np.pi))
    if abs(lat) + reach >= 90:      # a pole lies within: all that is as near to it
        return shapely.box(-180, max(lat - reach, -90), 180, min(lat + reach, 90))
    bearings = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    north, away = np.radians(lat), np.radians(reach)
    lats = np.arcsin(np.sin(north) * np.cos(away) + np.cos(north) * np.sin(away) * np.cos(bearings))
    lons = np.radians(lon) + np.arctan2(np.sin(bearings) * np.sin(away) * np.cos(north),
                                        np.cos(away) - np.sin(north) * np.sin(lats))
    return folded(shapely.Polygon(np.degrees(np.column_stack([lons, lats]))))


def unwrapped(lons: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Longitudes that go on across the date line instead of jumping round the world."""
    made: np.ndarray[tuple[int], np.dtype[np.float64]] = np.unwrap(np.asarray(lons, np.float64), period=360)
    return made


def folded(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape that reaches beyond the date line, in two pieces within the world."""
    west, _, east, _ = shape.bounds
    if west >= -180 and east <= 180:
        return shape
    whole = sound(shape)
    turns = range(int(np.floor((west + 180) / 360)), int(np.floor((east + 180) / 360)) + 1)
    pieces = [shapely.transform(whole, lambda points, by=turn * 360: points - [by, 0]) for turn in turns]
    return shapely.union_all([shapely.intersection(piece, WORLD) for piece in pieces])
