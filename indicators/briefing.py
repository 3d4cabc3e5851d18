"""Which days a briefing speaks of: a day, a week from Monday, a month; the newest whole one where no day is named."""

from datetime import date, timedelta
from typing import Literal

from indicators.scope import Window

Span = Literal["daily", "weekly", "monthly"]
DAY = timedelta(days=1)


def days(span: Span, day: date | None, today: date) -> tuple[date, date]:
    """The first and the last day of the briefing that `day` lies in; without one, of the newest that is over."""
    if span == "daily":
        first = day or today - DAY
        return first, first
    if span == "weekly":
        at = day or today - 7 * DAY
        first = at - at.weekday() * DAY
        return first, first + 6 * DAY
    first = (day or today.replace(day=1) - DAY).replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def window(span: Span, day: date | None, today: date) -> Window:
    """The same as a period."""
    first, last = days(span, day, today)
    return f"{first.isoformat()}..{last.isoformat()}"


def beside(span: Span, day: date | None, today: date) -> tuple[date, date | None]:
    """A day of the briefing before, and of the one after where that has begun."""
    first, last = days(span, day, today)
    return first - DAY, last + DAY if last + DAY <= today else None
