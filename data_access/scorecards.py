"""The scorecard of a region: every indicator with its reading, and its place among the region's siblings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from data_access.areas import below
from data_access.city import City, Region
from data_access.material import Extent
from data_access.readings import read, readings
from data_access.stocks import Standings
from indicators.definition import Indicator
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.scope import Scope

Peers = Mapping[str, Mapping[int, Reading]]     # by the indicators' keys, then by region
RANKED = ("ok", "stale")


@dataclass(frozen=True)
class Rank:
    """A place among others, 1 being the best; `ties` is how many of the others share it."""

    place: int
    of: int
    ties: int


@dataclass(frozen=True)
class Line:
    """One indicator of a scorecard; no rank where nothing is better or worse, or where there is nobody to compare with."""

    reading: Reading
    rank: Rank | None


@dataclass(frozen=True)
class Scorecard:
    """A region's indicators, by key."""

    region: Region
    lines: dict[str, Line]


def scorecard(
    engine: Engine, city: City, scope: Scope, now: datetime, *, indicators: Sequence[Indicator] | None = None,
    standings: Standings | None = None, others: Peers | None = None,
) -> Scorecard:
    """Read a region's scorecard, with trends and the same period of the year before; all indicators unless some are named.

    `others`, where given, spares reading the siblings.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: as the readings.
    """
    wanted = list(INDICATORS.values()) if indicators is None else list(indicators)
    found = readings(engine, city, wanted, scope, now, standings=standings, yearly=True)
    if others is None:
        others = peers(engine, city, scope, now, indicators=wanted, standings=standings)
    return marked(city.region(scope.region), found, others)


def peers(
    engine: Engine, city: City, scope: Scope, now: datetime, *, indicators: Sequence[Indicator] | None = None,
    standings: Standings | None = None,
) -> Peers:
    """Read the values of all regions right below the parent of the scope's: the same for each of them.

    Returns: by the indicators' keys, then by region; nothing for the city, which has no siblings.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    """
    region = city.region(scope.region)
    if region.parent_id is None:
        return {}
    wanted = list(INDICATORS.values()) if indicators is None else list(indicators)
    areas = below(city, city.regions[region.parent_id], region.level)
    found = read(engine, city, wanted, areas, scope, now, Extent(compared=False), standings=standings)
    return {indicator.key: {one.region.region_id: one.reading for one in of_all}
            for indicator, of_all in zip(wanted, found, strict=True)}


def marked(region: Region, found: Mapping[str, Reading], others: Peers) -> Scorecard:
    """A region's readings with their places among those of its siblings."""
    return Scorecard(region, {
        key: Line(reading, ranked(reading, [one for sibling, one in others.get(key, {}).items() if sibling != region.region_id]))
        for key, reading in found.items()})


def ranked(mine: Reading, others: Sequence[Reading]) -> Rank | None:
    """The place of a value among others, by what is better; those that share a value share a place."""
    better = mine.indicator.better
    known = [one.value for one in others if one.value is not None and one.status in RANKED]
    if better == "neither" or mine.value is None or mine.status not in RANKED or not known:
        return None
    sign = 1 if better == "higher" else -1
    ahead = sum(sign * value > sign * mine.value for value in known)
    return Rank(ahead + 1, len(known) + 1, sum(value == mine.value for value in known))
