"""A table or a query of a database, read by a cursor on the server, never written to."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from readers.base import Asked
from readers.framing import from_rows
from readers.headers import unique
from readers.spec import Read
from readers.table import Frame, Unreadable

TOGETHER = 5_000
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)      # what a query's :since is when everything is wanted


@dataclass(frozen=True)
class Selection(Asked):
    """A table or a query; rows are numbered from 1 as they come; a stamp of its own for each time it is opened."""

    folder: Path
    crs: str | None = None
    total: int | None = None

    @cached_property
    def columns(self) -> list[str]:
        """The columns' names. Raises: Unreadable."""
        with self._guarded() as guarded, guarded.engine.connect() as connection:
            return unique(list(connection.execution_options(stream_results=True).execute(self._statement()).keys()))

    def _pieces(self) -> Iterator[Frame]:
        numbers = count(1)
        with self._guarded() as guarded, guarded.engine.connect() as connection:
            result = connection.execution_options(stream_results=True, max_row_buffer=TOGETHER).execute(self._statement())
            for some in result.partitions(TOGETHER):
                yield Frame(from_rows([[_value(cell) for cell in row] for row in some],
                                      [next(numbers) for _ in some], self.columns), {})

    def _guarded(self) -> "_Guarded":
        return _Guarded(self.name, address(self.read, self.folder))

    def _statement(self) -> sa.Executable:
        """What is asked for. Values are bound."""
        if self.read.query is not None:
            asked = sa.text(self.read.query)
            return asked.bindparams(since=self.since or BEGINNING) if "since" in asked._bindparams else asked
        schema, _, name = (self.read.table or "").rpartition(".")
        chosen: sa.Select[Any] = sa.select(sa.literal_column("*")).select_from(sa.table(name, schema=schema or None))
        if self.since is not None and self.read.updates is not None:
            chosen = chosen.where(sa.column(self.read.updates.column) > self.since)
        return chosen


class _Guarded:
    """An engine for the time of reading; the driver's failures in our words."""

    def __init__(self, name: str, url: sa.URL) -> None:
        self.name = name
        options = {"postgresql_readonly": True} if url.get_backend_name() == "postgresql" else {}
        try:
            self.engine = sa.create_engine(url, poolclass=NullPool, execution_options=options)
        except (NoSuchModuleError, ImportError) as error:
            raise Unreadable(name, f"the driver for {url.drivername} is not installed: {error}") from error

    def __enter__(self) -> "_Guarded":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.engine.dispose()
        if isinstance(error, SQLAlchemyError):
            raise Unreadable(self.name, f"the database refuses: {str(getattr(error, 'orig', None) or error).strip()}") from error


def address(read: Read, folder: Path) -> sa.URL:
    """The database's address with its password; a file lies beside the pack. Raises: Unreadable."""
    try:
        url = sa.make_url(read.database or "")
    except SQLAlchemyError as error:
        raise Unreadable(read.name, f"is no database address: {error}") from error
    if read.password is not None:
        if read.password not in os.environ:
            raise Unreadable(read.name, f"the environment variable {read.password} is not set")
        url = url.set(password=os.environ[read.password])
    if url.get_backend_name() == "sqlite":
        file = folder / (url.database or "")
        if not file.is_file():
            raise Unreadable(read.name, f"there is no such file: {file}")
        url = url.set(database=str(file))
    return url


def _value(cell: Any) -> Any:
    """A cell without the driver's own types."""
    if isinstance(cell, Decimal):
        return int(cell) if cell.is_finite() and cell.as_tuple().exponent == 0 else float(cell)
    if isinstance(cell, memoryview):
        return bytes(cell)
    return str(cell) if isinstance(cell, UUID) else cell
