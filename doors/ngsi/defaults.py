"""Entities of the public Smart Data Models as rows: devices with what they observe, vehicles, warnings, places, cases."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import numpy as np
import shapely
from shapely.geometry import shape

from doors.ngsi.entities import SLASHED, Entity, Record
from doors.ngsi.models import Attribute, Models, Type, models
from ingest.mapping.units import UnknownUnit, scale_and_zero, tidy
from ingest.pack.doors.ngsi import Ngsi

TIMES_OF_VALUE = ("observedAt", "TimeInstant", "timestamp", "dateObserved")
TIMES = ("dateObserved", "dateObservedFrom", "observedAt", "observationDateTime", "observationDate", "TimeInstant", "timestamp",
         "lastKnownPositionUpdatedAt", "dateLastValueReported", "dateModified", "modifiedAt", "notifiedAt")
ZONED = re.compile(r"(?:[zZ]|[+-]\d{2}:?\d{2})$")
TWICE_ZONED = re.compile(r"(?<=[+-]\d{2}:\d{2})[zZ]$")     # -08:00Z, as even the models' own examples have it
MOMENT = r"\d{4}-\d{2}-\d{2}T\d{2}[\d:.-]*(?:[zZ]|[+-]\d{2}:?\d{2})?"
STAMP = re.compile(rf"[-_.:]{MOMENT}(?:[-_/]{MOMENT})?$")   # an instant, or two, that some models' ids end with
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
PAIR = re.compile(r"([A-Za-z][\w.]*)\s*=\s*([^;&|,]+)")
SHORT = {"l": "fillingLevel", "t": "temperature", "h": "humidity", "p": "pressure", "b": "batteryLevel"}
MODES = {"bus": "bus", "minibus": "bus", "trolley": "trolleybus", "tram": "tram", "train": "rail"}
# Where an entity is, and of one that says no more, what it looks at.
PLACES = ("location", "position", "lastKnownPosition", "observationSpace", "operationSpace")
CODES = ("service_code", "serviceCode", "subCategoryCode", "titleCode", "categoryCode")     # of a request, what it is about
CLOSED = frozenset(("closed", "resolved", "solved"))
AROUND = 0.001              # degrees about a warning that is at a point
LASTS = timedelta(hours=24)  # a warning that says no end
LONGEST = 500


class Refused(ValueError):
    """An entity, or an attribute of it, cannot be taken; `field` says which."""

    def __init__(self, code: str, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.code, self.field = code, field

    @property
    def sentence(self) -> str:
        """What is wrong, said whole."""
        return str(self) if self.field is None else f"{self.field} {self}"


@dataclass(frozen=True)
class Row:
    """A row of a subject."""

    subject: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class City:
    """What a row may need to know of the city: the units of its properties, its root region, and the moment."""

    units: Mapping[str, str]
    root: str
    now: datetime


Made = Row | Refused
Maker = Callable[[Entity, Type, Ngsi, City], Iterator[Made]]


def rows(entity: Entity, said: Ngsi, city: City) -> Iterator[Made]:
    """The rows of an entity, devices first, and what of it cannot be taken."""
    known = models().type(entity.type) if said.defaults else None
    if known is None:
        yield Refused("unknown_type", f"the pack does not say what an entity of type {entity.type[:100]!r} is; add it to `types` "
                      "of the source's `door: ngsi`")
        return
    yield from MAKERS[known.subject](entity, known, said, city)


def observed(entity: Entity, known: Type, said: Ngsi, city: City) -> Iterator[Made]:
    """A device, and what it observed."""
    found = False
    for record in entity.records:
        measured = list(measurements(record, known, city))
        code = device_code(entity, record)
        if any(isinstance(one, Row) for one in measured) or "location" in record:
            found = True
            yield Row("devices", {"code": code, "kind": known.kind, "name": called(record, steady(entity))[:200],
                                  "interval_s": said.interval_s, **place(record, said)})
        for one in measured:
            found = True
            yield Row(one.subject, {"device": code, **one.fields}) if isinstance(one, Row) else one
    if not found:
        yield Refused("nothing_measured", f"the entity says nothing that {entity.type[:100]} is known to measure")


def device_code(entity: Entity, record: Record) -> str:
    """The device that observed: the entity, or the one that it refers to; each data set is a device of its own."""
    named = record.get("refDevice") if entity.type == "DeviceMeasurement" else None
    code = next((one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str) and one), steady(entity))
    dataset = record.get("datasetId")
    return f"{code}#{re.split('[:/#]', str(dataset))[-1]}" if dataset else code


def steady(entity: Entity) -> str:
    """An entity's id without the instant that some models end it with: what observed is the same the next time."""
    return STAMP.sub("", entity.id) or entity.id


