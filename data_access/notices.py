"""What the database calls out: which subjects changed, and that it is still there."""

import json
import select
from collections.abc import Generator
from typing import Any

import psycopg2
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from data_access.engine import DataUnavailable

CHANNEL = "tonglan"
EVERYTHING = "*"


def listen(engine: Engine, patience: float) -> Generator[frozenset[str]]:
    """Listen on a connection of its own, for ever.

    Returns: first an empty set, when the line is up; then the subjects of each burst of notices
        ("observation:pm25" as "observation"; EVERYTHING for a notice that cannot be read), and an empty
        set after each `patience` seconds without one, in which the server answered a question.
    Raises: DataUnavailable when the line is lost.
    """
    try:
        connection = _connect(engine)
        try:
            yield frozenset()
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


def _next(connection: Any, patience: float) -> frozenset[str]:
    readable, _, _ = select.select([connection], [], [], patience)
    if readable:
        connection.poll()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    subjects = frozenset[str]().union(*(_subjects(notice.payload) for notice in connection.notifies))
    connection.notifies.clear()
    return subjects


def _subjects(payload: str) -> frozenset[str]:
    try:
        return frozenset(str(subject).partition(":")[0] for subject in json.loads(payload)["subjects"])
    except (ValueError, KeyError, TypeError):
        return frozenset({EVERYTHING})
