"""The classes in which a map paints an indicator, and where one ends and the next begins.

Two kinds. Against a target the breaks come from the definition alone. Otherwise they are quantiles of
the values on the map, rounded until they can be read out; then they are *held*: the next picture keeps
them as long as they still part the values about as well as new ones would, so that a region changes its
colour only because its own value has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import Literal

import numpy as np

from indicators.definition import Indicator, Percentile, Ratio

STEPS = 6
QUANTILES = (0.12, 0.32, 0.52, 0.72, 0.9)   # narrow at the top: the few worth a look get a class of their own
MOST_FIGURES = 4
CROWD = 3                                   # held breaks may crowd a third more of the values into an end


@dataclass(frozen=True)
class Ramp:
    """Classes of values: class k holds breaks[k - 1] ≤ value < breaks[k]; `upper`: < value ≤ instead, where less is better.

    `colours` names each class's colour: steps 1 … 6 of the sequence (more is higher), or 1 … 7 of the
    target's scale (1 is best).
    """

    kind: Literal["sequence", "target"]
    breaks: tuple[float, ...]
    colours: tuple[int, ...]
    upper: bool = False

    def colour(self, value: float) -> int:
        """The colour of a value."""
        return self.colours[int(np.searchsorted(self.breaks, value, side="left" if self.upper else "right"))]


def ramp(indicator: Indicator, values: Sequence[float], held: Ramp | None = None) -> Ramp:
    """The classes to paint these values with; `held` are those of the picture before, for the same indicator and scope.

    A count has a target only for the whole city, so only shares, means and percentiles are set against theirs.
    """
    if indicator.target is not None and indicator.better != "neither" and isinstance(indicator.measure, Ratio | Percentile):
        return against_target(indicator)
    fresh = sequence(values)
    return held if held is not None and still_fits(held, fresh, values) else fresh


def against_target(indicator: Indicator) -> Ramp:
    """Three classes on the good side, one between good and bad, three on the bad side; from the definition alone."""
    target = indicator.target
    assert target is not None
    high = indicator.better == "higher"
    best = 100.0 if high and indicator.unit == "percent" else None if high else 0.0
    gap = abs(target.good - target.bad) or abs(target.good) / 10 or 1.0
    better = gap if best is None else abs(best - target.good) / 3
    worse = gap if not high else min(gap, abs(target.bad) / 3)
    sign = 1 if high else -1
    goods = [target.good + sign * better * k for k in (1, 2)] if better else []
    bads = [target.bad - sign * worse * k for k in (1, 2)] if worse else []
    middle = [target.good] if target.good == target.bad else [target.good, target.bad]
    places = sorted({round(at, indicator.decimals + 1) for at in (*goods, *middle, *bads)})
    colours = [target_colour(at, target.good, target.bad, better, worse, high) for at in probes(places)]
    return Ramp("target", tuple(places), tuple(colours), upper=not high)


def probes(breaks: Sequence[float]) -> list[float]:
    """One value inside each class."""
    inner = [(one + next_one) / 2 for one, next_one in pairwise(breaks)]
    return [breaks[0] - 1, *inner, breaks[-1] + 1]


def target_colour(value: float, good: float, bad: float, better: float, worse: float, high: bool) -> int:
    """1 … 3 on the good side, 4 between, 5 … 7 on the bad side."""
    sign = 1 if high else -1
    if sign * (value - good) >= 0:
        return 3 - min(2, floor(abs(value - good) / better)) if better else 3
    if sign * (value - bad) >= 0:
        return 4
    return 5 + min(2, floor(abs(value - bad) / worse)) if worse else 5


def sequence(values: Sequence[float]) -> Ramp:
    """Up to six classes of about equal use, at numbers that can be read out."""
    known = np.array(sorted(values), dtype=float)
    if not len(known) or known[0] == known[-1]:
        return Ramp("sequence", (), (STEPS // 2,))
    wanted = np.unique(np.quantile(known, QUANTILES))
    wanted = wanted[(wanted > known[0]) & (wanted <= known[-1])]
    if not len(wanted):
        wanted = known[known > known[0]][:1]
    breaks = readable(wanted.tolist())
    steps = np.linspace(1, STEPS, len(breaks) + 1).round().astype(int)
    return Ramp("sequence", breaks, tuple(steps.tolist()))


def readable(numbers: Sequence[float]) -> tuple[float, ...]:
    """The numbers rounded to as few figures as keep them apart."""
    for figures in range(1, MOST_FIGURES + 1):
        rounded = [to_figures(number, figures) for number in numbers]
        if len(set(rounded)) == len(numbers) and (figures > 1 or apart(rounded, numbers)):
            return tuple(rounded)
    return tuple(dict.fromkeys(to_figures(number, MOST_FIGURES) for number in numbers))


def apart(rounded: Sequence[float], numbers: Sequence[float]) -> bool:
    """Whether rounding moved no number by more than a fifth of its distance to the next."""
    gaps = [after - before for before, after in pairwise(numbers)]
    near = min(gaps, default=abs(numbers[0]) or 1.0)
    return all(abs(one - other) <= near / 5 for one, other in zip(rounded, numbers, strict=True))


def to_figures(number: float, figures: int) -> float:
    """A number rounded to so many significant figures."""
    if number == 0:
        return 0.0
    return round(number, figures - 1 - floor(log10(abs(number))))


def still_fits(held: Ramp, fresh: Ramp, values: Sequence[float]) -> bool:
    """Whether held breaks part the values about as well as fresh ones."""
    if held.kind != fresh.kind or len(held.breaks) < len(fresh.breaks) - 1:
        return False
    old, new = occupancy(held, values), occupancy(fresh, values)
    crowded = any(old[end] > new[end] + len(values) / CROWD for end in (0, -1))
    return not crowded and sum(map(bool, old)) >= sum(map(bool, new)) - 1


def occupancy(ramp: Ramp, values: Sequence[float]) -> list[int]:
    """How many values fall into each class."""
    classes = np.searchsorted(ramp.breaks, np.asarray(values, dtype=float), side="right")
    return [int(count) for count in np.bincount(classes, minlength=len(ramp.colours))]
