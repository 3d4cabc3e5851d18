"""What came of a source, counted by hour and region: every number here can be checked by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from data_access.quality import by_source
from data_access.readings import by_child, readings
from data_access.rows import rows
from indicators.quality import QUALITY
from indicators.scope import Scope
from ingest import rollups
from ingest.batch import Source
from ingest.intake import Delivery, Intake
from ingest.quality import arrivals
from ingest.rejects import Kept, Reason, Rejects
from ingest.subjects import SUBJECTS

COLUMNS = ", ".join(f"sum({name})" for name in arrivals.COLUMNS)
KEYS = {indicator.key: indicator for indicator in QUALITY}


def came(sender, where="true"):
    """The sums of all columns, by their names."""
    row = sender.rows(f"SELECT {COLUMNS} FROM arrival JOIN region USING (region_id) WHERE {where}")[0]
    return dict(zip(arrivals.COLUMNS, row, strict=True))


def grown(before, after):
    """What has changed between two counts."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@pytest.fixture(scope="module")
def sent(sender):
    """Ten readings of two stations, of a source that promises ten minutes and was first heard an hour ago.

    West (street T11 of district T1): two in time, one late, one beyond the range, one said twice, one without a value.
    East (T2): one in time, another value for it, one before the source was first heard. And one of no station at all.
    """
    now = datetime.now(UTC).replace(microsecond=0)

    def ago(minutes):
        return (now - timedelta(minutes=minutes)).isoformat()

    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE source SET refresh_seconds = 600 WHERE key = 'test'"))
        connection.execute(text("UPDATE batch SET received_at = now() - interval '1 hour'"))
        connection.execute(text("DELETE FROM arrival"))
    rollups.rebuild(sender.engine, sender.city)
    west, east = ({"property": "pm25", "device": device, "value": 20} for device in ("a1", "a2"))
    answer = sender.send("observations", [
        west | {"observed_at": ago(1)}, west | {"observed_at": ago(2)}, west | {"observed_at": ago(30)},
        west | {"observed_at": ago(3), "value": 5000}, west | {"observed_at": ago(1)},
        west | {"observed_at": ago(4), "value": None},
        east | {"observed_at": ago(1)}, east | {"observed_at": ago(1), "value": 21}, east | {"observed_at": ago(90)},
        west | {"observed_at": ago(5), "device": "nobody"}])
    assert sender.counts(answer) == (5, 1, 4)
    return now


def test_rows_are_counted_once_in_every_column_that_fits(sender, sent):
    assert came(sender) == {"came": 10, "rejected": 4, "marked": 0, "incomplete": 1, "malformed": 0, "inaccurate": 1,
                            "inconsistent": 2, "repeated": 1, "timed": 5, "in_time": 4}


def test_rows_are_counted_where_they_belong_and_those_of_nowhere_for_the_city(sender, sent):
    assert came(sender, "code = 'T11'")["came"] == 6
    assert came(sender, "code = 'T22'")["came"] == 3
    assert came(sender, "code = 'T'") | {"came": 1, "rejected": 1, "inconsistent": 1} == came(sender, "code = 'T'")


def test_the_rollups_agree_with_what_is_kept(sender, sent):
    assert rollups.check(sender.engine, sender.city) == []


def test_quality_is_an_indicator_like_any_other(sender, sent):
    """Of ten rows one lacks a value: 90 %; in the west one of six: 83.3 %."""
    scope = Scope("T", "24h")
    now = datetime.now(UTC)
    found = readings(sender.engine, sender.city, QUALITY, scope, now)
    values = {key: None if one.value is None else round(one.value, 1) for key, one in found.items()}
    assert values == {
        "quality_completeness": 90.0, "quality_accuracy": 90.0, "quality_consistency": 80.0, "quality_timeliness": 80.0,
        "quality_uniqueness": 90.0, "quality_accessibility": 100.0, "quality_normativity": 100.0, "quality_rejected": 40.0,
        "quality_rows": 10.0, "quality_findings": 0.0}
    assert found["quality_completeness"].n == 10
    children = by_child(sender.engine, sender.city, KEYS["quality_completeness"], scope, now)
    assert [(child.region.code, round(child.reading.value or 0, 1)) for child in children] == [("T1", 83.3), ("T2", 100.0)]
    streets = by_child(sender.engine, sender.city, KEYS["quality_completeness"], Scope("T1", "24h"), now)
    assert [(child.region.code, child.reading.status) for child in streets] == [("T11", "ok"), ("T12", "no_base")]
    blocks = by_child(sender.engine, sender.city, KEYS["quality_completeness"], Scope("T11", "24h"), now)
    assert {child.reading.status for child in blocks} == {"not_applicable"}


