"""The health of every source: what it last said, against its promise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text

SourceState = Literal["live", "stale", "dead", "archive", "silent"]
DEAD_AFTER = 3


@dataclass(frozen=True)
class Source:
    """One source: `archive` promises nothing new, `silent` does and has never spoken."""

    key: str
    name: Text
    owner: str
    licence: str
    kind: str
    simulated: bool
    promise: timedelta | None
    last_at: datetime | None
    last_received_at: datetime | None
    taken: int
    rejected: int
    marked: int = 0         # of those taken: let in with a warning
    url: str | None = None

    def state(self, now: datetime) -> SourceState:
        """Live within its promise, stale beyond it, dead beyond three times."""
        if self.promise is None:
            return "archive"
        if self.last_received_at is None:
            return "silent"
        age = now - self.last_received_at
        if age <= self.promise:
            return "live"
        return "stale" if age <= DEAD_AFTER * self.promise else "dead"


def sources(engine: Engine) -> tuple[Source, ...]:
    """Every source, by key. Raises: DataUnavailable. Source: source, feed; batch for what has no feed, as boundaries."""
    with reading(engine, "sources") as connection:
        rows = connection.execute(sql("""
            SELECT s.key, s.name_zh, s.name_en, s.owner, s.licence, s.kind, s.simulated, s.refresh_seconds,
                   s.url, coalesce(sum(f.marked), 0) AS marked, max(f.last_at) AS last_at,
                   CASE WHEN count(f.source_id) > 0 THEN max(f.last_received_at)
                        ELSE (SELECT max(b.received_at) FROM batch b WHERE b.source_id = s.source_id) END AS last_received_at,
                   CASE WHEN count(f.source_id) > 0 THEN sum(f.taken)
                        ELSE (SELECT coalesce(sum(b.taken), 0) FROM batch b WHERE b.source_id = s.source_id) END AS taken,
                   coalesce(sum(f.rejected), 0) AS rejected
              FROM source s LEFT JOIN feed f USING (source_id)
             GROUP BY s.source_id ORDER BY s.key""")).all()
    return tuple(Source(
        r.key, Text(r.name_zh, r.name_en), r.owner, r.licence, r.kind, r.simulated,
        None if r.refresh_seconds is None else timedelta(seconds=r.refresh_seconds),
        r.last_at, r.last_received_at, int(r.taken), int(r.rejected), int(r.marked), r.url) for r in rows)
