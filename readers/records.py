"""Delimited text record by record: the careful way, for text with faults in it.

A quote opens a quoted cell only where a cell begins, and two of them stand for one. A quote that is never closed spoils
its own line and not those that follow.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readers.encoding import FOREIGN, FOREIGN_BYTES, visible
from readers.limits import MOST_LINES, MOST_RECORD
from readers.table import Spoilt

UNFINISHED = "unexpected end of data"
MISQUOTED, OPEN = "misquoted", "open"
FAULTS = {UNFINISHED: "a quote ({quote}) is opened and not closed", OPEN: "a quote ({quote}) is opened and not closed",
          MISQUOTED: "a quote ({quote}) inside of a quoted cell is not doubled"}
csv.field_size_limit(MOST_RECORD)


@dataclass(frozen=True)
class Marks:
    """What separates cells and what encloses them ("" when nothing does); `padded` when spaces stand before cells."""

    separator: str
    quote: str
    padded: bool = False


@dataclass(frozen=True)
class Record:
    """One row of the text: the line it begins at (from 0), how many it takes, its cells or why there are none."""

    line: int
    lines: int
    cells: list[str] | Spoilt


def records(lines: Sequence[str], marks: Marks, width: int | None, final: bool) -> Iterator[Record]:
    """The records of some lines (split at "\\n"); empty lines are none, nor is an unfinished record when more lines follow.

    With a width, a record of another number of cells is spoilt, but for empty cells at its end.
    """
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        if not marks.quote or marks.quote not in line:
            cells = line.removesuffix("\r").split(marks.separator)
            found: Record | None = Record(at, 1, [cell.lstrip(" ") for cell in cells] if marks.padded else cells)
        else:
            found = _quoted(lines, at, marks, width, final)
        if found is None:
            return
        yield _checked(found, lines, width)
        at += found.lines


def _quoted(lines: Sequence[str], at: int, marks: Marks, width: int | None, final: bool) -> Record | None:
    """A record with quotes in it; None when it goes on past the lines that are there."""
    window: Sequence[str] = lines[at:at + 1]
    found = _parsed(window, marks)
    if found == UNFINISHED:
        window = lines[at:at + MOST_LINES]
        found = _parsed(window, marks)
    if found == UNFINISHED and len(window) < MOST_LINES and not final:
        return None
    if isinstance(found, str):
        return Record(at, 1, Spoilt(lines[at], FAULTS.get(found, found).format(quote=marks.quote)))
    cells, taken = found
    if width is not None and swallowed(window[1:taken], marks.separator, width, len(cells)):
        return Record(at, 1, Spoilt(lines[at], FAULTS[UNFINISHED].format(quote=marks.quote)))
    return Record(at, taken, cells)


def _parsed(window: Sequence[str], marks: Marks) -> tuple[list[str], int] | str:
    """The first record's cells and its lines, or what is wrong with it in the parser's words."""
    reader = csv.reader((f"{line}\n" for line in window), delimiter=marks.separator, quotechar=marks.quote,
                        skipinitialspace=marks.padded, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        if "expected after" not in str(error):
            return str(error)
        return MISQUOTED if reader.line_num == 1 else OPEN


def swallowed(inner: Sequence[str], separator: str, width: int, cells: int) -> bool:
    """Whether the lines that a record took after its first are rows themselves, so that its quote was a slip.

    With the wrong number of cells one such line is enough; with the right number all between first and last must be, and
    the table must be wide enough that text does not look like that by chance.
    """
    looks = [line.count(separator) == width - 1 for line in inner]
    if cells != width:
        return width > 1 and any(looks)
    return width >= 3 and len(looks) > 1 and all(looks[:-1])


def _checked(record: Record, lines: Sequence[str], width: int | None) -> Record:
    """The record, spoilt when it has bytes that are not of the encoding, or the wrong number of cells."""
    cells = record.cells
    text = "\n".join(lines[record.line:record.line + record.lines]).removesuffix("\r")
    if not text.isascii() and FOREIGN.search(text):
        return Record(record.line, record.lines, Spoilt(visible(text), FOREIGN_BYTES))
    if isinstance(cells, Spoilt):
        return Record(record.line, record.lines, Spoilt(text, cells.reason))
    if width is None or len(cells) == width:
        return record
    if len(cells) > width and not any(cells[width:]):
        return Record(record.line, record.lines, cells[:width])
    return Record(record.line, record.lines, Spoilt(text, f"has {len(cells)} cells, the header has {width}"))
