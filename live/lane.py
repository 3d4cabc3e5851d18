"""One lane's clock: wakes when something has changed, and paces the painting."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from live.tick import Lane

log = logging.getLogger(__name__)

RETRY_S = 1.0          # what could not be painted is tried again

Work = Callable[[bool], bool]


@dataclass(frozen=True)
class Pace:
    """How a lane takes its time."""

    gap_s: float        # changes in between are taken together
    rest_s: float       # a lane rests as long as it has worked, but no longer than this
    urgent_s: float     # for urgent news a lane begins anew so long after it last began, or after a third of its rest
    minute_s: float = 0.0   # its minute begins so long after the clock's, that the lanes do not paint everything at once


class LaneClock:
    """Calls `work` when something has changed; with True, for everything, at least once a minute."""

    def __init__(self, lane: Lane, pace: Pace, work: Work) -> None:
        self.lane = lane
        self._pace = pace
        self._work = work
        self._woken = Condition()
        self._changed = False
        self._urgent = False
        self._whole = False
        self._running = True
        self._closed = False
        self._minute = self._now() // 60

    def start(self) -> None:
        """Begin to tick, in a thread of its own."""
        Thread(target=self._run, name=f"lane-{self.lane}", daemon=True).start()

    def wake(self, *, urgent: bool = False) -> None:
        """There is something to paint; urgent news shorten the rest."""
        with self._woken:
            self._changed = True
            self._urgent = self._urgent or urgent
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
        while (whole := self._await()) is not None:
            begun = time.monotonic()
            done = self._tick(whole)
            if done:
                self._rest(begun, time.monotonic())
            else:
                self._again(whole)
                time.sleep(RETRY_S)

    def _tick(self, whole: bool) -> bool:
        try:
            return self._work(whole)
        except Exception:
            log.exception("a tick of the %s lane failed", self.lane)
            return True

    def _again(self, whole: bool) -> None:
        """What could not be painted is still to be painted."""
        with self._woken:
            self._whole = self._whole or whole
            self._changed = True

    def _rest(self, begun: float, ended: float) -> None:
        """Leave the machine to others; urgent news cut the rest short, but a lane that cannot keep up rests all the same."""
        rest = min(ended - begun, self._pace.rest_s)
        until = max(begun + self._pace.gap_s, ended + rest)
        sooner = max(begun + self._pace.urgent_s, ended + rest / 3)
        with self._woken:
            while not self._closed and (left := (min(sooner, until) if self._urgent else until) - time.monotonic()) > 0:
                self._woken.wait(left)

    def _await(self) -> bool | None:
        """Sleep until there is something to paint and a database to read. Returns: whether all of it; None at the end."""
        with self._woken:
            while not self._closed and not (self._running and (self._changed or self._whole or self._minute_over())):
                self._woken.wait(60 - self._now() % 60)
            if self._closed:
                return None
            whole = self._whole or self._minute_over()
            self._minute = self._now() // 60
            self._whole = self._changed = self._urgent = False
        return whole

    def _minute_over(self) -> bool:
        return self._now() // 60 != self._minute

    def _now(self) -> float:
        return time.time() - self._pace.minute_s
