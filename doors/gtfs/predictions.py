"""What a trip update says of each stop of a run: how late it is, carried on to the stops that it does not name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from google.transit.gtfs_realtime_pb2 import TripUpdate

from doors.gtfs.clock import instant
from doors.gtfs.runs import Due, Run
from doors.gtfs.schedule import Stop

StopTime = TripUpdate.StopTimeUpdate
LONGEST_DELAY = timedelta(days=2)   # what is more is a mistake, and says nothing


@dataclass(frozen=True)
class Predicted:
    """One stop of a run: when it is due, and when it is or was served; neither where it is skipped or nothing is known."""

    sequence: int
    stop_id: str
    stop: Stop | None
    due: datetime | None
    at: datetime | None
    skipped: bool = False

    @property
    def delay(self) -> timedelta | None:
        """How late it is; earlier is below zero."""
        return None if self.due is None or self.at is None else self.at - self.due


def predicted(run: Run, update: TripUpdate) -> tuple[Predicted, ...]:
    """Every stop of a run that an update says something of, in their order.

    By departure, or where there is none by arrival. A delay goes on until the next stop that has one of its own; what is
    written without data ends it. Without a timetable only the stops that are named are told.
    """
    if run.cancelled:
        return tuple(Predicted(stop.sequence, stop.stop_id, stop.stop, stop.leaves, None, skipped=True) for stop in run.due)
    named = list(update.stop_time_update)
    if not run.due:
        return tuple(alone(run, number, one) for number, one in enumerate(named, start=1))
    return tuple(carried(run.due, aligned(run.due, named), whole_delay(update)))


def whole_delay(update: TripUpdate) -> timedelta | None:
    """The delay of a run as a whole, which counts where no stop is named."""
    return sane(timedelta(seconds=update.delay)) if update.HasField("delay") and not update.stop_time_update else None


def aligned(due: Sequence[Due], named: Sequence[StopTime]) -> dict[int, StopTime]:
    """Which stop of the timetable each update means: by its place in the sequence, or by its name from the last one on."""
    places = {stop.sequence: at for at, stop in enumerate(due)}
    found: dict[int, StopTime] = {}
    after = 0
    for one in named:
        place = places.get(one.stop_sequence) if one.HasField("stop_sequence") else next(
            (at for at in range(after, len(due)) if due[at].stop_id == one.stop_id), None)
        if place is not None:
            found[place] = one
            after = place + 1
    return found


def carried(due: Sequence[Due], named: dict[int, StopTime], delay: timedelta | None) -> Iterator[Predicted]:
    """The stops one after the other, with the delay that is known when the vehicle comes there."""
    for at, stop in enumerate(due):
        one = named.get(at)
        relation = StopTime.SCHEDULED if one is None else one.schedule_relationship
        if relation == StopTime.SKIPPED:
            yield Predicted(stop.sequence, stop.stop_id, stop.stop, stop.leaves, None, skipped=True)
            continue
        if relation in (StopTime.NO_DATA, StopTime.UNSCHEDULED):
            delay = None
        elif one is not None:
            delay = told(one, stop, delay)
        if delay is not None and stop.leaves is not None:
            yield Predicted(stop.sequence, stop.stop_id, stop.stop, stop.leaves, stop.leaves + delay)


def told(one: StopTime, stop: Due, before: timedelta | None) -> timedelta | None:
    """The delay with which an update says that a vehicle leaves a stop, or arrives where it says no more."""
    for event, due, said in ((one.departure, stop.departure or stop.arrival, one.HasField("departure")),
                             (one.arrival, stop.arrival or stop.departure, one.HasField("arrival"))):
        if not said:
            continue
        at = instant(event.time)
        if at is not None and due is not None:
            return sane(at - due)
        if event.HasField("delay"):
            return sane(timedelta(seconds=event.delay))
    return before


def alone(run: Run, number: int, one: StopTime) -> Predicted:
    """A stop of a run that the timetable does not hold: due when the update itself says so."""
    sequence = one.stop_sequence if one.HasField("stop_sequence") else number
    stop = None if run.schedule is None else run.schedule.stops.get(one.stop_id)
    event = one.departure if one.HasField("departure") else one.arrival
    at = instant(event.time)
    due = instant(event.scheduled_time)
    if due is None and at is not None and event.HasField("delay"):
        due = at - timedelta(seconds=event.delay)
    if one.schedule_relationship == StopTime.SKIPPED:
        return Predicted(sequence, one.stop_id, stop, due, None, skipped=True)
    if one.schedule_relationship == StopTime.NO_DATA or (due and at and sane(at - due) is None):
        return Predicted(sequence, one.stop_id, stop, None, None)
    return Predicted(sequence, one.stop_id, stop, due, at)


def sane(delay: timedelta) -> timedelta | None:
    """A delay that can be; None for what is none."""
    return delay if abs(delay) <= LONGEST_DELAY else None
