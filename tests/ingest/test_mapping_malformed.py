"""Whatever stands in the cells: every row comes out once, good or with its reasons, and nothing is raised.

`MALFORMED_EXAMPLES` sets how many tables are made (25 a test when not said); a table has up to
twelve rows of four cells.
"""

import os
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.mapping.apply import Around, apply
from ingest.mapping.guess import ONLY_CALLED, TOLD_OF_OTHERS, guess, subjects
from ingest.mapping.hints import CityAround
from ingest.mapping.mapped import Mapped
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import Mapping
from ingest.rows import FIELDS

EXAMPLES = int(os.environ.get("MALFORMED_EXAMPLES", "25"))
RUBBISH = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
TREE = RegionIndex(["1",
"11", "12"], ["市", "东区", "西区"], ["City", "East", "West"], ["", "1", "1"], [0, 1, 1], ["city", "district"])

TEXTS = st.text(max_size=12) | st.sampled_from([
    "",
    " ",
    "-",
    "NA", "\0", "a\0b", "\ud800", "\u202e", "1", "1.5", "1,5", "1.234,5", "1e308", "1e999", "-0", "nan", "inf", "１２", "12 %",
    "3.2万",
    "12 km", "36 km/h", "5 parsec", "2024-03-05 14:05", "2024年3月5日", "2024-02-30", "9999-12-31 23:59", "0000-00-00", "45356.5",
    "1709618700", "99999999999999999999", "14:05", "25:61", "05/03/2024", "31.2", "121.5", "31.2, 121.5", "POINT(121.5 31.2)",
    "POINT(121.5",
    "POLYGON((0 0,1 1,0 1,0 0))", "POINT(nan nan)", "0101000000000000000000F03F0000000000000040", '{"coordinates":[1]}',
    '{"type":"Point"}', "[[[",
    "{", "31°12′N", "N", "东区", "East District", "11", "合计", "a_b_c", "true", "是", "x" * 300, "(", "\\", "%s",
    "'; DROP TABLE x; --", "\x1f", "\n", "é" * 50])
ODD = [Decimal("1.5"), Decimal("NaN"), date(2024, 3, 5), time(14, 5), datetime(2024, 3, 5, tzinfo=ZoneInfo("Asia/Shanghai")),
       pd.NaT, pd.NA, pd.Timestamp("2024-03-05"), np.datetime64("NaT"), np.int8(3), np.float32("nan"), [1, 2], {"a": [1]}, (1,),
       {1, 2}, object, shapely.Point(1, 2), shapely.Point(), shapely.box(0, 0, 1, 1), shapely.Point(float("nan"), 1),
       1 + 2j, b"\xff"]
CELLS = (TEXTS | st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats() | st.binary(max_size=6) | st.datetimes()
         | st.sampled_from(ODD))
NAMES = ["a", "b", "c", "d"]

CASES: dict[str, Any] = {
    "columns": {
        "id": {"join": ["a", "@line"], "with": "-"},
        "class": {"column": "b", "letters": "lower", "table": {"1": "x"}, "default": "9999"},
        "channel": {"column": "c", "match": r"(\w+)", "replace": {"x": ""},
        "if_bad": "empty"}, "title": {"template": "{a}/{b:0>6}", "cut": 9},
        "address": {"column": "d", "split": {"by": "_", "part": -1}}, "due_at": {"date": "b", "time": "c"},
        "reported_at": {"column": "c", "format": ["iso", "%d/%m/%Y", "%H:%M", "excel", "epoch_s", "epoch_ms"],
                        "default": "2024-01-01"}},
    "place": {"lon": "a", "lat": {"column": "b", "decimal": ","}, "datum": "bd09", "nowhere": [[0, 0]],
              "region": {"column": "c", "by": "name", "parent": "d"}},
    "steps": {"registered": "c", "closed": {"column": "d", "agency": "a", "clock_change": "reject"}},
    "skip_when": [{"column": "a", "is": ["合计"]}, {"column": "b", "matches": "^#"}]}
MESSAGES: dict[str, Any] = {
    "columns": {
        "id": {"first": ["a", "b"]}, "channel": "a", "topic": {"value": "x"}, "body": "b", "case": {"column": "c", "pad": 5},
        "occurred_at": {"start": "2024-01-01", "step": "1h", "counter": "a"},
        "solved": "c", "satisfaction": {"column": "d", "thousands": ","},
        "answered_s": {"sum": ["a", "-b"]}, "sentiment": {"column": "a", "unit": {"to": "m"}, "if_bad": "empty"},
        "contacted_at": {"column": "a", "format": "yyyy-MM-dd"}},
    "place": {"point": "d", "order": "lat_lon", "crs": "EPSG:3857"}}
