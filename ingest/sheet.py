"""A batch as it came: rows, columns of one length, or a row a line; any row of it can be given back whole."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from ingest.rejects import Kept, Reason, Rejects

MOST_ROWS = 20_000
MARK = b"\xef\xbb\xbf"        # of the order of bytes, which some senders write before UTF-8, too


class Unreadable(ValueError):
    """The body is no batch; nothing of it can be taken."""


class TooMany(ValueError):
    """The batch has more rows than one transaction should hold."""


@dataclass(frozen=True)
class Sheet:
    """What was sent, by column; `rows` is what was sent by row, when it was.

    `lines` says where each row was sent, counted from 1; `unread` are lines that are no JSON.
    """

    count: int
    columns: dict[str, Sequence[Any]]
    rows: Sequence[Any] | None = None
    lines: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    unread: Sequence[Kept] = ()

    def whole(self, row: int) -> Any:
        """One row as it came."""
        if self.rows is not None:
            return self.rows[row]
        return {name: values[row] for name, values in self.columns.items()}


def read(body: bytes, names: Sequence[str], rejects: Rejects) -> Sheet:
    """Read a body's fields of these names; rows that are no objects are added to `rejects`. Raises: Unreadable, TooMany."""
    try:
        sent = orjson.loads(body.removeprefix(MARK))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"the body is not JSON: {error}") from error
    if not isinstance(sent, dict):
        raise Unreadable('the body must be an object: {"rows": [...]} or {"columns": {...}}')
    if ("rows" in sent) == ("columns" in sent):
        raise Unreadable('the body must hold either "rows" or "columns"')
    sheet = by_row(sent["rows"], names, rejects) if "rows" in sent else by_column(sent["columns"])
    if sheet.count == 0:
        raise Unreadable("the batch holds no rows")
    return sheet


def by_row(rows: Any, names: Sequence[str], rejects: Rejects) -> Sheet:
    """Rows, turned into columns. Raises: Unreadable, TooMany."""
    if not isinstance(rows, list):
        raise Unreadable('"rows" must be a list of objects')
    limit(len(rows))
    objects = rows
    if any(type(row) is not dict for row in rows):
        rejects.add_all((at for at, row in enumerate(rows) if not isinstance(row, dict)),
                        None, "not_an_object", "a row must be an object of fields")
        objects = [row if isinstance(row, dict) else {} for row in rows]
    return Sheet(len(rows), {name: [row.get(name) for row in objects] for name in names}, rows, numbered(len(rows)))


def by_column(columns: Any) -> Sheet:
    """Columns of one length. Raises: Unreadable, TooMany."""
    if not isinstance(columns, dict) or not all(isinstance(values, list) for values in columns.values()):
        raise Unreadable('"columns" must be an object of lists')
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in list(lengths.items())[:20])
        raise Unreadable(f"the columns differ in length: {told}")
    count = next(iter(lengths.values()), 0)
    limit(count)
    return Sheet(count, columns, lines=numbered(count))


def read_lines(body: bytes, names: Sequence[str], rejects: Rejects) -> Sheet:
    """Read a body of one JSON object a line; blank lines are passed over. Raises: Unreadable, TooMany."""
    body = body.removeprefix(MARK)
    plain = at_once(body)
    if plain is not None:
        return by_row(plain, names, rejects)
    told = body.split(b"\n")
    places = [place for place, line in enumerate(told) if not line.isspace() and line]
    limit(len(places))
    if not places:
        raise Unreadable("the batch holds no rows")
    found = [one(told[place]) for place in places]
    unread = [Kept(place + 1, [Reason(None, "unreadable", why)], told[place].decode(errors="replace"))
              for place, why in zip(places, found, strict=True) if type(why) is str]
    rows = [value[0] for value in found if type(value) is not str]
    lines = [place for place, value in zip(places, found, strict=True) if type(value) is not str]
    sheet = by_row(rows, names, rejects)
    return Sheet(sheet.count, sheet.columns, rows, np.array(lines, np.int64) + 1, unread)


def at_once(body: bytes) -> list[Any] | None:
    """All lines' values, where each line is plainly an object of its own; otherwise None. Raises: TooMany."""
    lines = body.removesuffix(b"\n")
    more = lines.count(b"\n")
    if not (lines.startswith(b"{") and lines.endswith(b"}") and lines.count(b"}\n{") == more):
        return None
    limit(more + 1)
    try:
        rows: list[Any] = orjson.loads(b"[%b]" % lines.replace(b"}\n{", b"}\n,{"))
    except orjson.JSONDecodeError:
        return None
    return rows if len(rows) == more + 1 else None


def one(line: bytes) -> tuple[Any] | str:
    """One line's value, or why there is none."""
    try:
        return (orjson.loads(line),)
    except orjson.JSONDecodeError as error:
        return f"the line is not JSON: {error}"


def numbered(count: int) -> NDArray[np.int64]:
    """The numbers of rows, from 1."""
    return np.arange(1, count + 1)


def limit(count: int) -> None:
    """Raises: TooMany."""
    if count > MOST_ROWS:
        raise TooMany(f"the batch has {count} rows, {MOST_ROWS} are taken at most")
