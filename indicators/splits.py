"""The SQL that counts by a field of the case: class, agency or channel. A message has the class and the agency of its case.

The conditions are those of the rollups (`metrics.py`), so that the parts add up to what these say; every value is bound.
"""

from collections.abc import Sequence
from typing import Literal, get_args

from indicators.algebra import BINS_PER_E, ZERO_BIN, metric_keys, stock_keys
from indicators.definition import Indicator, Metric, Stock
from indicators.facts import FACTS
from indicators.metrics import METRICS, STOCKS
from indicators.statements import INSIDE, any_of, counted, filtered, summed

By = Literal["class", "agency", "channel"]
FIELDS: tuple[By, ...] = get_args(By)
KEYS: dict[str, dict[By, str]] = {
    "case": {"class": "f.class_code", "agency": "f.agency_id", "channel": "f.channel"},
    "message": {"class": "k.class_code", "agency": "k.agency_id", "channel": "f.channel"},
}
ITS_CASE = " LEFT JOIN city_case k ON k.case_id = f.case_id"
INDEXED = {"f.reported_at", "f.closed_at", "f.due_at", "f.occurred_at", "f.contact_due"}
# No instant of a case but its deadline is later than both its report and its newest state, which indexes hold.
SINCE = "(f.state_at >= :since OR f.reported_at >= :since)"


def facts(indicator: Indicator) -> set[str]:
    """The facts that an indicator counts."""
    return {METRICS[key].fact for key in metric_keys(indicator.measure)} | {
        STOCKS[key].fact for key in stock_keys(indicator.measure)}


def splittable(indicator: Indicator) -> bool:
    """Whether all that an indicator counts has a class, an agency and a channel."""
    found = facts(indicator)
    return bool(found) and found <= set(KEYS)


def source(fact: str, bys: Sequence[By], relation: str) -> str:
    """What stands in FROM, with the case of a message where one of its fields is asked for."""
    joined = ITS_CASE if any(KEYS[fact][by].startswith("k.") for by in bys) else ""
    return f"{relation} f{joined}"


def told(fact: str, bys: Sequence[By]) -> str:
    """The values of the fields, as one column."""
    return f"""ARRAY[{", ".join(f"{KEYS[fact][by]}::text" for by in bys)}]"""


def grouped(fact: str, bys: Sequence[By]) -> str:
    """The same to group by: what has one value of each is counted once, and added up for each field afterwards."""
    return ", ".join(KEYS[fact][by] for by in bys)


def lies(at: str, span: int) -> str:
    """A condition that an instant lies in a bound span."""
    return f"({at} >= :from_{span} AND {at} < :to_{span})"


def flows_by(
    metrics: Sequence[Metric], spans: Sequence[Sequence[int]], bys: Sequence[By], *, everywhere: bool, sieve: str,
) -> str:
    """Count metrics of one fact, each over the bound spans of these numbers, by some fields, in one walk.

    Binds: from_s and to_s, for every span s; since, the earliest; top, unless it is everywhere; what the sieve binds.
    Returns: keys (text[], of each field its value), ns (bigint[], of the first metric all its spans, then of the next),
    totals (float8[]).
    """
    fact = metrics[0].fact
    within: list[str | None] = []
    ns, totals = [], []
    for metric, own in zip(metrics, spans, strict=True):
        for span in own:
            within.append(lies(metric.at, span))
            passes = " AND ".join(f"({part})" for part in (metric.where, lies(metric.at, span)) if part)
            ns.append(counted(metric, passes))
            totals.append(summed(metric.value, passes))
    hinted = fact == "case" and any(metric.at not in INDEXED for metric in metrics)
    return f"""
        SELECT {told(fact, bys)} AS keys, ARRAY[{", ".join(ns)}]::bigint[] AS ns,
               ARRAY[{", ".join(totals)}]::float8[] AS totals
          FROM {source(fact, bys, FACTS[fact].relation)}
         WHERE {"TRUE" if everywhere else INSIDE} AND {sieve} AND ({any_of(within)})
           AND {sooner(metrics) if hinted else "TRUE"}
         GROUP BY {grouped(fact, bys)}"""


def sooner(metrics: Sequence[Metric]) -> str:
    """A condition that indexes can answer, and that holds wherever one of the cases' instants lies in its span."""
    due = [f"({metric.at} >= :since)" for metric in metrics if metric.ahead]
    return f"({' OR '.join([SINCE, *dict.fromkeys(due)])})"


def sketch_by(metric: Metric, bys: Sequence[By], *, everywhere: bool, sieve: str) -> str:
    """The log histogram of one metric's values over one span, by some fields. Binds: as `flows_by`. Returns: keys, bin, n."""
    value = f"({metric.value})::float8"
    return f"""
        SELECT {told(metric.fact, bys)} AS keys,
               CASE WHEN {value} > 0 THEN floor({BINS_PER_E} * ln({value}))::int ELSE {ZERO_BIN} END AS bin, count(*) AS n
          FROM {source(metric.fact, bys, FACTS[metric.fact].relation)}
         WHERE {"TRUE" if everywhere else INSIDE} AND {sieve} AND {lies(metric.at, 0)} AND {metric.where or "TRUE"}
           AND {metric.value} IS NOT NULL
         GROUP BY {grouped(metric.fact, bys)}, 2"""


def stocks_by(stocks: Sequence[Stock], bys: Sequence[By], *, everywhere: bool, sieve: str, live: bool) -> str:
    """Count stocks of one fact at :at, by some fields. Binds: at; top, unless it is everywhere; what the sieve binds.

    Returns: keys, ns (bigint[], in the stocks' order), totals (float8[]).
    """
    fact = stocks[0].fact
    conditions = [stock.condition for stock in stocks]
    ns = [filtered(condition) for condition in conditions]
    totals = [summed(stock.value, condition) for stock, condition in zip(stocks, conditions, strict=True)]
    return f"""
        SELECT {told(fact, bys)} AS keys, ARRAY[{", ".join(ns)}]::bigint[] AS ns,
               ARRAY[{", ".join(totals)}]::float8[] AS totals
          FROM {source(fact, bys, FACTS[fact].standing(live=live))}
         WHERE {"TRUE" if everywhere else INSIDE} AND {sieve} AND ({any_of(conditions)})
         GROUP BY {grouped(fact, bys)}"""
