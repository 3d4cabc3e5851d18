"""How much is worked on at once: bodies that do not fit wait a little, then their senders are told to come again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition


class Full(Exception):
    """There was no room for a body for as long as it may wait."""


@dataclass
class Room:
    """So many bytes of bodies at once, each waiting at most so many seconds."""

    most: int
    longest_s: float
    used: int = 0
    changed: Condition = field(default_factory=Condition)

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Keep room for a body of so many bytes, `most` of them at most. Raises: Full."""
        wanted, until = min(size, self.most), time.monotonic() + self.longest_s
        with self.changed:
            while self.used + wanted > self.most:
                if not self.changed.wait(until - time.monotonic()):
                    raise Full
            self.used += wanted
        try:
            yield
        finally:
            with self.changed:
                self.used -= wanted
                self.changed.notify_all()
