"""The HTTP door: tokens, limits and answers around `intake`."""

import hashlib
import hmac
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg2
from flask import Flask, Response, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from data_access.engine import DataUnavailable, sql
from ingest import jobs, openapi, snapshots
from ingest.batch import Raced, Source
from ingest.intake import Delivery, Intake, KeyReused, NoCity
from ingest.latest import Waiting, catch_up
from ingest.quality.watch import Watch
from ingest.rejects import Rejects
from ingest.room import Full, Room
from ingest.sheet import TooMany, Unreadable, read, read_lines
from ingest.subjects import SUBJECTS

log = logging.getLogger("tonglan.door")

LARGEST_BODY = 8 << 20
LARGEST_UNPACKED = 32 << 20
AT_ONCE = 64 << 20           # bytes of unpacked bodies worked on at once
HEAVIEST = 256 << 20         # bytes that the values of all bodies worked on at once may take, and so those of one
HOLDS = {b",": 64, b"{": 232, b"[": 64}  # bytes of memory that each of these marks in a body stands for, at most
LONGEST_WAIT_S = 5.0
CAME_AT = "tonglan.came_at"  # in a request's environment: the instant, by the monotonic clock, at which it was there whole
BY_LINE = ("application/x-ndjson", "application/ndjson", "application/jsonl")
LONGEST_KEY = 200
TOKENS_FRESH_S = 10.0
RETRY_AFTER = "2"
FILL_EVERY_S = 20.0
WRITE_EVERY_S = 3.0
WATCH_EVERY_S = 15.0


class Refused(Exception):
    """A request that is answered without being taken."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.code, self.headers = status, code, headers or {}


@dataclass
class Doorkeeper:
    """Knows which token belongs to which source; tokens are kept as SHA-256 only."""

    engine: Engine
    clock: Callable[[], float] = time.monotonic
    sources: dict[str, Source] = field(default_factory=dict)
    since: float = -TOKENS_FRESH_S

    def admit(self, authorization: str | None) -> Source:
        """The source that the token belongs to. Raises: Refused."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(401, "no_token", "send Authorization: Bearer <token>", {"WWW-Authenticate": "Bearer"})
        given = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
        if self.clock() - self.since >= TOKENS_FRESH_S or self.match(given) is None:
            self.read()
        source = self.match(given)
        if source is None:
            raise Refused(401, "wrong_token", "this token belongs to no source", {"WWW-Authenticate": "Bearer"})
        return source

    def match(self, given: str) -> Source | None:
        """Compare with every token, in the same time whether one fits or not."""
        found = None
        for kept, source in self.sources.items():
            if hmac.compare_digest(kept, given):
                found = source
        return found

    def read(self) -> None:
        """Read the sources that have a token."""
        with self.engine.connect() as connection:
            rows = connection.execute(sql("SELECT source_id, key, token_hash FROM source WHERE token_hash IS NOT NULL"))
            self.sources = {row.token_hash: Source(row.source_id, row.key) for row in rows}
        self.since = self.clock()


@dataclass(frozen=True)
class Hall:
    """What all doors of one process share: the way in, who may enter, and how much is worked on at once."""

    intake: Intake
    keeper: Doorkeeper
    room: Room
    values: Room = field(default_factory=lambda: Room(HEAVIEST, LONGEST_WAIT_S))

    @classmethod
    def of(cls, engine: Engine, *, alone: bool = False) -> "Hall":
        """A hall on a database; with `alone`, newest values of history may wait to be written."""
        return cls(Intake(engine, waiting=Waiting() if alone else None), Doorkeeper(engine), Room(AT_ONCE, LONGEST_WAIT_S))

    def admit(self) -> Source:
        """The source whose token the request bears. Raises: Refused."""
        return self.keeper.admit(request.headers.get("Authorization"))

    @contextmanager
    def body(self) -> Iterator[bytes]:
        """The request's body, unpacked, while there is room for it. Raises: Refused; RequestEntityTooLarge; Full."""
        sent = packed()
        with self.room.hold(sent.size):
            body = sent.unpacked()
            weighs = weight(body)
            if weighs > HEAVIEST:
                raise Refused(413, "too_large", f"the body has so many values that they would take more than {HEAVIEST >> 20} MB")
            with self.values.hold(weighs):
                yield body


