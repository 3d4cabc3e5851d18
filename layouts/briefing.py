"""A region's briefing: sentences from templates around the facts; every number leads to its definition in the same period."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dash import html

from data_access.scorecards import Line
from indicators import briefing as spans
from indicators.definition import DIMENSIONS, Dimension
from indicators.reading import Reading
from indicators.windows import day_of
from layouts import formats, links, periods, states
from layouts.address.pages import SPANS, BriefingPage
from layouts.look import Look
from layouts.page import part

TOLD = ("ok", "stale")


def title(look: Look, page: BriefingPage, lines: Mapping[str, Line]) -> list[Any]:
    """Whose it is, of when, and the way to the ones before and after."""
    today = day_of(look.now, look.zone)
    _, last = spans.days(page.span, page.day, today)
    kind = look.say(f"briefing.{page.span}")
    simulated = any(line.reading.simulated for line in lines.values())
    return [
        html.H1([look.say("briefing.title", place=look.read(look.region.name), kind=kind),
                 *states.simulated(simulated, look.language)]),
        html.P([html.Span(periods.told(look)), html.Span(look.say("briefing.running" if last >= today else "briefing.made"))],
               className="states"),
        html.P(ways(look, page, today), className="states no-print"),
    ]


def ways(look: Look, page: BriefingPage, today: date) -> list[Any]:
    """The other kinds of briefing; the period before and after."""
    kinds = [html.B(look.say(f"briefing.{span}")) if span == page.span
             else links.link(look.say(f"briefing.{span}"), address(look, replace(page, span=span))) for span in SPANS]
    before, after = spans.beside(page.span, page.day, today)
    return [*kinds, links.link(look.say("briefing.before"), address(look, replace(page, day=before))),
            *([] if after is None else [links.link(look.say("briefing.after"), address(look, replace(page, day=after)))])]


def address(look: Look, page: BriefingPage) -> str:
    """Another briefing of the region."""
    return links.on_page(look.view, page)


def dimensions(look: Look, lines: Mapping[str, Line]) -> list[Any]:
    """One paragraph a dimension: each indicator with its value, state, change and place."""
    said = [paragraph(look, dimension, [line for line in lines.values() if line.reading.indicator.dimension == dimension])
            for dimension in DIMENSIONS]
    return part(look.say("briefing.dimensions"), [html.Div(said, className="briefing")])


def paragraph(look: Look, dimension: Dimension, lines: Sequence[Line]) -> html.P:
    """A dimension's sentences; what has no number is counted, never guessed."""
    known = [line for line in lines if line.reading.status in TOLD and line.reading.value is not None]
    told: list[Any] = [html.B([look.say(f"dimension.{dimension}"), look.say("briefing.colon")])]
    for at, line in enumerate(known):
        told += [*([look.say("briefing.stop")] if at else []), *sentence(look, line)]
    if len(known) < len(lines):
        told += [*([look.say("briefing.stop")] if known else []), look.say("briefing.silent", n=len(lines) - len(known))]
    return html.P([*told, look.say("briefing.end")])


def sentence(look: Look, line: Line) -> list[Any]:
    """按期结案率 91.6%（关注），较前一时段 ↑ 1.2 点，5 个同级中第 2."""
    reading = line.reading
    indicator = reading.indicator
    value = formats.quantity(reading.value, indicator, look.language)
    now = reading.value if reading.comparable is None else reading.comparable
    moved = formats.change(indicator, now, reading.previous, look.language, alone=True)
    state = reading.target_state
    return [
        look.read(indicator.title), " ", links.link(html.B(str(value)), links.to_indicator_page(look.view, indicator.key)),
        "" if state is None else look.say("briefing.state", state=look.say(f"state.{state}")),
        "" if moved is None or not moved.arrow else look.say(
            "briefing.change", since=since(look, reading), arrow=moved.arrow, size=moved.size),
        "" if line.rank is None else look.say("briefing.rank", place=line.rank.place, of=line.rank.of),
    ]


def since(look: Look, reading: Reading) -> str:
    """What a change is against: the period before, or what was published before."""
    return look.say("since.period" if reading.period is not None else periods.since(look.view.scope.window))
