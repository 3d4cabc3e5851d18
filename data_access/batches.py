"""What came from a source: its batches, its datasets, and how its rows arrive through time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.every_row import streamed
from indicators.windows import DAY, midnight

HOUR = timedelta(hours=1)
MOST = 100_000  # batches that a source's datasets are counted over
OF = "(SELECT source_id FROM source WHERE key = :key)"
LINE = "b.batch_id, b.door, b.origin, b.subject, b.dataset, b.received_at, b.taken, b.seen, b.marked, b.rejected"


@dataclass(frozen=True)
class BatchLine:
    """One batch in a list: what came by which door from where, and what became of its rows."""

    batch_id: int
    door: str
    origin: str
    subject: str
    dataset: str | None     # "source/dataset" of the pack; None for what came over HTTP
    received_at: datetime
    taken: int
    seen: int
    marked: int
    rejected: int


@dataclass(frozen=True)
class DatasetLine:
    """What a source has said of one subject, or of one dataset of the pack."""

    subject: str
    dataset: str | None
    batches: int
    last_received_at: datetime
    taken: int
    seen: int
    marked: int
    rejected: int


@dataclass(frozen=True)
class Datasets:
    """A source's datasets; `since` is the oldest batch counted where there are more than could be counted, else None."""

    lines: tuple[DatasetLine, ...]
    since: datetime | None


@dataclass(frozen=True)
class Arrivals:
    """Rows taken and rejected in each of some equal spans, oldest first; the last one still runs."""

    start: datetime
    step: timedelta
    taken: tuple[int, ...]
    rejected: tuple[int, ...]


def batches(engine: Engine, key: str, limit: int, wanted: int | None = None) -> tuple[BatchLine, ...]:
    """A source's newest batches, newest first; the one wanted too, last where it is none of them.

    Raises: DataUnavailable. Source: batch.
    """
    with reading(engine, "batches") as connection:
        rows = connection.execute(sql(f"""
            SELECT {LINE}
              FROM batch b
             WHERE b.source_id = {OF}
             ORDER BY b.received_at DESC, b.batch_id DESC
             LIMIT :limit"""), {"key": key, "limit": limit}).all()
        if wanted is not None and all(row.batch_id != wanted for row in rows):
            rows = [*rows, *connection.execute(sql(f"""
                SELECT {LINE}
                  FROM batch b
                 WHERE b.source_id = {OF} AND b.batch_id = CAST(:wanted AS bigint)"""), {"key": key, "wanted": wanted})]
    return tuple(BatchLine(*row) for row in rows)


def every_batch(engine: Engine, key: str) -> Iterator[list[BatchLine]]:
    """All of a source's batches, newest first, in pieces through a cursor of the server.

    Raises: DataUnavailable. Source: batch.
    """
    with reading(engine, "batches", transaction=True) as connection:
        for piece in streamed(connection, f"""
            SELECT {LINE}
              FROM batch b
             WHERE b.source_id = {OF}
             ORDER BY b.received_at DESC, b.batch_id DESC""", {"key": key}):
            yield [BatchLine(*row) for row in piece]


def datasets(engine: Engine, key: str) -> Datasets:
    """What a source has said, by subject and dataset, over its newest `MOST` batches; the newest first.

    Raises: DataUnavailable. Source: batch.
    """
    with reading(engine, "datasets") as connection:
        rows = connection.execute(sql(f"""
            WITH newest AS (
                SELECT b.subject, b.dataset, b.received_at, b.taken, b.seen, b.marked, b.rejected
                  FROM batch b
                 WHERE b.source_id = {OF}
                 ORDER BY b.received_at DESC
                 LIMIT :most)
            SELECT subject, dataset, count(*), max(received_at), sum(taken), sum(seen), sum(marked), sum(rejected),
                   min(received_at)
              FROM newest
             GROUP BY subject, dataset
             ORDER BY max(received_at) DESC, subject, dataset"""), {"key": key, "most": MOST}).all()
    whole = sum(row[2] for row in rows) < MOST
    return Datasets(tuple(DatasetLine(row[0], row[1], row[2], row[3], *map(int, row[4:8])) for row in rows),
                    None if whole else min(row[8] for row in rows))


def hourly(engine: Engine, now: datetime, hours: int, key: str | None = None) -> dict[str, Arrivals]:
    """How rows arrived in the last `hours`, the running one among them, for each source or for one.

    Raises: DataUnavailable. Source: batch.
    """
    first = now.replace(minute=0, second=0, microsecond=0) - (hours - 1) * HOUR
    with reading(engine, "arrivals") as connection:
        rows = connection.execute(sql("""
            SELECT s.key, came.at, came.taken, came.rejected
              FROM source s
              LEFT JOIN LATERAL (SELECT date_bin('1 hour', b.received_at, :start) AS at, sum(b.taken) AS taken,
                                        sum(b.rejected) AS rejected
                                   FROM batch b
                                  WHERE b.source_id = s.source_id AND b.received_at >= :start
                                  GROUP BY 1) AS came ON TRUE
             WHERE CAST(:key AS text) IS NULL OR s.key = :key"""), {"start": first, "key": key}).all()
    return spread(rows, first, HOUR, [first + n * HOUR for n in range(hours)])


def daily(engine: Engine, now: datetime, days: int, zone: Any, key: str) -> Arrivals:
    """How a source's rows arrived on the last `days` days of the city, today among them.

    Raises: DataUnavailable. Source: batch.
    """
    today = now.astimezone(zone).date()
    starts = [midnight(today - n * DAY, zone) for n in reversed(range(days))]
    with reading(engine, "arrivals") as connection:
        rows = connection.execute(sql(f"""
            SELECT CAST(:key AS text), date_trunc('day', b.received_at AT TIME ZONE :zone) AT TIME ZONE :zone, sum(b.taken),
                   sum(b.rejected)
              FROM batch b
             WHERE b.source_id = {OF} AND b.received_at >= :start
             GROUP BY 2"""), {"key": key, "start": starts[0], "zone": str(zone)}).all()
    return spread(rows or [(key, None, 0, 0)], starts[0], DAY, starts)[key]


def spread(rows: Any, start: datetime, step: timedelta, places: list[datetime]) -> dict[str, Arrivals]:
    """Sums by source and span as a course each, with zeros where nothing came."""
    sums: dict[str, dict[datetime, tuple[int, int]]] = {}
    for key, at, taken, rejected in rows:
        known = sums.setdefault(key, {})
        if at is not None:
            known[at] = (int(taken), int(rejected))
    nothing = (0, 0)
    return {key: Arrivals(start, step, tuple(known.get(at, nothing)[0] for at in places),
                          tuple(known.get(at, nothing)[1] for at in places)) for key, known in sums.items()}
