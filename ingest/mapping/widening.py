"""A wide table made long: every cell that holds something becomes a row, measure by measure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.mapping.faults import Outcome
from ingest.mapping.mapped import Outcomes, Rows
from ingest.rejects import Reason

GONE = -1   # the place of a cell that is empty: it says nothing, and no row is made of it


def widened(
    same: Outcomes, parts: Sequence[Outcomes], into: str, lines: Rows, skips: dict[int, Reason]
) -> tuple[Outcomes, Rows, dict[int, Reason], int]:
    """The fields that rows share and those of each measure, as one long table.

    Returns: the fields, each row's line, which rows are no data, and how many cells were empty.
    """
    places, count = [], 0
    for part in parts:
        place = np.full(len(lines), GONE, np.int64)
        there = np.flatnonzero(speaking(part[into]))
        place[there] = count + np.arange(len(there))
        count += len(there)
        places.append(place)
    outcomes = {name: together([(outcome, place) for place in places]) for name, outcome in same.items()}
    for name in parts[0]:
        outcomes[name] = together([(part[name], place) for part, place in zip(parts, places, strict=True)])
    moved = {int(place[row]): reason for place in places for row, reason in skips.items() if place[row] != GONE}
    long_lines = np.concatenate([lines[place != GONE] for place in places])
    return outcomes, long_lines, moved, len(lines) * len(parts) - count


def speaking(outcome: Outcome) -> NDArray[np.bool_]:
    """Which cells hold something, good or bad."""
    made = ~outcome.empty() | outcome.bad()
    for mark in outcome.marks:
        made[mark.rows] = True
    return made


def together(parts: Sequence[tuple[Outcome, Rows]]) -> Outcome:
    """Outcomes of several measures as one; each row of a part goes to its place."""
    return Outcome(np.concatenate([outcome.values[place != GONE] for outcome, place in parts]),
                   tuple(fault.moved(place) for outcome, place in parts for fault in outcome.faults),
                   tuple(mark.moved(place) for outcome, place in parts for mark in outcome.marks))
