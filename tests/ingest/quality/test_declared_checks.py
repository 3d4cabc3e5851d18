"""What a pack declares of its rows, checked on typed columns."""

from datetime import timedelta

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from ingest.quality.checks import Context, apply
from ingest.quality.keys import Keys
from ingest.quality.spec import Check

NOW = np.datetime64("2026-03-04T17:00:00", "us")
CHECKS: TypeAdapter[list[Check]] = TypeAdapter(list[Check])


def declared(*entries):
    return CHECKS.validate_python(list(entries))


def texts(*values):
    return np.array(values, dtype=object)


def times(*values):
    return np.array(values, dtype="datetime64[us]")


def told(rejects):
    return {row: [(reason.field, reason.code) for reason in reasons] for row, reasons in rejects.reasons.items()}


def test_a_row_is_told_every_reason_and_not_only_the_first():
    columns = {"id": texts("A1", "x"), "value": np.array([5.0, 900.0]), "title": texts("pothole", None)}
    rejects, marks = apply(declared(
        {"required": "title"}, {"pattern": "id", "like": "[A-Z][0-9]"}, {"range": "value", "min": 0, "max": 500}),
        columns, Context(NOW))
    assert told(rejects) == {1: [("title", "missing"), ("id", "pattern"), ("value", "range")]}
    assert not marks.reasons
    assert rejects.reasons[1][2].text == "value is 900, the most is 500"


def test_a_mark_lets_the_row_in_and_a_rejected_row_is_not_marked_as_well():
    columns = {"value": np.array([1.0, 40.0, 900.0])}
    rejects, marks = apply(declared({"range": "value", "max": 30, "else": "mark"}, {"range": "value", "max": 500}),
                           columns, Context(NOW))
    assert told(rejects) == {2: [("value", "range")]}
    assert told(marks) == {1: [("value", "range")]}


def test_what_is_missing_fails_no_check_but_the_one_that_requires_it():
    columns = {"id": texts(None), "value": np.array([np.nan]), "at": times("NaT"), "lon": np.array([np.nan]),
               "lat": np.array([np.nan])}
    context = Context(NOW, inside=lambda lon, lat: np.zeros(len(lon), bool))
    checks = declared(
        {"type": "id", "is": "number"}, {"range": "value", "min": 1}, {"allowed": "id", "values": ["a"]},
        {"pattern": "id", "like": "a"}, {"unique": "id"}, {"inside": "city"}, {"past": "at"}, {"order": ["at", "at"]},
        {"fresh": "at", "within": "1h"})
    assert told(apply(checks, columns, context)[0]) == {}
    assert told(apply(declared({"required": ["id", "at", "agency"]}), columns, context)[0]) == {
        0: [("id", "missing"), ("at", "missing"), ("agency", "missing")]}


def test_the_first_row_of_a_key_stays_and_the_later_ones_go_through_all_batches():
    checks, context = declared({"unique": ["id", "part"]}), Context(NOW, keys=Keys())
    first = {"id": texts("A", "A", "A"), "part": np.array([1.0, 2.0, 1.0])}
    second = {"id": texts("A", "B"), "part": np.array([2.0, 2.0])}
    assert told(apply(checks, first, context)[0]) == {2: [("id", "repeated")]}
    assert told(apply(checks, second, context)[0]) == {0: [("id", "repeated")]}


def test_a_row_that_is_refused_for_something_else_does_not_hold_its_key():
    checks = declared({"unique": "id"}, {"range": "value", "max": 10})
    columns = {"id": texts("A", "A", "B", "B"), "value": np.array([99.0, 1.0, 1.0, 1.0])}
    rejects, _ = apply(checks, columns, Context(NOW), refused=[2])
    assert told(rejects) == {0: [("value", "range")]}


