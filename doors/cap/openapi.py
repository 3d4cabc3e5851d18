"""The door for CAP messages described in OpenAPI 3.1."""

from functools import cache
from typing import Any

from ingest.openapi import ANSWER, ERROR, content, refusals

Schema = dict[str, Any]


@cache
def description() -> Schema:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tonglan: public warnings by CAP 1.2", "version": "1", "description":
                 "A document of the Common Alerting Protocol, with one message or several. What is answered by 200 is stored: as "
                 "warnings, as the ends of others, or kept with the reason why it is neither."},
        "security": [{"token": []}],
        "paths": {"/cap/v1": {"post": {
            "summary": "Send a CAP document", "operationId": "send_cap",
            "parameters": [
                {"name": "Idempotency-Key", "in": "header", "required": False,
                 "description": "Sent again with the same key, a document is taken once, and gets the same answer",
                 "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}},
                {"name": "Content-Encoding", "in": "header", "required": False, "schema": {"enum": ["gzip"]}}],
            "requestBody": {"required": True, "content": {
                "application/cap+xml": {"schema": {"type": "string", "description": "CAP 1.2, 1.1 or 1.0"}}}},
            "responses": {"200": content("Taken, or kept with its reasons", {"$ref": "#/components/schemas/Answer"}),
                          **refusals(400, 401, 409, 413, 415, 429, 503)}}}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A source's token"}},
            "schemas": {"Answer": ANSWER, "Error": ERROR}},
    }
