"""A table as CSV: UTF-8 with the mark by which spreadsheets know it, and no cell that one would take for a formula."""

import csv
import io
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from data_access.every_row import Kind
from live.exports.sheet import Facts, Sheet
from live.reject_files import BOM, emptied, harmless


def csv_file(sheet: Sheet, facts: Facts = ()) -> Iterator[bytes]:
    """The file in pieces: what it says of itself in lines of two cells and an empty line, then the table."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    if facts:
        writer.writerows([[harmless(cell) for cell in line] for line in facts])
        writer.writerow([])
    writer.writerow([harmless(head) for head in sheet.heads])
    yield emptied(buffer).encode()
    change: dict[Kind, Callable[[Any], Any]] = {"text": safe, "flag": sheet.flagged, "number": finite}
    mends = [change.get(column.kind) for column in sheet.columns]
    for piece in filter(None, sheet.pieces):
        columns = zip(mends, zip(*piece, strict=True), strict=True)
        mended = [cells if mend is None else map(mend, cells) for mend, cells in columns]
        writer.writerows(zip(*mended, strict=True))
        yield emptied(buffer).encode()


def safe(value: Any) -> Any:
    """A text that is no formula; letters and figures of any script never begin one."""
    return value if value is None or value[:1].isalnum() else harmless(value)


def finite(value: Any) -> Any:
    """A number; what is none is nothing."""
    return None if value is None or not isfinite(value) else value
