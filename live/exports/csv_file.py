"""A table as CSV: UTF-8 with the mark by which spreadsheets know it, and no cell that one would take for a formula."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from math import isfinite
from typing import Any

from data_access.every_row import Kind
from live.exports.again import Again
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
    change: dict[Kind, Callable[[Any], Any]] = {"text": safe, "flag": sheet.flagged, "instant": told}
    mends = [finite if column.kind == "number" else Again(change[column.kind]).__getitem__ for column in sheet.columns]
    for piece in filter(None, sheet.pieces):
        mended = [map(mend, cells) for mend, cells in zip(mends, zip(*piece, strict=True), strict=True)]
        writer.writerows(zip(*mended, strict=True))
        yield emptied(buffer).encode()


def safe(value: Any) -> Any:
    """A text that is no formula; letters and figures of any script never begin one."""
    return value if value is None or value[:1].isalnum() else harmless(value)


def told(value: datetime | None) -> str | None:
    """An instant as it is read by machines and people."""
    return None if value is None else str(value)


def finite(value: Any) -> Any:
    """A number; what is none is nothing."""
    return None if value is None or not isfinite(value) else value
