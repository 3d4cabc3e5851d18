"""A way to read bytes or files as the program does, whole."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from readers.opening import open_tables
from readers.spec import Read
from readers.table import Spoilt, Table


@dataclass(frozen=True)
class Whole:
    """All of a table, and the table itself."""

    rows: pd.DataFrame
    unreadable: dict[int, Spoilt]
    table: Table

    def lists(self) -> list[list[Any]]:
        """The rows' cells."""
        return [list(row) for row in self.rows.itertuples(index=False)]

    @property
    def numbers(self) -> list[int]:
        """Where the rows stand."""
        return [int(number) for number in self.rows.index]


Reader = Callable[..., Whole]


@pytest.fixture
def tables(tmp_path: Path) -> Callable[..., list[Whole]]:
    """Write content under a name, when there is any, and read every table of it."""
    def read(content: bytes | None, name: str, frame: int = 1_000, **said: Any) -> list[Whole]:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        return [whole(table, frame) for table in open_tables(Read(path=name, **said), tmp_path)]
    return read


@pytest.fixture
def read(tables: Callable[..., list[Whole]]) -> Reader:
    """The only table of a content."""
    def only(content: bytes | None, name: str = "a.csv", **said: Any) -> Whole:
        found, = tables(content, name, **said)
        return found
    return only


def whole(table: Table, frame: int = 1_000) -> Whole:
    """All frames of a table, put together; no row may come twice."""
    rows: list[pd.DataFrame] = []
    unreadable: dict[int, Spoilt] = {}
    for one in table.frames(frame):
        assert len(one.rows) <= frame
        rows.append(one.rows)
        assert not unreadable.keys() & one.unreadable.keys()
        unreadable |= one.unreadable
    together = pd.concat(rows) if rows else pd.DataFrame(columns=table.columns)
    assert together.index.is_unique and not set(together.index) & unreadable.keys()
    return Whole(together, unreadable, table)
