"""What an indicator's number is made of: the two sides of its formula, as numbers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from data_access.areas import alone
from data_access.city import City
from data_access.engine import reading
from data_access.material import Extent, clock_of, gather
from data_access.stocks import Standings
from indicators import filters
from indicators.definition import Indicator, Ratio
from indicators.scope import Scope


@dataclass(frozen=True)
class Makings:
    """What stands above and below the line, each as the number that it contributes; below a sum stands nothing."""

    over: float
    base: float | None = None


def makings(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime, *, standings: Standings | None = None,
) -> Makings | None:
    """Read the sides of a formula in a scope; its reading is their quotient times the formula's scale.

    Returns: None for a percentile, which has no sides, and where a side is not known.
    Raises: UnknownRegion; DataUnavailable.
    """
    region = city.region(scope.region)
    clock = clock_of(scope, city, now)
    sieve = filters.sieve(scope.filters, clock.at) if scope.filters and filters.applies(indicator) else None
    given = standings if standings is not None and standings.filters == (scope.filters if sieve else ()) else None
    with reading(engine, "what a number is made of") as connection:
        material = gather(connection, city, alone(city, region), [indicator], clock, Extent(compared=False, trend=False),
                          standings=given, sieve=sieve)
        if indicator.subject not in material.feeds:
            return None
        found = material.sides(indicator, region)
    if found is None:
        return None
    over, base = found
    return Makings(over.total, base.total if isinstance(indicator.measure, Ratio) else None)
