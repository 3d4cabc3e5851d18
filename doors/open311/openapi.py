"""The Open311 server described in OpenAPI 3.1; every answer comes in JSON and in XML, by the ending of the address."""

from functools import cache
from typing import Any

from doors.open311.forms import LONGEST, LONGEST_PERSONAL
from doors.open311.personal import FIELDS as PERSONAL
from doors.open311.questions import LAST_PAGE, MOST, MOST_IDS
from doors.open311.rendering import FORMATS, TYPES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
NUMBER: Schema = {"type": ["number", "null"]}
FAULTS = {400: "The question cannot be answered as it stands", 403: "No api_key, or one that belongs to no source",
          404: "There is no such thing", 413: "The form is too large", 415: "An unknown Content-Encoding",
          429: "Too many ask at once; send again", 503: "The database does not answer; nothing was stored, send again"}
JURISDICTION: Schema = {"name": "jurisdiction_id", "in": "query", "required": False, "schema": TEXT,
                        "description": "The city's key; it may be left out"}
IN_HEADERS = {"Retry-After": {"description": "Seconds until it is worth while", "schema": {"type": "integer"}}}


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonglan: Open311 GeoReport v2", "version": "2", "description":
                 "The city's services are its classes of cases; a request is a case. Services are told to everybody, requests "
                 "to who has a token, unless the operator opens them; sending takes an api_key, the token of a source. A "
                 "request is stored when it is answered with its number."},
        "paths": {path: one for ending in FORMATS for path, one in paths(ending).items()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A source's token, or a reader's"},
                                "api_key": {"type": "apiKey", "in": "query", "name": "api_key", "description": "The same"}},
            "schemas": SCHEMAS},
    }


def paths(ending: str) -> Schema:
    """The addresses of one format."""
    def read(name: str, summary: str, parameters: list[Schema], answered: str, *, locked: bool = False) -> Schema:
        return {"get": operation(f"{name}_{ending}", ending, summary, parameters, answered, locked=locked)}

    base = "/open311/v2"
    return {
        f"{base}/discovery.{ending}": read("discovery", "Where the server is", [JURISDICTION], "discovery"),
        f"{base}/services.{ending}": read("services", "List the services", [JURISDICTION], "services"),
        f"{base}/services/{{service_code}}.{ending}": read(
            "definition", "A service's definition", [inside("service_code"), JURISDICTION], "service_definition"),
        f"{base}/requests.{ending}": {**read("requests", "List requests, the newest first", LIST, "requests", locked=True),
                                      "post": sending(ending)},
        f"{base}/requests/{{service_request_id}}.{ending}": read(
            "request", "One request", [inside("service_request_id"), JURISDICTION], "requests", locked=True),
        f"{base}/tokens/{{token}}.{ending}": read(
            "token", "The number of what was sent with this Idempotency-Key", [inside("token"), JURISDICTION], "numbers",
            locked=True),
    }


def operation(name: str, ending: str, summary: str, parameters: list[Schema], answered: str, *, locked: bool) -> Schema:
    """Reading something: `locked` is what takes a token, unless the operator opens the door."""
    security: list[Schema] = [{"token": []}, {"api_key": []}, {}] if locked else []
    codes = (400, *([403] if locked else []), 404, 429, 503)
    return {"summary": summary, "operationId": name, "parameters": parameters, "security": security,
            "responses": {"200": content(ending, "Found", SCHEMA_OF[answered]), **faults(ending, *codes)}}


def sending(ending: str) -> Schema:
    """Asking for a service."""
    return {
        "summary": "Ask for a service", "operationId": f"ask_{ending}", "security": [{"token": []}, {}],
        "parameters": [{"name": "Idempotency-Key", "in": "header", "required": False, "description":
                        "Sent again with the same key, a request is stored once; tokens/<key> tells its number",
                        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}}],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": FORM}}},
        "responses": {"200": content(ending, "Stored", SCHEMA_OF["stored"]),
                      **faults(ending, 400, 403, 404, 413, 415, 429, 503)}}


