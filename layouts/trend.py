"""The small chart of a reading: which one, and what its ends are called."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from data_access.readings import ChildReading
from indicators.definition import Area, Count, Ratio, Statistic, Sum, Term, Total
from indicators.reading import Reading
from layouts import figures, formats
from layouts.look import Look

FEWEST = 2          # points that make a course
MOST_BARS = 62
COMPARABLE = (3, 6)  # how many regions a dot plot holds


def chart(look: Look, reading: Reading, parts: Sequence[ChildReading] = ()) -> html.Div:
    """A reading's chart in a panel: empty where there is nothing to draw.

    With a few `parts` (the child regions' readings) they are compared instead of drawn through time.
    """
    compared = [part for part in parts if part.reading.status == "ok" and part.reading.value is not None]
    if reading.status == "ok" and COMPARABLE[0] <= len(compared) <= COMPARABLE[1]:
        return html.Div(figures.graph(comparison(look, compared), compared_aloud(look, reading, compared)), className="chart")
    return html.Div(drawn(look, reading), className="chart")


def comparison(look: Look, parts: Sequence[ChildReading]) -> figures.Figure:
    """Child regions against the target."""
    indicator = parts[0].reading.indicator
    return figures.dots(
        [look.read(part.region.name) for part in parts],
        [part.reading.value or 0.0 for part in parts],
        [formats.quantity(part.reading.value, indicator, look.language).digits for part in parts],
        [part.reading.target_state for part in parts],
        None if indicator.target is None else indicator.target.good,
    )


def drawn(look: Look, reading: Reading, height: int = figures.HIGH, *, lively: bool = False) -> list[Any]:
    """The course and what its ends are called; nothing without a course. In a lively one each value can be pointed at."""
    if reading.status == "dead":
        return [figures.graph(figures.silence(height=height), f"{look.read(reading.indicator.title)}: {look.say('dead.for')}")]
    points = reading.series
    if reading.status not in ("ok", "stale") or sum(point.value is not None for point in points) < FEWEST:
        return []
    course = figure(look, reading, height)
    return [figures.graph(figures.spoken(course, words(look, reading)) if lively else course, aloud(look, reading)),
            ends(look, reading)]


def words(look: Look, reading: Reading) -> list[str]:
    """What each value of the course says for itself: when, and how much."""
    points = [point for point in reading.series if point.complete or drawn_whole(reading)]
    step = (reading.series[-1].at - reading.series[0].at) / max(len(reading.series) - 1, 1)
    return [f"{formats.bucket(point.at, look.zone, step, look.language)} · "
            f"{formats.quantity(point.value, reading.indicator, look.language)}" for point in points]


def aloud(look: Look, reading: Reading) -> str:
    """What a course shows, in words and numbers, for those who cannot see it."""
    known = [point for point in reading.series if point.value is not None]
    low, high = min(known, key=lambda point: point.value or 0.0), max(known, key=lambda point: point.value or 0.0)

    def told(value: float | None) -> str:
        return str(formats.quantity(value, reading.indicator, look.language))

    begin, end = between(look, reading)
    now = "" if reading.value is None else told(reading.value)
    return look.say("chart.course", title=look.read(reading.indicator.title), now=now, begin=begin, end=end,
                    low=told(low.value), high=told(high.value))


def compared_aloud(look: Look, reading: Reading, parts: Sequence[ChildReading]) -> str:
    """What a comparison of regions shows, in words and numbers."""
    told = [f"{look.read(part.region.name)} {formats.quantity(part.reading.value, part.reading.indicator, look.language)}"
            for part in parts]
    return f"{look.read(reading.indicator.title)}: {look.say('list.comma').join(told)}"


def figure(look: Look, reading: Reading, height: int) -> figures.Figure:
    """Bars for what is counted in time, a line for all else, a base line where all is zero."""
    values = [point.value for point in reading.series]
    if all(not value for value in values):
        return figures.nothing_happened(height=height)
    if drawn_as_bars(reading):
        return figures.bars(values, running=not reading.series[-1].complete, height=height)
    whole = [point.value for point in reading.series if point.complete or drawn_whole(reading)]
    target = reading.indicator.target
    good = None if target is None or not near(target.good, values) else target.good
    label = "" if good is None else f"{look.say('target')} {formats.target(reading.indicator)[1:]}"
    return figures.line(whole, state=reading.target_state, target=good, target_label=label,
                        stale=reading.status == "stale", height=height)


def counted(reading: Reading) -> bool:
    """Whether the indicator is an amount per bucket, be it per head or area, so that its course is one of bars."""
    measure = reading.indicator.measure
    if isinstance(measure, Ratio):
        return amounts(measure.over) and all(isinstance(term, Area | Statistic) for term in measure.base)
    return isinstance(measure, Sum) and amounts(measure.terms)


def amounts(terms: Sequence[Term]) -> bool:
    """Whether these add up through a bucket."""
    return all(isinstance(term, Count | Total) for term in terms)


def drawn_as_bars(reading: Reading) -> bool:
    """Whether there are so few amounts that each has a bar."""
    return counted(reading) and len(reading.series) <= MOST_BARS and reading.status == "ok"


def drawn_whole(reading: Reading) -> bool:
    """Whether the bucket that still runs is drawn, too: a bar can be paler, a line of amounts would only fall."""
    return drawn_as_bars(reading) or not counted(reading)


def near(target: float, values: Sequence[float | None]) -> bool:
    """Whether the target can be drawn without flattening the course."""
    known = [value for value in values if value is not None]
    room = (max(known) - min(known)) or abs(max(known)) * 0.1 or 1.0
    return min(known) - 2 * room <= target <= max(known) + 2 * room


def ends(look: Look, reading: Reading) -> html.Div:
    """When the course begins and ends, beneath it."""
    return html.Div([html.Span(said) for said in between(look, reading)], className="ends")


def between(look: Look, reading: Reading) -> tuple[str, str]:
    """When the course begins and ends."""
    first, last = reading.series[0].at, reading.series[-1].at
    step = (last - first) / max(len(reading.series) - 1, 1)
    if step < timedelta(days=1) <= last - first + step:
        begin = f"{formats.day(first, look.zone, look.language)} {formats.clock(first, look.zone)}"
    else:
        begin = formats.bucket(first, look.zone, step, look.language)
    live = reading.status == "ok" and reading.indicator.stale_after is not None and not reading.indicator.archive
    end = look.say("now") if live else formats.bucket(last, look.zone, step, look.language)
    return begin, end
