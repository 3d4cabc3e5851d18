"""Hands what a door heard to `ingest`: one call is one transaction, and when it returns, the rows are stored."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine

from data_access.engine import DataUnavailable, sql
from doors.rows import Rows, Surroundings, of_subject, through
from ingest.batch import Options, Raced, Source
from ingest.door import unavailable
from ingest.intake import Also, Delivery, Intake, KeyReused, NoCity
from ingest.load_dataset import plain
from ingest.mapping.apply import Around
from ingest.mapping.faults import MappingError
from ingest.mapping.spec import Mapping as Map
from ingest.pack import Pack
from ingest.quality.spec import Rule
from ingest.rejects import Kept, Reason, Rejects, written
from ingest.subjects import SUBJECTS

log = logging.getLogger("tonglan.doors")

LONGEST = 1 << 20       # characters that are kept of a message that nobody could read
SPOKEN_OF = ("observed_at", "occurred_at", "reported_at", "at", "sent_at")
MESSAGE = "message"     # beside a refused row: what it was made of


class Unavailable(Exception):
    """The database does not take it now: nothing was stored. Do not acknowledge; wait, and give it again."""


class UnknownSource(ValueError):
    """The database knows no such source."""


@dataclass(frozen=True)
class Answer:
    """What became of the rows; `batch` is None where there was nothing to store."""

    batch: int | None = None
    taken: int = 0
    seen: int = 0
    rejected: int = 0
    marked: int = 0
    reasons: Sequence[Mapping[str, Any]] = ()
    newest: datetime | None = None      # the newest instant that mapped rows speak of


@dataclass(frozen=True)
class Cursor:
    """How far a door has read: anything that JSON holds."""

    door: str
    name: str
    value: Any


@dataclass
class Courier:
    """One for all doors of a process; threads may share it."""

    engine: Engine
    pack: Pack | None = None
    intake: Intake = field(default=None)  # type: ignore[assignment]
    sources: dict[str, Source] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.intake = self.intake or Intake(self.engine)
        self.surroundings = Surroundings(self.intake, self.pack)

    def give(
        self, source: str, subject: str, rows: Sequence[Mapping[str, Any]], *, door: str, origin: str, key: str | None = None,
        whole: Sequence[Any] | None = None, map: Map | None = None, checks: Sequence[Rule] = (), nearest_m: float = 0,
        dataset: str | None = None, cursor: Cursor | None = None, also: Also | None = None, unread: Sequence[Kept] = (),
    ) -> Answer:
        """Take rows of a subject: by its fields, or as the sender's own objects with a `map`, as a dataset's rows are.

        `whole` says what each row was made of, which is kept beside it where it is refused. The same `key` again gets the
        same answer. `dataset` ("source/name" of what the pack listens to) lets refused objects of a `map` be tried again.
        `cursor` is written in the same transaction, and `also` does what else belongs into it, where there are rows. What
        cannot be taken is kept with its reasons; `unread` came with the rows and is none.
        Raises: Unavailable when nothing could be stored now; UnknownSource; KeyReused.
        """
        if not rows and not unread:
            self.remember(source, cursor)
            return Answer()

        def made(known: Source) -> Delivery:
            found = of_subject(wanted, rows) if map is None else through(map, wanted, rows, self.surroundings.now())
            return Delivery(known, wanted, found.columns, found.lines, kept_by(found, rows, whole), door, origin, key, dataset,
                            found.rejects, found.marks, pieces, Options(nearest_m), checks)

        wanted = SUBJECTS[subject]
        pieces = [replace(one, row=keepable(one.row)) for one in unread]
        try:
            return self.take(source, made, cursor, also)
        except MappingError as error:
            reason = Reason(None, "mapping", str(error))
            return self.keep(source, subject, rows, reason, door, origin, key, dataset, cursor, pieces)
        except (Unavailable, UnknownSource, KeyReused):
            raise
        except Exception:
            log.exception("rows of %s could not be taken by the door %s, and are kept", source, door)
            reason = Reason(None, "failed", "this failed inside")
            all_of_it = [*(rows if whole is None else whole)]
            return self.keep(source, subject, all_of_it, reason, door, origin, key, dataset, cursor, pieces)

    def refuse(
        self, source: str, subject: str, whole: Any, *, code: str, text: str, door: str, origin: str, field: str | None = None,
        key: str | None = None, dataset: str | None = None, cursor: Cursor | None = None,
    ) -> Answer:
        """Keep a message that no row could be made of, with the reason. Raises: Unavailable; UnknownSource; KeyReused."""
        return self.keep(source, subject, [whole], Reason(field, code, text), door, origin, key, dataset, cursor)

    def keep(
        self, source: str, subject: str, messages: Sequence[Any], reason: Reason, door: str, origin: str, key: str | None,
        dataset: str | None, cursor: Cursor | None, unread: Sequence[Kept] = (),
    ) -> Answer:
        """Keep messages with the reason why none is taken. Raises: Unavailable; UnknownSource; KeyReused."""
        kept = [Kept(line, [reason], keepable(one)) for line, one in enumerate(messages, start=1)]
        kept.extend(unread)

        def made(known: Source) -> Delivery:
            return Delivery(known, SUBJECTS[subject], {}, np.empty(0, np.int64), lambda row: None, door, origin, key, dataset,
                            unread=kept)

        return self.take(source, made, cursor)

    def take(
        self, source: str, made: Callable[[Source], Delivery], cursor: Cursor | None, also: Also | None = None
    ) -> Answer:
        """Take a delivery, and write how far the door has read with it. Raises: Unavailable; whatever else went wrong."""
        def beside(connection: Connection, batch_id: int, found: Rejects) -> None:
            if cursor is not None:
                write(connection, known, cursor)
            if also is not None:
                also(connection, batch_id, found)

        with telling():
            known = self.known(source)
            delivery = made(known)
            return Answer(**self.intake.take(delivery, beside), newest=newest(delivery))

    def cursor(self, source: str, door: str, name: str) -> Any | None:
        """How far a door has read; None at first. Raises: Unavailable."""
        with telling(), self.engine.connect() as connection:
            return connection.execute(sql("""
                    SELECT cursor FROM door_cursor JOIN source USING (source_id)
                     WHERE key = :source AND door = :door AND name = :name"""),
                {"source": source, "door": door, "name": name}).scalar()

    def remember(self, source: str, cursor: Cursor | None) -> None:
        """Write how far a door has read, where that brought no rows. Raises: Unavailable; UnknownSource."""
        if cursor is None:
            return
        with telling():
            known = self.known(source)
            with self.engine.begin() as connection:
                write(connection, known, cursor)

    def around(self) -> Around:
        """What is known of the city beside the messages: its clock, its regions. Raises: Unavailable."""
        with telling():
            return self.surroundings.now()

    def known(self, key: str) -> Source:
        """The source of this key. Raises: UnknownSource; the database's errors."""
        if key not in self.sources:
            with self.engine.connect() as connection:
                number = connection.execute(sql("SELECT source_id FROM source WHERE key = :key"), {"key": key}).scalar()
            if number is None:
                raise UnknownSource(f"the database knows no source {key!r}: load the pack")
            self.sources[key] = Source(int(number), key)
        return self.sources[key]


