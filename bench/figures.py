"""Many measurements as a few figures."""

import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed. Raises: ValueError when there is none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(-int(-len(ordered) * share // 1) - 1, 0)]


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Count, median, 95th percentile and maximum; the count alone when nothing was measured."""
    if not values:
        return {"n": 0}
    return {"n": len(values), "p50": round(statistics.median(values), digits), "p95": round(percentile(values, 0.95), digits),
            "max": round(max(values), digits)}
