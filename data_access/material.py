"""Everything that a set of indicators needs of a scope, read in a handful of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from data_access.areas import Areas
from data_access.city import City, Region
from data_access.feeds import Feed, feeds
from data_access.flows import Ask, Flows, flows
from data_access.statistics import Statistics, statistics
from data_access.stocks import Standings, Stocks, stocks
from indicators.algebra import Amount, Value, evaluate, metric_keys, quantile, sides, statistic_keys, stock_keys
from indicators.definition import Count, Indicator, Metric, Percentile, Standing, Statistic, Term, Total
from indicators.filters import Sieve
from indicators.metrics import METRICS, STOCKS
from indicators.periods import ROLLING
from indicators.scope import Scope, Window
from indicators.windows import (
    DAY,
    Frame,
    Span,
    by_clock,
    day_of,
    ends_at,
    frame,
    midnight,
    newest_whole_year,
    whole_year,
    year_earlier,
)

NEAR = {"today": 1, "7d": ROLLING["7d"]}   # how many days back a stock's own hour is recorded and looked for

Part = str | int  # "value", "comparable", "previous", "last_week", "last_year", or a bucket's number


@dataclass(frozen=True)
class Clock:
    """When a scope is looked at: `past` when its instant was asked for or its period has ended, not now."""

    at: datetime
    past: bool
    window: Window


@dataclass(frozen=True)
class Extent:
    """What is read besides the value: its way through the window, what it is compared with, and the year before."""

    trend: bool = False
    compared: bool = True
    yearly: bool = False


@dataclass(frozen=True)
class Material:
    """What was read, by which any of the indicators can be worked out for any of the areas' regions."""

    city: City
    clock: Clock
    frame: Frame                       # of what has happened
    ahead: Frame                       # of what may lie ahead: cut at the instant
    archives: dict[str, Frame]         # by the indicator's subject
    flows: dict[int, Flows]            # by the frame's identity
    stocks: Stocks
    statistics: Statistics
    feeds: dict[str, Feed]

    def frame_of(self, indicator: Indicator) -> Frame:
        """The frame whose buckets an indicator's trend has."""
        return self.archives.get(indicator.subject, self.frame) if indicator.archive else self.frame

    def value(self, indicator: Indicator, region: Region, part: Part = "value", period: int | None = None) -> Value:
        """Work an indicator out for one region and one part of the window (or one period of its statistics)."""
        measure = indicator.measure
        if isinstance(measure, Percentile):
            frame_, read = self._flows(indicator, METRICS[measure.metric])
            span = part_of(frame_, part)
            return Value(None) if span is None else quantile(read.histogram(measure.metric, region.region_id, span), measure.q)
        return evaluate(measure, lambda term: self._amount(indicator, term, region, part, period))

    def sides(self, indicator: Indicator, region: Region, part: Part = "value") -> tuple[Amount, Amount] | None:
        """What stands above and below the line for one region; None where a term is not known, or the measure has no terms."""
        measure = indicator.measure
        if isinstance(measure, Percentile):
            return None
        return sides(measure, lambda term: self._amount(indicator, term, region, part, None))

    def _amount(self, indicator: Indicator, term: Term, region: Region, part: Part, period: int | None) -> Amount | None:
        if isinstance(term, Count | Total):
            frame_, read = self._flows(indicator, METRICS[term.metric])
            span = part_of(frame_, part)
            return None if span is None else read.amount(term.metric, region.region_id, span)
        if isinstance(term, Standing):
            return self._stock(term.stock, region, part)
        if isinstance(term, Statistic):
            value = self.statistics.of(term.key, region.region_id, period)
            return None if value is None else Amount(1, value)
        return None if region.area_km2 is None else Amount(0, region.area_km2)

    def _flows(self, indicator: Indicator, metric: Metric) -> tuple[Frame, Flows]:
        chosen = self.ahead if metric.ahead else self.frame_of(indicator)
        return chosen, self.flows[id(chosen)]

    def _stock(self, key: str, region: Region, part: Part) -> Amount | None:
        if part in ("value", "comparable") or STOCKS[key].recorded:
            return self.stocks.standing(key, region.region_id)
        return self.stocks.stood(key, region.region_id, instant_of(self.frame, self.clock, self.city, part))


def part_of(frame_: Frame, part: Part) -> Span | None:
    """The span that a part of a window is."""
    if isinstance(part, int):
        return frame_.buckets[part]
    spans = {"value": frame_.whole, "comparable": frame_.comparable, "previous": frame_.previous,
             "last_week": frame_.last_week, "last_year": frame_.last_year}
    return spans[part]


