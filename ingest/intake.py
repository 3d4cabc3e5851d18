"""The one path of a batch, whatever door it comes by: check → facts or rejects → rollups, feeds and one notice.

All of it is one transaction.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from threading import Event, Lock
from typing import Any

import numpy as np
import psycopg2
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from data_access import city as cities
from data_access.city import City
from data_access.engine import sql
from geo.assign import OUTSIDE
from ingest import feeds, rejects, rollups, snapshots
from ingest.batch import Batch, Fate, Novelty, Options, Raced, Source, Stored, nothing
from ingest.checks import Column, Table, check
from ingest.feeds import Heard
from ingest.later import Later, at_the_end
from ingest.latest import Waiting, Words
from ingest.notify import notify
from ingest.partitions import Partitions
from ingest.quality import arrivals, wide
from ingest.quality import checks as quality
from ingest.quality.arrivals import Came
from ingest.quality.checks import Context
from ingest.quality.keys import Keys
from ingest.quality.spec import Rule
from ingest.registers import Registers
from ingest.rejects import Kept, Rejects
from ingest.rollups import Ledger
from ingest.subjects import Subject
from ingest.times import Instants

log = logging.getLogger("tonglan.ingest")

AGAIN = ("40001", "40P01", "23505")  # serialization, deadlock, and a key that another transaction wrote meanwhile


class NoCity(Exception):
    """No city is loaded yet, so there is nothing to take facts for."""


class KeyReused(ValueError):
    """An idempotency key came again with another subject."""


@dataclass(frozen=True)
class Delivery:
    """Rows that a door hands over, by column: as they came or typed already, as `checks.check` takes them.

    `lines` and `whole` say for each row where a person finds it, and how it came. `unread` are rows that
    no columns could be made of; they count as rejected.
    """

    source: Source
    subject: Subject
    columns: Mapping[str, Sequence[Any] | Column]
    lines: NDArray[np.int64]
    whole: Callable[[int], Any]
    door: str                   # file, http, retry, or the protocol that it came by
    origin: str
    key: str | None = None
    dataset: str | None = None
    rejects: Rejects = field(default_factory=Rejects)
    marks: Rejects = field(default_factory=Rejects)
    unread: Sequence[Kept] = ()
    options: Options = field(default_factory=Options)
    checks: Sequence[Rule] = ()
    keys: Keys = field(default_factory=Keys)  # of the rows that came before these
    novelty: Novelty = field(default_factory=Novelty)
    again: Mapping[int, int] = field(default_factory=dict)  # of a retry: line → reject

    @property
    def count(self) -> int:
        """How many rows there are, but for those unread."""
        return len(self.lines)


@dataclass(frozen=True)
class Judged:
    """A delivery's rows typed, with what was found against them before the database was asked."""

    table: Table
    found: Rejects
    marks: Rejects
    now: np.datetime64


@dataclass(frozen=True)
class Turn:
    """Batches that come together write their facts in their order, and the rollups of one while the next writes its facts.

    `others` waits until all before are in, for the last one, which says that they are.
    """

    begin: Event = field(default_factory=Event)
    written: Event = field(default_factory=Event)
    others: Callable[[], None] = nothing

    @classmethod
    def first(cls) -> "Turn":
        """The turn of a batch that no other comes before."""
        made = cls()
        made.begin.set()
        return made

    def next(self) -> "Turn":
        """The turn of the batch after this one."""
        return Turn(self.written)

    def start(self) -> None:
        """Wait until the batch before has written its facts."""
        self.begin.wait()

    def end(self) -> None:
        """Let the next one begin, once the facts are written. Raises: what went wrong with a batch before the last one."""
        self.written.set()
        self.others()


