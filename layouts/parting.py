"""An indicator by class, agency and channel: bars, each a way to see only these cases."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.shares import Breakdown, Share
from indicators.filters import applies
from indicators.text import Text
from layouts import formats, picking
from layouts.look import Look
from layouts.words import WORDS

MOST = 12     # bars of a field; what is left is counted


def parting(look: Look, found: Sequence[Breakdown]) -> list[Any]:
    """Draw the fields side by side; where the indicator cannot be parted, say why once."""
    parted = [one for one in found if one.shares]
    if not parted:
        why = next((one.why for one in found if one.why is not None), None)
        return [html.P(look.say("no_cases") if why is None else look.read(why), className="t3")]
    return [html.Div([field(look, one) for one in parted], className="partings")]


def hints(look: Look) -> list[Any]:
    """What stands beside the bars' title."""
    return [html.Span(look.say("parting.hint"), className="t3")]


def field(look: Look, found: Breakdown) -> html.Section:
    """One field's bars, those of the most facts first."""
    shares = [one for one in found.shares if one.value is not None]
    longest = max((abs(one.value or 0.0) for one in shares), default=0.0) or 1.0
    left = len(shares) - MOST
    return html.Section([
        html.H3(look.say(f"filter.{found.by}")),
        html.Ul([html.Li(bar(look, found, one, longest)) for one in shares[:MOST]], className="bars"),
        *([html.P(look.say("ranking.more", n=left), className="t3")] if left > 0 else []),
    ])


def bar(look: Look, found: Breakdown, one: Share, longest: float) -> Any:
    """One value of a field: name, bar, value, the number of facts; pressed, only its cases are shown, where it counts cases."""
    shown = formats.quantity(one.value, found.indicator, look.language)
    width = max(one.value or 0.0, 0.0) / longest * 100
    inside = [html.Span(named(look, found.by, one.key, one.name), className="title"),
              html.Span(html.I(style={"width": f"{width:.1f}%"}), className="bar"),
              html.Span(str(shown), className="n"), *facts(look, one)]
    return picking.pick(look, found.by, one.key, inside, name="row") if applies(found.indicator) else html.Span(
        inside, className="row")


def named(look: Look, by: str, value: str, name: Text) -> str:
    """A value's name; channels have words of the interface."""
    key = f"channel.{value}"
    return look.say(key) if by == "channel" and key in WORDS else look.read(name)


def facts(look: Look, one: Share) -> list[Any]:
    """How many facts are behind a value that is not their number itself."""
    return [] if one.value == one.n else [html.Small(look.say("parting.n", n=formats.digits(one.n, 0)), className="t3")]
