"""A window as spans of time: its buckets, and what it is compared with, like with like.

Hours are UTC hours, days are the city's. The last bucket of a window is the running one; it is
left out of both sides of a comparison. Every span is half open: its end is not in it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from indicators.scope import Window

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAYS: dict[Window, int] = {"7d": 7, "30d": 30}


@dataclass(frozen=True, order=True)
class Span:
    """From an instant to just before another, UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Frame:
    """A window laid on the time line.

    `buckets` are its hours, days or months, oldest first, the last one running; `comparable` is
    what of it is complete, `previous` and `last_week` its counterparts, None when nothing is complete.
    """

    now: datetime
    buckets: tuple[Span, ...]
    comparable: Span | None
    previous: Span | None
    last_week: Span | None
    running: bool = True

    @cached_property
    def whole(self) -> Span:
        """The window from its first bucket to its last."""
        return Span(self.buckets[0].start, self.buckets[-1].end)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Everything that must be read to say the window and its comparisons."""
        others = (self.comparable, self.previous, self.last_week)
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


def frame(window: Window, zone: ZoneInfo, now: datetime, *, cut: bool = False) -> Frame:
    """Lay a window on the time line.

    With `cut` the running bucket ends at `now`, for what must not be read ahead; without, at its
    own end, because nothing has happened after now yet.
    """
    if window == "24h":
        return clipped(last_hours(zone, now), now) if cut else last_hours(zone, now)
    if window == "today":
        return clipped(since_midnight(zone, now), now) if cut else since_midnight(zone, now)
    return clipped(last_days(DAYS[window], zone, now), now) if cut else last_days(DAYS[window], zone, now)


def last_hours(zone: ZoneInfo, now: datetime) -> Frame:
    """The running hour and the 23 before it; last week ends at the same time of the city's clock."""
    running = hour_of(now)
    start = running - 23 * HOUR
    week_end = hour_of(by_clock(running, 7, zone))
    return Frame(
        now=now,
        buckets=tuple(Span(start + n * HOUR, start + (n + 1) * HOUR) for n in range(24)),
        comparable=Span(start, running),
        previous=Span(start - DAY, running - DAY),
        last_week=Span(week_end - 23 * HOUR, week_end),
    )


def since_midnight(zone: ZoneInfo, now: datetime) -> Frame:
    """The city's day so far, by hours; compared with other days up to the same time of the clock."""
    today, running = day_of(now, zone), hour_of(now)
    start = midnight(today, zone)
    edges = [start]
    while edges[-1] <= now:
        edges.append(hour_of(edges[-1]) + HOUR)
    complete = running > start

    def earlier(days: int) -> Span | None:
        begin, end = midnight(today - timedelta(days=days), zone), by_clock(running, days, zone)
        return Span(begin, end) if complete and end > begin else None

    return Frame(
        now=now,
        buckets=tuple(Span(a, b) for a, b in pairwise(edges)),
        comparable=Span(start, running) if complete else None,
        previous=earlier(1),
        last_week=earlier(7),
    )


def last_days(count: int, zone: ZoneInfo, now: datetime) -> Frame:
    """So many days of the city, today included."""
    today = day_of(now, zone)

    def days(first: int, last: int) -> Span:
        return Span(midnight(today - timedelta(days=first), zone), midnight(today - timedelta(days=last), zone))

    return Frame(
        now=now,
        buckets=tuple(days(n, n - 1) for n in range(count - 1, -1, -1)),
        comparable=days(count - 1, 0),
        previous=days(2 * count - 1, count),
        last_week=days(count + 6, 7),
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
    )


def newest_whole_year(last_at: datetime, now: datetime, zone: ZoneInfo) -> int:
    """The newest year of which a data set has the last day, and which was over at `now`."""
    last = day_of(min(last_at, now), zone)
    whole = (last.month, last.day) == (12, 31) and day_of(now, zone) > last
    return last.year if whole else last.year - 1


def clipped(whole: Frame, now: datetime) -> Frame:
    """The same window with its running bucket ending now."""
    *before, running = whole.buckets
    return Frame(now, (*before, Span(running.start, max(running.start, min(now, running.end)))),
                 whole.comparable, whole.previous, whole.last_week)


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