def inside(name: str) -> Schema:
    """A part of the address."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200,
                                                                    "pattern": "^[A-Za-z0-9_-]+$"}}


def asked(name: str, words: str, schema: Schema) -> Schema:
    """A parameter that may be left out."""
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def content(ending: str, words: str, schema: Schema) -> Schema:
    """An answer in the format of its ending."""
    return {"description": words, "content": {TYPES["json" if ending == "json" else "xml"]: {
        "schema": schema if ending == "json" else TEXT}}}


def faults(ending: str, *codes: int) -> Schema:
    """The answers of a question that is not answered."""
    return {str(code): content(ending, FAULTS[code], SCHEMA_OF["errors"]) | (
        {"headers": IN_HEADERS} if code in (429, 503) else {}) for code in codes}


def thing(required: list[str], **properties: Schema) -> Schema:
    """An object of these properties."""
    return {"type": "object", "required": required, "properties": properties}


def many(name: str) -> Schema:
    """A list of a schema."""
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


SHOWN = ["service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
         "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
         "lat", "long", "media_url"]
SCHEMAS: Schema = {
    "Error": thing(["code", "description"], code={"type": "integer"}, description=TEXT),
    "Service": thing(["service_code", "service_name", "description", "metadata", "type", "keywords", "group"], service_code=TEXT,
                     service_name=TEXT, description=TEXT, metadata={"type": "boolean"}, type={"enum": ["realtime"]},
                     keywords=TEXT, group=MAYBE),
    "Definition": thing(["service_code", "attributes"], service_code=TEXT, attributes={"type": "array", "maxItems": 0}),
    "Request": thing(SHOWN, **dict.fromkeys(SHOWN, MAYBE) | {
        "service_request_id": TEXT, "status": {"enum": ["open", "closed"]}, "lat": NUMBER, "long": NUMBER,
        **dict.fromkeys([name for name in SHOWN if name.endswith("_datetime")], TIME)}),
    "Number": thing(["service_request_id", "token"], service_request_id=TEXT, token=TEXT),
    "Stored": thing(["service_request_id", "service_notice", "account_id"], service_request_id=TEXT, service_notice=MAYBE,
                    account_id=MAYBE),
    "Discovery": thing(["changeset", "contact", "key_service", "endpoints"], changeset=TEXT, contact=TEXT, key_service=TEXT,
                       endpoints={"type": "array"}),
}
SCHEMA_OF: Schema = {
    "errors": many("Error"), "services": many("Service"), "requests": many("Request"), "numbers": many("Number"),
    "stored": many("Stored"), "service_definition": {"$ref": "#/components/schemas/Definition"},
    "discovery": {"$ref": "#/components/schemas/Discovery"}}
LIST = [
    JURISDICTION,
    asked("service_request_id", f"Numbers with commas between, {MOST_IDS} at most; nothing else counts then", TEXT),
    asked("service_code", "Codes with commas between", TEXT),
    asked("start_date", "Requests made since; with end_date 90 days at most. Without either, the last 90 days", TEXT),
    asked("end_date", "Requests made until", TEXT),
    asked("status", "open, closed, or both with a comma between", TEXT),
    asked("updated_after", "Requests whose state changed since", TEXT),
    asked("updated_before", "Requests whose state changed until", TEXT),
    asked("page", "Which page, from 1", {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}),
    asked("page_size", f"Requests of a page, {MOST} at most", {"type": "integer", "minimum": 1, "maximum": MOST}),
    asked("extensions", "Whether fields beyond the standard's are wanted", {"type": "boolean"}),
]
FORM: Schema = {
    "type": "object", "required": ["service_code"],
    "properties": {
        "api_key": TEXT, "jurisdiction_id": TEXT, "service_code": TEXT, "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "long": {"type": "number", "minimum": -180, "maximum": 180},
        **{name: {"type": "string", "maxLength": most} for name, most in LONGEST.items()},
        **{name: {"type": "string", "maxLength": LONGEST_PERSONAL} for name in PERSONAL}},
    "description": "A location is lat and long, address_string or address_id. attribute[code]=value answers a service's "
                   "question. email, phone, names, device_id and account_id are kept apart, and shown to nobody."}
