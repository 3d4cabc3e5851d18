"""Old stops are given up once they are counted: counts stay, rollups agree, and nothing is counted a second time."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data_access.city import City
from ingest import retention
from ingest.retention import Since, border, give_up
from ingest.rollups import check, rebuild
from tests.ingest.conftest import Sender

NOW = datetime(2026, 3, 10, 17, tzinfo=UTC)
COUNTED = """
    SELECT day::text, n FROM rollup_day JOIN metric m USING (metric_id)
     WHERE m.key = 'stop_due' AND region_id = 1 AND n > 0 ORDER BY 1"""


def stop(day: int, hour: int = 12) -> dict[str, Any]:
    """A stop in block T111, served on time on a day of March."""
    due = datetime(2026, 3, day, hour, tzinfo=UTC).isoformat()
    return {"id": f"{day} {hour}", "trip": "T1", "scheduled_at": due, "served_at": due, "lon": 0.005, "lat": 0.005}


def test_a_border_is_the_citys_midnight_or_the_full_hour_before() -> None:
    assert border(ZoneInfo("America/New_York"), NOW, 2) == Since(datetime(2026, 3, 8, 5, tzinfo=UTC), date(2026, 3, 8))
    assert border(ZoneInfo("Asia/Kolkata"), NOW, 2) == Since(datetime(2026, 3, 7, 18, tzinfo=UTC), date(2026, 3, 8))


def test_old_stops_go_and_what_was_counted_stays(sender: Sender, town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of stops on the 4th, 7th, 8th and 9th those of the last two stay when two days are kept, on the 10th."""
    monkeypatch.setattr(retention, "ROWS", 2)
    stops = [stop(4), stop(4, 13), stop(4, 14), stop(7), stop(8), stop(9)]
    sender.send("stop_events", stops)
    before = sender.rows(COUNTED)
    assert before == [("2026-03-04", 3), ("2026-03-07", 1), ("2026-03-08", 1), ("2026-03-09", 1)]
    assert give_up(sender.engine, town, NOW, 2) == 4
    assert sender.rows("SELECT external_id FROM stop_event ORDER BY 1") == [("8 12",), ("9 12",)]
    assert give_up(sender.engine, town, NOW, 2) == 0
    answer = sender.send("stop_events", [stop(4), stop(8), stop(9, 13)])
    assert sender.counts(answer) == (1, 1, 1)
    assert [(reason["field"], reason["code"]) for reason in answer["reasons"]] == [("scheduled_at", "too_old")]
    assert check(sender.engine, town) == []
    rebuild(sender.engine, town)
    assert sender.rows(COUNTED) == [*before[:3], ("2026-03-09", 2)]


def test_nothing_goes_while_something_is_loaded(sender: Sender, town: City) -> None:
    sender.send("stop_events", [stop(9, 15)])
    with sender.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO job (job_key, title_zh, title_en, unit_zh, unit_en) VALUES ('j', '', '', '', '')")
    assert give_up(sender.engine, town, NOW, 0) == 0
    with sender.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE job SET finished_at = now()")
    assert give_up(sender.engine, town, NOW, 0) > 0


def test_an_hour_cut_by_midnight_is_counted_once(sender: Sender, town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a city half an hour off, the hour around midnight belongs to two days; the rollups of both are as before."""
    there = Since(datetime(2026, 3, 12, 3, tzinfo=UTC), date(2026, 3, 12))  # Smalltown's midnight is at 5:00 or 4:00 UTC
    sender.send("stop_events", [stop(12, 2), stop(12, 3), stop(12, 10)])
    hours = """SELECT extract(hour FROM at AT TIME ZONE 'UTC')::int, n FROM rollup_hour JOIN metric m USING (metric_id)
                WHERE m.key = 'stop_due' AND region_id = 1 AND n > 0 AND at >= '2026-03-12' ORDER BY 1"""
    days, by_hour = sender.rows(COUNTED), sender.rows(hours)
    assert by_hour == [(2, 1), (3, 1), (10, 1)]
    monkeypatch.setattr(retention, "border", lambda zone, now, days: there)
    give_up(sender.engine, town, NOW, 0)
    assert check(sender.engine, town) == []
    rebuild(sender.engine, town)
    assert (sender.rows(COUNTED), sender.rows(hours)) == (days, by_hour)
