"""Which briefing is due, by the city's clock; how long one that failed waits."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from indicators.briefing import Span
from indicators.editions import Copy, Edition, Plan
from indicators.text import Text

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def plan(span: Span) -> Plan:
    return Plan("some", span, time(6, 30), ("zh",), ("pdf",), regions=("T",))


@pytest.mark.parametrize(("span", "now", "first", "last"), [
    ("daily", datetime(2026, 11, 23, 6, 30), date(2026, 11, 22), date(2026, 11, 22)),
    ("daily", datetime(2026, 11, 23, 6, 29), date(2026, 11, 21), date(2026, 11, 21)),
    ("weekly", datetime(2026, 11, 23, 6, 30), date(2026, 11, 16), date(2026, 11, 22)),    # a Monday
    ("weekly", datetime(2026, 11, 23, 6, 0), date(2026, 11, 9), date(2026, 11, 15)),
    ("weekly", datetime(2026, 11, 29, 23, 0), date(2026, 11, 16), date(2026, 11, 22)),
    ("monthly", datetime(2026, 12, 1, 6, 29), date(2026, 10, 1), date(2026, 10, 31)),
    ("monthly", datetime(2026, 12, 1, 6, 30), date(2026, 11, 1), date(2026, 11, 30)),
    ("monthly", datetime(2027, 1, 15, 0, 0), date(2026, 12, 1), date(2026, 12, 31)),
])
def test_the_newest_that_is_over_is_due_from_its_time_of_day_on(span: Span, now: datetime, first: date, last: date) -> None:
    assert plan(span).due(now) == (first, last)


@pytest.mark.parametrize(("span", "at"), [
    ("daily", datetime(2026, 11, 24, 6, 30)), ("weekly", datetime(2026, 11, 30, 6, 30)),
    ("monthly", datetime(2026, 12, 1, 6, 30)),
])
def test_the_next_is_made_when_its_days_are_over(span: Span, at: datetime) -> None:
    now = datetime(2026, 11, 23, 12, 0)
    assert plan(span).next(now) == at
    assert plan(span).due(at) != plan(span).due(at - timedelta(minutes=1)) == plan(span).due(now)


def test_what_failed_waits_twice_as_long_each_time_but_never_more_than_an_hour() -> None:
    waits = []
    for tries in range(1, 9):
        failed = Copy("T", "zh", "pdf", AT, why=Text("不行", "no"), tries=tries)
        waits.append(next(n for n in range(1, 100) if not failed.waits(AT + timedelta(minutes=n))))
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert Copy("T", "zh", "pdf", AT, size=9).waits(AT + timedelta(days=99)), "what is there is not made again"


def test_a_copy_takes_the_place_of_the_one_that_failed() -> None:
    none = Edition("some", "daily", date(2026, 11, 22), date(2026, 11, 22))
    failed = none.having(Copy("T", "zh", "pdf", AT, why=Text("a", "b")))
    made = failed.having(Copy("T", "zh", "pdf", AT, size=5)).having(Copy("T1", "en", "xlsx", AT, size=6))
    assert [(one.region, one.size) for one in made.copies] == [("T", 5), ("T1", 6)]
    assert [one.region for one in made.within(["T1", "T2"]).copies] == ["T1"]
    assert Copy("a/b c", "zh", "pdf", AT).file == "a%2Fb%20c.zh.pdf"
