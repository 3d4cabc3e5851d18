"""A batch as it came: rows, or columns of one length; any row of it can be given back whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ingest.rejects import Rejects

MOST_ROWS = 20_000


class Unreadable(ValueError):
    """The body is no batch; nothing of it can be taken."""


class TooMany(ValueError):
    """The batch has more rows than one transaction should hold."""


@dataclass(frozen=True)
class Sheet:
    """What was sent, by column; `rows` is what was sent by row, when it was."""

    count: int
    columns: dict[str, Sequence[Any]]
    rows: Sequence[Any] | None = None

    def whole(self, row: int) -> Any:
        """One row as it came."""
        if self.rows is not None:
            return self.rows[row]
        return {name: values[row] for name, values in self.columns.items()}


def read(body: bytes, names: Sequence[str], rejects: Rejects) -> Sheet:
    """Read a body's fields of these names; rows that are no objects are added to `rejects`. Raises: Unreadable, TooMany."""
    try:
        sent = orjson.loads(body)
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
    return Sheet(len(rows), {name: [row.get(name) for row in objects] for name in names}, rows)


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
    return Sheet(count, columns)


def limit(count: int) -> None:
    """Raises: TooMany."""
    if count > MOST_ROWS:
        raise TooMany(f"the batch has {count} rows, {MOST_ROWS} are taken at most")
