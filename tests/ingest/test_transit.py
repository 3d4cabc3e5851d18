"""Vehicles and stop events: the newest word counts, a better time corrects the rollups."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data_access.city import City
from ingest.rollups import check
from tests.ingest.conftest import Sender


def at(minutes: float) -> str:
    """An instant so many minutes before now."""
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def vehicle(number: str, **said: Any) -> dict[str, Any]:
    """A bus in block T111."""
    return {"id": number, "observed_at": at(1), "lon": 0.005, "lat": 0.005, "line": "12"} | said


def stop(number: str, due: float, served: float | None, **said: Any) -> dict[str, Any]:
    """A stop in block T111, due and served so many minutes ago."""
    told = {} if served is None else {"served_at": noon(served)}
    return {"id": number, "trip": "T1", "scheduled_at": noon(due), "lon": 0.005, "lat": 0.005} | told | said


def noon(minutes: float) -> str:
    """An instant so many minutes before a noon of the past."""
    return (datetime(2026, 3, 4, 17, tzinfo=UTC) - timedelta(minutes=minutes)).isoformat()


def test_of_a_vehicle_the_newest_word_counts_whenever_it_comes(sender: Sender) -> None:
    assert sender.counts(sender.send("vehicles", [vehicle("b1", observed_at=at(2), delay_s=60)])) == (1, 0, 0)
    older = sender.send("vehicles", [vehicle("b1", observed_at=at(5), lon=0.015)])
    newer = sender.send("vehicles", [vehicle("b1", observed_at=at(1), lon=0.025), vehicle("b1", observed_at=at(3), lon=0.035)])
    assert (sender.counts(older), sender.counts(newer)) == ((0, 1, 0), (1, 1, 0))
    assert sender.rows("""
        SELECT code, ST_X(v.geom), delay_s FROM vehicle v JOIN region USING (region_id) WHERE external_id = 'b1'""") == [
        ("T121", 0.025, None)]


def test_the_same_word_again_is_seen_and_a_fuller_one_of_the_same_instant_is_taken(sender: Sender) -> None:
    word = vehicle("b2")
    sender.send("vehicles", [word])
    assert sender.counts(sender.send("vehicles", [word])) == (0, 1, 0)
    assert sender.counts(sender.send("vehicles", [word | {"delay_s": 30}])) == (1, 0, 0)


def test_a_clock_that_is_ahead_does_not_hold_a_vehicle_where_it_was(sender: Sender) -> None:
    sender.send("vehicles", [vehicle("b3", observed_at=at(-600))])
    assert sender.counts(sender.send("vehicles", [vehicle("b3", observed_at=at(-600), lon=0.015)])) == (1, 0, 0)
    assert sender.value("SELECT observed_at <= now() FROM vehicle WHERE external_id = 'b3'")


@pytest.mark.parametrize(("said", "field", "code"), [
    ({"lon": 5, "lat": 5}, "lon", "outside_city"), ({"lon": 0, "lat": 0.5, "bearing": 361}, "bearing", "range"),
    ({"observed_at": None}, "observed_at", "missing"), ({"mode": "broom"}, "mode", "not_allowed"), ({"id": ""}, "id", "missing"),
])
def test_a_vehicle_that_cannot_be_is_kept_with_its_reason(sender: Sender, said: dict[str, Any], field: str, code: str) -> None:
    answer = sender.send("vehicles", [vehicle("bad", **said)])
    assert sender.counts(answer) == (0, 0, 1)
    assert (field, code) in {(reason["field"], reason["code"]) for reason in answer["reasons"]}


def test_a_stop_counts_by_its_last_time_and_the_rollups_agree(sender: Sender, town: City) -> None:
    """Of three stops due, one is on time, one 6 minutes late, one left out; then the late one turns out to be 4 minutes late."""
    stops = [stop("s1", 30, 31), stop("s2", 30, 24), stop("s3", 30, None, skipped=True)]
    assert sender.counts(sender.send("stop_events", stops)) == (3, 0, 0)
    counted = """
        SELECT m.key, n FROM rollup_day JOIN metric m USING (metric_id)
         WHERE m.key LIKE 'stop%' AND region_id = 1 AND n > 0 ORDER BY 1"""
    assert sender.rows(counted) == [("stop_due", 3), ("stop_on_time", 1), ("stop_served", 2)]
    assert sender.counts(sender.send("stop_events", [stop("s2", 30, 26), stops[0]])) == (1, 1, 0)
    assert sender.rows(counted) == [("stop_due", 3), ("stop_on_time", 2), ("stop_served", 2)]
    assert sender.rows("SELECT delay_s FROM stop_event WHERE served ORDER BY external_id") == [(-60,), (240,)]
    sender.send("stop_events", [stop("s2", 30, None, skipped=True)])
    assert sender.rows(counted) == [("stop_due", 3), ("stop_on_time", 1), ("stop_served", 1)]
    assert check(sender.engine, town) == []


def test_a_stop_neither_served_nor_skipped_is_refused(sender: Sender) -> None:
    answer = sender.send("stop_events", [stop("s9", 30, None)])
    assert [(reason["field"], reason["code"]) for reason in answer["reasons"]] == [("served_at", "missing")]
