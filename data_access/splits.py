"""Amounts of cases and messages by class, agency or channel: of metrics over spans of time, and of stocks at an instant."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection

from data_access.branches import Branch, read
from data_access.city import Region
from data_access.engine import sql
from data_access.material import Clock
from data_access.stocks import amount_of, by_fact
from indicators import filters
from indicators.algebra import NOTHING, Amount
from indicators.definition import Count, Metric, Standing, Stock, Term, Total
from indicators.filters import NOBODY
from indicators.metrics import METRICS, STOCKS
from indicators.scope import Filter
from indicators.splits import By, flows_by, sketch_by, stocks_by
from indicators.text import Text
from indicators.windows import Span

CLASSES = "SELECT code, parent_code, name_zh, name_en FROM case_class"
AGENCIES = "SELECT agency_id::text AS key, code, name_zh, name_en FROM agency"
NO_CASE = Text("无对应案件", "No case")
NO_AGENCY = Text("无承办单位", "No agency")

Spans = Mapping[str, Sequence[Span]]     # of each metric; all of them as many


@dataclass(frozen=True)
class Slot:
    """One value of a field, as it is told."""

    key: str
    name: Text


@dataclass(frozen=True)
class Split:
    """What was counted, by the values of a field."""

    slots: dict[str, Slot] = field(default_factory=dict)
    flows: dict[tuple[str, str, int], Amount] = field(default_factory=dict)     # slot, metric, number of the span
    stocks: dict[tuple[str, str], Amount] = field(default_factory=dict)         # slot, stock
    bins: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)     # slot, sketched metric

    def amount(self, slot: str, term: Term, span: int = 0) -> Amount | None:
        """What a term comes to in one slot; None for what has no such field."""
        if isinstance(term, Count | Total):
            return self.flows.get((slot, term.metric, span), NOTHING)
        return self.stocks.get((slot, term.stock), NOTHING) if isinstance(term, Standing) else None


@dataclass(frozen=True)
class Wanted:
    """What is to be counted: metrics over spans, sketched metrics over one, stocks at the clock's instant."""

    metrics: Spans = field(default_factory=dict)
    sketches: Spans = field(default_factory=dict)
    stocks: tuple[str, ...] = ()


def split(
    connection: Connection, region: Region, by: By, wanted: Wanted, clock: Clock, picked: Sequence[Filter] = (),
) -> Split:
    """Count by one field. Source: as `split_by_each`."""
    return split_by_each(connection, region, (by,), wanted, clock, picked)[by]


def split_by_each(
    connection: Connection, region: Region, bys: Sequence[By], wanted: Wanted, clock: Clock, picked: Sequence[Filter] = (),
) -> dict[By, Split]:
    """Count by each of some fields, in one walk for all of them over each kind of fact.

    Classes are those right below the one that is filtered by, else the top ones.
    Source: city_case, message, case_class, agency.
    """
    everywhere = region.level == 0
    found = [Slotted(naming(connection, by, picked)) for by in bys]
    metrics = by_their_fact([METRICS[key] for key in wanted.metrics])
    branches = [flow_branch(group, wanted.metrics, region, bys, clock, picked) for group in metrics]
    for group, rows in zip(metrics, read(connection, branches), strict=True):
        for _, keys, ns, totals in rows:
            for one, key in zip(found, keys, strict=True):
                take(one.split.flows, one.slot(key), group, len(wanted.metrics[group[0].key]), ns, totals)
    for name, (span, *_) in wanted.sketches.items():
        metric = METRICS[name]
        through = filters.sieve(picked if metric.fact == "case" else (), clock.at)
        statement = sketch_by(metric, bys, everywhere=everywhere, sieve=through.condition)
        binds = {"top": region.region_id, "from_0": span.start, "to_0": span.end, **through.binds}
        for keys, number, n in connection.execute(sql(statement), binds):
            for one, key in zip(found, keys, strict=True):
                one.split.bins.setdefault((one.slot(key), name), Counter())[number] += n
    stocks = by_fact([STOCKS[key] for key in wanted.stocks])
    branches = [stock_branch(group, region, bys, clock, picked) for group in stocks]
    for kinds, rows in zip(stocks, read(connection, branches), strict=True):
        for _, keys, ns, totals in rows:
            for one, key in zip(found, keys, strict=True):
                take_stocks(one.split.stocks, one.slot(key), kinds, ns, totals)
    return dict(zip(bys, (one.split for one in found), strict=True))


