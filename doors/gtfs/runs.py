"""Which run of the timetable a message means: a trip on a service day, with its stops and the instants they are due at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from google.transit.gtfs_realtime_pb2 import TripDescriptor, TripUpdate

from doors.gtfs.clock import beginning, day, seconds
from doors.gtfs.schedule import Call, Route, Schedule, Stop, Trip

REPLACED = (TripDescriptor.CANCELED, TripDescriptor.DELETED)
# Runs that the timetable does not hold, or no longer as it is written there.
UNTIMED = (TripDescriptor.ADDED, TripDescriptor.UNSCHEDULED, TripDescriptor.NEW, TripDescriptor.REPLACEMENT)
AROUND = (0, -1, 1)     # the days that a run may belong to, seen from the day of the message


@dataclass(frozen=True)
class Due:
    """One stop of a run and when it is due; None where the timetable does not say."""

    sequence: int
    stop_id: str
    stop: Stop | None
    arrival: datetime | None
    departure: datetime | None

    @property
    def leaves(self) -> datetime | None:
        """When a vehicle is due to leave, or where that is not said to arrive."""
        return self.departure or self.arrival


@dataclass(frozen=True)
class Run:
    """A trip as it runs, on one service day (None: not known) and from `start` where it is repeated over the day."""

    schedule: Schedule | None
    trip_id: str
    route_id: str
    trip: Trip | None
    day: date | None
    start: str
    relation: int

    @property
    def route(self) -> Route | None:
        """Its line, where the timetable knows it."""
        return None if self.schedule is None else self.schedule.routes.get(self.route_id)

    @property
    def line(self) -> str:
        """What its line is called, for short; where nobody knows, its id."""
        return self.route_id if self.route is None else self.route.short or self.route.long or self.route_id

    @property
    def key(self) -> str:
        """What tells it from other runs of the same trip."""
        told = "" if self.day is None else self.day.strftime("%Y%m%d")
        return " ".join(part for part in (told, self.trip_id or self.route_id, self.start) if part)

    @property
    def cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.relation in REPLACED

    @property
    def timed(self) -> bool:
        """Whether the timetable says when it is due: it is there, on that day, and not merely every so many minutes."""
        return (self.schedule is not None and self.trip is not None and self.day is not None and self.relation not in UNTIMED
                and (self.schedule.exact(self.trip.id) is not False) and not self._adrift)

    @property
    def _adrift(self) -> bool:
        """Whether it is one of several runs of a repeated trip and does not say which."""
        return self.schedule is not None and self.trip is not None and bool(self.schedule.exact(self.trip.id)) and not self.start

    @cached_property
    def due(self) -> tuple[Due, ...]:
        """Its stops in their order; without their times where the timetable has none for it."""
        if self.schedule is None or self.trip is None:
            return ()
        calls = self.schedule.calls(self.trip.id)
        shift = self.shift(calls)
        begin = None if self.day is None or not self.timed else beginning(self.day, self.schedule.zone) + shift
        return tuple(Due(call.sequence, call.stop, self.schedule.stops.get(call.stop),
                         at(begin, call.arrival), at(begin, call.departure)) for call in calls)

    def shift(self, calls: Iterable[Call]) -> timedelta:
        """How much later it runs than it is written: a repeated or a doubled run begins at its own time."""
        assert self.schedule is not None and self.trip is not None
        begins = seconds(self.start)
        if begins < 0 or not (self.schedule.exact(self.trip.id) or self.relation == TripDescriptor.DUPLICATED):
            return timedelta()
        first = next((time for call in calls for time in (call.departure, call.arrival) if time >= 0), begins)
        return timedelta(seconds=begins - first)


def at(begin: datetime | None, offset: int) -> datetime | None:
    """An instant of a service day; None where either is not known."""
    return None if begin is None or offset < 0 else begin + timedelta(seconds=offset)


def found(schedule: Schedule | None, told: TripDescriptor, now: datetime, update: TripUpdate | None = None) -> Run:
    """The run that a message means; what it leaves out is taken from the timetable as far as that is plain."""
    trip_id, start, relation = told.trip_id, told.start_time.strip(), told.schedule_relationship
    trip = None if schedule is None else schedule.trips.get(trip_id) or (unnamed(schedule, told) if not trip_id else None)
    day_told = day(told.start_date)
    if relation == TripDescriptor.DUPLICATED and update is not None and update.HasField("trip_properties"):
        start = update.trip_properties.start_time or start
        day_told = day(update.trip_properties.start_date) or day_told
    run = Run(schedule, trip_id or (trip.id if trip else ""), told.route_id or (trip.route if trip else ""), trip, day_told,
              start, relation)
    if schedule is None or trip is None or day_told is not None:
        return run
    return replace(run, day=likely_day(schedule, trip, run, now))


def unnamed(schedule: Schedule, told: TripDescriptor) -> Trip | None:
    """The only trip of a line that begins at a time in a direction on a day, which together name it as well as its id."""
    on, begins = day(told.start_date), seconds(told.start_time)
    if not told.route_id or on is None or begins < 0:
        return None
    fitting = [trip for trip in schedule.trips.values()
               if trip.route == told.route_id and schedule.runs(trip, on)
               and (not told.HasField("direction_id") or trip.direction in (None, told.direction_id))
               and starts(schedule, trip) == begins]
    return fitting[0] if len(fitting) == 1 else None


def starts(schedule: Schedule, trip: Trip) -> int:
    """When a trip begins, in seconds of the service day."""
    return next((call.departure if call.departure >= 0 else call.arrival for call in schedule.calls(trip.id)), -1)


def likely_day(schedule: Schedule, trip: Trip, run: Run, now: datetime) -> date:
    """The service day of a run that does not say it: of those it runs on, the one whose times are nearest to now."""
    today = now.astimezone(schedule.zone).date()
    days = [today + timedelta(days=shift) for shift in AROUND]
    running = [on for on in days if schedule.runs(trip, on)] or days[:1]
    return min(running, key=lambda on: distance(replace(run, day=on).due, now))


def distance(due: tuple[Due, ...], now: datetime) -> timedelta:
    """How far an instant lies from the time between a run's first and last stop."""
    times = [stop.leaves for stop in due if stop.leaves is not None]
    if not times:
        return timedelta.max
    return max(times[0] - now, now.astimezone(UTC) - times[-1], timedelta())
