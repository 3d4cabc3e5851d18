"""What facts add to the rollups: per metric, region, UTC hour and day of the city, in SQL or by numpy.

The SQL is built from the metric definitions, which are constants of this program; everything else is bound.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from indicators.algebra import BINS_PER_E, ZERO_BIN
from indicators.definition import Metric
from indicators.facts import FACTS
from ingest.predicate import COLUMN, NotUnderstood, Term, compile_condition, compile_value
from ingest.times import Instants

QUARTER_S = 900  # every time zone's midnight falls on one
ORDINAL_1970 = 719163
EPOCH = np.datetime64("1970-01-01", "us")

DELTA = """
    CREATE TEMPORARY TABLE IF NOT EXISTS rollup_delta (
        region_id int NOT NULL, metric_id smallint NOT NULL, hour timestamptz NOT NULL, day date NOT NULL,
        bin smallint, n bigint NOT NULL, total double precision NOT NULL
    ) ON COMMIT DELETE ROWS"""


@dataclass(frozen=True)
class Numbered:
    """A metric and its number in the rollups."""

    metric_id: int
    metric: Metric


def statement(fact: str, metrics: Sequence[Numbered], condition: str, relation: str | None = None) -> str:
    """SQL that adds the contributions of the facts under `condition` (on `f`) to rollup_delta, times :sign.

    `relation` holds them instead of their own table.
    """
    weighted = any(one.metric.weight for one in metrics)
    lines = ",\n             ".join(
        f"(CAST({one.metric_id:d} AS smallint), CAST({one.metric.at} AS timestamptz), ({one.metric.where or 'true'}),"
        f" CAST({one.metric.value or 'NULL'} AS double precision), {str(one.metric.sketch).lower()},"
        f" CAST({one.metric.weight or '1'} AS bigint))"
        for one in metrics)
    return f"""
      INSERT INTO rollup_delta (region_id, metric_id, hour, day, bin, n, total)
      SELECT f.region_id, m.metric_id, date_trunc('hour', m.at), (m.at AT TIME ZONE :zone)::date,
             CASE WHEN NOT m.sketch OR m.value IS NULL THEN NULL
                  WHEN m.value > 0 THEN floor({BINS_PER_E} * ln(m.value))::smallint
                  ELSE {ZERO_BIN} END,
             :sign * {"sum(m.weight)" if weighted else "count(*)"}, :sign * COALESCE(sum(m.value), 0)
        FROM {relation or FACTS[fact].relation} AS f
       CROSS JOIN LATERAL (VALUES
             {lines}) AS m (metric_id, at, holds, value, sketch, weight)
       WHERE {condition} AND m.at IS NOT NULL AND m.holds
       GROUP BY 1, 2, 3, 4, 5"""


def add(
    connection: Connection, zone: ZoneInfo, fact: str, metrics: Sequence[Numbered], condition: str, bound: dict[str, Any],
    sign: int = 1, relation: str | None = None,
) -> None:
    """Add (or with sign -1 take away) contributions to rollup_delta, which is empty when the transaction begins."""
    if metrics:
        connection.execute(sql(DELTA))
        connection.execute(sql(statement(fact, metrics, condition, relation)), {"zone": zone.key, "sign": sign, **bound})


@dataclass(frozen=True)
class Observed:
    """New observations, in columns; `limits` gives each property's constants by property_id."""

    property_id: NDArray[np.int64]
    region_id: NDArray[np.int64]
    observed_at: NDArray[np.datetime64]
    value: NDArray[np.float64]
    limits: dict[int, dict[str, Any]]
    kind: NDArray[np.object_] | None = None


@dataclass(frozen=True)
class Compiled:
    """Observation metrics ready for numpy, and those that only SQL understands."""

    quick: tuple[tuple[Numbered, Term | None], ...]
    slow: tuple[Numbered, ...]


CONSTANTS = {"property", "watch", "alarm", "low_is_bad", "value", "kind"}


def compiled(metrics: Sequence[Numbered]) -> Compiled:
    """Sort observation metrics into those numpy can count and the others."""
    quick: list[tuple[Numbered, Term | None]] = []
    slow = []
    for one in metrics:
        metric = one.metric
        try:
            term, columns = compile_condition(metric.where) if metric.where else (None, frozenset())
            if metric.at != "f.observed_at" or metric.value not in (None, "f.value") or metric.sketch or not columns <= CONSTANTS:
                raise NotUnderstood(metric.key)
            quick.append((one, term))
        except NotUnderstood:
            slow.append(one)
    return Compiled(tuple(quick), tuple(slow))


@dataclass(frozen=True)
class Counted:
    """Contributions at the leaves: one entry per metric and observation that it counts."""

    metric_id: NDArray[np.int64]
    row: NDArray[np.int64]
    value: NDArray[np.float64]


