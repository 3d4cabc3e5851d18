"""Medians and their deviations, which a few wild values do not move."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
AS_SIGMA = 1.4826  # of a normal distribution, the standard deviation is so many times the median absolute deviation


def spread(values: Values) -> tuple[float, float]:
    """The median, and the deviation from it that stands for a standard deviation."""
    middle = float(np.median(values))
    return middle, AS_SIGMA * float(np.median(np.abs(values - middle)))


def by_group(groups: NDArray[np.int64], values: Values) -> tuple[Values, Values]:
    """The same for each group, for each value's own; `groups` numbers them and is sorted."""
    middle = medians(groups, values)
    return middle, AS_SIGMA * medians(groups, np.abs(values - middle))


def medians(groups: NDArray[np.int64], values: Values) -> Values:
    """The median of each value's group; `groups` is sorted."""
    order = np.lexsort((values, groups))
    start = np.flatnonzero(np.diff(groups, prepend=groups[:1] - 1))
    size = np.diff(start, append=len(groups))
    ranked = values[order]
    middle = (ranked[start + (size - 1) // 2] + ranked[start + size // 2]) / 2
    return np.repeat(middle, size)
