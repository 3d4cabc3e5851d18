"""SensorThings as it is served, in OpenAPI 3.1, made from the model."""

from functools import cache
from typing import Any

from doors.sensorthings.model import ENTITIES, Entity

PREFIX = "/sensorthings/v1.1"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
OPTIONS: dict[str, tuple[Schema, str]] = {
    "$filter": (TEXT, "A condition, such as name eq 'West' and Datastreams/Observations/result gt 15"),
    "$orderby": (TEXT, "What the entities are ordered by, such as phenomenonTime desc"),
    "$top": (COUNT, "How many entities; 100 when left out, 10,000 at most"),
    "$skip": (COUNT, "How many are passed over"),
    "$count": ({"type": "boolean"}, "Whether all of them are counted"),
    "$select": (TEXT, "Which properties are shown, parted by commas"),
    "$expand": (TEXT, "What is shown within, such as Observations($top=1;$orderby=phenomenonTime desc)"),
}
OF_ONE = ("$select", "$expand")
CREATED = ("Things", "Datastreams", "Sensors", "ObservedProperties", "Observations")
FAULTS = {
    400: "The question or the entity cannot be understood, or does not fit the city", 401: "No token, or one of no source",
    404: "There is nothing at this address", 405: "Entities are read and created here, not changed",
    409: "Another result of this Datastream and instant is there already", 413: "The body is too large",
    415: "An unknown Content-Encoding",
    429: "As much as can be worked on at once is being worked on; nothing was stored, send again",
    503: "The database does not answer, or the question takes too long",
}
ERROR: Schema = {"type": "object", "required": ["error"], "properties": {"error": {
    "type": "object", "required": ["code", "message"], "properties": {"code": TEXT, "message": TEXT}}}}
ROOT: Schema = {"type": "object", "required": ["value", "serverSettings"]}
BATCH: Schema = {"type": "object", "required": ["requests"], "properties": {"requests": {"type": "array", "items": {
    "type": "object", "required": ["id", "method", "url"], "properties": {
        "id": TEXT, "atomicityGroup": TEXT, "method": {"enum": ["get", "post"]}, "url": TEXT, "body": {}}}}}}
ARRAYS: Schema = {"type": "array", "minItems": 1, "items": {
    "type": "object", "required": ["Datastream", "components", "dataArray"], "properties": {
        "Datastream": {"type": "object"}, "components": {"type": "array", "items": TEXT},
        "dataArray": {"type": "array", "items": {"type": "array"}}}}}


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonglan: OGC SensorThings", "version": "1.1", "description":
                 "Devices are Things, kinds of device Sensors; a device and a property are a Datastream. Reading takes a "
                 "source's token or a reader's, unless the operator opens the door; sending takes a source's. 201 means stored."},
        "paths": {
            PREFIX: {"get": reading("root", "What there is, and what of the standard", (), ROOT)},
            **{f"{PREFIX}/{name}": collection(entity) for name, entity in ENTITIES.items()},
            **{f"{PREFIX}/{name}({{id}})": {"get": reading(
                f"one_{entity.singular}", f"One {entity.singular}", OF_ONE, ref(entity.singular), by_id=True)}
               for name, entity in ENTITIES.items()},
            f"{PREFIX}/CreateObservations": {"post": sending(
                "create_observations", "Send Observations as data arrays", ARRAYS, {"type": "array", "items": TEXT})},
            f"{PREFIX}/$batch": {"post": sending("batch", "Ask and send several things at once", BATCH, {
                "type": "object", "required": ["responses"]}, stored="200")},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A source's token, or a reader's"}},
            "schemas": {"Error": ERROR, **{entity.singular: schema(entity) for entity in ENTITIES.values()}},
        },
    }


def collection(entity: Entity) -> Schema:
    """Reading a collection, and creating what may be created in it."""
    page: Schema = {"type": "object", "required": ["value"], "properties": {
        "@iot.count": COUNT, "@iot.nextLink": TEXT, "value": {"type": "array", "items": ref(entity.singular)}}}
    made = {"get": reading(f"all_{entity.plural}", f"List {entity.plural}", tuple(OPTIONS), page)}
    if entity.plural in CREATED:
        made["post"] = sending(f"create_{entity.singular}", f"Send a {entity.singular}", {"type": "object"}, ref(entity.singular))
    return made


def schema(entity: Entity) -> Schema:
    """What an entity shows of itself when nothing is selected."""
    names = ["@iot.id", "@iot.selfLink", *(name for name in entity.selectable if name != "id"),
             *(f"{name}@iot.navigationLink" for name in entity.links)]
    return {"type": "object", "properties": {name: {} for name in names}}


def reading(name: str, summary: str, options: tuple[str, ...], shown: Schema, *, by_id: bool = False) -> Schema:
    """A GET."""
    parameters: list[Schema] = [{"name": "id", "in": "path", "required": True, "schema": TEXT}] if by_id else []
    parameters += [{"name": one, "in": "query", "required": False, "schema": OPTIONS[one][0], "description": OPTIONS[one][1]}
                   for one in options]
    security: list[Schema] = [] if name == "root" else [{"token": []}, {}]
    return {"summary": summary, "operationId": name, "parameters": parameters, "security": security,
            "responses": {"200": content("Found", shown), **faults(400, 401, 404, 429, 503)}}


def sending(name: str, summary: str, sent: Schema, answered: Schema, *, stored: str = "201") -> Schema:
    """A POST."""
    return {"summary": summary, "operationId": name, "security": [{"token": []}, {}] if stored == "200" else [{"token": []}],
            "requestBody": {"required": True, "content": {"application/json": {"schema": sent}}},
            "responses": {stored: content("Stored", answered), **faults(400, 401, 404, 409, 413, 415, 429, 503)}}


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def faults(*codes: int) -> Schema:
    """The answers of what is not done."""
    return {str(code): content(FAULTS[code], ref("Error")) for code in codes}


def content(words: str, made: Schema) -> Schema:
    """An answer in JSON."""
    return {"description": words, "content": {"application/json": {"schema": made}}}
