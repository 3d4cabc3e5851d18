"""The way of an indicator through a period, in full: its target, what is normal, the region above, and what still runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from dash import html

from data_access.normals import FEWEST as FEWEST_WEEKS
from data_access.normals import Band
from indicators.reading import Point, Reading
from layouts import axes, figures, formats, palette
from layouts.look import Look
from layouts.trend import FEWEST, near

HIGH = 400
LEFT, RIGHT, BOTTOM, TOP = 52, 104, 28, 10
BARE = 16              # the right margin where nothing is written in it
BAND = "var(--band)"


@dataclass(frozen=True)
class Course:
    """What is drawn: the reading with its way, the bands of what is normal, and the reading of the region above."""

    reading: Reading
    bands: Sequence[Band] | None = ()                   # None where they are not asked for
    above: Reading | None = None
    names: tuple[str, str] = field(default=("", ""))    # of the region and of the one above


def course(look: Look, found: Course) -> list[Any]:
    """Draw it, with a line beneath that says how what is seen was made; nothing where there is no way to draw."""
    points = found.reading.series
    if found.reading.status not in ("ok", "stale") or sum(point.value is not None for point in points) < FEWEST:
        return [html.P(look.say("course.none"), className="t3")]
    return [figures.graph(figure(look, found), aloud(look, found), responsive=True), html.P(legend(look, found), className="key")]


def figure(look: Look, found: Course) -> figures.Figure:
    """The chart as a figure; every value of the course can be pointed at."""
    points, good = found.reading.series, goal(found)
    places = {point.at: place for place, point in enumerate(points)}
    above = [] if found.above is None else aligned(found.above.series, places, len(points))
    reach = widened(figures.spread([*(point.value for point in points), *above], [good]), found.bands or ())
    instants = [point.at for point in points]
    room, span = 0.5 if len(points) < 40 else 1, floored(found, reach)
    beside = labels(look, found, above, good, span)
    return {
        "data": [*band_traces(found.bands or (), places, span), *above_traces(above), *own_traces(look, found)],
        "layout": figures.layout(
            720, HIGH, margin={"l": LEFT, "r": RIGHT if beside else BARE, "t": TOP, "b": BOTTOM}, hovermode="closest",
            xaxis=axes.onward(look, instants, room), yaxis=axes.upward(look, found.reading.indicator, span),
            shapes=[] if good is None else [aim(good)], annotations=beside),
    }


def widened(reach: Sequence[float], bands: Sequence[Band]) -> list[float]:
    """A range that shows the bands as far as they do not flatten the course: half its height more to either side."""
    room = (reach[1] - reach[0]) / 2
    low, high = min((one.low for one in bands), default=reach[0]), max((one.high for one in bands), default=reach[1])
    return [max(min(reach[0], low), reach[0] - room), min(max(reach[1], high), reach[1] + room)]


def floored(found: Course, reach: list[float]) -> list[float]:
    """A range that does not go below zero where no value does."""
    values = [point.value for point in found.reading.series if point.value is not None]
    return [max(reach[0], 0.0), reach[1]] if min(values) >= 0 else reach


def goal(found: Course) -> float | None:
    """The target, where it can be drawn without flattening the course."""
    target = found.reading.indicator.target
    values = [point.value for point in found.reading.series]
    return None if target is None or not near(target.good, values) else target.good


def aligned(series: Sequence[Point], places: Mapping[datetime, int], count: int) -> list[float | None]:
    """Another region's values at the same places; a gap where it has none."""
    found: list[float | None] = [None] * count
    for point in series:
        if point.at in places:
            found[places[point.at]] = figures.rounded(point.value)
    return found


def band_traces(bands: Sequence[Band], places: Mapping[datetime, int], reach: Sequence[float]) -> list[figures.Figure]:
    """The band of what is normal, cut at the frame: one area for each run of buckets that have one."""
    runs: list[list[Band]] = []
    for one in (one for one in bands if one.at in places):
        if runs and places[runs[-1][-1].at] == places[one.at] - 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [{"type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": BAND, "hoverinfo": "skip",
             "line": {"color": BAND, "width": 0},
             "x": [*(places[one.at] for one in run), *(places[one.at] for one in reversed(run))],
             "y": [figures.rounded(min(max(edge, reach[0]), reach[1]))
                   for edge in (*(one.high for one in run), *(one.low for one in reversed(run)))]}
            for run in runs if len(run) > 1]


def above_traces(values: Sequence[float | None]) -> list[figures.Figure]:
    """The region above, thin and dashed."""
    if not any(value is not None for value in values):
        return []
    return [{"type": "scatter", "mode": "lines", "y": list(values), "hoverinfo": "skip",
             "line": {"color": palette.INK_SOFT, "width": 1.4, "dash": "5px,4px"}}]


