"""Rollups: every metric by hour and by day of the city, for regions down to the city's rollup level.

They are written in the transaction that takes the facts. Facts that may change give what they
contributed before (minus) and after (plus); others only what is new. All writers of shared rows
take one lock shortly before they commit (`settle`), so batches never wait for each other in a circle.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from data_access.city import City
from data_access.engine import sql
from indicators.definition import Metric
from indicators.facts import FACTS
from indicators.metrics import METRICS, STOCKS
from ingest.arrays import literal
from ingest.contributions import (
    DELTA,
    Ancestors,
    Compiled,
    Entry,
    Flowing,
    Numbered,
    Observed,
    add,
    bins,
    city_days,
    compiled,
    count,
    flowing,
)
from ingest.retention import Since, there_since
from ingest.rollup_tables import BY_BIN, BY_DAY, BY_HOUR, DAYS, HOURS, SKETCHES, grouped, write
from ingest.times import Instants

LOCK = 7_065_002

FROM_DELTA = """
    SELECT d.metric_id, a.ancestor_id, {bucket}, {sums}
      FROM rollup_delta d
      JOIN region_ancestor a ON a.region_id = d.region_id AND a.level <= :level
     WHERE {condition}
     GROUP BY 1, 2, {groups}
    HAVING {some}
     ORDER BY 1, 2, {groups}"""
BOTH = "sum(d.n), sum(d.total)"
MOVED = "sum(d.n) <> 0 OR sum(d.total) <> 0"
DELTA_HOURS = FROM_DELTA.format(bucket="d.hour", sums=BOTH, condition="true", groups="3", some=MOVED)
DELTA_DAYS = FROM_DELTA.format(bucket="d.day", sums=BOTH, condition="true", groups="3", some=MOVED)
DELTA_BINS = FROM_DELTA.format(
    bucket="d.day, d.bin", sums="sum(d.n)", condition="d.bin IS NOT NULL", groups="3, 4", some="sum(d.n) <> 0")
FROM_LISTS = """
    SELECT m, r, {bucket}, n, total
      FROM unnest(CAST(:metric_id AS smallint[]), CAST(:region_id AS int[]), CAST(:bucket AS bigint[]),
                  CAST(:n AS bigint[]), CAST(:total AS double precision[])) AS t (m, r, b, n, total)"""
LIST_HOURS = FROM_LISTS.format(bucket="to_timestamp(b * 3600)")
LIST_DAYS = FROM_LISTS.format(bucket="DATE '1970-01-01' + b::int")


@dataclass(frozen=True)
class Ledger:
    """The metrics of one database: their numbers, by fact, and the tree that they are summed up."""

    metrics: dict[str, tuple[Numbered, ...]]
    stocks: dict[str, int]
    ancestors: Ancestors
    observed: Compiled
    flows: dict[str, Flowing]  # of every other fact
    rebuilt: frozenset[str]  # metrics that were rolled up anew when this was read


def prepare(engine: Engine, city: City) -> Ledger:
    """Number every metric and stock; metrics that are new or defined anew are rolled up from the facts."""
    with engine.begin() as connection:
        return ledger(connection, city)


def ledger(connection: Connection, city: City) -> Ledger:
    """The same within a transaction."""
    changed = number(connection)
    numbers = {row.key: row.metric_id for row in connection.execute(sql("SELECT key, metric_id FROM metric"))}
    metrics = by_fact(numbers, METRICS)
    if changed:
        recompute(connection, city, [numbers[key] for key in changed], metrics)
    above: dict[int, tuple[int, ...]] = {
        region.region_id: tuple(step.region_id for step in city.path(region) if step.level <= city.rollup_level)
        for region in city.regions.values()}
    return Ledger(metrics, {key: numbers[key] for key in STOCKS}, Ancestors(city.rollup_level, above),
                  compiled(metrics.get("observation", ())),
                  {fact: flowing(ones) for fact, ones in metrics.items() if fact != "observation"}, frozenset(changed))


def by_fact(numbers: dict[str, int], metrics: dict[str, Metric]) -> dict[str, tuple[Numbered, ...]]:
    """The metrics of each fact."""
    return {fact: tuple(Numbered(numbers[key], metric) for key, metric in metrics.items() if metric.fact == fact)
            for fact in sorted({metric.fact for metric in metrics.values()})}


def number(connection: Connection) -> list[str]:
    """Write the definitions' signatures. Returns: the metrics that are new or were defined otherwise."""
    limits = connection.execute(sql("SELECT key, watch, alarm, low_is_bad FROM property ORDER BY key")).all()
    signatures = {key: signature(metric, limits) for key, metric in METRICS.items()} | dict.fromkeys(STOCKS, "stock")
    have = {row.key: row.signature for row in connection.execute(sql("SELECT key, signature FROM metric"))}
    changed = [key for key, value in signatures.items() if have.get(key) != value]
    if not changed:
        return []
    settle(connection)
    connection.execute(sql("""
        INSERT INTO metric (key, signature) SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:signatures AS text[]))
        ON CONFLICT (key) DO UPDATE SET signature = excluded.signature"""),
        {"keys": changed, "signatures": [signatures[key] for key in changed]})
    return [key for key in changed if key in METRICS]