def measurements(record: Record, known: Type, city: City) -> Iterator[Made]:
    """What a record says that was measured, without the device."""
    for name, value, unit in told(record):
        attribute = models().attribute(known, name)
        if attribute is None or value is None or isinstance(value, dict):
            continue
        try:
            number = measured(value, attribute, unit or unit_of(record, name), record, city)
        except Refused as error:
            error.field = name
            yield error
            continue
        at = observed_at(record, name, city)
        yield Row("observations", {"property": attribute.property, "value": number, "observed_at": at})


def told(record: Record) -> Iterator[tuple[str, Any, str | None]]:
    """Names, values and units: the attributes, and what some models write into one text."""
    for name, value in record.items():
        if name == "measurand":
            yield from listed(value)
        elif name == "value" and "controlledProperty" in record:
            yield from controlled(record, value)
        elif name == "numValue":
            yield str(one(record.get("controlledProperty"))), value, one(record.get("unit"))
        elif "." not in name or name.lower() == "pm2.5":
            yield name, one(value), None


def listed(value: Any) -> Iterator[tuple[str, Any, str | None]]:
    """Older models: "NO2, 22, GQ, Nitrogen dioxide" or "LAeq | 93.6 | A-weighted"."""
    for line in value if isinstance(value, list) else [value]:
        parts = [part.strip() for part in re.split(r"[|,]", line)] if isinstance(line, str) else []
        if len(parts) >= 2:
            yield parts[0], parts[1], parts[2] if len(parts) > 2 and parts[2] in models().units else None


def controlled(record: Record, value: Any) -> Iterator[tuple[str, Any, str | None]]:
    """A device's value: one number of the property that it controls, or "l=0.22;t=21.2"."""
    properties = record["controlledProperty"]
    names = [str(name) for name in properties] if isinstance(properties, list) else [str(properties)]
    text = unquote(value) if isinstance(value, str) else value
    pairs = PAIR.findall(text) if isinstance(text, str) else []
    if pairs:
        yield from ((SHORT.get(name, name), number.strip(), None) for name, number in pairs)
    elif isinstance(value, list) and len(value) == len(names):
        yield from ((name, each, None) for name, each in zip(names, value, strict=True))
    elif names:
        yield names[0], one(value), unit_of(record, "value")


def one(value: Any) -> Any:
    """A value, or the only one of a list."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def unit_of(record: Record, name: str) -> str | None:
    """The unit that is said of an attribute."""
    said = one(record.get(f"{name}.unitCode", record.get(f"{name}.unit")))
    return said.strip() or None if isinstance(said, str) else None


def measured(value: Any, attribute: Attribute, unit: str | None, record: Record, city: City) -> float:
    """A value in the unit of the city's property. Raises: Refused."""
    number = as_number(value, attribute)
    known = models().properties[attribute.property]["unit"]
    wanted = city.units.get(attribute.property, known)
    said = models().units.get(unit, unit) if unit is not None else None
    if attribute.share:
        return number * 100 if 0 <= number <= 1 and said in (None, "1") else number
    if attribute.per_hour:
        return per_hour(number, record)
    if attribute.turn and -180 <= number < 0:
        return number + 360
    return converted(number, said or known, wanted)


def as_number(value: Any, attribute: Attribute) -> float:
    """A number, a number in a text, or a word that stands for one. Raises: Refused."""
    word = str(value).lower() if isinstance(value, str | bool) else None
    if word is not None and re.sub(r"[\W_]+", "", word) in attribute.words:
        return float(attribute.words[re.sub(r"[\W_]+", "", word)])
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e300:
        raise Refused("type", f"is {str(value)[:100]!r}, which is no number" + (
            f" and none of {', '.join(attribute.words)}" if attribute.words else ""))
    return float(value)


def converted(number: float, unit: str, wanted: str) -> float:
    """A number in another unit. Raises: Refused."""
    if unit == wanted:
        return number
    try:
        factor, zero = scale_and_zero(unit, wanted)
    except UnknownUnit as error:
        raise Refused("unit", f"comes in {unit[:50]!r}: {error}") from error
    return float(tidy(np.array([(number - zero) * factor]))[0])


def per_hour(number: float, record: Record) -> float:
    """What was counted in the time observed, an hour; as it is, where no time is said."""
    first, last = span(record)
    if first is None or last is None or last <= first:
        return number
    return round(number * 3600 / (last - first).total_seconds(), 3)


