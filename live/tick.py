"""One moment of painting: when it is, what has changed since the one before, and which parts are meant."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from data_access.notices import EVERYTHING

Lane = Literal["quick", "thorough"]
LANES: tuple[Lane, ...] = ("quick", "thorough")


@dataclass(frozen=True)
class Tick:
    """The instant, the subjects that changed since the tick before (None: paint everything), and the lane.

    The quick lane paints what is cheap to read, so that news is seen at once; the thorough lane counts, and
    takes the time that it needs. Without a lane both are meant. Of what was read within `good_s` seconds no news are
    asked for: a first picture is made of it, and what has changed follows. `elsewhere` are subjects that changed in other
    places than the one that is looked at: they matter to what tells of all places.
    """

    now: datetime
    subjects: frozenset[str] | None = None
    lane: Lane | None = None
    good_s: float = 0.0
    elsewhere: frozenset[str] = frozenset()

    @property
    def news(self) -> frozenset[str] | None:
        """The subjects that must be looked at anew; None: all."""
        return None if self.subjects is None or EVERYTHING in self.subjects else self.subjects

    @property
    def everywhere(self) -> "Tick":
        """The same moment for somebody who looks at all places."""
        return self if self.subjects is None else replace(self, subjects=self.subjects | self.elsewhere)

    def touches(self, subjects: frozenset[str]) -> bool:
        """Whether something painted from these subjects may look different now."""
        return self.news is None or not self.news.isdisjoint(subjects)

    def means(self, lane: Lane) -> bool:
        """Whether the parts of this lane are painted."""
        return self.lane is None or self.lane == lane
