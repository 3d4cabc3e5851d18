"""Durations as a pack writes them: 15min, 1h, 30 s, 1d."""

import re

SECONDS = {"s": 1, "sec": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "w": 604800}
WRITTEN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)\s*")


def seconds(written: str) -> float:
    """How long it is. Raises: ValueError."""
    found = WRITTEN.fullmatch(written)
    if found is None or found[2] not in SECONDS or float(found[1]) == 0:
        raise ValueError(f"{written!r} is no duration; write one like 30s, 15min, 1h or 1d")
    return float(found[1]) * SECONDS[found[2]]