def test_instants_follow_each_other_over_those_that_are_missing_between():
    columns = {"reported_at": times("2026-03-01", "2026-03-01", "2026-03-03"),
               "step:registered": times("NaT", "2026-03-02", "NaT"),
               "step:closed": times("2026-02-28", "2026-03-02", "2026-03-04")}
    rejects, _ = apply(declared({"order": ["reported_at", "step:registered", "step:closed"]}), columns, Context(NOW))
    assert told(rejects) == {0: [("step:closed", "order")]}
    assert rejects.reasons[0][0].text == "step:closed is before reported_at"


def test_steps_told_as_a_list_are_ordered_like_columns():
    steps = texts([{"step": "closed", "at": "2026-03-01T00:00:00Z"}], [{"step": "closed", "at": "soon"}], None)
    columns = {"reported_at": times("2026-03-02", "2026-03-02", "2026-03-02"), "steps": steps}
    rejects, _ = apply(declared({"order": ["reported_at", "step:closed"]}), columns, Context(NOW))
    assert told(rejects) == {0: [("step:closed", "order")]}


def test_the_future_and_the_stale_are_counted_from_when_the_row_came():
    columns = {"at": times("2026-03-04T17:05:00", "2026-03-04T17:05:01", "2026-03-02T17:00:00", "2026-03-02T16:59:59")}
    rejects, _ = apply(declared({"past": "at", "ahead": "5m"}, {"fresh": "at", "within": "2d"}), columns, Context(NOW))
    assert told(rejects) == {1: [("at", "future")], 3: [("at", "stale")]}


def test_a_text_that_should_be_a_number_or_a_date_is_told():
    columns = {"code": texts("12", "1.5", "x", "1e400"), "day": texts("2026-03-04", "2026-02-30", "04.03.2026", "2026-03-04")}
    rejects, _ = apply(declared({"type": "code", "is": "whole"}, {"type": "day", "is": "date"}), columns, Context(NOW))
    both = [("code", "type"), ("day", "type")]
    assert told(rejects) == {1: both, 2: both, 3: both[:1]}


def test_allowed_numbers_may_be_said_for_texts_too():
    columns = {"code": texts("1", "2"), "value": np.array([1.0, 2.0])}
    rejects, _ = apply(declared({"allowed": ["code", "value"], "values": [1, 3]}), columns, Context(NOW))
    assert told(rejects) == {1: [("code", "not_allowed"), ("value", "not_allowed")]}


def test_a_coordinate_outside_the_outline_is_told_and_shown():
    columns = {"lon": np.array([0.01, 9.0, np.nan]), "lat": np.array([0.01, 0.0, 0.0])}
    rejects, _ = apply(declared({"inside": "city"}), columns, Context(NOW, inside=lambda lon, lat: lon < 1))
    assert told(rejects) == {1: [("lon", "outside_city")]}
    assert "9, 0" in rejects.reasons[1][0].text


@pytest.mark.parametrize(("entry", "said"), [
    ({"rang": "value"}, "exactly one of the keys"),
    ({"range": "value", "allowed": "id"}, "exactly one of the keys"),
    ({"range": "value"}, "a min, a max, or both"),
    ({"range": "value", "min": 3, "max": 1}, "min 3 is above max 1"),
    ({"pattern": "id", "like": "("}, "no regular expression"),
    ({"past": "at", "ahead": "soon"}, "write one like 30s, 15min, 1h or 1d"),
    ({"required": []}, "at least 1 item"),
    ({"order": ["at"]}, "at least 2 items"),
    ({"inside": "town"}, "'city'"),
    ({"required": "id", "else": "drop"}, "'reject' or 'mark'"),
])
def test_a_check_that_makes_no_sense_is_refused_with_what_is_expected(entry, said):
    with pytest.raises(ValidationError, match=said):
        declared(entry)


def test_a_length_of_time_is_written_with_its_unit():
    assert declared({"fresh": "at", "within": "1.5d"})[0].within == timedelta(hours=36)


def test_a_check_names_the_fields_that_it_looks_at():
    checks = declared({"required": "id"}, {"unique": ["id", "part"]}, {"inside": "city"}, {"order": ["at", "step:closed"]})
    assert [check.fields for check in checks] == [("id",), ("id", "part"), ("lon", "lat"), ("at", "step:closed")]
