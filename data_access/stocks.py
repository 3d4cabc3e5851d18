"""Stocks: what stands at an instant, counted live; and as it stood, from the snapshots."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine

from data_access.areas import Areas
from data_access.branches import Branch, read
from data_access.city import City
from data_access.engine import reading, sql
from indicators.algebra import NOTHING, Amount
from indicators.definition import Stock
from indicators.filters import Sieve, sieve
from indicators.metrics import STOCKS
from indicators.scope import Filter
from indicators.statements import stock_statement
from indicators.windows import hour_of

SNAPSHOTS = """
    SELECT m.key, w.number, t.at, s.region_id, s.n, s.total
      FROM metric m
     CROSS JOIN unnest(CAST(:wanted AS timestamptz[])) WITH ORDINALITY AS w (at, number)
     CROSS JOIN LATERAL (SELECT taken.at
                           FROM snapshot_taken taken
                          WHERE taken.metric_id = m.metric_id
                            AND taken.at <= w.at
                            AND taken.at > w.at - interval '1 hour'
                          ORDER BY taken.at DESC
                          LIMIT 1) AS t
      LEFT JOIN snapshot s ON s.metric_id = m.metric_id AND s.at = t.at AND s.region_id = ANY(:regions)
     WHERE m.key = ANY(:keys)"""
NEWEST = """
    SELECT m.key, 0::bigint AS number, t.at, s.region_id, s.n, s.total
      FROM metric m
     CROSS JOIN LATERAL (SELECT max(taken.at) AS at FROM snapshot_taken taken WHERE taken.metric_id = m.metric_id) AS t
      LEFT JOIN snapshot s ON s.metric_id = m.metric_id AND s.at = t.at AND s.region_id = ANY(:regions)
     WHERE m.key = ANY(:keys) AND t.at IS NOT NULL"""

EXACTLY = """
    SELECT m.key, s.region_id, s.n, s.total
      FROM metric m
      JOIN snapshot_taken taken ON taken.metric_id = m.metric_id AND taken.at = :at AND NOT taken.dirty
      LEFT JOIN snapshot s ON s.metric_id = m.metric_id AND s.at = taken.at AND s.region_id = ANY(:regions)
     WHERE m.key = ANY(:keys)"""


@dataclass(frozen=True)
class Counted:
    """The stocks of one fact as they were counted: a row a region, of which few are ever looked at."""

    stocks: tuple[Stock, ...]
    rows: dict[int, Any]      # by region: branch, region, numbers and totals, in the stocks' order

    def amount(self, number: int, region_id: int) -> Amount:
        """One of the stocks in one region."""
        row = self.rows.get(region_id)
        return NOTHING if row is None or not row[2][number] else amount_of(self.stocks[number], row[2][number], row[3][number])

    def renewed(self, city: City, regions: Collection[int], rows: Mapping[int, Any]) -> "Counted":
        """With other rows for these regions at the bottom of the tree; `rows` has them and what they add up to above."""
        above = [city.regions[one] for one in regions if one in city.regions]
        touched = {place.region_id for one in above for place in city.path(one)}
        nothing = [0.0] * len(self.stocks)
        change = {place: ([0] * len(self.stocks), nothing.copy()) for place in touched}
        for sign, held in ((-1, self.rows), (1, rows)):
            for one in above:
                row = held.get(one.region_id)
                if row is None:
                    continue
                for place in city.path(one):
                    ns, totals = change[place.region_id]
                    for number in range(len(self.stocks)):
                        ns[number] += sign * row[2][number]
                        totals[number] += sign * (row[3][number] or 0.0)
        empty = (0, 0, [0] * len(self.stocks), nothing)
        return replace(self, rows={**self.rows, **{
            place: (0, place, added(self.rows.get(place, empty)[2], ns), added(self.rows.get(place, empty)[3], totals))
            for place, (ns, totals) in change.items()}})


@dataclass(frozen=True)
class Standings:
    """What stands now in every region of the tree, counted once for all who look."""

    at: datetime
    places: Mapping[str, tuple[Counted, int]]   # by stock: where it was counted
    filters: tuple[Filter, ...] = ()            # which cases were counted

    @property
    def keys(self) -> Collection[str]:
        """The stocks that were counted."""
        return self.places.keys()

    def standing(self, key: str, region_id: int) -> Amount:
        """What stands in one region. Raises: KeyError for a stock that was not counted."""
        counted, number = self.places[key]
        return counted.amount(number, region_id)

    def together(self, *others: "Standings") -> "Standings":
        """These and other stocks, as one; of this instant."""
        return replace(self, places={key: place for one in (self, *others) for key, place in one.places.items()})


@dataclass(frozen=True)
class Stocks:
    """Amounts by stock and region: standing now, and at each past instant that was recorded."""

    standings: Standings | None
    now: dict[tuple[str, int], Amount]
    then: dict[tuple[str, datetime], dict[int, Amount]]
    known: frozenset[str]

    def standing(self, key: str, region_id: int) -> Amount | None:
        """What stands now; None for a stock that is only recorded and never was."""
        if self.standings is not None and key in self.standings.keys:
            return self.standings.standing(key, region_id)
        return self.now.get((key, region_id), NOTHING) if key in self.known else None

    def stood(self, key: str, region_id: int, at: datetime) -> Amount | None:
        """What stood at a past instant; None when it was not recorded."""
        recorded = self.then.get((key, at))
        return None if recorded is None else recorded.get(region_id, NOTHING)


def standings(engine: Engine, keys: Iterable[str], now: datetime, filters: tuple[Filter, ...] = ()) -> Standings:
    """Count stocks in every region of the tree at once: cheaper than for each of several scopes.

    Stocks that are only recorded are left out, and with filters those that are not of cases. Pass the result to the
    readings of as many scopes as are watched, for as long as neither the facts nor the minute changed.
    Raises: DataUnavailable when the database does not answer.
    Source: the facts.
    """
    wanted = [STOCKS[key] for key in dict.fromkeys(keys)]
    groups = by_fact([stock for stock in wanted if not stock.recorded and (not filters or stock.fact == "case")])
    through = sieve(filters, now)
    with reading(engine, "what stands now") as connection:
        found = read(connection, [
            Branch(stock_statement(group[0].fact, group, all_regions=True, live=True, sieve=through.condition),
                   {"at": now, **through.binds}) for group in groups])
    counted = [Counted(group, {row[1]: row for row in rows}) for group, rows in zip(groups, found, strict=True)]
    return Standings(now, {stock.key: (one, number) for one in counted for number, stock in enumerate(one.stocks)}, filters)


def recount(engine: Engine, city: City, before: Standings, regions: Collection[int], now: datetime) -> Standings:
    """The same stocks once something has changed in these regions alone: only these are counted anew, all others are as they
    were, and so what grows with time alone may be a little behind there.

    Raises: DataUnavailable when the database does not answer.
    Source: the facts.
    """
    if any(city.children_of.get(one) for one in regions):       # what lies in such a region itself is not known apart
        return standings(engine, before.keys, now, before.filters)
    groups = list({id(one): one for one, _ in before.places.values()}.values())
    through = sieve(before.filters, now)
    with reading(engine, "what stands now") as connection:
        found = read(connection, [
            Branch(stock_statement(one.stocks[0].fact, one.stocks, all_regions=True, live=True,
                                   sieve=f"{through.condition} AND f.region_id = ANY(:only)"),
                   {"at": now, "only": list(regions), **through.binds}) for one in groups])
    renewed = [one.renewed(city, regions, {row[1]: row for row in rows}) for one, rows in zip(groups, found, strict=True)]
    return replace(before, at=now, places={
        stock.key: (one, number) for one in renewed for number, stock in enumerate(one.stocks)})


def stocks(
    connection: Connection, areas: Areas, wanted: Sequence[Stock], at: datetime, past: Sequence[datetime], *, live: bool,
    standings: Standings | None = None, sieve: Sieve | None = None,
) -> Stocks:
    """Read stocks at an instant (now, when `live`) and at past ones, in at most two queries, at a full hour three.

    With a sieve all of them are stocks of cases. What stood under it in the past was recorded nowhere, and is not known.
    Source: the facts for the instant itself, unless `standings` says it already or it is past and was recorded; the
        table snapshot for the past and for recorded stocks.
    """
    given = standings if live else None
    counted = [stock for stock in wanted if not stock.recorded]
    uncounted = [stock for stock in counted if given is None or stock.key not in given.keys]
    full_hour = at == hour_of(at)                   # nothing is recorded between
    standing, told = exactly(connection, areas, uncounted, at) if full_hour and not live and sieve is None else ({}, set())
    standing |= count(connection, areas, [stock for stock in uncounted if stock.key not in told], at, sieve, live=live)
    then: dict[tuple[str, datetime], dict[int, Amount]] = {}
    known = {stock.key for stock in counted}
    for key, number, region_id, amount in recorded(connection, areas, wanted, past) if sieve is None else ():
        if number == 0:
            known.add(key)
            if region_id is not None:
                standing[key, region_id] = amount
            continue
        regions = then.setdefault((key, past[number - 1]), {})
        if region_id is not None:
            regions[region_id] = amount
    return Stocks(given, standing, then, frozenset(known))


def exactly(
    connection: Connection, areas: Areas, wanted: Sequence[Stock], at: datetime,
) -> tuple[dict[tuple[str, int], Amount], set[str]]:
    """What was recorded at this very instant, and of which stocks: a midnight need not be counted again from all facts."""
    by_key = {stock.key: stock for stock in wanted}
    rows = connection.execute(sql(EXACTLY), {"at": at, "keys": list(by_key), "regions": areas.ids}).all()
    return ({(key, region_id): amount_of(by_key[key], n, total) for key, region_id, n, total in rows if region_id is not None},
            {row[0] for row in rows})


def count(
    connection: Connection, areas: Areas, wanted: Sequence[Stock], at: datetime, sieve: Sieve | None, *, live: bool,
) -> dict[tuple[str, int], Amount]:
    """Count stocks from the facts: one pass over each fact."""
    condition, more = ("TRUE", {}) if sieve is None else (sieve.condition, sieve.binds)
    binds = {"at": at, "regions": areas.ids, "top": areas.top.region_id, **more}
    groups = by_fact(wanted)
    return amounts(connection, groups, [
        Branch(stock_statement(group[0].fact, group, areas.reach, live=live, sieve=condition), binds) for group in groups])


def by_fact(wanted: Sequence[Stock]) -> list[tuple[Stock, ...]]:
    """Stocks in groups that one pass over a fact can count."""
    ordered = sorted(wanted, key=lambda stock: stock.fact)
    return [tuple(group) for _, group in groupby(ordered, key=lambda stock: stock.fact)]


def amounts(
    connection: Connection, groups: Sequence[tuple[Stock, ...]], branches: Sequence[Branch],
) -> dict[tuple[str, int], Amount]:
    """What the groups' branches count, by stock and region; zeros left out."""
    return {
        (stock.key, region_id): amount_of(stock, n, total)
        for group, rows in zip(groups, read(connection, branches), strict=True)
        for _, region_id, ns, totals in rows
        for stock, n, total in zip(group, ns, totals, strict=True)
        if n
    }


