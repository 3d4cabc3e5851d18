"""Rows that were refused, and rows let in with a warning: by reason, with whole examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine

from data_access.batches import OF
from data_access.engine import reading, sql

Fate = Literal["reject", "mark"]

MOST = 100_000      # rows that reasons are counted over
EXAMPLES = 3        # rows shown of a reason
LARGEST = 100_000   # bytes of a row that is shown on the screen

# rejects that a retry took are out of quarantine; a mark stays
WAITING: Mapping[Fate, str] = {"reject": "k.resolved_at IS NULL", "mark": "TRUE"}
RESOLVED: Mapping[Fate, str] = {"reject": "k.resolved_at IS NOT NULL", "mark": "FALSE"}
IDENTITY: Mapping[Fate, str] = {"reject": "k.reject_id", "mark": "k.mark_id"}


@dataclass(frozen=True)
class Reason:
    """Why a row, or one field of it, was not taken or is doubted."""

    field: str
    code: str
    text: str


@dataclass(frozen=True)
class Example:
    """One row as it came, and the way back to it; `row` None where it is not kept or too large to show."""

    batch_id: int
    door: str
    origin: str
    received_at: datetime
    row_no: int
    reasons: tuple[Reason, ...]
    row: Any


@dataclass(frozen=True)
class Group:
    """The rows of a dataset with one reason in one field."""

    subject: str
    dataset: str | None
    field: str
    code: str
    rows: int
    newest_at: datetime
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Quarantine:
    """A source's rows in quarantine: how many wait, how many a retry took, and the reasons of the newest `counted`."""

    waiting: int
    resolved: int
    counted: int
    groups: tuple[Group, ...]


def waiting(engine: Engine) -> dict[str, int]:
    """How many rejects of each source no retry has taken; sources without any are left out. Raises: DataUnavailable."""
    with reading(engine, "rejects") as connection:
        rows = connection.execute(sql("""
            SELECT s.key, count(*)
              FROM reject r JOIN source s USING (source_id)
             WHERE r.resolved_at IS NULL
             GROUP BY s.key""")).all()
    return {row[0]: row[1] for row in rows}


def quarantine(engine: Engine, key: str, fate: Fate) -> Quarantine:
    """A source's rejects or marks by dataset, field and code: the most frequent first, each with its newest rows.

    A row with several reasons counts under each of them.
    Raises: DataUnavailable. Source: reject or mark, batch.
    """
    with reading(engine, f"{fate}s") as connection:
        amount = connection.execute(sql(f"""
            SELECT count(*) FILTER (WHERE {WAITING[fate]}) AS waiting, count(*) FILTER (WHERE {RESOLVED[fate]}) AS resolved
              FROM "{fate}" k
             WHERE k.source_id = {OF}"""), {"key": key}).one()
        rows = connection.execute(sql(f"""
            WITH kept AS (
                SELECT {IDENTITY[fate]} AS id, k.batch_id, k.reasons
                  FROM "{fate}" k
                 WHERE k.source_id = {OF} AND {WAITING[fate]}
                 ORDER BY {IDENTITY[fate]} DESC
                 LIMIT :most)
            SELECT b.subject, b.dataset, reason.field, reason.code, count(*) AS rows, max(b.received_at) AS newest_at,
                   (array_agg(kept.id ORDER BY kept.id DESC))[1:{EXAMPLES}] AS ids
              FROM kept
              JOIN batch b USING (batch_id)
             CROSS JOIN LATERAL (SELECT DISTINCT coalesce(one ->> 'field', '') AS field, coalesce(one ->> 'code', '') AS code
                                   FROM jsonb_array_elements(kept.reasons) AS one) AS reason
             GROUP BY b.subject, b.dataset, reason.field, reason.code
             ORDER BY count(*) DESC, reason.field, reason.code"""), {"key": key, "most": MOST}).all()
        shown = examples(connection, fate, [identity for row in rows for identity in row.ids])
    return Quarantine(amount.waiting, amount.resolved, min(amount.waiting, MOST), tuple(
        Group(row.subject, row.dataset, row.field, row.code, row.rows, row.newest_at,
              tuple(shown[identity] for identity in row.ids if identity in shown)) for row in rows))


def examples(connection: Connection, fate: Fate, ids: Sequence[int]) -> dict[int, Example]:
    """Rows in quarantine by their number."""
    rows = connection.execute(sql(f"""
        SELECT {IDENTITY[fate]} AS id, k.batch_id, b.door, b.origin, b.received_at, k.row_no, k.reasons,
               CASE WHEN pg_column_size(k.row) <= :largest THEN k.row END AS row
          FROM "{fate}" k JOIN batch b USING (batch_id)
         WHERE {IDENTITY[fate]} = ANY(:ids)"""), {"ids": sorted(set(ids)), "largest": LARGEST}).all()
    return {row.id: Example(row.batch_id, row.door, row.origin, row.received_at, row.row_no, reasons(row.reasons), row.row)
            for row in rows}


def reasons(kept: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """The reasons as they were kept."""
    return tuple(Reason(str(one.get("field") or ""), str(one.get("code") or ""), str(one.get("text") or "")) for one in kept)
