"""The arithmetic of indicators: from amounts that add up to one value. No database, no clock."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from indicators.definition import Area, Count, Measure, Percentile, Ratio, Standing, Statistic, Sum, Term, Total

BINS_PER_E = 20
ZERO_BIN = -32768


@dataclass(frozen=True)
class Amount:
    """Facts counted and their values summed; adds up over regions and time."""

    n: int = 0
    total: float = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.n + other.n, self.total + other.total)


@dataclass(frozen=True)
class Value:
    """What a measure comes to: None when a term is not known, or (`no_base`) its base is zero."""

    value: float | None
    n: int = 0
    no_base: bool = False


Lookup = Callable[[Term], Amount | None]
Histogram = Mapping[int, int]

NOTHING = Amount()
UNKNOWN = Value(None)


@cache
def terms(measure: Measure) -> tuple[Term, ...]:
    """Every term that a measure needs; none for a percentile."""
    if isinstance(measure, Sum):
        return measure.terms
    return (*measure.over, *measure.base) if isinstance(measure, Ratio) else ()


@cache
def metric_keys(measure: Measure) -> tuple[str, ...]:
    """The metrics that a measure is made of."""
    if isinstance(measure, Percentile):
        return (measure.metric,)
    return tuple(dict.fromkeys(term.metric for term in terms(measure) if isinstance(term, Count | Total)))


@cache
def stock_keys(measure: Measure) -> tuple[str, ...]:
    """The stocks that a measure is made of."""
    return tuple(dict.fromkeys(term.stock for term in terms(measure) if isinstance(term, Standing)))


@cache
def statistic_keys(measure: Measure) -> tuple[str, ...]:
    """The statistics that a measure is made of."""
    return tuple(dict.fromkeys(term.key for term in terms(measure) if isinstance(term, Statistic)))


def evaluate(measure: Sum | Ratio, lookup: Lookup) -> Value:
    """Work a measure out; `lookup` gives each term's amount, or None where it is not known."""
    if isinstance(measure, Sum):
        top = added(measure.terms, lookup)
        return UNKNOWN if top is None else Value(top.total * measure.scale, top.n)
    over, base = added(measure.over, lookup), added(measure.base, lookup)
    if over is None or base is None:
        return UNKNOWN
    facts = base.n if any(isinstance(term, Count | Total | Standing) for term in measure.base) else over.n
    if base.total == 0:
        return Value(None, facts, no_base=True)
    return Value(over.total / base.total * measure.scale, facts)


def sides(measure: Sum | Ratio, lookup: Lookup) -> tuple[Amount, Amount] | None:
    """What a measure has above and below its line (1 below a sum's); None when a term is not known."""
    over = added(measure.terms if isinstance(measure, Sum) else measure.over, lookup)
    base = Amount(0, 1.0) if isinstance(measure, Sum) else added(measure.base, lookup)
    return None if over is None or base is None else (over, base)


def added(side: tuple[Term, ...], lookup: Lookup) -> Amount | None:
    """The sum of terms, each as the number it contributes; None when one is not known."""
    n, total = 0, 0.0
    for term in side:
        amount = lookup(term)
        if amount is None:
            return None
        n, total = n + amount.n, total + (amount.n if isinstance(term, Count) else amount.total)
    return Amount(n, total)


def quantile(histogram: Histogram, q: float) -> Value:
    """The value below which a share `q` of a log histogram lies, within half a bin (2.6 %)."""
    count = sum(histogram.values())
    if count == 0:
        return Value(None, no_base=True)
    rank, passed = q * count, 0
    for number in sorted(histogram):
        passed += histogram[number]
        if passed >= rank:
            break
    return Value(middle(number), count)


def middle(number: int) -> float:
    """The value that stands for a bin."""
    return 0.0 if number == ZERO_BIN else math.exp((number + 0.5) / BINS_PER_E)


@cache
def is_published(measure: Measure) -> bool:
    """Whether a measure is made of published statistics (and areas) alone."""
    found = terms(measure)
    return any(isinstance(term, Statistic) for term in found) and all(isinstance(term, Statistic | Area) for term in found)
