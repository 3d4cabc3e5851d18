"""The page of all sources: what each has given, how late it is, what was refused; the worst first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dash import html

from data_access.batches import Arrivals
from data_access.doors import Door
from data_access.sources import Source
from layouts import ages, arrivals, formats, ids, links, source_doors, source_quality, states
from layouts.address.pages import Sort, SourcesPage
from layouts.drawer_sources import SHAPES, amount
from layouts.look import Look
from layouts.page import Align, Column, blank, figure, head, table

EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Overview:
    """All that the page shows; what could not be read is missing from its mapping."""

    sources: Sequence[Source]
    arrivals: Mapping[str, Arrivals] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    quality: Mapping[str, source_quality.Readings] = field(default_factory=dict)
    doors: Mapping[str, Sequence[Door]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """One column: how a source's cell is drawn, and by what it sorts, the worst first; `rising` when that is the least."""

    name: str
    draw: Callable[[Look, Overview, Source], Any]
    sort: Sort | None = None
    rank: Callable[[Look, Overview, Source], Any] = lambda look, found, source: 0
    number: bool = False
    rising: bool = False


def sources_page(look: Look, found: Overview) -> dict[str, dict[str, Any]]:
    """Draw the page's parts, by id."""
    return {
        ids.PAGE_HEAD: {"children": head(look, [(look.say("sources.title"), None)])},
        **blank({ids.PAGE_TITLE: title(look, found), ids.PAGE_SOURCES: listing(look, found)}),
    }


def title(look: Look, found: Overview) -> list[Any]:
    """The page's name, how many sources are in which state, and the sums of their rows."""
    counts = [(state, sum(source.state(look.now) == state for source in found.sources)) for state in SHAPES]
    marks = [html.Span([states.glyph(*SHAPES[state]), " ", html.B(str(n)), " ", look.say(f"sources.{state}")], className="mark")
             for state, n in counts if n]
    sums = [figure(amount(look, sum(source.taken for source in found.sources)), look.say("rows.taken")),
            figure(amount(look, sum(source.marked for source in found.sources)), look.say("rows.marked")),
            figure(amount(look, sum(source.rejected for source in found.sources)), look.say("rows.rejected")),
            figure(amount(look, sum(found.waiting.values())), look.say("rows.waiting"))]
    return [html.H1(look.say("sources.title")), html.P(marks, className="states"), html.Div(sums, className="figures")]


def listing(look: Look, found: Overview) -> list[Any]:
    """The table, in the order that the address asks for."""
    if not found.sources:
        return [html.P(look.say("sources.none"), className="t3")]
    rows = [[column.draw(look, found, source) for column in COLUMNS] for source in ordered(look, found)]
    return [table([headed(look, column) for column in COLUMNS], rows, look.say("sources.title"), "sources-grid")]


def ordered(look: Look, found: Overview) -> list[Source]:
    """The sources as they are sorted; those that stand alike by their names."""
    page = look.view.page
    assert isinstance(page, SourcesPage)
    column = next(column for column in COLUMNS if column.sort == page.sort)
    named = sorted(found.sources, key=lambda source: look.read(source.name))
    return sorted(named, key=lambda source: column.rank(look, found, source), reverse=page.reverse)


def headed(look: Look, column: Shown) -> Column:
    """A column's head: pressed, it sorts; pressed again, the other way."""
    page = look.view.page
    assert isinstance(page, SourcesPage)
    name = look.say(f"sources.column.{column.name}")
    align: Align = "number" if column.number else "text"
    if column.sort is None:
        return Column(name, align, name, name=column.name)
    here = page.sort == column.sort
    rising = column.rising != page.reverse
    arrow = [html.I(" ↑" if rising else " ↓", **{"aria-hidden": "true"})] if here else []
    way = links.link([name, *arrow], links.to_sources(look.view, column.sort, reverse=here and not page.reverse))
    return Column(way, align, name, ("ascending" if rising else "descending") if here else None, column.name)


def naming(look: Look, _: Overview, source: Source) -> list[Any]:
    """What it is called, whose it is, under which licence."""
    return [html.Span([links.link(look.read(source.name), links.to_source(look.view, source.key)),
                       *states.simulated(source.simulated, look.language)], className="title"),
            html.Small(" · ".join((look.say(f"source.kind.{source.kind}"), source.owner, source.licence)), className="t3")]