def newest(delivery: Delivery) -> datetime | None:
    """The newest instant that mapped rows speak of; None where none of them says one."""
    for name in SPOKEN_OF:
        instants = delivery.columns.get(name)
        if isinstance(instants, np.ndarray) and instants.dtype.kind == "M" and not np.isnat(instants).all():
            found: datetime = np.nanmax(instants).astype("datetime64[us]").item()
            return found.replace(tzinfo=UTC)
    return None


def write(connection: Connection, source: Source, cursor: Cursor) -> None:
    """Write how far a door has read."""
    connection.execute(sql("""
        INSERT INTO door_cursor (source_id, door, name, cursor) VALUES (:source, :door, :name, CAST(:value AS jsonb))
        ON CONFLICT (source_id, door, name) DO UPDATE SET cursor = excluded.cursor, updated_at = now()"""),
        {"source": source.source_id, "door": cursor.door, "name": cursor.name, "value": written(cursor.value)})


@contextmanager
def telling() -> Iterator[None]:
    """Errors as a door is told them. Raises: Unavailable where the same may well succeed later; any other as it came."""
    try:
        yield
    except Exception as error:
        if isinstance(error, NoCity):
            raise Unavailable("no city is loaded yet") from error
        if isinstance(error, DataUnavailable | Raced) or unavailable(error):
            raise Unavailable("the database does not answer") from error
        raise


def kept_by(found: Rows, rows: Sequence[Mapping[str, Any]], whole: Sequence[Any] | None) -> Callable[[int], Any]:
    """What is kept of each row that is refused: itself, so that it can be tried again, and what it was made of."""
    def kept(row: int) -> Any:
        at = int(found.lines[row]) - 1
        return keepable(dict(rows[at]) if whole is None else {**rows[at], MESSAGE: whole[at]})

    return kept


def keepable(message: Any) -> Any:
    """A message as JSON holds it; bytes as text, however much of them is text."""
    if isinstance(message, bytes | bytearray):
        return bytes(message[:LONGEST]).decode("utf-8", "backslashreplace")
    if isinstance(message, Mapping):
        return {str(name): keepable(value) for name, value in message.items()}
    return message[:LONGEST] if isinstance(message, str) else plain(message)
