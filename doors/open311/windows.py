"""All requests of a span of time, from a server that gives only so many at once.

The standard knows no pages and lets a server stop after 1,000 requests; others stop after 50, 100 or 200 and do not say so. So an
answer of a suspiciously round length is asked for again in two halves, down to a minute.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from doors.open311.endpoint import w3
from doors.web import Unreachable
from ingest.pack.doors.open311 import Open311

NARROWEST = timedelta(minutes=1)
STANDARD_MOST = 1000
ROUND = 50
MOST_QUESTIONS = 2_000          # of one window
MOST_PAGES = 1_000
TOLERANCE = timedelta(days=1)   # a server may cut days by its own clock

Ask = Callable[[Mapping[str, str]], Sequence[Any]]
When = Callable[[Sequence[Any]], Sequence[datetime | None]]


class Overfull(Unreachable):
    """The server gives so little at a time that a window never ends."""


@dataclass
class Search:
    """One window being searched; `when` says when requests were made; `short` is where the server may have kept some back."""

    ask: Ask
    when: When
    entry: Open311
    left: int = MOST_QUESTIONS
    short: list[str] = field(default_factory=list)

    def answers(self, start: datetime, end: datetime) -> Iterator[Sequence[Any]]:
        """Answer after answer until all requests of the window were given, some more than once. Raises: Unreachable."""
        said = {"start_date": w3(start), "end_date": w3(end)}
        if self.entry.paging == "pages":
            yield from self.pages(said)
            return
        found = self.one(said)
        yield found
        if not self.cut_off(found) or self.ignored(found, start, end):
            return
        if end - start <= NARROWEST:
            self.short.append(f"the server gives {len(found)} requests at a time, and may keep more of {w3(start)} to {w3(end)}")
            return
        middle = (start + (end - start) / 2).replace(microsecond=0)
        yield from self.answers(middle, end)
        yield from self.answers(start, middle)

    def pages(self, said: Mapping[str, str]) -> Iterator[Sequence[Any]]:
        """Page after page until one brings nothing new. Raises: Unreachable."""
        known: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            found = self.one({**said, "page": str(page), "page_size": str(self.entry.page_size)})
            new = {identity(one) for one in found} - known
            if not new:
                return
            yield found
            known |= new
        raise Overfull(f"the server gives more than {MOST_PAGES} pages of one window")

    def one(self, said: Mapping[str, str]) -> Sequence[Any]:
        """One answer. Raises: Unreachable."""
        self.left -= 1
        if self.left < 0:
            raise Overfull(f"one window takes more than {MOST_QUESTIONS} questions; say `most`, or smaller `window_days`")
        return self.ask(said)

    def cut_off(self, found: Sequence[Any]) -> bool:
        """Whether an answer looks as if there were more."""
        if self.entry.most is not None:
            return len(found) >= self.entry.most
        return len(found) >= STANDARD_MOST or (len(found) > 0 and len(found) % ROUND == 0)

    def ignored(self, found: Sequence[Any], start: datetime, end: datetime) -> bool:
        """Whether the server does not look at the dates: most of what it gives lies outside."""
        told = [at for at in self.when(found) if at is not None]
        outside = sum(not start - TOLERANCE <= at <= end + TOLERANCE for at in told)
        return outside > len(told) / 2 or not told


def spans(start: datetime, end: datetime, width: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """A span in windows, the oldest first; they meet."""
    while start < end:
        yield start, min(start + width, end)
        start += width


def identity(request: Any) -> str:
    """What tells a request from others."""
    found = request.get("service_request_id") if isinstance(request, dict) else None
    return str(found) if found is not None else repr(request)


def beginning(entry: Open311, now: datetime, days: int) -> datetime:
    """From when requests are fetched at first."""
    return now - timedelta(days=days) if entry.since is None else datetime(
        entry.since.year, entry.since.month, entry.since.day, tzinfo=UTC)
