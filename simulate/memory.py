"""What was told before: kept in a small file, so that a restart goes on where the last run stopped."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from simulate import moments
from simulate.moments import DAY

log = logging.getLogger(__name__)

KEPT_DAYS = 400        # a case older than that has had all its steps


@dataclass(frozen=True)
class Told:
    """How far one day was told: its own facts until an instant, and what became of them until another."""

    facts: int
    steps: int


@dataclass
class Memory:
    """How far everything was told. Safe to share between threads."""

    file: Path
    days: dict[int, Told] = field(default_factory=dict)
    news: int | None = None        # of enterprises and warnings
    _lock: Lock = field(default_factory=Lock)

    def told(self, day: int) -> Told:
        """How far a day was told; up to its first moment when it was not."""
        with self._lock:
            return self.days.get(day, Told(day * DAY - 1, day * DAY - 1))

    def known_days(self) -> set[int]:
        """The days of which anything was told."""
        with self._lock:
            return set(self.days)

    def mark(self, days: Iterable[int], until: int) -> None:
        """Note that these days were told until an instant, and write it down."""
        with self._lock:
            for day in days:
                self.days[day] = Told(min(until, (day + 1) * DAY - 1), until)
            self._write(until)

    def mark_news(self, until: int) -> None:
        """Note how far enterprises and warnings were told."""
        with self._lock:
            self.news = until

    def forget(self) -> None:
        """Start over: the city does not know what we told."""
        with self._lock:
            self.days, self.news = {}, None

    def _write(self, until: int) -> None:
        oldest = until // DAY - KEPT_DAYS
        days = {moments.date_of(day).isoformat(): [moments.text(told.facts), moments.text(told.steps)]
                for day, told in sorted(self.days.items()) if day >= oldest}
        written = json.dumps({"news": None if self.news is None else moments.text(self.news), "days": days}, indent=0)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".part")
        beside.write_text(written, encoding="utf-8")
        beside.replace(self.file)


def load(file: Path) -> Memory:
    """Read the file; an absent or unreadable one means that nothing was told."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        days = {moments.instant(f"{day}T00:00:00Z") // DAY: Told(moments.instant(facts), moments.instant(steps))
                for day, (facts, steps) in said["days"].items()}
        return Memory(file, days, None if said["news"] is None else moments.instant(said["news"]))
    except FileNotFoundError:
        return Memory(file)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("%s cannot be read (%s): telling everything again", file, error)
        return Memory(file)
