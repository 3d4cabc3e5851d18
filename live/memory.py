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
News = frozenset[str] | None    # the subjects that somebody asks about anew; None: all of them

NEVER = -1
KEEP_S = 150.0
FAILED_S = 1.0


@dataclass(frozen=True)
class Stamp:
    """When something was read: the minute, and how often each of its subjects had changed."""

    minute: int
    changes: dict[str, int]

    def holds(self, now: "Stamp", news: News) -> bool:
        """Whether it is good now: of the same minute, and nothing of the news has changed."""
        return self.minute == now.minute and all(
            self.changes.get(subject) == count for subject, count in now.changes.items() if meant(subject, news))

    def renewed(self, before: "Stamp | None", news: News) -> "Stamp":
        """The stamp of what is read now for the news alone: of the other subjects it may be as old as it was before."""
        old = {} if before is None else before.changes
        return Stamp(self.minute, {subject: count if meant(subject, news) else old.get(subject, NEVER)
                                   for subject, count in self.changes.items()})


def meant(subject: str, news: News) -> bool:
    """Whether somebody who asks for the news asks about this subject."""
    return news is None or subject in news or subject == EVERYTHING


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
    during the read makes it outdated. Who asks only about the news of some subjects gets what is known
    of the others, which is what stands on his picture or newer, and of the same minute.
    """

    def __init__(self) -> None:
        self._changes: Counter[str] = Counter()
        self._entries: dict[Hashable, _Entry] = {}
        self._guard = Lock()

    def changed(self, subjects: Iterable[str]) -> None:
        """Something of these subjects was committed."""
        with self._guard:
            self._changes.update(subjects)

    def recall(self, key: Hashable, subjects: Iterable[str], read: Callable[[], T], news: News = None) -> T:
        """What is known under the key; read when it is unknown or outdated. A failed read is soon tried again."""
        entry = self._entry(key)
        with entry.lock:
            stamp = self._stamp(subjects)
            if entry.stamp is None or not entry.stamp.holds(stamp, news):
                entry.value = entry.attempt(read)
                entry.stamp = stamp.renewed(entry.stamp, news)
            value: T = entry.value
        return value

    def recall_many(
        self, group: Hashable, wanted: Mapping[str, frozenset[str]], read: Callable[[list[str]], Mapping[str, T]],
        news: News = None,
    ) -> dict[str, T]:
        """Several things of one group; those unknown or outdated are read together. `wanted`: key → its subjects."""
        entry = self._entry(group)
        with entry.lock:
            kept: dict[str, tuple[Stamp, T]] = entry.value or {}
            stamps = {key: self._stamp(subjects) for key, subjects in wanted.items()}
            missing = [key for key, stamp in stamps.items() if key not in kept or not kept[key][0].holds(stamp, news)]
            if missing:
                found = entry.attempt(lambda: read(missing))
                before = {key: stamp for key, (stamp, _) in kept.items()}
                entry.value = kept = {
                    **kept, **{key: (stamps[key].renewed(before.get(key), news), value) for key, value in found.items()}}
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
            return Stamp(int(time.time() // 60), {one: self._changes[one] for one in (EVERYTHING, *subjects)})