def standing(look: Look, found: Overview, source: Source) -> list[Any]:
    """Its state against its promise, and how its doors stand."""
    state = source.state(look.now)
    return [html.B([states.glyph(*SHAPES[state]), " ", look.say(f"sources.{state}")], className=SHAPES[state][1]),
            *source_doors.brief(look, found.doors.get(source.key, ()))]


def heard(look: Look, _: Overview, source: Source) -> list[Any]:
    """When something last came from it, and how often it promised to speak."""
    last = formats.NONE if source.last_received_at is None else ages.age(look, source.last_received_at)
    promise = (look.say("sources.no_promise") if source.promise is None
               else look.say("sources.promise", time=formats.span(source.promise, look.language)))
    return [html.Span(last), html.Small(promise, className="t3")]


def course(look: Look, found: Overview, source: Source) -> Any:
    """How its rows came in the last day."""
    came = found.arrivals.get(source.key)
    return html.Span(formats.NONE, className="t3") if came is None else arrivals.bars(look, came)


def count(read: Callable[[Overview, Source], int]) -> Callable[[Look, Overview, Source], Any]:
    """A column of numbers."""
    def draw(look: Look, found: Overview, source: Source) -> Any:
        number = read(found, source)
        return html.Span(formats.digits(number, 0), className="" if number else "t3")

    return draw


def most(read: Callable[[Overview, Source], int]) -> Callable[[Look, Overview, Source], int]:
    """The largest number first."""
    return lambda look, found, source: -read(found, source)


def quality(look: Look, found: Overview, source: Source) -> Any:
    """Its quality in six marks."""
    return source_quality.marks(look, found.quality.get(source.key, {}))


def waits(look: Look, found: Overview, source: Source) -> list[Any]:
    """How many rejects wait for somebody."""
    return counted_mark(unsolved(found, source))


def odd(look: Look, found: Overview, source: Source) -> list[Any]:
    """How many findings go on."""
    return counted_mark(findings(found, source))


def counted_mark(number: int) -> list[Any]:
    """A number that somebody should look into, unless it is nought."""
    mark = [states.glyph("watch"), " "] if number else []
    return [*mark, html.Span(formats.digits(number, 0), className="" if number else "t3")]


def taken(_: Overview, source: Source) -> int:
    """Rows taken."""
    return source.taken


def marked(_: Overview, source: Source) -> int:
    """Rows taken with a warning."""
    return source.marked


def rejected(_: Overview, source: Source) -> int:
    """Rows refused."""
    return source.rejected


def unsolved(found: Overview, source: Source) -> int:
    """Rejects that no retry took."""
    return found.waiting.get(source.key, 0)


def findings(found: Overview, source: Source) -> int:
    """Findings that go on."""
    return source_quality.findings(found.quality.get(source.key, {}))


def worst(look: Look, found: Overview, source: Source) -> tuple[bool, bool, int, int]:
    """The lost and the late ones first, then those with a door that is gone, or the most to look into, then all that is well."""
    state = source.state(look.now)
    late, waiting = state in ("dead", "stale"), unsolved(found, source) + findings(found, source)
    here, place = not source_doors.gone(look, found.doors.get(source.key, ())), list(SHAPES).index(state)
    return (not late, here, place, -waiting) if late else (not late, here, -waiting, place)


COLUMNS: tuple[Shown, ...] = (
    Shown("name", naming, "name", lambda look, found, source: look.read(source.name), rising=True),
    Shown("state", standing, "state", worst),
    Shown("heard", heard, "heard", lambda look, found, source: source.last_received_at or EVER, rising=True),
    Shown("arrivals", course),
    Shown("quality", quality, "quality", lambda look, found, source: source_quality.worst(found.quality.get(source.key, {})),
          rising=True),
    Shown("findings", odd, "findings", most(findings), number=True),
    Shown("taken", count(taken), "taken", most(taken), number=True),
    Shown("marked", count(marked), "marked", most(marked), number=True),
    Shown("rejected", count(rejected), "rejected", most(rejected), number=True),
    Shown("waiting", waits, "waiting", most(unsolved), number=True),
)
