"""Observations: the fast path is one sorted binary COPY; a key that is there already takes the slow one.

The first value of a device, property and instant stays. The same again is `seen`; another value for
it is refused as `conflict` and kept whole, so that no correction is lost and none passes unseen.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import psycopg2.errors
from numpy.typing import NDArray

from data_access.engine import sql
from ingest import latest
from ingest.batch import Batch, Late, Stored
from ingest.checks import shown
from ingest.contributions import Observed
from ingest.copy import copy_rows
from ingest.feeds import Heard
from ingest.later import at_the_end
from ingest.registers import KnownDevice, KnownProperty
from ingest.rollups import roll_up_observed, settle

REMEMBERED = np.timedelta64(7, "D")  # a device's last word stands for so long at most
NO_DEVICE = KnownDevice(-1, -1, "")
STAGED = ("place", "device_id", "property_id", "observed_at", "value")
COLUMNS = ("observed_at", "value", "device_id", "batch_id", "row_no", "property_id")
STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS stage_observation (
        place int NOT NULL, device_id int NOT NULL, property_id smallint NOT NULL, observed_at timestamptz NOT NULL,
        value double precision NOT NULL
    ) ON COMMIT DELETE ROWS"""
THERE = """
    SELECT s.place, o.value <> s.value AS different
      FROM stage_observation s JOIN observation o USING (device_id, property_id, observed_at)
     WHERE o.observed_at BETWEEN :first AND :last"""


@dataclass(frozen=True)
class Readings:
    """Checked observations, sorted by device, property and instant; `row` is their place in the batch."""

    row: NDArray[np.int64]
    device_id: NDArray[np.int64]
    region_id: NDArray[np.int64]
    property_id: NDArray[np.int64]
    observed_at: NDArray[np.datetime64]
    value: NDArray[np.float64]
    kind: NDArray[np.object_]

    def at(self, chosen: NDArray[Any]) -> "Readings":
        """Some of them."""
        return Readings(self.row[chosen], self.device_id[chosen], self.region_id[chosen], self.property_id[chosen],
                        self.observed_at[chosen], self.value[chosen], self.kind[chosen])


def store(batch: Batch) -> Stored:
    """Take a batch of observations."""
    table, rejects = batch.table, batch.rejects
    devices, device = batch.registers.devices.resolve(batch.connection, "device", table["device"], rejects)
    properties, property_ = batch.registers.properties.resolve(batch.connection, "property", table["property"], rejects)
    check_limits(batch, properties, property_)
    batch.fate.regions[:] = np.array([(row or NO_DEVICE).region_id for row in devices] + [NO_DEVICE.region_id])[device]
    rows = batch.good()
    sorted_ = arrange(batch, rows, devices, device, properties, property_)
    unique, repeated = without_repeats(batch, sorted_)
    new, there = insert(batch, unique)
    heard = listen(batch, new, properties, property_)
    if not len(new.row):
        return Stored(0, repeated + there, heard)
    batch.written()
    words = latest.newest([latest.Words(new.device_id, new.property_id, new.observed_at, new.value)])
    history = batch.may_wait and words.fresh_until < batch.received_at - latest.FRESH
    limits = {row.number: row.limits() for row in properties if row is not None}
    roll_up(batch, Observed(new.property_id, new.region_id, new.observed_at, new.value, limits, new.kind))
    if not history:
        at_the_end(batch.later, partial(latest.write, batch.connection, words))
    span = Late(new.observed_at.min(), new.observed_at.max() + REMEMBERED)
    return Stored(len(new.row), repeated + there, heard, {"device": span, "latest": span}, new.region_id,
                  words if history else None)


def roll_up(batch: Batch, observed: Observed) -> None:
    """Bring what the observations contribute into the rollups."""
    if batch.later is not None:
        batch.later.add_observed(observed, batch.batch_id)
        return
    settle(batch.connection)
    roll_up_observed(batch.connection, batch.city, batch.book, observed, batch.batch_id)


def check_limits(batch: Batch, properties: list[KnownProperty | None], place: NDArray[np.int64]) -> None:
    """Refuse values outside their property's [minimum, maximum]."""
    low = np.array([*(-np.inf if row is None or row.minimum is None else row.minimum for row in properties), -np.inf])[place]
    high = np.array([*(np.inf if row is None or row.maximum is None else row.maximum for row in properties), np.inf])[place]
    value = batch.table["value"]
    for at in np.flatnonzero((value < low) | (value > high)):
        row = properties[place[at]]
        batch.rejects.add(at, "value", "range",
                          f"value is {value[at]:g}, but {row.key} lies between {low[at]:g} and {high[at]:g}")


