"""The page of one source: its promise, what is wrong with its rows, how they arrive, its datasets and its batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dash import html

from data_access.batches import Arrivals, BatchLine, Datasets
from data_access.quarantine import Quarantine
from data_access.sources import Source
from layouts import ages, arrivals, formats, ids, links, quarantine, states, take_away
from layouts.drawer import way
from layouts.drawer_sources import SHAPES
from layouts.look import Look
from layouts.page import Column, blank, figure, head, part, table

FILES = ("csv", "xlsx", "ndjson")     # that rejects are taken away as


@dataclass(frozen=True)
class Origin:
    """One page's batches, and the one that the address asks for."""

    lines: Sequence[BatchLine]
    wanted: int | None = None


def crumbs(look: Look, name: str) -> list[Any]:
    """The page's head."""
    return head(look, [(look.say("sources.title"), links.to_sources(look.view)), (name, None)])


def unknown(look: Look, key: str) -> dict[str, dict[str, Any]]:
    """No source has this key: say so, and show the way to those that there are."""
    told = [html.H1(look.say("missing.source", key=key)),
            html.P(links.link(look.say("sources.all"), links.to_sources(look.view), className="btn"), className="states")]
    return {ids.PAGE_HEAD: {"children": crumbs(look, key)}, **blank({ids.PAGE_TITLE: told})}


def title(look: Look, source: Source, rejects: Quarantine) -> list[Any]:
    """Its name and state, whose it is, what it promises, and the sums of its rows."""
    state = source.state(look.now)
    shape, tone = SHAPES[state]
    facts = [look.say(f"source.kind.{source.kind}"), source.owner, source.licence, source.key]
    return [
        html.H1([look.read(source.name), *states.simulated(source.simulated, look.language)]),
        html.P([html.B([states.glyph(shape, tone), " ", look.say(f"sources.{state}")], className=f"mark {tone}"),
                *spoken(look, source)], className="states"),
        html.Div([
            figure(formats.digits(source.taken, 0), look.say("rows.taken")),
            figure(formats.digits(source.marked, 0), look.say("rows.marked")),
            figure(formats.digits(source.rejected, 0), look.say("rows.rejected")),
            figure(formats.digits(rejects.waiting, 0), look.say("rows.waiting")),
        ], className="figures"),
        html.P([" · ".join(facts), *([" · ", html.A(source.url, href=source.url, rel="noreferrer noopener")]
                                     if source.url and source.url.startswith(("http://", "https://")) else [])],
               className="t2 about"),
    ]


def spoken(look: Look, source: Source) -> list[Any]:
    """When it was last heard, of which instant its newest fact speaks, and its promise."""
    told: list[Any] = []
    if source.last_received_at is not None:
        told += [html.Span([look.say("sources.last"), " ", ages.age(look, source.last_received_at)])]
    if source.last_at is not None:
        told += [html.Span([look.say("indicator.data_at"), " ", ages.at_time(look, source.last_at)])]
    promise = (look.say("sources.no_promise") if source.promise is None
               else look.say("sources.promise", time=formats.span(source.promise, look.language)))
    return [*told, html.Span(promise)]


def rejects(look: Look, source: Source, found: Quarantine) -> list[Any]:
    """The rows refused, by reason, with what can be done about them; nothing when none ever was."""
    if not found.waiting and not found.resolved:
        return []
    solved = look.say("rejects.resolved", n=formats.digits(found.resolved, 0)) if found.resolved else ""
    waits = look.say("rejects.waiting", n=formats.digits(found.waiting, 0)) if found.waiting else look.say("rejects.none")
    beside = [html.Span(waits, className="t2"),
              html.Span(solved, className="t3")]
    body = [downloads(look, source)]
    if found.waiting:
        body = [actions(look, source), *quarantine.groups(look, source.key, found, f"{base(source)}/rejects")]
    return part(look.say("rejects.title"), body, beside)


