"""What was read stays good until somebody commits something new of its subjects, or the minute is over."""

import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from data_access.engine import DataUnavailable
from data_access.notices import EVERYTHING

T = TypeVar("T")
News = frozenset[str] | None    # the subjects that somebody asks about anew; None: all of them

Mend = Callable[[Any, frozenset[int]], Any]   # what was read, and the regions in which something changed since

NEVER = -1
NO_NEWS: frozenset[str] = frozenset()
ALONE = ""
KEEP_S = 150.0
REMEMBERED = 256            # so many changes of a subject are known by their regions
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


@dataclass(frozen=True)
class Known:
    """Something that was read: what, of which state of its subjects, and when."""

    value: Any
    stamp: Stamp
    at: float

    def good(self, now: Stamp, news: News, good_s: float) -> bool:
        """Whether it need not be read anew for somebody who asks for these news, or for none within so many seconds."""
        return self.recent(good_s) or self.stamp.holds(now, news)

    def recent(self, good_s: float) -> bool:
        """Whether it was read no longer ago than this."""
        return good_s > 0 and time.monotonic() - self.at <= good_s


@dataclass
class _Entry:
    lock: Lock = field(default_factory=Lock)
    known: dict[str, Known] = field(default_factory=dict)
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
        self._regions: dict[str, deque[frozenset[int] | None]] = {}   # of the newest changes of each subject
        self._entries: dict[Hashable, _Entry] = {}
        self._guard = Lock()

    def changed(self, subjects: Iterable[str], regions: frozenset[int] | None = None) -> None:
        """Something of these subjects was committed, in these regions alone or (None) anywhere."""
        subjects = tuple(subjects)
        with self._guard:
            self._changes.update(subjects)
            for subject in subjects:
                self._regions.setdefault(subject, deque(maxlen=REMEMBERED)).append(regions)

    def recall(
        self, key: Hashable, subjects: Iterable[str], read: Callable[[], T], news: News = None, good_s: float = 0.0,
        mend: Callable[[T, frozenset[int]], T] | None = None,
    ) -> T:
        """What is known under the key; read when it is unknown or outdated. A failed read is soon tried again.

        `news`, `good_s`: as for several things. With `mend`, what is outdated within its minute by changes of known regions
        is read anew for these alone.
        """
        wanted = {ALONE: frozenset(subjects)}
        return self.recall_many(key, wanted, lambda _: {ALONE: read()}, news, good_s, mend)[ALONE]

    def recall_many(
        self, group: Hashable, wanted: Mapping[str, frozenset[str]], read: Callable[[list[str]], Mapping[str, T]],
        news: News = None, good_s: float = 0.0, mend: Mend | None = None,
    ) -> dict[str, T]:
        """Several things of one group; those unknown or outdated are read together. `wanted`: key → its subjects.

        What was read within `good_s` seconds is good, whatever has changed, and nobody waits for one who reads it anew just
        then. What is read because it is not known may be made of such, and is outdated for who asks next for all.
        """
        entry = self._entry(group)
        known = entry.known
        if not all(key in known and known[key].recent(good_s) for key in wanted):
            with entry.lock:
                known = self._complete(entry, wanted, read, news, good_s, mend)
        return {key: known[key].value for key in wanted}

    def _complete(
        self, entry: _Entry, wanted: Mapping[str, frozenset[str]], read: Callable[[list[str]], Mapping[str, T]],
        news: News, good_s: float, mend: Mend | None,
    ) -> dict[str, Known]:
        """All that is known of a group once what is unknown or outdated was read, or mended."""
        known, begun = entry.known, time.monotonic()
        stamps = {key: self._stamp(subjects) for key, subjects in wanted.items()}
        missing = [key for key, stamp in stamps.items() if key not in known or not known[key].good(stamp, news, good_s)]
        if missing:
            touched = self._touched(known[ALONE].stamp, stamps[ALONE]) if mend is not None and ALONE in known else None
            found = entry.attempt(lambda: read(missing) if mend is None or touched is None
                                  else {ALONE: mend(known[ALONE].value, touched)})
            looked_at = NO_NEWS if good_s else news
            entry.known = {**known, **{
                key: Known(value, stamps[key].renewed(known[key].stamp if key in known else None, looked_at), begun)
                for key, value in found.items()}}
        return entry.known

    def _touched(self, before: Stamp, now: Stamp) -> frozenset[int] | None:
        """In which regions something changed between two stamps of the same minute; None where that is not known."""
        if before.minute != now.minute:
            return None
        found: list[frozenset[int] | None] = []
        with self._guard:
            for subject, count in now.changes.items():
                since = count - before.changes.get(subject, NEVER)
                lately = self._regions.get(subject, ())
                newer = self._changes[subject] - count     # came after this stamp: read with the next
                if since > 0 and (before.changes.get(subject, NEVER) == NEVER or since + newer > len(lately)):
                    return None
                found += [*lately][len(lately) - newer - since:len(lately) - newer]
        known = [regions for regions in found if regions is not None]
        return frozenset[int]().union(*known) if len(known) == len(found) else None

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