def own_traces(look: Look, found: Course) -> list[figures.Figure]:
    """The course itself; the bucket that still runs is reached by dots, and its point is hollow."""
    reading = found.reading
    shown = [figures.rounded(point.value) for point in reading.series]
    runs = not reading.series[-1].complete
    whole = [*shown[:-1], None] if runs else shown
    lone = any(value is not None and (at == 0 or shown[at - 1] is None) and (at == len(shown) - 1 or shown[at + 1] is None)
               for at, value in enumerate(shown))
    traces: list[figures.Figure] = [{
        "type": "scatter", "mode": "lines+markers" if lone else "lines", "y": whole,
        "text": words(look, reading), "hoverinfo": "text",
        "line": {"color": palette.TEXT_1, "width": 2.4}, "marker": {"size": 4, "color": palette.TEXT_1}}]
    last = figures.last_known(shown)
    if last is None:
        return traces
    if runs and last == len(shown) - 1 and last > 0:
        traces.append({"type": "scatter", "mode": "lines", "x": [last - 1, last], "y": shown[-2:], "hoverinfo": "skip",
                       "line": {"color": palette.TEXT_1, "width": 1.6, "dash": "2px,4px"}})
        return [*traces, {"type": "scatter", "mode": "markers", "x": [last], "y": [shown[last]],
                          "text": [words(look, reading)[-1]], "hoverinfo": "text",
                          "marker": {"size": 9, "color": palette.GROUND, "line": {"color": palette.TEXT_1, "width": 2}}}]
    state = reading.target_state
    color = palette.STALE if reading.status == "stale" else palette.STATES[state] if state else palette.TEXT_1
    return [*traces, figures.dot(last, shown[last], color)]


def words(look: Look, reading: Reading) -> list[str]:
    """What each value says when it is pointed at: when, how much, and that it still runs."""
    step = axes.spacing([point.at for point in reading.series])
    return [" · ".join([formats.bucket(point.at, look.zone, step, look.language),
                        str(formats.quantity(point.value, reading.indicator, look.language)),
                        *([] if point.complete else [look.say("course.running")])]) for point in reading.series]


def aim(good: float) -> figures.Figure:
    """The target's dotted line."""
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": good, "y1": good,
            "line": {"color": palette.INK, "width": 1, "dash": "2px,5px"}}


def labels(look: Look, found: Course, above: Sequence[float | None], good: float | None,
           reach: Sequence[float]) -> list[figures.Figure]:
    """Names right of the frame, where the lines end; they make room for each other."""
    ends: list[tuple[float, str, str]] = []
    if good is not None:
        ends.append((good, f"{look.say('target')} {formats.target(found.reading.indicator)}", palette.TEXT_2))
    if found.above is not None:
        own = [point.value for point in found.reading.series]
        ends += [(values[last] or 0.0, short(name), color) for values, name, color in (
            (above, found.names[1], palette.TEXT_2), (own, found.names[0], palette.TEXT_1))
            if (last := figures.last_known(values)) is not None]
    scale = (HIGH - TOP - BOTTOM) / (reach[1] - reach[0])
    lifts = apart([value * scale for value, _, _ in ends])
    return [{"xref": "paper", "x": 1, "xanchor": "left", "xshift": 4, "y": figures.rounded(value), "yanchor": "middle",
             "yshift": round(lift), "text": text, "font": {"color": color}}
            for (value, text, color), lift in zip(ends, lifts, strict=True)]


def apart(heights: Sequence[float], least: float = 18.0) -> list[float]:
    """How far each label must be lifted or lowered so that no two are nearer than a line; those above stay above."""
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    placed = {at: heights[at] for at in order}
    for lower, upper in pairwise(order):
        overlap = placed[lower] + least - placed[upper]
        if overlap > 0:
            placed[lower] -= overlap / 2
            placed[upper] += overlap / 2
    for lower, upper in pairwise(order):     # what was lowered may have come to the one below it
        placed[upper] = max(placed[upper], placed[lower] + least)
    return [placed[at] - heights[at] for at in range(len(heights))]


def short(name: str, most: int = 13) -> str:
    """A name cut to what the margin holds."""
    return name if len(name) <= most else name[:most - 1] + "…"


def legend(look: Look, found: Course) -> list[Any]:
    """What the band is, and what the hollow point is."""
    parts: list[Any] = []
    if found.bands:
        most = max(one.n for one in found.bands)
        least = min(one.n for one in found.bands)
        weeks = str(most) if most == least else look.say("period.span", first=least, last=most)
        parts.append(html.Span([html.I(className="swatch band"), look.say("course.band", weeks=weeks)]))
    elif found.bands is not None:
        parts.append(html.Span(look.say("course.no_band", n=FEWEST_WEEKS), className="t3"))
    if not found.reading.series[-1].complete:
        parts.append(html.Span([html.I(className="swatch hollow"), look.say("course.running")]))
    return parts


def aloud(look: Look, found: Course) -> str:
    """The course in words, for those who cannot see it."""
    known = [point for point in found.reading.series if point.value is not None]
    low, high = min(known, key=lambda point: point.value or 0.0), max(known, key=lambda point: point.value or 0.0)
    indicator = found.reading.indicator

    def told(value: float | None) -> str:
        return str(formats.quantity(value, indicator, look.language))

    step = axes.spacing([point.at for point in found.reading.series])
    return look.say("chart.course", title=look.read(indicator.title), now=told(found.reading.value),
                    begin=formats.bucket(found.reading.series[0].at, look.zone, step, look.language),
                    end=formats.bucket(found.reading.series[-1].at, look.zone, step, look.language),
                    low=told(low.value), high=told(high.value))