def recorded(
    connection: Connection, areas: Areas, wanted: Sequence[Stock], past: Sequence[datetime],
) -> list[tuple[str, int, int | None, Amount]]:
    """Read snapshots.

    Returns: stock, number of the past instant (from 1; 0 for the newest of a recorded stock), region, amount;
        region None where something was recorded but nothing stood in any of the regions.
    """
    by_key = {stock.key: stock for stock in wanted}
    statements, binds = [], {"regions": areas.ids}
    counted = [stock.key for stock in wanted if not stock.recorded]
    if counted and past:
        statements.append(Branch(SNAPSHOTS, binds | {"keys": counted, "wanted": list(past)}))
    always = [stock.key for stock in wanted if stock.recorded]
    if always:
        statements.append(Branch(NEWEST, binds | {"keys": always}))
    return [
        (key, number, region_id, NOTHING if region_id is None else amount_of(by_key[key], n, total))
        for rows in read(connection, statements)
        for _, key, number, _, region_id, n, total in rows
    ]


def added(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    """Two rows of numbers, added up; nothing counts as zero."""
    return [(left or 0) + right for left, right in zip(one, other, strict=True)]


def amount_of(stock: Stock, n: int, total: float) -> Amount:
    """What a stock contributes: its values where it has any, its number otherwise."""
    return Amount(n, n if stock.value is None else total)
