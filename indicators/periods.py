"""Periods of whole days of a city: rolling ones, those of the calendar, and any two dates.

What a period is compared with is chosen like with like: only days that are over count, on both sides the same number of
them; whole months are compared with whole months.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from indicators.scope import Window

ROLLING: dict[Window, int] = {"7d": 7, "30d": 30, "90d": 90}
CALENDAR: tuple[Window, ...] = ("month", "quarter", "year")
DATES = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII)
EARLIEST, LATEST = 1900, 2200
LONGEST = 3_700                   # days: ten years and some
IN_HOURS, IN_DAYS = 2, 100        # up to so many days, a period's buckets are hours, or days; beyond, months
ONE = timedelta(days=1)
WEEK = timedelta(days=7)
WITHIN_WEEKS = 31                 # a longer period is not compared with the same a week earlier: it is mostly itself


@dataclass(frozen=True)
class Days:
    """From one day to another; both are in it."""

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def start(self, count: int) -> "Days":
        """Its first days, as many of them as there are."""
        return Days(self.first, self.first + timedelta(days=min(count, self.count) - 1))

    def shifted(self, by: timedelta) -> "Days":
        """The same days, earlier or later."""
        return Days(self.first + by, self.last + by)

    @property
    def whole_months(self) -> bool:
        """Whether it is calendar months from first to last."""
        return self.first.day == 1 and (self.last + ONE).day == 1


@dataclass(frozen=True)
class Sides:
    """The days of a period that are over, and those that they are compared with."""

    comparable: Days | None = None
    previous: Days | None = None
    last_week: Days | None = None
    last_year: Days | None = None


def between(text: str) -> Days:
    """Two dates as an address has them, such as 2026-10-01..2026-10-31. Raises: ValueError, in words."""
    found = DATES.fullmatch(text)
    if found is None:
        raise ValueError("expected two dates such as 2026-10-01..2026-10-31")
    days = Days(dated(found[1]), dated(found[2]))
    if days.last < days.first:
        raise ValueError(f"{days.last} is before {days.first}; the earlier date comes first")
    if days.count > LONGEST:
        raise ValueError(f"{days.count} days are more than the {LONGEST} that a period may have")
    return days


def dated(text: str) -> date:
    """A date. Raises: ValueError, in words."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"there is no date {text}") from error
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(f"{text} is not between the years {EARLIEST} and {LATEST}")
    return found


def text_of(days: Days) -> Window:
    """The period of these days, as an address has it."""
    return f"{days.first}..{days.last}"


def days_of(window: Window, today: date) -> Days:
    """The days of a period: of one that still runs, up to today."""
    if window in ROLLING:
        return Days(today - timedelta(days=ROLLING[window] - 1), today)
    if window in CALENDAR:
        return Days(opening(window, today), today)
    chosen = between(window)
    return Days(chosen.first, min(chosen.last, max(today, chosen.first)))


def opening(window: Window, today: date) -> date:
    """The first day of the calendar's period that a day lies in."""
    first_month = {"month": today.month, "quarter": (today.month - 1) // 3 * 3 + 1, "year": 1}[window]
    return date(today.year, first_month, 1)


def sides(window: Window, today: date) -> Sides:
    """What a period is compared with: nothing while none of its days is over."""
    days = days_of(window, today)
    over = Days(days.first, min(days.last, today - ONE))
    if over.count < 1:
        return Sides()
    before = before_it(window, days, over)
    same_dates = window == "year"   # of which a leap year has one more
    comparable = over if same_dates or (before.whole_months and over.whole_months) else over.start(before.count)
    return Sides(comparable, before, comparable.shifted(-WEEK) if comparable.count <= WITHIN_WEEKS else None,
                 year_earlier(comparable))


def before_it(window: Window, days: Days, over: Days) -> Days:
    """The period before, as far as this one is over."""
    if window == "year":
        return year_earlier(over)
    if window in CALENDAR:
        last = days.first - ONE
        return Days(opening(window, last), last).start(over.count)
    if over.whole_months:
        return Days(months_earlier(over.first, months(over)), over.first - ONE)
    return over.shifted(-timedelta(days=ROLLING.get(window, over.count)))


def months(days: Days) -> int:
    """How many calendar months days lie in."""
    return (days.last.year - days.first.year) * 12 + days.last.month - days.first.month + 1


def months_earlier(day: date, count: int) -> date:
    """The same day so many months earlier, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def year_earlier(days: Days) -> Days:
    """The same dates of the year before."""
    return Days(months_earlier(days.first, 12), months_earlier(days.last, 12))


def firsts_of_months(days: Days) -> list[date]:
    """The first day, and the first of every month after it."""
    return [days.first, *(months_earlier(days.first.replace(day=1), -n) for n in range(1, months(days)))]