def test_the_quality_of_a_source_is_the_same_indicators_of_its_rows_alone(sender, sent):
    found = by_source(sender.engine, sender.city, Scope("T", "24h"), datetime.now(UTC))
    mine = {key: one.value for key, one in found["test"].items()}
    assert mine["quality_completeness"] == 90 and mine["quality_timeliness"] == 80 and mine["quality_rows"] == 10
    assert [point.value for point in found["test"]["quality_rows"].series][-2:] in ([0.0, 10.0], [10.0, 0.0])
    assert {key: one.status for key, one in found["sim"].items()} == dict.fromkeys(KEYS, "no_data")


def test_behind_a_quality_stand_the_hours_of_the_sources_with_how_many_rows_of_each_are_right(sender, sent):
    """Of the west five rows of six are complete, of the east three of three, and the one of nowhere is complete too."""
    listed = rows(sender.engine, sender.city, KEYS["quality_completeness"], Scope("T", "24h"), datetime.now(UTC))
    assert listed.total == 10
    assert {(row[3], row[4], row[5]) for row in listed.rows} == {
        ("test observations", sender.city.region(code).name, n) for code, n in (("T11", 5), ("T22", 3), ("T", 1))}


def test_a_source_that_promises_nothing_has_no_base_for_time_and_no_access_to_judge(sender, sent):
    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE source SET refresh_seconds = NULL WHERE key = 'test'"))
    try:
        before = came(sender)["timed"]
        sender.send("observations", [{"property": "pm25", "device": "a1", "value": 1, "observed_at": sent.isoformat()}])
        assert came(sender)["timed"] == before
        found = by_source(sender.engine, sender.city, Scope("T", "24h"), datetime.now(UTC))["test"]
        assert found["quality_accessibility"].status == "not_applicable"
    finally:
        with sender.engine.begin() as connection:
            connection.execute(text("UPDATE source SET refresh_seconds = 600 WHERE key = 'test'"))


def test_a_file_that_is_loaded_anew_is_taken_back_whole(sender, sent):
    """Two rows of a file, one of them bad, are counted, and after they are taken back nothing of them is left."""
    before, rows_before = came(sender), sender.value("SELECT count(*) FROM arrival")
    batch_id = deliver(sender, "file", [(7, 20), (8, 5000)])
    assert [came(sender)[name] - before[name] for name in ("came", "rejected", "inaccurate")] == [2, 1, 1]
    with sender.engine.begin() as connection:
        arrivals.take_back(connection, sender.city, metrics(sender), [batch_id])
        rollups.flush(connection, sender.city)
    assert came(sender) == before
    assert sender.value("SELECT count(*) FROM arrival") == rows_before
    assert rollups.check(sender.engine, sender.city) == []


def test_a_row_that_a_retry_takes_counts_once_and_as_a_good_one(sender, sent):
    """Of three rows two are bad; a retry takes one of them: three came, one is rejected, now for another reason."""
    before = came(sender)
    deliver(sender, "file", [(9, 20), (10, 5000), (11, 6000)])
    first = came(sender)
    assert [first[name] - before[name] for name in ("came", "rejected", "inaccurate", "inconsistent")] == [3, 2, 2, 0]
    again = retried(sender, [(10, 50), (9, 21)], lines=(2, 3))  # the second contradicts the row that was taken
    after = came(sender)
    assert [after[name] - before[name] for name in ("came", "rejected", "inaccurate", "inconsistent")] == [3, 1, 0, 1]
    assert rollups.check(sender.engine, sender.city) == []
    retried(sender, [(11, 60)], lines=(3,), of=again)
    last = came(sender)
    assert grown(before, last) == {"came": 3, "timed": 1, "in_time": 1}
    assert rollups.check(sender.engine, sender.city) == []


