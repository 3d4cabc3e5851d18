"""What could not be taken: every reason of every bad row, and the row itself, kept whole."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection

from data_access.engine import sql

NUL = "\u2400"      # PostgreSQL cannot keep a NUL; its picture stands for it
DEEPEST = 100       # levels of nesting that are kept
TOLD = 100          # reasons in an answer


@dataclass(frozen=True)
class Reason:
    """Why a row cannot be taken: for a program (`code`) and for a person (`text`)."""

    field: str | None
    code: str
    text: str


@dataclass
class Rejects:
    """The reasons of each bad row, by its place in the batch."""

    reasons: dict[int, list[Reason]] = field(default_factory=dict)

    def add(self, row: int | np.integer[Any], name: str | None, code: str, text: str) -> None:
        """One more reason against a row."""
        self.reasons.setdefault(int(row), []).append(Reason(name, code, text))

    def add_all(self, rows: Iterable[int | np.integer[Any]], name: str | None, code: str, text: str) -> None:
        """The same reason against several rows."""
        for row in rows:
            self.add(row, name, code, text)

    def copy(self) -> "Rejects":
        """The same reasons, free to grow apart."""
        return Rejects({row: list(reasons) for row, reasons in self.reasons.items()})

    def told(self) -> list[dict[str, Any]]:
        """The first reasons, in the order of the rows, for the answer."""
        pairs = ((row, reason) for row in sorted(self.reasons) for reason in self.reasons[row])
        return [{"row": row, "field": reason.field, "code": reason.code, "text": reason.text}
                for (row, reason), _ in zip(pairs, range(TOLD), strict=False)]


def keep(connection: Connection, batch_id: int, source_id: int, rejects: Rejects, whole: dict[int, Any]) -> None:
    """Write the bad rows with their reasons."""
    if not rejects.reasons:
        return
    numbers = sorted(rejects.reasons)
    connection.execute(sql("""
        INSERT INTO reject (batch_id, source_id, row_no, reasons, row)
        SELECT :batch_id, :source_id, row_no, CAST(reasons AS jsonb), CAST(row AS jsonb)
          FROM unnest(CAST(:numbers AS int[]), CAST(:reasons AS text[]), CAST(:rows AS text[])) AS t (row_no, reasons, row)"""), {
        "batch_id": batch_id, "source_id": source_id, "numbers": numbers,
        "reasons": [written([asdict(reason) for reason in rejects.reasons[number]]) for number in numbers],
        "rows": [written(whole[number]) for number in numbers]})


def written(value: Any) -> str:
    """The value as JSON that the database takes."""
    return orjson.dumps(plain(value)).decode()


def plain(value: Any) -> Any:
    """The value as the database can keep it: no NUL, no endless nesting."""
    try:
        return value if b"\\u0000" not in orjson.dumps(value) else clipped(value)
    except orjson.JSONEncodeError:
        return clipped(value)


def clipped(value: Any, depth: int = DEEPEST) -> Any:
    """The value with NULs made visible and everything below a depth replaced by an ellipsis."""
    if isinstance(value, str):
        return value.replace("\0", NUL)
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, list):
        return [clipped(item, depth - 1) for item in value]
    return {key.replace("\0", NUL): clipped(item, depth - 1) for key, item in value.items()}
