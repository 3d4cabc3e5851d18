"""Why an indicator changed: what the regions below, the classes, the agencies or the channels contribute to its change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import fsum
from typing import Literal, get_args

from sqlalchemy import Connection, Engine

from data_access.areas import Areas, alone, below
from data_access.city import City
from data_access.engine import reading
from data_access.material import Extent, clock_of, gather
from data_access.readings import readings
from data_access.splits import Wanted, split
from indicators import filters, splits
from indicators.algebra import NOTHING as NONE
from indicators.algebra import is_published, metric_keys, sides, stock_keys
from indicators.decomposing import NOTHING, Line, Piece, apart, pieces
from indicators.definition import Indicator, Percentile
from indicators.reading import Reading
from indicators.scope import Scope
from indicators.text import Text
from indicators.windows import Span, frame

By = Literal["region", "class", "agency", "channel"]
BYS: tuple[By, ...] = get_args(By)
Against = Literal["previous", "last_week", "last_year"]
AGAINSTS: tuple[Against, ...] = get_args(Against)

QUANTILE = Text("分位数不能由各部分相加得出", "A percentile is not the sum of its parts")
PUBLISHED = Text("定期发布的数据不随所选时段变化", "Published figures do not follow the period")
NO_BEFORE = Text("没有可比的数值：数据未及对比时段", "There is nothing to compare with: the data do not reach so far")
LEAF = Text("此区域没有下级区域", "There are no regions below this one")
COARSE = Text("下级区域不统计此项", "It is not measured in the regions below")
NO_FIELD = Text("此项不由案件构成，没有类别、单位和渠道", "It is not made of cases, so it has no class, agency or channel")
NO_PAST = Text("存量只按区域留存历史，不能按此项拆分",
               "What stood in the past is recorded by region only; it cannot be split like this")


@dataclass(frozen=True)
class Part:
    """One part before and after, and what it contributes to the change of the whole; `mix` and `rate` add up to that."""

    key: str
    name: Text
    before: float | None
    after: float | None
    n_before: int
    n_after: int
    mix: float
    rate: float
    contribution: float


@dataclass(frozen=True)
class Decomposition:
    """The change of an indicator as a sum: the parts' contributions and the rest make after − before.

    `rest` is what no part has (facts that lie in none of them); `apart` says whether mix and rate are two things, as they are
    for a ratio. With `why` it cannot be decomposed, and there are no parts.
    """

    indicator: Indicator
    by: By
    against: Against
    before: float | None
    after: float | None
    parts: tuple[Part, ...] = ()
    mix: float = 0.0
    rate: float = 0.0
    rest: float = 0.0
    apart: bool = False
    why: Text | None = None


@dataclass(frozen=True)
class Counted:
    """The whole and its parts on both sides of a comparison."""

    whole: tuple[Line, Line]
    before: Mapping[str, Line]
    after: Mapping[str, Line]
    names: Mapping[str, Text]


def decompose(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime, by: By, against: Against,
) -> Decomposition:
    """Split the change of an indicator against an earlier period; the largest contributions first.

    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: as the readings; by class, agency and channel the facts.
    """
    found = readings(engine, city, [indicator], scope, now, yearly=True)[indicator.key]
    before: float | None = getattr(found, against)
    result = Decomposition(indicator, by, against, before, found.comparable)
    why = refusal(city, indicator, scope, by, found, before)
    if why is not None:
        return replace(result, why=why)
    with reading(engine, "the parts of a change", transaction=True) as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")    # the whole and its parts are of one instant
        counted = by_region(connection, city, indicator, scope, now, against) if by == "region" else by_field(
            connection, city, indicator, scope, now, by, against)
    if counted is None:
        return replace(result, why=NO_BEFORE)
    before, after = (value(indicator, line) for line in counted.whole)
    if before is None or after is None:
        return replace(result, why=NO_BEFORE)
    return put_together(replace(result, before=before, after=after), counted)


def refusal(
    city: City, indicator: Indicator, scope: Scope, by: By, found: Reading, before: float | None,
) -> Text | None:
    """Why an indicator's change cannot be split like this; None where it can."""
    if found.status in ("no_data", "not_applicable"):
        return found.why
    if isinstance(indicator.measure, Percentile):
        return QUANTILE
    if is_published(indicator.measure):
        return PUBLISHED
    if by == "region":
        region = city.region(scope.region)
        if not city.children(region):
            return LEAF
        if indicator.max_level is not None and indicator.max_level <= region.level:
            return COARSE
    elif not splits.splittable(indicator):
        return NO_FIELD
    elif stock_keys(indicator.measure):
        return NO_PAST
    return NO_BEFORE if before is None or found.comparable is None else None


