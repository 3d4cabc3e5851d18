"""The ranking of all child regions, each with its way through the period on one scale for all: small multiples in a table."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.readings import ChildReading
from indicators.definition import Indicator, Percentile, Ratio
from indicators.reading import Reading
from layouts import figures, formats, links, palette, periods, states
from layouts.look import Look
from layouts.panel import WITHOUT_VALUE
from layouts.table import Cell, Column, Row, table

WIDE, HIGH = 160, 32
ROW = 46                 # pixels that a row is high
KNOWN = ("ok", "stale")
FEWEST = 2               # points that make a course


def ranking(look: Look, parts: Sequence[ChildReading]) -> list[Any]:
    """Draw the table: the best first, or the highest where nothing is better; those without a value last and unranked."""
    if not parts:
        return [html.P(look.say("ranking.leaf"), className="t3")]
    indicator = parts[0].reading.indicator
    ranked = order(parts)
    rest = [part for part in parts if part not in ranked]
    reach = figures.spread([point.value for part in ranked for point in part.reading.series if point.complete])
    gaps = against_target(indicator)
    ends = extent([length(part.reading, gaps) for part in ranked])
    rows = [row(look, place, part, ends, reach, gaps=gaps) for part, place in zip(ranked, places(ranked), strict=True)]
    level = look.city.levels[parts[0].region.level].name
    caption = look.say("multiples.caption", title=look.read(indicator.title),
                       level=formats.many(level, len(parts), look.language))
    unranked = [row(look, None, part, ends, reach, gaps=gaps) for part in rest]
    told = any(word(look, part.reading) for part in parts)
    drawn = table("multiples", caption, columns(look, indicator, gaps=gaps, told=told), [*rows, *unranked], ROW)
    return [html.Div(drawn, className="multiples-grid")]


def hints(look: Look) -> list[Any]:
    """What stands beside the table's title."""
    return [html.Span(look.say("multiples.hint"), className="t3")]


def order(parts: Sequence[ChildReading]) -> list[ChildReading]:
    """The regions with a value, the best first."""
    known = [part for part in parts if part.reading.value is not None and part.reading.status in KNOWN]
    sign = 1 if known and known[0].reading.indicator.better == "lower" else -1
    return sorted(known, key=lambda part: (sign * (part.reading.value or 0.0), part.region.code))


def places(ranked: Sequence[ChildReading]) -> list[int]:
    """The place of each: those that share a value share a place."""
    found: list[int] = []
    for at, part in enumerate(ranked):
        same = at > 0 and part.reading.value == ranked[at - 1].reading.value
        found.append(found[-1] if same else at + 1)
    return found


def against_target(indicator: Indicator) -> bool:
    """Whether regions are set against the target: a count has one for the whole city only."""
    return indicator.target is not None and isinstance(indicator.measure, Ratio | Percentile)


def length(reading: Reading, gaps: bool) -> float:
    """What a bar stands for: the distance from the target, or the value."""
    value, target = reading.value or 0.0, reading.indicator.target
    return value - target.good if gaps and target is not None else max(value, 0.0)


def columns(look: Look, indicator: Indicator, *, gaps: bool, told: bool) -> list[Column]:
    """The table's columns; the first names the region. States stand there where any is told."""
    level = look.read(look.city.levels[min(look.region.level + 1, len(look.city.levels) - 1)].name)
    bar = f"{look.say('multiples.gap')} {formats.target(indicator)}" if gaps else look.say("multiples.bar")
    since = look.say(periods.since(look.view.scope.window))
    return [Column("name", level, width=260, narrow=108), Column("value", look.say("multiples.value"), "number", 120, narrow=86),
            Column("bar", bar, "drawing", narrow=0), Column("change", since, "number", 132, narrow=86),
            *([] if not told else [Column("state", look.say("indicator.state"), "text", 132, narrow=0)]),
            Column("course", look.say("multiples.course"), "drawing", 190, narrow=86),
            Column("why", look.say("multiples.why"), "drawing", 76, narrow=0)]


def extent(lengths: Sequence[float]) -> tuple[float, float]:
    """From where to where bars go: zero is within."""
    low, high = min((0.0, *lengths)), max((0.0, *lengths))
    return (low, high) if low < high else (0.0, 1.0)


