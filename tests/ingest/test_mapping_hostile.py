"""A hundred rows of anything at once through each kind of mapping: every row comes out once, good or with its reasons.

MALFORMED=100000 tries as many rows of each instead of the suite's few; how they are made says tests/hostile.py.
"""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from ingest.checks import check
from ingest.load_dataset import plain
from ingest.mapping.apply import Around, apply
from ingest.mapping.spec import Mapping
from ingest.rejects import written
from ingest.subjects import SUBJECTS
from tests.hostile import TRIED, Hostile, with_hostile
from tests.ingest.test_mapping_malformed import NAMES, ODD, PATTERN, SPECS, TREE, WIDE

ROWS = 100
GOOD = {
    "a": ("1", 7, "2026-03-04", "121.5", 121.5, "a1"),
    "b": ("31.2", 31.2, "x", "12:00", "x_y_z", "12"),
    "c": ("2026-03-04 14:05", "2024年3月5日", 1772625600, "东区", "T111", "12,5"),
    "d": ("11", "a_b", "2026-03-05", "POINT(121.5 31.2)", 3),
}
NOW = np.datetime64("2026-03-04T17:00:00", "us")
MAPPINGS = [(name, name, Mapping.model_validate(spec)) for name, spec in SPECS.items()] + [
    ("wide", "observations", Mapping.model_validate(WIDE)),
    ("pattern", "observations", Mapping.model_validate(PATTERN)),
]


def frame(rubbish: Hostile) -> pd.DataFrame:
    """Rows as a reader gives them: some columns of texts alone, some of anything, rows that are good but for a cell."""
    columns = {}
    for name in NAMES:
        cells, texts, spoilt = np.empty(ROWS, object), rubbish.chance(0.4), rubbish.choice((0.1, 0.3, 0.9))
        for row in range(ROWS):
            cells[row] = cell(rubbish, name, texts) if rubbish.chance(spoilt) else rubbish.choice(GOOD[name])
            if texts and cells[row] is not None:
                cells[row] = str(cells[row])
        columns[name] = pd.Series(cells, dtype=object)
    made = pd.DataFrame(columns)
    made.index = pd.RangeIndex(2, 2 + ROWS)
    return made


def cell(rubbish: Hostile, name: str, text: bool) -> Any:
    """Anything that a reader may give."""
    kind = rubbish.random()
    if text or kind < 0.5:
        return (
            rubbish.text()
            if rubbish.chance(0.8)
            else rubbish.damaged(str(rubbish.choice(GOOD[name])).encode(), 2).decode("utf-8", "replace")
        )
    return rubbish.choice(ODD) if kind < 0.65 else rubbish.value(("coordinates", "type", "a"), 2)


@pytest.mark.parametrize(("name", "subject", "mapping"), MAPPINGS, ids=[name for name, _, _ in MAPPINGS])
@with_hostile(few=1, together=ROWS)
def test_no_row_is_lost_whatever_stands_in_a_hundred(name: str, subject: str, mapping: Mapping, rubbish: Hostile) -> None:
    """Mapped, then typed, then what is refused written as it is kept."""
    sent = frame(rubbish)
    wanted = SUBJECTS[subject]
    made = apply(mapping, sent, wanted.fields, Around(ZoneInfo("America/New_York"), regions=TREE))
    TRIED[f"rows mapped by {name}"] += ROWS
    every = ROWS * (3 if subject == "observations" else 1)
    assert len(made.lines) + made.blank == every
    assert set(made.lines) == set(sent.index) if not made.blank else set(made.lines) <= set(sent.index)
    refused = made.rejects.copy()
    table = check(wanted.taking(made.columns), made.columns, len(made.lines), NOW, refused)
    assert all(len(column) == len(made.lines) for column in table.values())
    good = [row for row in range(len(made.lines)) if row not in refused.reasons]
    assert len(good) + len(refused.reasons) + made.blank == every
    for row, reasons in refused.reasons.items():
        assert reasons and all(reason.text and reason.code for reason in reasons)
        written([reason.text for reason in reasons])
        written(plain(sent.loc[made.lines[row]].to_dict()))
