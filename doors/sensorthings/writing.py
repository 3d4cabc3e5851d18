"""What a source may create: Things with Locations, Datastreams, Observations; what else there is comes from the pack."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import orjson
import shapely
from shapely.geometry import shape
from sqlalchemy import Connection

from data_access.engine import sql
from doors.courier import Answer, Courier
from doors.ngsi.models import add
from doors.sensorthings.addresses import Target, resolve
from doors.sensorthings.answering import Reply
from doors.sensorthings.matching import kind_of, kinds, measured, property_of, public_properties
from doors.sensorthings.messages import IDS, Stream, StreamId, observation_rows, stream_of
from doors.sensorthings.model import ENTITIES, observation_id, stream_id, stream_keys
from doors.sensorthings.query import EVERYTHING, Malformed
from doors.sensorthings.reading import Asked, identity, one, shown
from doors.sensorthings.rendering import Row, address
from ingest.intake import Also
from ingest.mapping.units import UnknownUnit, scale_and_zero
from ingest.rejects import Rejects
from ingest.sheet import MOST_ROWS
from ingest.times import instant

DOOR = "sensorthings"
HOURLY_S = 3600         # how often a Thing promises to speak that does not say it
LONGEST = {"name": 200, "description": 4000}
ANY_KIND = "sensor"     # a device whose kind nobody knows
MADE = {"HistoricalLocations": "from when a device was installed", "FeaturesOfInterest": "from where a device stands"}

STREAMS = """
    SELECT d.device_id, q.property_id, d.code, q.key, q.unit, t.unit AS sent_unit
      FROM unnest(CAST(:devices AS int[]), CAST(:properties AS smallint[])) AS a (device_id, property_id)
      JOIN device d USING (device_id)
      JOIN property q USING (property_id)
      LEFT JOIN datastream t USING (device_id, property_id)
     WHERE t.device_id IS NOT NULL
        OR EXISTS (SELECT FROM latest_observation l WHERE (l.device_id, l.property_id) = (a.device_id, a.property_id))"""
ANNOUNCE = """
    INSERT INTO datastream (device_id, property_id, source_id, name, description, unit)
    VALUES (:device_id, :property_id, :source_id, :name, :description, :unit)
    ON CONFLICT (device_id, property_id) DO UPDATE
       SET name = COALESCE(excluded.name, datastream.name),
           description = COALESCE(excluded.description, datastream.description), unit = excluded.unit"""


class Declined(Exception):
    """What was sent is kept, but not taken; the message says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("; ".join(dict.fromkeys(str(reason["text"]) for reason in answer.reasons[:5])) or "it cannot be taken")
        self.conflict = any(reason["code"] == "conflict" for reason in answer.reasons)


class NotHere(Exception):
    """What may not be created over this door; the message says where it comes from."""


