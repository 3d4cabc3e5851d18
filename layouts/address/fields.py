"""The parts of an address that views and pages share: what each may say, and what is answered when it says something else."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from indicators import filters
from indicators.scope import PERIODS, Filter, Scope, Window
from indicators.text import LANGUAGES, Language, Text
from indicators.windows import known
from layouts.address.errors import BadInstant, BadPage, UnknownChoice, UnknownFilter, UnknownLanguage, UnknownWindow

Said = Mapping[str, str]   # the query, the last value of each key
C = TypeVar("C", bound=str)

FILTERED = "f."  # a query key that begins so filters by the field that follows
MOST_DIGITS = 6
EARLIEST, LATEST = 1900, 9998  # years: windows and comparisons reach beyond an instant, and must still be dates


def window(text: str) -> Window:
    """A window's key. Raises: UnknownWindow."""
    try:
        return known(text)
    except ValueError as error:
        choices, days = ", ".join(PERIODS), "2026-10-01..2026-10-31"
        raise UnknownWindow(Text(f"没有时间窗“{text}”，可选 {choices}，或起止日期如 {days}",
                                 f"There is no window “{text}”, only {choices}, or two days such as {days}")) from error


def period(said: Said, default: Window) -> Window:
    """A page's period: `p`, or the two days of the form that asks for free ones. Raises: UnknownWindow."""
    if "from" in said and "to" in said:
        return window(f"{said['from']}..{said['to']}")
    return window(said.get("p", default))


def instant(text: str) -> datetime:
    """An instant with an offset; a space stands for the plus that URLs swallow. Raises: BadInstant."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not EARLIEST <= at.year <= LATEST:
        raise BadInstant(Text(f"“{text}”不是带时区的时刻，例如 2026-03-04T12:00-05:00",
                              f"“{text}” is no instant with an offset, such as 2026-03-04T12:00-05:00"))
    return at


def day(text: str) -> date:
    """A day of the city. Raises: BadInstant."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise BadInstant(Text(f"“{text}”不是日期，例如 2026-03-04", f"“{text}” is no day, such as 2026-03-04"))
    return found


def choice(text: str, among: Sequence[C]) -> C:
    """One of a few words. Raises: UnknownChoice."""
    for one in among:
        if text == one:
            return one
    choices = ", ".join(among)
    raise UnknownChoice(Text(f"没有“{text}”，可选 {choices}", f"There is no “{text}”, only {choices}"))


def number(text: str, digits: int = MOST_DIGITS) -> int:
    """A page's or a batch's number, from 1. Raises: BadPage."""
    if not text.isascii() or not text.isdecimal() or len(text) > digits or int(text) < 1:
        raise BadPage(Text(f"“{text}”不是页码或批次号", f"“{text}” is no number of a page or batch"))
    return int(text)


def filtered(said: Said) -> tuple[Filter, ...]:
    """The filters that the query asks for. Raises: UnknownFilter."""
    try:
        return filters.read({key.removeprefix(FILTERED): text for key, text in said.items() if key.startswith(FILTERED)})
    except filters.BadFilter as error:
        fields, states = ", ".join(filters.FIELDS), ", ".join((*filters.LATENESS, *filters.STEPS))
        raise UnknownFilter(Text(
            f"不能按“{error}”筛选；可筛选的字段是 {fields}，状态是 {states}",
            f"“{error}” cannot be filtered by: fields are {fields}, states are {states}")) from error


def filters_told(scope: Scope) -> dict[str, str]:
    """The filters as the query says them; filtered() reads them back."""
    return {f"{FILTERED}{one.field}": filters.told(one) for one in scope.filters}


def spoken(text: str) -> Language:
    """A language's key. Raises: UnknownLanguage."""
    for language in LANGUAGES:
        if text == language:
            return language
    raise UnknownLanguage(Text(f"没有语言“{text}”，可选 zh、en", f"There is no language “{text}”, only zh and en"))
