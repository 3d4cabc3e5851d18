"""Flows: metrics over spans of time, from the rollups where they reach and from the facts where they do not.

Both ways count by the same definitions, so that they give the same numbers.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from data_access.areas import Areas
from data_access.branches import Branch, read
from indicators.algebra import NOTHING, Amount
from indicators.definition import Metric
from indicators.filters import Sieve
from indicators.statements import flow_statement, sieved_cases, sketch_statement
from indicators.windows import Frame, Piece, Span, day_of, elementary, pieces

# OFFSET 0 keeps the planner to one short index scan per metric and span; left to itself it reads the whole table.
ROLLED = """
    SELECT m.key, r.region_id, width_bucket(r.{at}, CAST(:bounds AS {kind}[])) AS part,
           {bin} AS bin, sum(r.n)::bigint AS n, {total} AS total
      FROM metric m
     CROSS JOIN unnest(CAST(:starts AS {kind}[]), CAST(:ends AS {kind}[])) AS s (start_at, end_at)
     CROSS JOIN LATERAL (SELECT *
                           FROM {table} kept
                          WHERE kept.metric_id = m.metric_id
                            AND kept.region_id = ANY(:regions)
                            AND kept.{at} >= s.start_at AND kept.{at} < s.end_at
                         OFFSET 0) AS r
     WHERE m.key = ANY(:keys)
     GROUP BY 1, 2, 3, 4"""
HOURS = ROLLED.format(at="at", kind="timestamptz", bin="0", total="sum(r.total)", table="rollup_hour")
DAYS = ROLLED.format(at="day", kind="date", bin="0", total="sum(r.total)", table="rollup_day")
SIEVED = "sieved"
SKETCHES = ROLLED.format(at="day", kind="date", bin="r.bin::int", total="0.0::float8", table="rollup_sketch")


@dataclass(frozen=True)
class Ask:
    """Metrics to be read over one frame; `sketches` are those whose histograms are wanted."""

    frame: Frame
    metrics: tuple[Metric, ...]
    sketches: tuple[Metric, ...] = ()


@dataclass(frozen=True)
class Flows:
    """What was read for one ask: amounts and histograms by metric, region and elementary span."""

    spans: tuple[Span, ...]
    amounts: dict[tuple[str, int], dict[int, Amount]] = field(default_factory=dict)
    bins: dict[tuple[str, int], dict[int, dict[int, int]]] = field(default_factory=dict)
    numbers: dict[Span, range] = field(default_factory=dict)
    merged: dict[tuple[str, int, Span], dict[int, int]] = field(default_factory=dict)   # histograms that were asked for

    def amount(self, key: str, region_id: int, span: Span) -> Amount:
        """A metric's amount over a span of the frame; nothing where no fact fell."""
        found = self.amounts.get((key, region_id))
        if not found:
            return NOTHING
        numbers = self._numbers(span)
        if len(numbers) == 1:
            return found.get(numbers[0], NOTHING)
        n, total = 0, 0.0
        for number in numbers:
            part = found.get(number)
            if part is not None:
                n, total = n + part.n, total + part.total
        return Amount(n, total)

    def histogram(self, key: str, region_id: int, span: Span) -> dict[int, int]:
        """A metric's log histogram over a span of the frame; several indicators ask for the same one."""
        asked = key, region_id, span
        if asked not in self.merged:
            self.merged[asked] = self._merge(key, region_id, span)
        return self.merged[asked]

    def _merge(self, key: str, region_id: int, span: Span) -> dict[int, int]:
        found = self.bins.get((key, region_id), {})
        merged: dict[int, int] = {}
        for number in self._numbers(span):
            for at, n in found.get(number, {}).items():
                merged[at] = merged.get(at, 0) + n
        return merged

    def _numbers(self, span: Span) -> range:
        if span not in self.numbers:
            first, last = (bisect_left(self.spans, Span(at, at)) for at in (span.start, span.end))
            self.numbers[span] = range(first, last)
        return self.numbers[span]

    def add(self, key: str, region_id: int, number: int, amount: Amount) -> None:
        """Take one read amount in."""
        parts = self.amounts.setdefault((key, region_id), {})
        parts[number] = parts.get(number, NOTHING) + amount

    def add_bin(self, key: str, region_id: int, number: int, at: int, n: int) -> None:
        """Take one read histogram bin in."""
        part = self.bins.setdefault((key, region_id), {}).setdefault(number, {})
        part[at] = part.get(at, 0) + n


@dataclass(frozen=True)
class Part:
    """A piece of an elementary span, with that span's number."""

    piece: Piece
    number: int


@dataclass(frozen=True)
class Plan:
    """One branch of a read, and where its rows go."""

    branch: Branch
    flows: Flows
    parts: Sequence[Part]
    metrics: tuple[Metric, ...] = ()  # of a read of facts, in the order of its arrays
    histogram: bool = False


