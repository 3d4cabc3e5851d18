"""Regions side by side, or two periods of one: every indicator a row, all courses of a row on the same axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dash import html

from data_access.city import Region
from indicators import periods as days
from indicators import windows
from indicators.definition import Indicator
from indicators.periods import Days
from indicators.reading import Reading
from indicators.scope import Window
from layouts import figures, formats, links, periods, spark, states, trend
from layouts.address.pages import MOST_REGIONS, ComparePage
from layouts.look import Look
from layouts.scorecard import figure, verdict
from layouts.view import View

SOON = timedelta(microseconds=1)


@dataclass(frozen=True)
class Side:
    """One column: what it is called, the view whose links its numbers have, and its readings."""

    name: str
    view: View
    readings: Mapping[str, Reading]


def title(look: Look, page: ComparePage, regions: Sequence[Region]) -> list[Any]:
    """The page's name, what is compared, and how to compare something else."""
    return [html.H1(look.say("page.compare")),
            html.P([html.Span(periods.told(look)), html.Span(look.say("compare.axes"), className="t3")], className="states"),
            html.Div([*chosen(look, page, regions), *others(look, page, regions)], className="picks")]


def chosen(look: Look, page: ComparePage, regions: Sequence[Region]) -> list[Any]:
    """What is compared, each with a way to leave it out while something is left."""
    named = [removable(look, look.read(one.name), links.to_comparison(look.view, *(two.code for two in regions if two != one)))
             if len(regions) > 1 else html.Span(look.read(one.name), className="chip") for one in regions]
    if page.than is None:
        return named
    return [*named, removable(look, periods.named(look, page.than), links.to_comparison(look.view, look.region.code),
                              look.say("compare.drop"))]


def removable(look: Look, name: str, address: str, why: str = "") -> Any:
    """Something chosen, and the way without it."""
    return links.link([html.Span(name), html.Span("✕", **{"aria-hidden": "true"})], address, className="chip on",
                      title=why or look.say("compare.remove", name=name))


def others(look: Look, page: ComparePage, regions: Sequence[Region]) -> list[Any]:
    """What else can be compared: regions beside those chosen, or with one of them another period."""
    if page.than is not None:
        return []
    if len(regions) == MOST_REGIONS:
        return [html.Span(look.say("compare.full", n=MOST_REGIONS), className="t3")]
    codes = [one.code for one in regions]
    offered = [one for one in around(look) if one.code not in codes]
    menu = html.Details([
        html.Summary(look.say("compare.add")),
        html.Ul([html.Li(links.link(look.read(one.name), links.to_comparison(look.view, *codes, one.code))) for one in offered]),
    ], className="free adds", **{"data-menu": ""})
    return [menu, *(times(look) if len(regions) == 1 else [])]


def around(look: Look) -> tuple[Region, ...]:
    """The regions that a region is compared with: the one above, its siblings; of the city, those right below."""
    if look.region.parent_id is None:
        return look.city.children(look.region)
    above = look.city.regions[look.region.parent_id]
    return (above, *look.city.children(above))


def times(look: Look) -> list[Any]:
    """The other periods that a period is compared with, like with like: as far as it is complete."""
    frame = windows.frame(look.view.scope.window, look.zone, look.now, yearly=True)
    complete = look.view if frame.comparable is None else of_period(look.view, than(look, frame.comparable))
    spans = (("previous", frame.previous), ("year", frame.last_year))
    ways = [(key, than(look, span)) for key, span in spans if span is not None]
    return [html.Span(look.say("compare.with"), className="t3"),
            *(links.link(look.say(f"compare.{key}"), links.to_periods(complete, window)) for key, window in ways),
            html.Details([html.Summary(look.say("compare.dates")), periods.form(look, "than", periods.ends(look))],
                         className="free", **{"data-menu": ""})]


def than(look: Look, span: windows.Span) -> Window:
    """The days of a span as a period."""
    return days.text_of(Days(windows.day_of(span.start, look.zone), windows.day_of(span.end - SOON, look.zone)))


def table(look: Look, sides: Sequence[Side], rows: Sequence[Indicator], *, timed: bool) -> list[Any]:
    """All indicators, one a row; with two periods, the change between them."""
    if len(sides) < 2:
        return [html.P(look.say("compare.choose"), className="t2")]
    names = look.say("compare.and").join(side.name for side in sides)
    last = [html.Th(look.say("compare.change"), scope="col", className="d")] if timed else []
    drawn = html.Table([
        html.Caption(look.say("compare.caption", names=names), className="unseen"),
        html.Thead(html.Tr([html.Th(look.say("card.indicator"), scope="col"),
                            *(html.Th(heading(look, side, timed=timed), scope="col") for side in sides), *last])),
        *(group(look, sides, [row for row in rows if row.dimension == dimension], timed=timed)
          for dimension in dict.fromkeys(row.dimension for row in rows)),
    ], className="compare", style={"--sides": len(sides) + timed})
    return [*lengths(look, sides, timed=timed), html.Div(drawn, className="sideways", tabIndex=0, role="region",
                                                         **{"aria-label": look.say("compare.caption", names=names)})]


