from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson

from ingest.latest import Waiting, Words, catch_up, newest
from ingest.partitions import Partitions
from tests.ingest.conftest import Sender


def observation(device: str, at: str, value: float, property_: str = "pm25") -> dict[str, Any]:
    return {"device": device, "property": property_, "observed_at": at, "value": value}


def test_a_batch_sent_twice_is_stored_once(sender: Sender) -> None:
    rows = [observation("a1", f"2026-03-01T0{hour}:00:00Z", hour) for hour in range(5)]
    assert sender.counts(sender.send("observations", rows)) == (5, 0, 0)
    assert sender.counts(sender.send("observations", rows)) == (0, 5, 0)
    assert sender.counts(sender.send("observations", [*rows, observation("a1", "2026-03-01T09:00:00Z", 9)])) == (1, 5, 0)


def test_columns_and_rows_are_the_same(sender: Sender) -> None:
    columns = {"device": ["a1", "a2"], "property": ["pm25"] * 2, "observed_at": ["2026-03-02T00:00:00Z"] * 2, "value": [1, 2.5]}
    assert sender.counts(sender.send_body("observations", orjson.dumps({"columns": columns}))) == (2, 0, 0)
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    assert sender.counts(sender.send("observations", rows)) == (0, 2, 0)


def test_another_value_for_the_same_instant_is_kept_as_a_conflict(sender: Sender) -> None:
    sender.send("observations", [observation("a1", "2026-03-03T00:00:00Z", 10)])
    answer = sender.send("observations", [observation("a1", "2026-03-03T00:00:00Z", 11),
                                          observation("a1", "2026-03-03T00:01:00Z", 12)])
    assert sender.counts(answer) == (1, 0, 1)
    assert answer["reasons"][0]["code"] == "conflict"
    kept = sender.rows("SELECT row FROM reject WHERE batch_id = :batch", batch=answer["batch"])
    assert kept == [(observation("a1", "2026-03-03T00:00:00Z", 11),)]
    assert sender.value("SELECT value FROM observation WHERE observed_at = '2026-03-03T00:00:00Z'") == 10


def test_within_a_batch_the_first_value_stays_too(sender: Sender) -> None:
    at = "2026-03-03T05:00:00Z"
    answer = sender.send("observations", [observation("a2", at, 7), observation("a2", at, 7.0), observation("a2", at, 8)])
    assert sender.counts(answer) == (1, 1, 1)
    assert answer["reasons"][0]["row"] == 3
    assert sender.value("SELECT value FROM observation WHERE observed_at = '2026-03-03T05:00:00Z'") == 7


def test_the_newest_value_never_goes_back_in_time(sender: Sender) -> None:
    sender.send("observations", [observation("a1", "2026-03-05T12:00:00Z", 3, "level"),
                                 observation("a1", "2026-03-05T11:00:00Z", 2, "level")])
    sender.send("observations", [observation("a1", "2026-03-05T10:00:00Z", 1, "level")])
    assert sender.rows("""SELECT l.value, l.observed_at = '2026-03-05T12:00:00Z', d.last_at = '2026-03-05T12:00:00Z'
                            FROM latest_observation l JOIN device d USING (device_id) JOIN property p USING (property_id)
                           WHERE d.code = 'a1' AND p.key = 'level'""") == [(3, True, True)]


def test_every_reason_of_a_bad_row_is_told(sender: Sender) -> None:
    answer = sender.send("observations", [
        {"device": "zz", "property": "rain", "observed_at": "yesterday", "value": "wet"},
        observation("a1", "2026-03-06T00:00:00Z", 1001),
        observation("a1", "2026-03-06T00:00:00", 1),
        observation("a1", "1850-01-01T00:00:00Z", 1),
        observation("a1", (datetime.now(UTC) + timedelta(days=2)).isoformat(), 1),
        observation("a1", "2026-03-06T00:00:00Z", 1)])
    assert sender.counts(answer) == (1, 0, 5)
    assert [(reason["row"], reason["field"], reason["code"]) for reason in answer["reasons"]] == [
        (1, "observed_at", "type"), (1, "value", "type"), (1, "device", "unknown_device"), (1, "property", "unknown_property"),
        (2, "value", "range"), (3, "observed_at", "no_zone"), (4, "observed_at", "range"), (5, "observed_at", "range")]


