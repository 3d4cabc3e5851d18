"""One lane's clock: gathers what has changed, and ticks as often as its own pace allows."""

import logging
import time
from collections.abc import Callable
from threading import Condition, Thread

from live.tick import Lane

log = logging.getLogger(__name__)

RETRY_S = 1.0          # what could not be painted is tried again

Work = Callable[[frozenset[str] | None], bool]


class LaneClock:
    """Calls `work` with the subjects that changed (None: everything, at least once a minute)."""

    def __init__(self, lane: Lane, gap_s: float, longest_rest_s: float, work: Work) -> None:
        self.lane = lane
        self._gap = gap_s                    # changes in between are taken together
        self._longest_rest = longest_rest_s  # a lane rests as long as it has worked, but no longer than this
        self._work = work
        self._woken = Condition()
        self._subjects: set[str] = set()
        self._whole = False
        self._soon = False
        self._running = True
        self._closed = False
        self._minute = time.time() // 60
        self._order: frozenset[str] | None = frozenset()

    def start(self) -> None:
        """Begin to tick, in a thread of its own."""
        Thread(target=self._run, name=f"lane-{self.lane}", daemon=True).start()

    def changed(self, subjects: frozenset[str]) -> None:
        """Paint what is made of these subjects soon."""
        with self._woken:
            self._subjects |= subjects
            self._woken.notify()

    def soon(self) -> None:
        """Somebody looks at a picture that is due: tick, even when nothing changed."""
        with self._woken:
            self._soon = True
            self._woken.notify()

    def halt(self) -> None:
        """There is no database: do not tick until `resume`."""
        with self._woken:
            self._running = False

    def resume(self) -> None:
        """Paint everything, and go on."""
        with self._woken:
            self._running = self._whole = True
            self._woken.notify()

    def close(self) -> None:
        """End."""
        with self._woken:
            self._closed = True
            self._woken.notify()

    def _run(self) -> None:
        while self._await():
            begun = time.monotonic()
            done = self._tick(self._order)
            spent = time.monotonic() - begun
            if not done:
                self._again(self._order)
            time.sleep(max(self._gap - spent, min(spent, self._longest_rest)) if done else RETRY_S)

    def _tick(self, subjects: frozenset[str] | None) -> bool:
        try:
            return self._work(subjects)
        except Exception:
            log.exception("a tick of the %s lane failed", self.lane)
            return True

    def _again(self, order: frozenset[str] | None) -> None:
        """What could not be painted is still to be painted."""
        with self._woken:
            self._whole = self._whole or order is None
            self._soon = True

    def _await(self) -> bool:
        """Sleep until there is something to paint and a database to read; note what. Returns: False at the end."""
        with self._woken:
            while not self._closed and not (self._running and self._wanted()):
                self._woken.wait(60 - time.time() % 60)
            whole = self._whole or self._minute_over()
            self._order = None if whole else frozenset(self._subjects)
            self._minute = time.time() // 60
            self._whole = self._soon = False
            self._subjects.clear()
        return not self._closed

    def _wanted(self) -> bool:
        return bool(self._subjects) or self._soon or self._whole or self._minute_over()

    def _minute_over(self) -> bool:
        return time.time() // 60 != self._minute