def arrange(
    batch: Batch, rows: NDArray[np.int64], devices: list[KnownDevice | None], device: NDArray[np.int64],
    properties: list[KnownProperty | None], property_: NDArray[np.int64],
) -> Readings:
    """The good rows as columns of numbers, sorted by key."""
    number, region, kind = zip(*(row or NO_DEVICE for row in devices), strict=True)
    kinds = np.array(kind, object)[device[rows]]
    property_id = np.array([-1 if row is None else row.number for row in properties], np.int64)[property_[rows]]
    made = Readings(rows, np.array(number, np.int64)[device[rows]], np.array(region, np.int64)[device[rows]], property_id,
                    batch.table["observed_at"][rows], batch.table["value"][rows], kinds)
    return made.at(np.lexsort((made.observed_at, made.property_id, made.device_id)))


def without_repeats(batch: Batch, readings: Readings) -> tuple[Readings, int]:
    """Keep the first row of each key. Returns: those, and how many said the same again."""
    same = ((np.diff(readings.device_id) == 0) & (np.diff(readings.property_id) == 0)
            & (np.diff(readings.observed_at) == np.timedelta64(0, "us")))
    again = np.append(False, same)[:len(readings.row)]
    if not again.any():
        return readings, 0
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(again))))
    other = again & (readings.value != readings.value[first])
    refuse(batch, readings.row[other])
    batch.fate.repeated[readings.row[again]] = True
    return readings.at(~again), int((again & ~other).sum())


def refuse(batch: Batch, rows: NDArray[np.int64]) -> None:
    """Refuse rows whose key has another value already."""
    for row in rows:
        batch.rejects.add(row, "value", "conflict", f"value is {batch.table['value'][row]:g}, but another value of device "
                          f"{shown(batch.table['device'][row])} for this property and time is there already")


def insert(batch: Batch, readings: Readings) -> tuple[Readings, int]:
    """Write what is new. Returns: that, and how many were there already with the same value."""
    if not len(readings.row):
        return readings, 0
    savepoint = batch.connection.begin_nested()
    try:
        write(batch, readings)
        savepoint.commit()
        return readings, 0
    except psycopg2.errors.UniqueViolation:
        savepoint.rollback()
    new, seen = without_known(batch, readings)
    write(batch, new)
    return new, seen


def write(batch: Batch, readings: Readings) -> None:
    """Append readings. Raises: UniqueViolation when one of them is there."""
    count = len(readings.row)
    copy_rows(batch.connection, "observation", COLUMNS, {
        "observed_at": readings.observed_at, "value": readings.value, "device_id": readings.device_id,
        "batch_id": np.full(count, batch.batch_id), "row_no": batch.lines[readings.row], "property_id": readings.property_id})


def without_known(batch: Batch, readings: Readings) -> tuple[Readings, int]:
    """Keep what is not there yet, refuse what is there with another value. Returns: those, and how many said the same."""
    batch.connection.execute(sql(STAGE))
    batch.connection.execute(sql("DELETE FROM stage_observation"))
    copy_rows(batch.connection, "stage_observation", STAGED, {
        "place": np.arange(len(readings.row)), "device_id": readings.device_id, "property_id": readings.property_id,
        "observed_at": readings.observed_at, "value": readings.value})
    there = batch.connection.execute(sql(THERE), {
        "first": readings.observed_at.min().astype(object), "last": readings.observed_at.max().astype(object)}).all()
    different = [row.place for row in there if row.different]
    refuse(batch, readings.row[different])
    new = np.ones(len(readings.row), bool)
    new[[row.place for row in there]] = False
    batch.fate.repeated[readings.row[~new]] = True
    return readings.at(new), len(there) - len(different)


def listen(batch: Batch, new: Readings, properties: list[KnownProperty | None], place: NDArray[np.int64]) -> dict[str, Heard]:
    """What the batch said of each property; rows of no known property count for observations as such."""
    bad = np.fromiter(batch.rejects.reasons, np.int64, len(batch.rejects.reasons))
    rejected = place[bad]
    marked = place[np.fromiter(batch.marked(), np.int64)]
    heard = {}
    for at, row in enumerate(properties):
        if row is None:
            continue
        mine = new.property_id == row.number
        refused = int((rejected == at).sum())
        if mine.any():
            heard[f"observation:{row.key}"] = Heard(
                int(mine.sum()), refused, new.observed_at[mine].max(), int((marked == at).sum()))
        elif (place == at).any():
            heard[f"observation:{row.key}"] = Heard(0, refused)
    known = np.array([*(row is not None for row in properties), False], bool)
    if (~known[rejected]).any():
        heard["observation"] = Heard(0, int((~known[rejected]).sum()))
    return heard
