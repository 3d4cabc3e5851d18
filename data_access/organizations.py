"""The agencies of a region: what they have in hand, how they did, and the composite score of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from data_access.city import City
from data_access.engine import reading, sql
from data_access.material import clock_of
from data_access.shares import Share, counted, share
from data_access.splits import Split
from indicators.definition import Indicator
from indicators.filters import NOBODY
from indicators.library import INDICATORS
from indicators.scope import Scope
from indicators.scoring import Scoring, scoring
from indicators.text import Text

HELD = ("event_reported", "event_open", "event_overdue", "org_suspended")   # load, and what an agency has in hand
TOO_FEW = Text("案件太少，不评分", "Too few cases for a score")
AGENCIES = """
    SELECT a.code, a.region_id,
           (SELECT bool_or(c.simulated) FROM feed f JOIN source c USING (source_id) WHERE f.subject = 'case') AS simulated
      FROM agency a"""


@dataclass(frozen=True)
class ScorePart:
    """One indicator of a score: its value, the facts behind it, its weight, and its points; None where the facts are too few."""

    indicator: Indicator
    value: float | None
    n: int
    weight: float
    points: float | None


@dataclass(frozen=True)
class Score:
    """One agency in a region and a period.

    `load` is how many cases of the period it was given; open, overdue and suspended stand at the end of it. `values` has what
    all of these are. Without a composite there is no band, and `why` says why.
    """

    code: str
    name: Text
    region_id: int
    load: int
    open: int
    overdue: int
    suspended: int
    parts: tuple[ScorePart, ...]
    composite: float | None
    band: str | None
    why: Text | None
    simulated: bool
    values: Mapping[str, Share]


def scores(engine: Engine, city: City, scope: Scope, now: datetime) -> tuple[Score, ...]:
    """Score the agencies that have cases in a region and a period; the best first, those without a score last.

    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: city_case, message, under the conditions that the rollups count by; agency.
    """
    held = scoring()
    wanted = [INDICATORS[key] for key in dict.fromkeys([*HELD, *held.parts])]
    with reading(engine, "the agencies' scores") as connection:
        found = counted(connection, city, city.region(scope.region), wanted, clock_of(scope, city, now), ("agency",),
                        scope.filters)["agency"]
        homes = known(connection)
    made = [score(found, slot, wanted, held, *homes.get(slot, (city.root.region_id, False)))
            for slot in found.slots if slot != NOBODY]
    return tuple(sorted(made, key=lambda one: (one.composite is None, -(one.composite or 0.0), one.code)))


def known(connection: Connection) -> dict[str, tuple[int, bool]]:
    """The region of each agency, and whether its cases are simulated."""
    return {row.code: (row.region_id, bool(row.simulated)) for row in connection.execute(sql(AGENCIES))}


def score(found: Split, slot: str, wanted: list[Indicator], held: Scoring, region_id: int, simulated: bool) -> Score:
    """One agency's score."""
    values = {one.key: share(found, slot, one, {}) for one in wanted}
    parts = tuple(part(held, key, values[key]) for key in held.parts)
    composite = held.composite({one.indicator.key: one.points for one in parts})
    return Score(
        slot, found.slots[slot].name, region_id, load=values["event_reported"].n, open=values["event_open"].n,
        overdue=values["event_overdue"].n, suspended=values["org_suspended"].n, parts=parts, composite=composite,
        band=None if composite is None else held.band(composite), why=TOO_FEW if composite is None else None,
        simulated=simulated, values=values)


def part(held: Scoring, key: str, own: Share) -> ScorePart:
    """What one indicator gives to a score."""
    weighed = held.parts[key]
    points = None if own.value is None or own.n < held.least else weighed.points(own.value)
    return ScorePart(INDICATORS[key], own.value, own.n, weighed.weight, points)
