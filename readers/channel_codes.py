"""The codes of GB/T 28181: what the 20 digits of a channel say, as columns beside a table's own.

Eight digits are the centre that the device belongs to (a district of GB/T 2260 and two digits for what lies in it), two its
industry, three what it is, one its network, six its number. Administrative districts in a catalogue go by two to eight digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from readers.objects import written
from readers.table import Frame, Spoilt, Table, Unreadable

CHANNEL = re.compile(r"([0-9]{8})([0-9]{2})([0-9]{3})([0-9])([0-9]{6})")
DISTRICT = re.compile(r"(?:[0-9]{2}){1,4}")
KINDS: tuple[tuple[int, int, str], ...] = (  # annex D: from, to, what such a code stands for
    (111, 130, "recorder"), (131, 132, "camera"), (133, 199, "peripheral"), (200, 214, "platform"), (215, 215, "group"),
    (216, 216, "organisation"), (217, 299, "platform"), (300, 399, "operator"), (400, 499, "viewer"), (500, 599, "server"))
OTHER = "other"
PARTS = ("is", "camera", "district", "centre", "industry", "type", "network", "serial")
COLUMNS = tuple(f"channel.{part}" for part in PARTS)
SHOWN = 40


@dataclass(frozen=True)
class ChannelCode:
    """What a code says; of an administrative district only where it is. `kind` is one of KINDS, "district" or OTHER."""

    kind: str
    district: str
    centre: str | None = None
    industry: str | None = None
    type: str | None = None
    network: str | None = None
    serial: str | None = None

    def parts(self) -> tuple[str | None, ...]:
        """In the order of PARTS; `camera` is filled for cameras alone, so that a mapping can leave the others out."""
        return (self.kind, self.kind if self.kind == "camera" else None, self.district, self.centre, self.industry, self.type,
                self.network, self.serial)


def decoded(text: str) -> ChannelCode:
    """What a code says. Raises: ValueError, which says what was expected."""
    if found := CHANNEL.fullmatch(text):
        centre, industry, kind, network, serial = found.groups()
        return ChannelCode(stands_for(int(kind)), centre[:6], centre, industry, kind, network, serial)
    if DISTRICT.fullmatch(text):
        return ChannelCode("district", text[:6])
    if not text:
        raise ValueError("is empty: a code of 20 digits was expected")
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    if re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", text):
        raise ValueError(f"{shown!r} has lost its digits: the column must be text in the workbook, not a number")
    raise ValueError(f"{shown!r} is no channel code: 20 digits were expected, or 2, 4, 6 or 8 of a district"
                     + (f"; these are {len(text)}" if text.isascii() and text.isdecimal() else ""))


def stands_for(kind: int) -> str:
    """What the three digits of a type stand for."""
    return next((name for first, last, name in KINDS if first <= kind <= last), OTHER)


def with_parts(frame: Frame, column: str) -> Frame:
    """The rows with what their codes say; those whose code is none are spoilt, with all that they say."""
    spoilt, kept = dict(frame.unreadable), []
    said: list[tuple[str | None, ...]] = []
    cells = frame.rows[column].tolist() if len(frame.rows) else []
    for at, (line, cell) in enumerate(zip(frame.rows.index.tolist(), cells, strict=True)):
        try:
            said.append(decoded(text(cell)).parts())
            kept.append(at)
        except ValueError as error:
            row = {str(name): value for name, value in frame.rows.iloc[at].items() if not empty(value)}
            spoilt[int(line)] = Spoilt(written(row), f"{column}: {error}")
    rows = frame.rows.iloc[kept].copy()
    for number, name in enumerate(COLUMNS):
        values = np.empty(len(said), object)
        values[:] = [parts[number] for parts in said]
        rows[name] = pd.Series(values, index=rows.index, dtype=object)
    return Frame(rows, spoilt)


def text(cell: Any) -> str:
    """A code as it is meant: without spaces around it; a whole number of a workbook has lost none of its digits."""
    return "" if empty(cell) else str(cell).strip()


def empty(cell: Any) -> bool:
    """Whether nothing stands there."""
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


@dataclass(frozen=True)
class Coded:
    """A table whose column of channel codes is decoded: columns `channel.…` beside its own."""

    table: Table
    column: str

    @property
    def name(self) -> str:
        """The table's."""
        return self.table.name

    @property
    def columns(self) -> list[str]:
        """The table's and those of the code. Raises: Unreadable."""
        there = list(self.table.columns)
        if self.column not in there:
            raise Unreadable(self.name, f"has no column {self.column!r} for channel_code; there are: {', '.join(there)}")
        return [*there, *COLUMNS]

    @property
    def crs(self) -> str | None:
        """The table's."""
        return self.table.crs

    @property
    def total(self) -> int | None:
        """The table's."""
        return self.table.total

    @property
    def stamp(self) -> str:
        """The table's."""
        return self.table.stamp

    def frames(self, rows: int) -> Iterator[Frame]:
        """The table's, decoded. Raises: Unreadable."""
        columns = self.columns
        for frame in self.table.frames(rows):
            made = with_parts(frame, self.column)
            late = [name for name in made.rows if name not in columns]
            yield Frame(made.rows.reindex(columns=[*columns, *late]), made.unreadable)
