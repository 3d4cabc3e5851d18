"""Rows in quarantine by reason: what is wrong, how often, and whole rows to look at; all of a row is text, never markup."""

import json
from typing import Any
from urllib.parse import urlencode

from dash import html

from data_access.quarantine import Example, Group, Quarantine
from layouts import ages, formats, links, states
from layouts.drawer import way
from layouts.look import Look
from layouts.words import WORDS

LONGEST = 400    # characters of a cell that are shown; a download has them all


def groups(look: Look, key: str, found: Quarantine, files: str = "") -> list[Any]:
    """All reasons, the most frequent first; each opens on its newest rows. `files`: where rows can be downloaded, if they can."""
    told = [html.Li(group(look, key, one, files)) for one in found.groups]
    if found.counted < found.waiting:
        told.append(html.Li(look.say("reasons.counted", n=formats.digits(found.counted, 0)), className="t3"))
    return [html.Ul(told, className="reasons")]


def group(look: Look, key: str, one: Group, files: str) -> html.Details:
    """One reason: how many rows, in which field of what; inside, examples."""
    return html.Details([
        html.Summary([
            html.B(formats.digits(one.rows, 0), className="n"),
            html.Span([html.B(code(look, one.code)), html.Span(one.field, className="field")], className="why"),
            html.Span(what(look, one.subject, one.dataset), className="t2 what"),
            html.Span([look.say("reasons.newest"), " ", ages.age(look, one.newest_at)], className="t3 when"),
        ]),
        html.Ol([html.Li(example(look, key, shown)) for shown in one.examples], className="examples"),
        *([whole_reason(look, one, files)] if files else []),
    ])


def whole_reason(look: Look, one: Group, files: str) -> html.P:
    """All rows with this reason, of any dataset, as a file."""
    query = urlencode({"field": one.field, "code": one.code})
    return html.P(html.A(look.say("reasons.csv"), href=f"{files}.csv?{query}", download="", className="btn"), className="actions")


def code(look: Look, key: str) -> str:
    """A reason's name; one that the interface has no word for keeps its own."""
    return look.say(f"reason.{key}") if f"reason.{key}" in WORDS else key


def what(look: Look, subject: str, dataset: str | None) -> str:
    """The dataset of the pack, or what the rows are."""
    return dataset.partition("/")[2] or dataset if dataset else subject_word(look, subject)


def subject_word(look: Look, subject: str) -> str:
    """What rows of a subject are called; batches name it in the singular or in the plural."""
    for name in (subject, subject.removesuffix("s"), f"{subject.removesuffix('ies')}y"):
        if f"subject.{name}" in WORDS:
            return look.say(f"subject.{name}")
    return subject


def example(look: Look, key: str, one: Example) -> list[Any]:
    """One row: where it stands, every reason against it, and itself."""
    return [
        html.P([links.link(place(look, one), links.to_source(look.view, key, one.batch_id)), " · ",
                ages.at_time(look, one.received_at)], className="t2"),
        html.Ul([html.Li([states.glyph("bad"), " ", html.B(code(look, reason.code)), " ",
                          html.Span(reason.text, className="t2")]) for reason in one.reasons], className="against"),
        whole(look, one),
    ]


def place(look: Look, one: Example) -> str:
    """Door, file or address, batch and line."""
    return look.say("trace.row", door=way(look, one.door), origin=one.origin, batch=one.batch_id,
                    row=formats.digits(one.row_no, 0))


def whole(look: Look, one: Example) -> Any:
    """The row as it came: its cells by name; the failing ones stand out."""
    if one.row is None:
        return html.P(look.say("reasons.no_row"), className="t3")
    if not isinstance(one.row, dict):
        return html.Pre(written(one.row))
    failing = {reason.field for reason in one.reasons}
    ordered = sorted(one.row, key=lambda name: name not in failing)
    return html.Dl([cell(name, one.row[name], name in failing) for name in ordered], className="cells")


def cell(name: str, value: Any, failing: bool) -> html.Div:
    """One cell; what was empty says so by a dash."""
    shown = formats.NONE if value in (None, "") else written(value)
    return html.Div([html.Dt(name), html.Dd(shown)], className="failing" if failing else "")


def written(value: Any) -> str:
    """A value as it came, cut to what can be read at a glance."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
