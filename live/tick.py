"""One moment of painting: what has changed, and what was read for it already."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar

from data_access.notices import EVERYTHING

T = TypeVar("T")


@dataclass
class _Read:
    lock: Lock = field(default_factory=Lock)
    done: bool = False
    value: Any = None


@dataclass(frozen=True)
class Tick:
    """The instant, and the subjects that changed since the one before; None: paint everything.

    All views painted in one tick share its reads: what two of them need is asked for once.
    """

    now: datetime
    subjects: frozenset[str] | None = None
    _reads: dict[Hashable, _Read] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def whole(self) -> "Tick":
        """The same moment with the same reads, for a view that has to be painted in full."""
        return Tick(self.now, None, self._reads, self._lock)

    def touches(self, *subjects: str) -> bool:
        """Whether something painted from these subjects may look different now."""
        return self.subjects is None or EVERYTHING in self.subjects or not self.subjects.isdisjoint(subjects)

    def once(self, key: Hashable, read: Callable[[], T]) -> T:
        """Read, or give what another view has read in this tick. A failed read is tried again by the next."""
        with self._lock:
            entry = self._reads.setdefault(key, _Read())
        with entry.lock:
            if not entry.done:
                entry.value = read()
                entry.done = True
        value: T = entry.value
        return value