def count(observed: Observed, metrics: Compiled) -> Counted:
    """Which metrics count which observations, property by property."""
    ids, rows, values = [], [], []
    order = np.argsort(observed.property_id, kind="stable")
    starts = np.flatnonzero(np.diff(observed.property_id[order], prepend=-1))
    for group in np.split(order, starts[1:]):
        value = observed.value[group]
        env = {**observed.limits[int(observed.property_id[group[0]])], "value": value}
        if observed.kind is not None:
            env["kind"] = observed.kind[group]
        for one, term in metrics.quick:
            held = True if term is None else term(env)
            if not np.any(held):
                continue
            mask = np.broadcast_to(np.asarray(held, bool), len(group))
            ids.append(np.full(int(mask.sum()), one.metric_id, np.int64))
            rows.append(group[mask])
            values.append(value[mask] if one.metric.value else np.zeros(int(mask.sum())))
    if not ids:
        return Counted(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    return Counted(np.concatenate(ids), np.concatenate(rows), np.concatenate(values))


@dataclass(frozen=True)
class Flow:
    """A metric that numpy counts from the columns of new facts."""

    metric_id: int
    at: str
    where: Term | None
    value: Term | None
    sketch: bool


@dataclass(frozen=True)
class Entry:
    """What new facts contribute to one metric, at their leaves: one entry a fact that counts."""

    flow: Flow
    region_id: NDArray[np.int64]
    hour: NDArray[np.int64]     # since 1970, UTC
    day: NDArray[np.int64]      # since 1970, of the city
    value: NDArray[np.float64] | None


@dataclass(frozen=True)
class Flowing:
    """A fact's metrics that numpy counts, and those that only SQL understands."""

    quick: tuple[Flow, ...]
    slow: tuple[Numbered, ...]


def flowing(metrics: Sequence[Numbered]) -> Flowing:
    """Sort a fact's metrics into those numpy can count and the others."""
    quick, slow = [], []
    for one in metrics:
        try:
            quick.append(compiled_flow(one))
        except NotUnderstood:
            slow.append(one)
    return Flowing(tuple(quick), tuple(slow))


def compiled_flow(one: Numbered) -> Flow:
    """One metric ready for numpy. Raises: NotUnderstood."""
    at = COLUMN.fullmatch(one.metric.at)
    if at is None:
        raise NotUnderstood(one.metric.at)
    where = compile_condition(one.metric.where)[0] if one.metric.where else None
    value = compile_value(one.metric.value)[0] if one.metric.value else None
    return Flow(one.metric_id, at[1], where, value, one.metric.sketch)


def flows(metrics: Sequence[Flow], columns: dict[str, Any], zone: ZoneInfo) -> list[Entry]:
    """What these facts, given as columns of their table, contribute."""
    made = []
    buckets: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
    for flow in metrics:
        at: Instants = columns[flow.at]
        counts = ~np.isnat(at)
        if flow.where is not None:
            counts &= np.equal(flow.where(columns), True).astype(bool)  # a flag that is None does not hold
        if not counts.any():
            continue
        if flow.at not in buckets:
            filled = np.where(np.isnat(at), EPOCH, at)
            buckets[flow.at] = filled.astype("datetime64[h]").astype(np.int64), city_days(filled, zone)
        hour, day = buckets[flow.at]
        made.append(Entry(flow, columns["region_id"][counts], hour[counts], day[counts],
                          None if flow.value is None else flow.value(columns)[counts]))
    return made


def bins(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bins of a sketch, as `statement` has them; values must be numbers."""
    positive = values > 0
    return np.where(positive, np.floor(BINS_PER_E * np.log(np.where(positive, values, 1))), ZERO_BIN).astype(np.int64)


def city_days(observed_at: NDArray[np.datetime64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Days since 1970 of the city's calendar; asked once per quarter of an hour."""
    places, quarters = pd.factorize(observed_at.astype("datetime64[s]").astype(np.int64) // QUARTER_S)
    dates = (datetime.fromtimestamp(int(quarter) * QUARTER_S, zone) for quarter in quarters)
    days: NDArray[np.int64] = np.array([one.toordinal() - ORDINAL_1970 for one in dates], np.int64)[places]
    return days


@dataclass
class Ancestors:
    """The regions above each region down to the rollup level, as a table for numpy; a tree numbers its regions from 1."""

    level: int
    above: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def table(self) -> NDArray[np.int64]:
        """The regions above each number, -1 where there are no more."""
        made = np.full((max(self.above, default=0) + 1, max(map(len, self.above.values()), default=0)), -1, np.int64)
        for region, above in self.above.items():
            made[region, :len(above)] = above
        return made

    def expand(self, region_id: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of entry and ancestor."""
        found = self.table[region_id]
        there = found >= 0
        if there.all():
            return np.repeat(np.arange(len(found)), found.shape[1]), found.ravel()
        entry, _ = np.nonzero(there)
        return entry, found[there]
