"""Map tiles: where they lie, what shape regions take in them, and how points are counted over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan, degrees, floor, log2, pi, sinh

import numpy as np
import shapely
from numpy.typing import NDArray

Bounds = tuple[float, float, float, float]  # west, south, east, north

TILE_UNITS = 512            # how wide a tile is drawn, before the screen's scale
DETAIL_UNITS = 0.4          # a bend smaller than this cannot be seen
REGIONS_A_TILE = 320        # more of them, with their names, would not fit into 75 kB
EARTH_M = 2 * pi * 6378137  # the equator, in the metres of EPSG:3857
MERCATOR_LIMIT = 85.0511287798066


def exists(z: int, x: int, y: int) -> bool:
    """Whether there is such a tile."""
    return z >= 0 and 0 <= x < 1 << z and 0 <= y < 1 << z


def bounds(z: int, x: int, y: int) -> Bounds:
    """A tile's edges in degrees."""
    count = 1 << z
    south, north = (degrees(atan(sinh(pi * (1 - 2 * row / count)))) for row in (y + 1, y))
    return x / count * 360 - 180, south, (x + 1) / count * 360 - 180, north


def overlap(one: Bounds, other: Bounds) -> bool:
    """Whether two boxes touch."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def unit_square(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes and latitudes (n, 2) in the unit square of Web Mercator, y growing to the south."""
    latitude = np.radians(np.clip(places[:, 1], -MERCATOR_LIMIT, MERCATOR_LIMIT))
    return np.column_stack([(places[:, 0] + 180) / 360, (1 - np.arcsinh(np.tan(latitude)) / pi) / 2])


def metres(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes and latitudes (n, 2) in EPSG:3857."""
    square = unit_square(places)
    return np.column_stack([square[:, 0] - 0.5, 0.5 - square[:, 1]]) * EARTH_M


def simplified(shapes: Sequence[shapely.Geometry], zoom: int) -> NDArray[np.object_]:
    """Shapes of one level in EPSG:3857, without bends that cannot be seen at a zoom.

    Shared borders are simplified once, so neighbours stay neighbours: no gap, no overlap.
    """
    tolerance = EARTH_M / (TILE_UNITS << zoom) * DETAIL_UNITS
    projected = shapely.transform(np.asarray(shapes, dtype=object), metres)
    result: NDArray[np.object_] = shapely.coverage_simplify(projected, tolerance)
    return result


def first_zoom(extent: Bounds, regions: int, span: tuple[int, int]) -> int:
    """The zoom from which one tile holds no more regions than fit, were they spread evenly; within `span`.

    Where all of them fit into one, they are shown from one zoom farther out: a phone is narrower than a tile.
    """
    corners = unit_square(np.array([[extent[0], extent[1]], [extent[2], extent[3]]]))
    width, height = abs(corners[1] - corners[0])
    whole = log2(1 / max(width, height, 1e-12))
    need = whole + max(0.0, log2(regions / REGIONS_A_TILE)) / 2
    farther = 1 if regions <= REGIONS_A_TILE else 0
    return min(max(floor(need + 0.5) - farther, span[0]), span[1])


@dataclass(frozen=True)
class Pyramid:
    """How many points lie in each cell of a fine grid over the world, and so in every coarser one.

    `zoom` says how fine: the grid has 2**zoom columns; `column`, `row` and `n` are the cells that hold any,
    from north to south.
    """

    zoom: int
    column: NDArray[np.int64]
    row: NDArray[np.int64]
    n: NDArray[np.int64]

    def tile(self, z: int, x: int, y: int, cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Count the points of a tile in `cells` × `cells` squares.

        Returns: column, row (0 … cells - 1) and count of the squares that hold any; the counts
            add up to the tile's points.
        Raises: ValueError when the grid is not fine enough for that.
        """
        finer = self.zoom - z - (cells.bit_length() - 1)
        if finer < 0 or cells & (cells - 1):
            raise ValueError(f"a grid of 2**{self.zoom} cannot be counted in {cells} squares at zoom {z}")
        band = slice(*np.searchsorted(self.row, [y * cells << finer, (y + 1) * cells << finer]))
        column, row = (self.column[band] >> finer) - x * cells, (self.row[band] >> finer) - y * cells
        inside = (column >= 0) & (column < cells)
        counts = np.bincount(row[inside] * cells + column[inside], self.n[band][inside], cells * cells).astype(np.int64)
        held = np.nonzero(counts)[0]
        return held % cells, held // cells, counts[held]
