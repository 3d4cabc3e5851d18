"""Which region a point lies in: a grid of cells first, exact geometry only where regions meet.

Most cells of the grid lie wholly inside one region (or outside all), so their points need one
look-up. The other cells list the regions that touch them, lowest id first, and only those are
tested. The answer is that of ST_Covers, ties going to the lowest id.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

OUTSIDE = -1
CELLS_PER_REGION = 8       # along one side: finer costs time to build, coarser tests more points exactly
COARSEST = 4               # the grid starts at 2**4 cells a side and is halved where regions meet
MARGIN = 1e-6              # of a cell: a point rounded into the cell next door still finds its regions


@dataclass(frozen=True)
class Grid:
    """Where the cells lie: `side` x `side` of them from (west, south)."""

    west: float
    south: float
    width: float           # of one cell, degrees
    height: float
    side: int

    def boxes(self, column: NDArray[np.int64], row: NDArray[np.int64], size: int) -> NDArray[np.object_]:
        """Squares of `size` x `size` cells, a hair larger than they are."""
        x, y = self.west + column * self.width, self.south + row * self.height
        dx, dy = self.width * MARGIN, self.height * MARGIN
        made: NDArray[np.object_] = shapely.box(
            x - dx, y - dy, x + size * self.width + dx, y + size * self.height + dy)
        return made

    def cells(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """Each point's cell, row by row; OUTSIDE beyond the grid and for NaN."""
        column = np.floor((lon - self.west) / self.width)
        row = np.floor((lat - self.south) / self.height)
        inside = (column >= 0) & (column < self.side) & (row >= 0) & (row < self.side)  # False for NaN
        cell = np.full(len(lon), OUTSIDE, np.int64)
        cell[inside] = row[inside].astype(np.int64) * self.side + column[inside].astype(np.int64)
        return cell


@dataclass(frozen=True)
class Assigner:
    """Regions, their grid, and which regions each cell touches.

    `cell` holds the only region of a cell (an index into `ids`), OUTSIDE, or -2 - m for a cell where
    regions meet: its candidates are `candidates[starts[m]:starts[m + 1]]`.
    """

    ids: NDArray[np.int32]
    geometries: NDArray[np.object_]
    grid: Grid
    cell: NDArray[np.int32]
    starts: NDArray[np.int64]
    candidates: NDArray[np.int32]

    @classmethod
    def from_geometries(cls, ids: NDArray[np.int32], geometries: NDArray[np.object_]) -> "Assigner":
        """Build the grid of some regions (polygons in lon, lat). Without any, every point lies outside."""
        if len(ids) == 0:
            outside = np.array([OUTSIDE], np.int32)
            return cls(outside, np.empty(0, object), Grid(0, 0, 1, 1, 0), outside, np.zeros(1, np.int64), np.empty(0, np.int32))
        order = np.argsort(ids, kind="stable")
        shapes = np.asarray(geometries, dtype=object)[order]
        shapely.prepare(shapes)
        grid = fitting(shapes)
        return cls(np.asarray(ids, np.int32)[order], shapes, grid, *classify(grid, shapes))

    @property
    def empty(self) -> bool:
        """Whether there is no region to assign points to."""
        return not len(self.geometries)

    def assign(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
        """The id of the region that covers each point; -1 where none does."""
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        cell = self.grid.cells(lon, lat)
        found = np.where(cell == OUTSIDE, OUTSIDE, self.cell[cell])
        met = np.flatnonzero(found < OUTSIDE)
        found[met] = self.exact(-2 - found[met], lon[met], lat[met])
        return np.where(found == OUTSIDE, OUTSIDE, self.ids[found]).astype(np.int32)

    def exact(self, mixed: NDArray[np.int32], lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
        """Test the candidates of each point's cell in turn, lowest id first; the first that covers it wins."""
        found = np.full(len(mixed), OUTSIDE, np.int32)
        open_ = np.arange(len(mixed))
        candidate, end = self.starts[mixed], self.starts[mixed + 1]
        while len(open_):
            region = self.candidates[candidate[open_]]
            order = np.argsort(region, kind="stable")  # one region's points together: its prepared form stays in cache
            asked = open_[order]
            hit = shapely.intersects_xy(self.geometries[region[order]], lon[asked], lat[asked])
            found[asked[hit]] = region[order][hit]
            open_ = asked[~hit]
            candidate[open_] += 1
            open_ = open_[candidate[open_] < end[open_]]
        return found


def fitting(shapes: NDArray[np.object_]) -> Grid:
    """The grid over all shapes, its cells in proportion to their number."""
    west, south, east, north = shapely.total_bounds(shapes)
    side = 1 << max(COARSEST, int(np.ceil(np.log2(CELLS_PER_REGION * np.sqrt(len(shapes))))))
    pad = max(east - west, north - south, 1e-9) * 1e-9  # points on the outer edge stay inside
    return Grid(west - pad, south - pad, (east - west + 2 * pad) / side, (north - south + 2 * pad) / side, side)


def classify(grid: Grid, shapes: NDArray[np.object_]) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Say for each cell which regions touch it, halving squares only where regions meet.

    Returns: cell, starts and candidates, as `Assigner` keeps them.
    """
    cell = np.full((grid.side, grid.side), OUTSIDE, np.int32)
    tree = shapely.STRtree(shapes)
    size = grid.side >> COARSEST
    row, column = (axis.ravel() * size for axis in np.mgrid[0:1 << COARSEST, 0:1 << COARSEST])
    while True:
        square, region = touching(tree, shapes, grid.boxes(column, row, size))
        sole, owner = alone(square, region, shapes, grid.boxes(column, row, size))
        for r, c, o in zip(row[sole], column[sole], owner, strict=True):
            cell[r:r + size, c:c + size] = o
        mixed = np.setdiff1d(square, sole)
        if size == 1:
            break
        size //= 2
        row = np.concatenate([row[mixed] + dy for dy in (0, 0, size, size)])
        column = np.concatenate([column[mixed] + dx for dx in (0, size, 0, size)])
    keep = np.isin(square, mixed)
    cell[row[mixed], column[mixed]] = -2 - np.arange(len(mixed), dtype=np.int32)
    starts = np.searchsorted(square[keep], np.append(mixed, len(row)))
    return cell.ravel(), starts.astype(np.int64), region[keep].astype(np.int32)


def touching(
    tree: shapely.STRtree, shapes: NDArray[np.object_], boxes: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (box, region) that share a point, by box and then region."""
    box, region = tree.query(boxes)
    hit = shapely.intersects(shapes[region], boxes[box])
    box, region = box[hit], region[hit]
    order = np.lexsort((region, box))
    return box[order], region[order]


def alone(
    box: NDArray[np.int64], region: NDArray[np.int64], shapes: NDArray[np.object_], boxes: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The boxes that one region touches and covers, and that region."""
    single = np.bincount(box, minlength=len(boxes))[box] == 1
    box, region = box[single], region[single]
    covered = shapely.covers(shapes[region], boxes[box])
    return box[covered], region[covered]
