"""One part of the screen: where it stands, how it is drawn, from which subjects, and in which lane."""

from collections.abc import Callable
from dataclasses import dataclass

from live.desk import Desk
from live.picture import Picture
from live.tick import Lane


@dataclass(frozen=True)
class Part:
    """A part is painted anew when one of its subjects changed, and once a minute; without subjects only then."""

    face: str
    draw: Callable[[Desk], Picture]
    subjects: Callable[[Desk], frozenset[str]]
    lane: Callable[[Desk], Lane]


def quick(_: Desk) -> Lane:
    """A few rows by an index."""
    return "quick"


def thorough(_: Desk) -> Lane:
    """Something is counted."""
    return "thorough"
