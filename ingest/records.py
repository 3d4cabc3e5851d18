"""Places and flights; sent again with more, they are completed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import Batch, Stored
from ingest.changes import take
from ingest.completion import Completed
from ingest.copy import points
from ingest.feeds import newest
from ingest.messages import numbered
from ingest.places import locate

PLACE = Completed("place", "place_id", ("kind", "name", "region_id", "geom", "units", "population"))
FLIGHT = Completed("flight", "flight_id", (
    "scheduled_at", "origin", "destination", "carrier", "departure_delay_min", "arrival_delay_min", "region_id"))


def store_places(batch: Batch) -> Stored:
    """Take a batch of places."""
    table = batch.table
    regions = locate(batch)
    ids = numbered(batch.source.key, table["id"])

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        return own(batch, PLACE, rows, ids, regions) | {"geom": points(table["lon"][rows], table["lat"][rows])}

    taken, seen = take(batch, "place", PLACE, ids, columns)
    return Stored(taken, seen, {"place": batch.heard(taken, newest(table["as_of"][batch.good()]))})


def store_flights(batch: Batch) -> Stored:
    """Take a batch of flights. One without a departure delay never left; one without an arrival delay never arrived."""
    table = batch.table
    regions = locate(batch)
    ids = numbered(batch.source.key, table["id"])
    taken, seen = take(batch, "flight", FLIGHT, ids, lambda rows: own(batch, FLIGHT, rows, ids, regions))
    return Stored(taken, seen, {"flight": batch.heard(taken, newest(table["scheduled_at"][batch.good()]))})


def own(
    batch: Batch, kept: Completed, rows: NDArray[np.int64], ids: NDArray[np.int64], regions: NDArray[np.int64]
) -> dict[str, Any]:
    """Some rows as columns of their table."""
    same = {name: batch.table[name][rows] for name in kept.changing if name in batch.table}
    return {
        **same, kept.identity: ids[rows], "source_id": np.full(len(rows), batch.source.source_id),
        "external_id": batch.table["id"][rows], "region_id": regions[rows], "batch_id": np.full(len(rows), batch.batch_id),
        "row_no": batch.lines[rows]}
