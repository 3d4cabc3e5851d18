"""What came of a source's rows, counted by hand: batches, datasets, arrivals, rejects and marks by reason."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from data_access.batches import batches, daily, datasets, hourly
from data_access.city import City
from data_access.quarantine import quarantine, waiting
from data_access.reject_rows import UnknownSource, Wanted, columns, identify, rejects
from data_access.sources import sources

NOW = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)  # 12:20 in New York
MISSING, RANGE = ({"field": "id", "code": "missing", "text": "id is missing"},
                  {"field": "value", "code": "range", "text": "value is 9999"})


@pytest.fixture(scope="module")
def filled(engine: Engine, town: City) -> Engine:
    """Source `test`: batch 1 a file of two days ago (10 taken, 3 rejected), 2 and 3 of messages within the last hours
    (5 taken, 1 of them marked; 2 taken, 4 seen, 1 rejected). A retry, batch 4, took one reject of batch 1. `sim` is silent.
    """
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, dataset, subject, received_at, taken, seen, marked, rejected) VALUES
            (1, 'file', 'cases.csv', 'test/old', 'cases', :before, 10, 0, 0, 3),
            (1, 'http', '127.0.0.1', NULL, 'messages', :earlier, 5, 0, 1, 0),
            (1, 'http', '127.0.0.1', NULL, 'messages', :lately, 2, 4, 0, 1),
            (1, 'retry', 'cases.csv', 'test/old', 'cases', :lately, 1, 0, 0, 0)"""), {
            "before": NOW - timedelta(days=2), "earlier": NOW - timedelta(hours=3), "lately": NOW - timedelta(minutes=10)})
        connection.execute(text("""
            INSERT INTO feed (source_id, subject, last_received_at, taken, rejected, marked) VALUES
            (1, 'case', :lately, 11, 3, 0), (1, 'message', :lately, 7, 1, 1)"""), {"lately": NOW - timedelta(minutes=10)})
        for batch, line, reasons, row, resolved in (
            (1, 4, [MISSING], {"id": None, "value": 1}, None),
            (1, 7, [MISSING, RANGE, RANGE], {"id": "", "value": 9999, "区": "甲"}, None),
            (1, 9, [RANGE], {"id": "c9", "value": 9998}, 4),
            (3, 2, [{"field": "", "code": "not_an_object", "text": "the row is no object"}], [1, 2.50], None),
        ):
            connection.execute(text("""
                INSERT INTO reject (batch_id, source_id, row_no, reasons, row, resolved_at, resolved_batch)
                VALUES (:batch, 1, :line, CAST(:reasons AS jsonb), CAST(:row AS jsonb),
                        CASE WHEN CAST(:resolved AS int) IS NULL THEN NULL ELSE now() END, :resolved)"""),
                {"batch": batch, "line": line, "reasons": json.dumps(reasons), "row": json.dumps(row), "resolved": resolved})
        connection.execute(text("""
            INSERT INTO mark (batch_id, source_id, row_no, subject, reasons, row)
            VALUES (2, 1, 5, 'messages', CAST(:reasons AS jsonb), NULL)"""), {"reasons": json.dumps([RANGE])})
    return engine


def test_reasons_are_counted_by_dataset_field_and_code_and_a_row_counts_once_under_each(filled: Engine) -> None:
    """Lines 4 and 7 lack an id; 7 is out of range too, twice told; line 9 was taken by the retry."""
    found = quarantine(filled, "test", "reject")
    assert (found.waiting, found.resolved, found.counted) == (3, 1, 3)
    assert [(one.subject, one.dataset, one.field, one.code, one.rows) for one in found.groups] == [
        ("cases", "test/old", "id", "missing", 2), ("messages", None, "", "not_an_object", 1),
        ("cases", "test/old", "value", "range", 1)]


