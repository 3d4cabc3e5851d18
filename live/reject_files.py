"""Rejects as files: CSV and Excel for a person, NDJSON for a program; every row whole, with its reasons and where it stood."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from data_access.every_row import Column
from data_access.reject_rows import RejectRow
from indicators.text import Language, Text
from live.exports.sheet import Sheet
from live.exports.workbook import workbook

OWN = ("_file", "_line", "_reasons", "_subject", "_dataset", "_door", "_batch", "_received_at", "_resolved_at", "_row")
BOM = "\ufeff"                    # without it, spreadsheets take UTF-8 for the local code page
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
CHUNK = 200                       # rows in one piece of the stream


def csv_lines(names: Sequence[str], rejects: Iterable[RejectRow]) -> Iterator[str]:
    """The CSV, in pieces. `names`: the columns that the rows have. What is no row of cells stands in `_row`, as JSON."""
    own = [free(name, names) for name in OWN]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow([harmless(name) for name in (*own, *names)])
    for at, reject in enumerate(rejects, start=1):
        writer.writerow([harmless(cell) for cell in cells(reject, names)])
        if at % CHUNK == 0:
            yield emptied(buffer)
    yield emptied(buffer)


def excel(title: str, names: Sequence[str], rejects: Iterable[RejectRow], language: Language) -> Iterator[bytes]:
    """The same lines as a workbook, in pieces; its cells are texts, so that none is run and codes keep their noughts."""
    columns = [Column(Text(name, name)) for name in (*(free(name, names) for name in OWN), *names)]
    lines = (cells(reject, names) for reject in rejects)
    return workbook([Sheet(title, columns, batched(lines, CHUNK), language)])


def batched(lines: Iterator[list[str]], size: int) -> Iterator[list[list[str]]]:
    """Lines in lists of so many, the last one shorter."""
    while piece := list(islice(lines, size)):
        yield piece


def free(name: str, taken: Sequence[str]) -> str:
    """A name of our own that no column of the rows has."""
    while name in taken:
        name = f"_{name}"
    return name


def cells(reject: RejectRow, names: Sequence[str]) -> list[str]:
    """One reject's line: what is known of it, then its own cells."""
    row = json.loads(reject.row, parse_float=Decimal)
    own = row if isinstance(row, dict) else {}
    return [
        reject.origin, str(reject.row_no), "; ".join(told(reject)), reject.subject, reject.dataset or "", reject.door,
        str(reject.batch_id), reject.received_at.isoformat(),
        "" if reject.resolved_at is None else reject.resolved_at.isoformat(), "" if isinstance(row, dict) else reject.row,
        *(plain(own.get(name)) for name in names),
    ]


def told(reject: RejectRow) -> list[str]:
    """Its reasons, each in one phrase."""
    return [f"{one.field}: {one.text} ({one.code})" if one.field else f"{one.text} ({one.code})" for one in reject.reasons]


def plain(value: Any) -> str:
    """A cell as text: empty where there was nothing, JSON where there was more than one value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=float) if isinstance(value, dict | list | bool) else str(value)


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what looks like one and is no number."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell


def emptied(buffer: io.StringIO) -> str:
    """What was written so far."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def ndjson_lines(rejects: Iterable[RejectRow]) -> Iterator[str]:
    """One JSON object a line; the row in it is exactly as it was kept."""
    for reject in rejects:
        head = json.dumps({
            "reject": reject.reject_id, "file": reject.origin, "line": reject.row_no, "door": reject.door,
            "batch": reject.batch_id, "subject": reject.subject, "dataset": reject.dataset,
            "received_at": reject.received_at.isoformat(),
            "resolved_at": None if reject.resolved_at is None else reject.resolved_at.isoformat(),
            "reasons": [{"field": one.field, "code": one.code, "text": one.text} for one in reject.reasons],
        }, ensure_ascii=False)
        yield f'{head[:-1]}, "row": {reject.row}}}\n'
