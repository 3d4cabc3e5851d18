"""Periods: which days they have, and that they are compared like with like."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from indicators.periods import Days, sides, text_of, year_earlier
from indicators.scope import PERIODS
from indicators.windows import Span, ends_at, frame, known

NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 17, 20, tzinfo=UTC)  # a Monday, 12:20 in New York

days = some.dates(date(1950, 1, 1), date(2100, 12, 31))
zones = some.sampled_from([NEW_YORK, SHANGHAI, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe")])
instants = some.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=some.just(UTC))


@some.composite
def periods(draw: some.DrawFn) -> str:
    """Any period at all."""
    if draw(some.booleans()):
        return draw(some.sampled_from(PERIODS))
    first = draw(some.dates(date(1989, 1, 1), date(2061, 1, 1)))
    return text_of(Days(first, first + timedelta(days=draw(some.integers(0, 800)))))


def day(month: int, number: int, year: int = 2026) -> date:
    return date(year, month, number)


def new_york(month: int, number: int, hour: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, number, hour, tzinfo=NEW_YORK).astimezone(UTC)


def test_a_month_to_date_is_compared_with_as_many_days_of_the_month_before() -> None:
    """22 days of November are over: against the first 22 of October, and the same dates of last year."""
    found = sides("month", day(11, 23))
    assert found.comparable == Days(day(11, 1), day(11, 22))
    assert found.previous == Days(day(10, 1), day(10, 22))
    assert found.last_week == Days(day(10, 25), day(11, 15))
    assert found.last_year == Days(day(11, 1, 2025), day(11, 22, 2025))


def test_a_month_longer_than_the_one_before_is_compared_as_far_as_that_one_went() -> None:
    """On 31 March 30 days are over; February has 28."""
    found = sides("month", day(3, 31))
    assert (found.comparable, found.previous) == (Days(day(3, 1), day(3, 28)), Days(day(2, 1), day(2, 28)))


def test_on_the_first_day_of_a_month_nothing_is_compared() -> None:
    assert sides("month", day(11, 1)).comparable is None
    assert frame("month", NEW_YORK, new_york(11, 1, 9)).previous is None


def test_a_quarter_begins_in_january_april_july_or_october() -> None:
    found = sides("quarter", day(11, 23))
    assert (found.comparable, found.previous) == (Days(day(10, 1), day(11, 22)), Days(day(7, 1), day(8, 22)))


def test_a_year_to_date_is_compared_with_the_same_dates_of_the_year_before() -> None:
    found = sides("year", day(11, 23))
    assert found.previous == found.last_year == Days(day(1, 1, 2025), day(11, 22, 2025))
    assert found.last_week is None


def test_whole_months_are_compared_with_whole_months() -> None:
    """October against September, though it has a day more; the third quarter against the second."""
    october = sides("2026-10-01..2026-10-31", day(11, 23))
    assert (october.comparable, october.previous) == (Days(day(10, 1), day(10, 31)), Days(day(9, 1), day(9, 30)))
    assert sides("2026-07-01..2026-09-30", day(11, 23)).previous == Days(day(4, 1), day(6, 30))


def test_other_dates_are_compared_with_as_many_days_before() -> None:
    assert sides("2026-10-05..2026-10-11", day(11, 23)).previous == Days(day(9, 28), day(10, 4))


def test_dates_that_are_not_over_are_compared_as_far_as_they_are() -> None:
    """Of 20 to 30 November three days are over on the 23rd."""
    found = sides("2026-11-20..2026-11-30", day(11, 23))
    assert (found.comparable, found.previous) == (Days(day(11, 20), day(11, 22)), Days(day(11, 17), day(11, 19)))


def test_the_29th_of_february_is_the_28th_of_the_year_before() -> None:
    assert sides("2028-02-01..2028-02-29", day(5, 1, 2028)).last_year == Days(day(2, 1, 2027), day(2, 28, 2027))


def test_a_period_is_told_by_hours_up_to_two_days_by_days_up_to_a_hundred_and_by_months_beyond() -> None:
    def buckets(window: str) -> int:
        return len(frame(window, NEW_YORK, NOW).buckets)

    assert buckets("2026-10-10..2026-10-11") == 48
    assert buckets("2026-10-10..2026-10-12") == 3
    assert buckets("90d") == 90
    assert buckets("year") == 11
    assert buckets("2026-01-15..2026-06-20") == 6


def test_what_runs_ends_with_its_running_bucket_and_what_has_ended_has_none() -> None:
    running, ended = (frame(window, NEW_YORK, NOW) for window in ("2026-11-20..2026-12-24", "2026-11-02..2026-11-20"))
    assert running.running and running.whole == Span(new_york(11, 20), new_york(11, 24))
    assert not ended.running and ended.comparable == ended.whole == Span(new_york(11, 2), new_york(11, 21))


def test_one_day_by_hours_is_compared_with_the_day_the_week_and_the_year_before() -> None:
    found = frame("2026-11-20..2026-11-20", NEW_YORK, NOW, yearly=True)
    assert (found.previous, found.last_week, found.last_year) == (
        Span(new_york(11, 19), new_york(11, 20)), Span(new_york(11, 13), new_york(11, 14)),
        Span(new_york(11, 20, year=2025), new_york(11, 21, year=2025)))


def test_today_is_compared_with_last_year_up_to_the_same_hour() -> None:
    found = frame("today", NEW_YORK, NOW, yearly=True)
    assert found.last_year == Span(new_york(11, 23, year=2025), new_york(11, 23, 12, year=2025))
    assert frame("24h", NEW_YORK, NOW, yearly=True).last_year == Span(
        new_york(11, 22, 13, year=2025), new_york(11, 23, 12, year=2025))


def test_the_year_before_is_not_laid_unless_it_is_asked_for() -> None:
    assert frame("30d", NEW_YORK, NOW).last_year is None


def test_a_period_between_dates_ends_at_the_citys_midnight() -> None:
    assert ends_at("2026-10-01..2026-10-31", SHANGHAI) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert ends_at("month", SHANGHAI) is None


@pytest.mark.parametrize(("text", "told"), [
    ("45d", "there is no period '45d', only today, 24h"), ("2026-10-01..", "expected two dates"),
    ("2026-02-29..2026-03-01", "there is no date 2026-02-29"), ("2026-10-02..2026-10-01", "the earlier date comes first"),
    ("2001-01-01..2026-01-01", "9132 days are more than the 3700"), ("0026-10-01..0026-10-02", "not between the years"),
    ("2026-10-01..2026-10-０2", "expected two dates"),
])
def test_what_is_no_period_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told.replace("(", r"\(")):
        known(text)


@given(periods(), zones, instants)
def test_any_period_has_buckets_without_a_gap_that_end_with_now_or_with_it(window: str, zone: ZoneInfo, now: datetime) -> None:
    assert known(window) == window
    found = frame(window, zone, now)
    assert all(a.end == b.start and a.start < a.end for a, b in pairwise(found.buckets))
    if found.running:
        assert found.buckets[-1].start <= now < found.buckets[-1].end
    assert frame(window, zone, now, cut=True).whole.end <= max(now, found.whole.start)


@given(periods(), zones, instants)
def test_what_is_compared_is_complete_and_its_counterparts_lie_before(window: str, zone: ZoneInfo, now: datetime) -> None:
    found = frame(window, zone, now, yearly=True)
    if found.comparable is None:
        assert found.previous is found.last_week is found.last_year is None
        return
    assert found.comparable.start == found.whole.start and found.comparable.end <= min(now, found.whole.end)
    for other in (found.previous, found.last_year):
        assert other is None or (other.start < found.comparable.start and other.start < other.end <= found.comparable.end)


@given(periods(), days)
@example("year", date(2001, 3, 2))
@example("year", date(2000, 3, 2))
def test_as_many_days_are_compared_unless_they_are_whole_months(window: str, today: date) -> None:
    if window in ("today", "24h"):
        return
    found = sides(window, today)
    if found.comparable is None or found.previous is None or found.comparable.whole_months:
        return
    if window == "year":
        assert found.previous == year_earlier(found.comparable), "the same dates, of which a leap year has one more"
        return
    assert found.comparable.count == found.previous.count
