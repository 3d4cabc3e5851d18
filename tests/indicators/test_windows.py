"""Windows on the time line: hours, the city's days, both changes of the clock, like with like."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from indicators.scope import WINDOWS, Window
from indicators.windows import Piece, Span, elementary, frame, newest_whole_year, pieces, whole_year

NEW_YORK = ZoneInfo("America/New_York")
KOLKATA = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)  # Wednesday 12:20 in New York


def utc(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def length(span: Span | None) -> float:
    """Hours."""
    assert span is not None
    return (span.end - span.start) / timedelta(hours=1)


def test_24_hours_are_the_running_hour_and_the_23_before_it() -> None:
    found = frame("24h", NEW_YORK, NOW)
    assert found.whole == Span(utc(3, 3, 18), utc(3, 4, 18))
    assert len(found.buckets) == 24


def test_24_hours_compare_their_23_complete_hours_with_the_same_a_day_and_a_week_before() -> None:
    found = frame("24h", NEW_YORK, NOW)
    assert found.comparable == Span(utc(3, 3, 18), utc(3, 4, 17))
    assert found.previous == Span(utc(3, 2, 18), utc(3, 3, 17))
    assert found.last_week == Span(utc(2, 24, 18), utc(2, 25, 17))


def test_today_begins_at_the_citys_midnight_and_not_at_utcs() -> None:
    """Midnight in New York is 05:00 UTC in winter."""
    assert frame("today", NEW_YORK, NOW).whole == Span(utc(3, 4, 5), utc(3, 4, 18))


def test_the_evening_still_belongs_to_the_citys_day() -> None:
    """23:59 on 4 March in New York is 04:59 UTC on 5 March."""
    assert frame("today", NEW_YORK, utc(3, 5, 4, 59)).buckets[0].start == utc(3, 4, 5)
    assert frame("today", NEW_YORK, utc(3, 5, 5, 0)).buckets[0].start == utc(3, 5, 5)


def test_today_compares_with_yesterday_up_to_the_same_time_of_the_clock() -> None:
    found = frame("today", NEW_YORK, NOW)
    assert (found.comparable, found.previous) == (Span(utc(3, 4, 5), utc(3, 4, 17)), Span(utc(3, 3, 5), utc(3, 3, 17)))
    assert found.last_week == Span(utc(2, 25, 5), utc(2, 25, 17))


def test_in_its_first_hour_a_day_has_nothing_to_compare() -> None:
    found = frame("today", NEW_YORK, utc(3, 4, 5, 30))
    assert (found.comparable, found.previous, found.last_week) == (None, None, None)
    assert len(found.buckets) == 1


def test_seven_days_are_today_and_the_six_before_and_compare_six_with_six() -> None:
    found = frame("7d", NEW_YORK, NOW)
    assert found.whole == Span(utc(2, 26, 5), utc(3, 5, 5))
    assert found.comparable == Span(utc(2, 26, 5), utc(3, 4, 5))
    assert found.previous == found.last_week == Span(utc(2, 19, 5), utc(2, 25, 5))


def test_thirty_days_compare_29_with_29_before() -> None:
    found = frame("30d", NEW_YORK, NOW)
    assert len(found.buckets) == 30
    assert length(found.comparable) == length(found.previous) == 29 * 24
    assert found.previous is not None and found.previous.end < found.whole.start


def test_the_day_the_clock_goes_forward_has_23_hours() -> None:
    """8 March 2026, New York: 02:00 becomes 03:00."""
    found = frame("7d", NEW_YORK, utc(3, 10, 15))
    hours = [length(span) for span in found.buckets]
    assert hours == [24, 24, 24, 24, 23, 24, 24]
    assert len(frame("today", NEW_YORK, utc(3, 9, 3, 30)).buckets) == 23  # 23:30 on the 8th


def test_the_day_the_clock_goes_back_has_25_hours() -> None:
    """1 November 2026, New York: 02:00 becomes 01:00."""
    assert length(frame("7d", NEW_YORK, utc(11, 3, 15)).buckets[4]) == 25
    assert len(frame("today", NEW_YORK, utc(11, 2, 4, 30)).buckets) == 25


def test_after_the_clock_changed_last_week_is_the_same_time_of_the_clock() -> None:
    """10 March 11:20 EDT is 15:20 UTC; a week earlier 11:00 was 16:00 UTC."""
    found = frame("24h", NEW_YORK, utc(3, 10, 15, 20))
    assert found.last_week == Span(utc(3, 2, 17), utc(3, 3, 16))


def test_yesterday_up_to_now_is_an_hour_shorter_when_the_clock_went_forward() -> None:
    """9 March 10:20 EDT: ten hours of today; of the 8th, 00:00 EST to 10:00 EDT, nine."""
    found = frame("today", NEW_YORK, utc(3, 9, 14, 20))
    assert (length(found.comparable), length(found.previous)) == (10, 9)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("zone", [NEW_YORK, KOLKATA])
@pytest.mark.parametrize("now", [NOW, utc(3, 8, 7, 10), utc(11, 1, 6, 59), utc(3, 4, 18, 45)])
def test_buckets_follow_each_other_without_a_gap_up_to_now(window: Window, zone: ZoneInfo, now: datetime) -> None:
    found = frame(window, zone, now)
    assert all(one.end == other.start for one, other in pairwise(found.buckets))
    assert found.buckets[-1].start <= now < found.buckets[-1].end


@pytest.mark.parametrize("window", WINDOWS)
def test_a_cut_window_ends_now(window: Window) -> None:
    assert frame(window, NEW_YORK, NOW, cut=True).whole.end == NOW
    assert frame(window, NEW_YORK, NOW, cut=True).comparable == frame(window, NEW_YORK, NOW).comparable


def test_half_an_hour_of_offset_is_covered_by_days_hours_and_facts_at_the_edges() -> None:
    """Midnight in Kolkata is 18:30 UTC: the half hour to 19:00 is in no hour of the rollups' that is all today's."""
    span = Span(utc(3, 2, 18, 30), utc(3, 4, 20))
    assert pieces(span, KOLKATA) == (
        Piece("day", Span(utc(3, 2, 18, 30), utc(3, 4, 18, 30))),
        Piece("fact", Span(utc(3, 4, 18, 30), utc(3, 4, 19))),
        Piece("hour", Span(utc(3, 4, 19), utc(3, 4, 20))),
    )


@pytest.mark.parametrize("zone", [NEW_YORK, KOLKATA])
def test_pieces_cover_a_span_exactly(zone: ZoneInfo) -> None:
    for start, end in [(utc(3, 6, 1, 17), utc(3, 10, 22, 3)), (utc(3, 8, 5), utc(3, 8, 6)), (utc(3, 8, 5, 10), utc(3, 8, 5, 50))]:
        found = pieces(Span(start, end), zone)
        assert (found[0].span.start, found[-1].span.end) == (start, end)
        assert all(one.span.end == other.span.start for one, other in pairwise(found))


def test_overlapping_spans_are_cut_into_parts_that_each_is_a_sum_of() -> None:
    a, b, c, d = utc(3, 1), utc(3, 2), utc(3, 3), utc(3, 9)
    assert elementary((Span(a, c), Span(b, c), Span(d, utc(3, 10)))) == (Span(a, b), Span(b, c), Span(d, utc(3, 10)))


def test_an_archive_is_read_over_its_newest_whole_year() -> None:
    assert newest_whole_year(utc(1, 1, 4, 59, year=2014), NOW, NEW_YORK) == 2013      # 23:59 on 31 December
    assert newest_whole_year(utc(11, 30, year=2013), NOW, NEW_YORK) == 2012
    assert newest_whole_year(utc(1, 1, 4, 59, year=2014), utc(6, 1, year=2013), NEW_YORK) == 2012  # asked as of mid-year


def test_a_year_has_twelve_months_from_the_citys_first_midnight_to_its_last() -> None:
    found = whole_year(2013, NEW_YORK, NOW)
    assert len(found.buckets) == 12
    assert found.whole == Span(utc(1, 1, 5, year=2013), utc(1, 1, 5, year=2014))
