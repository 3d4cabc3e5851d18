"""The SQL that counts: one text for the reading, the snapshots and the rows behind a number.

Every fragment comes from a definition in `metrics.py`; every value is bound.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indicators.algebra import BINS_PER_E, ZERO_BIN
from indicators.definition import Metric, Stock
from indicators.facts import FACTS, Fact

COLUMN = re.compile(r"\bf\.\w+")
DOWN = "region_ancestor"
BOTH_WAYS = "(SELECT region_id, ancestor_id FROM region_ancestor UNION SELECT ancestor_id, region_id FROM region_ancestor)"
INSIDE = "f.region_id IN (SELECT region_id FROM region_ancestor WHERE ancestor_id = :top)"
AROUND = f"f.region_id IN (SELECT reach.region_id FROM {BOTH_WAYS} AS reach WHERE reach.ancestor_id = :top)"


@dataclass(frozen=True)
class Reach:
    """Which regions a statement reports: `alone`, the region :top itself; else those of :regions, all within :top.

    `everywhere` says that :top is the whole city, so that no fact needs to be left out.
    """

    alone: bool = False
    everywhere: bool = False

    def facts(self, fact: Fact) -> str:
        """A condition on the facts that are counted."""
        if self.everywhere or (fact.spreads and not self.alone):
            return "TRUE"
        return AROUND if fact.spreads else INSIDE


def filtered(condition: str | None, expression: str = "count(*)") -> str:
    """An aggregate over the rows for which a condition holds."""
    return expression if condition in (None, "TRUE") else f"{expression} FILTER (WHERE {condition})"


def summed(value: str | None, condition: str | None) -> str:
    """The sum of a value over the rows for which a condition holds; zero without a value."""
    return "0.0" if value is None else f"COALESCE({filtered(condition, f'sum(({value})::float8)')}, 0)"


def counted(metric: Metric, where: str | None = None) -> str:
    """How many facts a metric counts among some rows; `where`, if given, stands for its own condition."""
    passes = metric.where if where is None else where
    return filtered(passes) if metric.weight is None else f"COALESCE({filtered(passes, f'sum({metric.weight})')}, 0)"


def any_of(conditions: Sequence[str | None]) -> str:
    """A condition that lets through whatever one of them does."""
    given = list(dict.fromkeys(condition for condition in conditions if condition not in (None, "TRUE")))
    return "TRUE" if len(given) < len(set(conditions)) else " OR ".join(f"({condition})" for condition in given)


def stock_statement(
    fact: str, stocks: Sequence[Stock], reach: Reach | None = None, *, live: bool = False, all_regions: bool = False,
    sieve: str = "TRUE",
) -> str:
    """Count stocks of one fact at :at, folded up the tree.

    Binds: at; with a reach, top and regions as it says; with `all_regions`, nothing else; what the `sieve`, a further
    condition on the facts, binds. `live` says that :at is now.
    Returns: region_id, ns (bigint[], in the stocks' order), totals (float8[]); regions with none may be left out.
    """
    found = FACTS[fact]
    reach = reach or Reach(everywhere=True)
    common = {stock.among for stock in stocks}
    among = common.pop() if len(common) == 1 else "TRUE"
    conditions = [stock.where if stock.among == among else stock.condition for stock in stocks]
    source = f"{found.standing(live=live)} f WHERE {reach.facts(found)} AND ({among}) AND ({any_of(conditions)}) AND {sieve}"
    counts = [filtered(condition) for condition in conditions]
    totals = [summed(stock.value, condition) for stock, condition in zip(stocks, conditions, strict=True)]
    if reach.alone:
        return f"""
        SELECT CAST(:top AS int) AS region_id, ARRAY[{", ".join(counts)}] AS ns, ARRAY[{", ".join(totals)}]::float8[] AS totals
          FROM {source}"""
    valued = [i for i, stock in enumerate(stocks) if stock.value is not None]
    # whole numbers and floats are added up much faster than numerics are
    columns = ", ".join([*(f"({count})::int AS n{i}" for i, count in enumerate(counts)),
                         *(f"{totals[i]} AS t{i}" for i in valued)])
    return f"""
        SELECT a.ancestor_id AS region_id,
               ARRAY[{", ".join(f"sum(leaf.n{i})" for i in range(len(stocks)))}] AS ns,
               ARRAY[{", ".join(f"sum(leaf.t{i})" if i in valued else "0.0" for i in range(len(stocks)))}]::float8[] AS totals
          FROM (SELECT f.region_id, {columns}
                  FROM {source}
                 GROUP BY f.region_id) AS leaf
          JOIN {BOTH_WAYS if found.spreads else DOWN} AS a ON a.region_id = leaf.region_id
         {"" if all_regions else "WHERE a.ancestor_id = ANY(:regions)"}
         GROUP BY a.ancestor_id"""


def within(at: str, runs: int) -> str:
    """A condition that an instant lies in one of `runs` bound spans (:from0, :to0, …)."""
    return "(" + " OR ".join(f"({at} >= :from{i} AND {at} < :to{i})" for i in range(runs)) + ")"


def reported(fact: str, reach: Reach, sieved: str | None) -> tuple[str, str]:
    """The region that a flow's fact is reported for, and the relation it is read from."""
    relation = sieved or FACTS[fact].relation
    if reach.alone:
        return "CAST(:top AS int)", f"{relation} f"
    return "a.ancestor_id", f"""{relation} f
          JOIN region_ancestor a ON a.region_id = f.region_id AND a.level = :level"""


def inside(reach: Reach, sieved: str | None = None) -> str:
    """A condition that a flow's fact lies in :top; what is sieved does."""
    return "TRUE" if reach.everywhere or sieved else INSIDE


def sieved_cases(metrics: Sequence[Metric], reach: Reach, sieve: str) -> str:
    """The cases that a condition lets through, with what metrics need of them, of which any instant lies in a span.

    No instant of a case but its deadline is later than both its report and its newest state, which indices hold.
    Binds: top; since and until, the span; what the condition binds.
    """
    told = " ".join(part for metric in metrics for part in (metric.at, metric.where, metric.value) if part)
    columns = sorted({"f.region_id", *COLUMN.findall(told)})
    return f"""
        SELECT {", ".join(columns)}
          FROM city_case f
         WHERE {inside(reach)} AND {sieve}
           AND (f.state_at >= :since OR f.reported_at >= :since OR (f.due_at >= :since AND f.due_at < :until))"""


def flow_statement(metrics: Sequence[Metric], runs: int, reach: Reach, sieved: str | None = None) -> str:
    """Count metrics of one fact and one instant straight from the facts, or from the relation of those `sieved`.

    Binds: top; level (of the regions reported) unless it is alone; bounds (sorted starts of the spans,
    timestamptz[]), from0, to0, ….
    Returns: region_id, part (1 for the first span), ns (bigint[], in the metrics' order), totals (float8[]).
    """
    fact, at = metrics[0].fact, metrics[0].at
    region, relation = reported(fact, reach, sieved)
    return f"""
        SELECT {region} AS region_id, width_bucket({at}, CAST(:bounds AS timestamptz[])) AS part,
               ARRAY[{", ".join(counted(metric) for metric in metrics)}] AS ns,
               ARRAY[{", ".join(summed(metric.value, metric.where) for metric in metrics)}]::float8[] AS totals
          FROM {relation}
         WHERE {inside(reach, sieved)} AND {within(at, runs)} AND ({any_of([metric.where for metric in metrics])})
         GROUP BY 1, 2"""


def sketch_statement(metric: Metric, reach: Reach, sieved: str | None = None) -> str:
    """The log histogram of one metric's values within one bound span, straight from the facts.

    Binds: as `flow_statement`, from0 and to0 alone. Returns: region_id, part, bin, n.
    """
    region, relation = reported(metric.fact, reach, sieved)
    value = f"({metric.value})::float8"
    return f"""
        SELECT {region} AS region_id, width_bucket({metric.at}, CAST(:bounds AS timestamptz[])) AS part,
               CASE WHEN {value} > 0 THEN floor({BINS_PER_E} * ln({value}))::int ELSE {ZERO_BIN} END AS bin, count(*) AS n
          FROM {relation}
         WHERE {inside(reach, sieved)} AND {within(metric.at, 1)} AND {metric.where or "TRUE"} AND {metric.value} IS NOT NULL
         GROUP BY 1, 2, 3"""
