"""What another server's Datastreams are here: the device of each, its property, and its unit; or why it is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doors.sensorthings.matching import property_of
from doors.sensorthings.messages import Stream, StreamId, id_of, stream_of
from doors.sensorthings.query import Malformed
from doors.sensorthings.remote import Entity
from doors.sensorthings.writing import coordinates, inner, listed
from ingest.mapping.units import UnknownUnit
from ingest.pack.doors.sensorthings import SensorThings

LONGEST_CODE = 100
LONGEST_NAME = 200
UNITLESS = ("", "-", "none", "null", "unitless", "dimensionless", "n/a")

Measured = Mapping[str, tuple[str, set[str]]]


@dataclass(frozen=True)
class Found:
    """A Datastream of another server: its id, its device as a row, and what it is here, or why it is nothing."""

    id: StreamId
    device: dict[str, Any]
    stream: Stream | None
    field: str = ""
    text: str = ""


def found(entry: SensorThings, source: str, entity: Entity, known: Measured) -> Found | None:
    """A Datastream with the Thing, the ObservedProperty and the Sensor that are expanded in it; None without an id."""
    number, thing = identity(entity), entity.get("Thing")
    if number is None:
        return None
    owner = identity(thing) if isinstance(thing, dict) else None
    if owner is None or not isinstance(thing, dict):
        return Found(number, {}, None, "Thing", "Thing is missing")
    device = device_row(entry, source, owner, thing, entity)
    key = meant(entry, entity, known)
    if key is None:
        named = inner(entity, "ObservedProperty", "name") or entity.get("name")
        return Found(number, device, None, "ObservedProperty",
                     f"there is no property {str(named)[:60]!r}; name it under `properties`")
    unit, wanted = sent_unit(entry, entity), known[key][0]
    try:
        return Found(number, device, stream_of(device["code"], key, unit, wanted))
    except UnknownUnit:
        return Found(number, device, None, "unitOfMeasurement",
                     f"the unit {str(unit)[:60]!r} cannot become {wanted}; name what it is under `units`")


def identity(entity: Entity) -> StreamId | None:
    """An entity's id."""
    given = entity.get("@iot.id", entity.get("id"))
    return id_of(given) if isinstance(given, int | str) and not isinstance(given, bool) and given != "" else None


def device_row(entry: SensorThings, source: str, owner: StreamId, thing: Mapping[str, Any], entity: Entity) -> dict[str, Any]:
    """A Thing as a device."""
    lon, lat = place(thing)
    code = f"{f'{source}-' if entry.prefix is None else entry.prefix}{owner}"
    name = thing.get("name")
    return {
        "code": code[:LONGEST_CODE], "kind": kind(entry, entity), "interval_s": entry.interval_s, "lon": lon, "lat": lat,
        "name": name[:LONGEST_NAME] if isinstance(name, str) and name.strip() else code[:LONGEST_NAME],
        "region": entry.region if lon is None else None}


def place(thing: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The point of the first Location that has one."""
    try:
        places = listed(thing.get("Locations"), "Locations")
    except Malformed:
        return None, None
    for one in places:
        try:
            return coordinates(one)
        except Malformed:
            continue
    return None, None


def kind(entry: SensorThings, entity: Entity) -> str:
    """The kind of device, by its Sensor's name."""
    named = inner(entity, "Sensor", "name")
    return entry.kinds.get(named, entry.kind) if isinstance(named, str) else entry.kind


def meant(entry: SensorThings, entity: Entity, known: Measured) -> str | None:
    """The city's property that a Datastream measures: by the entry's table first, then by its words."""
    words = [inner(entity, "ObservedProperty", "name"), inner(entity, "ObservedProperty", "definition"), entity.get("name"),
             str(identity(entity))]
    for word in words:
        if isinstance(word, str) and word in entry.properties:
            return entry.properties[word] if entry.properties[word] in known else None
    return property_of(words[:3], known)


def sent_unit(entry: SensorThings, entity: Entity) -> str | None:
    """The unit of a Datastream; None where it names none."""
    told = entity.get("unitOfMeasurement")
    words = [told.get(name) for name in ("symbol", "name", "definition")] if isinstance(told, dict) else []
    units = [word for word in words if isinstance(word, str)]
    for unit in units:
        if unit in entry.units:
            return entry.units[unit]
    return next((unit for unit in units if unit.strip().lower() not in UNITLESS), None)
