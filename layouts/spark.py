"""A course small enough for a table's row: the target's region as its ground, the last point in its state's colour."""

from collections.abc import Sequence
from typing import Any

from indicators.reading import Reading
from layouts import figures, palette, trend
from layouts.look import Look

WIDE, HIGH = 220, 44


def spark(look: Look, reading: Reading, reach: Sequence[float] | None = None) -> list[Any]:
    """The reading's course; nothing where there is none. `reach` is the axis that it shares with others."""
    if reading.status not in ("ok", "stale") or sum(point.value is not None for point in reading.series) < trend.FEWEST:
        return []
    return [figures.graph(figure(reading, reach), trend.aloud(look, reading))]


def figure(reading: Reading, reach: Sequence[float] | None = None) -> figures.Figure:
    """Bars for amounts, a line for all else, a base line where all is zero; over the region that is on target."""
    drawn = course(reading)
    if reach is not None:
        drawn = {**drawn, "layout": {**drawn["layout"], "yaxis": {"range": list(reach)}}}
    target = reading.indicator.target
    if target is None:
        return drawn
    values = [point.value for point in reading.series if point.value is not None]
    upward = reading.indicator.better == "higher"
    met = all(value >= target.good if upward else value <= target.good for value in values)   # far beyond is on target, too
    if not met and not trend.near(target.good, reach or values):
        return drawn
    return grounded(drawn, target.good, upward=upward)


def course(reading: Reading) -> figures.Figure:
    """The course alone."""
    values = [point.value for point in reading.series]
    if all(not value for value in values):
        return figures.nothing_happened(width=WIDE, height=HIGH)
    if trend.drawn_as_bars(reading):
        return figures.bars(values, running=not reading.series[-1].complete, width=WIDE, height=HIGH)
    whole = [point.value for point in reading.series if point.complete or trend.drawn_whole(reading)]
    return figures.line(whole, state=reading.target_state, stale=reading.status == "stale", width=WIDE, height=HIGH)


def grounded(drawn: figures.Figure, good: float, *, upward: bool) -> figures.Figure:
    """The drawing over the region that is on target, as far as the axis reaches."""
    low, high = drawn["layout"]["yaxis"]["range"]
    good = min(max(good, low), high)
    ground = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": good if upward else low, "y1": high if upward else good,
              "fillcolor": palette.AIM, "line": {"width": 0}, "layer": "below"}
    return {**drawn, "layout": {**drawn["layout"], "shapes": [ground]}}
