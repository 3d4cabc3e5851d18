"""What each organization has in hand now, in every region of the tree at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from data_access.city import City, Region
from data_access.engine import reading, sql
from indicators.filters import sieve
from indicators.scope import Filter
from indicators.text import Text

Held = tuple[int, int, int, datetime | None, int]   # the agency's number, and a Hand's figures


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
    """By the finest region; `simulated` when any source of cases is. `agencies`: code and name by number."""

    regions: Mapping[int, Sequence[Held]]
    agencies: Mapping[int, tuple[str, Text]]
    simulated: bool

    def within(self, city: City, region: Region) -> tuple[Hand, ...]:
        """What each organization has in a region and all below it; the most overdue first."""
        found: dict[int, list[Held]] = {}
        below = [region.region_id]
        while below:
            here = below.pop()
            below += city.children_of.get(here, ())
            for held in self.regions.get(here, ()):
                found.setdefault(held[0], []).append(held)
        hands = [self._together(agency, held) for agency, held in found.items() if agency in self.agencies]
        return tuple(sorted(hands, key=lambda one: (-one.overdue, -one.open, one.code)))

    def _together(self, agency: int, held: Sequence[Held]) -> Hand:
        """What an organization has in several regions."""
        code, name = self.agencies[agency]
        since = min((one[3] for one in held if one[3] is not None), default=None)
        return Hand(code, name, sum(one[1] for one in held), sum(one[2] for one in held), since, sum(one[4] for one in held))


def in_hand(engine: Engine, now: datetime, filters: tuple[Filter, ...] = ()) -> InHand:
    """Count the open cases that organizations have, once for all who look: one walk over them, by their index.

    Raises: DataUnavailable.
    Source: city_case, agency (and feed, for whether its sources are simulated).
    """
    through = sieve(filters, now)
    with reading(engine, "what agencies have in hand") as connection:
        rows = connection.execute(sql(f"""
            SELECT f.region_id, f.agency_id, count(*)::int AS open,
                   count(*) FILTER (WHERE f.suspended_at IS NULL AND f.due_at <= :now)::int AS overdue,
                   min(f.due_at) FILTER (WHERE f.suspended_at IS NULL AND f.due_at <= :now) AS since,
                   count(f.suspended_at)::int AS suspended
              FROM city_case f
             WHERE f.closed_at IS NULL AND f.agency_id IS NOT NULL AND f.reported_at <= :now AND {through.condition}
             GROUP BY f.region_id, f.agency_id"""), {"now": now, **through.binds}).all()
        agencies = connection.execute(sql("SELECT agency_id, code, name_zh, name_en FROM agency")).all()
        simulated = connection.execute(sql("""
            SELECT coalesce(bool_or(s.simulated), false)
              FROM feed f JOIN source s USING (source_id) WHERE f.subject = 'case'""")).scalar_one()
    regions: dict[int, list[Held]] = {}
    for region_id, *held in rows:
        regions.setdefault(region_id, []).append(tuple(held))
    return InHand(regions, {key: (code, Text(zh, en)) for key, code, zh, en in agencies}, bool(simulated))
