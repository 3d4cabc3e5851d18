"""Which days a briefing speaks of."""

from datetime import date

import pytest

from indicators.briefing import beside, days, window

WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(("span", "first", "last"), [
    ("daily", "2026-03-03", "2026-03-03"), ("weekly", "2026-02-23", "2026-03-01"), ("monthly", "2026-02-01", "2026-02-28"),
])
def test_without_a_day_it_is_the_newest_that_is_over(span, first, last):
    assert days(span, None, WEDNESDAY) == (date.fromisoformat(first), date.fromisoformat(last))
    assert window(span, None, WEDNESDAY) == f"{first}..{last}"


@pytest.mark.parametrize(("span", "day", "first", "last"), [
    ("daily", "2026-01-05", "2026-01-05", "2026-01-05"), ("weekly", "2026-01-01", "2025-12-29", "2026-01-04"),
    ("weekly", "2026-03-01", "2026-02-23", "2026-03-01"), ("monthly", "2024-02-29", "2024-02-01", "2024-02-29"),
    ("monthly", "2025-12-31", "2025-12-01", "2025-12-31"),
])
def test_a_day_lies_in_one_briefing_of_each_kind(span, day, first, last):
    assert days(span, date.fromisoformat(day), WEDNESDAY) == (date.fromisoformat(first), date.fromisoformat(last))


def test_the_one_after_is_offered_once_it_has_begun():
    assert beside("daily", date(2026, 3, 3), WEDNESDAY) == (date(2026, 3, 2), WEDNESDAY)
    assert beside("weekly", WEDNESDAY, WEDNESDAY) == (date(2026, 3, 1), None)
    assert beside("monthly", None, WEDNESDAY) == (date(2026, 1, 31), date(2026, 3, 1))
