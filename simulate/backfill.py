"""The past, told newest day first, at full speed; every day on its own, so that any can be told again."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock

from simulate import batches, case_rows, cases, hotline, observations
from simulate.agenda import Agenda
from simulate.door import Answer
from simulate.lane import Batch, Lane
from simulate.memory import Memory, Told
from simulate.moments import DAY, day_of
from simulate.progress import Progress
from simulate.world import World

log = logging.getLogger(__name__)

FOREVER = 2**62
RECENT = 3             # days that make the newest 48 hours whole


@dataclass(frozen=True)
class Task:
    """One day to tell: what was told of it, and until when to tell it now."""

    day: int
    told: Told
    until: int

    @property
    def end(self) -> int:
        """The last instant of its own facts."""
        return min(self.until, (self.day + 1) * DAY - 1)

    @property
    def missing(self) -> float:
        """The share of the day's own facts that is still to be told."""
        return max(self.end - self.told.facts, 0) / DAY


def tasks(memory: Memory, until: int, days: int) -> list[Task]:
    """The window's days and all that were told before, newest first."""
    newest = day_of(until)
    wanted = set(range(newest - days, newest + 1)) | {day for day in memory.known_days() if day <= newest}
    return [Task(day, memory.told(day), until) for day in sorted(wanted, reverse=True)]


@dataclass
class Backfill:
    """Tells tasks by lanes: one for the city's work, and the sensors' in turns, so that no two write of the same day.

    What is still to come of a day's cases and calls is put on the agendas once the day is told.
    """

    world: World
    memory: Memory
    progress: Progress
    work: Lane
    sensors: tuple[Lane, ...]
    steps: Agenda
    calls: Agenda
    on_recent: Callable[[], None]
    counts: dict[str, list[int]] = field(default_factory=dict)
    merged: frozenset[int] = frozenset()       # days told in this run, with all that is to come on the agendas
    _half_told: set[int] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def run(self, wanted: list[Task]) -> None:
        """Tell all tasks. Raises: Refused; Stopped."""
        for task in wanted:
            self.progress.expect(self._expected(task))
        recent = frozenset(task.day for task in wanted[:RECENT])
        for number, task in enumerate(wanted):
            self._tell(task, self.sensors[number % len(self.sensors)], recent)
        for lane in (self.work, *self.sensors):
            lane.finish()

    def count(self, batch: Batch, answer: Answer) -> None:
        """Note what became of a batch."""
        with self._lock:
            sums = self.counts.setdefault(batch.subject, [0, 0, 0])
            for i, n in enumerate((answer.taken, answer.seen, answer.rejected)):
                sums[i] += n
        if batch.subject in ("cases", "observations"):
            self.progress.add(batch.rows)

    def _expected(self, task: Task) -> float:
        return task.missing * (cases.expected(self.world, task.day) + observations.expected(self.world))

    def _tell(self, task: Task, sensors: Lane, recent: frozenset[int]) -> None:
        reported = cases.draw(self.world, task.day)
        calls = hotline.draw(self.world, reported)
        told = 0
        for batch in self._of_work(task, reported, calls):
            told += batch.rows if batch.subject == "cases" else 0
            self.work.put(batch)
        self.work.put(lambda: self._agree_on(task, reported, calls, recent))
        if task.missing:
            for batch in batches.of_observations(self.world, observations.draw(self.world, task.day), task.told.facts, task.end):
                told += batch.rows
                sensors.put(batch)
        sensors.put(lambda: self._told(task, recent))
        self.progress.expect(told - self._expected(task))

    def _of_work(self, task: Task, reported: cases.Cases, calls: hotline.Calls) -> Iterator[Batch]:
        """New cases before their calls, and what became of those told before."""
        old = task.told
        yield from batches.of_cases(self.world, reported, old.facts, task.end, steps_until=task.until)
        steps = case_rows.step_events(reported, old.steps, task.until, reported_until=old.facts)
        yield from batches.of_steps(self.world, steps)
        yield from batches.of_calls(self.world, calls, old.facts, task.end, known_at=task.until)
        news = hotline.events(calls, old.steps, task.until, occurred_until=old.facts)
        yield from batches.of_call_news(self.world, calls, news, known_at=task.until)

    def _agree_on(self, task: Task, reported: cases.Cases, calls: hotline.Calls, recent: frozenset[int]) -> None:
        """Put what is still to come on the agendas."""
        self.steps.add(case_rows.step_events(reported, task.until, FOREVER, reported_until=FOREVER))
        self.calls.add(hotline.events(calls, task.until, FOREVER, occurred_until=FOREVER))
        self._told(task, recent)

    def _told(self, task: Task, recent: frozenset[int]) -> None:
        """When both lanes have told a day, remember it; when the last of the newest is told, say so."""
        with self._lock:
            if task.day not in self._half_told:
                self._half_told.add(task.day)
                return
            self.merged |= {task.day}
            newest = task.day in recent and recent <= self.merged
        self.memory.mark({task.day}, task.until)
        if newest:
            self.on_recent()
