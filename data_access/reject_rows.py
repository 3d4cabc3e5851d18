"""All rejects of a source, row by row, for those who mend them: read in pages, so that no download holds a connection."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.quarantine import Reason, reasons

PAGE = 2000
SPAN = 20_000  # rejects whose columns are looked through in one statement


class UnknownSource(LookupError):
    """No source has this key."""


@dataclass(frozen=True)
class Wanted:
    """Which rejects of a source: those that wait or all; of one reason or of any."""

    everything: bool = False
    field: str | None = None
    code: str | None = None

    @property
    def condition(self) -> str:
        """What a reject must be; its values are bound."""
        return " AND ".join((
            "r.source_id = :source", "r.reject_id > :after",
            *([] if self.everything else ["r.resolved_at IS NULL"]),
            *([] if self.code is None else ["""EXISTS (SELECT FROM jsonb_array_elements(r.reasons) AS one
                   WHERE one ->> 'code' = :code AND coalesce(one ->> 'field', '') = :field)"""])))

    def binds(self, source_id: int, after: int, limit: int) -> dict[str, Any]:
        """The condition's values."""
        return {"source": source_id, "after": after, "limit": limit,
                **({} if self.code is None else {"code": self.code, "field": self.field or ""})}


@dataclass(frozen=True)
class RejectRow:
    """One reject, whole, with the way back to the line it was."""

    reject_id: int
    batch_id: int
    door: str
    origin: str
    subject: str
    dataset: str | None
    received_at: datetime
    row_no: int
    resolved_at: datetime | None
    reasons: tuple[Reason, ...]
    row: str    # JSON, as it was kept


def identify(engine: Engine, key: str) -> int:
    """A source's number. Raises: UnknownSource; DataUnavailable."""
    with reading(engine, "the source") as connection:
        found = connection.execute(sql("SELECT source_id FROM source WHERE key = :key"), {"key": key}).scalar()
    if found is None:
        raise UnknownSource(key)
    return int(found)


def rejects(engine: Engine, source_id: int, wanted: Wanted) -> Iterator[RejectRow]:
    """The rejects wanted, in the order in which they came.

    Raises: DataUnavailable, when the database goes away meanwhile. Source: reject, batch.
    """
    after = 0
    while True:
        with reading(engine, "rejects") as connection:
            rows = connection.execute(sql(f"""
                SELECT r.reject_id, r.batch_id, b.door, b.origin, b.subject, b.dataset, b.received_at, r.row_no, r.resolved_at,
                       r.reasons, CAST(r.row AS text) AS row
                  FROM reject r JOIN batch b USING (batch_id)
                 WHERE {wanted.condition}
                 ORDER BY r.reject_id
                 LIMIT :limit"""), wanted.binds(source_id, after, PAGE)).all()
        for row in rows:
            yield RejectRow(**{**row._mapping, "reasons": reasons(row.reasons)})
        if len(rows) < PAGE:
            return
        after = rows[-1].reject_id


def columns(engine: Engine, source_id: int, wanted: Wanted) -> tuple[str, ...]:
    """The names of all columns that any of these rejects has, in the order of their letters.

    Raises: DataUnavailable. Source: reject.
    """
    found: set[str] = set()
    after: int | None = 0
    while after is not None:
        with reading(engine, "the rejects' columns") as connection:
            names, after = connection.execute(sql(f"""
                WITH part AS (
                    SELECT r.reject_id, CASE jsonb_typeof(r.row) WHEN 'object' THEN r.row END AS cells
                      FROM reject r
                     WHERE {wanted.condition}
                     ORDER BY r.reject_id
                     LIMIT :limit)
                SELECT ARRAY(SELECT DISTINCT name
                               FROM part
                              CROSS JOIN LATERAL jsonb_object_keys(part.cells) AS name),
                       (SELECT max(reject_id) FROM part)"""), wanted.binds(source_id, after, SPAN)).one()
        found.update(names)
    return tuple(sorted(found))