def heading(look: Look, side: Side, *, timed: bool) -> Any:
    """A column's name; a region's leads to its page."""
    return side.name if timed else links.link(side.name, links.to_region_page(side.view))


def lengths(look: Look, sides: Sequence[Side], *, timed: bool) -> list[Any]:
    """That the periods differ in length, where they do."""
    if not timed:
        return []
    first, second = (len_of(look, side) for side in sides)
    if first != second:
        return [html.P(look.say("compare.lengths", first=first, second=second), className="t2 lengths")]
    running = [windows.frame(side.view.scope.window, look.zone, look.now).running for side in sides]
    return [html.P(look.say("compare.running"), className="t2 lengths")] if running[0] != running[1] else []


def len_of(look: Look, side: Side) -> int:
    """How many days a side's period has."""
    whole = windows.frame(side.view.scope.window, look.zone, look.now).whole
    return round((whole.end - whole.start) / timedelta(days=1))


def group(look: Look, sides: Sequence[Side], rows: Sequence[Indicator], *, timed: bool) -> html.Tbody:
    """One dimension's rows under its name."""
    name = look.say(f"dimension.{rows[0].dimension}")
    return html.Tbody([html.Tr(html.Th(name, colSpan=1 + len(sides) + timed, scope="colgroup", className="c")),
                       *(row(look, sides, one, timed=timed) for one in rows)])


def row(look: Look, sides: Sequence[Side], indicator: Indicator, *, timed: bool) -> html.Tr:
    """One indicator."""
    found = [side.readings[indicator.key] for side in sides]
    reach = common(found)
    top = best(found)
    cells = [html.Td(cell(look, side, reading, reach, best=not timed and reading.value == top))
             for side, reading in zip(sides, found, strict=True)]
    moved = [html.Td(change(look, *found), className="d")] if timed else []
    return html.Tr([html.Th(links.link(look.read(indicator.title), links.to_indicator_page(look.view, indicator.key),
                                       title=look.read(indicator.definition)), scope="row"), *cells, *moved])


def cell(look: Look, side: Side, reading: Reading, reach: Sequence[float] | None, *, best: bool) -> list[Any]:
    """A number with its state, and its course on the row's axis."""
    mark = states.reading_glyph(reading)
    number = links.link(figure(look, reading), links.to_indicator_page(side.view, reading.indicator.key), className="number")
    return [html.Div([number, *([] if mark is None else [mark]), *([html.Small(look.say("compare.best"))] if best else [])],
                     className="fig"), *course(look, reading, reach)]


def course(look: Look, reading: Reading, reach: Sequence[float] | None) -> list[Any]:
    """A reading's course with the axis of its row."""
    return [] if reach is None else spark.spark(look, reading, reach)


def common(found: Sequence[Reading]) -> Sequence[float] | None:
    """The axis that holds the courses of all; None where there is no value at all."""
    values = [point.value for reading in found for point in reading.series if point.value is not None]
    if not values:
        return None
    return figures.spread(values, floor=any(trend.drawn_as_bars(reading) for reading in found))


def best(found: Sequence[Reading]) -> float | None:
    """The best value, where one is better than another."""
    known = [reading.value for reading in found if reading.value is not None and reading.status in ("ok", "stale")]
    better = found[0].indicator.better
    if better == "neither" or len(set(known)) < 2:
        return None
    return max(known) if better == "higher" else min(known)


def change(look: Look, now: Reading, before: Reading) -> list[Any]:
    """How the first period differs from the second."""
    if now.status not in ("ok", "stale") or before.status not in ("ok", "stale"):
        return [html.Span(formats.NONE, className="t3")]
    moved = formats.change(now.indicator, now.value, before.value, look.language, alone=True)
    if moved is None:
        return [html.Span(formats.NONE, className="t3")]
    return [html.Span(f"{moved.arrow} {moved.size}".strip()), html.Small(verdict(look, now.indicator, moved.arrow))]


def of_period(view: View, window: Window) -> View:
    """The same region in another period."""
    return replace(view, scope=replace(view.scope, window=window))
