"""Watches what is stored for what nobody declared: detectors in turn, beside the door, with a limit on their work.

Each looks at a bounded part of the data in a transaction of its own, ten seconds at most, and all of them together
take a tenth of the time.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from data_access.city import City
from data_access.engine import sql
from ingest.notify import notify
from ingest.quality import counts, duplicates, piles, silence, strays
from ingest.quality.findings import Look, keep
from ingest.quality.spikes import FIRST, Spikes

log = logging.getLogger("tonglan.findings")

LOCK = 7_065_004
LONGEST_MS = 10_000
SHARE = 0.1
SUBJECT = "finding"  # of the notices

Detector = Callable[[Connection, City, datetime], Look]


@dataclass
class Watch:
    """The detectors, and when each is to look again."""

    engine: Engine
    spikes: Spikes = field(default_factory=Spikes)
    next_at: dict[str, float] = field(default_factory=dict)

    def detectors(self) -> dict[str, tuple[Detector, float]]:
        """What is looked for, and how many seconds apart."""
        return {
            "silence": (silence.look, 60), "wide_off": (strays.look, 60), "spike": (self.spikes.look, 30),
            "count": (counts.look, 600), "pile_up": (piles.look, 600), "near_duplicate": (duplicates.look, 600),
        }

    def go_on(
        self, city: City, now: datetime, *, clock: Callable[[], float] = time.monotonic,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        """Look for what is due; one that fails is tried at its next turn, and the others go on."""
        for name, (detector, every_s) in self.detectors().items():
            started = clock()
            if started < self.next_at.get(name, started):
                continue
            self.next_at[name] = started + every_s
            self.attempt(name, detector, city, now)
            rest((clock() - started) * (1 / SHARE - 1))

    def all(self, city: City, now: datetime) -> None:
        """Look for everything once, at every device, as after a load."""
        for name, (detector, _) in self.detectors().items():
            fine = self.attempt(name, detector, city, now)
            while fine and name == "spike" and self.spikes.after != FIRST:
                fine = self.attempt(name, detector, city, now)

    def attempt(self, name: str, detector: Detector, city: City, now: datetime) -> bool:
        """Let one detector look. Returns: whether it could."""
        try:
            self.run(detector, city, now)
        except SQLAlchemyError as error:
            log.warning("%s waits: %s", name, type(error).__name__)
            return False
        return True

    def run(self, detector: Detector, city: City, now: datetime) -> None:
        """Let one detector look, one at a time in the whole database. Raises: SQLAlchemyError."""
        with self.engine.begin() as connection:
            connection.execute(sql(f"SET LOCAL statement_timeout = {LONGEST_MS:d}"))
            connection.execute(sql("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if keep(connection, detector(connection, city, now), now):
                notify(connection, [SUBJECT])
