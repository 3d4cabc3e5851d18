"""One moment of painting: when it is, and what has changed since the one before."""

from dataclasses import dataclass
from datetime import datetime

from data_access.notices import EVERYTHING


@dataclass(frozen=True)
class Tick:
    """The instant, and the subjects that changed since the tick before; None: paint everything."""

    now: datetime
    subjects: frozenset[str] | None = None

    def whole(self) -> "Tick":
        """The same moment, for a view that has to be painted in full."""
        return Tick(self.now)

    def touches(self, subjects: frozenset[str]) -> bool:
        """Whether something painted from these subjects may look different now."""
        return self.subjects is None or EVERYTHING in self.subjects or not self.subjects.isdisjoint(subjects)