def test_examples_are_whole_rows_the_newest_first_and_say_where_they_stood(filled: Engine) -> None:
    lacking = quarantine(filled, "test", "reject").groups[0].examples
    assert [(one.batch_id, one.door, one.origin, one.row_no) for one in lacking] == [
        (1, "file", "cases.csv", 7), (1, "file", "cases.csv", 4)]
    assert lacking[0].row == {"id": "", "value": 9999, "区": "甲"}
    assert [reason.text for reason in lacking[0].reasons] == ["id is missing", "value is 9999", "value is 9999"]


def test_marks_are_counted_like_rejects_and_their_rows_may_not_be_kept(filled: Engine) -> None:
    found = quarantine(filled, "test", "mark")
    assert (found.waiting, found.resolved) == (1, 0)
    assert [(one.field, one.code, one.rows, one.examples[0].row) for one in found.groups] == [("value", "range", 1, None)]


def test_a_source_without_rejects_has_none(filled: Engine) -> None:
    assert quarantine(filled, "sim", "reject").groups == ()
    assert waiting(filled) == {"test": 3}


def test_a_source_says_how_many_of_its_rows_are_marked(filled: Engine) -> None:
    found = {source.key: source for source in sources(filled)}
    assert (found["test"].taken, found["test"].marked, found["test"].rejected) == (18, 1, 4)


def test_batches_come_newest_first_and_the_one_asked_for_stands_last(filled: Engine) -> None:
    assert [line.batch_id for line in batches(filled, "test", 2)] == [4, 3]
    assert [line.batch_id for line in batches(filled, "test", 2, wanted=1)] == [4, 3, 1]
    assert [line.batch_id for line in batches(filled, "test", 2, wanted=9_999_999_999)] == [4, 3]
    assert batches(filled, "sim", 2, wanted=1) == (), "a batch is its own source's"


def test_datasets_add_their_batches_up(filled: Engine) -> None:
    found = datasets(filled, "test")
    assert found.since is None
    assert {(one.subject, one.dataset): (one.batches, one.taken, one.seen, one.marked, one.rejected) for one in found.lines} == {
        ("cases", "test/old"): (2, 11, 0, 0, 3), ("messages", None): (2, 7, 4, 1, 1)}


def test_arrivals_fall_into_their_hours_and_the_running_one_is_the_last(filled: Engine) -> None:
    """At 17:20: 14:20 falls into 14:00, 17:10 into 17:00."""
    course = hourly(filled, NOW, 4)["test"]
    assert (course.taken, course.rejected) == ((5, 0, 0, 3), (0, 0, 0, 1))
    assert course.start == datetime(2026, 3, 4, 14, tzinfo=UTC)
    assert hourly(filled, NOW, 4)["sim"].taken == (0, 0, 0, 0)


def test_arrivals_fall_into_the_citys_days(filled: Engine) -> None:
    course = daily(filled, NOW, 3, ZoneInfo("America/New_York"), "test")
    assert (course.taken, course.rejected) == ((10, 0, 8), (3, 0, 1))
    assert course.start == datetime(2026, 3, 2, 5, tzinfo=UTC)


def lines(engine: Engine, **wanted: Any) -> list[tuple[int, int]]:
    return [(one.batch_id, one.row_no) for one in rejects(engine, identify(engine, "test"), Wanted(**wanted))]


def test_a_download_holds_what_waits_or_everything_or_one_reason(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.reject_rows.PAGE", 2)  # so that there are several
    assert lines(filled) == [(1, 4), (1, 7), (3, 2)]
    assert lines(filled, everything=True) == [(1, 4), (1, 7), (1, 9), (3, 2)]
    assert lines(filled, field="value", code="range") == [(1, 7)]
    assert lines(filled, everything=True, field="value", code="range") == [(1, 7), (1, 9)]


def test_a_downloads_columns_are_those_of_all_its_rows(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.reject_rows.SPAN", 1)
    source = identify(filled, "test")
    assert columns(filled, source, Wanted()) == ("id", "value", "区")
    assert columns(filled, source, Wanted(field="", code="not_an_object")) == ()


def test_an_unknown_source_has_no_rejects_to_take(filled: Engine) -> None:
    with pytest.raises(UnknownSource):
        identify(filled, "nobody")
