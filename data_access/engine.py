"""The one way to the database: time zone UTC, statement timeout, one named error."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy import Engine as Engine  # the type, for rooms that may not know SQLAlchemy
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.elements import TextClause

TRUSTED_S = 2.0


class DataUnavailable(Exception):
    """The database did not answer, or refused; `what` says which read."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be read: the database does not answer")
        self.what = what


def create(url: str, *, statement_timeout_ms: int, pool_size: int = 10) -> Engine:
    """Make an engine whose sessions speak UTC and give up on slow statements."""
    engine = create_engine(
        re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", url),
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=3,
        connect_args={
            "connect_timeout": 3,
            "tcp_user_timeout": 5000,
            # reads are short and many: compiling them, or starting workers for them, costs more than it saves
            "options": f"-c timezone=UTC -c statement_timeout={statement_timeout_ms} -c jit=off "
                       "-c max_parallel_workers_per_gather=0",
            "application_name": "tonglan",
        },
    )
    event.listen(engine, "checkin", _lent_back)
    event.listen(engine, "checkout", partial(_trusted, engine))
    return engine


def _lent_back(connection: Any, record: ConnectionPoolEntry) -> None:
    """Note when a connection came back into the pool."""
    record.info["back_at"] = time.monotonic()


def _trusted(engine: Engine, connection: Any, record: ConnectionPoolEntry, lent: Any) -> None:
    """Ask a connection that has lain for a while whether it lives; one that was used just now is trusted, because asking
    costs every read a round trip. Raises: DisconnectionError, whereupon the pool makes a new one."""
    if time.monotonic() - record.info.get("back_at", 0.0) > TRUSTED_S:
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


@contextmanager
def reading(engine: Engine, what: str, *, transaction: bool = False) -> Iterator[Connection]:
    """Lend a connection for reads; in a transaction of its own where a cursor of the server or a snapshot needs one, which
    costs two round trips.

    Raises: DataUnavailable, naming `what`, when the database does not answer or the read fails.
    """
    try:
        with engine.connect() as connection:
            yield connection if transaction else connection.execution_options(isolation_level="AUTOCOMMIT")
    except SQLAlchemyError as error:
        raise DataUnavailable(what) from error


@cache
def sql(statement: str) -> TextClause:
    """The statement, compiled once."""
    return text(statement)


def answers(engine: Engine) -> bool:
    """Whether the database answers at all: tells an outage from one read that failed."""
    try:
        with engine.connect() as connection:
            connection.execute(sql("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
