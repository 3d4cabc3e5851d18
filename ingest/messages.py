"""Messages of residents; sent again with more (an answer, a visit), they are completed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.engine import sql
from ingest.batch import Batch, Late, Stored
from ingest.changes import take
from ingest.completion import Completed
from ingest.copy import points
from ingest.feeds import newest
from ingest.identity import identities
from ingest.places import locate

CHANGING = ("channel", "topic", "body", "occurred_at", "region_id", "geom", "case_id", "answered_s", "contacted_at", "visited_at",
            "contact_due", "solved", "satisfaction", "sentiment")
MESSAGE = Completed("message", "message_id", CHANGING)


def store(batch: Batch) -> Stored:
    """Take a batch of messages."""
    table = batch.table
    regions = locate(batch)
    ids = numbered(batch.source.key, table["id"])
    cases = meant(batch, table["case"])

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        same = {name: table[name][rows] for name in CHANGING if name in table}
        return {
            **same, "message_id": ids[rows], "source_id": np.full(len(rows), batch.source.source_id),
            "external_id": table["id"][rows], "region_id": regions[rows], "geom": points(table["lon"][rows], table["lat"][rows]),
            "case_id": cases[rows], "received_at": np.full(len(rows), batch.received_at),
            "batch_id": np.full(len(rows), batch.batch_id), "row_no": batch.lines[rows]}

    taken, seen = take(batch, "message", MESSAGE, ids, columns)
    heard = {"message": batch.heard(taken, newest(table["occurred_at"][batch.good()]))}
    late = {"message": Late(table["occurred_at"][batch.good()].min())} if taken else {}
    return Stored(taken, seen, heard, late)


def meant(batch: Batch, names: NDArray[np.object_]) -> NDArray[np.object_]:
    """The case that each message names: the sender's own of this name, else another source's.

    A hotline names cases that the system of cases numbers. One that nobody has sent yet is the sender's, where it sends
    cases or several others do; where one other source alone sends cases, it will be that one's.
    """
    made = named(batch.source.key, names)
    if all(name is None for name in names):
        return made
    senders = case_senders(batch)
    if batch.source.key not in senders and len(senders) == 1:
        return named(senders[0], names)
    for other in senders:
        missing = np.array([case is not None for case in made], bool) & ~known(batch, made)
        if not missing.any():
            break
        theirs = named(other, names)
        met = missing & known(batch, theirs)
        made[met] = theirs[met]
    return made


def case_senders(batch: Batch) -> list[str]:
    """The sources that have sent cases, by key."""
    found = batch.connection.execute(sql("SELECT s.key FROM feed f JOIN source s USING (source_id) WHERE f.subject = 'case'"))
    return sorted(found.scalars())


def known(batch: Batch, cases: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which of these cases there are."""
    asked = {"cases": [case for case in cases if case is not None]}
    found = set(batch.connection.execute(sql("SELECT case_id FROM city_case WHERE case_id = ANY(:cases)"), asked).scalars())
    return np.array([case in found for case in cases], bool)


def numbered(source: str, names: NDArray[np.object_]) -> NDArray[np.int64]:
    """The number of each name; a row without one is refused already, its number means nothing."""
    return identities(source, ("" if name is None else name for name in names))


def named(source: str, names: NDArray[np.object_]) -> NDArray[np.object_]:
    """The number of each name, None without one."""
    made = numbered(source, names).astype(object)
    made[np.array([name is None for name in names], bool)] = None
    return made
