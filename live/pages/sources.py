"""The pages of sources: all of them, and one; painted part by part like the wall itself."""

import logging
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from data_access import batches, doors, findings, quality, quarantine
from data_access.engine import DataUnavailable
from data_access.quarantine import Fate, Quarantine
from data_access.sources import Source
from indicators.reading import Reading
from layouts import ids, source_doors, source_findings, source_page, source_quality, sources_page
from layouts.address.pages import SourcePage
from layouts.links import to_sources, to_wall
from layouts.look import Look
from layouts.page import emptied
from layouts.source_page import Origin
from layouts.sources_page import Overview
from live.desk import SOURCE, Desk
from live.pages.shell import frame
from live.part import Part, quick, thorough
from live.picture import Picture

log = logging.getLogger(__name__)
T = TypeVar("T")

HOURS, LONG_HOURS, DAYS = 24, 48, 30
BATCHES = 20
FINDINGS = 20
CALM_S = 5.0
REFUSED = frozenset({"reject", "region"})   # what changes rows in quarantine; "region": a city was loaded anew
FOUND = frozenset({"finding", "region"})
DOORS = SOURCE | {"door"}       # what changes how much comes by a door, and how it stands
MINUTELY: frozenset[str] = frozenset()      # sums over many batches: the minute is enough


def shown(desk: Desk) -> SourcePage:
    """The page of one source that a view shows."""
    assert isinstance(desk.view.page, SourcePage)
    return desk.view.page


# all sources

def calmly(desk: Desk, name: Hashable, read: Callable[[], T]) -> T:
    """What changes with every batch, read anew every few seconds at most: a page is for reading. Raises: DataUnavailable."""
    return desk.memory.recall(("calmly", name, desk.tick.now.timestamp() // CALM_S), MINUTELY, read)


def every(desk: Desk) -> tuple[Source, ...]:
    """All sources. Raises: DataUnavailable."""
    return calmly(desk, "sources", desk.sources)


def overview(desk: Desk) -> Picture:
    """The list of all sources."""
    found = Overview(every(desk), *(_if_known(desk, read) for read in (_hourly, _waiting, _quality, _doors)))
    return {**frame(desk, desk.look.say("sources.title"), to_wall(desk.view)), **sources_page.sources_page(desk.look, found)}


def _if_known(desk: Desk, read: Callable[[Desk], dict[str, T]]) -> dict[str, T]:
    """What the list can do without for a while."""
    try:
        return read(desk)
    except DataUnavailable:
        log.exception("a column of the sources cannot be read")
        return {}


def _hourly(desk: Desk) -> dict[str, batches.Arrivals]:
    return desk.memory.recall("arrivals", MINUTELY, lambda: batches.hourly(desk.engine, desk.tick.now, HOURS))


def _quality(desk: Desk) -> dict[str, dict[str, Reading]]:
    return desk.memory.recall("quality of sources", MINUTELY, lambda: quality.by_source(
        desk.engine, desk.city, desk.scope, desk.tick.now))


def _waiting(desk: Desk) -> dict[str, int]:
    return desk.memory.recall("waiting", REFUSED, lambda: quarantine.waiting(desk.engine))


def _doors(desk: Desk) -> dict[str, tuple[doors.Door, ...]]:
    return calmly(desk, "doors", lambda: doors.doors(desk.engine))


# one source

def found(desk: Desk) -> Source | None:
    """The source that the address names; None when there is none. Raises: DataUnavailable."""
    key = shown(desk).key
    return next((source for source in every(desk) if source.key == key), None)


def head(desk: Desk) -> Picture:
    """The source's name, state and sums; or that there is none of this name."""
    source, key = found(desk), shown(desk).key
    if source is None:
        return {**frame(desk, key, to_sources(desk.view)), **source_page.unknown(desk.look, key)}
    return {
        **frame(desk, desk.look.read(source.name), to_sources(desk.view)),
        ids.PAGE_HEAD: {"children": source_page.crumbs(desk.look, desk.look.read(source.name))},
        **emptied(face.face for face in ONE),
        ids.PAGE_TITLE: {"children": source_page.title(desk.look, source, kept(desk, "reject"))},
    }


def kept(desk: Desk, fate: Fate) -> Quarantine:
    """The source's rejects or marks. Raises: DataUnavailable."""
    key = shown(desk).key
    return desk.memory.recall((fate, key), REFUSED, lambda: quarantine.quarantine(desk.engine, key, fate))


def arriving(desk: Desk) -> tuple[batches.Arrivals, ...]:
    """How its rows came by hours and by days. Raises: DataUnavailable."""
    key, now = shown(desk).key, desk.tick.now
    return desk.memory.recall(("arrivals", key), MINUTELY, lambda: (
        batches.hourly(desk.engine, now, LONG_HOURS, key)[key], batches.daily(desk.engine, now, DAYS, desk.city.zone, key)))


def datasets(desk: Desk) -> batches.Datasets:
    """Its datasets. Raises: DataUnavailable."""
    key = shown(desk).key
    return desk.memory.recall(("datasets", key), MINUTELY, lambda: batches.datasets(desk.engine, key))


def odd(desk: Desk) -> tuple[findings.Finding, ...]:
    """What was found odd in it, what is over too. Raises: DataUnavailable."""
    key = shown(desk).key
    return desk.memory.recall(("findings", key), FOUND, lambda: findings.findings(
        desk.engine, source=key, ended=True, limit=FINDINGS))


def newest(desk: Desk) -> Origin:
    """Its newest batches, and the one asked for. Raises: DataUnavailable."""
    page = shown(desk)
    return calmly(desk, ("batches", page.key, page.batch), lambda: Origin(
        batches.batches(desk.engine, page.key, BATCHES, page.batch), page.batch))


def _section(face: str, draw: Callable[[Look, Source, Desk], list[Any]], subjects: frozenset[str], *, slow: bool = True) -> Part:
    """A part of a source's page; empty while there is no such source."""
    def painted(desk: Desk) -> Picture:
        source = found(desk)
        return {face: {"children": [] if source is None else draw(desk.look, source, desk)}}

    return Part(face, painted, lambda desk: subjects, thorough if slow else quick)


ALL = (Part(ids.PAGE_SOURCES, overview, lambda desk: DOORS | REFUSED | FOUND, quick),)
ONE = (
    Part(ids.PAGE_TITLE, head, lambda desk: SOURCE | REFUSED, quick),
    _section(ids.PAGE_DOORS, lambda look, source, desk: source_doors.section(look, _doors(desk).get(source.key, ())), DOORS,
             slow=False),
    _section(ids.PAGE_FINDINGS, lambda look, source, desk: source_findings.section(look, odd(desk)), FOUND),
    _section(ids.PAGE_REJECTS, lambda look, source, desk: source_page.rejects(look, source, kept(desk, "reject")), REFUSED),
    _section(ids.PAGE_MARKS, lambda look, source, desk: source_page.marks(look, source, kept(desk, "mark")), REFUSED),
    _section(ids.PAGE_ARRIVALS, lambda look, source, desk: source_page.arriving(look, arriving(desk)), MINUTELY),
    _section(ids.PAGE_QUALITY, lambda look, source, desk: source_quality.section(look, _quality(desk).get(source.key, {})),
             MINUTELY),
    _section(ids.PAGE_DATASETS, lambda look, source, desk: source_page.datasets(look, datasets(desk)), MINUTELY),
    _section(ids.PAGE_BATCHES, lambda look, source, desk: source_page.batches(look, newest(desk)), SOURCE, slow=False),
)
