"""Facts of one table through a batch: new ones in, known ones completed, rollups before and after."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import Batch, waves
from ingest.completion import Completed, Met, insert, meet, stage, update
from ingest.contributions import add
from ingest.rollups import flush, settle

Columns = Callable[[NDArray[np.int64]], dict[str, Any]]


def contribute(batch: Batch, fact: str, identity: str, ids: NDArray[np.int64], sign: int) -> None:
    """Add (or take away) what these facts contribute to the rollups as they now are."""
    add(batch.connection, batch.city.zone, fact, batch.book.metrics.get(fact, ()), f"f.{identity} = ANY(:ids)",
        {"ids": ids.tolist()}, sign)


def take(batch: Batch, fact: str, kept: Completed, ids: NDArray[np.int64], columns: Columns) -> tuple[int, int]:
    """Take the good rows, whose numbers are `ids` (one per row of the batch). Returns: how many were taken, and seen."""
    rows, taken = batch.good(), 0
    for wave in waves(ids, rows):
        met = take_wave(batch, fact, kept, ids[wave], columns(wave))
        taken += int((met.new | met.changed).sum())
    if taken:
        settle(batch.connection)
        if batch.book.metrics.get(fact):
            flush(batch.connection, batch.city)
    return taken, len(rows) - taken


def take_wave(batch: Batch, fact: str, kept: Completed, ids: NDArray[np.int64], data: dict[str, Any]) -> Met:
    """Take rows of which no two are of the same fact."""
    stage(batch.connection, kept, data)
    met = meet(batch.connection, kept, ids)
    changed, new = ids[met.changed], ids[met.new]
    if len(changed):
        contribute(batch, fact, kept.identity, changed, -1)
        update(batch.connection, kept, changed)
    if len(new):
        insert(batch.connection, kept, list(data), new)
    if len(changed) or len(new):
        contribute(batch, fact, kept.identity, np.concatenate([changed, new]), 1)
    return met
