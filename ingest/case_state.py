"""Where its steps have brought a case: one statement derives it, whatever the order they arrived in.

By the steps' own time (at one instant: in the order reported, registered, dispatched, returned,
suspended, resumed, disposed, reworked, verified, closed):

- The state is the last step, but `resumed` gives back the state before the suspension, and
  `amended` changes nothing. A case without steps is `reported`.
- `closed_at` is the last `closed` that no `registered`, `dispatched`, `returned` or `reworked`
  followed; while it stands the state is `closed`, whatever else is noted later.
- `registered_at` and `dispatched_at` are the first, `disposed_at` and `verified_at` the last of their step.
- `suspended_at` is the last `suspended` while the state is that.
- The case is with the agency of the last step that names one.
- Its clock, unless the sender gives one, runs for its class's hours from the registration.
"""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.batch import Raced

DERIVED = """
    SELECT case_id, registered_at, dispatched_at, disposed_at, verified_at, closed_at, agency_id, return_count, rework_count,
           CASE WHEN closed_at IS NOT NULL THEN 'closed'
                WHEN last_step = 'suspended' THEN 'suspended'
                ELSE COALESCE(last_progress, 'reported') END AS state,
           COALESCE(closed_at, last_at) AS state_at,
           CASE WHEN closed_at IS NULL AND last_step = 'suspended' THEN last_at END AS suspended_at
      FROM (SELECT case_id,
                   min(at) FILTER (WHERE step = 'registered') AS registered_at,
                   min(at) FILTER (WHERE step = 'dispatched') AS dispatched_at,
                   max(at) FILTER (WHERE step = 'disposed') AS disposed_at,
                   max(at) FILTER (WHERE step = 'verified') AS verified_at,
                   CASE WHEN max(at) FILTER (WHERE step IN ('registered', 'dispatched', 'returned', 'reworked'))
                             > max(at) FILTER (WHERE step = 'closed') THEN NULL
                        ELSE max(at) FILTER (WHERE step = 'closed') END AS closed_at,
                   count(*) FILTER (WHERE step = 'returned') AS return_count,
                   count(*) FILTER (WHERE step = 'reworked') AS rework_count,
                   max(at) AS last_at,
                   (array_agg(step ORDER BY at, turn))[count(*)] AS last_step,
                   (array_agg(step ORDER BY at, turn) FILTER (WHERE step NOT IN ('suspended', 'resumed')))
                       [count(*) FILTER (WHERE step NOT IN ('suspended', 'resumed'))] AS last_progress,
                   (array_agg(agency_id ORDER BY at, turn) FILTER (WHERE agency_id IS NOT NULL))
                       [count(agency_id)] AS agency_id
              FROM (SELECT s.*, array_position(ARRAY['reported', 'registered', 'dispatched', 'returned', 'suspended', 'resumed',
                                                     'disposed', 'reworked', 'verified', 'closed'], step) AS turn
                      FROM case_step s WHERE case_id = ANY(:ids) AND step <> 'amended') AS told
             GROUP BY case_id) AS steps"""
ATTRIBUTES = ("case_id", "source_id", "external_id", "class_code", "channel", "title", "address", "region_id", "geom",
              "reported_at", "received_at", "batch_id", "row_no")
DERIVATIVES = ("agency_id", "registered_at", "dispatched_at", "disposed_at", "verified_at", "closed_at", "suspended_at")
COUNTS = ("return_count", "rework_count")
CLOCK = "COALESCE(t.due_at, d.registered_at + c.due_hours * interval '1 hour')"


def open_cases(connection: Connection, ids: NDArray[np.int64]) -> None:
    """Write the staged cases, which are new, with the state that their steps give. Raises: Raced."""
    written = connection.execute(sql(f"""
        INSERT INTO city_case ({", ".join((*ATTRIBUTES, *DERIVATIVES, *COUNTS))}, due_at, state, state_at)
        SELECT {", ".join(f"t.{name}" for name in ATTRIBUTES)}, {", ".join(f"d.{name}" for name in DERIVATIVES)},
               {", ".join(f"COALESCE(d.{name}, 0)" for name in COUNTS)}, {CLOCK},
               COALESCE(d.state, 'reported'), COALESCE(d.state_at, t.reported_at)
          FROM stage_city_case t
          JOIN case_class c ON c.code = t.class_code
          LEFT JOIN ({DERIVED}) AS d ON d.case_id = t.case_id
         WHERE t.case_id = ANY(:ids)
         ORDER BY t.case_id
        ON CONFLICT DO NOTHING"""), {"ids": ids.tolist()})
    if written.rowcount != len(ids):
        raise Raced("city_case")


def derive(connection: Connection, ids: NDArray[np.int64]) -> None:
    """Bring known cases to the state that their steps give."""
    same = ", ".join(f"{name} = d.{name}" for name in DERIVATIVES)
    counts = ", ".join(f"{name} = COALESCE(d.{name}, 0)" for name in COUNTS)
    connection.execute(sql(f"""
        UPDATE city_case AS k
           SET {same}, {counts}, due_at = {CLOCK},
               state = COALESCE(d.state, 'reported'), state_at = COALESCE(d.state_at, t.reported_at)
          FROM city_case t
          JOIN case_class c ON c.code = t.class_code
          LEFT JOIN ({DERIVED}) AS d ON d.case_id = t.case_id
         WHERE k.case_id = t.case_id AND t.case_id = ANY(:ids)"""), {"ids": ids.tolist()})
