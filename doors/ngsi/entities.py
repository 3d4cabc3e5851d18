"""Entities of NGSI-v2 and NGSI-LD, however they are written, as flat records: attribute → value, "attribute.unitCode" beside it.

Normalized, concise and key-values are told apart attribute by attribute, so that none needs to be announced. Contexts are not
fetched: a name that is written out as an address goes by what it ends with.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]

# What an attribute's value is called in each of its kinds; a text in several languages is told apart.
HOLDERS = ("value", "object", "vocab", "json", "valueList", "objectList", "@value")
KINDS = ("Property", "Relationship", "GeoProperty", "LanguageProperty", "VocabProperty", "JsonProperty", "ListProperty",
         "ListRelationship")
SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
BESIDE = frozenset({
    "type", "observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt", "deletedAt", "instanceId", "metadata", "objectType",
    "previousValue", "previousObject", "previousLanguageMap", "lang", "ngsildproof", *HOLDERS, "languageMap"})
ALONE = ("id", "@id", "type", "@type", "@context")
# What is said of an entity as a whole, and so of each of its data sets.
SHARED = frozenset({"location", "address", "name", "description", "refDevice", "dateObserved", "dateObservedFrom",
                    "dateObservedTo", "TimeInstant", "timestamp", "observationDateTime"})
DELETED = "urn:ngsi-ld:null"    # stands for the value of an attribute that is gone
LANGUAGES = ("en", "en-US", "en-GB", "zh", "zh-CN", "@none")
LAST = re.compile(r"[^/#]+$")
PREFIX = re.compile(r"^[A-Za-z][\w.-]*:(?=[A-Za-z_]\w*$)")
SLASHED = re.compile(r"^\s*-?\d+(?:\.\d+)?\s*,\s*-?\d+(?:\.\d+)?\s*$")     # "lat, lon", as NGSI-v2 writes a geo:point
DEFAULT = "@none"


class NotEntities(ValueError):
    """A body holds no entities; the message says what was expected."""


@dataclass(frozen=True)
class Entity:
    """An entity: its id and type, and its attributes as records, one for each data set that tells of it."""

    id: str
    type: str
    records: tuple[Record, ...]
    whole: Any


def entities(body: Any) -> Iterator[tuple[Any, str | None]]:
    """The entities in a notification, a batch, a list or alone, and when that was notified. Raises: NotEntities."""
    if isinstance(body, list):
        yield from ((one, None) for one in body)
        return
    if not isinstance(body, dict):
        raise NotEntities("a notification is an object with `data`; a batch is a list of entities")
    notified = body.get("notifiedAt") if isinstance(body.get("notifiedAt"), str) else None
    for name in ("data", "entities"):
        held = body.get(name)
        if isinstance(held, Mapping) and held.get("type") == "FeatureCollection":
            held = held.get("features")
        if isinstance(held, list):
            yield from ((one, notified) for one in held)
            return
    if body.get("type") == "FeatureCollection" and isinstance(body.get("features"), list):
        yield from ((one, None) for one in body["features"])
    elif ("id" in body or "@id" in body) and body.get("type") != "Notification":
        yield body, None
    else:
        raise NotEntities("there are no entities: `data` was expected, a list of them")


def entity(given: Any, notified: str | None = None) -> Entity:
    """One entity. Raises: NotEntities."""
    if not isinstance(given, Mapping):
        raise NotEntities("is no entity: {…} was expected")
    said = feature(given) if given.get("type") == "Feature" else given
    name, kind = plain(said.get("id", said.get("@id"))), plain(said.get("type", said.get("@type")))
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if not isinstance(name, str) or not name or not isinstance(kind, str) or not kind:
        raise NotEntities("is no entity: it needs an `id` and a `type`")
    return Entity(name, local(kind), tuple(records(said, notified)), given)


def feature(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entity as GeoJSON writes it."""
    properties = given.get("properties")
    made = dict(properties) if isinstance(properties, Mapping) else {}
    if given.get("geometry") is not None and "location" not in made:
        made["location"] = given["geometry"]
    return {"id": given.get("id"), **made}


def records(said: Mapping[str, Any], notified: str | None) -> Iterator[Record]:
    """The entity's records: first that of no data set, then those of the others, by name, then what one of these says again."""
    kind = said.get("type", said.get("@type"))
    head: Record = {"id": said.get("id", said.get("@id")), "type": local(kind) if isinstance(kind, str) else kind}
    if notified is not None:
        head["notifiedAt"] = notified
    main: Record = {}
    others: dict[str, Record] = {}
    again: list[tuple[str | None, Record]] = []
    for name, attribute in said.items():
        if name in ALONE:
            continue
        for dataset, one in instances(attribute):
            into, found = main if dataset is None else others.setdefault(dataset, {}), flattened(local(name), one)
            if local(name) in into:
                again.append((dataset, found))
            else:
                into |= {key: value for key, value in found.items() if key not in into}
    if main or not others:
        yield head | main
    shared = {key: value for key, value in main.items() if key.partition(".")[0] in SHARED}
    for set_, found in (*others.items(), *again):
        yield {**head, **shared, **found, **({} if set_ is None else {"datasetId": set_})}


