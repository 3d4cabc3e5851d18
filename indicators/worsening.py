"""Which indicators get worse: off their targets, and worse than they were a period before."""

from collections.abc import Sequence
from datetime import datetime

from indicators.reading import Reading

ENOUGH = 20   # facts on either side of the comparison: of fewer, a single one moves a share by more than five points


def worsening(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Those that are beyond the limit of their target and further from it than before, the furthest first."""
    return tuple(sorted((one for one in readings if worse(one)), key=beyond, reverse=True))


def worse(reading: Reading) -> bool:
    """Whether a fresh value misses its target and has moved away from it, both told by enough facts."""
    now, before = reading.comparable, reading.previous
    if reading.target_state != "bad" or now is None or before is None or reading.indicator.archive:
        return False
    if min(reading.comparable_n, reading.previous_n) < ENOUGH:
        return False
    return now < before if reading.indicator.better == "higher" else now > before


def beyond(reading: Reading) -> float:
    """How far a value is beyond its limit, as a share of it."""
    target, value = reading.indicator.target, reading.value
    if target is None or value is None:
        return 0.0
    return abs(value - target.bad) / max(abs(target.bad), 1e-9)


def missed_since(reading: Reading) -> datetime | None:
    """When the run of values began that brought it there: the first after the last that met the target.

    Where the newest met it, the first that missed it at all; None without a course.
    """
    known = [(point.at, misses(reading, point.value)) for point in reading.series if point.complete and point.value is not None]
    if not any(missed for _, missed in known):
        return None
    while not known[-1][1]:
        known.pop()
    met = max((place for place, (_, missed) in enumerate(known) if not missed), default=-1)
    return known[met + 1][0]


def misses(reading: Reading, value: float) -> bool:
    """Whether a value is not as good as the target asks."""
    target = reading.indicator.target
    sign = 1 if reading.indicator.better == "higher" else -1
    return target is not None and sign * value < sign * target.good
