"""One part of the screen: where it stands, how it is drawn, from which subjects, and in which lane."""

from collections.abc import Callable
from dataclasses import dataclass

from live.desk import Desk
from live.picture import Picture
from live.tick import Lane, Tick


@dataclass(frozen=True)
class Part:
    """A part is painted anew when one of its subjects changed in the region that is looked at, or (`everywhere`) in any; and
    once a minute; without subjects only then."""

    face: str
    draw: Callable[[Desk], Picture]
    subjects: Callable[[Desk], frozenset[str]]
    lane: Callable[[Desk], Lane]
    everywhere: bool = False

    def due(self, desk: Desk) -> bool:
        """Whether it may look different now."""
        return desk.tick.means(self.lane(desk)) and self.tick(desk).touches(self.subjects(desk))

    def tick(self, desk: Desk) -> Tick:
        """The moment as this part looks at it."""
        return desk.tick.everywhere if self.everywhere else desk.tick


def quick(_: Desk) -> Lane:
    """A few rows by an index."""
    return "quick"


def thorough(_: Desk) -> Lane:
    """Something is counted."""
    return "thorough"
