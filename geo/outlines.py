"""Outlines of neighbouring regions as a drawing: flat, small, and still neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tiling import metres

DETAIL = 0.9      # bends smaller than so many units are left out
SPECK = 3.0       # islets smaller than so many square units, too, unless a region is nothing else


@dataclass(frozen=True)
class Outline:
    """One region's outline as an SVG path (absolute M, L and Z), and the place of its name; empty without a shape."""

    path: str
    label: tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """Outlines in one frame, in units, y growing downwards."""

    width: float
    height: float
    outlines: tuple[Outline, ...]


def drawing(shapes: Sequence[shapely.Geometry], width: float, most_high: float) -> Drawing:
    """Draw shapes (WGS84) as large as fits into a frame so wide and at most so high.

    Shared borders are simplified once, so that neighbours stay neighbours.
    """
    flat = shapely.transform(np.asarray(shapes, dtype=object), metres)
    west, south, east, north = shapely.total_bounds(flat)
    scale = min(width / (east - west), most_high / (north - south))
    left = (width - (east - west) * scale) / 2

    def placed(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([(points[:, 0] - west) * scale + left, (north - points[:, 1]) * scale])

    drawn = shapely.coverage_simplify(shapely.transform(flat, placed), DETAIL)
    return Drawing(width, float((north - south) * scale), tuple(outline(shape) for shape in drawn))


def outline(shape: shapely.Geometry) -> Outline:
    """One shape's path, rounded to tenths of a unit, and a place well inside its largest part."""
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    kept = [part for at, part in enumerate(parts) if at == 0 or part.area >= SPECK]
    rings = [ring for part in kept for ring in (part.exterior, *part.interiors)]
    inside = shapely.maximum_inscribed_circle(kept[0], tolerance=1.0).coords[0]
    return Outline("".join(ring_path(ring) for ring in rings), (round(inside[0], 1), round(inside[1], 1)))


def ring_path(ring: shapely.LinearRing) -> str:
    """A ring as a closed path."""
    first, *others = [f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1]]
    return f"M{first}{''.join(f'L{one}' for one in others)}Z"
