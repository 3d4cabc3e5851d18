"""Steps of cases: read from rows or from within a case's row, told apart into new, known and contradicting.

A step is known by its case, its instant and its kind. The same again is passed over; the same with
another agency, actor or note is refused as `conflict`, because steps are never overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.arrays import literal
from ingest.batch import Batch, distinct
from ingest.checks import Table, check
from ingest.copy import copy_rows
from ingest.rejects import Rejects
from ingest.rows import SENT_STEPS, STEP

COLUMNS = ("case_id", "at", "step", "agency_id", "actor", "note", "received_at", "batch_id", "row_no")
Key = tuple[int, int, str]                       # case, microseconds, step
Content = tuple[int, str | None, str | None]     # agency, actor, note
NAMES = tuple(field.name for field in STEP)
NOBODY = -1  # where a step names no agency


@dataclass(frozen=True)
class Steps:
    """Steps in columns; `row` is the row of the batch that told of each."""

    row: NDArray[np.int64]
    case_id: NDArray[np.int64]
    at: NDArray[np.datetime64]
    step: NDArray[np.object_]
    agency_id: NDArray[np.int64]  # or NOBODY
    actor: NDArray[np.object_]
    note: NDArray[np.object_]

    def chosen(self, which: NDArray[Any]) -> "Steps":
        """Some of them."""
        return Steps(self.row[which], self.case_id[which], self.at[which], self.step[which], self.agency_id[which],
                     self.actor[which], self.note[which])

    def repeat(self) -> bool:
        """Whether a step comes more than once."""
        if distinct(self.case_id):
            return False
        kind, _ = pd.factorize(self.step)
        order = np.lexsort((kind, self.at, self.case_id))
        return bool(((np.diff(self.case_id[order]) == 0) & (np.diff(self.at[order]) == np.timedelta64(0))
                     & (np.diff(kind[order]) == 0)).any())

    def keys(self) -> list[Key]:
        """What each is known by."""
        return list(zip(self.case_id.tolist(), self.at.astype(np.int64).tolist(), self.step.tolist(), strict=True))

    def contents(self) -> list[Content]:
        """What each says beyond that."""
        return list(zip(self.agency_id.tolist(), self.actor.tolist(), self.note.tolist(), strict=True))


def from_rows(batch: Batch, case_id: NDArray[np.int64]) -> Steps:
    """One step a row."""
    return made(batch.table, np.arange(batch.count), case_id,
                batch.registers.agencies.numbers(batch.connection, "agency", batch.table["agency"], batch.rejects))


def from_cases(batch: Batch, case_id: NDArray[np.int64]) -> Steps:
    """The steps in the rows of cases: columns of their own, or lists."""
    parts = [from_column(batch, case_id, step) for step in SENT_STEPS if f"step:{step}" in batch.table]
    return joined([from_lists(batch, case_id), *parts])


def joined(parts: Sequence[Steps]) -> Steps:
    """Several as one."""
    return Steps(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Steps)))


def from_column(batch: Batch, case_id: NDArray[np.int64], step: str) -> Steps:
    """One kind of step: the instants in its column; agency, actor and note in those beside it, if there are any."""
    at, nothing = batch.table[f"step:{step}"], np.full(batch.count, None, object)
    agency, actor, note = (batch.table.get(f"step:{step}:{name}", nothing) for name in ("agency", "actor", "note"))
    row = np.flatnonzero(~np.isnat(at))
    agencies = batch.registers.agencies.numbers(batch.connection, f"step:{step}:agency", agency, batch.rejects)
    return Steps(row, case_id[row], at[row], np.full(len(row), step, object), agencies[row], actor[row], note[row])


def from_lists(batch: Batch, case_id: NDArray[np.int64]) -> Steps:
    """The lists of steps inside the rows of cases; a bad step refuses its case's row."""
    told = [(row, steps) for row, steps in enumerate(batch.table["steps"]) if steps]
    owner = np.repeat(np.array([row for row, _ in told], np.int64), [len(steps) for _, steps in told])
    place = [at for _, steps in told for at in range(len(steps))]
    inner = [step for _, steps in told for step in steps]
    rejects = Rejects()
    if not all(type(step) is dict for step in inner):
        rejects.add_all((at for at, step in enumerate(inner) if type(step) is not dict), None, "not_an_object",
                        "a step must be an object of fields")
        inner = [step if type(step) is dict else {} for step in inner]
    columns = {name: [step.get(name) for step in inner] for name in NAMES}
    table = check(STEP, columns, len(inner), batch.received_at, rejects)
    agencies = batch.registers.agencies.numbers(batch.connection, "agency", table["agency"], rejects)
    for at, reasons in rejects.reasons.items():
        for reason in reasons:
            name = f"steps[{place[at]}]" + (f".{reason.field}" if reason.field else "")
            batch.rejects.add(owner[at], name, reason.code, reason.text)
    return made(table, owner, case_id[owner], agencies)


