"""GTFS's own times: service days that go on past midnight, and instants of feeds."""

import re
from datetime import UTC, date, datetime, time, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

CLOCK = re.compile(r"\s*(\d{1,3}):([0-5]?\d)(?::([0-5]?\d))?\s*")
DAY = re.compile(r"\s*(\d{4})-?(\d{2})-?(\d{2})\s*")
MILLISECONDS = 100_000_000_000  # seconds beyond the year 5100 are milliseconds, as some feeds send them
UNSAID = -1


def seconds(text: str | None) -> int:
    """Seconds since the service day began, from H:MM:SS with hours over 24; UNSAID where that is no such time."""
    found = CLOCK.fullmatch(text or "")
    return UNSAID if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)


def day(text: str | None) -> date | None:
    """A date written YYYYMMDD; None where that is no date."""
    found = DAY.fullmatch(text or "")
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def beginning(of: date, zone: ZoneInfo) -> datetime:
    """When a service day begins: twelve hours before its noon, which is midnight but for days of a clock change."""
    return datetime.combine(of, time(12), zone).astimezone(UTC) - timedelta(hours=12)


def instant(stamp: float) -> datetime | None:
    """An instant in seconds since 1970, or in milliseconds; None for what is none."""
    if not isfinite(stamp) or stamp <= 0:
        return None
    try:
        return datetime.fromtimestamp(stamp / 1000 if stamp >= MILLISECONDS else stamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None
