"""Indicators in a scope: value, state, comparison, trend and age, all of them in a handful of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from data_access.areas import Areas, alone, below
from data_access.city import City, Region
from data_access.engine import reading
from data_access.material import Extent, Material, clock_of, gather
from data_access.stocks import Standings
from data_access.trends import compared, period_of, series
from data_access.verdicts import LEVEL, NEVER, equipment, judge
from indicators import filters
from indicators.algebra import Value
from indicators.definition import Indicator
from indicators.reading import Reading
from indicators.scope import Scope


@dataclass(frozen=True)
class ChildReading:
    """The reading of one region of many, for a map or a ranking."""

    region: Region
    reading: Reading


def readings(
    engine: Engine, city: City, indicators: Sequence[Indicator], scope: Scope, now: datetime, *,
    standings: Standings | None = None, yearly: bool = False,
) -> dict[str, Reading]:
    """Read indicators in a scope, with their trends; `standings`, where given, spares counting what stands now (under
    the same filters). `yearly`: with the same period of the year before.

    Returns: one reading for each indicator, by key, in the order given.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: the rollups, and the facts where these do not reach.
    """
    areas = alone(city, city.region(scope.region))
    found = read(engine, city, indicators, areas, scope, now, Extent(trend=True, yearly=yearly), standings=standings)
    return {indicator.key: one[0].reading for indicator, one in zip(indicators, found, strict=True)}


def by_child(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime, *,
    standings: Standings | None = None, extent: Extent | None = None,
) -> tuple[ChildReading, ...]:
    """Read one indicator for the regions right below the scope's, for a table of them.

    Returns: every child, by code; empty at the bottom of the tree.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    """
    return by_level(engine, city, indicator, scope, city.region(scope.region).level + 1, now,
                    standings=standings, extent=extent)


def by_level(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, level: int, now: datetime, *,
    standings: Standings | None = None, extent: Extent | None = None,
) -> tuple[ChildReading, ...]:
    """Read one indicator for all regions of a level within the scope's, for the map; with an extent, more than its value
    and what it is compared with.

    Returns: every such region, by code; empty where the level is not below the scope's region.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    """
    areas = below(city, city.region(scope.region), level)
    if not areas.regions:
        return ()
    return read(engine, city, [indicator], areas, scope, now, extent or Extent(), standings=standings)[0]


def read(
    engine: Engine, city: City, indicators: Sequence[Indicator], areas: Areas, scope: Scope, now: datetime, extent: Extent, *,
    standings: Standings | None = None,
) -> list[tuple[ChildReading, ...]]:
    """Read indicators for regions of one level: for each indicator one reading per region.

    The scope's filters hold for the indicators that they apply to; the others are read as if there were none.
    """
    if not scope.filters:
        return read_alike(engine, city, indicators, areas, scope, now, extent, standings=standings)
    groups = [[one for one in indicators if filters.applies(one) == sifted] for sifted in (False, True)]
    found: dict[str, tuple[ChildReading, ...]] = {}
    for sifted, group in enumerate(groups):
        own = scope if sifted else replace(scope, filters=())
        read_now = read_alike(engine, city, group, areas, own, now, extent, standings=standings) if group else []
        found |= {indicator.key: one for indicator, one in zip(group, read_now, strict=True)}
    return [found[indicator.key] for indicator in indicators]


def read_alike(
    engine: Engine, city: City, indicators: Sequence[Indicator], areas: Areas, scope: Scope, now: datetime, extent: Extent, *,
    standings: Standings | None = None,
) -> list[tuple[ChildReading, ...]]:
    """Read indicators to all of which the scope's filters apply, or where there are none."""
    clock = clock_of(scope, city, now)
    measured = [indicator for indicator in indicators if applies(indicator, areas)]
    sieve = filters.sieve(scope.filters, clock.at) if scope.filters else None
    given = standings if standings is not None and standings.filters == scope.filters else None
    with reading(engine, "the indicators") as connection:
        material = gather(connection, city, areas, measured, clock, extent, standings=given, sieve=sieve)
        values = {
            (indicator.key, region.region_id): material.value(indicator, region)
            for indicator in measured if delivered(material, indicator) for region in areas.regions
        }
        equipped = equipment(connection, areas, measured, values)
    return [
        tuple(ChildReading(region, worked_out(material, indicator, region, values, equipped, extent))
              for region in areas.regions)
        for indicator in indicators
    ]


def applies(indicator: Indicator, areas: Areas) -> bool:
    """Whether an indicator exists at the areas' level."""
    return indicator.max_level is None or areas.level <= indicator.max_level


def delivered(material: Material, indicator: Indicator) -> bool:
    """Whether an indicator's subject has ever been heard of."""
    return indicator.subject in material.feeds


def worked_out(
    material: Material, indicator: Indicator, region: Region, values: dict[tuple[str, int], Value],
    equipped: set[tuple[str, int]], extent: Extent,
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
    result = replace(result, value=value.value)
    if extent.compared or extent.yearly:
        result = compared(result, material, indicator, region, feed)
    return replace(result, series=series(material, indicator, region, value, feed)) if extent.trend else result
