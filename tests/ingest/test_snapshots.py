from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from indicators.metrics import STOCKS
from ingest import snapshots
from tests.ingest.conftest import Case, Sender

NOW = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)
OPEN = """SELECT g.code, s.n FROM snapshot s JOIN metric m USING (metric_id) JOIN region g USING (region_id)
           WHERE m.key = 'case_open' AND s.at = :at ORDER BY 1"""


@pytest.fixture(scope="module", autouse=True)
def filled(sender: Sender) -> int:
    """One case in T111 from noon on 4 March until noon on the 5th; then everything due is recorded."""
    sender.send("cases", [{"id": "s1", "class": "pothole", "channel": "app", "title": "x", "reported_at": "2026-03-04T12:00:00Z",
                           "region": "T111", "steps": [{"step": "closed", "at": "2026-03-05T12:00:00Z"}]}])
    return fill(sender)


def closed_later(row: dict[str, Any], at: str) -> dict[str, Any]:
    return row | {"steps": [{"step": "closed", "at": at}]}


def fill(sender: Sender) -> int:
    return snapshots.fill(sender.engine, sender.city, NOW, rest=lambda seconds: None)


def test_a_stock_stands_from_opening_to_closing_at_every_level(sender: Sender) -> None:
    assert sender.rows(OPEN, at="2026-03-04T11:00:00Z") == []
    assert sender.rows(OPEN, at="2026-03-04T12:00:00Z") == [("T", 1), ("T1", 1), ("T11", 1), ("T111", 1)]
    assert sender.rows(OPEN, at="2026-03-05T11:00:00Z") == [("T", 1), ("T1", 1), ("T11", 1), ("T111", 1)]
    assert sender.rows(OPEN, at="2026-03-05T12:00:00Z") == []


def test_the_hours_of_eight_days_are_recorded_and_zero_is_told_from_unknown(sender: Sender) -> None:
    assert sender.rows("""SELECT min(at) = '2026-02-26T16:00:00Z', max(at) = '2026-03-06T15:00:00Z', count(*)
                            FROM snapshot_taken JOIN metric USING (metric_id) WHERE key = 'case_open'""") == [(True, True, 192)]


def test_midnights_reach_back_to_the_first_case(sender: Sender, case: Case) -> None:
    """A case of 20 January: 45 midnights until 6 March, of which the last 8 are hours anyway; midnight is 05:00 UTC."""
    sender.send("cases", [closed_later(case("old", reported_at="2026-01-20T12:00:00Z"), "2026-01-22T12:00:00Z")])
    fill(sender)
    found = sender.rows("""SELECT s.at AT TIME ZONE 'UTC' FROM snapshot_taken s JOIN metric USING (metric_id)
                            WHERE key = 'case_open' AND s.at < '2026-02-26T16:00:00Z' ORDER BY 1""")
    assert found[0] == (datetime(2026, 1, 21, 5),)
    assert len(found) == 37
    assert sender.rows(OPEN, at="2026-01-22T05:00:00Z")[0] == ("T", 1)


def test_a_late_fact_makes_what_it_touches_dirty_and_only_that(sender: Sender, case: Case) -> None:
    """Reported at 08:00 and closed at 10:30 on 5 March, but told now: what was recorded at 8, 9 and 10 o'clock was wrong."""
    dirty = """SELECT extract(hour FROM at) FROM snapshot_taken JOIN metric USING (metric_id)
                WHERE dirty AND key = :key ORDER BY 1"""
    assert fill(sender) == 0
    sender.send("cases", [closed_later(case("late", reported_at="2026-03-05T08:00:00Z"), "2026-03-05T10:30:00Z")])
    assert sender.rows(dirty, key="case_open") == [(8,), (9,), (10,)]
    assert sender.rows(dirty, key="enterprise_active") == []
    assert fill(sender) == 3
    assert sender.rows(OPEN, at="2026-03-05T09:00:00Z")[0] == ("T", 2)
    assert fill(sender) == 0


def test_while_long_work_brings_facts_only_the_last_hours_are_recorded(sender: Sender, case: Case) -> None:
    sender.send("cases", [case("busy", reported_at="2026-03-05T08:00:00Z")])
    with sender.engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO job (job_key, title_zh, title_en, unit_zh, unit_en, updated_at)
            VALUES ('j', 'x', 'x', 'x', 'x', :now)"""), {"now": NOW})
    assert fill(sender) == 2, "cases at 14:00 and 15:00"
    with sender.engine.begin() as connection:
        connection.execute(text("UPDATE job SET finished_at = now()"))
    assert fill(sender) > 0


def test_one_runner_at_a_time(sender: Sender) -> None:
    with sender.engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": snapshots.LOCK})
        with sender.engine.begin() as connection:
            connection.execute(text("UPDATE snapshot_taken SET dirty = true"))
        assert fill(sender) == 0
        other.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": snapshots.LOCK})
    assert fill(sender) > 0


def test_every_stock_can_be_recorded_at_an_instant(sender: Sender) -> None:
    at = NOW - timedelta(minutes=1)
    snapshots.record(sender.engine, sender.city, list(STOCKS), at)
    assert sender.value("SELECT count(*) FROM snapshot_taken WHERE at = :at", at=at) == len(STOCKS)
    assert sender.rows("""SELECT g.code, n FROM snapshot s JOIN metric m USING (metric_id) JOIN region g USING (region_id)
                           WHERE m.key = 'device_enabled' AND s.at = :at AND g.level < 2 ORDER BY 1""", at=at) == [
        ("T", 2), ("T1", 1), ("T2", 1)]
