"""Public transport: where each vehicle was last, and when stops were served."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.engine import sql
from ingest.batch import Batch, Stored
from ingest.changes import take
from ingest.completion import Completed
from ingest.copy import copy_rows, points
from ingest.feeds import newest
from ingest.messages import numbered
from ingest.places import locate
from ingest.retention import held as there_since
from ingest.rollups import settle

SAID = ("label", "mode", "line", "line_name", "headsign", "trip", "bearing", "speed_kmh", "delay_s", "next_stop", "next_stop_at")
FLAGS = ("at_stop", "placed_by_stop", "gone")
NEWEST = ("observed_at", "received_at", "region_id", "geom", *SAID, *FLAGS, "batch_id", "row_no")
TOLD = tuple(name for name in NEWEST if name not in ("received_at", "batch_id", "row_no"))
STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS stage_vehicle (LIKE vehicle INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
# The newest word takes the place of an older one, all of it: what a vehicle no longer says is no longer so.
WRITE = f"""
    INSERT INTO vehicle AS t (vehicle_id, source_id, external_id, {", ".join(NEWEST)})
    SELECT vehicle_id, source_id, external_id, {", ".join(NEWEST)}
      FROM stage_vehicle
     ORDER BY vehicle_id
    ON CONFLICT (vehicle_id) DO UPDATE
       SET {", ".join(f"{name} = excluded.{name}" for name in NEWEST)}
     WHERE excluded.observed_at > t.observed_at
        OR excluded.observed_at = t.observed_at
           AND ({", ".join(f"excluded.{name}" for name in TOLD)}) IS DISTINCT FROM ({", ".join(f"t.{name}" for name in TOLD)})
    RETURNING vehicle_id"""
FORGOTTEN = np.timedelta64(7, "D")  # of a vehicle not heard for so long nobody asks where it was
FORGET = "DELETE FROM vehicle WHERE observed_at < :before AND source_id = :source"

STOP_EVENT = Completed("stop_event", "stop_event_id", (
    "line", "trip", "stop", "scheduled_at", "served_at", "delay_s", "served", "region_id", "geom"))


def store_vehicles(batch: Batch) -> Stored:
    """Take a batch of vehicles: of each the newest word counts, whenever it comes. An instant ahead counts as its arrival."""
    table = batch.table
    regions = locate(batch)
    ids = numbered(batch.source.key, table["id"])
    at = np.minimum(table["observed_at"], batch.received_at)
    rows = last_words(ids, at, batch.good())
    batch.connection.execute(sql(STAGE))
    batch.connection.execute(sql("DELETE FROM stage_vehicle"))
    data = {
        "vehicle_id": ids[rows], "source_id": np.full(len(rows), batch.source.source_id), "external_id": table["id"][rows],
        "observed_at": at[rows], "received_at": np.full(len(rows), batch.received_at), "region_id": regions[rows],
        "geom": points(table["lon"][rows], table["lat"][rows]), **{name: table[name][rows] for name in SAID},
        **{name: held(table[name][rows]) for name in FLAGS}, "batch_id": np.full(len(rows), batch.batch_id),
        "row_no": batch.lines[rows]}
    copy_rows(batch.connection, "stage_vehicle", list(data), data)
    written = np.array(batch.connection.execute(sql(WRITE)).scalars().all(), np.int64)
    batch.connection.execute(sql(FORGET), {
        "before": (batch.received_at - FORGOTTEN).astype(object), "source": batch.source.source_id})
    batch.fate.repeated[batch.good()] = True
    batch.fate.repeated[rows] = ~np.isin(ids[rows], written)
    batch.written()
    if batch.later is None:
        settle(batch.connection)
    good = batch.good()
    return Stored(len(written), len(good) - len(written), {"vehicle": batch.heard(len(written), newest(at[good]))})


def last_words(ids: NDArray[np.int64], at: NDArray[np.datetime64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each vehicle the row with the newest instant, the later one of two that are as new."""
    order = rows[np.lexsort((rows, at[rows], ids[rows]))]
    return order[np.append(np.diff(ids[order]) != 0, True)] if len(order) else order


def held(flags: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Flags that may be left out: then they do not hold."""
    return np.equal(flags, True).astype(bool)


def refuse_older(batch: Batch) -> None:
    """Refuse stops of a time whose rows are given up: whether they were counted, nobody can tell any more."""
    at = there_since(batch.connection, "stop_event")
    if at is None:
        return
    for row in np.flatnonzero(batch.table["scheduled_at"] < np.datetime64(at.replace(tzinfo=None), "us")):
        batch.rejects.add(row, "scheduled_at", "too_old",
                          f"scheduled_at is before {at:%Y-%m-%d %H:%M} UTC: stops before are counted, and not kept one by one")


def store_stop_events(batch: Batch) -> Stored:
    """Take a batch of stops served or skipped; sent again with a better time, they are brought up to date."""
    table = batch.table
    regions = locate(batch)
    refuse_older(batch)
    ids = numbered(batch.source.key, table["id"])
    skipped = held(table["skipped"])
    for at in np.flatnonzero(np.isnat(table["served_at"]) & ~skipped):
        batch.rejects.add(at, "served_at", "missing", "served_at is missing; a stop that was not served says skipped: true")
    delay = (table["served_at"] - table["scheduled_at"]) / np.timedelta64(1, "s")

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        return {
            "stop_event_id": ids[rows], "source_id": np.full(len(rows), batch.source.source_id),
            "external_id": table["id"][rows], **{name: table[name][rows] for name in ("line", "trip", "stop", "scheduled_at")},
            "served_at": table["served_at"][rows], "delay_s": delay[rows], "served": ~skipped[rows],
            "region_id": regions[rows], "geom": points(table["lon"][rows], table["lat"][rows]),
            "batch_id": np.full(len(rows), batch.batch_id), "row_no": batch.lines[rows]}

    taken, seen = take(batch, "stop_event", STOP_EVENT, ids, columns)
    good = batch.good()
    told = newest(np.fmax(table["served_at"], table["scheduled_at"])[good])
    return Stored(taken, seen, {"stop_event": batch.heard(taken, told)})
