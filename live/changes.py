"""What has changed, numbered, so that every picture can catch up from where it stands."""

import time
from collections import deque
from threading import Lock
from typing import NamedTuple

from data_access.notices import EVERYTHING

URGENT = frozenset({"case", "warning", EVERYTHING})   # seen at once; readings of sensors may wait until those are painted


HORIZON_S = 60.0


class Mark(NamedTuple):
    """Up to which change something is painted: of the urgent ones, and of the others."""

    urgent: int = 0
    other: int = 0


class Changes:
    """Remembers of each subject when it changed last; a picture that knows its mark asks what came after it."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._last: dict[str, int] = {}
        self._newest = 0
        self._noted: deque[tuple[float, int]] = deque()   # when each of the last minute came

    def note(self, subjects: frozenset[str]) -> None:
        """These subjects changed just now."""
        now = time.monotonic()
        with self._guard:
            self._newest += 1
            self._noted.append((now, self._newest))
            while self._noted[0][0] < now - HORIZON_S:
                self._noted.popleft()
            self._last.update(dict.fromkeys(subjects, self._newest))

    def since(self, mark: Mark, *, urgent: bool = False) -> tuple[frozenset[str], Mark]:
        """The subjects that changed after the mark (with `urgent`, of those alone), and the mark of who paints them."""
        with self._guard:
            found = frozenset(subject for subject, last in self._last.items()
                              if (last > mark.urgent if subject in URGENT else last > mark.other and not urgent))
            return found, Mark(self._newest, mark.other if urgent else self._newest)

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
