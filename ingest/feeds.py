"""What each source last said of each subject: the ages that the screen shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

import numpy as np
from sqlalchemy import Connection

from data_access.engine import sql

NEVER = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Heard:
    """What one batch said of one subject."""

    taken: int = 0
    rejected: int = 0
    newest: np.datetime64 = NEVER
    marked: int = 0


def newest(instants: "np.ndarray[tuple[int], np.dtype[np.datetime64]]") -> np.datetime64:
    """The newest of some instants; NaT without any."""
    known = instants[~np.isnat(instants)]
    return known.max() if len(known) else NEVER


def write(connection: Connection, source_id: int, heard: Mapping[str, Heard]) -> None:
    """Bring the feeds up to date; an instant ahead of its arrival counts as its arrival."""
    subjects = sorted(heard)
    ends = [heard[subject].newest for subject in subjects]
    connection.execute(sql("""
        INSERT INTO feed AS f (source_id, subject, last_at, last_received_at, taken, rejected, marked)
        SELECT :source_id, subject, CASE WHEN newest IS NOT NULL THEN LEAST(newest, now()) END, now(), taken, rejected, marked
          FROM unnest(CAST(:subjects AS text[]), CAST(:newest AS timestamptz[]), CAST(:taken AS bigint[]),
                      CAST(:rejected AS bigint[]), CAST(:marked AS bigint[]))
                   AS t (subject, newest, taken, rejected, marked)
         ORDER BY subject
        ON CONFLICT (source_id, subject) DO UPDATE
           SET last_at = GREATEST(f.last_at, excluded.last_at),
               last_received_at = GREATEST(f.last_received_at, excluded.last_received_at),
               taken = f.taken + excluded.taken, rejected = GREATEST(f.rejected + excluded.rejected, 0),
               marked = f.marked + excluded.marked"""), {
        "source_id": source_id, "subjects": subjects,
        "newest": [None if np.isnat(end) else end.astype(object).replace(tzinfo=UTC) for end in ends],
        "taken": [heard[s].taken for s in subjects], "rejected": [heard[s].rejected for s in subjects],
        "marked": [heard[s].marked for s in subjects]})
