"""All about one indicator in a region."""

from dataclasses import replace
from typing import Any

from data_access import feeders, makings, normals, quality, readings, relations, shares
from data_access.city import Region
from data_access.material import Extent
from data_access.normals import Band
from data_access.readings import ChildReading
from data_access.rows import rows
from data_access.shares import Breakdown
from data_access.sources import Source
from indicators.algebra import is_published
from indicators.definition import Indicator, Percentile, Ratio
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.splits import FIELDS, splittable
from layouts import drawer_indicator, indicator_page, making, multiples, parting, spread, take_away
from layouts.address.pages import IndicatorPage
from layouts.course import Course
from layouts.page import part
from live import outlines, subjects
from live.desk import Desk
from live.pages import reads
from live.pages.shell import MINUTELY, Section, page


def shown(desk: Desk) -> Indicator:
    """The page's indicator."""
    assert isinstance(desk.view.page, IndicatorPage)
    return INDICATORS[desk.view.page.key]


def beside(desk: Desk) -> Indicator:
    """What it is set beside: what the address asks for, else the usual."""
    assert isinstance(desk.view.page, IndicatorPage)
    asked = desk.view.page.beside
    return spread.usual(shown(desk)) if asked is None else INDICATORS[asked]


def name(desk: Desk) -> str:
    """What the indicator is called."""
    return desk.look.read(shown(desk).title)


def depends(desk: Desk) -> frozenset[str]:
    """The notices that may change it."""
    return subjects.of(shown(desk))


# what is read

def own(desk: Desk) -> Reading:
    """Its reading in the region, with the year before. Raises: DataUnavailable."""
    indicator = shown(desk)
    return reads.yearly(desk, [indicator])[indicator.key]


def of_region(desk: Desk, region: Region) -> Reading:
    """Its reading in another region. Raises: DataUnavailable."""
    there = replace(desk, view=replace(desk.view, scope=replace(desk.view.scope, region=region.code)))
    return own(there)


def children(desk: Desk) -> tuple[ChildReading, ...]:
    """The regions right below, each with its way through the period. Raises: DataUnavailable."""
    indicator = shown(desk)
    scope = desk.scope_of(indicator)
    return desk.memory.recall(
        ("level with its way", scope, indicator.key, reads.calm(desk)), MINUTELY,
        lambda: readings.by_child(desk.engine, desk.city, indicator, scope, desk.tick.now,
                                  extent=Extent(trend=True), standings=desk.standings(scope.filters)))


def pictured(desk: Desk) -> tuple[ChildReading, ...]:
    """The regions of the first level below that makes a picture. Raises: DataUnavailable."""
    indicator = shown(desk)
    level = relations.picture_level(desk.city, desk.region, indicator)
    return desk.memory.recall(("pictured", desk.scope_of(indicator), indicator.key, level, reads.calm(desk)), MINUTELY,
                              lambda: desk.level(indicator, level))


def bands(desk: Desk) -> tuple[Band, ...]:
    """What is normal for it. Raises: DataUnavailable."""
    indicator = shown(desk)
    scope = desk.scope_of(indicator)
    return desk.memory.recall(("normal", scope, indicator.key), MINUTELY,
                              lambda: normals.band(desk.engine, desk.city, indicator, scope, desk.tick.now))


def senders(desk: Desk) -> tuple[Source, ...]:
    """The sources that send its facts. Raises: DataUnavailable."""
    indicator = shown(desk)
    keys = desk.memory.recall(("feeders", indicator.key), MINUTELY, lambda: feeders.feeders(desk.engine, indicator))
    known = {one.key: one for one in desk.sources()}
    return tuple(known[key] for key in keys if key in known)


def breakdowns(desk: Desk) -> tuple[Breakdown, ...]:
    """It by class, agency and channel. Raises: DataUnavailable."""
    indicator = shown(desk)
    return desk.memory.recall(
        ("shares", desk.scope, indicator.key), MINUTELY,
        lambda: shares.shares_by_each(desk.engine, desk.city, indicator, desk.scope, desk.tick.now, FIELDS))


# what is drawn

def title(desk: Desk) -> list[Any]:
    """Its name and how it stands."""
    return indicator_page.title(desk.look, own(desk))


def way(desk: Desk) -> list[Any]:
    """Its course and its map."""
    indicator, region = shown(desk), desk.region
    compared = isinstance(indicator.measure, Ratio | Percentile) and region.parent_id is not None
    upper = desk.city.regions[region.parent_id] if compared and region.parent_id is not None else None
    above = None if upper is None or is_published(indicator.measure) else of_region(desk, upper)
    names = (desk.look.read(region.name), "" if upper is None else desk.look.read(upper.name))
    parts = pictured(desk)
    drawn = outlines.within(desk, parts[0].region.level if parts else region.level + 1)
    return indicator_page.way(desk.look, Course(own(desk), bands(desk), above, names), drawn, parts)


def ranking(desk: Desk) -> list[Any]:
    """Its regions, ranked."""
    look = desk.look
    return part(look.say("multiples.title"), multiples.ranking(look, children(desk)), multiples.hints(look))


def spreading(desk: Desk) -> list[Any]:
    """How its values are spread, and how they go with another's."""
    one, other, look = shown(desk), beside(desk), desk.look
    scope = desk.scope
    found = desk.memory.recall(
        ("relation", scope, one.key, other.key), MINUTELY,
        lambda: relations.relation(desk.engine, desk.city, one, other, scope, desk.tick.now,
                                   standings=desk.standings(scope.filters)))
    return spread.both(look, spread.distribution(look, one, relations.distribution(pictured(desk)), own(desk)),
                       spread.relation(look, one, other, found), spread.choice(look, one, other))


def making_of(desk: Desk) -> list[Any]:
    """How it is made, and from whom."""
    indicator, look = shown(desk), desk.look
    scope = desk.scope_of(indicator)
    made = desk.memory.recall(
        ("makings", scope, indicator.key, reads.calm(desk)), MINUTELY,
        lambda: makings.makings(desk.engine, desk.city, indicator, scope, desk.tick.now,
                                standings=desk.standings(scope.filters)))
    good = desk.memory.recall(("quality of sources", desk.scope.window, desk.scope.at), MINUTELY,
                              lambda: quality.by_source(desk.engine, desk.city, desk.scope, desk.tick.now))
    return part(look.say("making.title"), making.making(look, making.Making(own(desk), made, senders(desk), good)))


def parted(desk: Desk) -> list[Any]:
    """It by class, agency and channel; nothing of what has none."""
    if not splittable(shown(desk)):
        return []
    look = desk.look
    beside = [*parting.hints(look), *take_away.files(look, "breakdown", shown(desk).key)]
    return part(look.say("parting.title"), parting.parting(look, breakdowns(desk)), beside)


def behind(desk: Desk) -> list[Any]:
    """The newest facts behind it."""
    indicator = shown(desk)
    wanted = drawer_indicator.MOST
    found = desk.memory.recall(("rows", desk.scope, indicator.key, wanted), subjects.of(indicator),
                               lambda: rows(desk.engine, desk.city, indicator, desk.scope, desk.tick.now, wanted))
    return indicator_page.behind(desk.look, indicator, found)


PARTS = page(name, Section(title, depends), (
    Section(way, depends), Section(ranking, depends), Section(making_of), Section(spreading), Section(parted), Section(behind),
))
