"""What each organization has in hand now, in every region of the tree at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from data_access.city import City, Region
from data_access.engine import reading, sql
from indicators.filters import sieve
from indicators.scope import Filter
from indicators.text import Text


@dataclass(frozen=True)
class Hand:
    """One organization's open cases: how many, how many of them past their clock, since when the longest, and suspended ones."""

    code: str
    name: Text
    open: int = 0
    overdue: int = 0
    since: datetime | None = None
    suspended: int = 0

    def plus(self, other: "Hand") -> "Hand":
        """What both are together."""
        begun = [since for since in (self.since, other.since) if since is not None]
        return replace(self, open=self.open + other.open, overdue=self.overdue + other.overdue,
                       since=min(begun, default=None), suspended=self.suspended + other.suspended)


@dataclass(frozen=True)
class InHand:
    """By the finest region; `simulated` when any source of cases is."""

    regions: Mapping[int, tuple[Hand, ...]]
    simulated: bool

    def within(self, city: City, region: Region) -> tuple[Hand, ...]:
        """What each organization has in a region and all below it; the most overdue first."""
        found: dict[str, Hand] = {}
        below = [region]
        while below:
            here = below.pop()
            below += city.children(here)
            for hand in self.regions.get(here.region_id, ()):
                known = found.get(hand.code)
                found[hand.code] = hand if known is None else known.plus(hand)
        return tuple(sorted(found.values(), key=lambda one: (-one.overdue, -one.open, one.code)))


def in_hand(engine: Engine, now: datetime, filters: tuple[Filter, ...] = ()) -> InHand:
    """Count the open cases that organizations have, once for all who look: one walk over them.

    Raises: DataUnavailable.
    Source: city_case (and feed, for whether its sources are simulated).
    """
    through = sieve(filters, now)
    with reading(engine, "what agencies have in hand") as connection:
        rows = connection.execute(sql(f"""
            SELECT f.region_id, a.code, a.name_zh, a.name_en, count(*)::int AS open,
                   count(*) FILTER (WHERE f.suspended_at IS NULL AND f.due_at <= :now)::int AS overdue,
                   min(f.due_at) FILTER (WHERE f.suspended_at IS NULL AND f.due_at <= :now) AS since,
                   count(f.suspended_at)::int AS suspended
              FROM city_case f JOIN agency a ON a.agency_id = f.agency_id
             WHERE f.closed_at IS NULL AND f.reported_at <= :now AND {through.condition}
             GROUP BY f.region_id, a.agency_id"""), {"now": now, **through.binds}).all()
        simulated = connection.execute(sql("""
            SELECT coalesce(bool_or(s.simulated), false)
              FROM feed f JOIN source s USING (source_id) WHERE f.subject = 'case'""")).scalar_one()
    regions: dict[int, tuple[Hand, ...]] = {}
    for row in rows:
        hand = Hand(row.code, Text(row.name_zh, row.name_en), row.open, row.overdue, row.since, row.suspended)
        regions[row.region_id] = (*regions.get(row.region_id, ()), hand)
    return InHand(regions, bool(simulated))
