"""What a value is compared with, and its way through the window."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from data_access.city import Region
from data_access.feeds import Feed
from data_access.material import Material
from data_access.verdicts import is_flow
from indicators.algebra import UNKNOWN, Value, is_published, statistic_keys, stock_keys
from indicators.definition import Indicator
from indicators.metrics import STOCKS
from indicators.reading import Point, Reading
from indicators.text import Text
from indicators.windows import Span, midnight

PARTS = ("comparable", "previous", "last_week", "last_year")


def compared(result: Reading, material: Material, indicator: Indicator, region: Region, feed: Feed) -> Reading:
    """The reading with what it is compared with."""
    if is_published(indicator.measure):
        return replace(result, comparable=result.value, comparable_n=result.n, **published(material, indicator, region))
    frame = material.frame_of(indicator)
    if is_flow(indicator):
        spans = (frame.comparable, frame.previous, frame.last_week, frame.last_year)
        now, before, week, year = (
            material.value(indicator, region, part) if begun(span, feed) else UNKNOWN
            for part, span in zip(PARTS, spans, strict=True))
    elif moves(indicator):
        now = Value(result.value, result.n)
        before, week, year = (material.value(indicator, region, part) for part in PARTS[1:])
    else:
        return result
    return replace(result, comparable=now.value, comparable_n=now.n, previous=before.value, previous_n=before.n,
                   last_week=week.value, last_year=year.value)


def begun(span: Span | None, feed: Feed) -> bool:
    """Whether the feed had begun to deliver when a span began."""
    return span is not None and feed.began is not None and span.start >= feed.began


def published(material: Material, indicator: Indicator, region: Region) -> dict[str, Any]:
    """What a published figure is compared with: the one before it, and that of the year before its own."""
    periods = material.statistics.common(statistic_keys(indicator.measure))
    before = material.value(indicator, region, period=periods[-2]) if len(periods) > 1 else UNKNOWN
    year = before if len(periods) > 1 and periods[-2] == periods[-1] - 1 else UNKNOWN
    return {"previous": before.value, "previous_n": before.n, "last_year": year.value}


def moves(indicator: Indicator) -> bool:
    """Whether an indicator of stocks changes through time at all."""
    return any(not STOCKS[key].recorded for key in stock_keys(indicator.measure))


def series(material: Material, indicator: Indicator, region: Region, value: Value, feed: Feed) -> tuple[Point, ...]:
    """The indicator through the window, oldest first: gaps where nothing was delivered."""
    if is_published(indicator.measure):
        return tuple(
            Point(new_year(material, period), material.value(indicator, region, period=period).value)
            for period in material.statistics.common(statistic_keys(indicator.measure))
        )
    frame = material.frame_of(indicator)
    if not is_flow(indicator):
        return stock_series(material, indicator, region, value) if moves(indicator) else ()
    return tuple(
        Point(span.start, material.value(indicator, region, number).value if within(span, feed) else None,
              complete=not (frame.running and number == len(frame.buckets) - 1))
        for number, span in enumerate(frame.buckets)
    )


def stock_series(material: Material, indicator: Indicator, region: Region, value: Value) -> tuple[Point, ...]:
    """A stock as it was recorded at the start of each bucket, and as it stands."""
    recorded = tuple(
        Point(span.start, material.value(indicator, region, number).value)
        for number, span in enumerate(material.frame.buckets)
    )
    return (*recorded, Point(material.clock.at, value.value))


def within(span: Span, feed: Feed) -> bool:
    """Whether a bucket lies where the feed delivered, so that nothing counted means zero."""
    return feed.began is not None and span.end > feed.began and span.start <= feed.last_at


def period_of(material: Material, indicator: Indicator) -> Text | None:
    """The period a closed archive or a published statistic speaks of."""
    if indicator.archive:
        year = material.frame_of(indicator).buckets[0].start.astimezone(material.city.zone).year
        return Text(f"{year} 年", f"{year}")
    if not is_published(indicator.measure):
        return None
    periods = material.statistics.common(statistic_keys(indicator.measure))
    return Text(f"{periods[-1]} 年", f"{periods[-1]}") if periods else None


def new_year(material: Material, year: int) -> datetime:
    """The instant at which a year of the city begins."""
    return midnight(date(year, 1, 1), material.city.zone)
