"""Tell long work on a terminal, or in a log: counts, and the time left."""

import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

LOG_EVERY_S = 10.0
PACE_S = 1.0  # no pace can be told from less
CLEAR = "\r\x1b[K"


@dataclass(frozen=True)
class Work:
    """How far one piece of work is; `total` None while nobody knows."""

    title: str
    unit: str
    done: int
    total: int | None


@dataclass(frozen=True)
class _Sight:
    """When a piece of work was first seen, and how far it was then: it may have been resumed."""

    at: float
    done: int


class Console:
    """Plain lines, and below them, on a terminal, one that changes in place."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out = out or sys.stdout
        self._clock = clock
        self._in_place = out.isatty()
        self._shown: dict[str, Work] = {}
        self._first: dict[str, _Sight] = {}
        self._logged_at = -LOG_EVERY_S

    def say(self, line: str) -> None:
        """Print one line for good."""
        self._write(f"{CLEAR if self._in_place else ''}{line}\n")

    def show(self, running: Iterable[Work]) -> None:
        """Tell what is running now; what was told before and is not among it is done."""
        now = {work.title: work for work in running}
        for title, work in self._shown.items():
            if title not in now:
                self.say(f"  done: {title}, {_amount(work)}")
        self._shown = now
        self._first = {title: self._sight(work) for title, work in now.items()}
        sentences = [sentence(work, self._left(work)) for work in now.values()]
        if self._in_place:
            self._write(CLEAR + "   ".join(sentences)[: shutil.get_terminal_size().columns - 1])
        elif sentences and self._clock() - self._logged_at >= LOG_EVERY_S:
            self._logged_at = self._clock()
            for each in sentences:
                self.say(f"  {each}")

    def _sight(self, work: Work) -> _Sight:
        """When it was first seen; anew when it started over."""
        known = self._first.get(work.title)
        return known if known and known.done <= work.done else _Sight(self._clock(), work.done)

    def _left(self, work: Work) -> timedelta | None:
        """The time still needed at the pace since it was first seen."""
        first = self._first[work.title]
        spent, gained = self._clock() - first.at, work.done - first.done
        if work.total is None or gained <= 0 or spent < PACE_S:
            return None
        return timedelta(seconds=spent * max(work.total - work.done, 0) / gained)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def sentence(work: Work, left: timedelta | None) -> str:
    """One piece of work in words: "Tax lots: 120,000 of 855,552 lots, 14 s left"."""
    count = f"{work.done:,}" if work.total is None else f"{work.done:,} of {work.total:,}"
    rest = "" if left is None else f", {duration(left)} left"
    return f"{work.title}: {count} {work.unit}{rest}"


def duration(span: timedelta) -> str:
    """Seconds below two minutes, minutes above."""
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


def _amount(work: Work) -> str:
    """The last count told; the finished work was that much at least."""
    return f"{max(work.done, work.total or 0):,} {work.unit}"
