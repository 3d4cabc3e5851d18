"""Delimited text as a table: fast where it is plain, carefully where it is not, always with every line accounted for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from readers.base import Filed
from readers.dialect import Dialect, tell
from readers.encoding import in_utf8, sound
from readers.framing import from_rows, in_arrow, together
from readers.limits import MOST_LINES, MOST_RECORD
from readers.records import records, swallowed
from readers.table import Frame, Spoilt, Unreadable

BLOCK = 1 << 20
LINE_END, RETURN = 10, 13


@dataclass(frozen=True)
class Delimited(Filed):
    """One text file of separated cells; rows are numbered by the line they begin at."""

    total: int | None = None
    crs: str | None = None

    @cached_property
    def dialect(self) -> Dialect:
        """How the file is written. Raises: Unreadable."""
        return tell(self.content, self.read)

    @property
    def columns(self) -> list[str]:
        """The columns' names."""
        return self.dialect.columns

    def _pieces(self) -> Iterator[Frame]:
        """The rows as they come out of the file: block by block, each as far as its records are whole."""
        line, rest = self.dialect.line, b""
        for data in _below(in_utf8(self.content, self.dialect.encoding, BLOCK), self.dialect):
            rest += data
            piece, used = read(rest, self.dialect, line, final=False)
            yield piece
            line, rest = line + rest.count(b"\n", 0, used), rest[used:]
            if len(rest) > MOST_RECORD:
                raise Unreadable(self.name, f"goes on for more than {MOST_RECORD:,} bytes without an end of line", line)
        if rest:
            yield read(rest if rest.endswith(b"\n") else rest + b"\n", self.dialect, line, final=True)[0]


def _below(parts: Iterator[bytes], dialect: Dialect) -> Iterator[bytes]:
    """The text below the header in UTF-8, with the line ends of today."""
    above = dialect.start
    for data in parts:
        below = data
        if above:
            text = data.decode("utf-8", "surrogatepass")
            below, above = text[above:].encode("utf-8", "surrogatepass"), max(0, above - len(text))
        yield below.replace(b"\r", b"\n") if dialect.newline == "\r" else below


def read(data: bytes, dialect: Dialect, line: int, final: bool) -> tuple[Frame, int]:
    """The records that are whole in a text that begins at a line, and how many bytes they take."""
    return plain(data, dialect, line, final) or careful(data, dialect, line, final)


def plain(data: bytes, dialect: Dialect, line: int, final: bool) -> tuple[Frame, int] | None:
    """Text in which no record's bounds are doubtful, parsed by Arrow; None when one's are.

    They are not when all of it is of the encoding, every quote opens a cell, closes one or is doubled, a carriage return
    only stands before a line end, and no record runs over many lines. Rows with another number of cells than the header
    are looked at one by one.
    """
    marks = dialect.marks
    if len(dialect.columns) < 2 or marks.padded or not (marks.separator + marks.quote).isascii() or strays(data):
        return None
    if not sound(data):
        return None
    found = spans(data, marks.quote, marks.separator)
    if found is None or (final and found.used < len(data)) or found.open_lines >= MOST_LINES:
        return None
    if not len(found.starts):
        return Frame(from_rows([], [], dialect.columns), {}), found.used
    try:
        table, odd = _parsed(data[:found.used], dialect, many_lines=bool(found.lines_each.max() > 1))
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(odd) != len(found.starts) or (found.lines_each[odd] > 1).any() or _doubtful(data, found, dialect):
        return None
    rows = in_arrow(dict(zip(dialect.columns, table.columns, strict=True)), np.delete(found.lines, odd) + line)
    if not any(column.null_count == 0 for column in table.columns):
        rows = rows.dropna(how="all")
    others = [data[found.starts[at]:found.ends[at]].decode() for at in odd]
    return _with_odd(Frame(rows, {}), others, found.lines[odd] + line, dialect), found.used


def _with_odd(piece: Frame, lines: Sequence[str], numbers: NDArray[np.int64], dialect: Dialect) -> Frame:
    """The piece with the rows that have another number of cells, one by one."""
    if not lines:
        return piece
    others = taken(lines, numbers.tolist(), dialect, final=True)[0]
    return Frame(together([piece.held, others.held], dialect.columns).sort_index(), others.unreadable)


