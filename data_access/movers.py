"""What got better and what got worse: the changes that can be seen and that chance alone would hardly make.

How weighty a change is, from 0 to 1: of an indicator with a target, its share of the way from bad to good; of any other, its
share of the larger of the two values, so that doubling weighs as much as halving. What chance would make is estimated from
the facts behind both values: of counts by their roots, of shares by their standard error, of means as if the single values
strayed as far as their mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from indicators.algebra import is_published, terms
from indicators.definition import Count, Indicator, Ratio, Standing, Sum
from indicators.measures import PERCENT
from indicators.reading import Reading

BY_CHANCE = 2.0     # times the standard error: about one change in twenty is beyond it by chance


@dataclass(frozen=True)
class Mover:
    """A change for better or worse, like with like."""

    reading: Reading
    before: float
    after: float
    change: float
    better: bool
    weight: float


def movers(readings: Iterable[Reading]) -> tuple[Mover, ...]:
    """The changes worth telling among readings, against the period before; the weightiest first.

    Left out: what is neither better high nor low, published figures and archives (they speak of other periods), values that
    are not of now, changes too small to be seen in the figure as it is shown, and those that chance may have made.
    """
    found = [mover for reading in readings if (mover := moved(reading)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.reading.indicator.key)))


def moved(reading: Reading) -> Mover | None:
    """What became of one indicator; None where there is nothing to tell."""
    indicator, before, after = reading.indicator, reading.previous, reading.comparable
    if before is None or after is None or reading.status not in ("ok", "stale"):
        return None
    if indicator.better == "neither" or indicator.archive or is_published(indicator.measure):
        return None
    change = after - before
    if round(after, indicator.decimals) == round(before, indicator.decimals):
        return None
    if abs(change) < BY_CHANCE * error(reading, before, after):
        return None
    return Mover(reading, before, after, change, (change > 0) == (indicator.better == "higher"),
                 weight(indicator, before, after))


def weight(indicator: Indicator, before: float, after: float) -> float:
    """How weighty a change is, from 0 to 1."""
    target = indicator.target
    whole = max(abs(before), abs(after)) if target is None else abs(target.good - target.bad)
    return min(abs(after - before) / whole, 1.0) if whole else 0.0


def error(reading: Reading, before: float, after: float) -> float:
    """The standard error of a change, from the facts on both sides."""
    measure, were, are = reading.indicator.measure, reading.previous_n, reading.comparable_n
    if isinstance(measure, Sum) and all(isinstance(term, Count | Standing) for term in measure.terms):
        return sqrt(were + are) * measure.scale
    if not were or not are:
        return 0.0
    both = 1 / were + 1 / are
    if is_share(reading.indicator):
        share = (before * were + after * are) / (were + are) / PERCENT
        return PERCENT * sqrt(max(share * (1 - share), 0.0) * both)
    return (abs(before) + abs(after)) / 2 * sqrt(both)


def is_share(indicator: Indicator) -> bool:
    """Whether an indicator is a percentage of facts."""
    measure = indicator.measure
    return (isinstance(measure, Ratio) and measure.scale == PERCENT
            and all(isinstance(term, Count | Standing) for term in terms(measure)))
