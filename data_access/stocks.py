"""Stocks: what stands at an instant, counted live; and as it stood, from the snapshots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from data_access.areas import Areas
from data_access.branches import Branch, read
from indicators.algebra import NOTHING, Amount
from indicators.definition import Stock
from indicators.statements import stock_statement

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


@dataclass(frozen=True)
class Stocks:
    """Amounts by stock and region: standing now, and at each past instant that was recorded."""

    now: dict[tuple[str, int], Amount]
    then: dict[tuple[str, datetime], dict[int, Amount]]
    known: frozenset[str]

    def standing(self, key: str, region_id: int) -> Amount | None:
        """What stands now; None for a stock that is only recorded and never was."""
        return self.now.get((key, region_id), NOTHING) if key in self.known else None

    def stood(self, key: str, region_id: int, at: datetime) -> Amount | None:
        """What stood at a past instant; None when it was not recorded."""
        recorded = self.then.get((key, at))
        return None if recorded is None else recorded.get(region_id, NOTHING)


def stocks(
    connection: Connection, areas: Areas, wanted: Sequence[Stock], at: datetime, past: Sequence[datetime], *, live: bool,
) -> Stocks:
    """Read stocks at an instant (now, when `live`) and at past ones, in at most two queries.

    Source: the facts for the instant itself, the table snapshot for the past and for recorded stocks.
    """
    counted = [stock for stock in wanted if not stock.recorded]
    standing = count(connection, areas, counted, at, live=live)
    then: dict[tuple[str, datetime], dict[int, Amount]] = {}
    known = {stock.key for stock in counted}
    for key, number, region_id, amount in recorded(connection, areas, wanted, past):
        if number == 0:
            known.add(key)
            if region_id is not None:
                standing[key, region_id] = amount
            continue
        regions = then.setdefault((key, past[number - 1]), {})
        if region_id is not None:
            regions[region_id] = amount
    return Stocks(standing, then, frozenset(known))


def count(
    connection: Connection, areas: Areas, wanted: Sequence[Stock], at: datetime, *, live: bool,
) -> dict[tuple[str, int], Amount]:
    """Count stocks from the facts: one pass over each fact."""
    groups = [tuple(group) for _, group in groupby(sorted(wanted, key=lambda stock: stock.fact), key=lambda stock: stock.fact)]
    binds = {"at": at, "regions": areas.ids, "top": areas.top.region_id}
    branches = [Branch(stock_statement(group[0].fact, group, areas.reach, live=live), binds) for group in groups]
    return {
        (stock.key, region_id): amount_of(stock, n, total)
        for group, rows in zip(groups, read(connection, branches), strict=True)
        for _, region_id, ns, totals in rows
        for stock, n, total in zip(group, ns, totals, strict=True)
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


def amount_of(stock: Stock, n: int, total: float) -> Amount:
    """What a stock contributes: its values where it has any, its number otherwise."""
    return Amount(n, n if stock.value is None else total)
