"""How each door stands: connected or not since when, messages a second, lag, the last error; for the Sources page."""

import logging
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import Engine

from data_access.engine import sql
from ingest.notify import notify

log = logging.getLogger("tonglan.doors")

SUBJECT = "door"        # of the notices
MINUTE_S = 60.0
EVERY_S = 1.0
BEAT_S = 5.0            # a door that says nothing new says at least that it runs
LONGEST = 500
WRITE = """
    INSERT INTO door_state (source_id, door, name, connected, since, last_at, messages, rate, lag_s, last_error, last_error_at,
                            updated_at)
    SELECT source_id, :door, :name, :connected, :since, :last_at, :messages, :rate, :lag_s, :last_error, :last_error_at, now()
      FROM source WHERE key = :source
    ON CONFLICT (source_id, door, name) DO UPDATE
       SET connected = excluded.connected, since = excluded.since, last_at = COALESCE(excluded.last_at, door_state.last_at),
           messages = door_state.messages + excluded.messages, rate = excluded.rate,
           lag_s = COALESCE(excluded.lag_s, door_state.lag_s),
           last_error = COALESCE(excluded.last_error, door_state.last_error),
           last_error_at = COALESCE(excluded.last_error_at, door_state.last_error_at), updated_at = excluded.updated_at"""


def utc() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass
class State:
    """How one door of a source stands; `connects` is False for a door that senders come to. Never fails the door."""

    engine: Engine
    source: str
    door: str
    name: str
    connects: bool = True
    clock: Callable[[], datetime] = utc
    up: bool | None = field(init=False)
    since: datetime = field(init=False)
    last_at: datetime | None = None
    lag_s: float | None = None
    error: str | None = None
    error_at: datetime | None = None
    new: int = 0                            # messages that are not written yet
    recent: deque[tuple[datetime, int]] = field(default_factory=deque)  # messages of each second of the last minute
    fresh: bool = True                      # there is something to be written
    turned: bool = True                     # and it is more than numbers
    beat: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.up, self.since = (False if self.connects else None), self.clock()

    def connected(self) -> None:
        """It is connected, or the last question was answered."""
        with self.lock:
            if self.connects and not self.up:
                self.up, self.since, self.fresh, self.turned = True, self.clock(), True, True

    def lost(self, error: object) -> None:
        """The connection is lost, or the last question was not answered."""
        with self.lock:
            if self.up:
                self.up, self.since = False, self.clock()
        self.failed(error)

    def failed(self, error: object) -> None:
        """Something went wrong, the connection being as it was."""
        with self.lock:
            self.error = " ".join(str(error).replace("\0", "").split())[:LONGEST] or type(error).__name__
            self.error_at, self.fresh, self.turned = self.clock(), True, True

    def message(self, n: int = 1, newest: datetime | None = None) -> None:
        """So many messages came, the newest of which speaks of an instant."""
        now = self.clock()
        with self.lock:
            self.new += n
            self.last_at, self.fresh = now, True
            if newest is not None:
                self.lag_s = max(0.0, (now - newest).total_seconds())
            if self.recent and (now - self.recent[-1][0]).total_seconds() < 1:
                self.recent[-1] = self.recent[-1][0], self.recent[-1][1] + n
            else:
                self.recent.append((now, n))

    def rate(self, now: datetime) -> float:
        """Messages a second, over the last minute."""
        while self.recent and (now - self.recent[0][0]).total_seconds() > MINUTE_S:
            self.recent.popleft()
        return sum(n for _, n in self.recent) / MINUTE_S

    def write(self) -> None:
        """Write what is new, or that it still runs. Raises: SQLAlchemy's errors; what is new waits then."""
        if not self.fresh and time.monotonic() - self.beat < BEAT_S:
            return
        with self.lock:
            turned, counted = self.turned, self.new
            row = self.row()
            self.new, self.fresh, self.turned = 0, False, False
        try:
            with self.engine.begin() as connection:
                connection.execute(sql(WRITE), row)
                if turned:
                    notify(connection, [SUBJECT])
        except Exception:
            with self.lock:
                self.new, self.fresh, self.turned = self.new + counted, True, self.turned or turned
            raise
        self.beat = time.monotonic()

    def row(self) -> dict[str, Any]:
        """What is written."""
        return {"source": self.source, "door": self.door, "name": self.name, "connected": self.up, "since": self.since,
                "last_at": self.last_at, "messages": self.new, "rate": self.rate(self.clock()), "lag_s": self.lag_s,
                "last_error": self.error, "last_error_at": self.error_at}


@dataclass
class States:
    """The states of a process, written once a second by a thread of their own."""

    engine: Engine
    kept: dict[tuple[str, str, str], State] = field(default_factory=dict)
    resumes: Collection[tuple[str, str]] = ()   # doors and their names that senders come to: told of from the start
    lock: Lock = field(default_factory=Lock)
    stop: Event = field(default_factory=Event)
    silent: bool = False

    def of(self, source: str, door: str, name: str | None = None, *, connects: bool = True) -> State:
        """The state of a source's door; the same one every time."""
        with self.lock:
            key = source, door, name or door
            if key not in self.kept:
                self.kept[key] = State(self.engine, *key, connects=connects)
            return self.kept[key]

    def resume(self) -> None:
        """Go on telling of the doors that senders came to before this process began. Raises: SQLAlchemy's errors."""
        with self.engine.connect() as connection:
            rows = connection.execute(sql("""
                SELECT s.key, d.door, d.name FROM door_state d JOIN source s USING (source_id)
                 WHERE d.connected IS NULL"""))
            there = [(row.key, row.door, row.name) for row in rows]
        for source, door, name in there:
            if (door, name) in self.resumes:
                self.of(source, door, name, connects=False)
        self.resumes = ()

    def write(self) -> None:
        """Write all; what cannot be written now waits, and the doors go on."""
        try:
            if self.resumes:
                self.resume()
            with self.lock:
                states = list(self.kept.values())
            for state in states:
                state.write()
            self.silent = False
        except Exception as error:
            if not self.silent:
                log.warning("how the doors stand cannot be written now: %s", type(error).__name__)
            self.silent = True

    def keep(self) -> Thread:
        """Write them from now on, until `stop` is set, and once more then."""
        def go_on() -> None:
            while not self.stop.wait(EVERY_S):
                self.write()
            self.write()

        thread = Thread(target=go_on, name="states of doors", daemon=True)
        thread.start()
        return thread
