"""Instants from ISO 8601 texts: the usual shapes for a whole column at once, the rest one by one."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Instants = NDArray[np.datetime64]

WIDTH = 33                       # characters looked at; longer texts are read one by one
SHAPE = "0000-00-00T00:00:00"    # digits and separators of the fast path, then Z or +00:00
DIGITS = np.array([at for at, mark in enumerate(SHAPE) if mark == "0"])
MARKS = np.array([at for at, mark in enumerate(SHAPE) if mark not in "0T"])
MARK_CODES = np.array([ord(SHAPE[at]) for at in MARKS])
ZERO = ord("0")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unzoned(ValueError):
    """A time without an offset could be any of 25 hours."""


def instant(written: str) -> np.datetime64:
    """One instant. Raises: Unzoned; ValueError when it is not ISO 8601."""
    read = datetime.fromisoformat(written)
    if read.tzinfo is None:
        raise Unzoned(written)
    return np.datetime64((read - EPOCH) // (EPOCH.resolution), "us")


def instants(written: Sequence[str]) -> tuple[Instants, NDArray[np.bool_]]:
    """Instants of a column in whole seconds with Z or an offset.

    Returns: UTC, and which of them were understood; the others are NaT and need `instant`.
    """
    letters = np.array(written, dtype=f"U{WIDTH}").view(np.uint32).reshape(len(written), WIDTH).astype(np.int64)
    numbers = letters[:, DIGITS] - ZERO
    fine = ((numbers >= 0) & (numbers <= 9)).all(axis=1)
    fine &= (letters[:, MARKS] == MARK_CODES).all(axis=1) & (letters[:, 10] == ord("T"))
    offset, zoned = offsets(letters[:, len(SHAPE):])
    fine &= zoned
    year, month, day, hour, minute, second = fields(np.where(fine[:, None], numbers, 1))
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    days = months.astype("datetime64[D]") + (day - 1)
    fine &= (month >= 1) & (month <= 12) & (day >= 1) & (days.astype("datetime64[M]") == months)
    fine &= (hour < 24) & (minute < 60) & (second < 60)
    seconds = days.astype("datetime64[s]") + (hour * 3600 + minute * 60 + second - offset)
    return np.where(fine, seconds.astype("datetime64[us]"), np.datetime64("NaT", "us")), fine


def fields(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Year, month, day, hour, minute and second from fourteen digits a row."""
    year = numbers[:, :4] @ np.array([1000, 100, 10, 1])
    return (year, *(numbers[:, at] * 10 + numbers[:, at + 1] for at in range(4, 14, 2)))


def offsets(tail: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds east of UTC from what follows the seconds, and whether it is Z or ±hh:mm."""
    ends = (tail[:, 1:] == 0).all(axis=1)
    utc = (tail[:, 0] == ord("Z")) & ends
    digits = tail[:, [1, 2, 4, 5]] - ZERO
    sign = np.where(tail[:, 0] == ord("-"), -1, 1)
    shaped = ((tail[:, 0] == ord("+")) | (tail[:, 0] == ord("-"))) & (tail[:, 3] == ord(":")) & (tail[:, 6:] == 0).all(axis=1)
    shaped &= ((digits >= 0) & (digits <= 9)).all(axis=1)
    hours, minutes = digits[:, 0] * 10 + digits[:, 1], digits[:, 2] * 10 + digits[:, 3]
    shaped &= (hours < 24) & (minutes < 60)
    return np.where(shaped, sign * (hours * 3600 + minutes * 60), 0), utc | shaped
