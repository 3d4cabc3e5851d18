"""What a reader asks of the requests: the standard's filters and those that are usual beside them, understood or refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from data_access.service_requests import Asked, Status
from doors.open311.fault import bad

LISTS = ("service_request_id", "service_code", "status")
LONGEST = timedelta(days=90)
MOST = 1000
MOST_IDS = 1000
LAST_PAGE = 100_000
GREATEST = 2**63
MONTH = re.compile(r"^(\d{4})(?:-(\d{2}))?$")
LOST_PLUS = re.compile(r" (\d{2}:?\d{2})$")     # a + that was not encoded is a space
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """Which requests are wanted, and whether more than the standard's fields."""

    asked: Asked
    extensions: bool


def question(given: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Question:
    """A question as its parameters say; an empty one is as one that is not there. Raises: Fault."""
    said = {name: value.strip() for name, value in given.items() if value.strip()}
    extensions = said.get("extensions", "").lower() in ("true", "1", "yes")
    if "service_request_id" in said:
        return Question(Asked(ids=identities(said["service_request_id"]), limit=MOST_IDS), extensions)
    size = whole(said, "page_size", MOST, MOST)
    page = whole(said, "page", 1, LAST_PAGE)
    updated = span(said, "updated_after", "updated_before", zone, now)
    made = span(said, "start_date", "end_date", zone, now)
    if made is None and updated is None:
        made = now - LONGEST, now
    return Question(Asked(codes=tuple(listed(said["service_code"])) if "service_code" in said else None, made=made,
                          updated=updated, status=status(said.get("status")), limit=size, offset=(page - 1) * size), extensions)


def told(given: "MultiDict[str, str]") -> dict[str, str]:
    """The parameters of an address, one text each: a list that is told by a name again and again is one with commas, too."""
    return {name: ",".join(values) if name in LISTS else values[0] for name, values in given.lists()}


def listed(text: str) -> list[str]:
    """The pieces of a list with commas."""
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def identities(text: str) -> tuple[int, ...]:
    """Numbers of requests; what is none of ours stands for nothing. Raises: Fault."""
    pieces = listed(text)
    if len(pieces) > MOST_IDS:
        raise bad(f"service_request_id names {len(pieces)} requests; at most {MOST_IDS} are given at once")
    return tuple(number for piece in pieces if (number := identity(piece)) is not None)


def identity(text: str) -> int | None:
    """The number of a case; None where the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < GREATEST else None


def whole(said: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    """A whole number from 1; more than the most is the most. Raises: Fault."""
    text = said.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):
        raise bad(f"{name} must be a whole number from 1, not {shown(text)}")
    return min(int(text), most)


def status(text: str | None) -> Status | None:
    """The one status that is wanted; None for both. Raises: Fault."""
    words = {piece.lower() for piece in listed(text or "")}
    if not words <= {"open", "closed"}:
        raise bad(f"status must be open, closed or both with a comma, not {shown(text or '')}")
    if len(words) != 1:
        return None
    return "open" if "open" in words else "closed"


def span(said: Mapping[str, str], first: str, last: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime] | None:
    """A span of time of at most 90 days, the other end of one that is said by one end alone; None without any. Raises: Fault."""
    begin, end = moment(said, first, zone, late=False), moment(said, last, zone, late=True)
    if begin is None and end is None:
        return None
    if begin is None or end is None:
        begin, end = (end - LONGEST, end) if begin is None and end is not None else (begin or now, (begin or now) + LONGEST)
    if begin > end:
        raise bad(f"{first} is after {last}")
    if end - begin > LONGEST:
        raise bad(f"{first} and {last} may span {LONGEST.days} days at most")
    return begin, end


def moment(said: Mapping[str, str], name: str, zone: ZoneInfo, late: bool) -> datetime | None:
    """A time as the W3C writes it; a day, a month or a year stands for its first instant, or its last. Raises: Fault."""
    text = said.get(name)
    if text is None:
        return None
    wrong = bad(f"{name} must be a time such as 2026-03-04T12:00:00Z, not {shown(text)}")
    try:
        at = day(text, zone, late) or datetime.fromisoformat(LOST_PLUS.sub(r"+\1", text) if "T" in text else text)
        found = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong from error
    return min(max(found, EARLIEST), LATEST)


def day(text: str, zone: ZoneInfo, late: bool) -> datetime | None:
    """The first or last instant of a day, a month or a year; None where the text is none of these. Raises: ValueError."""
    coarse = MONTH.match(text)
    if coarse is not None:
        year, month = int(coarse[1]), int(coarse[2] or 1)
        begin = date(year, month, 1)
        after = date(year + (not coarse[2] or month == 12), month % 12 + 1 if coarse[2] else 1, 1)
    elif len(text) == 10:
        begin = date.fromisoformat(text)
        after = begin + timedelta(days=1)
    else:
        return None
    first = after if late else begin
    return datetime(first.year, first.month, first.day, tzinfo=zone) - (timedelta(microseconds=1) if late else timedelta())


def shown(text: str) -> str:
    """What was said, short."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
