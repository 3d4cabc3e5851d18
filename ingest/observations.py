"""Observations: the fast path is one sorted binary COPY; a key that is there already takes the slow one.

The first value of a device, property and instant stays. The same again is `seen`; another value for
it is refused as `conflict` and kept whole, so that no correction is lost and none passes unseen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg2.errors
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.batch import Batch, Late, Stored
from ingest.checks import shown
from ingest.contributions import Observed
from ingest.copy import copy_rows
from ingest.feeds import Heard
from ingest.rollups import roll_up_observed, settle

COLUMNS = ("observed_at", "value", "device_id", "batch_id", "row_no", "property_id")
STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS stage_observation (LIKE observation) ON COMMIT DELETE ROWS"
INSERT_NEW = """
    INSERT INTO observation (observed_at, value, device_id, batch_id, row_no, property_id)
    SELECT observed_at, value, device_id, batch_id, row_no, property_id
      FROM stage_observation ORDER BY device_id, property_id, observed_at
        ON CONFLICT DO NOTHING
    RETURNING row_no"""
DIFFERENT = """
    SELECT s.row_no
      FROM stage_observation s JOIN observation o USING (device_id, property_id, observed_at)
     WHERE s.row_no = ANY(:rows) AND o.value <> s.value AND o.observed_at BETWEEN :first AND :last"""


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
    rows = batch.good()
    sorted_ = arrange(batch, rows, devices, device, properties, property_)
    unique, repeated = without_repeats(batch, sorted_)
    new, there = insert(batch, unique)
    heard = listen(batch, new, properties, property_)
    if not len(new.row):
        return Stored(0, repeated + there, heard)
    settle(batch.connection)
    remember(batch.connection, new)
    limits = {row.property_id: {"property": row.key, "watch": row.watch, "alarm": row.alarm, "low_is_bad": row.low_is_bad}
              for row in properties if row is not None}
    roll_up_observed(batch.connection, batch.city, batch.book, Observed(
        new.property_id, new.region_id, new.observed_at, new.value, limits, new.kind), batch.batch_id)
    span = Late(new.observed_at.min(), None)
    return Stored(len(new.row), repeated + there, heard, {"device": span, "latest": span})


def check_limits(batch: Batch, properties: list[Any], place: NDArray[np.int64]) -> None:
    """Refuse values outside their property's [minimum, maximum]."""
    low = np.array([*(-np.inf if row is None or row.minimum is None else row.minimum for row in properties), -np.inf])[place]
    high = np.array([*(np.inf if row is None or row.maximum is None else row.maximum for row in properties), np.inf])[place]
    value = batch.table["value"]
    for at in np.flatnonzero((value < low) | (value > high)):
        row = properties[place[at]]
        batch.rejects.add(at, "value", "range",
                          f"value is {value[at]:g}, but {row.key} lies between {low[at]:g} and {high[at]:g}")


def arrange(
    batch: Batch, rows: NDArray[np.int64], devices: list[Any], device: NDArray[np.int64], properties: list[Any],
    property_: NDArray[np.int64],
) -> Readings:
    """The good rows as columns of numbers, sorted by key."""
    def of(found: list[Any], place: NDArray[np.int64], name: str, dtype: Any = np.int64) -> NDArray[Any]:
        filler = None if dtype is object else -1
        return np.array([*(filler if row is None else getattr(row, name) for row in found), filler], dtype)[place[rows]]

    made = Readings(rows, of(devices, device, "device_id"), of(devices, device, "region_id"),
                    of(properties, property_, "property_id"), batch.table["observed_at"][rows], batch.table["value"][rows],
                    of(devices, device, "kind", object))
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
    return readings.at(~again), int((again & ~other).sum())


def refuse(batch: Batch, rows: NDArray[np.int64] | list[int]) -> None:
    """Refuse rows whose key has another value already."""
    for row in rows:
        batch.rejects.add(row, "value", "conflict", f"value is {batch.table['value'][row]:g}, but another value of device "
                          f"{shown(batch.table['device'][row])} for this property and time is there already")


