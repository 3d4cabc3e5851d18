"""The whole screen of one view: every part drawn by `layouts`, and a part that fails says so alone."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar, get_args

from data_access.city import City
from data_access.engine import DataUnavailable, Engine, answers
from data_access.readings import ChildReading
from indicators.definition import DIMENSIONS, Dimension, Indicator
from indicators.library import INDICATORS
from indicators.scope import Filter
from layouts import attention, board, feed, header, ids, messages, panel, picking, ranking, stage, wall
from layouts.links import to_closed, to_region
from layouts.ramp import Ramp, ramp
from layouts.view import View
from layouts.words import say
from live import drawers, subjects
from live.desk import CASE, DEVICE, SOURCE, VEHICLE, WARNING, Desk, aimed, shown
from live.memory import Memory
from live.pages import registry
from live.part import Part, quick, thorough
from live.picture import Picture
from live.tick import Lane, Tick

log = logging.getLogger(__name__)
T = TypeVar("T")

COMPARED: Dimension = "organizations"   # its panel compares the child regions
ALWAYS: frozenset[str] = frozenset()    # changes with the address and the minute alone
MARKS = ("iot", "business")             # the kinds of source whose facts stand on the map
RAMPS = 500
LOTS = INDICATORS["place_lots"]
READERS = 6                             # the parts of a view wait for the database side by side
PANELS: dict[str, Dimension] = {ids.panel(one): one for one in get_args(Dimension)}


class Painter:
    """Paints views; keeps the map's classes, so that a region changes its colour only with its own value."""

    def __init__(self, engine: Engine, memory: Memory) -> None:
        self._engine = engine
        self._memory = memory
        self._ramps: dict[tuple[str, str, str, tuple[Filter, ...]], Ramp] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._parts = (
            *PARTS,
            *(Part(face, _panel(one), _panel_subjects(one), thorough) for face, one in PANELS.items()),
            Part(ids.LEGEND, self._map, _map_subjects, thorough),
        )

    def paint(self, city: City, view: View, tick: Tick) -> Picture:
        """Draw the parts that may have changed since the tick before.

        Raises: UnknownRegion; DataUnavailable when the database does not answer at all.
        """
        desk = Desk(self._engine, city, view, tick, self._memory)
        parts = self._parts if view.page is None else registry.parts(view.page)
        due = [part for part in parts if part.due(desk)]
        waiting = [part for part in due if part.face in PANELS or part.face == ids.LEGEND]
        drawing = [self._readers.submit(self._attempt, part, desk) for part in due if part not in (*waiting, BAND)]
        if waiting and waiting[-1].face == ids.LEGEND:
            self._readers.submit(_read_map, desk)
        desk = self._read_ahead(desk, waiting)
        drawing += [self._readers.submit(self._attempt, part, desk) for part in due if part is BAND]   # of the same readings
        picture: dict[str, Mapping[str, Any]] = {}
        for part in waiting:
            picture.update(self._attempt(part, desk))
        for drawn in drawing:
            picture.update(drawn.result())
        return picture

    def _read_ahead(self, desk: Desk, waiting: list[Part]) -> Desk:
        """Read the indicators of panels and map in one call; when that fails, each reads its own and says so itself."""
        wanted = {indicator.key: indicator for part in waiting
                  for indicator in (shown(PANELS[part.face]) if part.face in PANELS else (desk.mapped, LOTS))}
        try:
            desk.read(tuple(wanted.values()))
        except DataUnavailable:
            self._reachable()
            log.exception("the indicators of %s cannot be read together", desk.scope)
            return replace(desk, together=False)
        return desk

    def _attempt(self, part: Part, desk: Desk) -> Picture:
        try:
            return part.draw(replace(desk, tick=part.tick(desk)) if part.everywhere else desk)
        except DataUnavailable:
            self._reachable()
            log.exception("%s of %s cannot be read", part.face, desk.view)
        except Exception:
            log.exception("%s of %s cannot be drawn", part.face, desk.view)
        return {part.face: {"children": _broken(part.face, desk)}}

    def _reachable(self) -> None:
        """Tell one failed read from an outage. Raises: DataUnavailable in an outage."""
        if not answers(self._engine):
            raise DataUnavailable("the screen")

    def _map(self, desk: Desk) -> Picture:
        """The map's state, legend and key."""
        indicator, region = desk.mapped, desk.region
        near, far = stage.label_level(desk.city, region), stage.paint_level(desk.city, region)
        painted, labels = desk.around(indicator, far), desk.around(indicator, near)
        if desk.city.root.bounds is None:
            return self._board(desk, indicator, near, labels)
        classes = self._classes(desk, indicator, [one.reading.value for one in painted if one.reading.status in ("ok", "stale")])
        heat = stage.heat_ramp(painted) if desk.view.mode == "heat" else None
        state = stage.map_state(desk.look, indicator, classes, painted, labels, desk.tile_versions(),
                                _if_known(desk.attention), drawers.place(desk), heat)
        told = desk.read([indicator, LOTS])
        own, lots = told[indicator.key], told[LOTS.key].value
        legend = (stage.legend(desk.look, indicator, classes, far, own) if heat is None
                  else stage.heat_legend(desk.look, indicator, heat, own))
        counts = stage.counts(desk.standing(), None if lots is None else int(lots))
        simulated = any(source.simulated and source.taken for source in _if_known(desk.sources) if source.kind in MARKS)
        if "building" in state["tiles"]:
            stock = desk.buildings()
            counts["building"], simulated = stock.n, simulated or stock.simulated
        if "vehicle" in state["zooms"] and not desk.past:
            moving = desk.fleet()
            counts["vehicle"], simulated = moving.n, simulated or moving.simulated
        if any(warning.area for warning in _if_known(desk.warnings)):
            counts["warning"] = sum(warning.area for warning in desk.warnings())
        no_data = any(one.reading.value is None and one.reading.status != "not_applicable" for one in painted)
        return {
            ids.MAP_STATE: {"data": state},
            ids.LEGEND: {"children": legend},
            ids.MAP_KEY: {"children": stage.key(desk.look, counts, simulated_marks=simulated, no_data=no_data)},
        }

    def _board(self, desk: Desk, indicator: Indicator, level: int, parts: Sequence[ChildReading]) -> Picture:
        """What stands in place of the map of a city without shapes."""
        classes = self._classes(desk, indicator, [one.reading.value for one in parts if one.reading.status in ("ok", "stale")])
        own = desk.read([indicator])[indicator.key]
        return {
            ids.BOARD: {"children": board.board(desk.look, parts, classes)},
            ids.LEGEND: {"children": stage.legend(desk.look, indicator, classes, level, own)},
        }

    def _classes(self, desk: Desk, indicator: Indicator, values: list[float | None]) -> Ramp:
        key = (desk.scope.region, desk.scope.window, indicator.key, desk.scope_of(indicator).filters)
        found = ramp(indicator, [value for value in values if value is not None], self._ramps.get(key))
        if len(self._ramps) > RAMPS:
            self._ramps.clear()
        self._ramps[key] = found
        return found