def span(record: Record) -> tuple[datetime | None, datetime | None]:
    """From when to when was observed."""
    whole = record.get("dateObserved")
    if isinstance(whole, str) and "/" in whole:
        first, _, last = whole.partition("/")
        return parsed(first), parsed(last)
    return parsed(record.get("dateObservedFrom")), parsed(record.get("dateObservedTo"))


def parsed(text: Any) -> datetime | None:
    """An instant; None for what is none."""
    try:
        return datetime.fromisoformat(instant(text)) if isinstance(text, str) else None
    except ValueError:
        return None


def observed_at(record: Record, name: str, city: City) -> str:
    """When an attribute was observed: as it says, as the entity says, or when it came."""
    said = [record.get(f"{name}.{time}") for time in TIMES_OF_VALUE] + [record.get(time) for time in TIMES]
    text = next((one for one in said if isinstance(one, str) and one.strip()), None)
    return city.now.isoformat() if text is None else instant(text)


def instant(text: str) -> str:
    """A time as brokers mean it: of two the first, without an offset UTC."""
    first, _, last = TWICE_ZONED.sub("", text.strip()).partition("/")
    if DAY.match(first):
        return f"{first}T00:00:00Z"
    if "T" not in first or ZONED.search(first):
        return first
    found = ZONED.search(last)
    return first + (found[0] if found else "Z")


def time_of(record: Record, *names: str) -> str | None:
    """The first time that is said."""
    return next((instant(record[name]) for name in names if isinstance(record.get(name), str) and record[name].strip()), None)


def text_of(record: Record, *names: str) -> str | None:
    """The first text that is said, or a whole number such as a code."""
    for name in names:
        said = one(record.get(name))
        said = str(said) if type(said) is int else said
        if isinstance(said, str) and said.strip():
            return said.strip()
    return None


def called(record: Record, name: str) -> str:
    """What an entity is called: as it says, or its id."""
    return text_of(record, "name", "alternateName", "stationName", "description") or name.rpartition(":")[2] or name


def geometry(record: Record) -> Any:
    """Where an entity is, as a shape; None where it says nothing that is one."""
    said = next((record[name] for name in PLACES if record.get(name) is not None), None)
    if isinstance(said, str) and SLASHED.match(said):
        latitude, longitude = (float(part) for part in said.split(","))
        return shapely.Point(longitude, latitude)
    if isinstance(said, str) and said.lstrip().startswith("{"):
        try:
            said = json.loads(said)
        except ValueError:
            return None
    try:
        found = shape(said) if isinstance(said, dict) else None
        return None if found is None or found.is_empty else found
    except Exception:       # whatever the library's own parsers raise at odd coordinates
        return None


def place(record: Record, said: Ngsi) -> dict[str, Any]:
    """The fields of a row's place."""
    found = geometry(record)
    if found is None:
        return {"region": said.region} if said.region is not None else {}
    point = found if isinstance(found, shapely.Point) else shapely.point_on_surface(found)
    return {"lon": point.x, "lat": point.y}


def vehicle(entity: Entity, known: Type, said: Ngsi, city: City) -> Iterator[Made]:
    """A vehicle, where it is now; a status of a fleet's vehicle is one of that vehicle."""
    for record in entity.records:
        kind = (text_of(record, "vehicleType") or "").lower()
        label = text_of(record, "vehiclePlateIdentifier", "license_plate", "fleetVehicleId", "name")
        quick = speed(record)
        if isinstance(quick, Refused):
            yield quick
            quick = None
        yield Row("vehicles", {
            "id": text_of(record, "fleetVehicle") or entity.id, "observed_at": observed_at(record, "location", city),
            **place(record, said), "label": None if label is None else label[:100], "mode": MODES.get(kind),
            "bearing": bearing(record), "speed_kmh": quick, **({"gone": True} if deleted(record) else {})})


def bearing(record: Record) -> Any:
    """Where a vehicle heads to; below zero is counted from the other side."""
    found = record.get("heading", record.get("bearing"))
    return found + 360 if isinstance(found, int | float) and -180 <= found < 0 else found


def speed(record: Record) -> Any:
    """How quick a vehicle is, in km/h, or why that cannot be told; what is no number is left for `ingest` to judge."""
    found, unit = record.get("speed"), unit_of(record, "speed") or "KMH"
    if isinstance(found, bool) or not isinstance(found, int | float):
        return found
    try:
        return converted(found, models().units.get(unit, unit), "km/h")
    except Refused as error:
        error.field = "speed"
        return error


def deleted(record: Record) -> bool:
    """Whether a broker says that an entity is gone."""
    return isinstance(record.get("deletedAt"), str)


