"""A source's rejects as a file to take away."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, request

from data_access.engine import DataUnavailable, Engine
from data_access.reject_rows import RejectRow, UnknownSource, Wanted, columns, identify, rejects
from layouts.words import say
from live.exports.workbook import MIME
from live.language import asked
from live.reject_files import csv_lines, excel, ndjson_lines

NO_STORE = {"Cache-Control": "no-store"}
TYPES = {"csv": "text/csv", "xlsx": MIME, "ndjson": "application/x-ndjson"}


def routes(engine: Engine) -> Blueprint:
    """`/sources/<key>/rejects.csv`, `.xlsx` and `.ndjson`: those that wait, or `?all=1`; `field` and `code`: of one reason."""
    blueprint = Blueprint("sources", __name__)

    @blueprint.get("/sources/<key>/rejects.<any(csv, xlsx, ndjson):kind>")
    def download(key: str, kind: str) -> Response:
        wanted = Wanted(everything="all" in request.args, field=request.args.get("field"), code=request.args.get("code"))
        try:
            source = identify(engine, key)
            names = columns(engine, source, wanted) if kind != "ndjson" else ()
        except UnknownSource:
            return told(404, say("missing.source", asked(request), key=key))
        except DataUnavailable:
            return told(503, say("notice.unreachable", asked(request)))
        found = rejects(engine, source, wanted)
        return attachment(written(kind, names, found), key, kind)

    return blueprint


def written(kind: str, names: Sequence[str], found: Iterator[RejectRow]) -> Iterator[str] | Iterator[bytes]:
    """The file's pieces. `names`: the columns that the rows have."""
    if kind == "ndjson":
        return ndjson_lines(found)
    return csv_lines(names, found) if kind == "csv" else excel(say("rejects.title", asked(request)), names, found, asked(request))


def attachment(lines: Iterator[str] | Iterator[bytes], key: str, kind: str) -> Response:
    """A file that is sent while it is read; one that breaks off is seen as broken by the browser."""
    response = Response(lines, mimetype=TYPES[kind], headers=NO_STORE)
    response.headers.set("Content-Disposition", "attachment", filename=f"rejects-{key}.{kind}")
    return response


def told(status: int, text: str) -> Response:
    """A short answer in words."""
    return Response(text, status, headers=NO_STORE, mimetype="text/plain")
