"""The cases past their clock, in every region of the tree at once."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine

from data_access.city import City, Region
from data_access.engine import reading, sql
from indicators.filters import sieve
from indicators.scope import Filter
from indicators.text import Text


@dataclass(frozen=True)
class Overdue:
    """The cases of one region past their clock: how many, and since when the longest."""

    region_id: int
    count: int
    since: datetime


@dataclass(frozen=True)
class AllOverdue:
    """By region; `simulated` when any source of cases is. `held`: by region and whoever has them, how many lie in it itself."""

    regions: dict[int, Overdue]
    simulated: bool
    own: Mapping[int, Overdue] = field(default_factory=dict)     # of each region by itself, without those below it
    held: Mapping[int, Mapping[int | None, int]] = field(default_factory=dict)
    agencies: Mapping[int, Text] = field(default_factory=dict)
    _gathered: dict[int, Mapping[int | None, int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def below(self, city: City, region: Region) -> list[Overdue]:
        """Those of the regions right below, or of the region itself at the bottom of the tree; most first."""
        places = city.children(region) or (region,)
        found = [self.regions[place.region_id] for place in places if place.region_id in self.regions]
        return sorted(found, key=lambda one: (-one.count, one.since))

    def holder(self, city: City, region: Region) -> Text | None:
        """Who has most of a region's cases past their clock; None where most of them lie with nobody."""
        held = self._within(city, region)
        most = max(held, key=lambda agency: (held[agency], -(agency or 0)), default=None)
        return None if most is None else self.agencies.get(most)

    def _within(self, city: City, region: Region) -> Mapping[int | None, int]:
        """By whoever has them, how many lie in a region: added up once, however many ask."""
        parts = city.children(region)
        own = self.held.get(region.region_id, {})
        if not parts:
            return own
        if region.region_id not in self._gathered:
            found = Counter(own)
            for part in parts:
                found.update(self._within(city, part))
            self._gathered[region.region_id] = found
        return self._gathered[region.region_id]


def overdue(engine: Engine, city: City, now: datetime, filters: tuple[Filter, ...] = ()) -> AllOverdue:
    """Read them once for all who look: one walk over the open cases by their clock.

    Raises: DataUnavailable.
    Source: city_case (and feed, for whether its sources are simulated).
    """
    with reading(engine, "overdue cases") as connection:
        own, held = late(connection, now, filters)
        agencies = connection.execute(sql("SELECT agency_id, name_zh, name_en FROM agency")).all()
        simulated = connection.execute(sql("""
            SELECT coalesce(bool_or(s.simulated), false)
              FROM feed f JOIN source s USING (source_id) WHERE f.subject = 'case'""")).scalar_one()
    return AllOverdue(summed(city, own), bool(simulated), own, held, {key: Text(zh, en) for key, zh, en in agencies})


def again(
    engine: Engine, city: City, before: AllOverdue, touched: Collection[int], now: datetime, filters: tuple[Filter, ...] = (),
) -> AllOverdue:
    """The same once something has changed in these regions alone: only they are read anew, all others are as they were.

    Raises: DataUnavailable.
    Source: city_case.
    """
    with reading(engine, "overdue cases") as connection:
        newer, who = late(connection, now, filters, touched)
    own = {**{key: one for key, one in before.own.items() if key not in touched}, **newer}
    held = {**{key: one for key, one in before.held.items() if key not in touched}, **who}
    regions = dict(before.regions)
    above = {place.region_id: place for one in touched if one in city.regions for place in city.path(city.regions[one])}
    for place in sorted(above.values(), key=lambda one: -one.level):
        parts = [regions[child] for child in city.children_of.get(place.region_id, ()) if child in regions]
        parts += [own[place.region_id]] if place.region_id in own else []
        regions.pop(place.region_id, None)
        if parts:
            regions[place.region_id] = Overdue(place.region_id, sum(one.count for one in parts), min(one.since for one in parts))
    found = AllOverdue(regions, before.simulated, own, held, before.agencies)
    found._gathered.update((key, one) for key, one in before._gathered.items() if key not in above)
    return found


Held = dict[int, dict[int | None, int]]


def late(
    connection: Connection, now: datetime, filters: tuple[Filter, ...], only: Collection[int] | None = None,
) -> tuple[dict[int, Overdue], Held]:
    """What lies in each region itself, or in some only: how many, and with whom."""
    through = sieve(filters, now)
    rows = connection.execute(sql(f"""
        SELECT region_id, sum(n)::int AS n, min(since) AS since, array_agg(agency_id) AS agencies, array_agg(n) AS counts
          FROM (SELECT f.region_id, f.agency_id, count(*)::int AS n, min(f.due_at) AS since
                  FROM city_case f
                 WHERE f.closed_at IS NULL AND f.suspended_at IS NULL AND f.due_at <= :now AND {through.condition}
                   AND {"TRUE" if only is None else "f.region_id = ANY(:only)"}
                 GROUP BY f.region_id, f.agency_id) AS late
         GROUP BY region_id"""), {"now": now, **({} if only is None else {"only": list(only)}), **through.binds}).all()
    return ({row.region_id: Overdue(row.region_id, row.n, row.since) for row in rows},
            {row.region_id: dict(zip(row.agencies, row.counts, strict=True)) for row in rows})


def summed(city: City, own: Mapping[int, Overdue]) -> dict[int, Overdue]:
    """What lies in each region with all below it, of what lies in each by itself."""
    found = dict(own)
    for region in sorted(city.regions.values(), key=lambda one: -one.level):
        here = found.get(region.region_id)
        if here is None or region.parent_id is None:
            continue
        above = found.get(region.parent_id)
        found[region.parent_id] = (
            Overdue(region.parent_id, here.count, here.since) if above is None
            else Overdue(region.parent_id, here.count + above.count, min(here.since, above.since)))
    return found
