"""All indicators of one dimension: value, state, change; each leads to its own drawer and to the map."""

from collections.abc import Sequence
from typing import Any

from dash import html

from indicators.definition import Dimension
from indicators.reading import Reading
from layouts import formats, links, picking, states
from layouts.drawer import sheet
from layouts.look import Look
from layouts.panel import WITHOUT_VALUE, changes, small


def dimension(look: Look, which: Dimension, readings: Sequence[Reading]) -> list[Any]:
    """Draw the list, the panel's own indicators first."""
    name = look.say(f"dimension.{which}")
    order = {"hero": 0, "support": 1, "library": 2}
    ordered = sorted(readings, key=lambda reading: order[reading.indicator.place])
    return sheet(look, states.simulated(states.any_simulated(readings), look.language), "",
                 look.say("dimension.all", dimension=name, n=len(readings)),
                 [*opens(look, which), html.Ul([html.Li(row(look, reading)) for reading in ordered], className="indicators")])


def opens(look: Look, which: Dimension) -> list[Any]:
    """The way to what a dimension's facts are made up of: cases are what can be filtered."""
    return [links.link(look.say("breakdown"), links.to_drawer(look.view, "breakdown"), className="chip opens")] if (
        which == "events") else []


def row(look: Look, reading: Reading) -> list[Any]:
    """One indicator: name, value, target and state, its first change, and the way onto the map."""
    key = reading.indicator.key
    return [
        links.link([html.Span(look.read(reading.indicator.title), className="title"),
                    html.Span(small(look, reading), className="dd"),
                    html.Span(judged(look, reading), className="t2 judged")], links.to_indicator(look.view, key)),
        on_map(look, key),
    ]


def judged(look: Look, reading: Reading) -> list[Any]:
    """Target and state's word, and the change against the period before."""
    told: list[Any] = []
    if reading.indicator.target is not None:
        told.append(html.Span(f"{look.say('target')} {formats.target(reading.indicator)}"))
    if reading.status == "ok":
        told += changes(look, reading)[:1]
    elif reading.status not in WITHOUT_VALUE:   # their word stands in the value's place
        told.append(html.Span(states.reading_word(reading, look.language), className="t3"))
    return [*told, *picking.not_filtered(look, picking.spared(look, reading.indicator))]


def on_map(look: Look, key: str) -> Any:
    """The way to colour the map by this indicator, or that it is."""
    if look.view.scope.indicator == key:
        return html.B(look.say("indicator.shown"), className="chip on")
    return links.link(look.say("indicator.on_map"), links.on_map(look.view, key), className="chip")