def test_the_feed_is_as_old_as_its_newest_datum(sender: Sender) -> None:
    """A value measured an hour ahead of our clock (a wrong clock) does not make the feed younger than its arrival."""
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    sender.send("observations", [observation("a2", "2026-03-07T00:00:00Z", 1, "level")])
    assert sender.value("SELECT last_at = '2026-03-07T00:00:00Z' FROM feed WHERE subject = 'observation:level'")
    sender.send("observations", [observation("a2", ahead, 1, "level")])
    assert sender.value("SELECT last_at = last_received_at FROM feed WHERE subject = 'observation:level'")


def test_a_device_keeps_its_region_for_life(sender: Sender) -> None:
    moved = {"code": "a1", "kind": "air", "name": "West", "interval_s": 60, "lon": 0.075, "lat": 0.005}
    answer = sender.send("devices", [moved, moved | {"lon": 0.006, "name": "Western"}])
    assert sender.counts(answer) == (1, 0, 1)
    assert answer["reasons"][0]["code"] == "moved"
    assert sender.rows("SELECT name, ST_X(geom) FROM device WHERE code = 'a1'") == [("Western", 0.006)]


def test_old_years_share_a_partition_and_days_have_their_own(sender: Sender) -> None:
    sender.send("observations", [observation("a1", "2013-05-01T00:00:00Z", 1), observation("a1", "2013-11-30T00:00:00Z", 2),
                                 observation("a1", "2026-03-08T23:59:59Z", 3), observation("a1", "2026-03-09T00:00:00Z", 4)])
    assert sender.rows("SELECT tableoid::regclass::text, value FROM observation WHERE value IN (1, 2, 3, 4) AND property_id = 1 "
                       "AND (observed_at < '2014-01-01' OR observed_at >= '2026-03-08') ORDER BY 2") == [
        ("observation_2013", 1), ("observation_2013", 2), ("observation_2026_03_08", 3), ("observation_2026_03_09", 4)]


def test_a_day_of_a_year_that_has_days_gets_a_day_however_old_it_has_become(sender: Sender) -> None:
    """Days and the year around them must not overlap."""
    with sender.engine.begin() as connection:
        partitions = Partitions()
        partitions.make(connection, [datetime(2026, 3, 20).date()])
        assert partitions.covers(datetime(2026, 3, 20).date())
        assert 2026 not in partitions.years


def test_two_doors_make_the_same_partition_only_once(sender: Sender) -> None:
    day = np.array(["2026-03-21T01:00:00"], "datetime64[us]")
    Partitions().ensure(sender.engine, day)
    Partitions().ensure(sender.engine, day)
    assert sender.value("SELECT count(*) FROM pg_class WHERE relname = 'observation_2026_03_21'") == 1


def words(*said: tuple[int, int, str, float]) -> Words:
    device, property_, at, value = zip(*said, strict=True)
    return Words(np.array(device), np.array(property_), np.array(at, "datetime64[us]"), np.array(value))


def test_of_several_batches_the_newest_word_of_each_device_counts() -> None:
    found = newest([words((1, 1, "2026-03-01T00:00", 10), (2, 1, "2026-03-05T00:00", 20)),
                    words((1, 1, "2026-03-02T00:00", 11), (1, 2, "2026-02-01T00:00", 5), (2, 1, "2026-03-04T00:00", 21))])
    assert list(zip(found.device_id.tolist(), found.property_id.tolist(), found.value.tolist(), strict=True)) == [
        (1, 1, 11), (1, 2, 5), (2, 1, 20)]


def test_history_that_waits_is_written_later_and_found_again_after_a_crash(sender: Sender) -> None:
    from ingest.door import create_door

    rows = [observation("a2", "2026-03-25T00:00:00Z", 42)]
    newest_value = """SELECT value FROM latest_observation JOIN device USING (device_id) JOIN property p USING (property_id)
                       WHERE code = 'a2' AND p.key = 'pm25'"""
    forgetful = Sender(create_door(sender.engine, alone=True).test_client(), sender.engine, sender.city)
    assert sender.counts(forgetful.send("observations", rows)) == (1, 0, 0)
    assert sender.value(newest_value) != 42
    catch_up(sender.engine)
    assert sender.value(newest_value) == 42

    waiting = Waiting()
    waiting.add(words((2, 1, "2026-03-26T00:00", 43)))
    waiting.keep_up(sender.engine)
    assert sender.value(newest_value) == 43
    assert waiting.words == []
