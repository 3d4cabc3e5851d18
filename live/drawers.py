"""The drawer: whatever an address opens over the screen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data_access import agencies, cases
from data_access.agencies import UnknownAgency
from data_access.cases import UnknownCase
from data_access.devices import UnknownDevice
from data_access.rows import rows
from data_access.vehicles import UnknownVehicle
from indicators import pictures
from indicators.definition import IF_HEARD
from indicators.library import INDICATORS, of
from layouts import (
    drawer_agencies,
    drawer_agency,
    drawer_attention,
    drawer_breakdown,
    drawer_case,
    drawer_device,
    drawer_dimension,
    drawer_indicator,
    drawer_sources,
    drawer_vehicle,
    drawer_warning,
    messages,
)
from layouts.view import Kind, dimension
from live import subjects
from live.desk import CASE, DEVICE, SOURCE, VEHICLE, WARNING, Desk
from live.tick import Lane

AGENCY_CASES = 12
MOST_DIGITS = 19
RECORDS = ("case", "device", "vehicle", "warning", "sources")


@dataclass(frozen=True)
class Drawer:
    """One kind of drawer: how it is drawn, and which notices may change it."""

    draw: Callable[[Desk, str], list[Any]]
    subjects: frozenset[str]


def draw(desk: Desk) -> list[Any]:
    """The open drawer's inside; empty when none is open. Raises: DataUnavailable."""
    opened = desk.view.opened
    return [] if opened is None else DRAWERS[opened.kind].draw(desk, opened.key)


def depends(desk: Desk) -> frozenset[str]:
    """Which notices may change the open drawer."""
    opened = desk.view.opened
    if opened is None:
        return frozenset()
    if opened.kind == "indicator" and opened.key in INDICATORS:
        return subjects.of(INDICATORS[opened.key])
    return DRAWERS[opened.kind].subjects


def lane(desk: Desk) -> Lane:
    """In which lane the open drawer is painted: records are quick to read, numbers are not."""
    opened = desk.view.opened
    return "quick" if opened is None or opened.kind in RECORDS else "thorough"


def place(desk: Desk) -> tuple[float, float] | None:
    """Where the opened case, device or vehicle is. Raises: DataUnavailable."""
    opened = desk.view.opened
    try:
        if opened is not None and opened.kind == "case":
            line = desk.case(number(opened.key)).line
            return None if line.lon is None or line.lat is None else (line.lon, line.lat)
        if opened is not None and opened.kind == "device":
            record = desk.device(opened.key)
            return None if record.lon is None or record.lat is None else (record.lon, record.lat)
        if opened is not None and opened.kind == "vehicle":
            found = desk.vehicle(number(opened.key))
            return None if found.lon is None or found.lat is None or found.state(desk.now) is None else (found.lon, found.lat)
    except LookupError:
        return None
    return None


def followed(desk: Desk) -> frozenset[str]:
    """Which notices move the place that is marked on the map."""
    return VEHICLE if desk.view.opened is not None and desk.view.opened.kind == "vehicle" else frozenset()


def number(key: str) -> int:
    """A case's number. Raises: UnknownCase for what is none."""
    if not key.isascii() or not key.isdecimal() or len(key) > MOST_DIGITS or int(key) >= 1 << 63:
        raise UnknownCase(key)
    return int(key)


def _case(desk: Desk, key: str) -> list[Any]:
    try:
        return drawer_case.case(desk.look, desk.case(number(key)))
    except UnknownCase:
        return messages.missing(desk.look, "case", key)


def _device(desk: Desk, key: str) -> list[Any]:
    try:
        record = desk.device(key)
        seen = pictures.of_device(pictures.of_source(record.source_key), record.code, record.stream, record.snapshot)
        return drawer_device.device(desk.look, record, seen)
    except UnknownDevice:
        return messages.missing(desk.look, "device", key)


def _vehicle(desk: Desk, key: str) -> list[Any]:
    try:
        return drawer_vehicle.vehicle(desk.look, desk.vehicle(number(key)))
    except (UnknownCase, UnknownVehicle):
        return messages.missing(desk.look, "vehicle", key)


def _agency(desk: Desk, key: str) -> list[Any]:
    try:
        load = agencies.agency(desk.engine, key, desk.region.region_id, desk.since, desk.now)
    except UnknownAgency:
        return messages.missing(desk.look, "agency", key)
    return drawer_agency.agency(desk.look, load, cases.of_agency(desk.engine, key, desk.now, AGENCY_CASES))


def _agencies(desk: Desk, _: str) -> list[Any]:
    return drawer_agencies.agencies(desk.look, agencies.load(desk.engine, desk.region.region_id, desk.since, desk.now))


def _breakdown(desk: Desk, _: str) -> list[Any]:
    return drawer_breakdown.breakdown(desk.look, desk.breakdown(), desk.names())


def _warning(desk: Desk, key: str) -> list[Any]:
    found = next((warning for warning in desk.warnings() if warning.external_id == key), None)
    return messages.missing(desk.look, "warning", key) if found is None else drawer_warning.warning(desk.look, found)


def _dimension(desk: Desk, _: str) -> list[Any]:
    which = dimension(desk.view)
    assert which is not None
    found = (reading for reading in desk.read(of(which)).values()
             if IF_HEARD not in reading.indicator.tags or reading.status != "no_data")
    return drawer_dimension.dimension(desk.look, which, tuple(found))


def _indicator(desk: Desk, key: str) -> list[Any]:
    indicator = INDICATORS.get(key)
    if indicator is None:
        return messages.missing(desk.look, "indicator", key)
    wanted = drawer_indicator.reach(desk.view)
    found = desk.memory.recall(
        ("rows", desk.scope, key, wanted), subjects.of(indicator),
        lambda: rows(desk.engine, desk.city, indicator, desk.scope, desk.tick.now, wanted))
    return drawer_indicator.indicator(desk.look, desk.read([indicator])[key], found, desk.children(indicator))


DRAWERS: dict[Kind, Drawer] = {
    "case": Drawer(_case, CASE),
    "device": Drawer(_device, DEVICE),
    "vehicle": Drawer(_vehicle, VEHICLE),
    "agency": Drawer(_agency, CASE | {"agency"}),
    "agencies": Drawer(_agencies, CASE | {"agency"}),
    "warning": Drawer(_warning, WARNING),
    "dimension": Drawer(_dimension, SOURCE | {"statistic", "place", "flight", "stop_event"}),
    "indicator": Drawer(_indicator, SOURCE),
    "breakdown": Drawer(_breakdown, CASE | {"agency"}),
    "sources": Drawer(lambda desk, _: drawer_sources.sources(desk.look, desk.sources()), SOURCE),
    "attention": Drawer(lambda desk, _: drawer_attention.attention(desk.look, desk.attention()), CASE | DEVICE | WARNING),
}
