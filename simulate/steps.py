"""The steps of cases between report and closing, in the order of GB/T 30428."""

import numpy as np

from simulate.chance import Floats, lognormal
from simulate.moments import HOUR, Seconds

STEPS = ("reported", "registered", "dispatched", "returned", "dispatched", "suspended", "resumed",
         "disposed", "reworked", "disposed", "verified", "closed")
REPORTED, RETURNED, DISPATCHED_AGAIN, SUSPENDED, RESUMED, REWORKED, DISPOSED_AGAIN = 0, 3, 4, 5, 6, 8, 9
CLOSED = len(STEPS) - 1
DONE_BY_AGENCY = frozenset({2, 3, 4, 5, 6, 7, 8, 9})
NEVER = -1                                   # a step that a case does not have

RETURNS, REWORKS, SUSPENSIONS = 0.04, 0.03, 0.03
LONG = 24 * HOUR                             # shorter ones are not suspended
REAL = 2 * HOUR                              # shorter ones were done when they were told of: nothing goes wrong


def draw(chance: np.random.Generator, reported: Seconds, takes: Floats) -> Seconds:
    """The instant of each of STEPS for each case (a row each), NEVER where it has none.

    In a row the instants rise by at least a second, so that their order is never in doubt.
    """
    n = len(reported)
    registered = np.minimum(lognormal(chance, 600, 1.0, n), 0.05 * takes)
    dispatched = registered + np.minimum(lognormal(chance, 1500, 1.1, n), 0.1 * takes)
    left = takes - dispatched
    luck, spread = chance.random((3, n)), chance.random((9, n))
    returned = (luck[0] < RETURNS) & (takes > REAL)
    reworked = (luck[1] < REWORKS) & (takes > REAL)
    suspended = (luck[2] < SUSPENSIONS) & (takes > LONG)
    away = np.minimum(left, 60 * HOUR)       # a wrong address is noticed within days, however long the work takes
    share = np.stack([
        np.zeros(n), np.zeros(n), np.zeros(n),
        0.02 + 0.1 * spread[0], 0.13 + 0.05 * spread[1],
        0.2 + 0.1 * spread[2], 0.35 + 0.3 * spread[3],
        np.where(reworked, 0.7 + 0.1 * spread[4], 0.9 + 0.07 * spread[4]), 0.83 + 0.03 * spread[5], 0.9 + 0.07 * spread[6],
        0.975 + 0.015 * spread[7], np.ones(n),
    ], axis=1)
    base = np.where(np.isin(np.arange(len(STEPS)), (RETURNED, DISPATCHED_AGAIN)), away[:, None], left[:, None])
    after = dispatched[:, None] + share * base
    after[:, 0], after[:, 1] = 0, registered
    has = np.ones((n, len(STEPS)), bool)
    has[:, [RETURNED, DISPATCHED_AGAIN]] = returned[:, None]
    has[:, [SUSPENDED, RESUMED]] = suspended[:, None]
    has[:, [REWORKED, DISPOSED_AGAIN]] = reworked[:, None]
    return _in_order(reported[:, None] + after.astype(np.int64), has)


def _in_order(at: Seconds, has: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Seconds:
    """Each step at least a second after the one before it."""
    number = np.cumsum(has, axis=1)
    rising = np.maximum.accumulate(np.where(has, at - number, np.iinfo(np.int64).min), axis=1) + number
    return np.where(has, rising, NEVER)
