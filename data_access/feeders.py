"""Which sources send the facts that an indicator counts."""

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.algebra import metric_keys, statistic_keys, stock_keys
from indicators.definition import Indicator
from indicators.metrics import METRICS, STOCKS

SPOKEN: dict[str, tuple[str, ...]] = {"latest": ("observation",), "device": ("device", "observation")}   # what makes a stock


def feeders(engine: Engine, indicator: Indicator) -> tuple[str, ...]:
    """The keys of the sources that ever sent facts of an indicator, those that sent the newest first.

    Raises: DataUnavailable.
    Source: feed.
    """
    with reading(engine, "who sends an indicator's facts") as connection:
        rows = connection.execute(sql("""
            SELECT s.key
              FROM feed f JOIN source s USING (source_id)
             WHERE f.taken > 0 AND (f.subject = ANY(:subjects) OR split_part(f.subject, ':', 1) = ANY(:subjects) OR :every)
             GROUP BY s.key
             ORDER BY max(f.last_received_at) DESC, s.key"""),
            {"subjects": sorted(subjects(indicator)), "every": "arrival" in subjects(indicator)}).all()
    return tuple(row.key for row in rows)


def subjects(indicator: Indicator) -> set[str]:
    """The subjects of all of an indicator's terms; one that is said to be of one property is of no other observation."""
    measure = indicator.measure
    of_one = indicator.subject.startswith("observation:")
    stocks = [] if of_one else [STOCKS[key].fact for key in stock_keys(measure)]
    return {indicator.subject, *(METRICS[key].subject for key in metric_keys(measure)),
            *(f"statistic:{key}" for key in statistic_keys(measure)),
            *(spoken for fact in stocks for spoken in SPOKEN.get(fact, (fact,)))}
