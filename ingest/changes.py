"""Facts of one table through a batch: new ones in, known ones completed, rollups before and after."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.arrays import literal
from ingest.batch import Batch, waves
from ingest.completion import Completed, lock, meet, stage, update
from ingest.contributions import Entry, Numbered, add, flows
from ingest.copy import copy_rows
from ingest.rollups import flush, roll_up_flows, settle

Columns = Callable[[NDArray[np.int64]], dict[str, Any]]


def contribute(batch: Batch, fact: str, identity: str, ids: NDArray[np.int64], sign: int) -> None:
    """Add (or take away) what these facts contribute to the rollups as they now are."""
    contribute_to(batch, fact, batch.book.metrics.get(fact, ()), identity, ids, sign)


def contribute_to(
    batch: Batch, fact: str, metrics: tuple[Numbered, ...], identity: str, ids: NDArray[np.int64], sign: int
) -> None:
    """The same for some of the metrics."""
    if len(ids):
        add(batch.connection, batch.city.zone, fact, metrics, f"f.{identity} = ANY(:ids)", {"ids": literal(ids)}, sign)


def append(batch: Batch, fact: str, kept: Completed, data: dict[str, Any]) -> list[Entry]:
    """Write new facts, in the order of their numbers. Returns: what they contribute, as far as numpy counts it."""
    copy_rows(batch.connection, kept.table, list(data), data)
    metrics = batch.book.flows.get(fact)
    if metrics is None:
        return []
    contribute_to(batch, fact, metrics.slow, kept.identity, data[kept.identity], 1)
    return flows(metrics.quick, data, batch.city.zone)


def take(batch: Batch, fact: str, kept: Completed, ids: NDArray[np.int64], columns: Columns) -> tuple[int, int]:
    """Take the good rows, whose numbers are `ids` (one per row of the batch). Returns: how many were taken, and seen."""
    rows, taken = batch.good(), 0
    entries: list[Entry] = []
    for wave in waves(ids, rows):
        there = np.isin(ids[wave], lock(batch.connection, kept, ids[wave]))
        old, new = wave[there], wave[~there]
        changed = complete(batch, fact, kept, ids[old], columns(old)) if len(old) else np.empty(0, np.int64)
        batch.fate.repeated[old] = ~np.isin(ids[old], changed)
        if len(new):
            entries += append(batch, fact, kept, columns(new[np.argsort(ids[new])]))
        taken += len(changed) + len(new)
    if taken:
        roll_up(batch, fact, entries)
    return taken, len(rows) - taken


def roll_up(batch: Batch, fact: str, entries: Sequence[Entry]) -> None:
    """Bring what the facts contribute into the rollups, once they are written."""
    batch.written()
    if batch.later is not None:
        batch.later.add_flows(entries)
        return
    settle(batch.connection)
    if batch.book.metrics.get(fact):
        flush(batch.connection, batch.city)
        roll_up_flows(batch.connection, batch.book, entries)


def complete(batch: Batch, fact: str, kept: Completed, ids: NDArray[np.int64], data: dict[str, Any]) -> NDArray[np.int64]:
    """Complete facts that are there. Returns: those that said something else before."""
    stage(batch.connection, kept, data)
    changed = ids[meet(batch.connection, kept, ids)]
    if len(changed):
        contribute(batch, fact, kept.identity, changed, -1)
        update(batch.connection, kept, changed)
        contribute(batch, fact, kept.identity, changed, 1)
    return changed
