"""A static GTFS data set in memory: what lines, trips and stops are called, and when they are due.

Stop times, of which there are millions, are columns of numbers; the rest are small records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]


class Route(NamedTuple):
    """A line: what it is called for short and at length, and what runs on it (a mode of `MODES`)."""

    id: str
    short: str
    long: str
    mode: str | None


class Stop(NamedTuple):
    """A stop and where it is; without a coordinate of its own it has its station's."""

    id: str
    name: str
    lon: float | None
    lat: float | None


class Trip(NamedTuple):
    """A run of the timetable, on every day of its service."""

    id: str
    route: str
    service: str
    headsign: str
    direction: int | None


class Call(NamedTuple):
    """One stop of a trip: its place in the sequence, when it is due in seconds of the service day (-1: not said)."""

    sequence: int
    stop: str
    arrival: int
    departure: int


class Frequency(NamedTuple):
    """From when until when a trip is repeated, and whether at exact times."""

    start: int
    end: int
    headway: int
    exact: bool


@dataclass(frozen=True)
class StopTimes:
    """Every call of every trip, sorted by trip and sequence; trips and stops by their number."""

    trip: Numbers
    sequence: Numbers
    stop: Numbers
    arrival: Numbers
    departure: Numbers

    def of(self, trip: int) -> slice:
        """Where the calls of a trip are."""
        number = np.int32(trip)     # of the column's own type: with another the whole column is copied for each look
        return slice(int(np.searchsorted(self.trip, number)), int(np.searchsorted(self.trip, number, side="right")))


@dataclass(frozen=True)
class Service:
    """The days on which a service runs."""

    weekdays: tuple[bool, ...] = (False,) * 7
    first: date | None = None
    last: date | None = None
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def runs(self, on: date) -> bool:
        """Whether it runs on a day."""
        if on in self.added or on in self.removed:
            return on in self.added
        return self.first is not None and self.last is not None and self.first <= on <= self.last and self.weekdays[on.weekday()]


@dataclass(frozen=True)
class Schedule:
    """The whole data set. `services` None: nothing says on which days anything runs, so that is not asked."""

    zone: ZoneInfo
    routes: dict[str, Route]
    stops: dict[str, Stop]
    trips: dict[str, Trip]
    times: StopTimes
    services: dict[str, Service] | None
    frequencies: dict[str, tuple[Frequency, ...]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)   # of the trips, in `times`
    names: Sequence[str] = ()                               # the stops' ids, by their number in `times`
    left_out: dict[str, int] = field(default_factory=dict)  # rows that could not be used, by file

    def calls(self, trip: str) -> tuple[Call, ...]:
        """The stops of a trip in their order; none of a trip that is not known."""
        number = self.numbers.get(trip)
        if number is None:
            return ()
        at, times = self.times.of(number), self.times
        return tuple(Call(sequence, self.names[stop], arrival, departure) for sequence, stop, arrival, departure in zip(
            times.sequence[at].tolist(), times.stop[at].tolist(), times.arrival[at].tolist(), times.departure[at].tolist(),
            strict=True))

    def runs(self, trip: Trip, on: date) -> bool:
        """Whether a trip runs on a day; of a service that no file speaks of nobody knows better."""
        if self.services is None:
            return True
        service = self.services.get(trip.service)
        return service is None or service.runs(on)

    def exact(self, trip: str) -> bool | None:
        """Whether a repeated trip keeps exact times; None for one that is not repeated."""
        repeated = self.frequencies.get(trip)
        return None if not repeated else any(one.exact for one in repeated)
