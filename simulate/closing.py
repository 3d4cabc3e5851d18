"""How long a case takes and whether in time: the real quantiles and shares of its class."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulate.chance import Floats, Ints
from simulate.moments import HOUR
from simulate.pack import CaseClass

QUANTILES = np.array([0.0, 0.1, 0.5, 0.9, 1.0])
SHORTEST_H = (0.03, 0.04, 0.06, 0.1, 0.15)  # at those quantiles: work recorded after it was done
NEVER_H = (12_000.0, 30_000.0)              # what stays open stays so beyond any window


@dataclass(frozen=True)
class Pace:
    """The classes' closing times and shares as arrays, by class."""

    log_hours: Floats       # a row per class, a column per quantile
    on_time: Floats
    closes: Floats          # the share that is closed at all
    due_hours: Floats       # NaN without a target


@dataclass(frozen=True)
class Fate:
    """What becomes of each case, in seconds from its report; `due` is NaN without a target."""

    takes: Floats
    due: Floats
    in_time: npt.NDArray[np.bool_]


def pace(classes: tuple[CaseClass, ...]) -> Pace:
    """The classes' figures, ready for many cases at once."""
    hours = np.array([[c.close_hours[0] / 4, *c.close_hours, c.close_hours[2] * 2] for c in classes])
    return Pace(
        log_hours=np.log(np.maximum(hours, SHORTEST_H)),
        on_time=np.array([c.on_time for c in classes]),
        closes=np.array([1 - c.still_open for c in classes]),
        due_hours=np.array([np.nan if c.due_hours is None else c.due_hours for c in classes]),
    )


def fates(chance: np.random.Generator, given: Pace, classes: Ints, better: Floats) -> Fate:
    """Draw what becomes of cases of these classes; `better` shifts a case's odds to be in time,
    most where they are even.

    The slowest of a class are late and the slowest of all stay open. Where that contradicts the
    class's target, the single case's due time gives way: it was agreed on for that case.
    """
    n = len(classes)
    rank = chance.random(n)
    closes = given.closes[classes]
    hours = _hours(given.log_hours[classes], np.minimum(rank / closes, 1.0))
    hours = np.where(rank < closes, hours, chance.uniform(*NEVER_H, n))
    usual = given.on_time[classes]
    in_time = rank < np.minimum(usual + better * 4 * usual * (1 - usual), closes)
    target = given.due_hours[classes]
    agreed = np.where(in_time, np.maximum(target, 1.08 * hours), np.minimum(target, 0.8 * hours))
    return Fate(takes=hours * HOUR, due=agreed * HOUR, in_time=in_time & ~np.isnan(target))


def _hours(log_hours: Floats, rank: Floats) -> Floats:
    """The closing time at each rank, straight in the logarithm between the known quantiles."""
    step = np.searchsorted(QUANTILES, rank, side="right").clip(1, len(QUANTILES) - 1)
    rows = np.arange(len(rank))
    low, high = log_hours[rows, step - 1], log_hours[rows, step]
    share = (rank - QUANTILES[step - 1]) / (QUANTILES[step] - QUANTILES[step - 1])
    hours: Floats = np.exp(low + share * (high - low))
    return hours