def instances(attribute: Any) -> Iterator[tuple[str | None, Any]]:
    """What each data set says of an attribute; None is the one without a name."""
    if isinstance(attribute, Mapping) and set(attribute) == {"dataset"} and isinstance(attribute["dataset"], Mapping):
        yield from ((None if name == DEFAULT else str(name), one) for name, one in attribute["dataset"].items())
    elif isinstance(attribute, list) and attribute and all(isinstance(one, Mapping) and held(one) for one in attribute):
        for one in (each for told in attribute for each in evolution(told)):
            named = one.get("datasetId")
            yield (str(named) if isinstance(named, str) and named != DEFAULT else None), one
    elif isinstance(attribute, Mapping) and held(attribute):
        named = attribute.get("datasetId")
        yield from ((named if isinstance(named, str) else None, one) for one in evolution(attribute))
    else:
        yield None, attribute


def evolution(attribute: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What an attribute was at each instant, where `values` tells several as pairs of a value and a time."""
    pairs = attribute.get("values")
    if isinstance(pairs, list) and pairs and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        rest = {name: said for name, said in attribute.items() if name != "values"}
        yield from ({**rest, "value": value, "observedAt": at} for value, at in pairs)
    else:
        yield attribute


def held(attribute: Mapping[str, Any]) -> bool:
    """Whether an object is an attribute with what is said of it, and no value itself."""
    if attribute.get("type") in SHAPES and ("coordinates" in attribute or "geometries" in attribute):
        return False
    return attribute.get("type") in KINDS or any(name in attribute for name in (*HOLDERS, "languageMap"))


def flattened(name: str, attribute: Any) -> Record:
    """An attribute's value, and what is said of it as name.what."""
    if not isinstance(attribute, Mapping) or not held(attribute):
        return {name: plain(attribute)}
    made: Record = {name: value(attribute)}
    languages = attribute.get("languageMap")
    if isinstance(languages, Mapping):
        made |= {f"{name}.{local(language)}": plain(text) for language, text in languages.items()}
    for known in ("observedAt", "unitCode", "createdAt", "modifiedAt"):
        if attribute.get(known) is not None:
            made[f"{name}.{known}"] = plain(attribute[known])
    beside = {key: inner for key, inner in attribute.items() if key not in BESIDE}
    metadata = attribute.get("metadata")
    for key, inner in (*beside.items(), *(metadata.items() if isinstance(metadata, Mapping) else ())):
        made.setdefault(f"{name}.{local(key)}", value(inner) if isinstance(inner, Mapping) and held(inner) else plain(inner))
    return made


def value(attribute: Mapping[str, Any]) -> Any:
    """What an attribute is."""
    languages = attribute.get("languageMap")
    if isinstance(languages, Mapping):
        return plain(next((languages[one] for one in (*LANGUAGES, *languages) if languages.get(one)), None))
    for holder in HOLDERS:
        if holder in attribute:
            found = attribute[holder]
            drawn = simple_place(str(attribute.get("type")), found)
            return drawn or (None if found == DELETED else plain(found))
    return None


def simple_place(kind: str, given: Any) -> dict[str, Any] | None:
    """A place as NGSI-v2 writes it short, by latitude and longitude, as GeoJSON; None for what is none."""
    said = [given] if isinstance(given, str) else given
    if not kind.startswith("geo:") or not isinstance(said, list):
        return None
    if not said or not all(isinstance(one, str) and SLASHED.match(one) for one in said):
        return None
    points = [[float(part) for part in reversed(one.split(","))] for one in said]
    if kind == "geo:box" and len(points) == 2:
        (west, south), (east, north) = points
        return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}
    if kind == "geo:polygon" and len(points) > 2:
        return {"type": "Polygon", "coordinates": [points]}
    if kind == "geo:line" and len(points) > 1:
        return {"type": "LineString", "coordinates": points}
    return {"type": "Point", "coordinates": points[0]} if len(points) == 1 else None


def plain(given: Any) -> Any:
    """A value without what JSON-LD wraps around it."""
    if isinstance(given, Mapping) and "@value" in given:
        return plain(given["@value"])
    if isinstance(given, Mapping) and "@list" in given:
        return given["@list"]
    if isinstance(given, Mapping) and set(given) == {"@id"}:
        return given["@id"]
    if isinstance(given, Mapping) and set(given) == {"languageMap"}:
        return value(given)
    return given


def local(name: str) -> str:
    """A name without the address or the namespace before it."""
    if "://" in name:
        found = LAST.search(name.rstrip("/#"))
        return found[0] if found else name
    return PREFIX.sub("", name)