@dataclass(frozen=True)
class Spans:
    """Where records begin and end in a block, at which line of it and over how many; what of the block they use."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    lines_each: NDArray[np.int64]
    used: int
    open_lines: int         # lines behind the last whole record


def spans(data: bytes, quote: str, separator: str) -> Spans | None:
    """The records of a block; None when a quote in it neither opens nor closes a cell nor is doubled."""
    letters = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(letters == LINE_END)
    ends = breaks
    if quote and quote.encode() in data:
        quotes = np.flatnonzero(letters == ord(quote))
        if not proper(letters, quotes, quote, separator):
            return None
        ends = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    number = np.searchsorted(breaks, starts) if len(ends) < len(breaks) else np.arange(len(ends))
    each = np.diff(number, append=np.searchsorted(breaks, ends[-1:]) + 1) if len(ends) else ends
    there = (ends > starts) & ~((ends == starts + 1) & (letters[starts] == RETURN))
    used = int(ends[-1]) + 1 if len(ends) else 0
    return Spans(starts[there], ends[there], number[there], each[there], used, len(breaks) - int(np.searchsorted(breaks, used)))


def proper(letters: NDArray[np.uint8], quotes: NDArray[np.int64], quote: str, separator: str) -> bool:
    """Whether quotes taken in pairs enclose whole cells: before the first of each, and behind the second, a cell ends."""
    opening, closing = quotes[::2], quotes[1::2]
    edges = np.zeros(256, bool)
    edges[[LINE_END, ord(separator), ord(quote)]] = True
    before = edges[letters[opening[opening > 0] - 1]]
    edges[RETURN] = True
    behind = edges[letters[closing[closing < len(letters) - 1] + 1]]
    return bool(before.all() and behind.all())


def strays(data: bytes) -> bool:
    """Whether there are carriage returns that no line end follows."""
    return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")


def _parsed(data: bytes, dialect: Dialect, many_lines: bool) -> tuple[pa.Table, NDArray[np.int64]]:
    """The rows with as many cells as there are columns, and which of all rows have not, from 0."""
    marks = dialect.marks
    odd: list[int] = []

    def skip(row: csv.InvalidRow) -> str:
        odd.append(row.number - 1)
        return "skip"

    table = csv.read_csv(
        pa.BufferReader(data),
        csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=dialect.columns),
        csv.ParseOptions(delimiter=marks.separator, quote_char=marks.quote or False, newlines_in_values=many_lines,
                         invalid_row_handler=skip),
        csv.ConvertOptions(column_types=dict.fromkeys(dialect.columns, pa.string()), null_values=[""],
                           strings_can_be_null=True, quoted_strings_can_be_null=True))
    return table, np.array(odd, np.int64)


def _doubtful(data: bytes, found: Spans, dialect: Dialect) -> bool:
    """Whether a record of many lines may be several that a stray quote joins."""
    if found.lines_each.max() > MOST_LINES:
        return True
    for at in np.flatnonzero(found.lines_each > 2):
        inner = data[found.starts[at]:found.ends[at]].decode().split("\n")[1:]
        if swallowed(inner, dialect.marks.separator, len(dialect.columns), len(dialect.columns)):
            return True
    return False


def careful(data: bytes, dialect: Dialect, line: int, final: bool) -> tuple[Frame, int]:
    """Text parsed record by record; one that is unfinished at the end is left for the next time, unless there is none."""
    lines = data.decode("utf-8", "surrogatepass").split("\n")[:-1]
    piece, done = taken(lines, range(line, line + len(lines)), dialect, final)
    return piece, _offset(data, done)


def taken(lines: Sequence[str], numbers: Sequence[int], dialect: Dialect, final: bool) -> tuple[Frame, int]:
    """The records of some lines with these numbers, and how many lines they take."""
    cells: list[list[str]] = []
    places: list[int] = []
    spoilt: dict[int, Spoilt] = {}
    done = 0
    for record in records(lines, dialect.marks, len(dialect.columns), final):
        done = record.line + record.lines
        if isinstance(record.cells, Spoilt):
            spoilt[numbers[record.line]] = record.cells
        elif any(record.cells):
            cells.append(record.cells)
            places.append(numbers[record.line])
    return Frame(from_rows(cells, places, dialect.columns), spoilt), done


def _offset(data: bytes, lines: int) -> int:
    """Where in the data so many lines end."""
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == LINE_END)
    return int(breaks[lines - 1]) + 1 if lines else 0
