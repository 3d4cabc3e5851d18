"""What is normal, and what a number is made of, by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.makings import Makings, makings
from data_access.normals import band
from indicators.library import INDICATORS
from indicators.scope import Scope
from ingest.rollups import rebuild

NOW = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)   # Wednesday 12:20 in New York, before clocks change on 8 March
WEEKLY = (10, 12, 14, 16, 18, 20)                # cases of the Wednesdays one to six weeks ago, at noon


@pytest.fixture(scope="module")
def weeks(engine: Engine, town: City) -> Engine:
    """Cases reported on six Wednesdays, ten to twenty of them, all due and every second one closed in time; three today."""
    rows = [(NOW - timedelta(weeks=week, minutes=20)) for week, n in enumerate(WEEKLY, start=1) for _ in range(n)]
    rows += [NOW - timedelta(minutes=5)] * 3
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO batch (source_id, door, origin, subject) VALUES (1, 'file', 'hand', 'case')"))
        connection.execute(text("""
            INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, reported_at, batch_id,
                row_no, due_at, state_at, closed_at)
            VALUES (:id, 1, :id, 'pothole', 'web', 'Hole', :leaf, :at, 1, :id, :due, :at, :closed)"""), [
            {"id": number, "leaf": town.region("T111").region_id, "at": at, "due": at + timedelta(minutes=10),
             "closed": at + timedelta(minutes=1) if number % 2 == 0 else None} for number, at in enumerate(rows, start=1)])
        connection.execute(text("""
            INSERT INTO feed (source_id, subject, last_at, last_received_at) VALUES (1, 'case', :at, :at)"""), {"at": NOW})
    rebuild(engine, town)
    return engine


@pytest.mark.parametrize("code", ["T", "T1", "T111"])
def test_the_band_of_a_day_is_the_middle_of_the_same_weekdays(weeks: Engine, town: City, code: str) -> None:
    """10, 12, 14, 16, 18, 20: a tenth of the way up is 11, nine tenths 19."""
    today = band(weeks, town, INDICATORS["event_reported"], Scope(code, "7d"), NOW)[-1]
    assert (today.low, today.high) == pytest.approx((11, 19))
    assert today.n == 6
    assert today.at == datetime(2026, 3, 4, 5, tzinfo=UTC)


def test_the_band_of_an_hour_is_that_of_the_same_hour(weeks: Engine, town: City) -> None:
    bands = {one.at.hour: one for one in band(weeks, town, INDICATORS["event_reported"], Scope("T", "24h"), NOW)}
    assert (bands[17].low, bands[17].high) == pytest.approx((11, 19))
    assert (bands[16].low, bands[16].high) == (0, 0)


def test_days_of_which_too_few_weeks_are_known_have_no_band(weeks: Engine, town: City) -> None:
    """The first case is of 21 January: four weeks before a day of the last month there is nothing for the older ones."""
    bands = band(weeks, town, INDICATORS["event_reported"], Scope("T", "30d"), NOW)
    assert 0 < len(bands) < 30 and all(one.n >= 4 for one in bands)


@pytest.mark.parametrize("key", ["people_population", "situation_flights", "event_open"])
def test_what_is_published_archived_or_was_not_recorded_has_no_band(weeks: Engine, town: City, key: str) -> None:
    assert band(weeks, town, INDICATORS[key], Scope("T", "7d"), NOW) == ()


def test_a_ratio_tells_both_of_its_sides(weeks: Engine, town: City) -> None:
    """Four Wednesdays of 52 cases, every second closed in time; today's three fall due in five minutes."""
    assert makings(weeks, town, INDICATORS["event_closed_on_time"], Scope("T", "30d"), NOW) == Makings(26.0, 52.0)


def test_a_count_has_nothing_below_its_line(weeks: Engine, town: City) -> None:
    assert makings(weeks, town, INDICATORS["event_reported"], Scope("T111", "7d"), NOW) == Makings(3.0, None)


def test_a_percentile_has_no_sides(weeks: Engine, town: City) -> None:
    assert makings(weeks, town, INDICATORS["event_hours_to_close"], Scope("T", "7d"), NOW) is None
