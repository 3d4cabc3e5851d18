"""A window as spans of time: its buckets, and what it is compared with, like with like.

Hours are UTC hours, days are the city's. The last bucket of a window that has not ended is the running one; what is not
complete of it (of a month: the running day) is left out of both sides of a comparison. Every span is half open: its end is
not in it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from indicators.periods import (
    CALENDAR,
    IN_DAYS,
    IN_HOURS,
    ROLLING,
    Days,
    between,
    days_of,
    firsts_of_months,
    months_earlier,
    sides,
)
from indicators.scope import PERIODS, Window

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """From an instant to just before another, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Frame:
    """A window laid on the time line.

    `buckets` are its hours, days or months, oldest first, the last one running; `comparable` is
    what of it is complete, `previous`, `last_week` and (where it was asked for) `last_year` its counterparts, None when
    nothing is complete.
    """

    now: datetime
    buckets: tuple[Span, ...]
    comparable: Span | None
    previous: Span | None
    last_week: Span | None
    running: bool = True
    last_year: Span | None = None

    @cached_property
    def whole(self) -> Span:
        """The window from its first bucket to its last."""
        return Span(self.buckets[0].start, self.buckets[-1].end)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Everything that must be read to say the window and its comparisons."""
        others = (self.comparable, self.previous, self.last_week, self.last_year)
        return (*self.buckets, *(span for span in others if span is not None))


@dataclass(frozen=True)
class Piece:
    """A part of a span, and the store that keeps it whole."""

    store: Literal["day", "hour", "fact"]
    span: Span


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day of the city begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The city's date at an instant."""
    return at.astimezone(zone).date()


def hour_of(at: datetime) -> datetime:
    """The start of the UTC hour that an instant lies in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def by_clock(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The instant at which the city's clock showed the same time so many days earlier."""
    return (at.astimezone(zone) - timedelta(days=days)).astimezone(UTC)


