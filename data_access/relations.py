"""How the values of regions are spread, and how two indicators go together. What goes together need not be cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.areas import below
from data_access.city import City, Region
from data_access.material import Extent
from data_access.readings import ChildReading, read
from data_access.stocks import Standings
from indicators.definition import Indicator
from indicators.reading import Reading
from indicators.scope import Scope

FEWEST = 5        # regions: of fewer a coefficient says nothing
ENOUGH = 10       # regions that make a picture; a level with fewer gives way to the one below it
BINS = 12         # of a distribution, at most
KNOWN = ("ok", "stale")


@dataclass(frozen=True)
class Place:
    """One region, with both of its values."""

    region: Region
    x: Reading
    y: Reading


@dataclass(frozen=True)
class Relation:
    """Two indicators in the regions of a level; `left_out` are the regions of which one of them is not known.

    Coefficients are None for fewer than five regions, and where one side is the same everywhere.
    """

    level: int
    places: tuple[Place, ...]
    left_out: int
    pearson: float | None
    spearman: float | None


@dataclass(frozen=True)
class Distribution:
    """How the values of regions are spread: quartiles, and how many lie in each bin (from, to; the last one's end is in it)."""

    level: int
    n: int
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float
    bins: tuple[tuple[float, float, int], ...]


def relation(
    engine: Engine, city: City, one: Indicator, other: Indicator, scope: Scope, now: datetime, level: int | None = None, *,
    standings: Standings | None = None,
) -> Relation:
    """Read two indicators in the regions of a level; where none is given, of the first one below that has enough regions.

    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    """
    region = city.region(scope.region)
    chosen = picture_level(city, region, one, other) if level is None else level
    areas = below(city, region, chosen)
    if not areas.regions:
        return Relation(chosen, (), 0, None, None)
    xs, ys = read(engine, city, [one, other], areas, scope, now, Extent(compared=False), standings=standings)
    return related(chosen, xs, ys)


def picture_level(city: City, region: Region, *indicators: Indicator) -> int:
    """The first level below a region at which the indicators are measured in enough regions; else the last one that they are."""
    deepest = min((one.max_level for one in indicators if one.max_level is not None), default=len(city.levels) - 1)
    levels = [level for level in range(region.level + 1, deepest + 1) if below(city, region, level).regions]
    enough = [level for level in levels if len(below(city, region, level).regions) >= ENOUGH]
    return min(enough, default=max(levels, default=region.level + 1))


def related(level: int, xs: Sequence[ChildReading], ys: Sequence[ChildReading]) -> Relation:
    """Two indicators of the same regions, side by side."""
    places = tuple(Place(x.region, x.reading, y.reading) for x, y in zip(xs, ys, strict=True)
                   if known(x.reading) and known(y.reading))
    values = np.array([(place.x.value, place.y.value) for place in places], float).reshape(-1, 2)
    ranks = np.column_stack([ranks_of(values[:, 0]), ranks_of(values[:, 1])])
    return Relation(level, places, len(xs) - len(places), correlation(values), correlation(ranks))


def known(reading: Reading) -> bool:
    """Whether a reading has a value to compare."""
    return reading.value is not None and reading.status in KNOWN


def correlation(pairs: NDArray[np.float64]) -> float | None:
    """Pearson's coefficient; None for too few pairs, and where one side has no spread."""
    if len(pairs) < FEWEST or (np.ptp(pairs, axis=0) == 0).any():
        return None
    away = pairs - pairs.mean(axis=0)
    away /= np.abs(away).max(axis=0)                # neither tiny nor huge values leave what a float can hold
    found = (away[:, 0] @ away[:, 1]) / np.sqrt((away[:, 0] @ away[:, 0]) * (away[:, 1] @ away[:, 1]))
    return float(np.clip(found, -1.0, 1.0))


def ranks_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The place of each value from the lowest; those that are the same share the mean of their places."""
    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    found: NDArray[np.float64] = (last - (count - 1) / 2)[group]
    return found


def distribution(parts: Sequence[ChildReading]) -> Distribution | None:
    """How the known values of regions of one level are spread; None where there is no value."""
    values = np.array([part.reading.value for part in parts if known(part.reading)], float)
    if not len(values):
        return None
    counts, edges = np.histogram(values, bins=min(BINS, max(1, len(np.unique(values)))))
    low, q1, median, q3, high = (float(value) for value in np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
    bins = tuple((float(a), float(b), int(n)) for a, b, n in zip(edges, edges[1:], counts, strict=False))
    return Distribution(parts[0].region.level, len(values), low, q1, median, q3, high, bins)