Hears = Callable[[Source, dict[str, Any]], None]  # is told of each answer to a batch


def unheard(source: Source, answered: dict[str, Any]) -> None:
    """Nobody is told."""


def create_door(engine: Engine, *, alone: bool = False, hall: Hall | None = None, hears: Hears = unheard) -> Flask:
    """The door as a Flask app; with `alone` threads beside it record snapshots, write newest values of history, and
    look for what is odd in the data."""
    app = Flask("tonglan.door", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    hall = hall or Hall.of(engine, alone=alone)
    intake = hall.intake

    @app.post("/ingest/v1/<subject>")
    def take(subject: str) -> Response:
        source = hall.admit()
        if subject not in SUBJECTS:
            raise Refused(404, "unknown_subject", f"there is no such subject; there are {', '.join(SUBJECTS)}")
        with hall.body() as body:
            answered = intake.take(delivery(source, subject, body))
        hears(source, answered)
        return answer(200, answered)

    @app.put("/ingest/v1/jobs/<job>")
    def report(job: str) -> Response:
        hall.admit()
        return answer(200, report_job(engine, job, packed().unpacked()))

    @app.get("/ingest/v1/health")
    def health() -> Response:
        with engine.connect() as connection:
            connection.execute(sql("SELECT 1"))
        return answer(200, {"database": "ok"})

    @app.get("/ingest/v1/openapi.json")
    def describe() -> Response:
        return answer(200, openapi.description())

    app.before_request(in_time)
    app.register_error_handler(Exception, explain)
    if alone:
        work(lambda: record_due(intake), every_s=FILL_EVERY_S, name="snapshots")
        work(lambda: write_waiting(intake), every_s=WRITE_EVERY_S, name="newest values")
        watch = Watch(engine)
        work(lambda: watch.go_on(intake.prepared()[0], datetime.now(UTC)), every_s=WATCH_EVERY_S, name="findings")
    return app


def in_time() -> None:
    """Refuse a request that waited so long for its turn that the door must be full. Raises: Full."""
    came_at = request.environ.get(CAME_AT)
    if came_at is not None and time.monotonic() - came_at > LONGEST_WAIT_S:
        raise Full


def report_job(engine: Engine, job: str, sent: bytes) -> dict[str, Any]:
    """Take one job's progress. Raises: Refused."""
    try:
        read = orjson.loads(sent)
    except orjson.JSONDecodeError as error:
        raise Refused(400, "unreadable", f"the body is not JSON: {error}") from error
    if not isinstance(read, dict) or not 0 < len(job) <= LONGEST_KEY or not job.isprintable():
        raise Refused(400, "unreadable", "a job is an object, its key a short printable text")
    with engine.begin() as connection:
        wrong = jobs.write(connection, job, read)
    if wrong.reasons:
        raise Refused(400, "wrong_fields", "; ".join(reason.text for reason in wrong.reasons[0]))
    return {"job": job}


def delivery(source: Source, subject: str, body: bytes) -> Delivery:
    """The request's rows, counted from 1. Raises: Refused, Unreadable, TooMany."""
    found, wanted = Rejects(), SUBJECTS[subject]
    reader = read_lines if request.mimetype in BY_LINE else read
    sheet = reader(body, [one.name for one in wanted.fields], found)
    return Delivery(source, wanted, sheet.columns, sheet.lines, sheet.whole, "http", request.remote_addr or "", key(),
                    rejects=found, unread=sheet.unread)


def key() -> str | None:
    """The request's idempotency key. Raises: Refused."""
    given = request.headers.get("Idempotency-Key")
    if given is not None and not (0 < len(given) <= LONGEST_KEY and given.isprintable()):
        raise Refused(400, "bad_key", f"an Idempotency-Key has 1 to {LONGEST_KEY} printable characters")
    return given


def weight(body: bytes) -> int:
    """The bytes of memory that a body takes once it is read, at most: a few bytes can stand for an object of hundreds."""
    return len(body) + sum(each * body.count(mark) for mark, each in HOLDS.items())


@dataclass(frozen=True)
class Packed:
    """A request's body as it came, and how many bytes it has unpacked."""

    sent: bytes
    size: int
    gzipped: bool

    def unpacked(self) -> bytes:
        """The body itself. Raises: Refused."""
        if not self.gzipped:
            return self.sent
        unpacker = zlib.decompressobj(wbits=31)
        try:
            content = unpacker.decompress(self.sent, self.size + 1)
        except zlib.error as error:
            raise Refused(400, "unreadable", "the body is not gzip") from error
        if len(content) > LARGEST_UNPACKED:
            raise Refused(413, "too_large", f"unpacked, the body has more than {LARGEST_UNPACKED >> 20} MB")
        if not unpacker.eof or unpacker.unused_data:
            raise Refused(400, "unreadable", "the gzipped body is cut off, is longer than it says, or has several members")
        return content


def packed() -> Packed:
    """The request's body. Raises: Refused; RequestEntityTooLarge."""
    sent = request.get_data(cache=False)
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        return Packed(sent, len(sent), gzipped=False)
    if encoding != "gzip":
        raise Refused(415, "unknown_encoding", "Content-Encoding may be gzip or left out")
    return Packed(sent, min(int.from_bytes(sent[-4:], "little"), LARGEST_UNPACKED), gzipped=True)  # gzip ends with its size


def answer(status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(content), status, headers, mimetype="application/json")


def explain(error: Exception) -> Response:
    """Every error as a short JSON answer, never a stack trace."""
    refused = as_refused(error)
    if refused.status >= 500:
        log.error("%s: %s", refused.code, type(error).__name__, exc_info=error if refused.status == 500 else None)
    return answer(refused.status, {"error": refused.code, "text": str(refused)}, refused.headers)


def as_refused(error: Exception) -> Refused:
    """What an error means to the sender."""
    again = {"Retry-After": RETRY_AFTER}
    if isinstance(error, Refused):
        return error
    if isinstance(error, Unreadable):
        return Refused(400, "unreadable", str(error))
    if isinstance(error, Full):
        return Refused(429, "busy", "the door is full; nothing was stored, send again", again)
    if isinstance(error, TooMany):
        return Refused(413, "too_many_rows", str(error))
    if isinstance(error, KeyReused):
        return Refused(409, "key_reused", str(error))
    if isinstance(error, NoCity):
        return Refused(503, "no_city", "no city is loaded yet; send again", again)
    if isinstance(error, HTTPException):
        large = f"the body has more than {LARGEST_BODY >> 20} MB"
        return Refused(error.code or 500, "too_large" if error.code == 413 else error.name.lower().replace(" ", "_"),
                       large if error.code == 413 else error.description or error.name)
    if isinstance(error, DataUnavailable | Raced) or unavailable(error):
        return Refused(503, "unavailable", "the database does not answer; nothing was stored, send again", again)
    return Refused(500, "failed", "this failed inside; nothing was stored")


REFUSING = ("08", "25", "40", "53", "55", "57", "58")  # SQLSTATE classes of a database that cannot take this now


def unavailable(error: Exception) -> bool:
    """Whether the database is down, failing over, starting, full or too slow."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "pgcode", None)
    if code is not None:
        return str(code)[:2] in REFUSING
    gone = isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError)
    return gone or (isinstance(error, SQLAlchemyError) and not isinstance(cause, psycopg2.Error))


def work(task: Callable[[], None], *, every_s: float, name: str) -> None:
    """Do a task again and again beside the door; when it fails it is tried again."""
    def go_on() -> None:
        while True:
            time.sleep(every_s)
            try:
                task()
            except NoCity:
                continue
            except Exception as error:
                log.warning("%s wait: %s", name, type(error).__name__)

    threading.Thread(target=go_on, name=name, daemon=True).start()


def record_due(intake: Intake) -> None:
    """Record the snapshots that are due."""
    city, _ = intake.prepared()
    snapshots.fill(intake.engine, city, datetime.now(UTC))


def write_waiting(intake: Intake) -> None:
    """Write newest values of history; at first, those that a door before this one left behind."""
    if intake.waiting is None:
        return
    if not intake.caught_up:
        intake.prepared()
        catch_up(intake.engine)
        intake.caught_up = True
    intake.waiting.keep_up(intake.engine)
