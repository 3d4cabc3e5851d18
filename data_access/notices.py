"""What the database calls out: which subjects changed, and that it is still there."""

import json
import select
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from data_access.engine import DataUnavailable

CHANNEL = "tonglan"
EVERYTHING = "*"


@dataclass(frozen=True)
class Notice:
    """What a transaction changed: the subjects, and the only regions whose facts did; None: it may be anywhere."""

    subjects: frozenset[str]
    regions: frozenset[int] | None = None


def listen(engine: Engine, patience: float) -> Generator[tuple[Notice, ...]]:
    """Listen on a connection of its own, for ever.

    Returns: first nothing, when the line is up; then each burst of notices ("observation:pm25" as "observation";
        EVERYTHING for a notice that cannot be read), and nothing after each `patience` seconds without one, in
        which the server answered a question.
    Raises: DataUnavailable when the line is lost.
    """
    try:
        connection = _connect(engine)
        try:
            yield ()
            while True:
                yield _next(connection, patience)
        finally:
            connection.close()
    except (SQLAlchemyError, psycopg2.Error, OSError, ValueError) as error:
        raise DataUnavailable("the notices") from error


def _connect(engine: Engine) -> Any:
    """Take a connection out of the pool for good, so that the line costs no read its turn."""
    lent = engine.raw_connection()
    connection: Any = lent.driver_connection
    lent.detach()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    return connection


def _next(connection: Any, patience: float) -> tuple[Notice, ...]:
    readable, _, _ = select.select([connection], [], [], patience)
    if readable:
        connection.poll()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    heard = tuple(_read(notice.payload) for notice in connection.notifies)
    connection.notifies.clear()
    return heard


def _read(payload: str) -> Notice:
    try:
        told = json.loads(payload)
        regions = told.get("regions")
        return Notice(frozenset(str(subject).partition(":")[0] for subject in told["subjects"]),
                      None if regions is None else frozenset(map(int, regions)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Notice(frozenset({EVERYTHING}))
