"""Excel and OpenDocument workbooks: each sheet a table, rows numbered as the program shows them."""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import python_calamine as calamine

from readers import headers
from readers.archive import is_zip, members
from readers.base import Filed
from readers.content import Content
from readers.framing import from_rows
from readers.headers import Header
from readers.limits import MOST_CELLS
from readers.objects import written
from readers.spec import Read
from readers.table import Frame, Spoilt, Unreadable, alike

LOOKED_AT = 200         # rows that the header is told from
TOGETHER = 5_000
EXACT = 2**53           # integers that a cell holds exactly
ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')
COLUMN = re.compile(rb'\br="([A-Z]{2,3})\d')
EDGE = 256              # bytes that a mark may lie across two chunks

Cells = Sequence[Any]
Merged = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet(Filed):
    """One sheet of a workbook."""

    sheet: str
    crs: str | None = None

    @property
    def name(self) -> str:
        """The file's name and the sheet's."""
        return f"{self.content.name} · {self.sheet}"

    @property
    def total(self) -> int:
        """The rows below the header; empty ones among them are no rows."""
        return max(0, self._sheet.end[0] + 1 - self._first) if self._sheet.end else 0

    @property
    def columns(self) -> list[str]:
        """The columns' names. Raises: Unreadable."""
        return self.header.columns

    @cached_property
    def _sheet(self) -> Any:
        return guarded(self.name, lambda: calamine.load_workbook(str(self.content.path)).get_sheet_by_name(self.sheet))

    @property
    def used(self) -> bool:
        """Whether any cell of it is. Raises: Unreadable when it is damaged."""
        return self._sheet.end is not None

    @cached_property
    def merged(self) -> list[Merged]:
        """The merged cells: first and last, by row and column from 0."""
        left = (self._sheet.start or (0, 0))[1]
        ranges = self._sheet.merged_cell_ranges or []
        return [((top, start - left), (bottom, end - left)) for (top, start), (bottom, end) in ranges]

    @cached_property
    def header(self) -> Header:
        """The header. Raises: Unreadable when the sheet is empty."""
        rows = list(islice(self._rows(), LOOKED_AT))
        said = self.read.skip
        top = said if said is not None else next((at for at, row in enumerate(rows) if headers.used(row)), 0)
        width = max(map(headers.filled, rows), default=0)
        rows = [row[:width] for row in rows]
        spanning = {start[0] - top for start, end in self.merged if start[0] == end[0] and 0 < end[1] - start[1] < width - 1}
        found = headers.find(rows[top:], self.name, None if said is None else 0, self.read.header, self.read.columns, spanning)
        return Header(found.skip + top, found.rows, found.columns, found.reasons)

    @property
    def _first(self) -> int:
        """How many rows stand above the first row of the table."""
        return self.header.skip + self.header.rows

    def _pieces(self) -> Iterator[Frame]:
        down = self._filled_down()
        numbered = ((at + 1, down(at, row)) for at, row in enumerate(self._rows()) if at >= self._first and headers.used(row))
        while some := list(islice(numbered, TOGETHER)):
            yield self._piece(some)

    def _piece(self, rows: list[tuple[int, Cells]]) -> Frame:
        """Some rows; one with cells beyond the last column of the header is unreadable."""
        width = len(self.columns)
        spoilt = {number: Spoilt(written([str(cell) if cell is not None else None for cell in row]),
                                 f"has a cell beyond the header's {width} columns")
                  for number, row in rows if headers.filled(row) > width}
        good = [(number, (*row, *[None] * (width - len(row)))) for number, row in rows if number not in spoilt]
        return Frame(from_rows([row for _, row in good], [number for number, _ in good], self.columns), spoilt)

    def _rows(self) -> Iterator[Cells]:
        rows = guarded(self.name, lambda: iter(self._sheet.iter_rows()))
        return ([_value(cell) for cell in row] for row in rows)

    def _filled_down(self) -> Callable[[int, Cells], Cells]:
        """What gives a cell that is merged over several rows its value in each of them."""
        holds: dict[tuple[int, int], tuple[int, int]] = {}
        for (top, left), (bottom, _) in self.merged:
            if bottom > top >= self._first:
                holds |= {(row, left): (top, left) for row in range(top, bottom + 1)}
        values: dict[tuple[int, int], Any] = {}

        def filled(at: int, row: Cells) -> Cells:
            for column in range(len(row)) if holds else ():
                if (start := holds.get((at, column))) is not None:
                    values.setdefault(start, row[column])
                    row = [*row[:column], values[start], *row[column + 1:]]
            return row

        return filled


