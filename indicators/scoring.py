"""The composite score of an agency: indicators, each worth points from 0 to 100, weighed, and put into bands. No database.

Points lie on the straight line from the value worth nothing to the value worth everything. An indicator that has too few
facts behind it gives no points, and its weight goes to the others; an agency of which less than half of the weight is
known gets no score at all. The city's pack says its own weights and bands; until it does, those here hold, and are said to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

FULL = 100.0


@dataclass(frozen=True)
class Weighed:
    """How much an indicator weighs, and between which of its values its points run."""

    weight: float
    none: float     # worth 0 points, and all that is worse
    full: float     # worth 100 points, and all that is better

    def points(self, value: float) -> float:
        """What a value is worth."""
        return min(max((value - self.none) / (self.full - self.none), 0.0), 1.0) * FULL


@dataclass(frozen=True)
class Scoring:
    """What an agency is scored by; `bands` are the least points of each, the best first; below all of them is `last`.

    `least` is how many facts an indicator needs behind it; `own` says that the city's pack chose all this.
    """

    parts: Mapping[str, Weighed]
    bands: Mapping[str, float] = field(default_factory=lambda: {"A": 90.0, "B": 80.0, "C": 70.0, "D": 60.0})
    last: str = "E"
    least: int = 10
    own: bool = False

    def composite(self, points: Mapping[str, float | None]) -> float | None:
        """The weighed mean of the points that are known; None where they are less than half of the weight."""
        known = {key: value for key in self.parts if (value := points.get(key)) is not None}
        weight = sum(self.parts[key].weight for key in known)
        if 2 * weight < sum(part.weight for part in self.parts.values()):
            return None
        return sum(self.parts[key].weight * value for key, value in known.items()) / weight

    def band(self, composite: float) -> str:
        """The band that a score lies in."""
        return next((band for band, least in self.bands.items() if composite >= least), self.last)


DEFAULT = Scoring({
    "org_disposed_on_time": Weighed(weight=40, none=50, full=100),
    "event_overdue_share": Weighed(weight=20, none=50, full=0),
    "org_dispatched_right": Weighed(weight=15, none=80, full=100),
    "org_rework": Weighed(weight=15, none=20, full=0),
    "org_hours_to_dispose": Weighed(weight=10, none=240, full=24),
})
_chosen: list[Scoring] = [DEFAULT]


def scoring() -> Scoring:
    """What holds in this city."""
    return _chosen[-1]


def adopt(own: Scoring | None) -> None:
    """Take what the city's pack says, or the default where it says nothing; once, before anything is read."""
    _chosen[:] = [own or DEFAULT]