def by_region(
    connection: Connection, city: City, indicator: Indicator, scope: Scope, now: datetime, against: Against,
) -> Counted | None:
    """The region and those right below it; None where a side of the whole is not known."""
    region = city.region(scope.region)
    whole = both(connection, city, indicator, alone(city, region), scope, now, against).get(region.code)
    if whole is None:
        return None
    children = both(connection, city, indicator, below(city, region, region.level + 1), scope, now, against)
    return Counted(whole, {code: line[0] for code, line in children.items()}, {code: line[1] for code, line in children.items()},
                   {child.code: child.name for child in city.children(region)})


def both(
    connection: Connection, city: City, indicator: Indicator, areas: Areas, scope: Scope, now: datetime, against: Against,
) -> dict[str, tuple[Line, Line]]:
    """Both sides of the comparison for regions, by code; those left out of which one is not known."""
    clock = clock_of(scope, city, now)
    sieve = filters.sieve(scope.filters, clock.at) if scope.filters and filters.applies(indicator) else None
    material = gather(connection, city, areas, [indicator], clock, Extent(yearly=against == "last_year"), sieve=sieve)
    found = {region.code: (material.sides(indicator, region, against), material.sides(indicator, region, "comparable"))
             for region in areas.regions}
    return {code: (then, now_) for code, (then, now_) in found.items() if then is not None and now_ is not None}


def by_field(
    connection: Connection, city: City, indicator: Indicator, scope: Scope, now: datetime, by: splits.By, against: Against,
) -> Counted | None:
    """The region, and what it has by the values of a field."""
    region, clock = city.region(scope.region), clock_of(scope, city, now)
    whole = both(connection, city, indicator, alone(city, region), scope, now, against).get(region.code)
    laid = frame(clock.window, city.zone, clock.at, cut=clock.past, yearly=True)
    earlier: Span | None = getattr(laid, against)
    if whole is None or earlier is None or laid.comparable is None:
        return None
    picked = scope.filters if filters.applies(indicator) else ()
    wanted = Wanted(dict.fromkeys(metric_keys(indicator.measure), (earlier, laid.comparable)))
    found = split(connection, region, by, wanted, clock, picked)
    assert not isinstance(indicator.measure, Percentile)  # refused before
    measure = indicator.measure

    def line(slot: str, side: int) -> Line:
        over, base = sides(measure, lambda term: found.amount(slot, term, side) or NONE) or NOTHING
        return (over, base if apart(indicator) else whole[side][1])    # a census and an area are the whole's

    return Counted(whole, {slot: line(slot, 0) for slot in found.slots}, {slot: line(slot, 1) for slot in found.slots},
                   {slot.key: slot.name for slot in found.slots.values()})


def put_together(result: Decomposition, counted: Counted) -> Decomposition:
    """The decomposition from what was counted."""
    measure = result.indicator.measure
    assert not isinstance(measure, Percentile) and result.before is not None and result.after is not None
    made = pieces(counted.before, counted.after, counted.whole, measure.scale, weighed=apart(result.indicator))
    parts = [part(result.indicator, key, counted, piece) for key, piece in made.items()]
    ordered = tuple(sorted((one for one in parts if one.n_before or one.n_after or one.contribution),
                           key=lambda one: (-abs(one.contribution), one.key)))
    return replace(result, parts=ordered, mix=fsum(one.mix for one in ordered), rate=fsum(one.rate for one in ordered),
                   rest=fsum([result.after, -result.before, *(-one.contribution for one in ordered)]),
                   apart=apart(result.indicator))


def part(indicator: Indicator, key: str, counted: Counted, piece: Piece) -> Part:
    """One part as it is told."""
    then, now = (side.get(key, NOTHING) for side in (counted.before, counted.after))
    return Part(key, counted.names[key], value(indicator, then), value(indicator, now), n(indicator, then), n(indicator, now),
                piece.mix, piece.rate, piece.contribution)


def value(indicator: Indicator, line: Line) -> float | None:
    """A part's own value; None without a base of its own."""
    measure = indicator.measure
    assert not isinstance(measure, Percentile)
    return line[0].total / line[1].total * measure.scale if line[1].total else None


def n(indicator: Indicator, line: Line) -> int:
    """The facts behind a part's value."""
    return line[1].n if apart(indicator) else line[0].n
