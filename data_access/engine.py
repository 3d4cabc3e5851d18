"""The one way to the database: time zone UTC, statement timeout, one named error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, create_engine, text
from sqlalchemy import Engine as Engine  # the type, for rooms that may not know SQLAlchemy
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import TextClause


class DataUnavailable(Exception):
    """The database did not answer, or refused; `what` says which read."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be read: the database does not answer")
        self.what = what


def create(url: str, *, statement_timeout_ms: int, pool_size: int = 10) -> Engine:
    """Make an engine whose sessions speak UTC and give up on slow statements."""
    return create_engine(
        re.sub(r"^postgres(ql)?://", "postgresql+psycopg2://", url),
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
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


@contextmanager
def reading(engine: Engine, what: str) -> Iterator[Connection]:
    """Lend a connection for reads.

    Raises: DataUnavailable, naming `what`, when the database does not answer or the read fails.
    """
    try:
        with engine.connect() as connection:
            yield connection
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
