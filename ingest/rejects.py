"""What could not be taken: every reason of every bad row, and the row itself, kept whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql

SUBJECT = "reject"  # of the notices
SKIPPED = "skipped"     # the code of rows that the pack leaves out
NUL = "\u2400"      # PostgreSQL cannot keep a NUL; its picture stands for it
DEEPEST = 100       # levels of nesting that are kept
WHOLE = range(-2**63, 2**64)    # numbers that are written as such
TOLD = 100          # reasons in an answer
MARKED_WHOLE = 1000 # rows of one batch that are kept whole because of a warning


@dataclass(frozen=True)
class Reason:
    """Why a row cannot be taken: for a program (`code`) and for a person (`text`)."""

    field: str | None
    code: str
    text: str


@dataclass
class Rejects:
    """The reasons of each bad row, by its place in the batch; against one that the pack leaves out nothing more is said."""

    reasons: dict[int, list[Reason]] = field(default_factory=dict)

    def add(self, row: int | np.integer[Any], name: str | None, code: str, text: str) -> None:
        """One more reason against a row."""
        told = self.reasons.setdefault(int(row), [])
        if not left_out(told):
            told.append(Reason(name, code, text))

    def add_all(self, rows: Iterable[int | np.integer[Any]], name: str | None, code: str, text: str) -> None:
        """The same reason against several rows."""
        for row in rows:
            self.add(row, name, code, text)

    def add_from(self, others: "Rejects") -> None:
        """The reasons found elsewhere too."""
        for row, reasons in others.reasons.items():
            told = self.reasons.setdefault(row, [])
            if not left_out(told):
                told.extend(reasons)

    def copy(self) -> "Rejects":
        """The same reasons, free to grow apart."""
        return Rejects({row: list(reasons) for row, reasons in self.reasons.items()})

    def told(self, lines: NDArray[np.int64]) -> list[dict[str, Any]]:
        """The first reasons, in the order of the rows, for the answer; a row goes by its line."""
        pairs = ((row, reason) for row in sorted(self.reasons) for reason in self.reasons[row])
        return [{"row": int(lines[row]), "field": reason.field, "code": reason.code, "text": reason.text}
                for (row, reason), _ in zip(pairs, range(TOLD), strict=False)]


def told(reasons: Sequence[dict[str, Any]], unread: Sequence["Kept"]) -> list[dict[str, Any]]:
    """The first reasons of an answer, in the order of the lines, with those of what no row could be made of."""
    more = [{"row": one.line, "field": reason.field, "code": reason.code, "text": reason.text}
            for one in unread[:TOLD] for reason in one.reasons]
    return sorted([*reasons, *more], key=lambda one: int(one["row"]))[:TOLD] if more else list(reasons)


@dataclass(frozen=True)
class Kept:
    """A row that is kept as it came, by the line a person finds it at, with all that was said against it."""

    line: int
    reasons: list[Reason]
    row: Any


def left_out(reasons: Sequence[Reason]) -> bool:
    """Whether the pack itself does not want a row of these reasons."""
    return bool(reasons) and reasons[0].code == SKIPPED


def by_line(reasons: Mapping[int, list[Reason]], lines: NDArray[np.int64], whole: Callable[[int], Any]) -> list[Kept]:
    """The rows that something was said against; what one line brought in several rows is kept once."""
    kept: dict[int, Kept] = {}
    for row in sorted(reasons):
        line = int(lines[row])
        if line in kept:
            kept[line].reasons.extend(reasons[row])
        else:
            kept[line] = Kept(line, list(reasons[row]), whole(row))
    return list(kept.values())


def keep(connection: Connection, batch_id: int, rows: Sequence[Kept], counted: Mapping[int, str]) -> None:
    """Write what a batch could not take, with what each line of it counts for."""
    if rows:
        connection.execute(sql("""
            INSERT INTO reject (batch_id, source_id, dataset, row_no, reasons, row, counted)
            SELECT b.batch_id, b.source_id, b.dataset, row_no, CAST(reasons AS jsonb), CAST(row AS jsonb),
                   CAST(counted AS jsonb)
              FROM unnest(CAST(:lines AS int[]), CAST(:reasons AS text[]), CAST(:rows AS text[]), CAST(:counted AS text[]))
                       AS t (row_no, reasons, row, counted)
              JOIN batch b ON b.batch_id = :batch_id"""),
            {"batch_id": batch_id, "counted": [counted.get(row.line) for row in rows], **columns(rows)})


def keep_marks(connection: Connection, batch_id: int, rows: Sequence[Kept]) -> None:
    """Write the warnings about what a batch took; of very many rows only the first are kept whole."""
    if rows:
        connection.execute(sql("""
            INSERT INTO mark (batch_id, source_id, subject, row_no, reasons, row)
            SELECT b.batch_id, b.source_id, b.subject, row_no, CAST(reasons AS jsonb), CAST(row AS jsonb)
              FROM unnest(CAST(:lines AS int[]), CAST(:reasons AS text[]), CAST(:rows AS text[])) AS t (row_no, reasons, row)
              JOIN batch b ON b.batch_id = :batch_id"""), {"batch_id": batch_id, **columns(rows, MARKED_WHOLE)})


def columns(rows: Sequence[Kept], whole: int | None = None) -> dict[str, list[Any]]:
    """The rows as columns for binding; beyond the first `whole` the row itself is left out."""
    lines = [row.line for row in rows]
    kept = [written(row.row) for row in rows[:whole]]
    return {"lines": lines, "reasons": [written([asdict(reason) for reason in row.reasons]) for row in rows],
            "rows": kept + [None] * (len(lines) - len(kept))}


def written(value: Any) -> str:
    """The value as JSON that the database takes."""
    return orjson.dumps(plain(value)).decode()


def plain(value: Any) -> Any:
    """The value as the database can keep it: no NUL, no half character, no number of hundreds of digits, no endless nesting."""
    try:
        return value if b"\\u0000" not in orjson.dumps(value) else clipped(value)
    except orjson.JSONEncodeError:
        return clipped(value)


def clipped(value: Any, depth: int = DEEPEST) -> Any:
    """The value with NULs and half characters made visible, and everything below a depth replaced by an ellipsis."""
    if isinstance(value, str):
        return seen(value)
    if isinstance(value, int) and value not in WHOLE:
        return str(value)
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, list):
        return [clipped(item, depth - 1) for item in value]
    return {seen(key): clipped(item, depth - 1) for key, item in value.items()}


def seen(text: str) -> str:
    """A text with what the database cannot keep made visible."""
    return text.replace("\0", NUL).encode("utf-8", "backslashreplace").decode()
