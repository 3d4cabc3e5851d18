"""The facts behind a number, each with the way back to the row it was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine

from data_access.branches import Branch, read
from data_access.city import City, Region
from data_access.engine import reading
from data_access.feeds import Feed, feeds
from data_access.material import Clock, clock_of, year_of
from data_access.readings import readings
from data_access.trace import Sender
from indicators import filters
from indicators.definition import Count, Indicator, Percentile, Ratio, Standing, Statistic, Sum, Term, Total
from indicators.facts import CALLED, FACTS
from indicators.metrics import METRICS, STOCKS
from indicators.scope import Filter, Scope
from indicators.statements import INSIDE, Reach, any_of
from indicators.text import Text
from indicators.windows import DAY, Span, day_of, frame
from indicators.wording import PUBLISHED

LIMIT = 200
SIDES = (Text("分子", "Numerator"), Text("分母", "Base"))
SOURCE = Text("来源", "Source")
COLUMNS = (
    Text("时间", "At"), Text("编号", "Identity"), Text("区域", "Region"), Text("数值", "Value"), SOURCE,
    Text("入口", "Door"), Text("文件或地址", "File or address"), Text("批次", "Batch"), Text("行号", "Row"),
)
OWN_BATCH = """
      JOIN batch b ON b.batch_id = q.batch_id
      JOIN source s ON s.source_id = b.source_id"""
LAST_WORD = """
      JOIN source s ON s.source_id = q.source_id
      LEFT JOIN LATERAL (SELECT o.batch_id, o.row_no
                           FROM observation o
                          WHERE o.device_id = q.device_id AND o.observed_at = q.at
                          LIMIT 1) AS spoken ON TRUE
      LEFT JOIN batch b ON b.batch_id = spoken.batch_id"""
STATISTICS = """
    SELECT s.key = ANY(:over) AS over, s.key = ANY(:base) AS base, NULL::timestamptz AS at,
           s.key || ' ' || s.period AS identity, s.region_id, s.value, src.key, src.name_zh, src.name_en,
           b.door, b.origin, b.batch_id, s.row_no
      FROM statistic s
      JOIN source src ON src.source_id = s.source_id
      LEFT JOIN batch b ON b.batch_id = s.batch_id
     WHERE s.region_id = :top
       AND (s.key = ANY(:over) OR s.key = ANY(:base))
       AND s.period = (SELECT max(newest.period)
                         FROM statistic newest
                        WHERE newest.region_id = s.region_id AND newest.key = s.key AND newest.period <= :year)"""

Spans = dict[bool, Span]  # of metrics, by whether they lie ahead


@dataclass(frozen=True)
class Called:
    """What a fact is in words, where it has any, and the region that it lies in."""

    name: Text | None
    region_id: int


@dataclass(frozen=True)
class Rows:
    """The newest facts behind a number, how many there are in all, and what each of those listed is called."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[object, ...], ...]
    total: int
    called: tuple[Called, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What a term takes: facts under a condition, on one side of the measure."""

    fact: str
    at: str
    span: Span | None  # of a metric; a stock has none
    condition: str
    value: str | None
    base: bool


def rows(
    engine: Engine, city: City, indicator: Indicator, scope: Scope, now: datetime, limit: int = LIMIT, *,
    term: Term | None = None,
) -> Rows:
    """List the facts behind an indicator's number, or behind one of its terms.

    Returns: newest first, at most `limit`. Columns: for a ratio whether a fact is in its numerator and in its
        base, then its instant, identity, region, value, source, door, file or address, batch and row number.
    Raises: UnknownRegion; DataUnavailable when the database does not answer.
    Source: the facts themselves, under the conditions that the rollups count by.
    """
    region = city.region(scope.region)
    found = readings(engine, city, [indicator], scope, now)[indicator.key]
    ratio = isinstance(indicator.measure, Ratio) and term is None
    columns = (*(SIDES if ratio else ()), *COLUMNS)
    if found.status in ("not_applicable", "no_data"):
        return Rows(columns, (), 0)
    clock = clock_of(scope, city, now)
    with reading(engine, "the facts behind a number") as connection:
        heard = feeds(connection, city, {indicator.subject}, clock.at)
        whole = spans_of(indicator, city, clock, heard)
        listed = listing(connection, city, indicator, term, region, clock, newest(whole, clock), limit,
                         scope.filters)
        if len(listed) < limit and newest(whole, clock) != whole:
            listed = listing(connection, city, indicator, term, region, clock, whole, limit, scope.filters)
    listed.sort(key=lambda row: (row[2] is not None, row[2]), reverse=True)
    shown = tuple(line(city, row, ratio=ratio) for row in listed[:limit])
    return Rows(columns, shown, max(found.n, len(listed)) if term is None else len(listed),
                tuple(called(row) for row in listed[:limit]))


def spans_of(indicator: Indicator, city: City, clock: Clock, heard: dict[str, Feed]) -> Spans:
    """The window, as metrics read it and as those that lie ahead do."""
    if indicator.archive:
        year = year_of(heard[indicator.subject], city, clock).whole
        return {False: year, True: year}
    return {ahead: frame(clock.window, city.zone, clock.at, cut=ahead or clock.past).whole for ahead in (False, True)}


def newest(spans: Spans, clock: Clock) -> Spans:
    """The newest day of the window: mostly enough, and a small part of a month of observations."""
    return {
        ahead: Span(max(span.start, min(span.end, clock.at) - DAY), span.end) for ahead, span in spans.items()
    }


def listing(
    connection: Connection, city: City, indicator: Indicator, term: Term | None, region: Region, clock: Clock, spans: Spans,
    limit: int, picked: tuple[Filter, ...],
) -> list[Any]:
    """The facts of all terms, as the branches return them."""
    through = filters.sieve(picked if filters.applies(indicator) else (), clock.at)
    binds = {"at": clock.at, "top": region.region_id, "rows_wanted": limit, **through.binds}
    reach = Reach(alone=True, everywhere=region.level == 0)
    groups = grouped(taken for side in sides(indicator, term) for taken in takes(side, spans))
    branches = [branch(group, binds, reach, through.condition, live=not clock.past) for group in groups]
    branches += published(indicator, term, region.region_id, day_of(clock.at, city.zone).year)
    return [row[1:] for part in read(connection, branches) for row in part]


def sides(indicator: Indicator, only: Term | None) -> list[tuple[Term, bool]]:
    """The terms of a measure that have facts behind them, and whether each is in the base."""
    measure = indicator.measure
    if only is not None:
        return [(only, False)]
    if isinstance(measure, Percentile):
        return [(Total(measure.metric), False)]
    if isinstance(measure, Sum):
        return [(term, False) for term in measure.terms]
    return [*((term, False) for term in measure.over), *((term, True) for term in measure.base)]


def takes(side: tuple[Term, bool], spans: Spans) -> Iterable[Taken]:
    """The facts that a term takes; none for an area and a statistic."""
    term, base = side
    if isinstance(term, Count | Total):
        metric = METRICS[term.metric]
        yield Taken(metric.fact, metric.at, spans[metric.ahead], metric.where or "TRUE", metric.value or metric.weight, base)
    elif isinstance(term, Standing):
        stock = STOCKS[term.stock]
        yield Taken(stock.fact, FACTS[stock.fact].at, None, stock.condition, stock.value, base)


def grouped(taken: Iterable[Taken]) -> list[list[Taken]]:
    """What can be listed together: the same facts at the same instant."""
    def alike(one: Taken) -> tuple[str, str, bool]:
        return (one.fact, one.at, one.span is None)

    return [list(group) for _, group in groupby(sorted(taken, key=alike), key=alike)]


def branch(group: Sequence[Taken], binds: dict[str, Any], reach: Reach, sieve: str, *, live: bool) -> Branch:
    """The newest facts that any term of a group takes, traced to their rows."""
    first = group[0]
    fact = FACTS[first.fact]
    value = next((taken.value for taken in group if taken.value is not None), "NULL")
    own = "f.batch_id, f.row_no" if fact.traced else "f.source_id, f.device_id"
    within = "TRUE" if first.span is None else f"{first.at} >= :start AND {first.at} < :end"
    relation = fact.standing(live=live) if first.span is None else fact.relation
    where = INSIDE if first.span is not None and not reach.everywhere else reach.facts(fact)
    statement = f"""
        SELECT q.over, q.base, q.at, q.identity, q.region_id, q.value, s.key, s.name_zh, s.name_en, b.door, b.origin,
               b.batch_id, {"q.row_no" if fact.traced else "spoken.row_no"} AS row_no, q.called
          FROM (SELECT COALESCE({on_side(group, base=False)}, FALSE) AS over,
                       COALESCE({on_side(group, base=True)}, FALSE) AS base,
                       CAST({first.at} AS timestamptz) AS at, f.{fact.identity}::text AS identity, f.region_id,
                       ({value})::float8 AS value, {own}, {CALLED.get(first.fact, "NULL::text[]")} AS called
                  FROM {relation} f
                 WHERE {where} AND {sieve} AND {within} AND ({any_of([taken.condition for taken in group])})
                 {"" if first.at == "NULL" else f"ORDER BY {first.at} DESC NULLS LAST"}
                 LIMIT :rows_wanted) AS q
          {OWN_BATCH if fact.traced else LAST_WORD}"""
    spans = {} if first.span is None else {"start": first.span.start, "end": first.span.end}
    return Branch(statement, binds | spans)


def on_side(group: Sequence[Taken], *, base: bool) -> str:
    """A condition that a fact is on a side of the measure."""
    return " OR ".join(f"({taken.condition})" for taken in group if taken.base == base) or "FALSE"


def published(indicator: Indicator, only: Term | None, region_id: int, year: int) -> list[Branch]:
    """The statistics that a measure takes."""
    found = [(term.key, base) for term, base in sides(indicator, only) if isinstance(term, Statistic)]
    if not found:
        return []
    over, base = ([key for key, is_base in found if is_base == side] for side in (False, True))
    return [Branch(f"SELECT told.*, NULL::text[] AS called FROM ({STATISTICS}) AS told",
                   {"over": over or [""], "base": base or [""], "top": region_id, "year": year})]


def line(city: City, row: Sequence[Any], *, ratio: bool) -> tuple[object, ...]:
    """One fact as it is shown."""
    over, base, at, identity, region_id, value, source, zh, en, door, origin, batch_id, row_no, _ = row
    cells = (at, identity, city.regions[region_id].name, value, Sender(source, Text(zh, en)), door, origin, batch_id, row_no)
    return (over, base, *cells) if ratio else cells


def called(row: Sequence[Any]) -> Called:
    """What one fact is; a statistic goes by the words of its key."""
    identity, region_id, name = row[3], row[4], row[-1]
    return Called(PUBLISHED.get(identity.partition(" ")[0]) if name is None else Text(*name), region_id)
