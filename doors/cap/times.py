"""Instants as CAP writes them, and as careless senders do."""

from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

LATEST, EARLIEST = 2200, 1900


def moment(written: str, zone: tzinfo) -> datetime | None:
    """An instant; one without an offset is the city's own time. None where it cannot be read."""
    made = read(written.strip())
    if made is None or not EARLIEST <= made.year < LATEST:
        return None
    try:
        return (made if made.tzinfo else made.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None


def read(written: str) -> datetime | None:
    """A time in ISO 8601, or as mail and RSS write it."""
    if not written:
        return None
    for reader in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return reader(written)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
