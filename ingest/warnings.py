"""Public warnings; sent again with `ended_at`, they are over."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import Batch, Late, Stored
from ingest.changes import take
from ingest.completion import Completed
from ingest.feeds import newest
from ingest.messages import numbered

CHANGING = ("event_zh", "event_en", "severity", "headline_zh", "headline_en", "sent_at", "onset_at", "expires_at", "ended_at",
            "region_id")
WARNING = Completed("warning", "warning_id", CHANGING)


def store(batch: Batch) -> Stored:
    """Take a batch of warnings."""
    table = batch.table
    regions = batch.registers.regions.numbers(batch.connection, "region", table["region"], batch.rejects)
    batch.fate.regions[:] = regions
    ids = numbered(batch.source.key, table["id"])
    for at in np.flatnonzero(table["expires_at"] < table["onset_at"]):
        batch.rejects.add(at, "expires_at", "order", "expires_at is before onset_at")

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        same = {name: table[name][rows] for name in CHANGING if name in table}
        return {
            **same, "warning_id": ids[rows], "source_id": np.full(len(rows), batch.source.source_id),
            "external_id": table["id"][rows], "region_id": regions[rows], "received_at": np.full(len(rows), batch.received_at),
            "batch_id": np.full(len(rows), batch.batch_id), "row_no": batch.lines[rows]}

    taken, seen = take(batch, "warning", WARNING, ids, columns)
    good = batch.good()
    heard = {"warning": batch.heard(taken, newest(table["sent_at"][good]))}
    return Stored(taken, seen, heard, {"warning": Late(table["onset_at"][good].min())} if taken else {})
