"""A city whose sources have fallen silent, without touching the city: views over its tables in a scratch schema.

`silenced()` makes the schema: its views tell of the source of devices with the shortest promise as if nothing had come of it
for two hours, or for four times its promise where that is longer (dead), and of one other as if it were half a promise late
(stale). `server()` is the application whose sessions look into that schema first and may write nothing. The city's own
tables are only read, its running screen sees none of it, and the schema goes when the block is left, by an error, too;
what a killed run left behind goes with the next one.

Hourly sums stay as they are: what a source sent before it "fell silent" and what it sent since stand in one row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, event

import app
from data_access.engine import sql
from data_access.sources import DEAD_AFTER, Source, sources
from live.mount import Wsgi

SCHEMA = "tonglan_shots"
DEAD_FOR = timedelta(hours=2)
LATE = 1.5                        # promises since a stale source spoke
FED = ("case", "warning")         # what the screen's own feed lists: a source of it cannot be late beside its newest rows

CLIPPED = """
    CREATE VIEW {schema}.{table} AS
    SELECT {columns} FROM public.{table} f LEFT JOIN {schema}.hushed h USING (source_id)"""
VIEWS = """
    CREATE VIEW {schema}.batch AS
    SELECT b.* FROM public.batch b
     WHERE NOT EXISTS (SELECT FROM {schema}.hushed h WHERE h.source_id = b.source_id AND b.received_at > h.until);

    CREATE VIEW {schema}.observation AS
    SELECT o.* FROM public.observation o
     WHERE NOT EXISTS (SELECT FROM public.device d JOIN {schema}.hushed h USING (source_id)
                        WHERE d.device_id = o.device_id AND o.observed_at > h.until);

    CREATE TABLE {schema}.last_word AS
    SELECT l.device_id, l.property_id, spoken.observed_at, spoken.value
      FROM public.latest_observation l
      JOIN public.device d USING (device_id)
      JOIN {schema}.hushed h USING (source_id)
     CROSS JOIN LATERAL (SELECT o.observed_at, o.value
                           FROM public.observation o
                          WHERE o.device_id = l.device_id AND o.property_id = l.property_id AND o.observed_at <= h.until
                          ORDER BY o.observed_at DESC
                          LIMIT 1) AS spoken;
    ALTER TABLE {schema}.last_word ADD PRIMARY KEY (device_id, property_id);
    ANALYZE {schema}.last_word;

    CREATE VIEW {schema}.latest_observation AS
    SELECT * FROM {schema}.last_word
     UNION ALL
    SELECT l.* FROM public.latest_observation l
     WHERE NOT EXISTS (SELECT FROM public.device d JOIN {schema}.hushed h USING (source_id) WHERE d.device_id = l.device_id)"""


@dataclass(frozen=True)
class Hushed:
    """The sources that have fallen silent; None where the city has none of that kind."""

    dead: Source | None
    stale: Source | None

    def until(self, now: datetime) -> dict[str, datetime]:
        """Since when nothing came of each, by key."""
        found = {}
        if self.dead and self.dead.promise:
            found[self.dead.key] = now - max(DEAD_FOR, (DEAD_AFTER + 1) * self.dead.promise)
        if self.stale and self.stale.promise:
            found[self.stale.key] = now - LATE * self.stale.promise
        return found


def chosen(engine: Engine) -> Hushed:
    """Which of the city's sources fall silent."""
    with engine.connect() as connection:
        fed = set(connection.execute(sql("""
            SELECT DISTINCT s.key FROM feed f JOIN source s USING (source_id) WHERE f.subject = ANY(:fed)"""),
            {"fed": list(FED)}).scalars())
    speaking = sorted((one for one in sources(engine) if one.promise and one.last_received_at), key=promised)
    dead = next((one for one in speaking if one.kind == "iot"), None)
    return Hushed(dead, next((one for one in speaking if one != dead and one.key not in fed), None))


def promised(source: Source) -> timedelta:
    """How often it promises to speak."""
    return source.promise or timedelta.max


@contextmanager
def silenced(engine: Engine, hushed: Hushed, now: datetime) -> Iterator[None]:
    """Have sources fall silent in the scratch schema, for as long as the block lasts."""
    try:
        with engine.begin() as connection:
            connection.execute(sql("SET LOCAL statement_timeout = '60s'"))
            make(connection, hushed.until(now))
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def make(connection: Connection, until: dict[str, datetime]) -> None:
    """The scratch schema."""
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    connection.exec_driver_sql(f"CREATE TABLE {SCHEMA}.hushed (source_id smallint PRIMARY KEY, until timestamptz NOT NULL)")
    for key, moment in until.items():
        connection.execute(sql(f"INSERT INTO {SCHEMA}.hushed SELECT source_id, :until FROM source WHERE key = :key"),
                           {"key": key, "until": moment})
    for table, times in {"feed": ("last_at", "last_received_at"), "device": ("last_at",)}.items():
        columns = ", ".join(clipped(name, times) for name in connection.execute(sql("""
            SELECT attname FROM pg_attribute
             WHERE attrelid = to_regclass('public.' || :table) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""),
            {"table": table}).scalars())
        connection.exec_driver_sql(CLIPPED.format(schema=SCHEMA, table=table, columns=columns))
    connection.exec_driver_sql(VIEWS.format(schema=SCHEMA))


def clipped(column: str, times: tuple[str, ...]) -> str:
    """A column as it is, or a time no later than the silence's beginning."""
    return f"CASE WHEN f.{column} > h.until THEN h.until ELSE f.{column} END AS {column}" if column in times else f"f.{column}"


def server() -> Wsgi:
    """The application that sees the silence, for a WSGI server."""
    event.listen(Engine, "connect", look_there_first)
    return app.server()


def look_there_first(connection: Any, _record: object) -> None:
    """Have a new session find the scratch schema before the city's, and write nothing."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {SCHEMA}, public; SET default_transaction_read_only = on")
    connection.commit()
