"""Snapshots: the stocks as they stood at past instants, for every region, so that yesterday can be drawn.

A snapshot is taken by counting a fact once for all of its stocks. Facts that come late mark what
was recorded as dirty; `fill` records it again.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, Engine

from data_access.city import City
from data_access.engine import sql
from indicators.definition import Stock
from indicators.metrics import STOCKS
from indicators.statements import stock_statement
from ingest.batch import Late
from ingest.notify import notify
from ingest.rollups import Ledger, prepare

log = logging.getLogger("tonglan.snapshots")

LOCK = 7_065_003
HOURS_KEPT = timedelta(days=8)     # of hourly snapshots
SETTLED = timedelta(minutes=2)     # an instant is recorded this long after it passed: stragglers are in by then
RECENT = timedelta(hours=2)        # recorded even while long work is bringing facts
BUSY = timedelta(seconds=60)       # a job that reported within this time is running


@dataclass(frozen=True)
class Due:
    """An instant to record for some stocks of one fact."""

    at: datetime
    fact: str
    keys: tuple[str, ...]


def by_fact(keys: Collection[str]) -> dict[str, tuple[Stock, ...]]:
    """The stocks of each fact."""
    chosen = [STOCKS[key] for key in keys]
    facts = sorted({stock.fact for stock in chosen})
    return {fact: tuple(stock for stock in chosen if stock.fact == fact) for fact in facts}


def mark(connection: Connection, book: Ledger, fact: str, late: Late, now: np.datetime64) -> None:
    """Mark snapshots that late facts have made wrong; nothing to do for facts of the running hour."""
    numbers = [number for key, number in book.stocks.items() if STOCKS[key].fact == fact]
    if not numbers or late.since >= now.astype("datetime64[h]"):
        return
    # a recording of this fact that is under way ends first: what it wrote is then seen here, and marked
    connection.execute(sql("SELECT pg_advisory_xact_lock_shared(:lock, hashtext(:fact))"), {"lock": LOCK, "fact": fact})
    connection.execute(sql("""
        UPDATE snapshot_taken SET dirty = true
         WHERE metric_id = ANY(:numbers) AND NOT dirty
           AND at >= :since AND at <= COALESCE(CAST(:until AS timestamptz), 'infinity')"""), {
        "numbers": numbers, "since": late.since.astype(object).replace(tzinfo=UTC),
        "until": None if late.until is None else late.until.astype(object).replace(tzinfo=UTC)})


def record(engine: Engine, city: City, stock_keys: Sequence[str], at: datetime) -> None:
    """Write the stocks of these keys as they stood at an instant, for every region; what was there is replaced."""
    book = prepare(engine, city)
    for fact, stocks in by_fact(stock_keys).items():
        with engine.begin() as connection:
            write(connection, book, fact, stocks, at)
            notify(connection, ["snapshot"])


def recorded(engine: Engine, city: City, now: datetime) -> None:
    """Record the stocks whose facts are too many to be counted at every look."""
    record(engine, city, [key for key, stock in STOCKS.items() if stock.recorded], now)


def write(connection: Connection, book: Ledger, fact: str, stocks: Sequence[Stock], at: datetime) -> None:
    """Count one fact once for several stocks."""
    numbers = {"numbers": [book.stocks[stock.key] for stock in stocks], "at": at}
    # batches with late facts end first, and are then counted; those that come later wait, and mark this dirty
    connection.execute(sql("SELECT pg_advisory_xact_lock(:lock, hashtext(:fact))"), {"lock": LOCK, "fact": fact})
    connection.execute(sql("""
        INSERT INTO snapshot_taken (metric_id, at) SELECT unnest(CAST(:numbers AS smallint[])), :at
        ON CONFLICT (metric_id, at) DO UPDATE SET dirty = false"""), numbers)
    connection.execute(sql("DELETE FROM snapshot WHERE metric_id = ANY(:numbers) AND at = :at"), numbers)
    connection.execute(sql("SET LOCAL statement_timeout = 0"))
    connection.execute(sql(f"""
        INSERT INTO snapshot (metric_id, region_id, at, n, total)
        SELECT t.metric_id, c.region_id, :at, t.n, t.total
          FROM ({stock_statement(fact, stocks, all_regions=True)}) AS c
         CROSS JOIN LATERAL unnest(CAST(:numbers AS smallint[]), c.ns, c.totals) AS t (metric_id, n, total)
         WHERE t.n <> 0"""), numbers)


def wanted(connection: Connection, city: City, now: datetime) -> list[datetime]:
    """The instants that should be recorded, newest first: the hours of eight days, and each midnight since the first case."""
    hour = (now - SETTLED).replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=back) for back in range(int(HOURS_KEPT / timedelta(hours=1)))]
    first = connection.execute(sql("SELECT min(reported_at) FROM city_case")).scalar()
    day = hour.astimezone(city.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    midnights = []
    while first is not None and (midnight := day.replace(tzinfo=city.zone).astimezone(UTC)) >= first:
        midnights.append(midnight)
        day -= timedelta(days=1)
    return sorted({*hours, *midnights}, reverse=True)


def due(connection: Connection, city: City, book: Ledger, now: datetime) -> list[Due]:
    """What is not recorded, newest first; then what has become dirty.

    While long work brings facts of long ago, only the last hours: the others would have to be recorded again.
    """
    rows = connection.execute(sql("SELECT metric_id, at, dirty FROM snapshot_taken"))
    taken = {(row.metric_id, row.at): row.dirty for row in rows}
    busy = connection.execute(sql("SELECT EXISTS (SELECT FROM job WHERE finished_at IS NULL AND updated_at > :since)"),
                              {"since": now - BUSY}).scalar()
    instants = [at for at in wanted(connection, city, now) if not busy or at > now - RECENT]
    stocks = by_fact([key for key, stock in STOCKS.items() if not stock.recorded])

    def with_state(state: bool | None) -> list[Due]:
        found = [Due(at, fact, tuple(one.key for one in ones if taken.get((book.stocks[one.key], at)) is state))
                 for at in instants for fact, ones in stocks.items()]
        return [one for one in found if one.keys]

    return with_state(None) + with_state(True)


def fill(engine: Engine, city: City, now: datetime, *, rest: Callable[[float], None] = time.sleep, share: float = 0.4) -> int:
    """Record what is missing or dirty, one instant and fact at a time, using at most `share` of the time.

    One runner at a time in the whole database. Returns: how many were recorded.
    """
    with engine.connect() as guard:
        if not guard.execute(sql("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar():
            return 0
        guard.commit()
        try:
            book = prepare(engine, city)
            with engine.connect() as connection:
                work = due(connection, city, book, now)
            for one in work:
                started = time.monotonic()
                with engine.begin() as connection:
                    write(connection, book, one.fact, [STOCKS[key] for key in one.keys], one.at)
                rest((time.monotonic() - started) * (1 / share - 1))
            if work:
                with engine.begin() as connection:
                    notify(connection, ["snapshot"])
            return len(work)
        finally:
            guard.execute(sql("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            guard.commit()
