"""What has changed, numbered, so that every picture can catch up from where it stands."""

import time
from collections import deque
from collections.abc import Hashable, Iterable
from threading import Lock
from typing import NamedTuple

from data_access.notices import EVERYTHING

URGENT = frozenset({"case", "warning", EVERYTHING})   # seen at once; readings of sensors may wait until those are painted


HORIZON_S = 60.0


class Mark(NamedTuple):
    """Up to which change something is painted: of the urgent ones, and of the others."""

    urgent: int = 0
    other: int = 0


class Fresh(NamedTuple):
    """What came after a mark: the subjects that changed anywhere, those that changed in a place, and the mark of who paints
    them."""

    anywhere: frozenset[str]
    here: frozenset[str]
    mark: Mark


class Changes:
    """Remembers of each subject when it changed last, and where; a picture that knows its mark asks what came after it."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._last: dict[str, int] = {}
        self._wide: dict[str, int] = {}                   # changes that may be in any place
        self._near: dict[Hashable, dict[str, int]] = {}   # by place
        self._newest = 0
        self._noted: deque[tuple[float, int]] = deque()   # when each of the last minute came

    def note(self, subjects: frozenset[str], places: Iterable[Hashable] | None = None) -> None:
        """These subjects changed just now, in these places alone or (None) in any."""
        now = time.monotonic()
        with self._guard:
            self._newest += 1
            self._noted.append((now, self._newest))
            while self._noted[0][0] < now - HORIZON_S:
                self._noted.popleft()
            for last in (self._last, *((self._wide,) if places is None else map(self._of, places))):
                last.update(dict.fromkeys(subjects, self._newest))

    def since(self, mark: Mark, place: Hashable = None, *, urgent: bool = False) -> Fresh:
        """The subjects that changed after the mark; with `urgent`, of those alone."""
        with self._guard:
            found = frozenset(subject for subject, last in self._last.items()
                              if (last > mark.urgent if subject in URGENT else last > mark.other and not urgent))
            near = self._last if place is None else self._near.get(place, {})
            here = frozenset(subject for subject in found if max(self._wide.get(subject, 0), near.get(subject, 0))
                             > (mark.urgent if subject in URGENT else mark.other))
            return Fresh(found, here, Mark(self._newest, mark.other if urgent else self._newest))

    def _of(self, place: Hashable) -> dict[str, int]:
        return self._near.setdefault(place, {})

    @property
    def newest(self) -> Mark:
        """The mark of what is painted from now on."""
        with self._guard:
            return Mark(self._newest, self._newest)

    def before(self, seconds: float) -> Mark:
        """The mark of what was painted so long ago, a minute at most."""
        then = time.monotonic() - seconds
        with self._guard:
            number = next((number - 1 for at, number in self._noted if at >= then), self._newest)
            return Mark(number, number)
