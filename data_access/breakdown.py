"""The cases at hand by class, agency, channel and state: what there is to filter by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from data_access.city import City
from data_access.engine import reading, sql
from data_access.material import clock_of
from indicators.filters import FIELDS, LATE, LATENESS, NOBODY, STANDING, chosen, condition, sieve
from indicators.scope import Field, Scope
from indicators.statements import INSIDE
from indicators.windows import frame

LATENESS_OF = "CASE " + " ".join(f"WHEN {LATE[one]} THEN '{one}'" for one in LATENESS) + " END"
VALUES: dict[Field, str] = {
    "class": "f.class_code",
    "agency": f"coalesce(a.code, '{NOBODY}')",
    "state": LATENESS_OF,
    "channel": "f.channel",
}


@dataclass(frozen=True)
class Bar:
    """How many of the cases have one value of a field."""

    value: str
    n: int


def breakdown(engine: Engine, city: City, scope: Scope, now: datetime, most: int) -> dict[Field, tuple[Bar, ...]]:
    """Count the cases that were reported in a scope's window or are open by each field, the most frequent `most` first.

    A field's bars follow the filters of all other fields but not its own, so that another value can still be chosen.
    States keep their order, from overdue to closed.
    Raises: UnknownRegion; DataUnavailable.
    Source: city_case, agency.
    """
    clock = clock_of(scope, city, now)
    at, whole = clock.at, frame(scope.window, city.zone, clock.at, cut=clock.past).whole
    region = city.region(scope.region)
    through = sieve(scope.filters, at)
    passes = dict.fromkeys(FIELDS, "TRUE") | {one.field: condition(one) for one in scope.filters}
    columns = ", ".join(f'{VALUES[field]} AS "{field}_value", ({passes[field]}) AS "{field}_passes"' for field in FIELDS)
    parts = " UNION ALL ".join(part(field) for field in FIELDS)
    standing = STANDING if clock.past else "f.closed_at IS NULL"  # the latter has an index
    with reading(engine, "cases by class and agency") as connection:
        rows = connection.execute(sql(f"""
            WITH taken AS MATERIALIZED (
                SELECT {columns}, count(*) AS n
                  FROM city_case f
                  LEFT JOIN agency a ON a.agency_id = f.agency_id
                 WHERE {"TRUE" if region.level == 0 else INSIDE} AND f.reported_at < :until
                   AND (f.reported_at >= :since OR {standing})
                 GROUP BY {", ".join(str(number + 1) for number in range(2 * len(FIELDS)))})
            {parts}"""), {
            **through.binds, "filter_at": at, "top": region.region_id, "since": whole.start, "until": whole.end}).all()
    return {field: ordered(field, [Bar(row.value, row.n) for row in rows if row.field == field],
                           chosen(scope.filters, field), most) for field in FIELDS}


def part(field: Field) -> str:
    """One field's counts, among what the other fields let through."""
    others = " AND ".join(f'"{other}_passes"' for other in FIELDS if other != field)
    return f"""SELECT '{field}' AS field, "{field}_value" AS value, sum(n)::bigint AS n FROM taken WHERE {others} GROUP BY 2"""


def ordered(field: Field, bars: Sequence[Bar], kept: Sequence[str], most: int) -> tuple[Bar, ...]:
    """The longest bars first, those chosen among them however short; states in their own order."""
    if field == "state":
        return tuple(sorted(bars, key=lambda bar: LATENESS.index(bar.value)))
    longest = sorted(bars, key=lambda bar: (-bar.n, bar.value))
    return (*longest[:most], *(bar for bar in longest[most:] if bar.value in kept))
