"""What was read stays good until somebody commits something new of its subjects, or the minute is over."""

import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from data_access.engine import DataUnavailable
from data_access.notices import EVERYTHING

T = TypeVar("T")
Stamp = tuple[int, ...]

KEEP_S = 150.0
FAILED_S = 1.0


@dataclass
class _Entry:
    lock: Lock = field(default_factory=Lock)
    stamp: Stamp | None = None
    value: Any = None
    failure: DataUnavailable | None = None
    failed_at: float = float("-inf")
    used: float = 0.0

    def attempt(self, read: Callable[[], T]) -> T:
        """Read; what has failed a moment ago fails again at once. Raises: DataUnavailable."""
        if self.failure is not None and time.monotonic() - self.failed_at < FAILED_S:
            raise self.failure.with_traceback(None)    # else it would grow by every raising
        self.failure = None
        try:
            return read()
        except DataUnavailable as error:
            self.failure, self.failed_at = error, time.monotonic()
            raise


class Memory:
    """Shared by all views: each distinct thing is read once, however many views show it.

    A read is stamped with how often its subjects had changed before it began, so that a change
    during the read makes it outdated.
    """

    def __init__(self) -> None:
        self._changes: Counter[str] = Counter()
        self._entries: dict[Hashable, _Entry] = {}
        self._guard = Lock()

    def changed(self, subjects: Iterable[str]) -> None:
        """Something of these subjects was committed."""
        with self._guard:
            self._changes.update(subjects)

    def recall(self, key: Hashable, subjects: Iterable[str], read: Callable[[], T]) -> T:
        """What is known under the key; read when it is unknown or outdated. A failed read is soon tried again."""
        entry = self._entry(key)
        with entry.lock:
            stamp = self._stamp(subjects)
            if entry.stamp != stamp:
                entry.value = entry.attempt(read)
                entry.stamp = stamp
            value: T = entry.value
        return value

    def recall_many(
        self, group: Hashable, wanted: Mapping[str, frozenset[str]], read: Callable[[list[str]], Mapping[str, T]],
    ) -> dict[str, T]:
        """Several things of one group; those unknown or outdated are read together. `wanted`: key → its subjects."""
        entry = self._entry(group)
        with entry.lock:
            kept: dict[str, tuple[Stamp, T]] = entry.value or {}
            stamps = {key: self._stamp(subjects) for key, subjects in wanted.items()}
            missing = [key for key, stamp in stamps.items() if key not in kept or kept[key][0] != stamp]
            if missing:
                kept = {**kept, **{key: (stamps[key], value) for key, value in entry.attempt(lambda: read(missing)).items()}}
                entry.value = kept
        return {key: kept[key][1] for key in wanted}

    def forget(self) -> None:
        """Drop what nobody has asked for lately."""
        oldest = time.monotonic() - KEEP_S
        with self._guard:
            self._entries = {key: entry for key, entry in self._entries.items() if entry.used > oldest}

    def _entry(self, key: Hashable) -> _Entry:
        with self._guard:
            entry = self._entries.setdefault(key, _Entry())
            entry.used = time.monotonic()
        return entry

    def _stamp(self, subjects: Iterable[str]) -> Stamp:
        with self._guard:
            return (int(time.time() // 60), self._changes[EVERYTHING], *(self._changes[one] for one in sorted(subjects)))
