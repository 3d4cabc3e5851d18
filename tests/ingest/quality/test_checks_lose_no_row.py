"""Whatever comes, every row is good, marked or rejected, and judged as if it had come alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ingest.quality.checks import Context, apply
from ingest.quality.keys import Keys
from ingest.quality.spec import Check

NOW = np.datetime64("2026-03-04T17:00:00", "us")
CHECKS: TypeAdapter[list[Check]] = TypeAdapter(list[Check])
COUNT = 6
ODD = st.one_of(st.none(), st.text(max_size=4), st.integers(-10, 10), st.floats(), st.booleans(),
                st.lists(st.integers(), max_size=2))
INSTANTS = st.integers(-10**6, 10**6).map(lambda hours: NOW + np.timedelta64(hours, "h")) | st.just(np.datetime64("NaT", "us"))
ONES = st.sampled_from([
    {"required": ["text", "number"]}, {"type": "text", "is": "number"}, {"type": ["text", "number"], "is": "whole"},
    {"type": "text", "is": "date"}, {"type": "at", "is": "time"}, {"range": "number", "min": -5, "max": 5},
    {"range": "text", "min": 0}, {"allowed": "text", "values": ["a", 1]}, {"allowed": "number", "values": [1, 2]},
    {"pattern": ["text", "number"], "like": "[a-z0-9]*"}, {"inside": "city"}, {"past": ["at", "text"], "ahead": "1h"},
    {"order": ["at", "then"]}, {"fresh": ["at", "text"], "within": "3d"}, {"required": "absent"}, {"past": "absent"},
])
ANY = st.lists(st.builds(lambda one, fate: {**one, "else": fate}, ONES, st.sampled_from(["reject", "mark"])), max_size=5)


@st.composite
def batches(draw):
    """Columns of one length, of every type that a mapping may hand over, with holes."""
    text = np.empty(COUNT, object)
    text[:] = draw(st.lists(ODD, min_size=COUNT, max_size=COUNT))
    numbers = st.lists(st.floats(), min_size=COUNT, max_size=COUNT).map(np.array)
    instants = st.lists(INSTANTS, min_size=COUNT, max_size=COUNT).map(lambda values: np.array(values, "datetime64[us]"))
    return {"text": text, "number": draw(numbers), "lon": draw(numbers), "lat": draw(numbers), "at": draw(instants),
            "then": draw(instants)}


def context():
    return Context(NOW, inside=lambda lon, lat: np.abs(lon) < 1, keys=Keys())


@settings(max_examples=120, deadline=None)
@given(batches(), ANY)
def test_every_row_is_judged_once_and_as_if_it_had_come_alone(columns, entries):
    checks = CHECKS.validate_python(entries)
    rejects, marks = apply(checks, columns, context())
    assert not rejects.reasons.keys() & marks.reasons.keys()
    for row in range(COUNT):
        alone = apply(checks, {name: column[row:row + 1] for name, column in columns.items()}, context())
        assert [alone[0].reasons.get(0), alone[1].reasons.get(0)] == [rejects.reasons.get(row), marks.reasons.get(row)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1.0, 2.0, np.nan])), max_size=12), st.integers(1, 5))
def test_of_every_key_one_row_is_left_however_the_rows_are_cut_into_batches(rows, size):
    """As many rows stay as there are whole keys, and as rows that have no whole key."""
    made, stayed = context(), 0
    for start in range(0, len(rows), size):
        part = rows[start:start + size]
        columns = {"id": np.array([key for key, _ in part], object), "number": np.array([number for _, number in part])}
        rejects, _ = apply(CHECKS.validate_python([{"unique": ["id", "number"]}]), columns, made)
        stayed += len(part) - len(rejects.reasons)
    holes = sum(np.isnan(number) for _, number in rows)
    assert stayed == len({pair for pair in rows if not np.isnan(pair[1])}) + holes