def _read_map(desk: Desk) -> None:
    """Read the map's regions while the indicators are read; what fails here is met again, and told, by the map itself."""
    near, far = (level(desk.city, desk.region) for level in (stage.label_level, stage.paint_level))
    for level in dict.fromkeys((far, near)):
        with suppress(DataUnavailable):
            desk.around(desk.mapped, level)


def _if_known(read: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    """What the map can do without: the part that is made of it says itself that it is missing."""
    try:
        return read()
    except DataUnavailable:
        return ()


def _page(desk: Desk) -> Picture:
    """What depends on the address and the language alone."""
    look, view = desk.look, desk.view
    place = look.city if look.region.parent_id is None else look.region
    names = [look.read(name) for name in dict.fromkeys((place.name, look.city.name))]
    skeleton = wall.translated(look.city, look.language)
    root = {
        **skeleton[ids.WALL],
        "data-title": " · ".join((*names, say("product", look.language))),
        "data-page": None,
        "data-parent": _parent(desk),
        "data-now": None if view.scope.at is None else desk.now.isoformat(),
    }
    return {
        **skeleton,
        ids.WALL: root,
        ids.NOTICE: {"children": []},
        ids.CRUMBS: {"children": header.crumbs(look)},
        ids.WINDOW: {"children": header.windows(look)},
        ids.LANGUAGE: {"children": header.languages(look)},
    }


def _parent(desk: Desk) -> str | None:
    """Where Esc leads: the drawer closes, then the region above."""
    if desk.view.opened is not None:
        return to_closed(desk.view)
    above = desk.region.parent_id
    return None if above is None else to_region(desk.view, desk.city.regions[above].code)


def _panel(dimension: Dimension) -> Callable[[Desk], Picture]:
    def draw(desk: Desk) -> Picture:
        hero, *supports = desk.read(shown(dimension)).values()
        parts = desk.children(hero.indicator) if dimension == COMPARED else ()
        return {ids.panel(dimension): {"children": panel.panel(desk.look, dimension, hero, supports, parts)}}

    return draw


def _panel_subjects(dimension: Dimension) -> Callable[[Desk], frozenset[str]]:
    found = frozenset[str]().union(*(subjects.of(indicator) for indicator in shown(dimension)))
    return lambda desk: found


def _map_subjects(desk: Desk) -> frozenset[str]:
    targets = (subjects.of(one) for dimension in DIMENSIONS for one in aimed(dimension))
    return subjects.of(desk.mapped).union(CASE, DEVICE, WARNING, {"place"}, drawers.followed(desk), *targets)


def _broken(face: str, desk: Desk) -> Any:
    """What a part says that cannot be drawn; never why in the program's own words."""
    if face in PANELS:
        return panel.broken(desk.look, PANELS[face], desk.look.say("unavailable"))
    return messages.unavailable(desk.look) if face == ids.DRAWER else messages.failed(desk.look.language)


def _part(
    face: str, draw: Callable[[Desk], Any], subjects: frozenset[str], lane: Callable[[Desk], Lane] = quick, *,
    everywhere: bool = False,
) -> Part:
    return Part(face, lambda desk: {face: {"children": draw(desk)}}, lambda desk: subjects, lane, everywhere)


def _ranking(desk: Desk) -> Picture:
    painted = desk.around(desk.mapped, stage.paint_level(desk.city, desk.region))   # as the map remembers it
    return {ids.RANKING: {"children": ranking.ranking(desk.look, desk.children(desk.mapped), painted)}}


# whenever the map is, so that both always name the same
BAND = Part(ids.ATTENTION, lambda desk: {ids.ATTENTION: {"children": attention.attention(desk.look, desk.attention())}},
            _map_subjects, thorough)
PARTS: tuple[Part, ...] = (
    Part(ids.CRUMBS, _page, lambda desk: ALWAYS, quick),
    _part(ids.CHIPS, lambda desk: picking.chips(desk.look, desk.names()) if desk.picked else [], frozenset({"region", "agency"})),
    _part(ids.SOURCES, lambda desk: header.source_health(desk.look, desk.sources()), SOURCE, everywhere=True),
    _part(ids.WEATHER, lambda desk: header.weather(desk.look, desk.weather()), DEVICE, everywhere=True),
    _part(ids.JOBS, lambda desk: header.jobs(desk.look, desk.jobs()), frozenset({"job"}), everywhere=True),
    Part(ids.MAP_MOVING, lambda desk: {ids.MAP_MOVING: {"data": desk.moving()}}, lambda desk: VEHICLE, quick, everywhere=True),
    Part(ids.MAP_AREAS, lambda desk: {ids.MAP_AREAS: {"data": stage.warned_areas(desk.look, desk.warning_areas())}},
         lambda desk: WARNING, quick),
    _part(ids.FEED, lambda desk: feed.feed(desk.look, desk.newest_cases(), desk.warnings(), desk.alarms()),
          CASE | DEVICE | WARNING),
    Part(ids.DRAWER, lambda desk: {ids.DRAWER: {"children": drawers.draw(desk)}}, drawers.depends, drawers.lane, everywhere=True),
    BAND,
    Part(ids.RANKING, _ranking,
         lambda desk: subjects.of(desk.mapped) | {"region"}, thorough),
)
