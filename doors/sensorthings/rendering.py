"""Rows as the standard's JSON: what each entity shows of itself, and how it is addressed."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from doors.sensorthings.model import ENTITIES, Entity, observation_id, stream_id

Row = Mapping[str, Any]
Shown = dict[str, Any]

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
QUOTE = "'"
GEOJSON = "application/geo+json"


def point(lon: float | None, lat: float | None) -> Shown | None:
    """A place as GeoJSON; None where there is none."""
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}


def thing(row: Row) -> Shown:
    """A device."""
    return {"@iot.id": row["device_id"], "name": row["name"], "description": row["description"], "properties": {
        "code": row["code"], "kind": row["kind"], "region": row["region"], "source": row["source"],
        "simulated": row["simulated"], "interval_s": row["interval_s"], "enabled": row["enabled"],
        "installed_at": row["installed_at"]}}


def location(row: Row) -> Shown:
    """Where a device stands."""
    return {"@iot.id": row["device_id"], "name": row["name"], "description": row["description"], "encodingType": GEOJSON,
            "location": point(row["lon"], row["lat"]), "properties": {"region": row["region"]}}


def historical_location(row: Row) -> Shown:
    """Since when it stands there: a device stays where it is for life."""
    return {"@iot.id": row["device_id"], "time": row["installed_at"]}


def datastream(row: Row) -> Shown:
    """One property of a device."""
    return {
        "@iot.id": stream_id(row["device_id"], row["property_id"]), "name": row["name"], "description": row["description"],
        "observationType": MEASUREMENT, "unitOfMeasurement": {"name": row["unit"], "symbol": row["unit"], "definition": None},
        "properties": {"code": row["code"], "key": row["key"], "name_en": row["name_en"], "name_zh": row["name_zh"],
                       "watch": row["watch"], "alarm": row["alarm"], "sent_unit": row["sent_unit"], "source": row["source"],
                       "simulated": row["simulated"]}}


def sensor(row: Row) -> Shown:
    """A kind of device."""
    return {"@iot.id": row["kind"], "name": row["name_en"], "description": row["name_en"], "encodingType": "text/plain",
            "metadata": row["kind"], "properties": {"name_en": row["name_en"], "name_zh": row["name_zh"]}}


def observed_property(row: Row) -> Shown:
    """What is measured."""
    return {"@iot.id": row["property_id"], "name": row["name_en"], "description": row["name_en"],
            "definition": f"urn:tonglan:property:{row['key']}",
            "properties": {name: row[name] for name in ("key", "unit", "name_en", "name_zh", "minimum", "maximum", "watch",
                                                        "alarm")}}


def observation(row: Row) -> Shown:
    """One reading. Only one instant is kept of it, so it is phenomenon and result at once."""
    return {"@iot.id": observation_id(row["device_id"], row["property_id"], row["observed_at"]),
            "phenomenonTime": row["observed_at"], "resultTime": row["observed_at"], "result": row["value"]}


def feature(row: Row) -> Shown:
    """What is observed: the place of the device; of one that is known by its region alone, a point within that."""
    return {"@iot.id": row["device_id"], "name": row["name"], "description": row["description"], "encodingType": GEOJSON,
            "feature": point(row["place_lon"], row["place_lat"]),
            "properties": {"region": row["region"], "exact": row["lon"] is not None}}


SHOW: dict[str, Callable[[Row], Shown]] = {
    "Things": thing, "Locations": location, "HistoricalLocations": historical_location, "Datastreams": datastream,
    "Sensors": sensor, "ObservedProperties": observed_property, "Observations": observation, "FeaturesOfInterest": feature}


NAVIGATION = {entity.plural: [(name, f"{name}@iot.navigationLink", f"/{name}") for name in entity.links]
              for entity in ENTITIES.values()}


def address(root: str, plural: str, number: int | str) -> str:
    """An entity's own address."""
    if isinstance(number, int):
        return f"{root}/{plural}({number})"
    return f"{root}/{plural}({quote(quoted(number), safe=QUOTE)})" if plural == "Sensors" else f"{root}/{plural}('{number}')"


def quoted(text: str) -> str:
    """A text as it stands within an address."""
    return "'" + text.replace("'", "''") + "'"


def show(entity: Entity, row: Row, root: str, select: Collection[str] = (), expanded: Collection[str] = ()) -> Shown:
    """An entity with its address and those of what is related to it; with `select` only what that names."""
    return show_all(entity, [row], root, select, expanded)[0]


def show_all(
    entity: Entity, rows: Iterable[Row], root: str, select: Collection[str] = (), expanded: Collection[str] = ()
) -> list[Shown]:
    """Entities as `show` shows one; what is the same for all of them is found out once."""
    made = list(map(SHOW[entity.plural], rows))
    related = [(key, end) for name, key, end in NAVIGATION[entity.plural] if name not in expanded]
    if select:
        return show_selected(entity, made, root, select, related)
    for shown in made:
        own = shown["@iot.selfLink"] = address(root, entity.plural, shown["@iot.id"])
        for key, end in related:
            shown[key] = own + end
    return made


def show_selected(
    entity: Entity, made: Iterable[Shown], root: str, select: Collection[str], related: Collection[tuple[str, str]]
) -> list[Shown]:
    """Of entities only what is named, in that order: their ids, their properties, then the addresses of what is related."""
    names = [name for name in select if name in entity.selectable and name != "id"]
    related = sorted((each for each in related if each[1][1:] in select), key=lambda each: list(select).index(each[1][1:]))
    identified = "id" in select or "@iot.id" in select
    if not identified and not related:
        return [{name: shown[name] for name in names} for shown in made]
    found = []
    for shown in made:
        own = address(root, entity.plural, shown["@iot.id"])
        one: Shown = {"@iot.id": shown["@iot.id"], "@iot.selfLink": own} if identified else {}
        for name in names:
            one[name] = shown[name]
        for key, end in related:
            one[key] = own + end
        found.append(one)
    return found
