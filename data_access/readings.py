"""Indicators in a scope: value, state, comparison, trend and age, all of them in a handful of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from data_access.areas import Areas, alone, below
from data_access.city import City, Region
from data_access.engine import reading, sql
from data_access.feeds import Feed
from data_access.material import Clock, Material, gather
from indicators.algebra import Value, is_published, metric_keys, statistic_keys, stock_keys
from indicators.definition import Indicator, Ratio, Standing
from indicators.reading import Point, Reading, Status
from indicators.scope import Scope
from indicators.text import Text
from indicators.windows import Span, midnight

EQUIPPED = """
    SELECT DISTINCT p.key, a.ancestor_id
      FROM property p
      JOIN latest_observation l USING (property_id)
      JOIN device d USING (device_id)
      JOIN region_ancestor a ON a.region_id = d.region_id
     WHERE p.key = ANY(:properties) AND a.ancestor_id = ANY(:regions)"""

LEVEL = Text("此层级不适用", "Not measured at this level")
NEVER = Text("尚未收到数据", "No data received yet")
BEFORE = Text("数据始于此时段之后", "The data begins after this period")
UNPUBLISHED = Text("该区域未发布此项", "Not published for this region")
NO_OBJECT = Text("区内没有此类对象", "None of these in this region")
NO_DEVICE = Text("区内没有此类设备", "No such device in this region")
QUIET = Text("时段内没有读数", "No reading in this period")
NO_BASE = Text("无基数：分母为零", "No base: the denominator is zero")


@dataclass(frozen=True)
class ChildReading:
    """The reading of one region of many, for a map or a ranking."""

    region: Region
    reading: Reading


@dataclass(frozen=True)
class Verdict:
    """What a value is worth, and why where it is not simply good."""

    status: Status
    why: Text | None = None


def readings(engine: Engine, city: City, indicators: Sequence[Indicator], scope: Scope, now: datetime) -> dict[str, Reading]:
    """Read indicators in a scope, with their trends.

    Returns: one reading for each indicator, by key, in the order given.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: the rollups, and the facts where these do not reach.
    """
    areas = alone(city, city.region(scope.region))
    return {
        indicator.key: found[0].reading
        for indicator, found in zip(indicators, read(engine, city, indicators, areas, scope, now, trend=True), strict=True)
    }


def by_child(engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime) -> tuple[ChildReading, ...]:
    """Read one indicator for the regions right below the scope's, for the ranking.

    Returns: every child, by code; empty at the bottom of the tree.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    """
    return by_level(engine, city, indicator, scope, city.region(scope.region).level + 1, now)


def by_level(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, level: int, now: datetime,
) -> tuple[ChildReading, ...]:
    """Read one indicator for all regions of a level within the scope's, for the map.

    Returns: every such region, by code; empty where the level is not below the scope's region.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    """
    areas = below(city, city.region(scope.region), level)
    return read(engine, city, [indicator], areas, scope, now, trend=False)[0] if areas.regions else ()


def read(
    engine: Engine, city: City, indicators: Sequence[Indicator], areas: Areas, scope: Scope, now: datetime, *, trend: bool,
) -> list[tuple[ChildReading, ...]]:
    """Read indicators for regions of one level: for each indicator one reading per region."""
    clock = Clock(at=now if scope.at is None else min(scope.at, now), past=scope.at is not None, window=scope.window)
    measured = [indicator for indicator in indicators if applies(indicator, areas)]
    with reading(engine, "the indicators") as connection:
        material = gather(connection, city, areas, measured, clock, trend=trend)
        values = {
            (indicator.key, region.region_id): material.value(indicator, region)
            for indicator in measured if delivered(material, indicator) for region in areas.regions
        }
        equipped = equipment(connection, areas, measured, values)
    return [
        tuple(ChildReading(region, worked_out(material, indicator, region, values, equipped, trend=trend))
              for region in areas.regions)
        for indicator in indicators
    ]


def applies(indicator: Indicator, areas: Areas) -> bool:
    """Whether an indicator exists at the areas' level."""
    return indicator.max_level is None or areas.level <= indicator.max_level


def delivered(material: Material, indicator: Indicator) -> bool:
    """Whether an indicator's subject has ever been heard of."""
    return indicator.subject in material.feeds


def equipment(
    connection: Connection, areas: Areas, indicators: Sequence[Indicator], values: dict[tuple[str, int], Value],
) -> set[tuple[str, int]]:
    """For means of device properties that found nothing: which regions have such a device at all."""
    properties = {
        observed(indicator) for indicator in indicators
        if observed(indicator) and any(nothing(values.get((indicator.key, region_id))) for region_id in areas.ids)
    }
    if not properties:
        return set()
    binds = {"properties": sorted(properties), "regions": areas.ids}
    return {(key, region_id) for key, region_id in connection.execute(sql(EQUIPPED), binds)}


def observed(indicator: Indicator) -> str:
    """The device property that an indicator measures; empty when it measures something else."""
    subject, _, key = indicator.subject.partition(":")
    return key if subject == "observation" else ""


