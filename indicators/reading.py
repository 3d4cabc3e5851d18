"""The value of an indicator in a scope, with everything needed to judge it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indicators.definition import Indicator
from indicators.text import Text

Status = Literal["ok", "stale", "dead", "no_data", "not_applicable", "no_base"]
TargetState = Literal["good", "watch", "bad"]


@dataclass(frozen=True)
class Point:
    """One value of a trend; None is a gap, never zero."""

    at: datetime
    value: float | None
    complete: bool = True


@dataclass(frozen=True)
class Reading:
    """One indicator in one scope.

    `value` is in the indicator's unit; `n` the facts behind it; `data_at` the instant of its
    newest datum; `previous` the period before, `last_week` the same period a week ago, `last_year` (where it was asked
    for) that of the year before, all compared like with like with `comparable`: what is not complete is left out of both
    sides. `comparable_n` and `previous_n` are the facts behind those two.
    """

    indicator: Indicator
    status: Status
    value: float | None = None
    n: int = 0
    data_at: datetime | None = None
    period: Text | None = None
    simulated: bool = False
    comparable: float | None = None
    previous: float | None = None
    last_week: float | None = None
    series: tuple[Point, ...] = ()
    why: Text | None = None
    last_year: float | None = None
    comparable_n: int = 0
    previous_n: int = 0

    @property
    def target_state(self) -> TargetState | None:
        """Where the value stands against its target; None without one or without a fresh value."""
        target = self.indicator.target
        if target is None or self.value is None or self.status != "ok":
            return None
        sign = 1 if self.indicator.better == "higher" else -1
        if sign * self.value >= sign * target.good:
            return "good"
        return "bad" if sign * self.value < sign * target.bad else "watch"
