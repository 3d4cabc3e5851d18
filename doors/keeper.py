"""Runs all that the pack listens to, a thread each: what breaks is begun again, after a while that grows."""

import logging
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from doors.courier import Courier
from doors.registry import RUNNERS, Runner
from doors.state import State, States
from ingest.pack import Pack
from ingest.pack.doors.base import Heard

log = logging.getLogger("tonglan.doors")

FIRST_S = 1.0
LONGEST_S = 60.0
STOP_S = 5.0


@dataclass
class Keeper:
    """The doors of a process: `start` them, `stop` them; `pauses` grow from the first to the longest."""

    courier: Courier
    states: States
    runners: Mapping[str, Runner] = field(default_factory=lambda: RUNNERS)
    first_s: float = FIRST_S
    stopping: Event = field(default_factory=Event)
    threads: list[Thread] = field(default_factory=list)

    def start(self, pack: Pack) -> None:
        """Listen to all that the pack names."""
        self.threads.append(self.states.keep())
        for source, entry in heard(pack):
            thread = Thread(target=self.run, args=(source, entry), name=f"{source} {entry.name}", daemon=True)
            self.threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Tell all to end, and wait a while for them."""
        self.stopping.set()
        for thread in self.threads[1:]:
            thread.join(STOP_S)
        self.states.stop.set()
        self.threads[0].join(STOP_S)

    def run(self, source: str, entry: Heard) -> None:
        """Listen by one entry until told to stop."""
        state, failures = self.states.of(source, entry.door, entry.name), 0
        while not self.stopping.is_set():
            try:
                self.runners[entry.door](entry, source, self.courier, state, self.stopping)
                error: Any = "the connection ended"
            except Exception as raised:
                error = raised
            if self.stopping.is_set():
                return
            failures = 1 if state.up else failures + 1
            self.tell(source, entry, state, error)
            self.stopping.wait(pause(failures, self.first_s))

    def tell(self, source: str, entry: Heard, state: State, error: Any) -> None:
        """Say that a door broke off: once with all of it in the log, where nobody expected it."""
        state.lost(error)
        expected = isinstance(error, str) or type(error).__module__.startswith("doors.")
        log.warning("%s %s: %s: %s", source, entry.name, type(error).__name__, state.error, exc_info=None if expected else error)


def heard(pack: Pack) -> Iterable[tuple[str, Heard]]:
    """All that the pack listens to, each with its source's key."""
    return [(source.key, entry) for source in pack.sources for entry in source.listen if entry.asks]


def pause(failures: int, first_s: float = FIRST_S) -> float:
    """Seconds until the next try: twice as long each time, and never quite when others try."""
    longest: float = min(LONGEST_S, first_s * 2 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1)
