"""What all drawers share: a head with a way to close it, pairs of name and value, short tables."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.cases import CaseLine
from data_access.trace import Trace
from layouts import ages, formats, ids, links, states
from layouts.feed import clock
from layouts.look import Look
from layouts.words import WORDS


def sheet(look: Look, marks: Sequence[Any], number: str, title: Any, body: Sequence[Any]) -> list[Any]:
    """A drawer: marks and number on top, its title, then what it holds."""
    close = links.link(html.Span("✕", **{"aria-hidden": "true"}), links.to_closed(look.view), className="close",
                       title=look.say("close"))
    return [html.Header([*marks, html.Span(number, className="number"), close]), html.H2(title, id=ids.name(ids.DRAWER)),
            html.Div(list(body), className="sheet")]


def state(shape: states.Shape, tone: states.Tone, word: str) -> html.B:
    """A state in a drawer's head."""
    return html.B([states.glyph(shape, tone), " ", word], className=f"state {tone}")


def pairs(found: Sequence[tuple[str, Any]]) -> html.Dl:
    """Names and values; what has no value is left out."""
    return html.Dl([part for name, value in found if value not in (None, "", [])
                    for part in (html.Dt(name), html.Dd(value))], className="kv")


def big(digits: str, unit: Any, right: Sequence[Any] = ()) -> html.Div:
    """The drawer's leading number."""
    return html.Div([html.Span(digits, className="v"), html.Span(unit, className="u"), html.Div(list(right), className="m")],
                    className="big")


def table(heads: Sequence[Any], rows: Sequence[Sequence[Any]], name: str = "") -> html.Table:
    """A table with a head; the first column is text, the others as their cells say."""
    return html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
                       html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])], className=f"list {name}")


def case_list(look: Look, lines: Sequence[CaseLine]) -> Any:
    """Cases, each a link to its record."""
    if not lines:
        return html.P(look.say("no_cases"), className="t3")
    return html.Ul([html.Li(case_line(look, line)) for line in lines], className="cases")


def case_line(look: Look, line: CaseLine) -> Any:
    """One case: state, what, where, clock."""
    shape, tone, word = states.case_state(look, line)
    return links.link(
        [states.glyph(shape, tone), html.B(word, className=tone), html.Span(look.read(line.class_name), className="title"),
         html.Span(look.place(line.region_id), className="t2 where"), html.Span(clock(look, line), className=f"lim {tone}")],
        links.to_drawer(look.view, "case", str(line.case_id)))


def origin(look: Look, found: Trace) -> list[Any]:
    """Where a fact came from, down to the row; its source leads to its page, and to the batch there."""
    row = look.say("trace.row", door=way(look, found.door), origin=found.origin, batch=found.batch_id,
                   row=formats.digits(found.row_no, 0))
    return [links.link(look.read(found.source), links.to_source(look.view, found.source_key, found.batch_id)), f"\u00a0· {row}"]


def way(look: Look, door: str) -> str:
    """The door that a batch came by; one that the interface has no word for keeps its own."""
    return look.say(f"door.{door}") if f"door.{door}" in WORDS else door


def instant(look: Look, at: Any) -> Any:
    """An instant in a drawer."""
    return None if at is None else ages.at_time(look, at)
