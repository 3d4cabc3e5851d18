"""Cases and their steps. A case sent again with other attributes is amended: the old ones stay in an `amended` step's note."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.engine import sql
from ingest import case_state
from ingest.batch import Batch, Late, Stored, waves
from ingest.changes import append, contribute, roll_up
from ingest.completion import Completed, lock, meet, stage, update
from ingest.contributions import Entry
from ingest.copy import points
from ingest.feeds import NEVER, newest
from ingest.messages import numbered
from ingest.places import locate
from ingest.steps import Steps, fresh, from_cases, from_rows, of, of_rows, without_bad, write
from ingest.times import Instants

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
    regions = locate(batch)
    classes, class_ = batch.registers.classes.resolve(batch.connection, "class", table["class"], batch.rejects)
    hours = np.array([*(np.nan if row is None or row.due_hours is None else row.due_hours for row in classes), np.nan])[class_]
    told = Told(numbered(batch.source.key, table["id"]), regions, hours)
    steps = without_bad(from_cases(batch, told.ids), batch)
    np.fmax.at(batch.fate.told, steps.row, steps.at)
    done, ready = Done(), waves(told.ids, batch.good())
    batch.begin()
    for number, wave in enumerate(ready):
        take_wave(batch, wave, told, of_rows(steps, wave, batch.count), done,
                  new=batch.novelty.likely and number == 0)
    return finish(batch, done)


@dataclass(frozen=True)
class Told:
    """What the rows of a batch come to beside their table: number, region, and hours until a case is due (NaN: no clock)."""

    ids: NDArray[np.int64]
    regions: NDArray[np.int64]
    due_hours: NDArray[np.float64]


@dataclass
class Done:
    """What was done, wave after wave: facts taken, when their cases closed, instants spoken of, what new cases contribute,
    and whether any case is another than before (it may have moved)."""

    taken: int = 0
    closed: list[Instants] = field(default_factory=list)
    instants: list[NDArray[np.datetime64]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    amended: bool = False


def columns(batch: Batch, rows: NDArray[np.int64], told: Told) -> dict[str, Any]:
    """Some rows as columns of city_case."""
    table, count = batch.table, len(rows)
    return {
        "case_id": told.ids[rows], "source_id": np.full(count, batch.source.source_id), "external_id": table["id"][rows],
        "class_code": table["class"][rows], "channel": table["channel"][rows], "title": table["title"][rows],
        "address": table["address"][rows], "region_id": told.regions[rows],
        "geom": points(table["lon"][rows], table["lat"][rows]), "reported_at": table["reported_at"][rows],
        "due_at": table["due_at"][rows], "state_at": table["reported_at"][rows],
        "received_at": np.full(count, batch.received_at), "batch_id": np.full(count, batch.batch_id),
        "row_no": batch.lines[rows]}


def take_wave(batch: Batch, rows: NDArray[np.int64], told: Told, steps: Steps, done: Done, *, new: bool) -> None:
    """Take rows of which no two are of the same case; of `new` ones none is asked for, and one that is there after all
    makes the batch start again."""
    known = np.empty(0, np.int64) if new else lock(batch.connection, CASE, told.ids[rows])
    there = np.isin(told.ids[rows], known)
    old = rows[there]
    differs = different(batch, old, told) if len(old) else np.empty(0, bool)
    new_steps = fresh(batch, steps, known)
    fine = np.ones(batch.count, bool)
    fine[list(batch.rejects.reasons)] = False
    first = rows[~there & fine[rows]]
    changed = told.ids[old[differs & fine[old]]]
    opened = np.zeros(batch.count, bool)
    opened[first] = True
    moved = np.union1d(changed, new_steps.case_id[~opened[new_steps.row]])
    contribute(batch, "case", CASE.identity, moved, -1)
    if len(changed):
        done.amended = True
        batch.connection.execute(sql(AMENDED), {"ids": changed.tolist()})
        update(batch.connection, CASE, changed)
    write(batch, new_steps)
    if len(first):
        open_cases(batch, first[np.argsort(told.ids[first])], told, new_steps, done)
    if len(moved):
        done.closed.append(case_state.update(batch.connection, moved, of(batch.connection, moved)))
    contribute(batch, "case", CASE.identity, moved, 1)
    news = opened[rows] | np.isin(told.ids[rows], moved)
    batch.fate.repeated[rows] = ~news
    done.taken += len(first) + len(moved)
    done.instants += [batch.table["reported_at"][rows][news], new_steps.at]


def different(batch: Batch, rows: NDArray[np.int64], told: Told) -> NDArray[np.bool_]:
    """Which of these rows, whose cases are there, say something else than before; they are staged."""
    stage(batch.connection, CASE, columns(batch, rows, told))
    return meet(batch.connection, CASE, told.ids[rows])


def open_cases(batch: Batch, rows: NDArray[np.int64], told: Told, steps: Steps, done: Done) -> None:
    """Write new cases (in the order of their numbers) with the state that their steps give."""
    mine = of_rows(steps, rows, batch.count)
    state = case_state.derived(told.ids[rows], mine)
    data = columns(batch, rows, told) | state
    data["state_at"] = np.where(np.isnat(state["state_at"]), data["reported_at"], state["state_at"])
    data["due_at"] = case_state.clock(data["due_at"], data["registered_at"], told.due_hours[rows])
    done.closed.append(data["closed_at"])
    done.entries += append(batch, "case", CASE, data)


def store_steps(batch: Batch) -> Stored:
    """Take a batch of steps of cases that are known."""
    ids = numbered(batch.source.key, batch.table["case"])
    steps = from_rows(batch, ids)
    good = batch.good()
    known = lock(batch.connection, CASE, ids[good])
    for row in good[~np.isin(ids[good], known)]:
        batch.rejects.add(row, "case", "unknown_case", "no case of this source has this id (yet); send the case first")
    new_steps = fresh(batch, without_bad(steps, batch), known)
    batch.fate.regions[:] = homes(batch, ids, known)
    batch.fate.repeated[:] = ~np.isin(np.arange(batch.count), new_steps.row)
    moved = np.unique(new_steps.case_id)
    contribute(batch, "case", CASE.identity, moved, -1)
    write(batch, new_steps)
    closed = [case_state.update(batch.connection, moved, of(batch.connection, moved))] if len(moved) else []
    contribute(batch, "case", CASE.identity, moved, 1)
    return finish(batch, Done(len(new_steps.row), closed, [new_steps.at]))


def homes(batch: Batch, ids: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """The region of each row's case; -1 where the case is not known."""
    rows = batch.connection.execute(sql("SELECT case_id, region_id FROM city_case WHERE case_id = ANY(:ids)"),
                                    {"ids": known.tolist()})
    found = {row.case_id: row.region_id for row in rows}
    return np.array([found.get(one, -1) for one in ids.tolist()], np.int64)


def finish(batch: Batch, done: Done) -> Stored:
    """Bring the rollups up to date and say what became of the batch."""
    instants = np.concatenate([np.empty(0, "datetime64[us]"), *done.instants])
    heard = {"case": batch.heard(done.taken, newest(instants) if done.taken else NEVER)}
    seen = len(batch.good()) - done.taken
    if not done.taken:
        return Stored(0, seen, heard)
    roll_up(batch, "case", done.entries)
    return Stored(done.taken, seen, heard, {"case": Late(instants.min(), last_closed(done.closed))},
                  None if done.amended else batch.fate.regions[batch.good()])


def last_closed(closed: Sequence[Instants]) -> np.datetime64 | None:
    """When the last of some cases closed; None while one is open."""
    every = np.concatenate(closed)
    return None if np.isnat(every).any() else every.max()
