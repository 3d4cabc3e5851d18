"""Briefings that are made by themselves: what is planned, which one is due, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args
from urllib.parse import quote

from indicators.briefing import DAY, Span, days
from indicators.text import Language, Text

Form = Literal["pdf", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
KEEP: dict[Span, int] = {"daily": 31, "weekly": 26, "monthly": 24}   # so many are kept where the city says nothing
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=1)  # until what failed is tried again, doubled each time


@dataclass(frozen=True)
class Plan:
    """What the city wants: briefings of so long a span, of these regions and of all of these levels, at this time of day."""

    key: str
    span: Span
    at: time
    languages: tuple[Language, ...]
    forms: tuple[Form, ...]
    regions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    keep: int = 31

    def due(self, local: datetime) -> tuple[date, date]:
        """The days of the newest one that should be there, by the city's clock."""
        today = local.date() if local.time() >= self.at else local.date() - DAY
        return days(self.span, None, today)

    def next(self, local: datetime) -> datetime:
        """When the one after it is made, by the city's clock."""
        _, last = self.due(local)
        _, after = days(self.span, last + DAY, local.date())
        return datetime.combine(after + DAY, self.at)


@dataclass(frozen=True)
class Copy:
    """A briefing of one region in one language and form: so many bytes since an instant, or why it could not be made then."""

    region: str
    language: Language
    form: Form
    at: datetime
    size: int | None = None
    why: Text | None = None
    tries: int = 1

    @property
    def key(self) -> tuple[str, Language, Form]:
        """What there is one of."""
        return self.region, self.language, self.form

    @property
    def file(self) -> str:
        """What its file is called."""
        return f"{quote(self.region, safe='')}.{self.language}.{self.form}"

    def waits(self, now: datetime) -> bool:
        """Whether it is there, or it is too early to try again."""
        wait = min(FIRST_WAIT * 2 ** min(self.tries - 1, 10), LONGEST_WAIT)
        return self.size is not None or now < self.at + wait


@dataclass(frozen=True)
class Edition:
    """What was made, or could not be, of one plan for one span."""

    plan: str
    span: Span
    first: date
    last: date
    copies: tuple[Copy, ...] = ()

    def copy(self, key: tuple[str, Language, Form]) -> Copy | None:
        """The copy of a region in a language and form; None while it was not tried."""
        return next((one for one in self.copies if one.key == key), None)

    def having(self, copy: Copy) -> "Edition":
        """The same with this copy, in place of an older one."""
        kept = tuple(one for one in self.copies if one.key != copy.key)
        return Edition(self.plan, self.span, self.first, self.last, (*kept, copy))

    def within(self, codes: Iterable[str]) -> "Edition":
        """What of it is of these regions."""
        wanted = frozenset(codes)
        return Edition(self.plan, self.span, self.first, self.last, tuple(one for one in self.copies if one.region in wanted))
