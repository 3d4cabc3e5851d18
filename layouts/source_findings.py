"""What was found odd in a source's data without having been declared: what goes on first, then what is over."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.findings import KINDS, Example, Finding
from layouts import ages, formats, links, states
from layouts.look import Look
from layouts.page import part


def section(look: Look, found: Sequence[Finding]) -> list[Any]:
    """The list; nothing when nothing was found."""
    if not found:
        return []
    going = sum(one.until is None for one in found)
    return part(look.say("findings.title"), [html.Ul([html.Li(finding(look, one)) for one in found], className="findings")],
                [html.Span(look.say("findings.going", n=formats.digits(going, 0)), className="t2")])


def finding(look: Look, one: Finding) -> list[Any]:
    """One finding: its kind, what was found, since when, and the rows that show it."""
    over = one.until is not None
    return [
        html.B([states.glyph("archive" if over else "watch"), " ", look.read(KINDS[one.kind])],
               className="kind t3" if over else "kind"),
        html.Span(look.read(one.text), className="what"),
        html.Span(lasted(look, one), className="t3 when"),
        *([html.Ul([html.Li(example(look, one, shown)) for shown in one.examples], className="shown")] if one.examples else []),
    ]


def lasted(look: Look, one: Finding) -> list[Any]:
    """How long it has gone on, or from when until when it did."""
    if one.until is None:
        return [ages.since(look, one.since)]
    return [ages.at_time(look, one.since), " – ", ages.at_time(look, one.until), f" · {look.say('findings.over')}"]


def example(look: Look, one: Finding, shown: Example) -> list[Any]:
    """A row that shows it, with the way to its batch."""
    if shown.batch_id is None:
        return [shown.text]
    row = look.say("findings.row", batch=shown.batch_id, row=formats.NONE if shown.row_no is None else shown.row_no)
    return [links.link(row, links.to_source(look.view, one.source_key, shown.batch_id)), f" · {shown.text}"]
