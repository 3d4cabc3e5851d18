"""What the screen says when something is missing or does not answer: plainly, with a way on."""

from typing import Any, Literal

from dash import html

from indicators.text import Language, Text
from layouts.drawer import sheet
from layouts.look import Look
from layouts.words import say

Missing = Literal["region", "case", "device", "agency", "indicator", "warning", "vehicle"]


def missing(look: Look, what: Missing, key: str) -> list[Any]:
    """A drawer for something that does not exist."""
    return sheet(look, [], "", look.say(f"missing.{what}", key=key), [])


def unavailable(look: Look) -> list[Any]:
    """A drawer whose read failed."""
    return sheet(look, [], "", look.say("failed"), [html.P(look.say("unavailable"), className="t2", role="alert")])


def failed(language: Language, why: Text | None = None) -> html.Div:
    """Any part that cannot be drawn, on its own face."""
    reason = say("unavailable", language) if why is None else why[language]
    return html.Div([html.B(say("failed", language)), html.P(reason)], className="fault", role="alert")