def nothing(value: Value | None) -> bool:
    """Whether a value could be worked out from no facts at all."""
    return value is not None and value.n == 0


def worked_out(
    material: Material, indicator: Indicator, region: Region, values: dict[tuple[str, int], Value],
    equipped: set[tuple[str, int]], *, trend: bool,
) -> Reading:
    """One indicator's reading in one region."""
    if indicator.max_level is not None and region.level > indicator.max_level:
        return Reading(indicator, "not_applicable", why=LEVEL)
    feed = material.feeds.get(indicator.subject)
    if feed is None:
        return Reading(indicator, "no_data", why=NEVER)
    value = values[indicator.key, region.region_id]
    verdict = judge(material, indicator, region, value, feed, equipped)
    result = Reading(
        indicator, verdict.status, n=value.n, data_at=feed.last_at, period=period_of(material, indicator),
        simulated=feed.simulated, why=verdict.why,
    )
    if verdict.status in ("no_data", "not_applicable"):
        return result
    result = compared(replace(result, value=value.value), material, indicator, region, feed)
    return replace(result, series=series(material, indicator, region, value, feed)) if trend else result


def judge(
    material: Material, indicator: Indicator, region: Region, value: Value, feed: Feed, equipped: set[tuple[str, int]],
) -> Verdict:
    """Tell no data, not applicable, no base, stale, dead and a good value apart."""
    key = observed(indicator)
    if key and value.n == 0 and (key, region.region_id) not in equipped:
        return Verdict("not_applicable", NO_DEVICE)
    if is_flow(indicator) and feed.began is not None and material.frame_of(indicator).whole.end <= feed.began:
        return Verdict("no_data", BEFORE)
    if value.no_base:
        return without_base(indicator)
    if value.value is None:
        return Verdict("no_data", UNPUBLISHED if statistic_keys(indicator.measure) else NEVER)
    return aged(material, indicator, feed)


def without_base(indicator: Indicator) -> Verdict:
    """A zero denominator: nothing of the kind stands here, no device spoke, or nothing fell due."""
    measure = indicator.measure
    if isinstance(measure, Ratio) and all(isinstance(term, Standing) for term in measure.base):
        return Verdict("not_applicable", NO_OBJECT)
    if observed(indicator):
        return Verdict("no_data", QUIET)
    return Verdict("no_base", NO_BASE)


def aged(material: Material, indicator: Indicator, feed: Feed) -> Verdict:
    """Judge a value by the age of its data against the indicator's promise."""
    if indicator.stale_after is None:
        return Verdict("ok")
    age = material.clock.at - feed.last_at
    if age <= indicator.stale_after:
        return Verdict("ok")
    since = feed.last_at.astimezone(material.city.zone)
    why = Text(f"自 {since:%m-%d %H:%M} 起无新数据", f"No new data since {since:%m-%d %H:%M}")
    return Verdict("dead" if age > 3 * indicator.stale_after else "stale", why)


def is_flow(indicator: Indicator) -> bool:
    """Whether an indicator counts what happened within the window."""
    return bool(metric_keys(indicator.measure))


def compared(result: Reading, material: Material, indicator: Indicator, region: Region, feed: Feed) -> Reading:
    """The reading with what it is compared with."""
    if is_published(indicator.measure):
        periods = material.statistics.common(statistic_keys(indicator.measure))
        before = material.value(indicator, region, period=periods[-2]).value if len(periods) > 1 else None
        return replace(result, comparable=result.value, previous=before)
    frame = material.frame_of(indicator)
    if not is_flow(indicator):
        if not indicator_has_past(indicator):
            return result
        return replace(result, comparable=result.value, previous=material.value(indicator, region, "previous").value,
                       last_week=material.value(indicator, region, "last_week").value)

    def known(part: str, span: Span | None) -> float | None:
        if span is None or feed.began is None or span.start < feed.began:
            return None
        return material.value(indicator, region, part).value

    return replace(result, comparable=known("comparable", frame.comparable), previous=known("previous", frame.previous),
                   last_week=known("last_week", frame.last_week))


def indicator_has_past(indicator: Indicator) -> bool:
    """Whether an indicator of stocks changes through time at all."""
    from indicators.metrics import STOCKS

    return any(not STOCKS[key].recorded for key in stock_keys(indicator.measure))


def series(material: Material, indicator: Indicator, region: Region, value: Value, feed: Feed) -> tuple[Point, ...]:
    """The indicator through the window, oldest first: gaps where nothing was delivered."""
    if is_published(indicator.measure):
        return tuple(
            Point(midnight_of_year(material, period), material.value(indicator, region, period=period).value)
            for period in material.statistics.common(statistic_keys(indicator.measure))
        )
    frame = material.frame_of(indicator)
    if not is_flow(indicator):
        return stock_series(material, indicator, region, value) if indicator_has_past(indicator) else ()
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


def midnight_of_year(material: Material, year: int) -> datetime:
    """The instant at which a year of the city begins."""
    from datetime import date

    return midnight(date(year, 1, 1), material.city.zone)
