"""The axes of a page's charts: round numbers beside them, days and hours beneath."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, floor, log10
from typing import Any

from indicators.definition import Indicator
from layouts import formats
from layouts.look import Look

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
DAYS = timedelta(hours=22)    # buckets from about a day on are named by their day
MONTHS = timedelta(days=27)


def round_numbers(low: float, high: float, most: int = 5) -> list[float]:
    """Up to so many round numbers within a range, evenly spread."""
    span = high - low
    if span <= 0:
        return [low]
    size = 10.0 ** floor(log10(span / most))
    step = next((one * size for one in STEPS if floor(high / (one * size)) - ceil(low / (one * size)) < most), 10 * size)
    first, last = ceil(round(low / step, 9)), floor(round(high / step, 9))
    return [float(f"{number * step:.10g}") for number in range(first, last + 1)]


def upward(look: Look, indicator: Indicator, reach: Sequence[float], most: int = 5) -> dict[str, Any]:
    """The value axis: its range, its grid and what stands beside it, all with as many decimals as any needs."""
    marks = round_numbers(reach[0], reach[1], most)
    return {"visible": True, "showgrid": True, "range": list(reach), "tickvals": marks,
            "ticktext": written(look, indicator, marks)}


def written(look: Look, indicator: Indicator, marks: Sequence[float]) -> list[str]:
    """Round numbers without their unit."""
    needed = max((decimals(mark) for mark in marks), default=0)
    return ["".join(formats.scaled(mark, needed if abs(mark) < 1e4 else 0, look.language)) for mark in marks]


def decimals(value: float) -> int:
    """How many decimals a round number has."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def onward(look: Look, instants: Sequence[datetime], room: float, most: int = 5) -> dict[str, Any]:
    """The axis of time over the places of buckets: a few of them named, the last among them."""
    last = len(instants) - 1
    step = max(ceil(last / (most - 1)), 1)
    places = sorted(range(last, -1, -step))
    return {"visible": True, "showgrid": False, "range": [-room, last + room], "tickvals": places, "tickangle": 0,
            "ticktext": [named(look, instants, place) for place in places]}


def named(look: Look, instants: Sequence[datetime], place: int) -> str:
    """A bucket's short name: its hour, its day, its month, its year."""
    at, step = instants[place].astimezone(look.zone), spacing(instants)
    if step < DAYS:
        return f"{at:%H:%M}"
    if step < MONTHS:
        return f"{at.month}-{at.day:02d}" if look.language == "zh" else f"{at.day} {formats.MONTHS[at.month - 1]}"
    if step < timedelta(days=300):
        return f"{at.month} 月" if look.language == "zh" else formats.MONTHS[at.month - 1]
    return str(at.year)


def spacing(instants: Sequence[datetime]) -> timedelta:
    """How far apart buckets are; the last may be cut short."""
    return instants[1] - instants[0] if len(instants) > 1 else timedelta(days=1)