Also = Callable[[Connection, int, Rejects], None]  # with the batch's number and its rejects, in its transaction


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

    def take_in_turn(self, came: Delivery, judged: Judged, turn: Turn, also: Also) -> dict[str, Any]:
        """Take one of several batches that come together. Returns: the answer. Raises: as `take`."""
        try:
            return self.take(came, also, judged, turn)
        finally:
            turn.start()
            turn.written.set()

    def take(
        self, came: Delivery, also: Also | None = None, judged: Judged | None = None, turn: Turn | None = None
    ) -> dict[str, Any]:
        """Take one batch, and do what else belongs into its transaction. Returns: the answer.

        Raises: KeyReused, NoCity; SQLAlchemy's and psycopg2's errors, then nothing was stored.
        """
        started = time.monotonic()
        city, book = self.prepared()
        judged = judged or self.fitted(came)
        for last in (False, False, True):
            try:
                with self.engine.begin() as connection:
                    answer, words = self.transact(connection, came, judged, city, book, also, turn)
                if words is not None and self.waiting is not None:
                    self.waiting.add(words)
                break
            except (Raced, DBAPIError, psycopg2.Error) as error:
                if last or not passing(error):
                    raise
                came.novelty.likely = False
        log.info("batch=%s source=%s subject=%s rows=%d taken=%d seen=%d rejected=%d ms=%d", answer["batch"], came.source.key,
                 came.subject.name, came.count, answer["taken"], answer["seen"], answer["rejected"],
                 (time.monotonic() - started) * 1000)
        return answer

    def take_within(self, came: Delivery, later: Later) -> dict[str, Any]:
        """Take one batch in a transaction that holds more than it. Returns: the answer."""
        answer, _ = self.transact(later.connection, came, self.fitted(came), later.city, later.book, later=later)
        return answer

    def fitted(self, came: Delivery) -> Judged:
        """The rows judged, and partitions made for them."""
        judged = self.judge(came)
        if came.subject.name == "observations":
            self.partitions.ensure(self.engine, without_rejects(judged.table["observed_at"], judged.found))
        return judged

    def judge(self, came: Delivery) -> Judged:
        """Type the rows and check them as far as that needs no facts."""
        found, now = came.rejects.copy(), np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")
        table = check(came.subject.taking(came.columns), came.columns, came.count, now, found)
        refused, marks = quality.apply(came.checks, table, Context(now, self.inside, came.keys), found.reasons)
        found.add_from(refused)
        marks.add_from(came.marks)
        return Judged(table, found, marks, now)

    def inside(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points lie in the city; all, where no region is drawn that could say."""
        with self.engine.connect() as connection:
            leaves = self.registers.leaves(connection)
        found: NDArray[np.bool_] = (leaves.assign(lon, lat) != OUTSIDE) | leaves.empty
        return found

    def transact(
        self, connection: Connection, came: Delivery, judged: Judged, city: City, book: Ledger, also: Also | None = None,
        turn: Turn | None = None, later: Later | None = None,
    ) -> tuple[dict[str, Any], Words | None]:
        """Everything that one batch writes. Returns: the answer, and newest values that still wait to be written."""
        batch_id = open_batch(connection, came)
        if batch_id is None:
            return answered(connection, came), None
        found, now, turn = judged.found.copy(), judged.now, turn or Turn.first()
        batch = Batch(connection, city, book, self.registers, came.source, batch_id, now, judged.table, came.count, came.lines,
                      found, judged.marks.copy(), came.options, Fate.unknown(came.count), came.novelty,
                      may_wait=self.waiting is not None, later=later, begin=turn.start, written=turn.end)
        none = Stored(0, 0, {came.subject.feed: Heard(0, len(found.reasons))})
        if not came.subject.prepares:
            batch.begin()
        stored = came.subject.store(batch) if len(batch.good()) else none
        turn.others()
        wide.tell(came.columns, city, found)
        marked = batch.marked()
        if came.door != "retry":  # those are kept already, as rejects of the batch that they came with
            rejects.keep(connection, batch_id, [*came.unread, *rejects.by_line(found.reasons, came.lines, came.whole)],
                         arrivals.counted_for(batch, came.unread))
        rejects.keep_marks(connection, batch_id, rejects.by_line(marked, came.lines, came.whole))
        arrivals.write(batch, Came(came.door, came.subject.name, came.dataset or came.subject.name, came.unread, came.again))
        answer = {"batch": batch_id, "taken": stored.taken, "seen": stored.seen,
                  "rejected": len(found.reasons) + len(came.unread), "marked": len(marked),
                  "reasons": rejects.told(found.told(came.lines), came.unread)}
        for fact, late in stored.late.items():
            at_the_end(later, partial(snapshots.mark, connection, book, fact, late, now))
        at_the_end(later, partial(feeds.write, connection, came.source.source_id, heard_of(stored.heard, came)))
        close_batch(connection, batch_id, answer | ({"rejected": 0} if came.door == "retry" else {}))
        if also is not None:
            also(connection, batch_id, found)
        kept = [rejects.SUBJECT] if answer["rejected"] or marked or came.door == "retry" else []
        notify(connection, [*(stored.heard or [came.subject.feed]), arrivals.SUBJECT, *kept], batch_id, stored.regions)
        return answer, stored.waiting


def heard_of(heard: Mapping[str, Heard], came: Delivery) -> dict[str, Heard]:
    """What the feeds hear: with the rows that could not be read; what a retry takes is rejected no more."""
    if came.door == "retry":
        return {subject: replace(one, rejected=-one.taken) for subject, one in heard.items()}
    if not came.unread:
        return dict(heard)
    before = heard.get(came.subject.feed, Heard())
    return {**heard, came.subject.feed: replace(before, rejected=before.rejected + len(came.unread))}


def without_rejects(instants: Instants, found: Rejects) -> Instants:
    """The instants of rows that are still good."""
    return np.delete(instants, list(found.reasons))


def passing(error: Exception) -> bool:
    """Whether the same batch may well succeed a moment later."""
    code = getattr(getattr(error, "orig", error), "pgcode", None)
    return isinstance(error, Raced) or code in AGAIN


def open_batch(connection: Connection, came: Delivery) -> int | None:
    """Write the batch's row. Returns: its number; None when its key came before."""
    return connection.execute(sql("""
        INSERT INTO batch (source_id, door, origin, dataset, subject, idempotency_key)
        VALUES (:source_id, :door, :origin, :dataset, :subject, :key)
        ON CONFLICT (source_id, idempotency_key) DO NOTHING
        RETURNING batch_id"""), {
        "source_id": came.source.source_id, "door": came.door, "origin": came.origin, "dataset": came.dataset,
        "subject": came.subject.name, "key": came.key}).scalar()


def answered(connection: Connection, came: Delivery) -> dict[str, Any]:
    """The answer that was given to this key before. Raises: KeyReused."""
    row = connection.execute(sql("""
        SELECT subject, answer FROM batch WHERE source_id = :source_id AND idempotency_key = :key"""),
        {"source_id": came.source.source_id, "key": came.key}).one()
    if row.subject != came.subject.name:
        raise KeyReused(f"this Idempotency-Key was used for {row.subject} before")
    answer: dict[str, Any] = row.answer
    return answer


def close_batch(connection: Connection, batch_id: int, answer: dict[str, Any]) -> None:
    """Write what became of the batch, and the answer."""
    connection.execute(sql("""
        UPDATE batch SET taken = :taken, seen = :seen, rejected = :rejected, marked = :marked, answer = CAST(:answer AS jsonb)
         WHERE batch_id = :batch_id"""), {
        "batch_id": batch_id, **{name: answer[name] for name in ("taken", "seen", "rejected", "marked")},
        "answer": rejects.written(answer)})