def insert(batch: Batch, readings: Readings) -> tuple[Readings, int]:
    """Write what is new. Returns: that, and how many were there already with the same value."""
    count = len(readings.row)
    if not count:
        return readings, 0
    data = {"observed_at": readings.observed_at, "value": readings.value, "device_id": readings.device_id,
            "batch_id": np.full(count, batch.batch_id), "row_no": readings.row, "property_id": readings.property_id}
    savepoint = batch.connection.begin_nested()
    try:
        copy_rows(batch.connection, "observation", COLUMNS, data)
        savepoint.commit()
        return readings, 0
    except psycopg2.errors.UniqueViolation:
        savepoint.rollback()
    return insert_new(batch, readings, data)


def insert_new(batch: Batch, readings: Readings, data: dict[str, NDArray[Any]]) -> tuple[Readings, int]:
    """Write what is not there yet, and refuse what is there with another value."""
    batch.connection.execute(sql(STAGE))
    copy_rows(batch.connection, "stage_observation", COLUMNS, data)
    written = np.array(batch.connection.execute(sql(INSERT_NEW)).scalars().all(), np.int64)
    new = np.isin(readings.row, written)
    rest = readings.row[~new]
    different = batch.connection.execute(sql(DIFFERENT), {
        "rows": rest.tolist(), "first": readings.observed_at.min().astype(object),
        "last": readings.observed_at.max().astype(object)}).scalars().all()
    refuse(batch, list(different))
    return readings.at(new), len(rest) - len(different)


def remember(connection: Connection, readings: Readings) -> None:
    """Bring the newest value of each device and property, and each device's last word, up to date; never back in time."""
    ends = np.append((np.diff(readings.device_id) != 0) | (np.diff(readings.property_id) != 0), True)
    last = readings.at(ends)
    micros = last.observed_at.astype(np.int64)
    connection.execute(sql("""
        INSERT INTO latest_observation AS l (device_id, property_id, observed_at, value)
        SELECT d, p, timestamptz 'epoch' + at * interval '1 microsecond', v
          FROM unnest(CAST(:d AS int[]), CAST(:p AS smallint[]), CAST(:at AS bigint[]),
                      CAST(:v AS double precision[])) AS t (d, p, at, v)
        ON CONFLICT (device_id, property_id) DO UPDATE SET observed_at = excluded.observed_at, value = excluded.value
         WHERE excluded.observed_at > l.observed_at"""), {
        "d": last.device_id.tolist(), "p": last.property_id.tolist(), "at": micros.tolist(), "v": last.value.tolist()})
    devices, start = np.unique(last.device_id, return_index=True)
    connection.execute(sql("""
        UPDATE device SET last_at = t.at
          FROM (SELECT d, timestamptz 'epoch' + at * interval '1 microsecond' AS at
                  FROM unnest(CAST(:d AS int[]), CAST(:at AS bigint[])) AS t (d, at)) AS t
         WHERE device_id = t.d AND (last_at IS NULL OR last_at < t.at)"""), {
        "d": devices.tolist(), "at": np.maximum.reduceat(micros, start).tolist()})


def listen(batch: Batch, new: Readings, properties: list[Any], place: NDArray[np.int64]) -> dict[str, Heard]:
    """What the batch said of each property; rows of no known property count for observations as such."""
    bad = np.fromiter(batch.rejects.reasons, np.int64, len(batch.rejects.reasons))
    rejected = place[bad]
    heard = {}
    for at, row in enumerate(properties):
        if row is None:
            continue
        mine = new.property_id == row.property_id
        refused = int((rejected == at).sum())
        if mine.any():
            heard[f"observation:{row.key}"] = Heard(int(mine.sum()), refused, new.observed_at[mine].max())
        elif (place == at).any():
            heard[f"observation:{row.key}"] = Heard(0, refused)
    known = np.array([*(row is not None for row in properties), False], bool)
    if (~known[rejected]).any():
        heard["observation"] = Heard(0, int((~known[rejected]).sum()))
    return heard
