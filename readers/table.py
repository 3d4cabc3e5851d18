"""What every reader gives: tables, piece by piece, and the rows that it could not take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pandas as pd
import pyarrow as pa

ARROW = pd.ArrowDtype(pa.string())


class Unreadable(ValueError):
    """A file, a part of it, or an address cannot be read at all; the message says what, where and what was expected."""

    def __init__(self, name: str, text: str, line: int | None = None) -> None:
        super().__init__(f"{name}{f', line {line}' if line is not None else ''}: {text}")
        self.name, self.text, self.line = name, text, line


@dataclass(frozen=True)
class Spoilt:
    """A row that the reader cannot take: all of it as it stands in the file, and why."""

    text: str
    reason: str


@dataclass(frozen=True)
class Frame:
    """A piece of a table; rows and unreadable together are all rows of that piece.

    `rows` is indexed by the number a person would find the row at, from 1: the line of a text, the row of a sheet, the
    place of a feature or record. Cells are None where nothing stands; text formats give str exactly as written, typed
    formats their own numbers, datetimes and booleans (a column of one such type may have its numpy type, with NaN or NaT
    where nothing stands); shapes are in the column "geometry", in the file's projection.

    `held` is the same as the reader holds it: texts may stand in Arrow's memory (`ARROW`, pd.NA where nothing stands), which
    saves who works on whole columns to make an object of each.
    """

    held: pd.DataFrame
    unreadable: dict[int, Spoilt]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The cells, one object each."""
        return objects(self.held)


def objects(held: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts stand in Arrow's memory with an object for each; any other as it is."""
    if not any(kind == ARROW for kind in held.dtypes):
        return held
    return pd.DataFrame({name: pa.array(held[name]).to_numpy(zero_copy_only=False) for name in held.columns},
                        index=held.index, dtype=object)


class Table(Protocol):
    """One table of a file, an address or a database, read when it is asked for."""

    @property
    def name(self) -> str:
        """What a person calls it: "reports.xlsx · Sheet1", "a.zip/b.csv", an address."""

    @property
    def columns(self) -> list[str]:
        """The columns' names, each once."""

    @property
    def crs(self) -> str | None:
        """The projection that the file names ("EPSG:2263"), if it does."""

    @property
    def total(self) -> int | None:
        """How many rows there are, when that is cheap to know."""

    @property
    def stamp(self) -> str:
        """What changes when the content does."""

    def frames(self, rows: int) -> Iterator[Frame]:
        """The table in pieces of so many rows; the last may be shorter. Raises: Unreadable."""


def alike(name: str, what: str, columns: Mapping[str, Sequence[str]]) -> None:
    """Several tables of one file are only read as one when they have the same columns. Raises: Unreadable."""
    first, *rest = columns
    for other in rest:
        if list(columns[other]) != list(columns[first]):
            raise Unreadable(name, f"has {what}s with different columns ({', '.join(columns)}): say which in `{what}`")