def sheets(content: Content, read: Read) -> list[Sheet]:
    """The sheets that are asked for, or all visible ones, which then must have the same columns. Raises: Unreadable."""
    every = workbook(content, read)
    if read.sheet is not None:
        wanted = [read.sheet] if isinstance(read.sheet, str) else read.sheet
        there = {one.sheet: one for one in every}
        if missing := [name for name in wanted if name not in there]:
            raise Unreadable(content.name, f"has no sheet {missing[0]!r}, only {', '.join(there)}")
        return [there[name] for name in wanted]
    proper = [one for one in every if not empty(one)]
    if not proper:
        raise Unreadable(content.name, "holds no table: every sheet is empty")
    alike(content.name, "sheet", {one.sheet: one.columns for one in proper})
    return proper


def workbook(content: Content, read: Read) -> list[Sheet]:
    """Every visible sheet. Raises: Unreadable."""
    local = content.on_disk()
    refuse_absurd(local)
    book = guarded(content.name, lambda: calamine.load_workbook(str(local.path)))
    return [Sheet(local, read, one.name) for one in book.sheets_metadata
            if one.typ == calamine.SheetTypeEnum.WorkSheet and one.visible == calamine.SheetVisibleEnum.Visible]


def empty(sheet: Sheet) -> bool:
    """Whether a sheet holds no table. Raises: Unreadable when it is damaged, as what is in it must not be passed over."""
    if not sheet.used:
        return True
    try:
        return not sheet.columns
    except Unreadable:
        return True


def refuse_absurd(content: Content) -> None:
    """A sheet with one cell in its farthest corner would be held whole in memory. Raises: Unreadable."""
    if not is_zip(content.head(4)):
        return
    names = members(content)
    for name, spelled in names.items():
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            rows, columns = _extent(Content(name, content.path, spelled))
            if rows * columns > MOST_CELLS:
                raise Unreadable(content.name, f"spreads {name} over {rows:,} rows and {columns:,} columns, it is refused; "
                                               "delete the stray cells far out")


def _extent(part: Content) -> tuple[int, int]:
    """The last row of a sheet and its last column; 26 when there is no column behind Z."""
    rows, columns, before = 0, 26, b""
    with part.stream() as stream:
        for chunk in stream.chunks():
            text = before + chunk
            rows = max(rows, *(int(found) for found in ROW.findall(text)), 0)
            columns = max(columns, *(_number(found) for found in set(COLUMN.findall(text))), 0)
            before = text[-EDGE:]
    return rows, columns


def _number(letters: bytes) -> int:
    """A column's number from 1: A is 1, AA is 27."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found


def guarded(name: str, act: Callable[[], Any]) -> Any:
    """What the library gives; its failures in our words. Raises: Unreadable."""
    try:
        return act()
    except calamine.PasswordError as error:
        raise Unreadable(name, "is protected by a password; save it without one") from error
    except (calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable(name, f"is damaged or no workbook: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":      # the library's own way to give up
            raise
        raise Unreadable(name, "is damaged: the workbook cannot be read") from error


def _value(cell: Any) -> Any:
    """A cell as it is meant: integers are no decimals, and nothing is None."""
    if cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return int(cell)
    return cell
