"""The change of a total or a ratio as the sum of what its parts contribute. No database, no clock.

A total's part contributes its own difference. A ratio's part contributes in two ways: its rate changed (rate), or its weight
in the whole did (mix: more of what is worse makes the whole worse, though nothing became worse). The change of the rate
counts at the mean of both weights, the change of the weight at the mean of both rates as it lies above or below the whole's;
so the two sides of the comparison may be exchanged, and nothing is left over.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from indicators.algebra import Amount
from indicators.definition import Area, Indicator, Ratio, Statistic

Line = tuple[Amount, Amount]          # what stands above and below the line


@dataclass(frozen=True)
class Piece:
    """What one part contributes; for a total, and for a ratio whose base is common to all parts, all of it is `rate`."""

    contribution: float
    mix: float
    rate: float


NOTHING = (Amount(), Amount())


def apart(indicator: Indicator) -> bool:
    """Whether mix and rate are two things: a ratio's base is made of its parts', and is not an area or a census."""
    measure = indicator.measure
    return isinstance(measure, Ratio) and not all(isinstance(term, Area | Statistic) for term in measure.base)


def pieces(
    before: Mapping[str, Line], after: Mapping[str, Line], whole: tuple[Line, Line], scale: float, *, weighed: bool,
) -> dict[str, Piece]:
    """What each part contributes to the change of the whole; `weighed`: the base is made of the parts'.

    Raises: ZeroDivisionError where the whole has no base.
    """
    return {
        key: piece(before.get(key, NOTHING), after.get(key, NOTHING), whole, scale, weighed=weighed)
        for key in dict.fromkeys([*before, *after])
    }


def piece(before: Line, after: Line, whole: tuple[Line, Line], scale: float, *, weighed: bool) -> Piece:
    """What one part contributes."""
    bases = whole[0][1].total, whole[1][1].total
    moved = after[0].total / bases[1] - before[0].total / bases[0]
    if not weighed:
        return Piece(scale * moved, 0.0, scale * moved)
    weights = before[1].total / bases[0], after[1].total / bases[1]
    middle = (whole[0][0].total / bases[0] + whole[1][0].total / bases[1]) / 2
    contribution = moved - (weights[1] - weights[0]) * middle
    if not before[1].total and not after[1].total:
        rate = contribution
    elif not before[1].total or not after[1].total:
        rate = 0.0                                  # what was not there, or is no more, has no rate that changed
    else:
        rates = before[0].total / before[1].total, after[0].total / after[1].total
        rate = (rates[1] - rates[0]) * (weights[0] + weights[1]) / 2
    return Piece(scale * contribution, scale * (contribution - rate), scale * rate)