def year_earlier(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the city's clock showed the same date and time a year earlier; 29 February is then the 28th."""
    there = at.astimezone(zone)
    return datetime.combine(months_earlier(there.date(), 12), there.timetz()).astimezone(UTC)


def known(text: str) -> Window:
    """A period as an address has it. Raises: ValueError, in words, where it is none."""
    if text in PERIODS:
        return text
    if ".." not in text:
        raise ValueError(f"there is no period {text!r}, only {', '.join(PERIODS)} and dates such as 2026-10-01..2026-10-31")
    between(text)
    return text


def ends_at(window: Window, zone: ZoneInfo) -> datetime | None:
    """When a period between two dates ends; None for one that runs on."""
    return midnight(between(window).last + DAY, zone) if ".." in window else None


def frame(window: Window, zone: ZoneInfo, now: datetime, *, cut: bool = False, yearly: bool = False) -> Frame:
    """Lay a window on the time line; `yearly`: with the same period of the year before.

    With `cut` the running bucket ends at `now`, for what must not be read ahead; without, at its
    own end, because nothing has happened after now yet.
    """
    found = laid(window, zone, now)
    if not yearly:
        found = replace(found, last_year=None)
    return clipped(found, now) if cut else found


def laid(window: Window, zone: ZoneInfo, now: datetime) -> Frame:
    """The window with all of its comparisons."""
    if window == "24h":
        return last_hours(zone, now)
    if window == "today":
        return since_midnight(zone, now)
    today = day_of(now, zone)
    days = days_of(window, today)
    if window not in ROLLING and window not in CALENDAR and between(window).count <= IN_HOURS:
        return by_hours(days, zone, now)
    return by_days(window, days, zone, now)


def last_hours(zone: ZoneInfo, now: datetime) -> Frame:
    """The running hour and the 23 before it; last week and last year end at the same time of the city's clock."""
    running = hour_of(now)
    start = running - 23 * HOUR

    def before(end: datetime) -> Span:
        return Span(end - 23 * HOUR, end)

    return Frame(
        now=now,
        buckets=tuple(Span(start + n * HOUR, start + (n + 1) * HOUR) for n in range(24)),
        comparable=Span(start, running),
        previous=Span(start - DAY, running - DAY),
        last_week=before(hour_of(by_clock(running, 7, zone))),
        last_year=before(hour_of(year_earlier(running - HOUR, zone)) + HOUR),
    )


def since_midnight(zone: ZoneInfo, now: datetime) -> Frame:
    """The city's day so far, by hours; compared with other days up to the same time of the clock."""
    today = day_of(now, zone)
    return by_hours(Days(today, today), zone, now)


def by_hours(days: Days, zone: ZoneInfo, now: datetime) -> Frame:
    """A day or two by hours, as far as they have come; compared with as many days before, up to the same time of the clock."""
    start, end = midnight(days.first, zone), midnight(days.last + DAY, zone)
    running = start <= now < end
    edges = [start]
    while edges[-1] < end and (edges[-1] <= now or not running):
        edges.append(min(hour_of(edges[-1]) + HOUR, end))
    until = hour_of(now) if running else end
    complete = until > start and now >= start

    def earlier(back: date, until: datetime) -> Span | None:
        begin = midnight(back, zone)
        return Span(begin, until) if complete and until > begin else None

    return Frame(
        now=now,
        buckets=tuple(Span(a, b) for a, b in pairwise(edges)),
        comparable=Span(start, until) if complete else None,
        previous=earlier(days.first - days.count * DAY, by_clock(until, days.count, zone)),
        last_week=earlier(days.first - 7 * DAY, by_clock(until, 7, zone)),
        running=running,
        last_year=earlier(months_earlier(days.first, 12), year_earlier(until - HOUR, zone) + HOUR),
    )


def by_days(window: Window, days: Days, zone: ZoneInfo, now: datetime) -> Frame:
    """A period by its days, a long one by its months, as far as they have come; only whole days are compared."""
    today = day_of(now, zone)
    firsts = firsts_of_months(days) if days.count > IN_DAYS else [days.first + n * DAY for n in range(days.count)]
    ends = [*firsts[1:], days.last + DAY]
    compared = sides(window, today)

    def span(of: Days | None) -> Span | None:
        return None if of is None else Span(midnight(of.first, zone), midnight(of.last + DAY, zone))

    return Frame(
        now=now,
        buckets=tuple(Span(midnight(a, zone), midnight(b, zone)) for a, b in zip(firsts, ends, strict=True)),
        comparable=span(compared.comparable),
        previous=span(compared.previous),
        last_week=span(compared.last_week),
        running=days.first <= today <= days.last,
        last_year=span(compared.last_year),
    )


def whole_year(year: int, zone: ZoneInfo, now: datetime) -> Frame:
    """A closed year by months, compared with the year before."""
    firsts = [midnight(date(year + n // 12, n % 12 + 1, 1), zone) for n in range(13)]
    year_span = Span(firsts[0], firsts[-1])
    return Frame(
        now=now,
        buckets=tuple(Span(a, b) for a, b in pairwise(firsts)),
        comparable=year_span,
        previous=Span(midnight(date(year - 1, 1, 1), zone), firsts[0]),
        last_week=None,
        running=False,
        last_year=Span(midnight(date(year - 1, 1, 1), zone), firsts[0]),
    )


def newest_whole_year(last_at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """The newest year of which a data set has the last day, and which was over at `now`."""
    last = day_of(min(last_at, now), zone)
    whole = (last.month, last.day) == (12, 31) and day_of(now, zone) > last
    return last.year if whole else last.year - 1


def clipped(whole: Frame, now: datetime) -> Frame:
    """The same window with what lies after now cut off."""
    begun = [bucket for bucket in whole.buckets if bucket.start < now] or [whole.buckets[0]]
    *before, running = begun
    return replace(whole, buckets=(*before, Span(running.start, max(running.start, min(now, running.end)))))


def elementary(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Cut overlapping spans into the fewest that do not overlap and of which each span is a sum."""
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    return tuple(
        Span(a, b) for a, b in pairwise(edges)
        if any(span.start <= a and b <= span.end for span in spans)
    )


def pieces(span: Span, zone: ZoneInfo) -> tuple[Piece, ...]:
    """Cover a span by whole days of the city, whole UTC hours, and the facts of what is left at the edges."""
    if span.start >= span.end:
        return ()
    first = day_of(span.start, zone)
    if midnight(first, zone) < span.start:
        first += DAY
    last = day_of(span.end, zone)
    begin, end = midnight(first, zone), midnight(last, zone)
    if begin >= end:
        return hours(span)
    return (*hours(Span(span.start, begin)), Piece("day", Span(begin, end)), *hours(Span(end, span.end)))


def hours(span: Span) -> tuple[Piece, ...]:
    """Cover less than a day by whole UTC hours and the facts at its edges."""
    if span.start >= span.end:
        return ()
    begin = hour_of(span.start)
    if begin < span.start:
        begin += HOUR
    end = hour_of(span.end)
    if begin >= end:
        return (Piece("fact", span),)
    parts = (Piece("fact", Span(span.start, begin)), Piece("hour", Span(begin, end)), Piece("fact", Span(end, span.end)))
    return tuple(piece for piece in parts if piece.span.start < piece.span.end)
