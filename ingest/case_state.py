"""Where its steps have brought a case, whatever the order they arrived in.

By the steps' own time (at one instant: in the order of TURNS):

- The state is the last step, but `resumed` gives back the state before the suspension, and
  `amended` changes nothing. A case without steps is `reported`.
- `closed_at` is the last `closed` that no `registered`, `dispatched`, `returned` or `reworked`
  followed; while it stands the state is `closed`, whatever else is noted later.
- `registered_at` and `dispatched_at` are the first, `disposed_at` and `verified_at` the last of their step.
- `suspended_at` is the last `suspended` while the state is that.
- The case is with the agency of the last step that names one.
- Its clock, unless the sender gives one, runs for its class's hours from the registration.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.batch import distinct
from ingest.copy import copy_rows
from ingest.steps import NOBODY, Steps
from ingest.times import Instants

TURNS = pd.Index(["reported", "registered", "dispatched", "returned", "suspended", "resumed",
                  "disposed", "reworked", "verified", "closed"])
OPENING = ("registered", "dispatched", "returned", "reworked")
NEVER = np.datetime64("NaT", "us")
NO_STEP = -1
HOUR_US = 3_600_000_000

STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS stage_case_state (
        case_id bigint NOT NULL, state text, state_at timestamptz, agency_id int, registered_at timestamptz,
        dispatched_at timestamptz, disposed_at timestamptz, verified_at timestamptz, closed_at timestamptz,
        suspended_at timestamptz, return_count smallint NOT NULL, rework_count smallint NOT NULL
    ) ON COMMIT DELETE ROWS"""
DERIVED = ("agency_id", "registered_at", "dispatched_at", "disposed_at", "verified_at", "closed_at", "suspended_at",
           "return_count", "rework_count")
UPDATE = f"""
    UPDATE city_case AS t
       SET {", ".join(f"{name} = d.{name}" for name in DERIVED)}, state = d.state, state_at = COALESCE(d.state_at, t.reported_at),
           due_at = COALESCE(t.due_at, d.registered_at + c.due_hours * interval '1 hour')
      FROM stage_case_state d, case_class c
     WHERE t.case_id = d.case_id AND c.code = t.class_code"""


@dataclass(frozen=True)
class Sorted:
    """Steps in the order of their case, time and turn; `case` is a place among the cases that are asked about."""

    count: int
    case: NDArray[np.int64]
    at: Instants
    turn: NDArray[np.int64]
    agency_id: NDArray[np.int64]

    def last(self, *steps: str) -> Instants:
        """When each case took the last of these steps."""
        made, among = np.full(self.count, NEVER), np.isin(self.turn, TURNS.get_indexer(list(steps)))
        made[self.case[among]] = self.at[among]  # of several the last counts: they are sorted
        return made

    def first(self, step: str) -> Instants:
        """When each case took this step first."""
        made, among = np.full(self.count, NEVER), np.flatnonzero(self.turn == TURNS.get_loc(step))[::-1]
        made[self.case[among]] = self.at[among]
        return made

    def last_turn(self, among: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Which of the steps chosen was each case's last; NO_STEP without any."""
        made = np.full(self.count, NO_STEP)
        made[self.case[among]] = self.turn[among]
        return made

    def times(self, step: str) -> NDArray[np.int64]:
        """How often each case took this step."""
        made: NDArray[np.int64] = np.bincount(self.case[self.turn == TURNS.get_loc(step)], minlength=self.count)
        return made


def arranged(ids: NDArray[np.int64], steps: Steps) -> Sorted:
    """The steps of these cases (their numbers sorted), without `amended` ones, in order."""
    at, names = pd.factorize(steps.step, use_na_sentinel=False)
    turn = TURNS.get_indexer(names)[at]
    told = np.flatnonzero(turn >= 0)
    case = np.searchsorted(ids, steps.case_id[told])
    order = np.argsort(case) if distinct(case) else np.lexsort((turn[told], steps.at[told], case))
    return Sorted(len(ids), case[order], steps.at[told][order], turn[told][order], steps.agency_id[told][order])


def derived(ids: NDArray[np.int64], steps: Steps) -> dict[str, NDArray[Any]]:
    """The derived columns of these cases, whose numbers are sorted; without a step `state_at` is NaT."""
    told = arranged(ids, steps)
    last_at, last_turn = told.last(*TURNS), told.last_turn(np.ones(len(told.case), bool))
    suspension = np.isin(told.turn, TURNS.get_indexer(["suspended", "resumed"]))
    progress = told.last_turn(~suspension)
    closed = told.last("closed")
    closed[told.last(*OPENING) > closed] = NEVER
    suspended = np.isnat(closed) & (last_turn == TURNS.get_loc("suspended"))
    names = np.append(TURNS.to_numpy(object), "reported")  # NO_STEP is the last one
    state = np.where(suspended, "suspended", np.where(np.isnat(closed), names[progress], "closed"))
    agency, named = np.full(len(ids), NOBODY), told.agency_id != NOBODY
    agency[told.case[named]] = told.agency_id[named]
    return {
        "state": state.astype(object), "state_at": np.where(np.isnat(closed), last_at, closed),
        "agency_id": np.where(agency == NOBODY, np.nan, agency), "registered_at": told.first("registered"),
        "dispatched_at": told.first("dispatched"), "disposed_at": told.last("disposed"), "verified_at": told.last("verified"),
        "closed_at": closed, "suspended_at": np.where(suspended, last_at, NEVER), "return_count": told.times("returned"),
        "rework_count": told.times("reworked")}


def clock(due_at: Instants, registered_at: Instants, due_hours: NDArray[np.float64]) -> Instants:
    """When cases are due: as they say, or their class's hours after the registration."""
    hours = np.where(np.isnan(due_hours), 0, np.rint(due_hours * HOUR_US)).astype(np.int64).astype("timedelta64[us]")
    made: Instants = np.where(np.isnat(due_at) & ~np.isnan(due_hours), registered_at + hours, due_at)
    return made


def update(connection: Connection, ids: NDArray[np.int64], steps: Steps) -> Instants:
    """Bring known cases (their numbers sorted) to the state that all their steps give. Returns: when they closed."""
    state = derived(ids, steps)
    connection.execute(sql(STAGE))
    connection.execute(sql("DELETE FROM stage_case_state"))
    copy_rows(connection, "stage_case_state", ["case_id", *state], {"case_id": ids, **state})
    connection.execute(sql(UPDATE))
    return state["closed_at"]
