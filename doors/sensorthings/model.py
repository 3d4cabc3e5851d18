"""What of the city is which entity of SensorThings: the tables behind each, its properties, and how they hang together.

Things, Locations, HistoricalLocations and FeaturesOfInterest go by the device's number; ObservedProperties by the property's;
Sensors by the key of the kind of device. A Datastream is a device and one property: its number is device × 32768 + property.
An Observation is its Datastream and its instant: `<datastream>-<microseconds since 1970>`. None of them is given twice.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any, Literal

PROPERTIES = 1 << 15     # numbers that a property can have; device × this + property stays exact in every client's numbers
LARGEST_DEVICE = 2**31 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
OBSERVATION = re.compile(r"(\d{1,14})-(-?\d{1,17})", re.ASCII)
WHOLE = re.compile(r"\d{1,14}", re.ASCII)

Kind = Literal["text", "number", "time", "duration", "date", "clock", "geometry", "flag", "json", "null"]
Keys = dict[str, Any]    # the columns that say which row it is


@dataclass(frozen=True)
class Property:
    """A property that conditions and orders may name: its value from the view's columns, and what that is.

    `sure` says that there always is a value, so that an index gives its order.
    """

    sql: str
    kind: Kind
    sure: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is made of."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.sql) if name)


@dataclass(frozen=True)
class Link:
    """The way to related entities: those whose `keys` are the same."""

    target: str
    many: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Entity:
    """One kind of entity: its name in the plural and in the singular, the view it is read from, and what it is known by."""

    plural: str
    singular: str
    view: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    properties: Mapping[str, Property]
    links: Mapping[str, Link]
    keys_of: Callable[[str | int], Keys | None]
    condition: str = ""
    selectable: tuple[str, ...] = field(default=())


def device_keys(given: str | int) -> Keys | None:
    """A device by its number."""
    number = as_number(given)
    return {"device_id": number} if number is not None and number <= LARGEST_DEVICE else None


def property_keys(given: str | int) -> Keys | None:
    """A property by its number."""
    number = as_number(given)
    return {"property_id": number} if number is not None and number < PROPERTIES else None


def kind_keys(given: str | int) -> Keys | None:
    """A kind of device by its key."""
    return {"kind": given} if isinstance(given, str) and "\0" not in given else None


def stream_keys(given: str | int) -> Keys | None:
    """A device and a property by the number of both."""
    number = as_number(given)
    if number is None or number // PROPERTIES > LARGEST_DEVICE:
        return None
    return {"device_id": number // PROPERTIES, "property_id": number % PROPERTIES}


def observation_keys(given: str | int) -> Keys | None:
    """A device, a property and an instant by the name of all three."""
    match = OBSERVATION.fullmatch(given) if isinstance(given, str) else None
    stream = stream_keys(int(match[1])) if match else None
    if match is None or stream is None:
        return None
    try:
        return stream | {"observed_at": EPOCH + int(match[2]) * MICROSECOND}
    except OverflowError:
        return None


def as_number(given: str | int) -> int | None:
    """A number that was given as one, or as text as many clients do."""
    if isinstance(given, int):
        return given if not isinstance(given, bool) and given >= 0 else None
    return int(given) if WHOLE.fullmatch(given) else None


def stream_id(device_id: int, property_id: int) -> int:
    """The number of a Datastream."""
    return device_id * PROPERTIES + property_id


def observation_id(device_id: int, property_id: int, observed_at: datetime) -> str:
    """The name of an Observation."""
    return f"{device_id * PROPERTIES + property_id}-{(observed_at - EPOCH) // MICROSECOND}"


DEVICES = """
    SELECT d.device_id, d.code, d.kind, d.name, d.geom, ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat, d.interval_s, d.enabled,
           d.installed_at, d.last_at, r.code AS region, COALESCE(d.geom, r.label_point) AS place,
           ST_X(COALESCE(d.geom, r.label_point)) AS place_lon, ST_Y(COALESCE(d.geom, r.label_point)) AS place_lat,
           s.key AS source, s.simulated, COALESCE(k.name_en, d.kind) || ' in ' || COALESCE(r.name_en, '') AS description
      FROM device d
      LEFT JOIN region r ON r.region_id = d.region_id
      LEFT JOIN source s ON s.source_id = d.source_id
      LEFT JOIN device_kind k ON k.kind = d.kind"""
STREAMS = """
    SELECT p.device_id, p.property_id, d.kind, d.code, q.key, q.unit, q.name_en, q.name_zh, q.watch, q.alarm,
           COALESCE(t.name, d.name || ' · ' || q.name_en) AS name,
           COALESCE(t.description, q.name_en || ' at ' || d.name) AS description, t.unit AS sent_unit,
           s.key AS source, s.simulated
      FROM (SELECT device_id, property_id FROM latest_observation
            UNION ALL
            SELECT device_id, property_id
              FROM datastream a
             WHERE NOT EXISTS (SELECT FROM latest_observation l
                                WHERE (l.device_id, l.property_id) = (a.device_id, a.property_id))) p
      LEFT JOIN datastream t ON (t.device_id, t.property_id) = (p.device_id, p.property_id)
      LEFT JOIN device d ON d.device_id = p.device_id
      LEFT JOIN property q ON q.property_id = p.property_id
      LEFT JOIN source s ON s.source_id = d.source_id"""
KINDS = "SELECT kind, name_zh, name_en FROM device_kind"
MEASURED = "SELECT property_id, key, name_zh, name_en, unit, minimum, maximum, watch, alarm FROM property"
OBSERVATIONS = "SELECT device_id, property_id, observed_at, value FROM observation"
NEWEST = "SELECT device_id, property_id, observed_at, value FROM latest_observation"

DEVICE_COLUMNS = ("device_id", "code", "kind", "name", "lon", "lat", "interval_s", "enabled", "installed_at", "region",
                  "place_lon", "place_lat", "source", "simulated", "description")
DEVICE_NUMBER = Property("{device_id}", "number", sure=True)
STREAM_NUMBER = Property(f"(CAST({{device_id}} AS bigint) * {PROPERTIES} + {{property_id}})", "number", sure=True)
OBSERVED_AT = Property("{observed_at}", "time", sure=True)
TEXT = {name: Property(f"{{{name}}}", "text") for name in ("name", "description")}
NAMES = {"properties/name_en": Property("{name_en}", "text"), "properties/name_zh": Property("{name_zh}", "text")}
GEOJSON = Property("'application/geo+json'", "text")

ENTITIES: dict[str, Entity] = {entity.plural: entity for entity in (
    Entity(
        "Things", "Thing", DEVICES, ("device_id",), DEVICE_COLUMNS, {
            "id": DEVICE_NUMBER, **TEXT,
            "properties/code": Property("{code}", "text"), "properties/kind": Property("{kind}", "text"),
            "properties/region": Property("{region}", "text"), "properties/source": Property("{source}", "text"),
            "properties/simulated": Property("{simulated}", "flag"), "properties/interval_s": Property("{interval_s}", "number"),
            "properties/enabled": Property("{enabled}", "flag"), "properties/installed_at": Property("{installed_at}", "time")},
        {"Locations": Link("Locations", True, ("device_id",)), "Datastreams": Link("Datastreams", True, ("device_id",)),
         "HistoricalLocations": Link("HistoricalLocations", True, ("device_id",))},
        device_keys, selectable=("id", "name", "description", "properties")),
    Entity(
        "Locations", "Location", DEVICES, ("device_id",), DEVICE_COLUMNS,
        {"id": DEVICE_NUMBER, **TEXT, "encodingType": GEOJSON, "location": Property("{geom}", "geometry"),
         "properties/region": Property("{region}", "text")},
        {"Things": Link("Things", True, ("device_id",)),
         "HistoricalLocations": Link("HistoricalLocations", True, ("device_id",))},
        device_keys, condition="geom IS NOT NULL",
        selectable=("id", "name", "description", "encodingType", "location", "properties")),
    Entity(
        "HistoricalLocations", "HistoricalLocation", DEVICES, ("device_id",), DEVICE_COLUMNS,
        {"id": DEVICE_NUMBER, "time": Property("{installed_at}", "time")},
        {"Thing": Link("Things", False, ("device_id",)), "Locations": Link("Locations", True, ("device_id",))},
        device_keys, condition="geom IS NOT NULL", selectable=("id", "time")),
    Entity(
        "Datastreams", "Datastream", STREAMS, ("device_id", "property_id"),
        ("device_id", "property_id", "kind", "code", "key", "unit", "name_en", "name_zh", "watch", "alarm", "name", "description",
         "sent_unit", "source", "simulated"), {
            "id": STREAM_NUMBER, **TEXT, **NAMES, "unitOfMeasurement/name": Property("{unit}", "text"),
            "unitOfMeasurement/symbol": Property("{unit}", "text"), "properties/code": Property("{code}", "text"),
            "properties/key": Property("{key}", "text"), "properties/source": Property("{source}", "text"),
            "properties/simulated": Property("{simulated}", "flag")},
        {"Thing": Link("Things", False, ("device_id",)), "Sensor": Link("Sensors", False, ("kind",)),
         "ObservedProperty": Link("ObservedProperties", False, ("property_id",)),
         "Observations": Link("Observations", True, ("device_id", "property_id"))},
        stream_keys, selectable=("id", "name", "description", "observationType", "unitOfMeasurement", "properties")),
    Entity(
        "Sensors", "Sensor", KINDS, ("kind",), ("kind", "name_zh", "name_en"),
        {"id": Property("{kind}", "text"), "name": Property("{name_en}", "text"), "description": Property("{name_en}", "text"),
         "metadata": Property("{kind}", "text"), **NAMES},
        {"Datastreams": Link("Datastreams", True, ("kind",))},
        kind_keys, selectable=("id", "name", "description", "encodingType", "metadata", "properties")),
    Entity(
        "ObservedProperties", "ObservedProperty", MEASURED, ("property_id",),
        ("property_id", "key", "name_zh", "name_en", "unit", "minimum", "maximum", "watch", "alarm"),
        {"id": Property("{property_id}", "number"), "name": Property("{name_en}", "text"),
         "description": Property("{name_en}", "text"), "definition": Property("'urn:tonglan:property:' || {key}", "text"),
         "properties/key": Property("{key}", "text"), "properties/unit": Property("{unit}", "text"), **NAMES},
        {"Datastreams": Link("Datastreams", True, ("property_id",))},
        property_keys, selectable=("id", "name", "description", "definition", "properties")),
    Entity(
        "Observations", "Observation", OBSERVATIONS, ("device_id", "property_id", "observed_at"),
        ("device_id", "property_id", "observed_at", "value"),
        {"id": Property(f"({STREAM_NUMBER.sql} || '-' || CAST(EXTRACT(epoch FROM {{observed_at}}) * 1000000 AS bigint))", "text"),
         "phenomenonTime": OBSERVED_AT, "resultTime": OBSERVED_AT, "result": Property("{value}", "number", sure=True)},
        {"Datastream": Link("Datastreams", False, ("device_id", "property_id")),
         "FeatureOfInterest": Link("FeaturesOfInterest", False, ("device_id",))},
        observation_keys, selectable=("id", "phenomenonTime", "resultTime", "result")),
    Entity(
        "FeaturesOfInterest", "FeatureOfInterest", DEVICES, ("device_id",), DEVICE_COLUMNS,
        {"id": DEVICE_NUMBER, **TEXT, "encodingType": GEOJSON, "feature": Property("{place}", "geometry"),
         "properties/region": Property("{region}", "text")},
        {"Observations": Link("Observations", True, ("device_id",))},
        device_keys, selectable=("id", "name", "description", "encodingType", "feature", "properties")),
)}
