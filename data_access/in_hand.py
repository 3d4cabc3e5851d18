"""What each organization has in hand now, in a region and all below it."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class InHand:
    """What organizations have in hand, the most overdue first; `simulated` when any source of cases is."""

    hands: tuple[Hand, ...]
    simulated: bool


def in_hand(engine: Engine, city: City, region: Region, now: datetime, filters: tuple[Filter, ...] = ()) -> InHand:
    """Count the open cases that organizations have in a region.

    The regions below are bound as a list, not looked up by the statement: so the planner knows how many there are, and walks
    a small region by its cases and a large one by the index of what is open.

    Raises: DataUnavailable.
    Source: city_case, agency (and feed, for whether its sources are simulated).
    """
    through = sieve(filters, now)
    place, binds = ("TRUE", {}) if region.parent_id is None else ("f.region_id = ANY(:below)", {"below": below(city, region)})
    with reading(engine, "what agencies have in hand") as connection:
        rows = connection.execute(sql(f"""
            SELECT a.code, a.name_zh, a.name_en, h.open, h.overdue, h.since, h.suspended
              FROM (SELECT f.agency_id, count(*) AS open,
                           count(*) FILTER (WHERE f.suspended_at IS NULL AND f.due_at <= :now) AS overdue,
                           min(f.due_at) FILTER (WHERE f.suspended_at IS NULL AND f.due_at <= :now) AS since,
                           count(f.suspended_at) AS suspended
                      FROM city_case f
                     WHERE f.closed_at IS NULL AND f.agency_id IS NOT NULL AND f.reported_at <= :now AND {place}
                       AND {through.condition}
                     GROUP BY f.agency_id) AS h
              JOIN agency a USING (agency_id)
             ORDER BY h.overdue DESC, h.open DESC, a.code"""), {"now": now, **binds, **through.binds}).all()
        simulated = connection.execute(sql("""
            SELECT coalesce(bool_or(s.simulated), false)
              FROM feed f JOIN source s USING (source_id) WHERE f.subject = 'case'""")).scalar_one()
    return InHand(tuple(Hand(code, Text(zh, en), *figures) for code, zh, en, *figures in rows), bool(simulated))


def below(city: City, region: Region) -> list[int]:
    """A region and all below it."""
    found, at = [region.region_id], 0
    while at < len(found):
        found += city.children_of.get(found[at], ())
        at += 1
    return found