def signature(metric: Metric, limits: Sequence[Any]) -> str:
    """What a metric's numbers depend on: its definition, and for observations the properties' limits."""
    parts: list[Any] = [metric.fact, metric.at, metric.where, metric.value, metric.sketch, FACTS[metric.fact].relation]
    if metric.weight is not None:
        parts.append(metric.weight)
    if metric.fact == "observation" and metric.where and ("watch" in metric.where or "alarm" in metric.where):
        parts += [tuple(row) for row in limits if f"'{row.key}'" in metric.where]
    return hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def settle(connection: Connection) -> None:
    """Take the lock of those who write shared rows, until the transaction ends."""
    connection.execute(sql("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def flush(connection: Connection, city: City, since: Since | None = None) -> None:
    """Bring rollup_delta into the rollups, up the tree, and empty it; of facts whose old rows are given up, whole days only."""
    level = {"level": city.rollup_level}
    connection.execute(sql(DELTA))
    connection.execute(sql(HOURS.format(rows=DELTA_HOURS)), level)
    leave_out(connection, since)
    connection.execute(sql(DAYS.format(rows=DELTA_DAYS)), level)
    connection.execute(sql(SKETCHES.format(rows=DELTA_BINS)), level)
    connection.execute(sql("DELETE FROM rollup_delta"))


def leave_out(connection: Connection, since: Since | None) -> None:
    """Take what belongs to the day before the first whole one out of rollup_delta."""
    if since is not None:
        connection.execute(sql("DELETE FROM rollup_delta WHERE day < :day"), {"day": since.day})


def roll_up_observed(connection: Connection, city: City, book: Ledger, observed: Observed, batch_id: int) -> None:
    """Add a batch's new observations; grouped by numpy, so that it costs a few hundred upserts."""
    if book.observed.slow:
        add(connection, city.zone, "observation", book.observed.slow,
            "f.batch_id = :batch_id AND f.observed_at BETWEEN :first AND :last",
            {"batch_id": batch_id, **day_bounds(observed.observed_at)})
        flush(connection, city)
    counted = count(observed, book.observed)
    if not len(counted.row):
        return
    region, hours = observed.region_id[counted.row], observed.observed_at.astype("datetime64[h]").astype(np.int64)
    days = city_days(observed.observed_at, city.zone)
    for statement, bucket in ((HOURS.format(rows=LIST_HOURS), hours), (DAYS.format(rows=LIST_DAYS), days)):
        upsert(connection, statement, book.ancestors, counted.metric_id, region, bucket[counted.row], counted.value)


def roll_up_flows(connection: Connection, book: Ledger, entries: Sequence[Entry]) -> None:
    """Add what new facts contribute, under the lock of `settle`."""
    if not entries:
        return
    hours, days, sketches = [], [], []
    for entry in entries:
        row, region = book.ancestors.expand(entry.region_id)
        value = None if entry.value is None else np.nan_to_num(entry.value)[row]
        hours.append(grouped(entry.flow.metric_id, region, entry.hour[row], value))
        days.append(grouped(entry.flow.metric_id, region, entry.day[row], value))
        if entry.flow.sketch and entry.value is not None:
            known = ~np.isnan(entry.value)
            bin_, among = bins(np.where(known, entry.value, 1)), known[row]
            if among.any():
                sketches.append(grouped(entry.flow.metric_id, region[among], entry.day[row][among], None, bin_[row][among]))
    write(connection, BY_HOUR, hours)
    write(connection, BY_DAY, days)
    write(connection, BY_BIN, sketches)


def upsert(
    connection: Connection, statement: str, ancestors: Ancestors, metric: NDArray[np.int64], region: NDArray[np.int64],
    bucket: NDArray[np.int64], value: NDArray[np.float64],
) -> None:
    """Group by metric, leaf and bucket, sum the groups up the tree, and add them to a rollup."""
    leaf = summed(metric, region, bucket, np.ones(len(metric)), value)
    entry, above = ancestors.expand(leaf[1])
    metric, region, bucket, n, total = summed(leaf[0][entry], above, leaf[2][entry], leaf[3][entry], leaf[4][entry])
    connection.execute(sql(statement), {
        "metric_id": literal(metric), "region_id": literal(region), "bucket": literal(bucket),
        "n": literal(n.astype(np.int64)), "total": literal(total)})


Sums = tuple[NDArray[Any], ...]  # metric, region, bucket, number, total


def summed(
    metric: NDArray[np.int64], region: NDArray[np.int64], bucket: NDArray[np.int64], n: NDArray[np.float64],
    total: NDArray[np.float64],
) -> Sums:
    """Numbers and totals summed by metric, region and bucket, in that order."""
    first = bucket.min()
    span = int(bucket.max() - first) + 1
    wide = int(region.max()) + 1
    key, inverse = np.unique((metric * wide + region) * span + (bucket - first), return_inverse=True)
    return (key // (wide * span), key // span % wide, key % span + first, np.bincount(inverse, weights=n),
            np.bincount(inverse, weights=total))


def day_bounds(observed_at: Instants) -> dict[str, Any]:
    """The first and the last instant, to look in their partitions only."""
    return {"first": observed_at.min().astype(object), "last": observed_at.max().astype(object)}


def rebuild(engine: Engine, city: City, keys: Collection[str] | None = None) -> None:
    """Recompute metrics (all of them without `keys`) from the facts; batches wait until it is done."""
    with engine.begin() as connection:
        settle(connection)
        book = ledger(connection, city)
        numbers = [one.metric_id for ones in book.metrics.values() for one in ones if keys is None or one.metric.key in keys]
        recompute(connection, city, numbers, book.metrics)


def recompute(connection: Connection, city: City, numbers: list[int], metrics: dict[str, tuple[Numbered, ...]]) -> None:
    """Empty these metrics' rollups and fill them from all facts; what rows are given up of stays as it was counted."""
    connection.execute(sql("SET LOCAL statement_timeout = 0"))
    given_up = there_since(connection)
    for fact, ones in metrics.items():
        wanted = [one for one in ones if one.metric_id in set(numbers)]
        since = given_up.get(fact)
        bound = {"numbers": [one.metric_id for one in wanted], **({} if since is None else {"at": since.at, "day": since.day})}
        for rollup in (BY_HOUR, BY_DAY, BY_BIN) if wanted else ():
            later = "" if since is None else f"AND {rollup.bucket} >= :{rollup.bucket}"
            connection.execute(sql(f"DELETE FROM {rollup.table} WHERE metric_id = ANY(:numbers) {later}"), bound)
        if wanted:
            add(connection, city.zone, fact, wanted, *there(fact, since))
            flush(connection, city, since)


def there(fact: str, since: Since | None) -> tuple[str, dict[str, Any]]:
    """A condition on facts that are not given up, and what it binds."""
    return ("true", {}) if since is None else (f"f.{FACTS[fact].at} >= :since", {"since": since.at})


DIFFERENCES = """
    SELECT {name!r} AS rollup, m.key, g.code, COALESCE(k.{bucket}, w.{bucket})::text AS bucket, {extra}
           COALESCE(k.n, 0) AS kept, COALESCE(w.n, 0) AS wanted, {totals}
      FROM (SELECT r.* FROM {name} r
              LEFT JOIN unnest(CAST(:limited AS smallint[]), CAST(:since AS {kind}[])) AS s (metric_id, since) USING (metric_id)
             WHERE s.since IS NULL OR r.{bucket} >= s.since) k
      FULL JOIN ({rows}) AS w (metric_id, region_id, {columns})
        ON (k.metric_id, k.region_id, {keys}) = (w.metric_id, w.region_id, {wanted_keys})
      JOIN metric m ON m.metric_id = COALESCE(k.metric_id, w.metric_id)
      JOIN region g ON g.region_id = COALESCE(k.region_id, w.region_id)
     WHERE m.key = ANY(:metrics) AND (COALESCE(k.n, 0) <> COALESCE(w.n, 0) {or_totals})
     LIMIT 100"""
TOTALS = "COALESCE(k.total, 0), COALESCE(w.total, 0)"
APART = ("OR abs(COALESCE(k.total, 0) - COALESCE(w.total, 0)) > 1e-6 * greatest(1, abs(COALESCE(w.total, 0)))")


def check(engine: Engine, city: City) -> list[tuple[Any, ...]]:
    """Compare the rollups with a recomputation from the facts.

    Returns: (rollup, metric, region, bucket, …, kept, wanted, …) of up to 100 differences each; empty when they agree.
    """
    with engine.connect() as connection:
        connection.execute(sql("SET LOCAL statement_timeout = 0"))
        metrics, given_up = ledger(connection, city).metrics, there_since(connection)
        for fact, ones in metrics.items():
            add(connection, city.zone, fact, ones, *there(fact, given_up.get(fact)))
        limited = {one.metric_id: since for fact, since in given_up.items() for one in metrics.get(fact, ())}
        found = [*differences(connection, city, "rollup_hour", DELTA_HOURS, ("at",), limited)]
        connection.execute(sql("""
            DELETE FROM rollup_delta d USING unnest(CAST(:limited AS smallint[]), CAST(:since AS date[])) AS s (metric_id, since)
             WHERE d.metric_id = s.metric_id AND d.day < s.since"""),
            {"limited": [*limited], "since": [since.day for since in limited.values()]})
        found += differences(connection, city, "rollup_day", DELTA_DAYS, ("day",), limited)
        found += differences(connection, city, "rollup_sketch", DELTA_BINS, ("day", "bin"), limited)
        connection.rollback()
    return found


def differences(
    connection: Connection, city: City, name: str, rows: str, keys: tuple[str, ...], limited: dict[int, Since],
) -> list[tuple[Any, ...]]:
    """Where one rollup and the recomputation in rollup_delta do not agree; of `limited` metrics from an instant on."""
    summed, hourly = name != "rollup_sketch", keys[0] == "at"
    statement = DIFFERENCES.format(
        name=name, bucket=keys[0], rows=rows, extra="".join(f"COALESCE(k.{key}, w.{key}) AS {key}, " for key in keys[1:]),
        columns=", ".join((*keys, "n", "total") if summed else (*keys, "n")),
        keys=", ".join(f"k.{key}" for key in keys), wanted_keys=", ".join(f"w.{key}" for key in keys),
        totals=TOTALS if summed else "NULL", or_totals=APART if summed else "", kind="timestamptz" if hourly else "date")
    bound = {"level": city.rollup_level, "metrics": list(METRICS), "limited": [*limited],
             "since": [since.at if hourly else since.day for since in limited.values()]}
    return [tuple(row) for row in connection.execute(sql(statement), bound)]
