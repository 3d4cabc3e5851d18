"""Every source: its state against its promise, what it gave and what was refused."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.sources import Source, SourceState
from layouts import ages, formats, links, states
from layouts.drawer import sheet
from layouts.look import Look

SHAPES: dict[SourceState, tuple[states.Shape, states.Tone]] = {
    "dead": ("dead", "dead"), "stale": ("stale", "stale"), "live": ("good", "good"), "silent": ("open", "quiet"),
    "archive": ("archive", "quiet"),
}


def sources(look: Look, found: Sequence[Source]) -> list[Any]:
    """Draw the list, the lost ones first."""
    order = list(SHAPES)
    ordered = sorted(found, key=lambda source: (order.index(source.state(look.now)), source.key))
    return sheet(look, [], str(len(found)), look.say("sources.title"),
                 [html.Ul([html.Li(row(look, source)) for source in ordered], className="sources")])


def row(look: Look, source: Source) -> list[Any]:
    """One source: state, name, owner; when it was last heard, its promise, its counts."""
    state = source.state(look.now)
    shape, tone = SHAPES[state]
    counts = look.say("sources.counts", taken=amount(look, source.taken), rejected=amount(look, source.rejected))
    return [
        html.B([states.glyph(shape, tone), " ", look.say(f"sources.{state}")], className=tone),
        html.Span([links.link(look.read(source.name), links.to_source(look.view, source.key)),
                   *([states.short_mark(look.language)] if source.simulated else [])], className="title"),
        html.Span(heard(look, source), className="heard t2"),
        html.Small(counts, className="t3 lim"),
        html.Small(f"{source.owner} · {source.licence}", className="t3 owner"),
    ]


def amount(look: Look, count: int) -> str:
    """A count, shortened when it is long."""
    return "".join(formats.scaled(count, 0, look.language))


def heard(look: Look, source: Source) -> list[Any]:
    """When something last came from it, and how often it promised to speak."""
    promise = [] if source.promise is None else [look.say("sources.promise", time=formats.span(source.promise, look.language))]
    last = [] if source.last_received_at is None else [ages.age(look, source.last_received_at)]
    return [*last, " · ", *promise] if last and promise else [*last, *promise]