def warning(entity: Entity, known: Type, said: Ngsi, city: City) -> Iterator[Made]:
    """A warning; one that says no end ends after a day, and one that was deleted then."""
    record = entity.records[0]
    if deleted(record):
        yield Row("warning_ends", {"id": entity.id, "ended_at": instant(record["deletedAt"])})
        return
    event = text_of(record, "subCategory", "category", "alertType") or "alert"
    found = models().events
    named = found.get(event) or found.get(text_of(record, "category") or "") or event
    sent = time_of(record, "dateIssued", "dateCreated", "createdAt", "validFrom", "notifiedAt") or city.now.isoformat()
    onset = time_of(record, "validFrom") or sent
    began = parsed(onset)
    ends = time_of(record, "validTo") or (began + LASTS if began is not None else city.now + LASTS).isoformat()
    headline = (text_of(record, "name", "alternateName", "description") or worded(event))[:LONGEST]
    severity = (text_of(record, "severity") or "").lower()
    yield Row("warnings", {
        "id": entity.id, "event_zh": named, "event_en": worded(event)[:200],
        "severity": models().severities.get(severity, "unknown"),
        "headline_zh": (text_of(record, "name.zh", "description.zh") or headline)[:LONGEST],
        "headline_en": (text_of(record, "name.en", "description.en") or headline)[:LONGEST],
        "sent_at": sent, "onset_at": onset, "expires_at": ends, "sender": text_of(record, "alertSource", "source"),
        **area(record, said, city)})


def area(record: Record, said: Ngsi, city: City) -> dict[str, Any]:
    """Where a warning holds; of one that says nothing, in the whole city."""
    found = geometry(record)
    if found is None:
        return {"region": said.region or city.root}
    wide = found if found.geom_type in ("Polygon", "MultiPolygon") else found.buffer(AROUND, quad_segs=4)
    return {"area": wide.wkt}


def worded(name: str) -> str:
    """carAccident as a person writes it."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").strip().lower()
    return spaced[:1].upper() + spaced[1:]


def a_place(entity: Entity, known: Type, said: Ngsi, city: City) -> Iterator[Made]:
    """A building or a point of interest."""
    record = entity.records[0]
    category = text_of(record, "category") if known.place == "poi" else None
    kind = category[:100] if category is not None and not category.isdigit() else known.place
    yield Row("places", {"id": entity.id, "kind": kind, "name": called(record, entity.id)[:LONGEST], **place(record, said)})


def case(entity: Entity, known: Type, said: Ngsi, city: City) -> Iterator[Made]:
    """A request of the Open311 model, or a reported issue; a closed one is closed when it was updated."""
    record = entity.records[0]
    codes = [text_of(record, name) for name in CODES]
    code = next((one for one in codes if one in said.classes), next((one for one in codes if one is not None), None))
    where = place(record, said)
    if "lon" not in where and record.get("long", record.get("lon")) is not None:
        where = {"lon": record.get("long", record.get("lon")), "lat": record.get("lat")}
    reported = time_of(record, "requested_datetime", "requestedDatetime", "observationDateTime", "dateCreated", "createdAt",
                       "notifiedAt")
    closed = (text_of(record, "status", "resolutionStatus") or "").lower() in CLOSED
    at = time_of(record, "updated_datetime", "updatedDatetime", "dateModified", "modifiedAt") or reported
    address = text_of(record, "address_string", "address", "address.streetAddress", "landmark")
    yield Row("cases", {
        "id": entity.id, "class": said.classes.get(code, code) if code is not None else None, "channel": "app",
        "title": (text_of(record, "description", "comments", "service_name", "serviceName", "title") or called(record, entity.id)
                  )[:LONGEST],
        "address": None if address is None else address[:LONGEST], "reported_at": reported,
        "due_at": time_of(record, "expected_datetime", "expectedDatetime"), **where,
        **({"steps": [{"step": "closed", "at": at}]} if closed and at else {})})


MAKERS: Mapping[str, Maker] = {
    "observations": observed, "vehicles": vehicle, "warnings": warning, "places": a_place, "cases": case}


def kinds_and_properties(made: list[Made], known: Models) -> tuple[set[str], set[str]]:
    """What the city must have for some rows."""
    of = [one for one in made if isinstance(one, Row)]
    return ({one.fields["kind"] for one in of if one.subject == "devices"} & set(known.kinds),
            {one.fields["property"] for one in of if one.subject == "observations"} & set(known.properties))


def now() -> datetime:
    """The moment."""
    return datetime.now(UTC)
