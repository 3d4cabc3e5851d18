"""What goes in by COPY comes out the same."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import text

from ingest import copy
from ingest.arrays import literal
from ingest.copy import Uncopyable, copy_rows, points

AWKWARD = ["tab\there", "line\nbreak", 'quote " and \'', "back\\slash \\N", "", "a,b", "汉字 😀", None, "x" * 5000]


@pytest.fixture
def connection(engine):
    with engine.connect() as made:
        made.exec_driver_sql("""
            CREATE TEMP TABLE box (small int2, number int4, large int8, half float4, full_ float8, word text,
                                   at timestamptz, day date, yes bool, note jsonb, geom geometry(Geometry, 4326))""")
        yield made


def back(connection, columns):
    return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM box"))]


def test_awkward_texts_come_back_as_they_went(connection):
    assert copy_rows(connection, "box", ["number", "word"], {"number": range(len(AWKWARD)), "word": AWKWARD}) == len(AWKWARD)
    assert back(connection, "number, word") == list(enumerate(AWKWARD))


def test_numbers_keep_every_bit_and_gaps_are_null(connection):
    copy_rows(connection, "box", ["small", "large", "half", "full_"], {
        "small": pd.Series([-32768, None, 7]), "large": np.array([2**62 + 1, -1, 0]),
        "half": [0.5, np.nan, 1.5], "full_": [0.1, None, 1e300]})
    assert back(connection, "small, large, half, full_") == [
        (-32768, 2**62 + 1, 0.5, 0.1), (None, -1, None, None), (7, 0, 1.5, 1e300)]


def test_a_large_whole_number_beside_a_gap_is_not_rounded(connection):
    copy_rows(connection, "box", ["large"], {"large": [2**62 + 1, None]})
    assert back(connection, "large") == [(2**62 + 1,), (None,)]


def test_an_instant_is_the_same_instant_in_any_zone(connection):
    noon = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    copy_rows(connection, "box", ["at", "day"], {"at": [noon, None], "day": [date(1999, 12, 31), date(2026, 3, 4)]})
    copy_rows(connection, "box", ["at"], {"at": np.array(["2026-03-04T17:00:00"], "datetime64[s]")})
    assert back(connection, "at, day") == [
        (noon.astimezone(UTC), date(1999, 12, 31)), (None, date(2026, 3, 4)), (datetime(2026, 3, 4, 17, tzinfo=UTC), None)]


def test_points_and_shapes_land_where_they_lie(connection):
    copy_rows(connection, "box", ["geom"], {"geom": points(np.array([-73.9, np.nan, 1]), np.array([40.7, 1, np.nan]))})
    copy_rows(connection, "box", ["geom"], {"geom": [shapely.box(0, 0, 2, 1), None]})
    assert back(connection, "ST_AsText(geom), ST_SRID(geom)") == [
        ("POINT(-73.9 40.7)", 4326), (None, None), (None, None), ("POLYGON((2 0,2 1,0 1,0 0,2 0))", 4326), (None, None)]


def test_truth_and_json_come_back(connection):
    copy_rows(connection, "box", ["yes", "note"], {"yes": [True, False, None], "note": [{"a": ["é", None]}, [], None]})
    assert back(connection, "yes, note") == [(True, {"a": ["é", None]}), (False, []), (None, None)]


def test_rows_beyond_one_slice_all_arrive_in_order(connection, monkeypatch):
    monkeypatch.setattr(copy, "ROWS", 7)
    copy_rows(connection, "box", ["number", "word"], {"number": range(100), "word": ["é" * (n % 5) for n in range(100)]})
    assert back(connection, "number, word") == [(n, "é" * (n % 5)) for n in range(100)]


def test_one_huge_text_arrives_among_small_ones_and_nothing(connection):
    words = ["x" * 3_000_000, *("é" * (n % 3) for n in range(99)), None]
    copy_rows(connection, "box", ["number", "word", "at", "geom"], {
        "number": range(101), "word": words, "at": [None] * 101, "geom": points(np.arange(101.0), np.zeros(101))})
    assert back(connection, "number, word, at, ST_X(geom)") == [(n, words[n], None, n) for n in range(101)]


def test_no_rows_are_no_work(connection):
    assert copy_rows(connection, "box", ["number", "word"], {"number": [], "word": []}) == 0


@pytest.mark.parametrize(("column", "values", "says"), [
    ("small", [40000], "does not fit"), ("number", np.array([1.5]), "does not fit"), ("number", [1.5, None], "not whole"),
    ("word", ["a\0b"], "NUL"), ("note", [{"a": "\0"}], "NUL"), ("nothing", [1], "no column nothing"), ("number", ["x"], "number"),
])
def test_what_a_column_cannot_hold_is_refused_by_name_before_anything_is_written(connection, column, values, says):
    with pytest.raises(Uncopyable, match=says):
        copy_rows(connection, "box", [column], {column: values})
    assert back(connection, "1") == []


def test_columns_of_different_lengths_and_unknown_tables_are_refused(connection):
    with pytest.raises(Uncopyable, match="differ in length"):
        copy_rows(connection, "box", ["number", "word"], {"number": [1, 2], "word": ["a"]})
    with pytest.raises(Uncopyable, match="no table shelf"):
        copy_rows(connection, "shelf", ["number"], {"number": [1]})


def test_numbers_bound_as_one_text_come_back_as_they_were(connection):
    real = [0.1, -0.0, 1e308, 5e-324, float("inf")]
    told = connection.execute(text("""
        SELECT CAST(:real AS double precision[]), CAST(:whole AS bigint[]), CAST(:none AS int[]), 7 = ANY(:few)"""), {
        "real": literal(np.array(real)), "whole": literal(np.array([2**63 - 1, -(2**63)])), "none": literal([]),
        "few": literal([5, 7])}).one()
    assert tuple(told) == (real, [2**63 - 1, -(2**63)], [], True)