@dataclass(frozen=True)
class Writer:
    """Creates entities as one source: `root` is the service's address, `origin` the sender's."""

    courier: Courier
    source: str
    source_id: int
    root: str
    origin: str

    def create(self, path: str, body: Any) -> Reply:
        """Create an entity by a POST to a collection; what cannot be one is kept with the reason.

        Raises: Malformed; NotFound; NotHere; Declined; Unavailable.
        """
        try:
            return self.create_entity(path, body)
        except (Malformed, NotHere) as error:
            subject = "observations" if path.rstrip("/").endswith("Observations") else "devices"
            self.courier.refuse(self.source, subject, {"to": path, "sent": body}, code="unreadable", text=str(error), door=DOOR,
                                origin=self.origin)
            raise

    def create_entity(self, path: str, body: Any) -> Reply:
        """The same."""
        if path.strip("/") == "CreateObservations":
            return self.create_observations(body)
        with self.courier.engine.connect() as connection:
            target = resolve(connection, path)
        if target.row is not None or target.property or target.reference:
            raise Malformed("an entity is created by a POST to a collection, like Things or Datastreams(32769)/Observations")
        plural = target.entity.plural
        if plural in MADE:
            raise NotHere(f"{plural} are made here {MADE[plural]}, and cannot be sent")
        if not isinstance(body, dict):
            raise Malformed(f"the body must be one {target.entity.singular}, a JSON object")
        keys = CREATE[plural](self, body, target)
        return self.created(plural, keys)

    def created(self, plural: str, keys: Mapping[str, Any]) -> Reply:
        """The answer to what was created: the entity, and where it is."""
        entity = ENTITIES[plural]
        with self.courier.engine.connect() as connection:
            row = one(connection, entity, dict(keys))
            assert row is not None
            body = shown(Asked(connection, self.root), entity, [row], EVERYTHING)[0]
        return Reply(201, body, {"Location": address(self.root, plural, identity(entity, row))})

    def thing(self, body: dict[str, Any], target: Target) -> dict[str, Any]:
        """A Thing with all that is in it."""
        if target.keys:
            raise Malformed("a Thing is created at Things, with its Locations inside")
        keys = self.registered(body)
        for stream in listed(body.get("Datastreams"), "Datastreams"):
            self.datastream_of(keys["device_id"], stream)
        return keys

    def registered(self, body: dict[str, Any]) -> dict[str, Any]:
        """A Thing as a device that is there. Raises: Malformed; Declined."""
        with self.courier.engine.connect() as connection:
            row = device_row(connection, self.source, body)
        if row["kind"] == ANY_KIND:
            add(self.courier.engine, [ANY_KIND], [])
        self.devices(row, body)
        return self.device(row["code"])

    def location(self, body: dict[str, Any], target: Target) -> dict[str, Any]:
        """Where a Thing stands; a device has one Location, which this corrects."""
        things = listed(body.get("Things"), "Things")
        if "device_id" not in target.keys and (len(things) != 1 or not any(name in things[0] for name in IDS)):
            raise Malformed("a Location belongs to a Thing: send it to Things(…)/Locations, or name one in Things")
        with self.courier.engine.connect() as connection:
            there = (one(connection, ENTITIES["Things"], target.keys) if "device_id" in target.keys
                     else self.reference(connection, "Things", things[0]))
        assert there is not None
        lon, lat = coordinates(body)
        row = {name: there[name] for name in ("code", "kind", "name", "interval_s")} | {"lon": lon, "lat": lat}
        self.devices(row, body)
        return {"device_id": there["device_id"]}

    def datastream(self, body: dict[str, Any], target: Target) -> dict[str, Any]:
        """A Datastream of a Thing that is there, or comes within it."""
        device = target.keys.get("device_id")
        within = body.get("Thing")
        if device is None and isinstance(within, dict) and not any(name in within for name in IDS):
            device = self.registered(within | {"Datastreams": [{"Sensor": body.get("Sensor")}]})["device_id"]
        device = device or self.linked(body, "Thing", target)["device_id"]
        return self.datastream_of(device, body, target)

    def datastream_of(self, device_id: int, body: dict[str, Any], target: Target | None = None) -> dict[str, Any]:
        """Announce a device's property, with the unit that it is sent in; then take the Observations that came within."""
        name, description = (optional_text(body, field) for field in ("name", "description"))
        with self.courier.engine.begin() as connection:
            property_id, unit = self.measures(connection, body, target)
            owner = connection.execute(sql("SELECT source_id FROM device WHERE device_id = :device"),
                                       {"device": device_id}).scalar()
            if owner != self.source_id:
                raise Malformed(f"Things({device_id}) belongs to another source")
            connection.execute(sql(ANNOUNCE), {"device_id": device_id, "property_id": property_id, "name": name, "unit": unit,
                                               "source_id": self.source_id, "description": description})
        within = listed(body.get("Observations"), "Observations")
        if within:
            self.observations(within, stream_id(device_id, property_id))
        return {"device_id": device_id, "property_id": property_id}

    def measures(self, connection: Connection, body: dict[str, Any], target: Target | None) -> tuple[int, str | None]:
        """Which property a Datastream measures, and the unit it is sent in where that is another. Raises: Malformed."""
        known = measured(connection)
        told = body.get("ObservedProperty")
        if target is not None and "property_id" in target.keys:
            row = one(connection, ENTITIES["ObservedProperties"], target.keys)
        elif isinstance(told, dict) and any(name in told for name in IDS):
            row = self.reference(connection, "ObservedProperties", told)
        else:
            told = told if isinstance(told, dict) else {}
            key = self.property(property_words(told), known)
            if key is None:
                raise Malformed(f"a Datastream needs an ObservedProperty of this city: {', '.join(known)}")
            row = one(connection, ENTITIES["ObservedProperties"], property_keys(connection, key))
        assert row is not None
        return int(row["property_id"]), sent_unit(body.get("unitOfMeasurement"), row["unit"])

    def property(self, words: Sequence[Any], known: Mapping[str, tuple[str, set[str]]]) -> str | None:
        """The property that goes by some words: one of the city, else one of the public models, which the city then has too."""
        found = property_of(words, known)
        if found is None and (found := property_of(words, public_properties())) is not None:
            add(self.courier.engine, [], [found])
        return found

    def reference(self, connection: Connection, plural: str, told: Mapping[str, Any]) -> Row:
        """The entity that another names by its id. Raises: Malformed."""
        given = next((told[name] for name in IDS if name in told), None)
        keys = ENTITIES[plural].keys_of(given) if isinstance(given, int | str) and not isinstance(given, bool) else None
        row = one(connection, ENTITIES[plural], keys) if keys is not None else None
        if row is None:
            raise Malformed(f"there is no {ENTITIES[plural].singular} {str(given)[:40]!r}")
        return row

    def linked(self, body: Mapping[str, Any], name: str, target: Target) -> Row:
        """The one entity that a body links to. Raises: Malformed."""
        told = body.get(name)
        link = ENTITIES[target.entity.plural].links[name]
        if not isinstance(told, dict) or not any(each in told for each in IDS):
            raise Malformed(f"a {target.entity.singular} needs {name}: {{\"@iot.id\": …}}, or the address of one before it")
        with self.courier.engine.connect() as connection:
            return self.reference(connection, link.target, told)

    def fixed(self, body: dict[str, Any], target: Target) -> dict[str, Any]:
        """A Sensor or an ObservedProperty: those of the city and of the public models are found, and a Sensor that nobody knows
        is a sensor as such. Raises: NotHere.
        """
        with self.courier.engine.connect() as connection:
            if target.entity.plural == "Sensors":
                words = (inner(body, "properties", "kind"), body.get("name"), body.get("metadata"))
                found = kind_of(words, kinds(connection))
                if found is None:
                    add(self.courier.engine, [ANY_KIND], [])
                return {"kind": found or ANY_KIND}
            known = measured(connection)
            key = self.property(property_words(body), known)
            if key is not None:
                return property_keys(connection, key)
        raise NotHere(f"ObservedProperties are the properties of the city's pack: {', '.join(known)}")

    def observation(self, body: dict[str, Any], target: Target) -> dict[str, Any]:
        """One Observation. Raises: Declined."""
        named = stream_id(target.keys["device_id"], target.keys["property_id"]) if "property_id" in target.keys else None
        rows, _, answer = self.observations([body], named)
        if answer.rejected:
            raise Declined(answer)
        device_id, property_id = self.numbers(rows)[rows[0]["device"], rows[0]["property"]]
        return {"device_id": device_id, "property_id": property_id, "observed_at": at(rows[0])}

    def create_observations(self, body: Any) -> Reply:
        """Data arrays. Returns: for each observation its address, or `error`. Raises: Malformed; Unavailable."""
        if not isinstance(body, list) or not all(isinstance(item, dict) and "dataArray" in item for item in body):
            raise Malformed("CreateObservations takes a list of objects with Datastream, components and dataArray")
        rows, refused, _ = self.observations(body, None)
        numbers = self.numbers(rows)
        return Reply(201, ["error" if number in refused else address(self.root, "Observations", observation_id(
            *numbers[row["device"], row["property"]], at(row))) for number, row in enumerate(rows)])

    def observations(self, body: Any, named: StreamId | None) -> tuple[list[dict[str, Any]], Collection[int], Answer]:
        """Take observations. Returns: their rows, which of them were refused, and the answer. Raises: Malformed; Unavailable."""
        made = observation_rows(body, self.streams, datetime.now(UTC), stream=named)
        rows, refused = [row for row, _ in made], set[int]()
        if not rows:
            raise Malformed("there are no observations in it")
        if len(rows) > MOST_ROWS:
            raise Malformed(f"there are {len(rows)} observations, {MOST_ROWS} are taken at most")

        def also(connection: Connection, batch_id: int, found: Rejects) -> None:
            refused.clear()
            refused.update(found.reasons)

        answer = self.give("observations", rows, [whole for _, whole in made], also)
        return rows, refused if answer.taken + answer.seen else range(len(rows)), answer

    def numbers(self, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[int, int]]:
        """The numbers of the devices and properties that rows name."""
        with self.courier.engine.connect() as connection:
            found = connection.execute(sql("""
                SELECT code, key, device_id, property_id FROM device, property
                 WHERE code = ANY(:devices) AND key = ANY(:properties)"""), {
                "devices": list({row["device"] for row in rows if row["device"]}),
                "properties": list({row["property"] for row in rows if row["property"]})})
            return {(row.code, row.key): (row.device_id, row.property_id) for row in found}

    def streams(self, ids: Collection[StreamId]) -> dict[StreamId, Stream]:
        """What Datastreams are here."""
        keys = {one: found for one in ids if (found := stream_keys(one)) is not None}
        with self.courier.engine.connect() as connection:
            return streams_of(connection, keys)

    def devices(self, row: dict[str, Any], body: Any) -> None:
        """Register a device. Raises: Declined."""
        answer = self.give("devices", [row], [body])
        if answer.rejected:
            raise Declined(answer)

    def device(self, code: str) -> dict[str, Any]:
        """A device's number."""
        with self.courier.engine.connect() as connection:
            return {"device_id": connection.execute(sql("SELECT device_id FROM device WHERE code = :code"),
                                                    {"code": code}).scalar_one()}

    def give(self, subject: str, rows: list[dict[str, Any]], whole: list[Any], also: Also | None = None) -> Answer:
        """Hand rows in. Raises: Unavailable."""
        return self.courier.give(self.source, subject, rows, door=DOOR, origin=self.origin, whole=whole, also=also)


