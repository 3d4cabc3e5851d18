"""One indicator by class, agency or channel of the cases and messages that it counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from data_access.areas import alone
from data_access.city import City, Region
from data_access.decomposition import NO_FIELD
from data_access.engine import reading
from data_access.material import Clock, clock_of
from data_access.splits import Split, Wanted, split_by_each
from data_access.statistics import statistics
from indicators import filters
from indicators.algebra import NOTHING, Amount, Value, evaluate, metric_keys, quantile, stock_keys
from indicators.decomposing import apart
from indicators.definition import Area, Indicator, Percentile, Ratio, Statistic, Term
from indicators.metrics import METRICS
from indicators.scope import Filter, Scope
from indicators.splits import By, splittable
from indicators.text import Text
from indicators.windows import Span, day_of, frame


@dataclass(frozen=True)
class Share:
    """An indicator of the facts that have one value of a field."""

    key: str
    name: Text
    value: float | None
    n: int


@dataclass(frozen=True)
class Breakdown:
    """An indicator by a field, the most facts first; with `why` it has no such field, and there are no shares."""

    indicator: Indicator
    by: By
    shares: tuple[Share, ...] = ()
    why: Text | None = None


def shares(engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime, by: By) -> Breakdown:
    """Split an indicator's value in a scope by one field. Raises and Source: as `shares_by_each`."""
    return shares_by_each(engine, city, indicator, scope, now, (by,))[0]


def shares_by_each(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime, bys: Sequence[By],
) -> tuple[Breakdown, ...]:
    """Split an indicator's value in a scope by each of some fields, in one walk for all of them.

    Classes are those right below the one that the scope is filtered by, else the top ones. Per head and per km² the base is
    the whole region's, so that the shares add up.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: the facts, under the conditions that the rollups count by.
    """
    if not splittable(indicator):
        return tuple(Breakdown(indicator, by, why=NO_FIELD) for by in bys)
    with reading(engine, "an indicator's breakdown") as connection:
        region, clock = city.region(scope.region), clock_of(scope, city, now)
        picked = scope.filters if filters.applies(indicator) else ()
        found = counted(connection, city, region, [indicator], clock, bys, picked)
        bases = common_base(connection, city, region, indicator, clock)
    return tuple(Breakdown(indicator, by, ordered(share(one, slot, indicator, bases) for slot in one.slots))
                 for by, one in found.items())


def ordered(every: Iterable[Share]) -> tuple[Share, ...]:
    """Those that have any facts, the most first."""
    return tuple(sorted((one for one in every if one.n), key=lambda one: (-one.n, one.key)))


def counted(
    connection: Connection, city: City, region: Region, indicators: Sequence[Indicator], clock: Clock, bys: Sequence[By],
    picked: tuple[Filter, ...],
) -> dict[By, Split]:
    """All that some indicators count in the window, by each of some fields."""
    spans = {ahead: frame(clock.window, city.zone, clock.at, cut=ahead or clock.past).whole for ahead in (False, True)}

    def over(of: Sequence[Indicator]) -> dict[str, tuple[Span]]:
        keys = dict.fromkeys(key for indicator in of for key in metric_keys(indicator.measure))
        return {key: (spans[METRICS[key].ahead],) for key in keys}

    return split_by_each(connection, region, bys, Wanted(
        over([one for one in indicators if not isinstance(one.measure, Percentile)]),
        over([one for one in indicators if isinstance(one.measure, Percentile)]),
        tuple(dict.fromkeys(key for indicator in indicators for key in stock_keys(indicator.measure)))), clock, picked)


def common_base(
    connection: Connection, city: City, region: Region, indicator: Indicator, clock: Clock,
) -> Mapping[Term, Amount]:
    """What has no such field, but is the whole region's: a census, its area."""
    measure = indicator.measure
    if not isinstance(measure, Ratio) or apart(indicator):
        return {}
    keys = [term.key for term in measure.base if isinstance(term, Statistic)]
    told = statistics(connection, alone(city, region), keys, day_of(clock.at, city.zone).year)
    known = {term: told.of(term.key, region.region_id, None) if isinstance(term, Statistic) else region.area_km2
             for term in measure.base if isinstance(term, Statistic | Area)}
    return {term: Amount(1, value) for term, value in known.items() if value is not None}


def share(found: Split, slot: str, indicator: Indicator, bases: Mapping[Term, Amount]) -> Share:
    """One value of the field."""
    value = value_of(found, slot, indicator, bases)
    return Share(slot, found.slots[slot].name, value.value, value.n)


def value_of(found: Split, slot: str, indicator: Indicator, bases: Mapping[Term, Amount]) -> Value:
    """An indicator worked out for one value of the field."""
    measure = indicator.measure
    if isinstance(measure, Percentile):
        return quantile(found.bins.get((slot, measure.metric), {}), measure.q)

    def amount(term: Term) -> Amount | None:
        return bases.get(term) if isinstance(term, Statistic | Area) else found.amount(slot, term) or NOTHING

    return evaluate(measure, amount)
