"""One view at one moment, and everything that is read for it."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import islice
from typing import TypeVar

from data_access import (
    attention,
    breakdown,
    buildings,
    case_names,
    cases,
    devices,
    jobs,
    overdue,
    readings,
    sources,
    tiles,
    vehicles,
    warnings,
    weather,
)
from data_access.city import City, Region
from data_access.engine import DataUnavailable, Engine
from data_access.material import clock_of
from data_access.stocks import Standings, recount, standings
from indicators import filters
from indicators.definition import DIMENSIONS, Dimension, Indicator
from indicators.library import INDICATORS, of
from indicators.metrics import STOCKS
from indicators.reading import Reading
from indicators.scope import Field, Filter, Scope
from indicators.windows import frame
from layouts.look import Look
from layouts.panel import SUPPORTS
from layouts.view import View
from live import subjects
from live.memory import Memory
from live.once import Once
from live.tick import Tick

T = TypeVar("T")

FEED_CASES = 14
FEED_ALARMS = 6
ALARMS = 2000               # of the whole city; beyond that each scope reads its own
BARS = 8
DEFAULT_INDICATOR = "event_open_per_10k"
UNPEOPLED = "event_open"    # where nobody says how many people live
HEATED = "event_open"       # what the heat shows, whatever indicator was chosen

CASE = frozenset({"case", "region"})
DEVICE = frozenset({"observation", "device", "region"})
WARNING = frozenset({"warning", "region"})
VEHICLE = frozenset({"vehicle", "region"})
SOURCE = frozenset({"case", "observation", "message", "warning", "enterprise", "agency", "device", "region"})


@dataclass(frozen=True)
class Desk:
    """Where a view is painted: the city, the moment, and the memory that all views share."""

    engine: Engine
    city: City
    view: View
    tick: Tick
    memory: Memory
    together: bool = True   # whether the indicators of all panels are read in one call
    # band and map are drawn seconds apart at times, and must name the same numbers
    urgent: Once[tuple[attention.Attention, ...]] = field(default_factory=Once, compare=False)

    @property
    def now(self) -> datetime:
        """The instant that the view shows."""
        at = self.view.scope.at
        return self.tick.now if at is None else min(at, self.tick.now)

    @property
    def past(self) -> bool:
        """Whether an instant was asked for, or a period that is over: what stands now says nothing of it."""
        return clock_of(self.view.scope, self.city, self.tick.now).past

    @cached_property
    def look(self) -> Look:
        """What every drawing needs."""
        return Look(self.view, self.city, self.now)

    @property
    def region(self) -> Region:
        """The region looked at. Raises: UnknownRegion."""
        return self.city.region(self.view.scope.region)

    @property
    def since(self) -> datetime:
        """When the view's window begins."""
        return frame(self.view.scope.window, self.city.zone, self.now).whole.start

    @property
    def scope(self) -> Scope:
        """The part of the scope that decides numbers: in both languages, with any colours, they are the same."""
        return replace(self.view.scope, indicator=None, language="zh")

    def scope_of(self, indicator: Indicator) -> Scope:
        """The same for one indicator: what no filter applies to is the same under any."""
        return self.scope if filters.applies(indicator) else replace(self.scope, filters=())

    @property
    def mapped(self) -> Indicator:
        """The indicator that colours the map."""
        if self.view.mode == "heat":
            return INDICATORS[HEATED]
        return INDICATORS.get(self.view.scope.indicator or "", INDICATORS[DEFAULT_INDICATOR if self.city.peopled else UNPEOPLED])

    def _recall(
        self, key: Hashable, subjects: Iterable[str], read: Callable[[], T], mend: Callable[[T, frozenset[int]], T] | None = None,
    ) -> T:
        """What all views remember, with the news that this picture is painted for. Raises: DataUnavailable."""
        return self.memory.recall(key, subjects, read, self.tick.news, self.tick.good_s, mend)

    # readings

    def read(self, indicators: Sequence[Indicator]) -> dict[str, Reading]:
        """Readings of the scope's region, by key; those that must be read are read in one call. Raises: DataUnavailable."""
        group = "all" if self.together else "+".join(sorted({indicator.dimension for indicator in indicators}))
        found: dict[str, Reading] = {}
        for scope in dict.fromkeys(self.scope_of(indicator) for indicator in indicators):
            found |= self._read(group, scope, [indicator for indicator in indicators if self.scope_of(indicator) == scope])
        return {indicator.key: found[indicator.key] for indicator in indicators}

    def _read(self, group: str, scope: Scope, indicators: Sequence[Indicator]) -> dict[str, Reading]:
        """Readings of indicators that share a scope."""
        wanted = {indicator.key: subjects.of(indicator) for indicator in indicators}

        def fetch(missing: list[str]) -> dict[str, Reading]:
            return readings.readings(self.engine, self.city, [INDICATORS[key] for key in missing], scope, self.tick.now,
                                     standings=self.standings(scope.filters))

        return self.memory.recall_many(("readings", scope, group), wanted, fetch, self.tick.news, self.tick.good_s)

    def children(self, indicator: Indicator) -> tuple[readings.ChildReading, ...]:
        """The indicator in the regions right below. Raises: DataUnavailable."""
        return self.level(indicator, self.region.level + 1)

    def level(self, indicator: Indicator, level: int) -> tuple[readings.ChildReading, ...]:
        """The indicator in all regions of a level below; none at the bottom of the tree. Raises: DataUnavailable.

        Levels that are rolled up are read for the whole city, once for all scopes: that costs no more than a part of it.
        """
        shared = level <= self.city.rollup_level
        return tuple(one for one in self._level(self.city.root if shared else self.region, indicator, level)
                     if self.region in self.city.path(one.region))

    def around(self, indicator: Indicator, level: int) -> tuple[readings.ChildReading, ...]:
        """The indicator in the regions that the map shows of a level; a leaf stands among its neighbours.

        Raises: DataUnavailable.
        """
        if level > self.region.level or self.region.parent_id is None:
            return self.level(indicator, level)
        return self._level(self.city.regions[self.region.parent_id], indicator, level)

    def _level(self, above: Region, indicator: Indicator, level: int) -> tuple[readings.ChildReading, ...]:
        scope = replace(self.scope_of(indicator), region=above.code)
        return self._recall(
            ("level", scope, indicator.key, level), subjects.of(indicator),
            lambda: readings.by_level(self.engine, self.city, indicator, scope, level, self.tick.now,
                                      standings=self.standings(scope.filters)))

    def standings(self, picked: tuple[Filter, ...] = ()) -> Standings | None:
        """What stands now in every region, counted once for all scopes; None for the past. Raises: DataUnavailable."""
        if self.past:
            return None
        if picked:
            return self._recall(("standings", picked), CASE, lambda: standings(self.engine, STOCKS, self.tick.now, picked))
        return self._recall("standings", frozenset().union(*subjects.OF_STOCKS.values()), self._stand)

    def standing(self) -> dict[str, int]:
        """What stands now in the scope's region, by stock; nothing is known of the past. Raises: DataUnavailable."""
        every, picked = self.standings(), self.standings(self.picked)
        return {key: found.standing(key, self.region.region_id).n for found in (every, picked) if found for key in found.keys}

    def _stand(self) -> Standings:
        """Count anew what has changed, fact by fact."""
        def count(fact: str) -> Standings:
            return standings(self.engine, [key for key, one in STOCKS.items() if one.fact == fact], self.tick.now)

        def count_again(before: Standings, regions: frozenset[int]) -> Standings:
            return recount(self.engine, self.city, before, regions, self.tick.now)

        counted = [self._recall(("standings", fact), spoken, partial(count, fact), count_again if fact == "case" else None)
                   for fact, spoken in subjects.OF_STOCKS.items()]
        return Standings(self.tick.now, {}).together(*counted)

    # records

    @property
    def _at(self) -> tuple[int, datetime | None]:
        return self.region.region_id, self.view.scope.at

    @property
    def picked(self) -> tuple[Filter, ...]:
        """What the cases are filtered by."""
        return self.view.scope.filters

    def _weighed(self) -> tuple[attention.Attention, ...]:
        alarms = self._alarms(attention.MOST_ALARMS)
        return attention.weighed(self.city, self.region, self.now, attention.Troubles(
            self.warnings(), self.sources(), alarms, self._late(), self._raised(attention.told(alarms)), self._aimed()))

    def attention(self) -> tuple[attention.Attention, ...]:
        """What needs action now. Raises: DataUnavailable."""
        return self.urgent.get(self._weighed)

    def _aimed(self) -> list[Reading]:
        """Of the panels' readings those with a target, as far as they can be read: a panel that cannot be says so itself."""
        panels = [aimed(dimension) for dimension in DIMENSIONS]
        found: list[Reading] = []
        for asked in [[one for panel in panels for one in panel]] if self.together else panels:
            with suppress(DataUnavailable):
                found += self.read(asked).values()
        return found

    def _raised(self, codes: Sequence[str]) -> dict[str, datetime]:
        """Since when these devices have been in alarm. Raises: DataUnavailable."""
        return self._recall(("raised", tuple(codes), self.view.scope.at), DEVICE,
                            lambda: devices.raised(self.engine, codes, self.now))

    def _late(self) -> overdue.AllOverdue:
        """The overdue cases of every region. Raises: DataUnavailable."""
        return self._recall(("overdue", self.view.scope.at, self.picked), CASE,
                            lambda: overdue.overdue(self.engine, self.city, self.now, self.picked),
                            lambda past, where: overdue.again(self.engine, self.city, past, where, self.now, self.picked))

    def newest_cases(self) -> tuple[cases.CaseLine, ...]:
        """The cases that changed last. Raises: DataUnavailable."""
        return self._recall(
            ("newest", self._at, self.picked), CASE,
            lambda: cases.newest(self.engine, self.region.region_id, self.now, FEED_CASES, self.picked))

    def breakdown(self) -> dict[Field, tuple[breakdown.Bar, ...]]:
        """The window's cases by what they can be filtered by. Raises: DataUnavailable."""
        return self._recall(
            ("breakdown", self.scope), CASE,
            lambda: breakdown.breakdown(self.engine, self.city, self.scope, self.tick.now, BARS))

    def names(self) -> case_names.CaseNames:
        """What classes and agencies are called. Raises: DataUnavailable."""
        return self._recall("case names", frozenset({"region", "agency"}), lambda: case_names.names(self.engine))

    def warning_areas(self) -> tuple[warnings.Drawn, ...]:
        """Where the warnings in force hold that have an area of their own. Raises: DataUnavailable."""
        return self._recall(("warning areas", self._at), WARNING,
                            lambda: warnings.areas(self.engine, self.region.region_id, self.now))

    def warnings(self) -> tuple[warnings.Warning, ...]:
        """The warnings in force. Raises: DataUnavailable."""
        return self._recall(("warnings", self._at), WARNING,
                            lambda: warnings.active(self.engine, self.region.region_id, self.now))

    def alarms(self) -> tuple[devices.Alarm, ...]:
        """The devices in alarm. Raises: DataUnavailable."""
        return self._alarms(FEED_ALARMS)

    def _alarms(self, most: int) -> tuple[devices.Alarm, ...]:
        """The worst alarms of the region: those of the whole city, read once for all scopes, unless there are too many."""
        every = self._alarms_of(self.city.root, ALARMS)
        if len(every) == ALARMS and self.region != self.city.root:
            return self._alarms_of(self.region, attention.MOST_ALARMS)[:most]
        here = (one for one in every if self.region in self.city.path(self.city.regions[one.region_id]))
        return tuple(islice(here, most))

    def _alarms_of(self, region: Region, most: int) -> tuple[devices.Alarm, ...]:
        return self._recall(("alarms", region.region_id, self.view.scope.at), DEVICE,
                            lambda: devices.alarms(self.engine, region.region_id, self.now, most))

    def sources(self) -> tuple[sources.Source, ...]:
        """Every source. Raises: DataUnavailable."""
        return self._recall("sources", SOURCE, lambda: sources.sources(self.engine))

    def weather(self) -> weather.Weather | None:
        """The weather. Raises: DataUnavailable."""
        return self._recall(("weather", self.view.scope.at), DEVICE, lambda: weather.weather(self.engine, self.now))

    def jobs(self) -> tuple[jobs.Job, ...]:
        """Long work in progress. Raises: DataUnavailable."""
        return self._recall("jobs", frozenset({"job"}), lambda: jobs.running(self.engine))

    def tile_versions(self) -> dict[str, str]:
        """Under which marks the map asks for its tiles. Raises: DataUnavailable."""
        live = self._recall(
            ("tiles", self.view.scope.at, self.picked), CASE | DEVICE | VEHICLE | {"place", "building"},
            lambda: {str(layer): mark for layer, mark in tiles.versions(
                self.engine, self.tick.now, self.view.scope.at, self.picked).items()})
        regions = self._recall(("region tiles", id(self.city)), frozenset(), lambda: tiles.region_version(self.city))
        return {**live, "region": regions}

    def buildings(self) -> buildings.Stock:
        """The buildings of the scope's region. Raises: DataUnavailable."""
        return self._recall(("buildings", self.region.region_id), frozenset({"building", "region"}),
                            lambda: buildings.stock(self.engine, self.region.region_id))

    def fleet(self) -> vehicles.Stock:
        """The vehicles on the map of the scope's region. Raises: DataUnavailable."""
        return self._recall(("vehicles", self.region.region_id), VEHICLE,
                            lambda: vehicles.stock(self.engine, self.region.region_id, self.tick.now))

    def vehicle(self, vehicle_id: int) -> vehicles.VehicleRecord:
        """One vehicle. Raises: UnknownVehicle; DataUnavailable."""
        return self._recall(("vehicle", vehicle_id), VEHICLE, lambda: vehicles.vehicle(self.engine, vehicle_id))

    def moving(self) -> str | None:
        """Under which mark the map asks for vehicles; None without any, and in the past. Raises: DataUnavailable."""
        return None if self.view.scope.at is not None else self.tile_versions().get("vehicle")

    def case(self, case_id: int) -> cases.CaseRecord:
        """One case. Raises: UnknownCase; DataUnavailable."""
        return self._recall(("case", case_id), CASE, lambda: cases.case(self.engine, case_id))

    def device(self, code: str) -> devices.DeviceRecord:
        """One device. Raises: UnknownDevice; DataUnavailable."""
        return self._recall(("device", code, self.view.scope.at), DEVICE,
                            lambda: devices.device(self.engine, code, self.now, timedelta(hours=24)))


def shown(dimension: Dimension) -> tuple[Indicator, ...]:
    """The indicators of a dimension's panel: the leading one, then those beneath it."""
    return of(dimension)[:1 + SUPPORTS]


def aimed(dimension: Dimension) -> tuple[Indicator, ...]:
    """Those of them that have a target: the band tells when they get worse."""
    return tuple(one for one in shown(dimension) if one.target is not None)
