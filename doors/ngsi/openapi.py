"""The notifications' door described in OpenAPI 3.1."""

from functools import cache
from typing import Any

Schema = dict[str, Any]

FAULTS = {400: "There are no entities; the body is kept all the same", 401: "No token, or one that belongs to no source",
          413: "The body is too large", 415: "An unknown Content-Encoding",
          429: "The door is full; nothing was stored, send again",
          503: "The database does not answer; not all of it was stored, send again"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ENTITY: Schema = {
    "type": "object", "required": ["id", "type"], "properties": {"id": {"type": "string"}, "type": {"type": "string"}},
    "description": "Normalized, concise or key-values, attribute by attribute"}
BODY: Schema = {"anyOf": [
    {"type": "object", "required": ["data"], "properties": {
        "subscriptionId": {"type": "string"}, "notifiedAt": {"type": "string"}, "data": {"type": "array", "items": ENTITY}}},
    {"type": "array", "items": ENTITY}, ENTITY]}
ANSWER: Schema = {
    "type": "object", "required": ["entities", "taken", "seen", "rejected", "marked", "reasons"], "properties": {
        **dict.fromkeys(("entities", "taken", "seen", "rejected", "marked"), COUNT),
        "reasons": {"type": "array", "items": {"type": "object", "properties": {
            "subject": {"type": "string"}, "row": {"type": ["integer", "null"]}, "field": {"type": ["string", "null"]},
            "code": {"type": "string"}, "text": {"type": "string"}}}}}}
FAULT: Schema = {"type": "object", "required": ["error", "text"], "properties": {
    "error": {"type": "string"}, "text": {"type": "string"}}}


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonglan: FIWARE NGSI notifications", "version": "1", "description":
                 "Context brokers send what their subscriptions notify of. Both addresses take both forms."},
        "paths": {path: {"post": notifying(name)} for name, path in (
            ("notify_v2", "/ngsi/v2/notify"), ("notify_ld", "/ngsi-ld/v1/notify"))},
        "components": {"securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A source's token"},
            "header": {"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "The same token"}}},
    }


def notifying(name: str) -> Schema:
    """One of the addresses."""
    kinds = ("application/json", "application/ld+json", "application/geo+json")
    return {
        "operationId": name, "summary": "Take a notification, a batch of entities or one alone",
        "security": [{"bearer": []}, {"header": []}],
        "requestBody": {"required": True, "content": {kind: {"schema": BODY} for kind in kinds}},
        "responses": {"200": answered("What became of the rows that the entities are", ANSWER),
                      **{str(status): answered(text, FAULT) for status, text in FAULTS.items()}}}


def answered(text: str, schema: Schema) -> Schema:
    """An answer."""
    return {"description": text, "content": {"application/json": {"schema": schema}}}
