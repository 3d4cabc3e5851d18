"""One organization's work in a region: its load, its score, its clocks kept and missed, its returns and rework, its cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from data_access.cases import CaseLine
from data_access.in_hand import Hand
from data_access.organizations import Score
from data_access.shares import Breakdown
from indicators.reading import Reading
from indicators.scoring import Scoring
from indicators.text import Text
from layouts import axes, figures, formats, links, palette, parting, periods, scores, states
from layouts.drawer import case_list
from layouts.look import Look
from layouts.page import figure, part
from layouts.panel import WITHOUT_VALUE, judgement, value
from layouts.trend import drawn

HIGH = 220
SMALL = 72
DUE, KEPT = "event_due", "event_closed_on_time"
RETURNS = ("org_disposed_on_time", "org_dispatched_right", "org_rework", "org_hours_to_dispose")
READ = (DUE, KEPT, *RETURNS)


def title(look: Look, name: Text | None, code: str, hand: Hand | None, *, simulated: bool) -> list[Any]:
    """Its name and what it has in hand now; or that there is none with this code."""
    if name is None:
        return [html.H1(look.say("missing.agency", key=code)),
                html.P(links.link(look.say("agencies"), links.to_organizations(look.view), className="btn"), className="states")]
    load = [] if hand is None else [
        figure(formats.digits(hand.open, 0), look.say("agency.open")),
        figure(states.alarming(hand.overdue), look.say("agency.overdue")),
        figure(formats.digits(hand.suspended, 0), look.say("agency.suspended")),
        *([] if hand.since is None else [figure(formats.span(look.now - hand.since, look.language), look.say("agency.longest"))]),
    ]
    return [html.H1([look.read(name), *states.simulated(simulated, look.language)]),
            html.Div(load, className="figures"),
            html.P(" · ".join((code, look.read(look.region.name), periods.told(look))), className="t2 about")]


def score(look: Look, found: Score | None, held: Scoring) -> list[Any]:
    """Its composite score, and how it comes about."""
    if found is None:
        return part(look.say("score.title"), [html.P(look.say("organization.idle"), className="t3")])
    given = look.say("organization.load", n=formats.digits(found.load, 0))
    return part(look.say("score.title"), scores.reckoning(look, found, held),
                [scores.badge(look, found), html.Span(given, className="t3")])


def clocks(look: Look, found: Mapping[str, Reading]) -> list[Any]:
    """The clocks that ended: kept and missed, bucket by bucket."""
    due, kept = found[DUE], found[KEPT]
    heading = [html.Span([*value(look, kept), ], className="inline-value"),
               html.Span(look.say("organization.due", n=formats.digits(due.value or 0.0, 0)), className="t3")]
    pairs = [(one.value or 0.0, (one.value or 0.0) * (share.value or 0.0) / 100)
             for one, share in zip(due.series, kept.series, strict=False)]
    if not any(total for total, _ in pairs):
        return part(look.say("organization.clocks"), [html.P(look.say("organization.no_clock"), className="t3")])
    missed = sum(total - on_time for total, on_time in pairs)
    name = look.say("organization.clocks.aloud", due=formats.digits(sum(total for total, _ in pairs), 0),
                    missed=formats.digits(missed, 0))
    key = html.P([html.Span([html.I(className="swatch kept"), look.say("organization.kept")]),
                  html.Span([html.I(className="swatch missed"), look.say("organization.missed")]),
                  *([] if due.series[-1].complete else [
                      html.Span([html.I(className="swatch running"), look.say("course.running")])])], className="key")
    return part(look.say("organization.clocks"), [figures.graph(stacked(look, due, pairs), name, responsive=True), key], heading)


def stacked(look: Look, due: Reading, pairs: Sequence[tuple[float, float]]) -> figures.Figure:
    """Bars of all clocks that ended, the kept ones before them: what is seen of the hinder ones was missed."""
    most = max(total for total, _ in pairs)
    totals, kept = [figures.rounded(total) for total, _ in pairs], [figures.rounded(on_time) for _, on_time in pairs]
    whole = [point.complete for point in due.series][:len(pairs)]
    return {
        "data": [{"type": "bar", "y": totals, "marker": filling(whole, palette.BAD)},
                 {"type": "bar", "y": kept, "marker": filling(whole, palette.INK)}],
        "layout": figures.layout(
            720, HIGH, margin={"l": 44, "r": 16, "t": 8, "b": 28}, barmode="overlay", shapes=[figures.baseline()],
            xaxis=axes.onward(look, [point.at for point in due.series], 0.5),
            yaxis=axes.upward(look, due.indicator, [0.0, most * 1.08], 4)),
    }


def filling(whole: Sequence[bool], color: str) -> figures.Figure:
    """Bars full of a colour; that of a bucket which still runs has only its outline."""
    return {"color": [color if one else palette.GROUND for one in whole],
            "line": {"color": color, "width": [0 if one else 1.6 for one in whole]}}


def returns(look: Look, found: Mapping[str, Reading]) -> list[Any]:
    """What came back, what was done twice, and how long it took: each with its course."""
    tiles = [html.Li(tile(look, found[key])) for key in RETURNS if found[key].status not in ("no_data", "not_applicable")]
    return part(look.say("organization.returns"), [html.Ul(tiles, className="qualities")])


def tile(look: Look, one: Reading) -> list[Any]:
    """One indicator of its work."""
    shown = [] if one.status in WITHOUT_VALUE else drawn(look, one, SMALL)
    return [html.H3(links.link(look.read(one.indicator.title), links.to_indicator_page(look.view, one.indicator.key)),
                    title=look.read(one.indicator.definition)),
            html.Div([*value(look, one), html.Div(judgement(look, one), className="m")], className="hero"),
            html.Div(shown, className="chart")]


def parted(look: Look, found: Sequence[Breakdown], files: Sequence[Any]) -> list[Any]:
    """What it works on: its cases of the period by class and channel; `files` hold all of that."""
    return part(look.say("organization.work"), parting.parting(look, found), files)


def cases(look: Look, lines: Sequence[CaseLine], filtered: str, files: Sequence[Any], *, past: bool) -> list[Any]:
    """Its open cases past their clock, the longest first, each with its record.

    `filtered` is the wall with its cases alone; `files` hold all of them.
    """
    if past:
        return part(look.say("late.title"), [html.P(look.say("late.past"), className="t3")])
    every = links.link(look.say("organization.every"), filtered, className="more")
    none = html.P(look.say("late.none"), className="t3")
    return part(look.say("late.title"), [case_list(look, lines) if lines else none, every],
                [html.Span(look.say("late.order"), className="t3"), *(files if lines else ())])
