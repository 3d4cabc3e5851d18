"""What pages read for themselves: with the same period of the year before, and among peers; anew every few seconds at most."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from data_access import scorecards
from data_access.city import Region
from data_access.in_hand import InHand, in_hand
from data_access.readings import readings
from data_access.scorecards import Line, Peers
from indicators.definition import Indicator
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.scope import Scope
from live import subjects
from live.desk import Desk
from live.pages.shell import MINUTELY

CALM_S = 30.0   # a page is for reading: its numbers need not follow every single fact


def elsewhere(desk: Desk, region: Region) -> Desk:
    """The same for another region."""
    return replace(desk, view=replace(desk.view, scope=replace(desk.view.scope, region=region.code)))


def calm(desk: Desk) -> float:
    """The same for some seconds: part of a memory's key."""
    return desk.tick.now.timestamp() // CALM_S


def yearly(desk: Desk, indicators: Sequence[Indicator]) -> dict[str, Reading]:
    """Readings of the scope's region, by key, with the same period of the year before. Raises: DataUnavailable."""
    found: dict[str, Reading] = {}
    for scope in dict.fromkeys(desk.scope_of(indicator) for indicator in indicators):
        wanted = {one.key: MINUTELY for one in indicators if desk.scope_of(one) == scope}

        def fetch(missing: list[str], scope: Scope = scope) -> dict[str, Reading]:
            return readings(desk.engine, desk.city, [INDICATORS[key] for key in missing], scope, desk.tick.now,
                            standings=desk.standings(scope.filters), yearly=True)

        found |= desk.memory.recall_many(("yearly", scope, calm(desk)), wanted, fetch)
    return {indicator.key: found[indicator.key] for indicator in indicators}


def among(desk: Desk, region: Region, indicators: Sequence[Indicator]) -> Peers:
    """The readings of a region and all its siblings: the same for each of them. Raises: DataUnavailable."""
    above = None if region.parent_id is None else desk.city.regions[region.parent_id].code
    key = ("peers", above, desk.scope.window, desk.scope.at, desk.scope.filters, tuple(one.key for one in indicators), calm(desk))
    scope = replace(desk.scope, region=region.code)
    return desk.memory.recall(key, MINUTELY, lambda: scorecards.peers(
        desk.engine, desk.city, scope, desk.tick.now, indicators=indicators, standings=desk.standings(scope.filters)))


def lines(desk: Desk, indicators: Sequence[Indicator]) -> dict[str, Line]:
    """The region's scorecard: readings with their places among its siblings. Raises: DataUnavailable."""
    ranked = [one for one in indicators if one.better != "neither"]   # the others have no rank, and may be the costly ones
    return scorecards.marked(desk.region, yearly(desk, indicators), among(desk, desk.region, ranked)).lines


def in_hands(desk: Desk) -> InHand:
    """What organizations have in hand in the region now. Raises: DataUnavailable."""
    return desk.memory.recall(("in hand", desk.scope.region, desk.picked), MINUTELY,
                              lambda: in_hand(desk.engine, desk.city, desk.region, desk.now, desk.picked))


def changing(indicators: Sequence[Indicator]) -> frozenset[str]:
    """What changes any of these."""
    return frozenset[str]().union(*(subjects.of(one) for one in indicators))


def children(desk: Desk, indicators: Sequence[Indicator]) -> Mapping[str, Mapping[int, Reading]]:
    """The readings of all regions right below; none at the bottom of the tree. Raises: DataUnavailable."""
    below = desk.city.children(desk.region)
    return among(desk, below[0], indicators) if below else {}
