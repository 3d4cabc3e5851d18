"""What is normal: the band in which an indicator mostly lay at the same hours, or on the same weekdays, of earlier weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Engine

from data_access.areas import alone
from data_access.city import City, Region
from data_access.engine import reading
from data_access.feeds import Feed, feeds
from data_access.flows import Ask, flows
from data_access.material import Material, clock_of
from data_access.statistics import statistics
from data_access.stocks import stocks
from indicators import filters
from indicators.algebra import is_published, metric_keys, statistic_keys, stock_keys
from indicators.definition import Indicator, Metric, Percentile
from indicators.metrics import METRICS, STOCKS
from indicators.scope import Scope
from indicators.windows import DAY, Frame, Span, by_clock, day_of, frame

WEEKS = 8            # so many earlier weeks are looked at
FEWEST = 4           # from so many values on there is a band
MIDDLE = 0.8         # the share of them that it holds
LONGEST = timedelta(hours=26)   # a bucket of one day, at the change of clocks


@dataclass(frozen=True)
class Band:
    """Between which values the middle of `n` earlier ones lay, for one bucket of a trend."""

    at: datetime
    low: float
    high: float
    n: int


def band(engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime) -> tuple[Band, ...]:
    """Read what is normal for each bucket of a scope's window, oldest first; buckets with too few earlier values are left out.

    Returns: nothing for what is published, archived, or folded by months, and for percentiles by hours.
    Raises: UnknownRegion; DataUnavailable.
    """
    clock, region = clock_of(scope, city, now), city.region(scope.region)
    buckets = frame(clock.window, city.zone, clock.at).buckets
    if not comparable(indicator, buckets):
        return ()
    earlier = {span: weeks_before(span, city, WEEKS) for span in buckets}
    distinct = tuple(sorted({span for spans in earlier.values() for span in spans}))
    areas = alone(city, region)
    with reading(engine, "what is normal") as connection:
        heard = feeds(connection, city, {indicator.subject}, clock.at)
        if indicator.subject not in heard:
            return ()
        past = Frame(clock.at, distinct, None, None, None, running=False)
        sieve = filters.sieve(scope.filters, clock.at) if scope.filters and filters.applies(indicator) else None
        ask = Ask(past, *asked(indicator))
        material = Material(
            city=city, clock=clock, frame=past, ahead=past, archives={}, feeds=heard,
            flows={id(past): flows(connection, areas, city.zone, [ask], sieve)[0]},
            stocks=stocks(connection, areas, [STOCKS[key] for key in stock_keys(indicator.measure)], clock.at,
                          [span.start for span in distinct], live=not clock.past, sieve=sieve),
            statistics=statistics(connection, areas, list(statistic_keys(indicator.measure)), day_of(clock.at, city.zone).year))
    values = known(material, indicator, region, heard[indicator.subject])
    found = (bounds(span, [values[one] for one in spans if one in values]) for span, spans in earlier.items())
    return tuple(one for one in found if one is not None)


def comparable(indicator: Indicator, buckets: Sequence[Span]) -> bool:
    """Whether earlier weeks say anything about these buckets, and cheaply: a percentile's hours are counted fact by fact."""
    longest = max(span.end - span.start for span in buckets)
    shortest = DAY - timedelta(hours=2) if isinstance(indicator.measure, Percentile) else timedelta()
    return not indicator.archive and not is_published(indicator.measure) and shortest <= longest <= LONGEST


def weeks_before(span: Span, city: City, weeks: int) -> tuple[Span, ...]:
    """The same hours of the same weekday by the city's clock, so many weeks back."""
    return tuple(Span(by_clock(span.start, 7 * week, city.zone), by_clock(span.end, 7 * week, city.zone))
                 for week in range(1, weeks + 1))


def asked(indicator: Indicator) -> tuple[tuple[Metric, ...], tuple[Metric, ...]]:
    """The metrics to count, and those of which histograms are wanted."""
    metrics = tuple(METRICS[key] for key in metric_keys(indicator.measure))
    return ((), metrics) if isinstance(indicator.measure, Percentile) else (metrics, ())


def known(material: Material, indicator: Indicator, region: Region, feed: Feed) -> dict[Span, float]:
    """The value of each span that lies where something was delivered."""
    began = feed.began
    found = {span: material.value(indicator, region, number).value for number, span in enumerate(material.frame.buckets)
             if not metric_keys(indicator.measure) or (began is not None and span.start >= began)}
    return {span: value for span, value in found.items() if value is not None}


def bounds(span: Span, values: Sequence[float]) -> Band | None:
    """The middle of some values; None when there are too few."""
    if len(values) < FEWEST:
        return None
    low, high = np.quantile(values, ((1 - MIDDLE) / 2, (1 + MIDDLE) / 2)).tolist()
    return Band(span.start, low, high, len(values))
