"""The SQL that counts: one text for the reading, the snapshots and the rows behind a number.

Every fragment comes from a definition in `metrics.py`; every value is bound.
"""

from collections.abc import Sequence

from indicators.algebra import BINS_PER_E, ZERO_BIN
from indicators.definition import Metric, Stock
from indicators.facts import FACTS

DOWN = "region_ancestor"
BOTH_WAYS = "(SELECT region_id, ancestor_id FROM region_ancestor UNION SELECT ancestor_id, region_id FROM region_ancestor)"

INSIDE = "f.region_id IN (SELECT region_id FROM region_ancestor WHERE ancestor_id = :top)"


def filtered(condition: str | None, expression: str = "count(*)") -> str:
    """An aggregate over the rows for which a condition holds."""
    return expression if condition is None else f"{expression} FILTER (WHERE {condition})"


def summed(value: str | None, condition: str | None) -> str:
    """The sum of a value over the rows for which a condition holds; zero without a value."""
    return "0.0" if value is None else f"COALESCE({filtered(condition, f'sum(({value})::float8)')}, 0)"


def any_of(conditions: Sequence[str | None]) -> str:
    """A condition that lets through whatever one of them does."""
    given = list(dict.fromkeys(condition for condition in conditions if condition is not None))
    return "TRUE" if len(given) < len(set(conditions)) else " OR ".join(f"({condition})" for condition in given)


def stock_statement(fact: str, stocks: Sequence[Stock], *, all_regions: bool = False, inside: bool = False) -> str:
    """Count stocks of one fact at :at, folded up the tree.

    Binds: at; unless `all_regions`, regions (to report); with `inside`, top (a region that all of them lie in).
    Returns: region_id, ns (bigint[], in the stocks' order), totals (float8[]); regions with none are left out.
    """
    relation = FACTS[fact]
    count = len(stocks)
    counts = ",\n".join(f"{filtered(stock.where)} AS n{i}" for i, stock in enumerate(stocks))
    totals = ",\n".join(f"{summed(stock.value, stock.where)} AS t{i}" for i, stock in enumerate(stocks))
    reach = INSIDE if inside and not relation.spreads else "TRUE"
    return f"""
        SELECT a.ancestor_id AS region_id,
               ARRAY[{", ".join(f"sum(leaf.n{i})::bigint" for i in range(count))}] AS ns,
               ARRAY[{", ".join(f"sum(leaf.t{i})::float8" for i in range(count))}] AS totals
          FROM (SELECT f.region_id,
                       {counts},
                       {totals}
                  FROM {relation.relation} f
                 WHERE {reach} AND ({any_of([stock.where for stock in stocks])})
                 GROUP BY f.region_id) AS leaf
          JOIN {BOTH_WAYS if relation.spreads else DOWN} AS a ON a.region_id = leaf.region_id
         {"" if all_regions else "WHERE a.ancestor_id = ANY(:regions)"}
         GROUP BY a.ancestor_id"""


def within(at: str, runs: int) -> str:
    """A condition that an instant lies in one of `runs` bound spans (:from0, :to0, …)."""
    return "(" + " OR ".join(f"({at} >= :from{i} AND {at} < :to{i})" for i in range(runs)) + ")"


def flow_statement(metrics: Sequence[Metric], runs: int, *, everywhere: bool = False) -> str:
    """Count metrics of one fact and one instant straight from the facts.

    Binds: level (of the regions reported), top (the region they lie in, unless `everywhere`), bounds
    (sorted starts of the spans, timestamptz[]), from0, to0, ….
    Returns: region_id, part (1 for the first span), ns (bigint[], in the metrics' order), totals (float8[]).
    """
    fact, at = metrics[0].fact, metrics[0].at
    return f"""
        SELECT a.ancestor_id AS region_id, width_bucket({at}, CAST(:bounds AS timestamptz[])) AS part,
               ARRAY[{", ".join(filtered(metric.where) for metric in metrics)}] AS ns,
               ARRAY[{", ".join(summed(metric.value, metric.where) for metric in metrics)}]::float8[] AS totals
          FROM {FACTS[fact].relation} f
          JOIN region_ancestor a ON a.region_id = f.region_id AND a.level = :level
         WHERE {"TRUE" if everywhere else INSIDE} AND {within(at, runs)} AND ({any_of([metric.where for metric in metrics])})
         GROUP BY 1, 2"""


def sketch_statement(metric: Metric, runs: int, *, everywhere: bool = False) -> str:
    """The log histogram of one metric's values, straight from the facts.

    Binds: as `flow_statement`. Returns: region_id, part, bin, n.
    """
    value = f"({metric.value})::float8"
    return f"""
        SELECT a.ancestor_id AS region_id, width_bucket({metric.at}, CAST(:bounds AS timestamptz[])) AS part,
               CASE WHEN {value} > 0 THEN floor({BINS_PER_E} * ln({value}))::int ELSE {ZERO_BIN} END AS bin, count(*) AS n
          FROM {FACTS[metric.fact].relation} f
          JOIN region_ancestor a ON a.region_id = f.region_id AND a.level = :level
         WHERE {"TRUE" if everywhere else INSIDE} AND {within(metric.at, runs)} AND {metric.where or "TRUE"}
           AND {metric.value} IS NOT NULL
         GROUP BY 1, 2, 3"""
