"""A source's rejects as a file to take away."""

from collections.abc import Iterator

from flask import Blueprint, Response, request

from data_access.engine import DataUnavailable, Engine
from data_access.reject_rows import UnknownSource, Wanted, columns, identify, rejects
from layouts.words import say
from live.language import asked
from live.reject_files import csv_lines, ndjson_lines

NO_STORE = {"Cache-Control": "no-store"}
TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}


def routes(engine: Engine) -> Blueprint:
    """`/sources/<key>/rejects.csv` and `.ndjson`: those that wait, or `?all=1`; with `field` and `code`, of one reason."""
    blueprint = Blueprint("sources", __name__)

    @blueprint.get("/sources/<key>/rejects.<any(csv, ndjson):kind>")
    def download(key: str, kind: str) -> Response:
        wanted = Wanted(everything="all" in request.args, field=request.args.get("field"), code=request.args.get("code"))
        try:
            source = identify(engine, key)
            names = columns(engine, source, wanted) if kind == "csv" else ()
        except UnknownSource:
            return told(404, say("missing.source", asked(request), key=key))
        except DataUnavailable:
            return told(503, say("notice.unreachable", asked(request)))
        found = rejects(engine, source, wanted)
        return attachment(csv_lines(names, found) if kind == "csv" else ndjson_lines(found), key, kind)

    return blueprint


def attachment(lines: Iterator[str], key: str, kind: str) -> Response:
    """A file that is sent while it is read; one that breaks off is seen as broken by the browser."""
    response = Response(lines, mimetype=TYPES[kind], headers=NO_STORE)
    response.headers.set("Content-Disposition", "attachment", filename=f"rejects-{key}.{kind}")
    return response


def told(status: int, text: str) -> Response:
    """A short answer in words."""
    return Response(text, status, headers=NO_STORE, mimetype="text/plain")
