"""Vehicles of public transport: where each is by its newest word, all of them at once for the map, one for its drawer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.trace import TRACE_COLUMNS, Trace, trace
from geo import tiling
from indicators.clocks import PUNCTUAL, VEHICLE_GONE, VEHICLE_STALE

State = Literal["stale", "running", "late"]
STATES: tuple[State, ...] = ("stale", "running", "late")    # by how much each draws the eye


class UnknownVehicle(LookupError):
    """No vehicle has this number."""


@dataclass(frozen=True)
class Fleet:
    """The vehicles that are there: where (unit square, or a tile's), how they stand (places in STATES), and what they say."""

    places: NDArray[np.float64]
    states: NDArray[np.int64]
    ids: NDArray[np.object_]
    lines: NDArray[np.object_]
    headsigns: NDArray[np.object_]
    bearings: NDArray[np.object_]
    delays: NDArray[np.object_]
    instants: NDArray[np.int64]

    def within(self, z: int, x: int, y: int) -> "Fleet":
        """Those of a tile, placed in it."""
        places = self.places * (1 << z) - (x, y)
        return self.only(np.flatnonzero(np.all((places >= 0) & (places < 1), axis=1)), places)

    def thinned(self, cells: int) -> tuple["Fleet", NDArray[np.int64]]:
        """One of each square of a tile, the one that draws the eye most, and how many stand there; `cells` squares across."""
        square = np.floor(self.places * cells).astype(np.int64) @ (cells, 1)
        order = np.lexsort((self.instants, self.states, square))
        last = np.flatnonzero(np.append(np.diff(square[order]) != 0, True)) if len(order) else order
        return self.only(order[last], self.places), np.diff(last, prepend=-1)

    def only(self, which: NDArray[np.int64], places: NDArray[np.float64]) -> "Fleet":
        """Some of them, at places of their own."""
        return Fleet(places[which], self.states[which], self.ids[which], self.lines[which], self.headsigns[which],
                     self.bearings[which], self.delays[which], self.instants[which])


def fleet(engine: Engine, now: datetime) -> Fleet:
    """The vehicles heard of lately, wherever they are: once for all tiles of a version.

    Raises: DataUnavailable.
    Source: vehicle.
    """
    with reading(engine, "vehicles on the map") as connection:
        rows = connection.execute(sql("""
            SELECT vehicle_id::text, ST_X(geom), ST_Y(geom), COALESCE(line, label), headsign, round(bearing)::int, delay_s,
                   EXTRACT(EPOCH FROM observed_at)::bigint, observed_at <= :stale
              FROM vehicle
             WHERE observed_at > :gone AND NOT gone AND geom IS NOT NULL
             ORDER BY vehicle_id"""), {"stale": now - VEHICLE_STALE, "gone": now - VEHICLE_GONE}).all()
    ids, lons, lats, lines, headsigns, bearings, delays, instants, stale = ([row[at] for row in rows] for at in range(9))
    places = tiling.unit_square(np.array([lons, lats], dtype=float).T.reshape(-1, 2))
    states = [STATES.index("stale" if old else standing(delay)) for old, delay in zip(stale, delays, strict=True)]
    return Fleet(places, np.array(states, np.int64), np.array(ids, object), np.array(lines, object), np.array(headsigns, object),
                 np.array(bearings, object), np.array(delays, object), np.array(instants, np.int64))


def standing(delay_s: int | None) -> State:
    """How a vehicle that is heard stands against its timetable; where that is not known it just runs."""
    return "late" if delay_s is not None and delay_s > PUNCTUAL[1].total_seconds() else "running"


@dataclass(frozen=True)
class VehicleRecord:
    """Everything known of one vehicle."""

    vehicle_id: int
    name: str
    label: str | None
    mode: str | None
    line: str | None
    line_name: str | None
    headsign: str | None
    trip: str | None
    region_id: int
    lon: float | None
    lat: float | None
    observed_at: datetime
    speed_kmh: float | None
    delay_s: int | None
    next_stop: str | None
    next_stop_at: datetime | None
    at_stop: bool
    placed_by_stop: bool
    gone: bool
    trace: Trace

    def state(self, now: datetime) -> State | None:
        """How it stands; None when it is no longer on the map."""
        if self.gone or self.observed_at <= now - VEHICLE_GONE:
            return None
        return "stale" if self.observed_at <= now - VEHICLE_STALE else standing(self.delay_s)


def vehicle(engine: Engine, vehicle_id: int) -> VehicleRecord:
    """Read one vehicle. Raises: UnknownVehicle; DataUnavailable."""
    with reading(engine, "the vehicle") as connection:
        row = connection.execute(sql(f"""
            SELECT v.vehicle_id, v.external_id, v.label, v.mode, v.line, v.line_name, v.headsign, v.trip, v.region_id,
                   ST_X(v.geom) AS lon, ST_Y(v.geom) AS lat, v.observed_at, v.speed_kmh, v.delay_s, v.next_stop, v.next_stop_at,
                   v.at_stop, v.placed_by_stop, v.gone, v.row_no, {TRACE_COLUMNS}
              FROM vehicle v JOIN batch b USING (batch_id) JOIN source s ON s.source_id = b.source_id
             WHERE v.vehicle_id = :id"""), {"id": vehicle_id}).first()
    if row is None:
        raise UnknownVehicle(vehicle_id)
    return VehicleRecord(
        row.vehicle_id, row.external_id, row.label, row.mode, row.line, row.line_name, row.headsign, row.trip, row.region_id,
        row.lon, row.lat, row.observed_at, row.speed_kmh, row.delay_s, row.next_stop, row.next_stop_at, row.at_stop,
        row.placed_by_stop, row.gone, trace(row))


@dataclass(frozen=True)
class Stock:
    """The vehicles on the map of a region: how many, and whether any of them is simulated."""

    n: int
    simulated: bool


def stock(engine: Engine, region_id: int, now: datetime) -> Stock:
    """Count the vehicles that the map shows of a region. Raises: DataUnavailable."""
    with reading(engine, "vehicles") as connection:
        row = connection.execute(sql("""
            SELECT count(*)::int AS n, COALESCE(bool_or(s.simulated), false) AS simulated
              FROM vehicle v JOIN region_ancestor a USING (region_id) JOIN source s USING (source_id)
             WHERE v.observed_at > :gone AND NOT v.gone AND v.geom IS NOT NULL AND a.ancestor_id = :region"""),
            {"gone": now - VEHICLE_GONE, "region": region_id}).one()
    return Stock(row.n, row.simulated)