def test_a_row_that_is_there_already_when_it_is_tried_again_came_and_said_nothing_new(sender, sent):
    before = came(sender)
    deliver(sender, "file", [(15, 5000)])
    deliver(sender, "file", [(15, 30)])
    retried(sender, [(15, 30)], lines=(1,), back=1)
    after = came(sender)
    assert [after[name] - before[name] for name in ("came", "rejected", "repeated")] == [2, 0, 1]


def test_a_wide_row_is_counted_by_its_cells_where_they_lie(sender, sent):
    """One line brings a good reading of the west and two bad ones, of west and east; a retry mends the eastern one."""
    def counts():
        return [came(sender, f"code = '{code}'")[name] for code in ("T11", "T22") for name in ("came", "rejected")]

    before = counts()
    deliver(sender, "file", [(16, 20), (17, 5000), (17, 5000)], devices=("a1", "a1", "a2"), lines=(4, 4, 4))
    assert [after - was for after, was in zip(counts(), before, strict=True)] == [2, 1, 1, 1]
    again = retried(sender, [(16, 20), (17, 5000), (17, 30)], devices=("a1", "a1", "a2"), lines=(4, 4, 4))
    assert [after - was for after, was in zip(counts(), before, strict=True)] == [2, 1, 1, 0]
    assert rollups.check(sender.engine, sender.city) == []
    retried(sender, [(16, 20), (17, 31), (17, 30)], devices=("a1", "a1", "a2"), lines=(4, 4, 4), of=again)
    assert [after - was for after, was in zip(counts(), before, strict=True)] == [2, 0, 1, 0]
    assert rollups.check(sender.engine, sender.city) == []


def test_rows_that_the_pack_leaves_out_and_rows_that_cannot_be_read_count_as_what_they_are(sender, sent):
    """One is skipped, and did not come; one could not be read, and came malformed; one is let in with a mark."""
    before = came(sender)
    skipped, marked = Rejects(), Rejects()
    skipped.add(0, None, "skipped", "not wanted")
    marked.add(1, "value", "range", "rather high")
    unread = [Kept(99, [Reason(None, "unreadable", "too few cells")], "a;b")]
    deliver(sender, "file", [(13, 20), (14, 20)], rejects=skipped, marks=marked, unread=unread)
    after = came(sender)
    assert grown(before, after) == {"came": 2, "rejected": 1, "marked": 1, "malformed": 1, "inaccurate": 1, "timed": 1}


def retried(sender, readings, lines, of=None, back=0, devices=()):
    """Try rejects of the newest file (or the one `back` before it, or of these lines) again. Returns: line → reject."""
    again = of or dict(sender.rows("""
        SELECT row_no, reject_id FROM reject
         WHERE batch_id = (SELECT batch_id FROM batch WHERE door = 'file' ORDER BY 1 DESC OFFSET :back LIMIT 1)""",
        back=back))
    deliver(sender, "retry", readings, devices, lines, again={line: again[line] for line in lines})
    return again


def metrics(sender):
    """The numbered metrics of what came."""
    return rollups.prepare(sender.engine, sender.city).metrics["arrival"]


def deliver(sender, door, readings, devices=(), lines=(), **more):
    """Readings of so many minutes ago, as a file of source `test` brings them. Returns: the batch."""
    now = np.datetime64(datetime.now(UTC).replace(microsecond=0, second=0, tzinfo=None), "us")
    count = len(readings)
    columns = {
        "device": np.array(list(devices) or ["a1"] * count, object), "property": np.array(["pm25"] * count, object),
        "observed_at": np.array([now - np.timedelta64(minutes, "m") for minutes, _ in readings]),
        "value": np.array([value for _, value in readings], np.float64)}
    numbers = np.array(list(lines) or range(1, count + 1), np.int64)
    source = sender.value("SELECT source_id FROM source WHERE key = 'test'")
    return Intake(sender.engine).take(Delivery(
        Source(source, "test"), SUBJECTS["observations"], columns, numbers, lambda row: {"row": row}, door, "readings.csv",
        dataset="readings", **more))["batch"]
