"""What becomes of mapped rows: typed columns, the line of each row, and every reason by row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.checks import shown
from ingest.mapping.cells import Sheet
from ingest.mapping.faults import Outcome
from ingest.mapping.spec import Skip
from ingest.rejects import SKIPPED, Reason, Rejects

Column = NDArray[Any]
Outcomes = dict[str, Outcome]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Mapped:
    """What became of the rows; columns, rejects and marks go by the output's positions."""

    columns: dict[str, Column]                # field → values: datetime64[us] UTC, float64, object (text, flag, list)
    lines: Rows                               # the input's line of each
    rejects: Rejects
    marks: Rejects
    blank: int = 0                            # empty cells of a wide table: no reading, and no row
    origins: dict[str, str] = field(default_factory=dict)  # field → the columns it is made of
    used: frozenset[str] = frozenset()        # every column that the mapping reads


def gathered(outcomes: Outcomes, lines: Rows, skips: dict[int, Reason], sources: dict[str, str], blank: int = 0) -> Mapped:
    """The fields of the output, and everything that is wrong by row."""
    rejects, marks = Rejects(), Rejects()
    for name, outcome in outcomes.items():
        for fault in outcome.faults:
            fault.tell(name, rejects)
        for mark in outcome.marks:
            mark.tell(name, marks)
    for row, reason in skips.items():
        rejects.reasons[row] = [reason]
        marks.reasons.pop(row, None)
    return Mapped({name: outcome.values for name, outcome in outcomes.items()}, lines, rejects, marks, blank, sources)


def skipped(tests: Sequence[Skip], sheet: Sheet) -> dict[int, Reason]:
    """The rows that are no data, each with the reason."""
    found: dict[int, Reason] = {}
    for test in tests:
        texts = sheet.cells(test.column).by_row()
        for row in np.flatnonzero(held(test, texts)).tolist():
            cell = texts[row].as_py()
            text = f"the row is no data, as the mapping says: {test.column} is {'empty' if cell is None else shown(cell)}"
            found.setdefault(row, Reason(test.column, SKIPPED, text))
    return found


def held(test: Skip, texts: pa.StringArray) -> NDArray[np.bool_]:
    """Which cells the test holds for."""
    if test.empty is not None:
        answer = texts.is_null() if test.empty else texts.is_valid()
    elif test.matches is not None:
        answer = pc.match_substring_regex(texts, test.matches)
    else:
        answer = pc.is_in(texts, value_set=pa.array(test.is_, pa.string()))
    made: NDArray[np.bool_] = pc.fill_null(answer, False).to_numpy(zero_copy_only=False)
    return made
