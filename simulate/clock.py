"""The present, told every second: what happened since the last one."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Event

import numpy as np

from simulate import batches, case_rows, cases, enterprises, hotline, observations, public_warnings
from simulate.agenda import Agenda
from simulate.backfill import FOREVER
from simulate.door import Door
from simulate.lane import Batch
from simulate.memory import Memory
from simulate.moments import DAY, HOUR, day_of
from simulate.world import World

log = logging.getLogger(__name__)

TICK_S = 1.0
LONGEST_STEP = HOUR // 4     # after a pause the gap is told in pieces of this length
SAVE_EVERY_S = 10
NEWS_EVERY_S = 60
LOG_EVERY_S = 600


class Clock:
    """Tells the city on from an instant. `merged` says of which days the back-fill has put everything on the agendas."""

    def __init__(self, world: World, door: Door, memory: Memory, steps: Agenda, calls: Agenda,
                 *, merged: Callable[[], frozenset[int]], since: int, stop: Event) -> None:
        self.world, self.door, self.memory, self.steps, self.calls, self.merged = world, door, memory, steps, calls, merged
        self.told, self.first_day, self.stop = since, day_of(since), stop
        self.counts: Counter[str] = Counter()
        self._saved = self._news = self._logged = since
        self._agreed = {self.first_day}      # days whose cases to come are on the agendas; the first day by the back-fill
        self._cases = lru_cache(8)(lambda day: cases.draw(world, day))
        self._calls = lru_cache(8)(lambda day: hotline.draw(world, self._cases(day)))
        self._readings = lru_cache(2)(lambda day: observations.draw(world, day))

    def run(self) -> None:
        """Tell second after second. Raises: Refused; Stopped."""
        try:
            while not self.stop.is_set():
                now = int(time.time())
                while self.told < now and not self.stop.is_set():
                    self.tell(min(now, self.told + LONGEST_STEP))
                self.stop.wait(TICK_S - time.time() % TICK_S)
        finally:
            self.door.close()

    def tell(self, until: int) -> None:
        """Tell everything up to an instant. Raises: Refused; Stopped."""
        after, merged = self.told, self.merged()
        for day in range(day_of(after + 1), day_of(until) + 1):
            self._agree_on(day)
            self._send(batches.of_cases(self.world, self._cases(day), after, until, steps_until=None))
        self._send(batches.of_steps(self.world, self.steps.take(until)))
        for day in range(day_of(after + 1), day_of(until) + 1):
            self._send(batches.of_calls(self.world, self._calls(day), after, until, known_at=until))
            self._send(batches.of_observations(self.world, self._readings(day), after, until))
        self._tell_call_news(until)
        self._tell_registers(until)
        self.told = until
        self._remember(merged | self._agreed - {self.first_day})

    def _agree_on(self, day: int) -> None:
        """Put a day's steps and calls to come on the agendas when the day begins."""
        if day not in self._agreed:
            self._agreed.add(day)
            self.steps.add(case_rows.step_events(self._cases(day), 0, FOREVER, reported_until=FOREVER))
            self.calls.add(hotline.events(self._calls(day), 0, FOREVER, occurred_until=FOREVER))

    def _tell_call_news(self, until: int) -> None:
        due = self.calls.take(until)
        for day in np.unique(due["day"]).tolist():
            self._send(batches.of_call_news(self.world, self._calls(day), due[due["day"] == day], known_at=until))

    def _tell_registers(self, until: int) -> None:
        """Tell of enterprises and warnings, now and then."""
        if until - self._news >= NEWS_EVERY_S and self.memory.news is not None:
            self._send(news(self.world, self.memory.news, until))
            self.memory.mark_news(until)
            self._news = until

    def _remember(self, days: frozenset[int]) -> None:
        if self.told - self._saved >= SAVE_EVERY_S:
            self._saved = self.told
            self.memory.mark(days, self.told)
        if self.told - self._logged >= LOG_EVERY_S:
            log.info("told in the last %d s: %s", self.told - self._logged, dict(self.counts) or "nothing")
            self._logged = self.told
            self.counts.clear()

    def _send(self, wanted: Iterable[Batch]) -> None:
        for batch in wanted:
            self.door.post(batch.subject, batch.body)
            self.counts[batch.subject] += batch.rows


def news(world: World, after: int | None, until: int, days: int = 0) -> Iterable[Batch]:
    """What happened to enterprises and warnings in (after, until]; without `after`, what there is."""
    yield from batches.of_rows("enterprises", enterprises.rows(world, after, until))
    yield from batches.of_rows("warnings", public_warnings.rows(world, until - days * DAY if after is None else after, until))