Create = Callable[[Writer, dict[str, Any], Target], Mapping[str, Any]]

CREATE: dict[str, Create] = {
    "Things": Writer.thing, "Locations": Writer.location, "Datastreams": Writer.datastream, "Sensors": Writer.fixed,
    "ObservedProperties": Writer.fixed, "Observations": Writer.observation}


def streams_of(connection: Connection, keys: Mapping[StreamId, Mapping[str, Any]]) -> dict[StreamId, Stream]:
    """What Datastreams are, by their ids; those that are not there are left out."""
    found = connection.execute(sql(STREAMS), {"devices": [key["device_id"] for key in keys.values()],
                                              "properties": [key["property_id"] for key in keys.values()]})
    known = {(row.device_id, row.property_id): stream_of(row.code, row.key, row.sent_unit, row.unit) for row in found}
    by_key = {one: known.get((key["device_id"], key["property_id"])) for one, key in keys.items()}
    return {one: stream for one, stream in by_key.items() if stream is not None}


def property_keys(connection: Connection, key: str) -> dict[str, Any]:
    """A property's number, by its key."""
    found = connection.execute(sql("SELECT property_id FROM property WHERE key = :key"), {"key": key})
    return {"property_id": found.scalar_one()}


def at(row: Mapping[str, Any]) -> datetime:
    """The instant of a row that was taken."""
    made: datetime = instant(row["observed_at"]).astype(datetime)
    return made.replace(tzinfo=UTC)


