"""SensorThings over HTTP under `/sensorthings/v1.1/`: read by a token, or by all where that is said; sources write."""

from typing import Any

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from doors.desk import Desk
from doors.sensorthings import openapi
from doors.sensorthings.answering import Reply, written
from doors.sensorthings.batch import Run, by_json, by_parts
from doors.sensorthings.query import Malformed
from doors.sensorthings.service import Service, explained, failure
from doors.sensorthings.writing import DOOR, Writer
from ingest.batch import Source
from ingest.door import Refused, as_refused

PREFIX = openapi.PREFIX
READ_WEIGHT = 4 << 20       # bytes that a reading counts for beside the bodies that are worked on
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Address(BaseConverter):
    """Whatever stands behind the service's root, slashes and line breaks too: it is the service that says what is wrong."""

    regex = "(?s:.+)"
    part_isolating = False


def counter(desk: Desk) -> Blueprint:
    """The service at its address."""
    served = Blueprint("sensorthings", __name__, url_prefix=PREFIX)
    served.record(lambda setup: setup.app.url_map.converters.update(sensorthings=Address))

    @served.route("/", methods=METHODS, defaults={"path": ""}, strict_slashes=False)
    @served.route("/<sensorthings:path>", methods=METHODS)
    def ask(path: str) -> Response:
        if path == "openapi.json":
            return sent(Reply(200, openapi.description()))
        if path == "$batch" and request.method == "POST":
            return batch(desk)
        if request.method in ("GET", "HEAD"):
            if path:
                desk.let_read(DOOR)
            with desk.hall.room.hold(READ_WEIGHT):
                return sent(Service(desk.hall.intake.engine, root()).ask("GET", path, request.query_string.decode("latin-1")))
        return write(desk, path)

    served.register_error_handler(Exception, lambda error: sent(as_answer(error)))
    return served


def write(desk: Desk, path: str) -> Response:
    """Take what a source sends."""
    source = desk.hall.admit()
    with desk.hall.body() as body:
        reply = service(desk, source).ask(request.method, path, "", read(body) if request.method == "POST" else None)
    heard(desk, source, reply)
    return sent(reply)


def batch(desk: Desk) -> Response:
    """Answer a batch; without a source's token it may only read."""
    source = desk.sender() if request.headers.get("Authorization") else None
    if source is None:
        desk.let_read(DOOR)
    with desk.hall.body() as body:
        run = Run(service(desk, source).ask, root())
        if request.mimetype.startswith("multipart/"):
            made, media_type = by_parts(body, request.headers["Content-Type"], run)
            response = Response(made, 200, mimetype=media_type)
        else:
            response = sent(by_json(read(body), run))
    if source is not None:
        heard(desk, source, Reply(200))
    return response


def service(desk: Desk, source: Source | None) -> Service:
    """The service for one sender."""
    writer = None if source is None else Writer(desk.courier, source.key, source.source_id, root(), request.remote_addr or "")
    return Service(desk.hall.intake.engine, root(), writer)


def heard(desk: Desk, source: Source, reply: Reply) -> None:
    """Tell how the source's door stands."""
    state = desk.states.of(source.key, DOOR, connects=False)
    if reply.status < 400:
        state.message(len(reply.body) if isinstance(reply.body, list) else 1)
    else:
        state.failed(reply.body["error"]["message"])


def read(body: bytes) -> Any:
    """A body as JSON. Raises: Malformed."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from error


def root() -> str:
    """The service's address as the sender knows it."""
    return f"{request.host_url.rstrip('/')}{request.script_root}{PREFIX}"


def as_answer(error: Exception) -> Reply:
    """An error outside the service itself: no token, no room, a body too large."""
    if isinstance(error, HTTPException | Refused):
        refused = as_refused(error)
        return failure(refused.status, refused.code, str(refused), refused.headers)
    return explained(error)


def sent(reply: Reply) -> Response:
    """An answer as bytes."""
    if reply.body is None:
        return Response(status=reply.status, headers=dict(reply.headers))
    if isinstance(reply.body, str):
        return Response(reply.body, reply.status, dict(reply.headers))
    return Response(written(reply.body), reply.status, dict(reply.headers), mimetype="application/json")