SHAPES: dict[str, Any] = {"columns": {"id": "a", "kind": "b", "name": "c", "units": "d"},
                          "place": {"geometry": "a", "region": "d"}}
WIDE: dict[str, Any] = {
    "columns": {"observed_at": "a", "device": {"join": ["b", "@column"]}},
    "long": {"columns": {"pm25": {"column": "c", "decimal": ",", "thousands": "."},
    "pm10": {"column": "d", "percent": "ratio", "words": ["x"]},
                         "wind": {"column": "b", "unit": {"from": "mile_per_hour", "to": "m/s"}}}}}
PATTERN: dict[str, Any] = {"columns": {"observed_at": "a"}, "long": {"pattern": "^(?P<device>[b-d])$", "value": {"scale": 2}}}
SPECS = {"cases": CASES, "messages": MESSAGES, "places": SHAPES}
READ = {subject: Mapping.model_validate(spec) for subject, spec in SPECS.items()}


def tables() -> st.SearchStrategy[pd.DataFrame]:
    """Tables of four columns full of anything."""
    return st.lists(st.tuples(*[CELLS] * 4), min_size=1, max_size=12).map(framed)


def framed(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """The rows as a reader gives them: objects, lines from 2."""
    columns = {}
    for at, name in enumerate(NAMES):
        cells = np.empty(len(rows), object)
        for row, values in enumerate(rows):   # one by one: numpy would take a list of lists apart
            cells[row] = values[at]
        columns[name] = pd.Series(cells, dtype=object)
    frame = pd.DataFrame(columns)
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return frame


def mapped(spec: Mapping, subject: str, frame: pd.DataFrame) -> Mapped:
    """The rows, mapped; what comes out fits together."""
    made = apply(spec, frame, FIELDS[subject], Around(ZoneInfo("America/New_York"), regions=TREE))
    count = len(made.lines)
    assert all(len(column) == count for column in made.columns.values())
    for told in (made.rejects, made.marks):
        assert all(0 <= row < count and reasons for row, reasons in told.reasons.items())
        assert all(reason.text and reason.code for reasons in told.reasons.values() for reason in reasons)
    return made


@pytest.mark.parametrize("subject", ["cases", "messages", "places"])
@given(data=st.data())
@RUBBISH
def test_no_row_is_lost_whatever_stands_in_its_cells(subject: str, data: st.DataObject) -> None:
    frame = data.draw(tables())
    made = mapped(READ[subject], subject, frame)
    good = [row for row in range(len(made.lines)) if row not in made.rejects.reasons]
    assert len(good) + len(made.rejects.reasons) == len(frame)
    assert made.lines.tolist() == frame.index.tolist()


@pytest.mark.parametrize("wide", [WIDE, PATTERN], ids=["columns", "pattern"])
@given(data=st.data())
@RUBBISH
def test_no_cell_of_a_wide_table_is_lost(wide: dict[str, Any], data: st.DataObject) -> None:
    frame = data.draw(tables())
    made = mapped(Mapping.model_validate(wide), "observations", frame)
    good = [row for row in range(len(made.lines)) if row not in made.rejects.reasons]
    assert len(good) + len(made.rejects.reasons) + made.blank == 3 * len(frame)
    assert set(made.lines) <= set(frame.index)


@given(frame=tables())
@RUBBISH
def test_a_guess_of_rubbish_is_a_mapping_still(frame: pd.DataFrame) -> None:
    city = CityAround(ZoneInfo("Asia/Shanghai"), regions=TREE)
    found = [subject for subject, _ in subjects(frame, city)]
    assert len(found) == len(set(found))
    assert set(FIELDS) - set(TOLD_OF_OTHERS) - set(ONLY_CALLED) <= set(found) <= set(FIELDS) - set(TOLD_OF_OTHERS)
    renamed = frame.set_axis(["编号", "lat", "created date", "所属区"], axis=1)
    guessed = guess(renamed, "cases", city)
    apply(Mapping.model_validate(guessed.mapping()), renamed, FIELDS["cases"], Around(ZoneInfo("Asia/Shanghai"), regions=TREE))