@dataclass(frozen=True)
class Slotted:
    """What is being counted by a field, and under which slot each value of it is told."""

    names: Mapping[str | None, Slot]
    split: Split = field(default_factory=Split)

    def slot(self, key: str | None) -> str:
        """The slot of a value; one that nobody has named is told by itself."""
        slot = self.names.get(key) or Slot(key or NOBODY, Text(key or NOBODY, key or NOBODY))
        self.split.slots.setdefault(slot.key, slot)
        return slot.key


def by_their_fact(metrics: Iterable[Metric]) -> list[tuple[Metric, ...]]:
    """Metrics in groups that one walk over a fact can count."""
    return [tuple(group) for _, group in groupby(sorted(metrics, key=lambda one: one.fact), key=lambda one: one.fact)]


def take(
    into: dict[tuple[str, str, int], Amount], slot: str, metrics: Sequence[Metric], spans: int, ns: Sequence[int],
    totals: Sequence[float],
) -> None:
    """Take one row of a walk in."""
    for number, metric in enumerate(metrics):
        for span in range(spans):
            place = number * spans + span
            if ns[place]:
                into[slot, metric.key, span] = into.get((slot, metric.key, span), NOTHING) + Amount(ns[place], totals[place])


def take_stocks(
    into: dict[tuple[str, str], Amount], slot: str, stocks: Sequence[Stock], ns: Sequence[int], totals: Sequence[float],
) -> None:
    """Take one row of what stands in."""
    for stock, n, total in zip(stocks, ns, totals, strict=True):
        into[slot, stock.key] = into.get((slot, stock.key), NOTHING) + amount_of(stock, n, total)


def flow_branch(
    metrics: Sequence[Metric], spans: Spans, region: Region, bys: Sequence[By], clock: Clock, picked: Sequence[Filter],
) -> Branch:
    """One walk over the facts of some metrics."""
    through = filters.sieve(picked if metrics[0].fact == "case" else (), clock.at)
    every = list(dict.fromkeys(span for metric in metrics for span in spans[metric.key]))
    own = [[every.index(span) for span in spans[metric.key]] for metric in metrics]
    binds = {f"{edge}_{number}": at for number, span in enumerate(every)
             for edge, at in (("from", span.start), ("to", span.end))}
    statement = flows_by(metrics, own, bys, everywhere=region.level == 0, sieve=through.condition)
    return Branch(statement, {
        **binds, "since": min(span.start for span in every), "top": region.region_id, **through.binds})


def stock_branch(
    stocks: Sequence[Stock], region: Region, bys: Sequence[By], clock: Clock, picked: Sequence[Filter],
) -> Branch:
    """One walk over what stands."""
    through = filters.sieve(picked if stocks[0].fact == "case" else (), clock.at)
    statement = stocks_by(stocks, bys, everywhere=region.level == 0, sieve=through.condition, live=not clock.past)
    return Branch(statement, {"at": clock.at, "top": region.region_id, **through.binds})


def naming(connection: Connection, by: By, picked: Sequence[Filter]) -> dict[str | None, Slot]:
    """Under which slot the values of a field are told; a channel is told by its key."""
    if by == "agency":
        agencies = connection.execute(sql(AGENCIES))
        return {row.key: Slot(row.code, Text(row.name_zh, row.name_en)) for row in agencies} | {None: Slot(NOBODY, NO_AGENCY)}
    if by == "channel":
        return {}
    rows = {row.code: row for row in connection.execute(sql(CLASSES))}
    chosen = filters.chosen(picked, "class")
    slots: dict[str | None, Slot] = {None: Slot(NOBODY, NO_CASE)}
    for code in rows:
        at = right_below({key: row.parent_code for key, row in rows.items()}, code, chosen[0] if len(chosen) == 1 else None)
        slots[code] = Slot(at, Text(rows[at].name_zh, rows[at].name_en))
    return slots


def right_below(parents: Mapping[str, str | None], code: str, above: str | None) -> str:
    """The class right below another that a class belongs to; that other one itself; the top one where it is not below it."""
    while code != above and parents[code] is not None and parents[code] != above:
        code = str(parents[code])
    return code
