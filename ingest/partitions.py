"""Partitions of `observation`: a UTC day each, a year each where the whole year is long past.

They are made before a batch's own transaction, under a lock, and attached rather than created in
place, so that readers of the other partitions never wait.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, Engine

from data_access.engine import sql
from ingest.times import Instants

OLD = timedelta(days=400)
LOCK = 7_065_001
NAME = re.compile(r"observation_(\d{4})(?:_(\d\d)_(\d\d))?")


@dataclass
class Partitions:
    """The partitions known to exist."""

    years: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

    def covers(self, day: date) -> bool:
        """Whether the day has a partition."""
        return day in self.days or day.year in self.years

    def ensure(self, engine: Engine, observed_at: Instants) -> None:
        """Make the partitions that these instants need, in a transaction of its own."""
        if self.missing(observed_at):
            with engine.begin() as connection:
                self.within(connection, observed_at)

    def within(self, connection: Connection, observed_at: Instants) -> None:
        """Make the partitions that these instants need, in the caller's transaction."""
        self.make(connection, self.missing(observed_at))

    def missing(self, observed_at: Instants) -> list[date]:
        """The days without a known partition."""
        days = np.unique(observed_at.astype("datetime64[D]")).astype(object)
        return [day for day in days if not self.covers(day)]

    def make(self, connection: Connection, days: list[date]) -> None:
        """Make partitions for the days, unless somebody else just did."""
        connection.execute(sql("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        self.read(connection)
        today = datetime.now(UTC).date()
        for day in days:
            if self.covers(day):
                continue
            if date(day.year, 12, 31) < today - OLD and not any(other.year == day.year for other in self.days):
                attach(connection, f"observation_{day.year:04d}", date(day.year, 1, 1), date(day.year + 1, 1, 1))
                self.years.add(day.year)
            else:
                attach(connection, f"observation_{day:%Y_%m_%d}", day, day + timedelta(days=1))
                self.days.add(day)

    def read(self, connection: Connection) -> None:
        """Read which partitions exist."""
        names = connection.execute(sql("""
            SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'observation'::regclass""")).scalars()
        for match in filter(None, map(NAME.fullmatch, names)):
            year, month, day = match.groups()
            if month is None:
                self.years.add(int(year))
            else:
                self.days.add(date(int(year), int(month), int(day)))


def attach(connection: Connection, name: str, start: date, end: date) -> None:
    """Make one partition for [start, end). The name and the bounds are built from dates alone."""
    connection.exec_driver_sql(f'CREATE TABLE "{name}" (LIKE observation INCLUDING ALL)')
    connection.exec_driver_sql(
        f'ALTER TABLE observation ATTACH PARTITION "{name}" FOR VALUES FROM (\'{start}\') TO (\'{end}\')')
