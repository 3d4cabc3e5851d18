"""Cases and their steps. A case sent again with other attributes is amended: the old ones stay in an `amended` step's note."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.engine import sql
from ingest.batch import Batch, Late, Stored, waves
from ingest.case_state import derive, open_cases
from ingest.changes import contribute
from ingest.completion import Completed, meet, stage, update
from ingest.copy import points
from ingest.feeds import NEVER, Heard, newest
from ingest.messages import numbered
from ingest.places import locate
from ingest.rollups import flush, settle
from ingest.steps import Steps, fresh, from_cases, from_rows, without_bad, write

CASE = Completed("city_case", "case_id", (
    "class_code", "channel", "title", "address", "region_id", "geom", "reported_at", "due_at"))
PAIRS = ", ".join(f"('{name}', to_jsonb(t.{name}), s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})"
                  for name in CASE.changing)
AMENDED = f"""
    INSERT INTO case_step (case_id, at, step, note, received_at, batch_id, row_no)
    SELECT t.case_id, clock_timestamp(), 'amended',
           (SELECT jsonb_object_agg(name, was)
              FROM (VALUES {PAIRS}) AS d (name, was, changed)
             WHERE changed)::text,
           s.received_at, s.batch_id, s.row_no
      FROM city_case t JOIN stage_city_case s USING (case_id)
     WHERE t.case_id = ANY(:ids)"""


def store(batch: Batch) -> Stored:
    """Take a batch of cases, with or without steps."""
    table = batch.table
    regions = locate(batch.connection, batch.registers, table, batch.rejects)
    batch.registers.classes.resolve(batch.connection, "class", table["class"], batch.rejects)
    ids = numbered(batch.source.key, table["id"])
    steps = without_bad(from_cases(batch, ids), batch)
    touched: list[NDArray[np.int64]] = []
    taken, told = 0, []
    for wave in waves(ids, batch.good()):
        chosen = steps.chosen(np.isin(steps.row, wave))
        moved, new_steps = take_wave(batch, wave, ids, columns(batch, wave, ids, regions), chosen)
        taken += len(moved)
        touched.append(moved)
        told += [table["reported_at"][wave][np.isin(ids[wave], moved)], new_steps.at]
    good = batch.good()
    return finish(batch, taken, len(good) - taken, touched, told)


def columns(batch: Batch, rows: NDArray[np.int64], ids: NDArray[np.int64], regions: NDArray[np.int64]) -> dict[str, Any]:
    """Some rows as columns of city_case."""
    table, count = batch.table, len(rows)
    return {
        "case_id": ids[rows], "source_id": np.full(count, batch.source.source_id), "external_id": table["id"][rows],
        "class_code": table["class"][rows], "channel": table["channel"][rows], "title": table["title"][rows],
        "address": table["address"][rows], "region_id": regions[rows], "geom": points(table["lon"][rows], table["lat"][rows]),
        "reported_at": table["reported_at"][rows], "due_at": table["due_at"][rows], "state_at": table["reported_at"][rows],
        "received_at": np.full(count, batch.received_at), "batch_id": np.full(count, batch.batch_id), "row_no": rows}


def take_wave(
    batch: Batch, rows: NDArray[np.int64], ids: NDArray[np.int64], data: dict[str, Any], steps: Steps
) -> tuple[NDArray[np.int64], Steps]:
    """Take rows of which no two are of the same case. Returns: the cases that changed, and the steps that were new."""
    stage(batch.connection, CASE, data)
    met = meet(batch.connection, CASE, ids[rows])
    new_steps = fresh(batch, steps, ids[rows][~met.new])
    fine = np.array([row not in batch.rejects.reasons for row in rows], bool)
    new, changed = ids[rows][met.new & fine], ids[rows][met.changed & fine]
    moved = np.setdiff1d(np.union1d(changed, new_steps.case_id), new)
    contribute_if_any(batch, moved, -1)
    if len(changed):
        batch.connection.execute(sql(AMENDED), {"ids": changed.tolist()})
        update(batch.connection, CASE, changed)
    write(batch, new_steps)
    if len(new):
        open_cases(batch.connection, new)
    if len(moved):
        derive(batch.connection, moved)
    contribute_if_any(batch, np.concatenate([new, moved]), 1)
    return np.concatenate([new, moved]), new_steps


def contribute_if_any(batch: Batch, ids: NDArray[np.int64], sign: int) -> None:
    """What these cases contribute, when there are any."""
    if len(ids):
        contribute(batch, "case", CASE.identity, ids, sign)


def store_steps(batch: Batch) -> Stored:
    """Take a batch of steps of cases that are known."""
    ids = numbered(batch.source.key, batch.table["case"])
    steps = from_rows(batch, ids)
    good = batch.good()
    known = np.array(batch.connection.execute(sql("""
        SELECT case_id FROM city_case WHERE case_id = ANY(:ids) ORDER BY case_id FOR UPDATE"""),
        {"ids": np.unique(ids[good]).tolist()}).scalars().all(), np.int64)
    for row in good[~np.isin(ids[good], known)]:
        batch.rejects.add(row, "case", "unknown_case", "no case of this source has this id (yet); send the case first")
    new_steps = fresh(batch, without_bad(steps, batch), known)
    moved = np.unique(new_steps.case_id)
    contribute_if_any(batch, moved, -1)
    write(batch, new_steps)
    if len(moved):
        derive(batch.connection, moved)
    contribute_if_any(batch, moved, 1)
    taken = len(new_steps.row)
    return finish(batch, taken, len(batch.good()) - taken, [moved], [new_steps.at])


def finish(batch: Batch, taken: int, seen: int, touched: list[NDArray[np.int64]], told: list[NDArray[np.datetime64]]) -> Stored:
    """Bring the rollups up to date and say what became of the batch."""
    instants = np.concatenate([np.empty(0, "datetime64[us]"), *told])
    heard = {"case": Heard(taken, len(batch.rejects.reasons), newest(instants) if taken else NEVER)}
    if not taken:
        return Stored(taken, seen, heard)
    settle(batch.connection)
    flush(batch.connection, batch.city)
    return Stored(taken, seen, heard, {"case": Late(instants.min(), all_closed(batch, np.concatenate(touched)))})


def all_closed(batch: Batch, ids: NDArray[np.int64]) -> np.datetime64 | None:
    """When the last of these cases closed; None while one is open."""
    row = batch.connection.execute(sql("""
        SELECT bool_and(closed_at IS NOT NULL), max(closed_at)
          FROM city_case WHERE case_id = ANY(:ids)"""), {"ids": ids.tolist()}).one()
    return np.datetime64(row[1].replace(tzinfo=None), "us") if row[0] else None