def flows(
    connection: Connection, areas: Areas, zone: ZoneInfo, asks: Sequence[Ask], sieve: Sieve | None = None,
) -> list[Flows]:
    """Read the asked metrics for regions of one level, in at most two queries.

    With a sieve all of them are metrics of cases, counted from the facts that it lets through.

    Returns: one Flows for each ask, in order; regions without facts have no amounts.
    Source: rollup_hour, rollup_day, rollup_sketch; below them, and at edges that no bucket fits, the facts.
    """
    results = [Flows(elementary(ask.frame.spans)) for ask in asks]
    rolled: list[Plan] = []
    counted: list[Plan] = []
    for ask, result in zip(asks, results, strict=True):
        parts = covered(result.spans, zone, rolled=areas.rolled and sieve is None)
        rolled.extend(rollup_plans(ask, result, parts, areas, zone))
        counted.extend(fact_plans(ask, result, parts, areas, None if sieve is None else SIEVED))
    common = sieved(counted, areas, sieve) if sieve is not None and counted else None
    for plan, rows in zip(rolled, read(connection, [plan.branch for plan in rolled]), strict=True):
        for _, key, region_id, part, at, n, total in rows:
            number = plan.parts[part - 1].number
            if plan.histogram:
                plan.flows.add_bin(key, region_id, number, at, n)
            else:
                plan.flows.add(key, region_id, number, Amount(n, total))
    for plan, rows in zip(counted, read(connection, [plan.branch for plan in counted], common), strict=True):
        for _, region_id, part, ns, totals in rows:
            number = plan.parts[part - 1].number
            for metric, n, total in zip(plan.metrics, ns, totals, strict=True):
                if plan.histogram:
                    plan.flows.add_bin(metric.key, region_id, number, int(total), n)
                elif n:
                    plan.flows.add(metric.key, region_id, number, Amount(n, total))
    return results


def covered(spans: Sequence[Span], zone: ZoneInfo, *, rolled: bool) -> list[Part]:
    """Cut elementary spans into what each store holds; everything is facts where nothing is rolled up."""
    if not rolled:
        return [Part(Piece("fact", span), number) for number, span in enumerate(spans) if span.start < span.end]
    return [Part(piece, number) for number, span in enumerate(spans) for piece in pieces(span, zone)]


def rollup_plans(ask: Ask, result: Flows, parts: Sequence[Part], areas: Areas, zone: ZoneInfo) -> Iterable[Plan]:
    """The branches that read an ask's whole hours and days from the rollups."""
    hourly = [part for part in parts if part.piece.store == "hour"]
    daily = [part for part in parts if part.piece.store == "day"]
    keys = [metric.key for metric in ask.metrics]
    if keys and hourly:
        yield Plan(Branch(HOURS, {**span_binds([part.piece.span for part in hourly]), "keys": keys, "regions": areas.ids}),
                   result, hourly)
    if keys and daily:
        yield Plan(Branch(DAYS, {**day_binds(daily, zone), "keys": keys, "regions": areas.ids}), result, daily)
    if ask.sketches and daily:
        sketched = [metric.key for metric in ask.sketches]
        yield Plan(Branch(SKETCHES, {**day_binds(daily, zone), "keys": sketched, "regions": areas.ids}),
                   result, daily, histogram=True)


def sieved(plans: Sequence[Plan], areas: Areas, sieve: Sieve) -> tuple[str, Branch]:
    """The cases that all plans count among, found once."""
    spans = [part.piece.span for plan in plans for part in plan.parts]
    metrics = [metric for plan in plans for metric in plan.metrics]
    return SIEVED, Branch(sieved_cases(metrics, areas.reach, sieve.condition), {
        **sieve.binds, "top": areas.top.region_id,
        "since": min(span.start for span in spans), "until": max(span.end for span in spans)})


def fact_plans(
    ask: Ask, result: Flows, parts: Sequence[Part], areas: Areas, sieved: str | None,
) -> Iterable[Plan]:
    """The branches that count what the rollups do not hold: edges, and hours of a histogram."""
    edges = [part for part in parts if part.piece.store == "fact"]
    unsketched = [part for part in parts if part.piece.store != "day"]
    if edges:
        for metrics in alike(ask.metrics):
            binds = fact_binds(edges, areas)
            statement = flow_statement(metrics, run_count(binds), areas.reach, sieved)
            yield Plan(Branch(statement, binds), result, edges, metrics)
    for metric in ask.sketches if unsketched else ():
        binds = fact_binds(unsketched, areas)
        for run in runs([part.piece.span for part in unsketched]):  # one by one: an index can answer each alone
            statement = f"""
                SELECT region_id, part, ARRAY[n] AS ns, ARRAY[bin::float8] AS totals
                  FROM ({sketch_statement(metric, areas.reach, sieved)}) AS bins"""
            yield Plan(Branch(statement, binds | {"from0": run.start, "to0": run.end}),
                       result, unsketched, (metric,), histogram=True)


def alike(metrics: Sequence[Metric]) -> list[tuple[Metric, ...]]:
    """Metrics in groups that one pass over the facts can count: the same fact at the same instant."""
    ordered = sorted(metrics, key=lambda metric: (metric.fact, metric.at))
    return [tuple(group) for _, group in groupby(ordered, key=lambda metric: (metric.fact, metric.at))]


def runs(spans: Sequence[Span]) -> list[Span]:
    """Spans joined where one begins as the other ends."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def span_binds(spans: Sequence[Span]) -> dict[str, list[datetime]]:
    """Bounds and runs of spans, as the rollups' branches bind them."""
    joined = runs(spans)
    return {
        "bounds": [span.start for span in spans],
        "starts": [span.start for span in joined],
        "ends": [span.end for span in joined],
    }


def day_binds(parts: Sequence[Part], zone: ZoneInfo) -> dict[str, object]:
    """The same in days of the city."""
    return {name: [day_of(at, zone) for at in instants] for name, instants in span_binds([p.piece.span for p in parts]).items()}


def fact_binds(parts: Sequence[Part], areas: Areas) -> dict[str, object]:
    """Bounds and runs of spans, as the facts' branches bind them."""
    spans = [part.piece.span for part in parts]
    binds: dict[str, object] = {"bounds": [span.start for span in spans], "level": areas.level, "top": areas.top.region_id}
    for number, span in enumerate(runs(spans)):
        binds |= {f"from{number}": span.start, f"to{number}": span.end}
    return binds


def run_count(binds: dict[str, object]) -> int:
    """How many runs were bound."""
    return sum(name.startswith("from") for name in binds)
