"""How far the back-fill is, told to the door about once a second."""

import time
from dataclasses import dataclass, field
from threading import Lock

from simulate.door import Door

KEY = "backfill"
WORDS = {"title_zh": "补录历史（模拟）", "title_en": "Filling in history (simulated)", "unit_zh": "行", "unit_en": "rows"}
EVERY_S = 1.0


@dataclass
class Progress:
    """Rows of cases and observations told, of those expected."""

    door: Door
    total: float = 0.0
    done: int = 0
    _told_at: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def expect(self, rows: float) -> None:
        """Expect that many more rows (or fewer)."""
        with self._lock:
            self.total += rows

    def add(self, rows: int) -> None:
        """Count rows, and say so when it is time."""
        with self._lock:
            self.done += rows
            if time.monotonic() - self._told_at < EVERY_S:
                return
            self._tell(finished=False)

    def finish(self) -> None:
        """Say that it is done."""
        with self._lock:
            self.total = self.done
            self._tell(finished=True)

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            self.door.close()

    def _tell(self, *, finished: bool) -> None:
        self._told_at = time.monotonic()
        self.door.tell_job(KEY, {**WORDS, "done": self.done, "total": max(round(self.total), self.done), "finished": finished})
