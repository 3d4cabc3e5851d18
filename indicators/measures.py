"""The measures that most indicators are, said shortly."""

from indicators.definition import Area, Count, Ratio, Standing, Statistic, Sum, Total

PERCENT = 100.0


def count(*metrics: str) -> Sum:
    """How many facts of these metrics."""
    return Sum(tuple(Count(metric) for metric in metrics))


def total(metric: str) -> Sum:
    """The sum of a metric's values."""
    return Sum((Total(metric),))


def mean(metric: str, scale: float = 1.0) -> Ratio:
    """The mean of a metric's values, each fact weighing the same."""
    return Ratio((Total(metric),), (Count(metric),), scale)


def share(metric: str, of: str) -> Ratio:
    """One metric as a percentage of another."""
    return Ratio((Count(metric),), (Count(of),), PERCENT)


def standing(stock: str) -> Sum:
    """How many stand in a stock."""
    return Sum((Standing(stock),))


def standing_share(stock: str, of: str) -> Ratio:
    """One stock as a percentage of another."""
    return Ratio((Standing(stock),), (Standing(of),), PERCENT)


def published(key: str) -> Sum:
    """A published statistic as it is."""
    return Sum((Statistic(key),))


def published_share(key: str, of: str) -> Ratio:
    """One published statistic as a percentage of another."""
    return Ratio((Statistic(key),), (Statistic(of),), PERCENT)


def per_km2(term: Count | Standing | Statistic) -> Ratio:
    """A term per km² of the region."""
    return Ratio((term,), (Area(),))


def per_10k(term: Count | Standing) -> Ratio:
    """A term per ten thousand residents."""
    return Ratio((term,), (Statistic("population"),), 10_000.0)
