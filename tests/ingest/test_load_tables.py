"""Delimited files are read as they are written, and medians are taken as by hand."""

import numpy as np
import pandas as pd
import pytest

from ingest.convert import converted
from ingest.load_statistics import medians
from ingest.tables import count, frame, frames, numbers, patterned, whole


def test_a_row_is_named_by_its_line_in_every_part(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,x\n2,y\n3,z\n")
    assert [list(part.index) for part in frames(tmp_path / "t.csv", 2)] == [[2, 3], [4]]
    assert list(frame(tmp_path / "t.csv").index) == [2, 3, 4]


def test_a_row_comes_back_as_it_was_written(tmp_path):
    (tmp_path / "t.csv").write_text('a,b\n007,"x, ""y"""\nNA,\n')
    table = frame(tmp_path / "t.csv")
    assert whole(table, 2) == {"a": "007", "b": 'x, "y"'}
    assert whole(table, 3) == {"a": "NA", "b": ""}


@pytest.mark.parametrize(("content", "rows"), [("a\n", 0), ("a\n1\n2\n", 2), ("a\n1\n2", 2)])
def test_rows_are_counted_with_or_without_a_last_line_end(tmp_path, content, rows):
    (tmp_path / "t.csv").write_text(content)
    assert count(tmp_path / "t.csv") == rows


def test_blanks_are_no_numbers_but_only_garbage_is_at_fault():
    values, faulty = numbers(pd.Series(["1.5", "", "-", "NA", "x", "1e400", "-2"], dtype=object))
    assert values.tolist()[0] == 1.5 and values.tolist()[-1] == -2
    assert np.isnan(values[1:6]).all()
    assert faulty.tolist() == [False, False, False, False, True, True, False]


def test_a_pattern_is_filled_with_leading_zeros():
    table = pd.DataFrame({"county": ["5", "61", "5"], "tract": ["100", "31703", "100"]})
    assert patterned(table, "36{county:0>3}{tract:0>6}").tolist() == ["36005000100", "36061031703", "36005000100"]


@pytest.mark.parametrize(("unit", "given", "kept"), [
    ("fahrenheit", 32, 0), ("fahrenheit", 39.02, 3.9), ("mile_per_hour", 10, 4.4704), ("inch", 0.5, 12.7), ("mile", 10, 16.0934),
    (None, 1012.3, 1012.3),
])
def test_units_become_metric(unit, given, kept):
    assert converted(np.array([float(given)]), unit).tolist() == [kept]


@pytest.mark.parametrize(("counts", "median"), [
    ((4, 4, 2), 125),       # half of 10 is 5: one quarter of the second class of 100
    ((2, 0, 0), 50),        # half of 2 is 1: the middle of the first class
    ((5, 5, 0), 100),       # exactly where two classes meet
    ((1, 1, 9), np.nan),    # in the open class
    ((0, 0, 0), np.nan),
    ((np.nan, np.nan, np.nan), np.nan),
])
def test_a_median_lies_inside_its_class(counts, median):
    assert medians(np.array([counts], float), np.array([0.0, 100, 200])) == pytest.approx([median], nan_ok=True)