def clock_of(scope: Scope, city: City, now: datetime) -> Clock:
    """When a scope is looked at: at its instant, at the end of a period that has ended, or now."""
    at = now if scope.at is None else min(scope.at, now)
    end = ends_at(scope.window, city.zone)
    if end is not None and end <= at:
        return Clock(end, past=True, window=scope.window)
    return Clock(at, past=scope.at is not None, window=scope.window)


def instant_of(frame_: Frame, clock: Clock, city: City, part: Part) -> datetime:
    """The past instant at which a stock is looked at for a part of a window.

    Of more than a week ago only midnights are recorded: over more than seven days a stock is compared with the first.
    """
    if isinstance(part, int):
        return frame_.buckets[part].start
    if part == "last_week":
        return by_clock(clock.at, 7, city.zone)
    if part == "last_year":
        return midnight(day_of(year_earlier(clock.at, city.zone), city.zone), city.zone)
    if clock.window == "24h":
        return clock.at - DAY
    return by_clock(clock.at, NEAR[clock.window], city.zone) if clock.window in NEAR else frame_.buckets[0].start


def gather(
    connection: Connection, city: City, areas: Areas, indicators: Sequence[Indicator], clock: Clock, extent: Extent, *,
    standings: Standings | None = None, sieve: Sieve | None = None,
) -> Material:
    """Read all that these indicators need of these regions, as far as the extent goes; with a
    sieve, which is for indicators of cases, from the cases that it lets through.

    Source: feed, the rollups, the facts, snapshot, statistic: at most seven queries, however many indicators.
    """
    reach = feeds(connection, city, {indicator.subject for indicator in indicators}, clock.at)
    now, ahead = (trimmed(frame(clock.window, city.zone, clock.at, cut=cut, yearly=extent.yearly), extent)
                  for cut in (clock.past, True))
    archives = {
        indicator.subject: trimmed(year_of(reach[indicator.subject], city, clock), extent)
        for indicator in indicators if indicator.archive and indicator.subject in reach
    }
    running = [indicator for indicator in indicators if not indicator.archive]
    asks = [
        asked(now, running, ahead=False),
        asked(ahead, running, ahead=True),
        *(asked(year, [i for i in indicators if i.archive and i.subject == subject], ahead=None)
          for subject, year in archives.items()),
    ]
    found = flows(connection, areas, city.zone, asks, sieve)
    parts: list[Part] = [*(("previous", "last_week") if extent.compared else ()), *(("last_year",) if extent.yearly else ()),
                         *(range(len(now.buckets)) if extent.trend else ())]
    past = list(dict.fromkeys(instant_of(now, clock, city, part) for part in parts))
    wanted = [STOCKS[key] for key in unique(stock_keys(indicator.measure) for indicator in indicators)]
    keys = unique(statistic_keys(indicator.measure) for indicator in indicators)
    return Material(
        city=city, clock=clock, frame=now, ahead=ahead, archives=archives,
        flows={id(ask.frame): read for ask, read in zip(asks, found, strict=True)},
        stocks=stocks(connection, areas, wanted, clock.at, past, live=not clock.past, standings=standings,
                      sieve=sieve),
        statistics=statistics(connection, areas, keys, day_of(clock.at, city.zone).year),
        feeds=reach,
    )


def year_of(feed: Feed, city: City, clock: Clock) -> Frame:
    """The year over which a closed archive is read."""
    return whole_year(newest_whole_year(feed.last_at, clock.at, city.zone), city.zone, clock.at)


def trimmed(frame_: Frame, extent: Extent) -> Frame:
    """The frame as far as the extent goes: without a trend its buckets are joined to what is complete and what is running."""
    if not extent.compared:
        frame_ = replace(frame_, comparable=None, previous=None, last_week=None)
    if not extent.yearly:
        frame_ = replace(frame_, last_year=None)
    if extent.trend:
        return frame_
    whole, complete = frame_.whole, frame_.comparable
    rest = [] if complete is None else [Span(complete.start, complete.end), Span(complete.end, whole.end)]
    return replace(frame_, buckets=tuple(span for span in rest if span.start < span.end) or (whole,))


def asked(frame_: Frame, indicators: Sequence[Indicator], *, ahead: bool | None) -> Ask:
    """The metrics that indicators need over a frame: those that lie ahead, those that do not, or (None) all."""
    plain = [i for i in indicators if not isinstance(i.measure, Percentile)]
    sketched = [i for i in indicators if isinstance(i.measure, Percentile)]

    def metrics(of: Sequence[Indicator]) -> tuple[Metric, ...]:
        found = (METRICS[key] for key in unique(metric_keys(indicator.measure) for indicator in of))
        return tuple(metric for metric in found if ahead is None or metric.ahead == ahead)

    return Ask(frame_, metrics(plain), metrics(sketched))


def unique(groups: Iterable[Sequence[str]]) -> list[str]:
    """Every key once, in the order met."""
    return list(dict.fromkeys(key for group in groups for key in group))
