"""The HTTP door described in OpenAPI 3.1, from the declared fields of its rows."""

from functools import cache
from typing import Any

from ingest.rejects import TOLD
from ingest.rows import CODE, FIELDS, JOB, STEP, Field
from ingest.sheet import MOST_ROWS

VERSION = "1"
Schema = dict[str, Any]

TYPES: dict[str, Schema] = {
    "text": {"type": "string", "minLength": 1}, "number": {"type": "number"}, "whole": {"type": "integer"},
    "flag": {"type": "boolean"}, "time": {"type": "string", "format": "date-time"}, "list": {"type": "array"},
}
REFUSALS = {
    400: "Not JSON, no rows, or columns of different lengths; nothing was stored",
    401: "No token, or one that belongs to no source",
    409: "The Idempotency-Key was used for another subject",
    413: f"The body is too large, or has more than {MOST_ROWS} rows",
    415: "An unknown Content-Encoding",
    429: "As much as can be worked on at once is being worked on; nothing was stored, send again",
    503: "The database does not answer, or no city is loaded; nothing was stored, send again",
}
RETRY = {"Retry-After": {"description": "Seconds until it is worth while", "schema": {"type": "integer"}}}


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonglan: batches of facts", "version": VERSION, "description":
                 "A batch is taken in one transaction: an answer of 200 means stored. Rows that cannot be taken are kept "
                 "whole with their reasons, and told in the answer; what was sent before is seen and not stored again."},
        "paths": {
            **{f"/ingest/v1/{subject}": {"post": batch(subject)} for subject in FIELDS},
            "/ingest/v1/jobs/{job}": {"put": job()},
            "/ingest/v1/health": {"get": {
                "summary": "Whether the database answers", "operationId": "health", "security": [],
                "responses": {"200": content("It answers", {"type": "object"}), **refusals(503)}}},
            "/ingest/v1/openapi.json": {"get": {
                "summary": "This description", "operationId": "description", "security": [],
                "responses": {"200": content("OpenAPI 3.1", {"type": "object"})}}},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A source's token"}},
            "schemas": {"Answer": ANSWER, "Error": ERROR, "Step": fields(STEP), **{
                subject.capitalize(): fields(wanted) for subject, wanted in FIELDS.items()}},
        },
        "security": [{"token": []}],
    }


def batch(subject: str) -> Schema:
    """Sending rows of a subject."""
    row = {"$ref": f"#/components/schemas/{subject.capitalize()}"}
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST_ROWS}
    columns = {"type": "object", "description": "Fields as lists of one length, a value a row", "minProperties": 1,
               "propertyNames": {"enum": [field.name for field in FIELDS[subject]]},
               "additionalProperties": {"type": "array", "minItems": 1, "maxItems": MOST_ROWS}}
    return {
        "summary": f"Send {subject}", "operationId": f"send_{subject}",
        "parameters": [
            {"name": "Idempotency-Key", "in": "header", "required": False,
             "description": "Sent again with the same key, a batch is stored once, and gets the same answer",
             "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}},
            {"name": "Content-Encoding", "in": "header", "required": False, "schema": {"enum": ["gzip"]}}],
        "requestBody": {"required": True, "content": {
            "application/json": {"schema": {"oneOf": [
                {"type": "object", "required": [name], "properties": {name: schema}, "additionalProperties": False}
                for name, schema in (("rows", rows), ("columns", columns))]}},
            "application/x-ndjson": {"schema": {"type": "string", "description": "A row a line, as a JSON object"}}}},
        "responses": {"200": content("Stored", {"$ref": "#/components/schemas/Answer"}), **refusals(*REFUSALS)},
    }


def job() -> Schema:
    """Telling of long work."""
    return {
        "summary": "Tell how far long work is", "operationId": "report_job",
        "parameters": [{"name": "job", "in": "path", "required": True,
                        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9:_-]+$"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": fields(JOB)}}},
        "responses": {"200": content("Told", {"type": "object", "required": ["job"], "properties": {"job": {"type": "string"}}}),
                      **refusals(400, 401, 404, 413, 415, 503)},
    }


def fields(wanted: tuple[Field, ...]) -> Schema:
    """A row of these fields."""
    return {"type": "object", "required": [field.name for field in wanted if field.required],
            "properties": {field.name: value(field) for field in wanted}}


def value(field: Field) -> Schema:
    """One field's values; one that may be left out may be null."""
    made = dict(TYPES[field.kind])
    if field.kind == "text":
        made |= {"enum": list(field.allowed)} if field.allowed else {"maxLength": field.longest}
    if field.kind == "list":
        made |= {"items": ITEMS[field.name], "maxItems": field.longest}
    made |= {name: limit for name, limit in (("minimum", field.minimum), ("maximum", field.maximum)) if limit is not None}
    return made if field.required else {"anyOf": [made, {"type": "null"}]}


ITEMS: dict[str, Schema] = {    # of lists, by the field's name
    "steps": {"$ref": "#/components/schemas/Step"}, "regions": {"type": "string", "maxLength": CODE},
    "infos": {"type": "object"},
}


def refusals(*codes: int) -> Schema:
    """The answers of a request that is not taken."""
    known = REFUSALS | {404: "There is no such thing here"}
    return {str(code): content(known[code], {"$ref": "#/components/schemas/Error"}) | (
        {"headers": RETRY} if code in (429, 503) else {}) for code in codes}


def content(words: str, schema: Schema) -> Schema:
    """An answer in JSON."""
    return {"description": words, "content": {"application/json": {"schema": schema}}}


COUNT: Schema = {"type": "integer", "minimum": 0}
ERROR: Schema = {
    "type": "object", "required": ["error", "text"], "additionalProperties": False,
    "properties": {"error": {"type": "string"}, "text": {"type": "string"}}}
ANSWER: Schema = {
    "type": "object", "required": ["batch", "taken", "seen", "rejected", "marked", "reasons"], "additionalProperties": False,
    "properties": {
        "batch": COUNT, "taken": COUNT | {"description": "Rows that were stored"},
        "seen": COUNT | {"description": "Rows that said nothing new"},
        "rejected": COUNT | {"description": "Rows that are kept with their reasons"},
        "marked": COUNT | {"description": "Of those taken: let in with a warning"},
        "reasons": {"type": "array", "description": f"The first {TOLD} of all", "items": {
            "type": "object", "required": ["row", "field", "code", "text"], "properties": {
                "row": COUNT, "field": {"type": ["string", "null"]}, "code": {"type": "string"}, "text": {"type": "string"}}}}}}
