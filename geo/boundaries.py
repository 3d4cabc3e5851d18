"""Boundaries as people draw them: what is wrong with them, and what can be mended."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tree import multipolygons

Shapes = NDArray[np.object_]
Numbers = NDArray[np.int64]

NOISE = 1e-3      # of the smaller neighbour: less overlap than this is how precisely was drawn
SAME = 0.5        # of the smaller neighbour: more than this, and both claim the same ground


@dataclass(frozen=True)
class Mended:
    """Shapes as valid multipolygons, None where there is none; and which of them were empty, no areas, or invalid."""

    shapes: Shapes
    missing: Numbers
    no_area: Numbers
    invalid: Numbers


def mended(shapes: Shapes) -> Mended:
    """Make shapes valid; points and lines are no regions."""
    given = shapely.get_type_id(shapes)
    missing = (given < 0) | shapely.is_empty(shapes)
    invalid = ~missing & ~shapely.is_valid(shapes)
    made = np.full(len(shapes), None, object)
    made[~missing] = multipolygons(shapes[~missing])
    flat = ~missing & (shapely.area(made) == 0)
    made[flat] = None
    return Mended(made, np.flatnonzero(missing), np.flatnonzero(flat), np.flatnonzero(invalid & ~flat))


@dataclass(frozen=True)
class Overlap:
    """Two shapes that lie over each other, by their places, and how much of the smaller one that is."""

    first: int
    second: int
    share: float


def overlaps(shapes: Shapes) -> list[Overlap]:
    """Which of these shapes lie over each other by more than noise."""
    drawn = np.flatnonzero(shapely.get_type_id(shapes) >= 0)
    tree = shapely.STRtree(shapes[drawn])
    one, other = tree.query(shapes[drawn], predicate="intersects")
    pairs = one < other
    one, other = drawn[one[pairs]], drawn[other[pairs]]
    sizes = shapely.area(shapes)
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other])) / np.minimum(sizes[one], sizes[other])
    return [Overlap(int(one[at]), int(other[at]), float(shared[at])) for at in np.flatnonzero(shared > NOISE)]


def cut(shapes: Shapes, found: list[Overlap]) -> Shapes:
    """The shapes with what two of them claim left to the first."""
    made = shapes.copy()
    for overlap in found:
        rest = multipolygons(np.array([shapely.difference(made[overlap.second], made[overlap.first])], dtype=object))[0]
        if not rest.is_empty:
            made[overlap.second] = rest
    return made


def holes(shape: shapely.MultiPolygon) -> list[shapely.Polygon]:
    """What a shape leaves out within its edge, the largest first."""
    return sorted((shapely.Polygon(ring) for part in shape.geoms for ring in part.interiors), key=lambda hole: -hole.area)
