"""Vehicle positions as rows of `vehicles`: where each vehicle is, on which line, and how late it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from google.transit.gtfs_realtime_pb2 import FeedEntity, TripUpdate, VehiclePosition

from doors.gtfs.clock import instant
from doors.gtfs.predictions import Predicted, predicted
from doors.gtfs.runs import Run, found
from doors.gtfs.schedule import Schedule

Row = dict[str, Any]
KM_H = 3.6
FASTEST_KM_H = 1000
LONGEST = {"label": 100, "line": 100, "line_name": 200, "headsign": 200, "next_stop": 200}


@dataclass(frozen=True)
class Followed:
    """A run that a trip update speaks of, and what it says of its stops."""

    run: Run
    vehicle: str
    stops: tuple[Predicted, ...]

    def next(self, now: datetime) -> Predicted | None:
        """The stop that is served next, by the predictions."""
        return next((stop for stop in self.stops if stop.at is not None and stop.at > now), None)

    def at(self, now: datetime, sequence: int | None) -> Predicted | None:
        """The stop that stands at a place of the sequence, or where none is said the next one."""
        return self.next(now) if sequence is None else next((stop for stop in self.stops if stop.sequence == sequence), None)

    def delay(self, now: datetime, sequence: int | None) -> timedelta | None:
        """How late it is at a stop of the sequence, or at the next one, or was at its last."""
        known = [stop.delay for stop in (self.at(now, sequence), self.next(now), *reversed(self.stops)) if stop is not None]
        return next((delay for delay in known if delay is not None), None)


@dataclass(frozen=True)
class Updates:
    """All trip updates that are known, found by the run, by the trip where only one run of it is spoken of, or by the vehicle."""

    every: tuple[Followed, ...] = ()
    by_run: Mapping[str, Followed] = field(default_factory=dict)
    by_trip: Mapping[str, Followed] = field(default_factory=dict)
    by_vehicle: Mapping[str, Followed] = field(default_factory=dict)

    @classmethod
    def of(cls, followed: Iterable[Followed]) -> "Updates":
        """Ready to be looked up."""
        every = tuple(followed)
        trips: dict[str, list[Followed]] = {}
        for one in every:
            trips.setdefault(one.run.trip_id, []).append(one)
        return cls(every, {one.run.key: one for one in every if one.run.key},
                   {trip: ones[0] for trip, ones in trips.items() if trip and len(ones) == 1},
                   {one.vehicle: one for one in every if one.vehicle})

    def on(self, run: Run, vehicle: str) -> Followed | None:
        """The update about a vehicle's run."""
        return self.by_run.get(run.key) or self.by_trip.get(run.trip_id) or (
            None if run.trip_id else self.by_vehicle.get(vehicle))


def followed(schedule: Schedule | None, update: TripUpdate, now: datetime) -> Followed:
    """What a trip update says."""
    run = found(schedule, update.trip, now, update)
    return Followed(run, update.vehicle.id or update.vehicle.label, predicted(run, update))


def row(entity: FeedEntity, schedule: Schedule | None, updates: Updates, told: datetime) -> Row:
    """One vehicle's row; what the feed does not say, or what cannot be, is not in it.

    A position without coordinates, as underground lines send them, is that of its stop. `told` is the instant of the message.
    """
    vehicle: VehiclePosition = entity.vehicle
    run = found(schedule, vehicle.trip, told)
    name = called(entity, run)
    update = updates.on(run, name)
    run = update.run if update is not None and update.run.key == run.key else run   # whose stops are worked out already
    at = instant(vehicle.timestamp) or told
    stop_id, sequence = stop_of(vehicle, run)
    stop = None if schedule is None else schedule.stops.get(stop_id)
    coming = None if update is None else update.at(at, sequence)
    late = None if update is None else update.delay(at, sequence)
    position = vehicle.position if vehicle.HasField("position") else None
    place = (position.longitude, position.latitude) if position is not None else (
        (stop.lon, stop.lat) if stop is not None else (None, None))
    route = run.route
    told_stop = stop.name if stop is not None else coming.stop.name if coming is not None and coming.stop is not None else stop_id
    made = {
        "id": name, "observed_at": written(at), "lon": number(place[0]), "lat": number(place[1]),
        "label": vehicle.vehicle.label or vehicle.vehicle.license_plate,
        "mode": None if route is None else route.mode,
        "line": run.line,
        "line_name": route.long if route is not None and route.short else None,
        "headsign": run.trip.headsign if run.trip is not None else None, "trip": run.trip_id,
        "bearing": bearing(vehicle), "speed_kmh": speed(vehicle),
        "delay_s": None if late is None else round(late.total_seconds()),
        "next_stop": told_stop, "next_stop_at": None if coming is None or coming.at is None else written(coming.at),
        "at_stop": True if vehicle.HasField("current_status") and vehicle.current_status == VehiclePosition.STOPPED_AT else None,
        "placed_by_stop": True if position is None and stop is not None else None,
    }
    return cut({"id": name} | {key: value for key, value in made.items() if value not in (None, "")})


def called(entity: FeedEntity, run: Run) -> str:
    """What tells a vehicle from others: its id, or the next best that the feed gives."""
    of = entity.vehicle.vehicle
    return of.id or of.label or of.license_plate or (f"trip {run.key}" if run.key else "") or entity.id


def stop_of(vehicle: VehiclePosition, run: Run) -> tuple[str, int | None]:
    """The stop that a vehicle is at or on its way to: its id and its place in the sequence, as far as they are known."""
    sequence = vehicle.current_stop_sequence if vehicle.HasField("current_stop_sequence") else None
    if vehicle.stop_id and sequence is None:
        places = [stop.sequence for stop in run.due if stop.stop_id == vehicle.stop_id]
        return vehicle.stop_id, places[0] if len(places) == 1 else None
    named = vehicle.stop_id or next((stop.stop_id for stop in run.due if stop.sequence == sequence), "")
    return named, sequence


def bearing(vehicle: VehiclePosition) -> float | None:
    """Where it is heading in degrees from north; None where that is no direction."""
    if not vehicle.position.HasField("bearing") or not isfinite(vehicle.position.bearing) or abs(vehicle.position.bearing) > 360:
        return None
    return round(vehicle.position.bearing % 360, 1)


def speed(vehicle: VehiclePosition) -> float | None:
    """Its speed in km/h; None for what none can be."""
    if not vehicle.position.HasField("speed"):
        return None
    found = vehicle.position.speed * KM_H
    return round(found, 1) if 0 <= found <= FASTEST_KM_H else None


def number(value: float | None) -> float | None:
    """A coordinate as the message's four bytes meant it."""
    return None if value is None or not isfinite(value) else round(value, 6)


def written(at: datetime) -> str:
    """An instant as rows bear it."""
    return at.astimezone(UTC).isoformat()


def cut(made: Row) -> Row:
    """A row whose names are no longer than a row holds."""
    return {key: value[:LONGEST[key]] if key in LONGEST else value for key, value in made.items()}
