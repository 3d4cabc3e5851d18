"""How long single facts are kept: what is older stands in the rollups, and its rows are given up, a few at a time.

From when on rows are there is written first, and waits for the batches under way; later ones take nothing older. So no row that
was counted and given up is counted a second time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from data_access.city import City
from data_access.engine import sql

STOPS = "stop_event"
ROWS = 5_000        # of one transaction, so that nobody waits for it
TURNS = 40          # transactions of one round
LOADING = "SELECT 1 FROM job WHERE finished_at IS NULL LIMIT 1"


@dataclass(frozen=True)
class Since:
    """From when on there are rows of a fact: the UTC hour, and the first day of the city that is there as a whole."""

    at: datetime
    day: date


def there_since(connection: Connection) -> Mapping[str, Since]:
    """The facts of which old rows were given up. Source: kept_since."""
    rows = connection.execute(sql("SELECT fact, at, day FROM kept_since WHERE at IS NOT NULL"))
    return {row.fact: Since(row.at, row.day) for row in rows}


def border(zone: ZoneInfo, now: datetime, days: int) -> Since:
    """From when on rows stay that are kept for so many days."""
    day = now.astimezone(zone).date() - timedelta(days=days)
    midnight = datetime.combine(day, clock(), zone).timestamp()
    return Since(datetime.fromtimestamp(midnight // 3600 * 3600, now.tzinfo), day)


def give_up(engine: Engine, city: City, now: datetime, days: int) -> int:
    """Give up stops that were due before so many days, unless something is being loaded. Returns: how many rows went."""
    wanted = border(city.zone, now, days)
    with engine.begin() as connection:
        if connection.execute(sql(LOADING)).scalar() is not None:
            return 0
        connection.execute(sql("""
            UPDATE kept_since SET at = :at, day = :day
             WHERE fact = :fact AND (at IS NULL OR at < :at)
               AND EXISTS (SELECT 1 FROM stop_event WHERE scheduled_at < :at)"""),
            {"fact": STOPS, "at": wanted.at, "day": wanted.day})
    gone = 0
    for _ in range(TURNS):
        with engine.begin() as connection:
            some = connection.execute(sql("""
                DELETE FROM stop_event WHERE stop_event_id IN (
                    SELECT stop_event_id FROM stop_event
                     WHERE scheduled_at < (SELECT at FROM kept_since WHERE fact = :fact)
                     ORDER BY scheduled_at LIMIT :rows FOR UPDATE SKIP LOCKED)"""), {"fact": STOPS, "rows": ROWS}).rowcount
        gone += some
        if some < ROWS:
            break
    return gone


def held(connection: Connection, fact: str) -> datetime | None:
    """From when on there are rows of a fact, which stays so until the transaction ends; None: all are there."""
    since = connection.execute(sql("SELECT at FROM kept_since WHERE fact = :fact FOR SHARE"), {"fact": fact})
    at: datetime | None = since.scalar()
    return at