def row(look: Look, place: int | None, part: ChildReading, ends: tuple[float, float], reach: Sequence[float], *,
        gaps: bool) -> Row:
    """One region: place and name, value, bar, change, state, course, and the way to why."""
    reading, key, name = part.reading, part.reading.indicator.key, look.read(part.region.name)
    there = links.link(name, links.to_indicator_page(look.view, key, part.region.code))
    reasons = links.to_why(look.view, key, part.region.code)
    known = place is not None
    return {
        "id": part.region.code,
        "name": Cell(name, html.Span([html.I(str(place) if known else "", className="place"), there], className="title")),
        "value": Cell(reading.value if known else None, value(look, reading)), "bar": Cell(None, bar(reading, ends, gaps=gaps)),
        "change": Cell(difference(reading), change(look, reading)), "state": Cell(word(look, reading), state(look, reading)),
        "course": Cell(None, spark(look, part, reach)),
        "why": Cell(None, links.link(look.say("multiples.why"), reasons, className="why") if known else ""),
    }


def difference(reading: Reading) -> float | None:
    """By how much it changed, like with like; changes are sorted by it."""
    now = reading.value if reading.comparable is None else reading.comparable
    return None if now is None or reading.previous is None or reading.status == "stale" else now - reading.previous


def value(look: Look, reading: Reading) -> Any:
    """The value, or the word in its place."""
    if reading.status in WITHOUT_VALUE or reading.value is None:
        return html.Span(formats.NONE, className="t3")
    shown = formats.quantity(reading.value, reading.indicator, look.language)
    unit = [html.Small(shown.unit, className="u")] if shown.unit[:1] in "万亿kMb%" and shown.unit else []
    return html.Span([shown.digits, *unit], className="num" if reading.status == "ok" else "num t3")


def bar(reading: Reading, ends: tuple[float, float], *, gaps: bool) -> Any:
    """The distance from the target to either side of a line, or the value from zero."""
    if reading.value is None or reading.status not in KNOWN:
        return ""
    size, whole = length(reading, gaps), ends[1] - ends[0]
    left, width = (min(size, 0.0) - ends[0]) / whole * 100, abs(size) / whole * 100
    tone = "plain" if not gaps else "better" if reading.target_state == "good" else "worse"
    line = [html.B(style={"left": f"{-ends[0] / whole * 100:.1f}%"})] if gaps else []
    drawn = html.I(style={"left": f"{left:.1f}%", "width": f"{width:.1f}%"}, className=tone)
    return html.Span([*line, drawn], className="gapbar")


def change(look: Look, reading: Reading) -> str:
    """The change against the period before, like with like."""
    now = reading.value if reading.comparable is None else reading.comparable
    found = formats.change(reading.indicator, now, reading.previous, look.language)
    return "" if found is None or reading.status == "stale" else f"{found.arrow} {found.size}".strip()


def state(look: Look, reading: Reading) -> Any:
    """Shape and word; nothing for a value that is current and has no target."""
    shape = states.reading_glyph(reading)
    said = word(look, reading)
    tone = reading.target_state or ""
    shown = [*([] if shape is None else [shape, " "]), said]
    return html.B(shown, className=f"st {'' if tone == 'good' else tone}") if said else ""


def word(look: Look, reading: Reading) -> str:
    """The state's word; none for a value that is current and has no target."""
    return "" if reading.status == "ok" and reading.target_state is None else states.reading_word(reading, look.language)


def spark(look: Look, part: ChildReading, reach: Sequence[float]) -> Any:
    """A region's way through the period, on the scale of all."""
    points = part.reading.series
    whole = [point.value for point in points if point.complete]
    if part.reading.status not in KNOWN or sum(one is not None for one in whole) < FEWEST:
        return ""
    drawn = figures.line(whole, state=part.reading.target_state, width=WIDE, height=HIGH)
    target = part.reading.indicator.target
    guide = [] if target is None or not reach[0] <= target.good <= reach[1] else [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target.good, "y1": target.good,
         "line": {"color": palette.INK_SOFT, "width": 1, "dash": "2px,4px"}}]
    shown = {**drawn, "layout": {**drawn["layout"], "yaxis": {"range": list(reach)}, "shapes": guide}}
    low, high = min(one for one in whole if one is not None), max(one for one in whole if one is not None)
    indicator = part.reading.indicator
    return figures.graph(shown, look.say("multiples.aloud", region=look.read(part.region.name),
                                         low=formats.quantity(low, indicator, look.language),
                                         high=formats.quantity(high, indicator, look.language)))
