"""From the clock on a wall to UTC, for whole columns; hours that a clock change skips or repeats are told apart."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.datetime64]
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Changes:
    """When a zone's clocks change: UTC instants in rising order, and the offsets before the first and after each, in seconds."""

    at: Instants
    offsets: NDArray[np.int64]


def to_utc(local: Instants, zone: ZoneInfo, later: bool = False) -> tuple[Instants, NDArray[np.bool_], NDArray[np.bool_]]:
    """Local times in UTC.

    A time that stands twice on the clock is the earlier of the two, or the `later`; one that the clock
    skips is moved on by what was skipped.

    Returns: UTC, which times were skipped, and which stand twice; NaT stays NaT.
    """
    nothing = np.zeros(len(local), bool)
    there = ~np.isnat(local)
    if not there.any():
        return local, nothing, nothing
    years = local[there].astype("datetime64[Y]").astype(np.int64) + 1970
    first, last = np.clip([years.min(), years.max()], FIRST_YEAR, LAST_YEAR).tolist()
    changes = changes_between(zone, first, last)
    before, after = changes.offsets[:-1], changes.offsets[1:]
    begins = changes.at + np.minimum(before, after)   # on the wall: from here to `ends` hours are skipped or repeated
    ends = changes.at + np.maximum(before, after)
    passed = np.searchsorted(ends, local, side="right")
    started = np.searchsorted(begins, local, side="right")
    odd = there & (started > passed)
    ahead = np.append(after > before, False)[np.minimum(passed, len(before))]
    twice = odd & ~ahead
    offset = changes.offsets[np.where(twice & later, started, passed)]
    return local - offset.astype("timedelta64[s]"), odd & ahead, twice


def changes_between(zone: ZoneInfo, first: int, last: int) -> Changes:
    """The changes of some years."""
    steps = [change for year in range(first - 1, last + 2) for change in changes_of(zone, year)]
    start = offset_at(zone, datetime(first - 1, 1, 1, tzinfo=UTC))
    offsets = np.array([start, *(offset for _, offset in steps)], np.int64)
    return Changes(np.array([at for at, _ in steps], "datetime64[s]"), offsets)


@cache
def changes_of(zone: ZoneInfo, year: int) -> tuple[tuple[np.datetime64, int], ...]:
    """The changes of one year: the second from which a new offset holds, and the offset."""
    found = []
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    offset = offset_at(zone, day)
    while day < end:
        following = day + timedelta(days=1)
        if (new := offset_at(zone, following)) != offset:
            found.append((change_within(zone, day, following), new))
            offset = new
        day = following
    return tuple(found)


def change_within(zone: ZoneInfo, early: datetime, late: datetime) -> np.datetime64:
    """The second at which the offset of the earlier instant has become that of the later."""
    old = offset_at(zone, early)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        early, late = (middle, late) if offset_at(zone, middle) == old else (early, middle)
    return np.datetime64(late.replace(tzinfo=None), "s")


def offset_at(zone: ZoneInfo, instant: datetime) -> int:
    """Seconds east of UTC."""
    away = instant.astimezone(zone).utcoffset()
    assert away is not None  # a ZoneInfo always knows
    return round(away.total_seconds())