def device_row(connection: Connection, source: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A Thing as a device. Raises: Malformed."""
    name = optional_text(body, "name")
    if name is None:
        raise Malformed("a Thing needs a name")
    told = body.get("properties")
    properties = told if isinstance(told, dict) else {}
    places = listed(body.get("Locations"), "Locations")
    lon, lat = coordinates(places[0]) if places else (None, None)
    return {
        "code": code(source, properties, name, lon, lat), "kind": kind(connection, properties, body), "name": name,
        "interval_s": properties.get("interval_s", HOURLY_S), "installed_at": properties.get("installed_at"),
        "region": properties.get("region"), "lon": lon, "lat": lat}


def code(source: str, properties: Mapping[str, Any], name: str, lon: float | None, lat: float | None) -> str:
    """A Thing's code: its own, or one made of its name and place, so that the same Thing sent again is found again."""
    own = properties.get("code")
    if isinstance(own, str | int) and not isinstance(own, bool) and str(own).strip():
        return str(own).strip()
    digest = blake2b(orjson.dumps([name, lon, lat]), digest_size=8).hexdigest()
    return f"{source[:80]}-{digest}"


def kind(connection: Connection, properties: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Which kind of device a Thing is: as it says itself, or as the Sensor of a Datastream does, else a sensor as such.

    Raises: Malformed, where it names a kind itself that the city does not have.
    """
    known = kinds(connection)
    sensors = [stream.get("Sensor") for stream in listed(body.get("Datastreams"), "Datastreams")]
    words = [properties.get("kind"), properties.get("type"), *(
        sensor.get(name) for sensor in sensors if isinstance(sensor, dict) for name in (*IDS, "name", "metadata", "description"))]
    found = kind_of(words, known)
    if found is None and properties.get("kind") is not None:
        raise Malformed(f"properties.kind must be one of this city's: {', '.join(known)}")
    return found or ANY_KIND


def coordinates(place: Mapping[str, Any]) -> tuple[float, float]:
    """The point of a Location: its own, that of a GeoJSON feature, or one within its area. Raises: Malformed."""
    given = place.get("location")
    given = given.get("geometry") if isinstance(given, dict) and given.get("type") == "Feature" else given
    try:
        point = shape(given).representative_point()
        return float(point.x), float(point.y)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
        raise Malformed("a Location needs location: a GeoJSON geometry, like "
                        '{"type": "Point", "coordinates": [lon, lat]}') from error


def sent_unit(told: Any, wanted: str) -> str | None:
    """The unit that a Datastream is sent in, where it is another than the property's. Raises: Malformed."""
    words = [told.get(name) for name in ("symbol", "name")] if isinstance(told, dict) else []
    units = [word for word in words if isinstance(word, str) and word.strip()]
    if not units or wanted in units:
        return None
    for unit in units:
        try:
            factor, zero = scale_and_zero(unit, wanted)
            return None if (factor, zero) == (1.0, 0.0) else unit[:100]
        except UnknownUnit:
            continue
    raise Malformed(f"the unit {units[0][:40]!r} cannot become {wanted}, in which this property is kept")


def property_words(told: Mapping[str, Any]) -> tuple[Any, ...]:
    """What an ObservedProperty says that tells which one it is."""
    return inner(told, "properties", "key"), told.get("name"), told.get("definition")


def listed(told: Any, name: str) -> list[dict[str, Any]]:
    """Entities that are sent within another. Raises: Malformed."""
    items = [] if told is None else told if isinstance(told, list) else [told]
    if not all(isinstance(item, dict) for item in items):
        raise Malformed(f"{name} must be a list of objects")
    return items


def optional_text(body: Mapping[str, Any], name: str) -> str | None:
    """A short text of an entity; None where it says none. Raises: Malformed."""
    given = body.get(name)
    if given is None or given == "":
        return None
    if not isinstance(given, str) or len(given) > LONGEST[name] or "\0" in given:
        raise Malformed(f"{name} must be a text of at most {LONGEST[name]} characters")
    return given


def inner(told: Any, *names: str) -> Any:
    """What stands deep within an object; None where it does not."""
    for name in names:
        told = told.get(name) if isinstance(told, dict) else None
    return told