def actions(look: Look, source: Source) -> html.Div:
    """Download what waits, or have it tried once more."""
    return html.Div([
        *(download(look, source, kind, "btn") for kind in FILES),
        html.Button(look.say("rejects.retry"), className="btn pri", type="button",
                    **{"data-retry": f"{base(source)}/retry", "data-busy": look.say("rejects.retrying")}),
        html.Span(look.say("rejects.hint"), className="t3"),
    ], className="actions")


def downloads(look: Look, source: Source) -> html.Div:
    """Download all that was ever refused."""
    return html.Div([download(look, source, kind, "btn", "?all=1") for kind in FILES], className="actions")


def download(look: Look, source: Source, kind: str, name: str, query: str = "") -> html.A:
    """A file of the rejects; the browser keeps it."""
    return html.A(look.say(f"rejects.{kind}"), href=f"{base(source)}/rejects.{kind}{query}", className=name, download="")


def base(source: Source) -> str:
    """The path below which a source's files are."""
    return f"/sources/{quote(source.key, safe='')}"


def marks(look: Look, source: Source, found: Quarantine) -> list[Any]:
    """The rows let in with a warning, by reason."""
    if not found.waiting:
        return []
    return part(look.say("marks.title"), quarantine.groups(look, source.key, found),
                [html.Span(look.say("marks.hint", n=formats.digits(found.waiting, 0)), className="t2")])


def arriving(look: Look, courses: Sequence[Arrivals]) -> list[Any]:
    """How its rows arrive, hour by hour and day by day; nothing when nothing came of late."""
    drawn = [course(look, came) for came in courses if any(came.taken) or any(came.rejected)]
    return part(look.say("arrivals.title"), [html.Div(drawn, className="courses")]) if drawn else []


def course(look: Look, came: Arrivals) -> html.Figure:
    """One course with its ends and its largest span."""
    most = max(taken + rejected for taken, rejected in zip(came.taken, came.rejected, strict=True))
    unit = look.say("arrivals.per_day" if came.step.days else "arrivals.per_hour", n=formats.digits(most, 0))
    return html.Figure([html.Figcaption(unit, className="t2"), arrivals.chart(look, came), arrivals.ends(look, came)])


def datasets(look: Look, found: Datasets) -> list[Any]:
    """What it has said, by dataset and subject."""
    rows = [[quarantine.what(look, line.subject, line.dataset), ages.age(look, line.last_received_at),
             *counts(line.taken, line.seen, line.marked, line.rejected), formats.digits(line.batches, 0)]
            for line in found.lines]
    since = [*([] if found.since is None else [html.Span(look.say("datasets.since", at=formats.moment(
        found.since, look.now, look.zone, look.language)), className="t3")]), *take_away.files(look, "datasets")]
    if not rows:
        return []
    columns = [named(look, "dataset"), named(look, "heard"), *counted(look), named(look, "batches", number=True)]
    return part(look.say("datasets.title"), [table(columns, rows, look.say("datasets.title"), "datasets-grid")], since)


def batches(look: Look, found: Origin) -> list[Any]:
    """Its newest batches, and the one asked for."""
    if not found.lines:
        return []
    rows = [[
        str(line.batch_id), ages.at_time(look, line.received_at),
        html.Span([way(look, line.door), " ", line.origin], title=line.origin),
        quarantine.what(look, line.subject, line.dataset), *counts(line.taken, line.seen, line.marked, line.rejected),
    ] for line in found.lines]
    columns = [*(named(look, key) for key in ("batch", "time", "origin", "dataset")), *counted(look)]
    return part(look.say("batches.title"),
                [table(columns, rows, look.say("batches.title"), "batches-grid",
                       [line.batch_id == found.wanted for line in found.lines])], take_away.files(look, "batches"))


def named(look: Look, key: str, *, number: bool = False) -> Column:
    """A column by the key of its name."""
    name = look.say(f"sources.column.{key}")
    return Column(name, "number" if number else "text", name, name=key)


def counted(look: Look) -> list[Column]:
    """The columns of what became of rows."""
    return [named(look, key, number=True) for key in ("taken", "seen", "marked", "rejected")]


def counts(*numbers: int) -> list[Any]:
    """What became of rows; a nought steps back."""
    return [html.Span(formats.digits(number, 0), className="" if number else "t3") for number in numbers]
