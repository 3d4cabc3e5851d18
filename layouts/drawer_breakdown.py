"""The window's cases by state, class, agency and channel: each bar filters the whole screen."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from data_access.breakdown import Bar
from data_access.case_names import CaseNames
from indicators.scope import Field
from layouts import formats, picking
from layouts.drawer import sheet
from layouts.look import Look

ORDER: tuple[Field, ...] = ("state", "class", "agency", "channel")


def breakdown(look: Look, bars: Mapping[Field, Sequence[Bar]], names: CaseNames) -> list[Any]:
    """Draw the bars."""
    parts = [part for field in ORDER for part in group(look, field, bars[field], names)]
    window = look.say(f"window.{look.view.scope.window}")
    hint = html.P(look.say("breakdown.hint"), className="t3")
    return sheet(look, [], window, look.say("breakdown.title"),
                 [hint, *(parts or [html.P(look.say("no_cases"), className="t3")])])


def group(look: Look, field: Field, bars: Sequence[Bar], names: CaseNames) -> list[Any]:
    """One field's name and bars; nothing without a case."""
    if not bars:
        return []
    longest = max(bar.n for bar in bars)
    return [html.H3(look.say(f"filter.{field}")),
            html.Ul([html.Li(row(look, field, bar, longest, names)) for bar in bars], className="bars")]


def row(look: Look, field: Field, bar: Bar, longest: int, names: CaseNames) -> Any:
    """One value: name, bar, number."""
    return picking.pick(look, field, bar.value, [
        html.Span(picking.called(look, names, field, bar.value), className="title"),
        html.Span(html.I(style={"width": f"{bar.n / longest * 100:.0f}%"}), className="bar"),
        html.Span(formats.digits(bar.n, 0), className="n"),
    ], name="row")
