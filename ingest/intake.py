"""The one path of a batch: read → check → facts or rejects → rollups, feeds and one notice, in one transaction."""

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import numpy as np
import psycopg2
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from data_access import city as cities
from data_access.city import City
from data_access.engine import sql
from ingest import feeds, rejects, rollups, snapshots
from ingest.batch import Batch, Raced, Source, Stored
from ingest.checks import Table, check
from ingest.feeds import Heard
from ingest.latest import Waiting, Words
from ingest.notify import notify
from ingest.partitions import Partitions
from ingest.registers import Registers
from ingest.rejects import Rejects
from ingest.rollups import Ledger
from ingest.sheet import Sheet, read
from ingest.subjects import Subject
from ingest.times import Instants

log = logging.getLogger("tonglan.ingest")

AGAIN = ("40001", "40P01", "23505")  # serialization, deadlock, and a key that another transaction wrote meanwhile


class NoCity(Exception):
    """No city is loaded yet, so there is nothing to take facts for."""


class KeyReused(ValueError):
    """An idempotency key came again with another subject."""


@dataclass(frozen=True)
class Sent:
    """One request: who sends what, from where."""

    source: Source
    subject: Subject
    body: bytes
    key: str | None
    origin: str


@dataclass
class Intake:
    """All that a door keeps between batches."""

    engine: Engine
    registers: Registers = field(default_factory=Registers)
    partitions: Partitions = field(default_factory=Partitions)
    caught_up: bool = False
    waiting: Waiting | None = None  # only in a door that keeps it up
    lock: Lock = field(default_factory=Lock)
    ready: tuple[City, Ledger] | None = None

    def prepared(self) -> tuple[City, Ledger]:
        """The city and its metrics, read at the first need. Raises: NoCity; DataUnavailable."""
        with self.lock:
            if self.ready is None:
                city = cities.load(self.engine)
                if city is None:
                    raise NoCity
                self.ready = city, rollups.prepare(self.engine, city)
            return self.ready

    def take(self, sent: Sent) -> dict[str, Any]:
        """Take one batch. Returns: the answer.

        Raises: Unreadable, TooMany, KeyReused, NoCity; SQLAlchemy's and psycopg2's errors, then nothing was stored.
        """
        started = time.monotonic()
        found, now = Rejects(), np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")
        fields = sent.subject.fields
        sheet = read(sent.body, [one.name for one in fields], found)
        city, book = self.prepared()
        table = check(fields, sheet.columns, sheet.count, now, found)
        if sent.subject.name == "observations":
            self.partitions.ensure(self.engine, without_rejects(table["observed_at"], found))
        for last in (False, True):
            try:
                with self.engine.begin() as connection:
                    answer, words = self.transact(connection, sent, sheet, table, found.copy(), now, city, book)
                if words is not None and self.waiting is not None:
                    self.waiting.add(words)
                break
            except (Raced, DBAPIError, psycopg2.Error) as error:
                if last or not passing(error):
                    raise
        log.info("batch=%s source=%s subject=%s rows=%d taken=%d seen=%d rejected=%d ms=%d", answer["batch"], sent.source.key,
                 sent.subject.name, sheet.count, answer["taken"], answer["seen"], answer["rejected"],
                 (time.monotonic() - started) * 1000)
        return answer

    def transact(
        self, connection: Connection, sent: Sent, sheet: Sheet, table: Table, found: Rejects, now: np.datetime64, city: City,
        book: Ledger,
    ) -> tuple[dict[str, Any], Words | None]:
        """Everything that one batch writes. Returns: the answer, and newest values that still wait to be written."""
        batch_id = open_batch(connection, sent)
        if batch_id is None:
            return answered(connection, sent), None
        batch = Batch(connection, city, book, self.registers, sent.source, batch_id, now, table, sheet.count, found,
                      may_wait=self.waiting is not None)
        nothing = Stored(0, 0, {sent.subject.feed: Heard(0, len(found.reasons))})
        stored = sent.subject.store(batch) if len(batch.good()) else nothing
        rejects.keep(connection, batch_id, sent.source.source_id, found, {row: sheet.whole(row) for row in found.reasons})
        answer = {"batch": batch_id, "taken": stored.taken, "seen": stored.seen, "rejected": len(found.reasons),
                  "reasons": found.told()}
        for fact, late in stored.late.items():
            snapshots.mark(connection, book, fact, late, now)
        feeds.write(connection, sent.source.source_id, stored.heard)
        close_batch(connection, batch_id, answer)
        notify(connection, stored.heard or [sent.subject.feed], batch_id)
        return answer, stored.waiting


def without_rejects(instants: Instants, found: Rejects) -> Instants:
    """The instants of rows that are still good."""
    return np.delete(instants, list(found.reasons))


def passing(error: Exception) -> bool:
    """Whether the same batch may well succeed a moment later."""
    code = getattr(getattr(error, "orig", error), "pgcode", None)
    return isinstance(error, Raced) or code in AGAIN


def open_batch(connection: Connection, sent: Sent) -> int | None:
    """Write the batch's row. Returns: its number; None when its key came before."""
    return connection.execute(sql("""
        INSERT INTO batch (source_id, door, origin, subject, idempotency_key)
        VALUES (:source_id, 'http', :origin, :subject, :key)
        ON CONFLICT (source_id, idempotency_key) DO NOTHING
        RETURNING batch_id"""), {
        "source_id": sent.source.source_id, "origin": sent.origin, "subject": sent.subject.name, "key": sent.key}).scalar()


def answered(connection: Connection, sent: Sent) -> dict[str, Any]:
    """The answer that was given to this key before. Raises: KeyReused."""
    row = connection.execute(sql("""
        SELECT subject, answer FROM batch WHERE source_id = :source_id AND idempotency_key = :key"""),
        {"source_id": sent.source.source_id, "key": sent.key}).one()
    if row.subject != sent.subject.name:
        raise KeyReused(f"this Idempotency-Key was used for {row.subject} before")
    answer: dict[str, Any] = row.answer
    return answer


def close_batch(connection: Connection, batch_id: int, answer: dict[str, Any]) -> None:
    """Write what became of the batch, and the answer."""
    connection.execute(sql("""
        UPDATE batch SET taken = :taken, seen = :seen, rejected = :rejected, answer = CAST(:answer AS jsonb)
         WHERE batch_id = :batch_id"""), {
        "batch_id": batch_id, "taken": answer["taken"], "seen": answer["seen"], "rejected": answer["rejected"],
        "answer": rejects.written(answer)})
