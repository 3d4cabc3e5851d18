"""One indicator in full: its value, how it is made, how fresh it must be, and the rows behind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from dash import html

from data_access.readings import ChildReading
from indicators.definition import Indicator
from indicators.reading import Reading
from indicators.text import Text
from indicators.units import UNITS
from layouts import ages, formats, links, states
from layouts.drawer import pairs, sheet, state, table
from layouts.drawer_dimension import on_map
from layouts.look import Look
from layouts.panel import judgement, value
from layouts.trend import drawn

class Rows(Protocol):
    """The facts behind a number: names of the columns, some of the rows, and how many there are."""

    @property
    def columns(self) -> Sequence[Text]: ...
    @property
    def rows(self) -> Sequence[Sequence[object]]: ...
    @property
    def total(self) -> int: ...


HEIGHT = 110
MOST = 12


def indicator(look: Look, reading: Reading, rows: Rows | None = None, parts: Sequence[ChildReading] = ()) -> list[Any]:
    """Draw the indicator; `rows` are the newest facts behind the number, where it has any."""
    return sheet(
        look, [mark(look, reading), *states.simulated(reading.simulated, look.language)], "",
        look.read(reading.indicator.title),
        [html.Div([*value(look, reading), html.Div(judgement(look, reading), className="m")], className="hero"),
         html.Div(drawn(look, reading, HEIGHT), className="chart"),
         html.P(look.read(reading.indicator.definition), className="definition"),
         facts(look, reading), *behind(look, rows)])


def mark(look: Look, reading: Reading) -> Any:
    """The dimension, and the state where it is not simply current."""
    dimension = links.link(look.say(f"dimension.{reading.indicator.dimension}"),
                           links.to_dimension(look.view, reading.indicator.dimension), className="c")
    shape = states.reading_glyph(reading)
    word = states.reading_word(reading, look.language)
    return html.Span([dimension, on_map(look, reading.indicator.key),
                      *([html.B([shape, " ", word], className="state")] if shape else [])], className="marks")


def facts(look: Look, reading: Reading) -> html.Dl:
    """Unit, direction, target, promise, number of facts, newest fact."""
    found = reading.indicator
    return pairs([
        (look.say("indicator.unit"), UNITS[found.unit].symbol[look.language]),
        (look.say("indicator.better"), look.say(f"indicator.better.{found.better}")),
        (look.say("indicator.target"), target(look, found)),
        (look.say("indicator.fresh"), promise(look, found)),
        (look.say("indicator.period"), None if reading.period is None else look.read(reading.period)),
        (look.say("indicator.n"), formats.digits(reading.n, 0)),
        (look.say("indicator.data_at"), None if reading.data_at is None else ages.at_time(look, reading.data_at)),
    ])


def target(look: Look, found: Indicator) -> str:
    """Both thresholds with their sides."""
    if found.target is None:
        return look.say("target.none")
    return look.say("indicator.target.both", good=formats.limit(found, found.target.good, reached=True),
                    bad=formats.limit(found, found.target.bad, reached=False))


def promise(look: Look, found: Indicator) -> str:
    """How fresh its data must be."""
    if found.stale_after is None:
        return look.say("indicator.fresh.none")
    return look.say("indicator.fresh.within", time=formats.span(found.stale_after, look.language))


def behind(look: Look, rows: Rows | None) -> list[Any]:
    """The rows that make the number."""
    if rows is None:
        return []
    if not rows.rows:
        return [html.P(look.say("indicator.rows.none"), className="t3")]
    title = [look.say("indicator.rows", n=formats.digits(rows.total, 0))]
    if rows.total > MOST:
        title.append(html.Small(look.say("indicator.rows.first", n=MOST), className="t3"))
    return [html.H4(title), table([look.read(column) for column in rows.columns],
                                  [[cell(look, one) for one in row] for row in rows.rows[:MOST]], "rows")]


def cell(look: Look, found: object) -> Any:
    """One cell, written as people write it."""
    if found is None:
        return formats.NONE
    if isinstance(found, datetime):
        return ages.at_time(look, found)
    if isinstance(found, Text):
        return look.read(found)
    if isinstance(found, bool):
        return "✓" if found else formats.NONE
    return formats.plain(found) if isinstance(found, float) else str(found)
