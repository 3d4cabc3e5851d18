"""The city's own Open311 server, under /open311/v2/: apps list its services, ask for them, and read what became of it.

What services there are is open to everybody. Requests are read by a token, or by everybody where the operator says so, and show
what the standard shows. Whoever sends does so as a source, whose token is the api_key.
"""

import orjson
from flask import Blueprint, Response

from doors.desk import Desk
from doors.open311 import openapi
from doors.open311.server import Server


def counter(desk: Desk) -> Blueprint:
    """The server, as part of the process of the doors."""
    blueprint = Blueprint("open311", __name__)
    server = Server(desk)

    @blueprint.get("/open311/v2/openapi.json")
    def describe() -> Response:
        return Response(orjson.dumps(openapi.description()), mimetype="application/json")

    @blueprint.get("/open311/discovery.<ending>")
    @blueprint.get("/open311/v2/discovery.<ending>")
    def discovery(ending: str) -> Response:
        return server.answer(ending, server.discovery)

    @blueprint.get("/open311/v2/services.<ending>")
    def services(ending: str) -> Response:
        return server.answer(ending, server.services)

    @blueprint.get("/open311/v2/services/<code>.<ending>")
    def definition(code: str, ending: str) -> Response:
        return server.answer(ending, lambda: server.definition(code))

    @blueprint.get("/open311/v2/requests.<ending>")
    def requests(ending: str) -> Response:
        return server.answer(ending, server.requests)

    @blueprint.post("/open311/v2/requests.<ending>")
    def ask(ending: str) -> Response:
        return server.answer(ending, server.take)

    @blueprint.get("/open311/v2/requests/<number>.<ending>")
    def one(number: str, ending: str) -> Response:
        return server.answer(ending, lambda: server.request(number))

    @blueprint.get("/open311/v2/tokens/<token>.<ending>")
    def token(token: str, ending: str) -> Response:
        return server.answer(ending, lambda: server.token(token))

    @blueprint.route("/open311/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def elsewhere(rest: str) -> Response:
        return server.answer(rest.rpartition(".")[2], server.nothing)

    return blueprint
