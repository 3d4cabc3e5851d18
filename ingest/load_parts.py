"""A file in parts: each is one transaction with its facts, rejects, rollups, feed, job and notice.

A part is remembered by its batch's idempotency key, so a load that was stopped goes on where it was,
and a load that is done does nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine

from data_access.city import City
from data_access.engine import sql
from indicators.text import Text
from ingest import feeds
from ingest.copy import copy_rows
from ingest.feeds import Heard
from ingest.load_batch import close_batch, open_batch, source_number
from ingest.notify import notify
from ingest.progress import Progress, Report, tell
from ingest.rejects import Kept, Rejects, keep
from ingest.rollups import roll_up
from ingest.tables import FIRST_LINE, count, frames, whole

LAST = "end"


@dataclass(frozen=True)
class Facts:
    """What some rows of a file came to: columns of the table (row_no among them), and what could not be taken."""

    columns: dict[str, Any]
    rejects: Rejects
    feeds: dict[str, Heard]
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset:
    """A file of facts: whose, into which table, and by which mapping of its rows."""

    source: str
    name: str                # the file's, with its package
    path: Path
    table: str
    fact: str                # as in indicators.facts
    subject: str
    title: Text
    unit: Text
    mapping: Callable[[Connection, int, pd.DataFrame], Facts]
    part_rows: int           # so many that a part takes less than a second
    deferred: Mapping[str, str] = field(default_factory=dict)  # indexes that cost less when built at the end

    @property
    def stamp(self) -> str:
        """The file as it is now; another size is another file."""
        return f"{self.name}@{self.path.stat().st_size}"

    @property
    def job(self) -> str:
        """The key of its job."""
        return f"load:{self.source}:{self.subject}"


def load_dataset(engine: Engine, city: City, dataset: Dataset, report: Report) -> None:
    """Load the parts of a file that are not in yet, and see that its indexes are there."""
    with engine.connect() as connection:
        source_id = source_number(connection, dataset.source)
        done = parts_done(connection, source_id, dataset.stamp)
    if f"{dataset.stamp}:{LAST}" not in done:
        load_missing(engine, city, dataset, source_id, done, report)
    with engine.begin() as connection:
        for statement in dataset.deferred.values():
            connection.exec_driver_sql(statement)


def load_missing(engine: Engine, city: City, dataset: Dataset, source_id: int, done: set[str], report: Report) -> None:
    """Load the parts whose keys are not among those done."""
    if not done:
        with engine.begin() as connection:
            for name in dataset.deferred:
                connection.exec_driver_sql(f'DROP INDEX IF EXISTS "{name}"')
    total = count(dataset.path)
    for part, key in parts(dataset):
        at = int(part.index[-1]) - FIRST_LINE + 1
        progress = Progress(dataset.job, dataset.title, dataset.unit, at, max(total, at), finished=key.endswith(f":{LAST}"))
        if key not in done:
            with engine.begin() as connection:
                load_part(connection, city, dataset, source_id, key, part)
                tell(connection, progress)
        report(progress)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'ANALYZE "{dataset.table}"')


def parts(dataset: Dataset) -> Iterator[tuple[pd.DataFrame, str]]:
    """The parts of the file with their idempotency keys; the last one's says that it is."""
    coming = frames(dataset.path, dataset.part_rows)
    part = next(coming, None)
    while part is not None:
        after = next(coming, None)
        yield part, f"{dataset.stamp}:{part.index[0] if after is not None else LAST}"
        part = after


def parts_done(connection: Connection, source_id: int, stamp: str) -> set[str]:
    """The idempotency keys of the file's parts that are in."""
    rows = connection.execute(sql("""
        SELECT idempotency_key FROM batch WHERE source_id = :source AND starts_with(idempotency_key, :stamp)"""),
        {"source": source_id, "stamp": f"{stamp}:"})
    return set(rows.scalars())


def load_part(connection: Connection, city: City, dataset: Dataset, source_id: int, key: str, part: pd.DataFrame) -> None:
    """Take one part: facts, rejects, rollups, feeds and the notice."""
    batch_id = open_batch(connection, source_id, dataset.name, dataset.subject, key)
    facts = dataset.mapping(connection, source_id, part)
    taken, seen = append(connection, dataset.table, facts.columns | {"batch_id": np.full(len(facts.columns["row_no"]), batch_id)})
    keep(connection, batch_id, [Kept(line, reasons, whole(part, line)) for line, reasons in facts.rejects.reasons.items()])
    if taken:
        roll_up(connection, city, dataset.fact, [batch_id])
    feeds.write(connection, source_id, facts.feeds)
    close_batch(connection, batch_id, taken, seen, len(facts.rejects.reasons), facts.answer)
    notify(connection, sorted(facts.feeds), batch_id)


def append(connection: Connection, table: str, columns: dict[str, Any]) -> tuple[int, int]:
    """Write facts that are not there yet. Returns: how many were written, and how many were there."""
    names = list(columns)
    listed = ", ".join(f'"{name}"' for name in names)  # names of our own tables' columns
    connection.exec_driver_sql(f'CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {listed} FROM "{table}" WITH NO DATA')
    given = copy_rows(connection, "incoming", names, columns)
    written = connection.exec_driver_sql(
        f'INSERT INTO "{table}" ({listed}) SELECT {listed} FROM incoming ON CONFLICT DO NOTHING').rowcount
    connection.exec_driver_sql("DROP TABLE incoming")
    return written, given - written