def made(table: Table, row: NDArray[np.int64], case_id: NDArray[np.int64], agencies: NDArray[np.int64]) -> Steps:
    """Steps from checked columns."""
    return Steps(row, case_id, table["at"], table["step"], agencies, table["actor"], table["note"])


def without_bad(steps: Steps, batch: Batch) -> Steps:
    """The steps of rows that are not refused."""
    return of_rows(steps, batch.good(), batch.count)


def of_rows(steps: Steps, rows: NDArray[np.int64], count: int) -> Steps:
    """The steps that some of a batch's rows told of; all of them as they are, where these rows told of every one."""
    wanted = np.zeros(count, bool)
    wanted[rows] = True
    which = wanted[steps.row]
    return steps if which.all() else steps.chosen(which)


def fresh(batch: Batch, steps: Steps, known: NDArray[np.int64]) -> Steps:
    """The steps that are new; contradicting ones refuse their rows. `known` are the cases that were there before (locked)."""
    if not len(known) and not steps.repeat():
        return steps
    there = existing(batch.connection, known)
    kept = np.zeros(len(steps.row), bool)
    for at, (key, content) in enumerate(zip(steps.keys(), steps.contents(), strict=True)):
        before = there.setdefault(key, content)
        if before is content:
            kept[at] = True
        elif before != content:
            batch.rejects.add(steps.row[at], "step", "conflict", f"the step {key[2]} of this case at this instant is there "
                              "already, with another agency, actor or note")
    return without_bad(steps.chosen(kept), batch)


def existing(connection: Connection, case_ids: NDArray[np.int64]) -> dict[Key, Content]:
    """The steps that these cases have."""
    if not len(case_ids):
        return {}
    rows = connection.execute(sql("""
        SELECT case_id, (extract(epoch FROM at) * 1000000)::bigint, step, COALESCE(agency_id, -1), actor, note
          FROM case_step WHERE case_id = ANY(:ids)"""), {"ids": literal(case_ids)})
    return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in rows}


def of(connection: Connection, case_ids: NDArray[np.int64]) -> Steps:
    """All steps of some cases, with their agencies only."""
    rows = connection.execute(sql("""
        SELECT case_id, (extract(epoch FROM at) * 1000000)::bigint, step, COALESCE(agency_id, :nobody)
          FROM case_step WHERE case_id = ANY(:ids)"""), {"ids": literal(case_ids), "nobody": NOBODY}).all()
    nothing = np.full(len(rows), None, object)
    return Steps(np.full(len(rows), -1), np.array([row[0] for row in rows], np.int64),
                 np.array([row[1] for row in rows], "datetime64[us]"), np.array([row[2] for row in rows], object),
                 np.array([row[3] for row in rows], np.int64), nothing, nothing)


def write(batch: Batch, steps: Steps) -> None:
    """Append new steps."""
    if not len(steps.row):
        return
    agencies = steps.agency_id.astype(np.float64)
    agencies[steps.agency_id == NOBODY] = np.nan
    order = np.argsort(steps.case_id) if distinct(steps.case_id) else np.lexsort((steps.at, steps.case_id))
    sorted_ = steps.chosen(order)
    copy_rows(batch.connection, "case_step", COLUMNS, {
        "case_id": sorted_.case_id, "at": sorted_.at, "step": sorted_.step, "agency_id": agencies[order], "actor": sorted_.actor,
        "note": sorted_.note, "received_at": np.full(len(order), batch.received_at),
        "batch_id": np.full(len(order), batch.batch_id), "row_no": batch.lines[sorted_.row]})
