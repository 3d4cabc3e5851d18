"""All facts behind a number, read in pieces through a cursor of the server: a million rows cost no more memory than a page.

What a fact tells beside what `data_access/rows.py` lists depends on what it is: a case has its title, its clock and its state.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Literal

from sqlalchemy import Connection, Engine

from data_access.city import City, Region
from data_access.engine import DataUnavailable, reading, sql
from data_access.feeds import feeds
from data_access.material import clock_of
from data_access.rows import (
    COLUMNS,
    LAST_WORD,
    OWN_BATCH,
    SIDES,
    STATISTICS,
    Spans,
    Taken,
    grouped,
    on_side,
    sides,
    spans_of,
    takes,
)
from indicators import filters
from indicators.definition import Indicator, Ratio, Statistic
from indicators.facts import FACTS
from indicators.scope import Scope
from indicators.statements import INSIDE, Reach, any_of
from indicators.text import Language, Text
from indicators.windows import day_of

Kind = Literal["text", "number", "instant", "flag"]
Line = Sequence[Any]

WHOLE = "SET LOCAL cursor_tuple_fraction = 1"   # all rows will be taken: plan for the last, not for the first
PIECE = 5000            # rows in one piece
LONGEST_S = 900.0       # a file that nobody takes faster breaks off, and gives the database its snapshot back


@dataclass(frozen=True)
class Column:
    """One column of a file: its name, and what its cells are; an instant is the city's clock."""

    name: Text
    kind: Kind = "text"


@dataclass(frozen=True)
class Extra:
    """What a kind of fact tells beyond its place and value: a column and the SQL (alias `f`) that it is read from."""

    column: Column
    expression: str


def instant(expression: str) -> str:
    """An instant as the city's clock showed it, to the second."""
    return f"date_trunc('second', CAST({expression} AS timestamptz) AT TIME ZONE :zone)"


CASE = (
    Extra(Column(Text("来源编号", "Number")), "f.external_id"),
    Extra(Column(Text("标题", "Title")), "f.title"),
    Extra(Column(Text("地址", "Address")), "f.address"),
    Extra(Column(Text("类别代码", "Class code")), "f.class_code"),
    Extra(Column(Text("类别", "Class")), "f.class_code"),
    Extra(Column(Text("渠道", "Channel")), "f.channel"),
    Extra(Column(Text("状态", "State")), "f.state"),
    Extra(Column(Text("部门", "Agency")), "f.agency_id"),
    Extra(Column(Text("受理时间", "Reported"), "instant"), instant("f.reported_at")),
    Extra(Column(Text("时限", "Due"), "instant"), instant("f.due_at")),
    Extra(Column(Text("结案时间", "Closed"), "instant"), instant("f.closed_at")),
    Extra(Column(Text("经度", "Longitude"), "number"), "round(ST_X(f.geom)::numeric, 6)::float8"),
    Extra(Column(Text("纬度", "Latitude"), "number"), "round(ST_Y(f.geom)::numeric, 6)::float8"),
)
EXTRAS: dict[str, tuple[Extra, ...]] = {"case": CASE}
NAMES = {   # by a column's English name: what its codes are called
    "Class": "SELECT code, name_zh, name_en FROM case_class",
    "Agency": "SELECT agency_id, name_zh, name_en FROM agency",
}
Books = Mapping[str, Mapping[Any, str]]   # by a column's English name: the words for its codes

AT, IDENTITY, REGION, VALUE, _, DOOR, ORIGIN, BATCH, ROW = COLUMNS
FIRST = (Column(AT, "instant"), Column(IDENTITY), Column(Text("区域代码", "Region code")), Column(REGION),
         Column(VALUE, "number"))
LAST = (Column(Text("来源", "Source")), Column(Text("模拟", "Simulated"), "flag"), Column(DOOR), Column(ORIGIN),
        Column(BATCH, "number"), Column(ROW, "number"))


@dataclass(frozen=True)
class EveryRow:
    """A file's columns and its rows, in pieces; a statement is sent when the first piece is asked for."""

    columns: tuple[Column, ...]
    pieces: Iterator[list[Line]]


@dataclass(frozen=True)
class Order:
    """What is to be read: an indicator's facts in a scope at a moment, told in a language."""

    city: City
    indicator: Indicator
    scope: Scope
    now: datetime

    @property
    def region(self) -> Region:
        """The scope's region. Raises: UnknownRegion."""
        return self.city.region(self.scope.region)

    @property
    def language(self) -> Language:
        """The language of names."""
        return self.scope.language


def every_row(engine: Engine, order: Order, books: Books) -> EveryRow:
    """All facts behind an indicator's number, the newest first; for a ratio with the sides that each is on.

    `books` are words for codes that the database has no names for.
    The pieces raise DataUnavailable when the database goes away meanwhile, or when nobody takes them for too long.
    Source: the facts themselves, under the conditions that the rollups count by.
    """
    extras = EXTRAS.get(fact_of(order.indicator), ())
    ratio = isinstance(order.indicator.measure, Ratio)
    columns = (*((Column(side, "flag") for side in SIDES) if ratio else ()), *FIRST, *(one.column for one in extras), *LAST)
    return EveryRow(columns, pieces(engine, order, books, extras, ratio=ratio))


def fact_of(indicator: Indicator) -> str:
    """The one kind of fact that an indicator is made of; "" where there are several, or none but statistics."""
    found = facts_of(indicator)
    return found.pop() if len(found) == 1 else ""


def facts_of(indicator: Indicator) -> set[str]:
    """The kinds of fact that an indicator's terms take."""
    nowhen: Spans = {False: None, True: None}  # type: ignore[dict-item]  # the spans decide nothing here
    return {taken.fact for side in sides(indicator, None) for taken in takes(side, nowhen)}


def pieces(engine: Engine, order: Order, books: Books, extras: Sequence[Extra], *, ratio: bool) -> Iterator[list[Line]]:
    """The rows, piece by piece."""
    clock = clock_of(order.scope, order.city, order.now)
    until = monotonic() + LONGEST_S
    with reading(engine, "the facts behind a number", transaction=True) as connection:
        connection.execute(sql(WHOLE))
        finish = finisher(order, {**books, **named(connection, order.language)}, extras, ratio=ratio)
        heard = feeds(connection, order.city, {order.indicator.subject}, clock.at)
        if order.indicator.subject not in heard:
            return
        spans = spans_of(order.indicator, order.city, clock, heard)
        groups = grouped(taken for side in sides(order.indicator, None) for taken in takes(side, spans))
        through = filters.sieve(order.scope.filters if filters.applies(order.indicator) else (), clock.at)
        reach = Reach(alone=True, everywhere=order.region.level == 0)
        binds = {"at": clock.at, "top": order.region.region_id, "zone": str(order.city.zone), **through.binds}
        for group in groups:
            own = {} if group[0].span is None else {"start": group[0].span.start, "end": group[0].span.end}
            statement = select(group, extras, reach, through.condition, live=not clock.past)
            for piece in streamed(connection, statement, binds | own):
                if monotonic() > until:
                    raise DataUnavailable("the rest of the file")
                yield [finish(row) for row in piece]
        if found := published(connection, order, extras, day_of(clock.at, order.city.zone).year):
            yield [finish(row) for row in found]


def streamed(connection: Connection, statement: str, binds: dict[str, Any]) -> Iterator[Sequence[Any]]:
    """A statement's rows through a cursor of the server."""
    result = connection.execution_options(stream_results=True, max_row_buffer=PIECE).execute(sql(statement), {
        name: value for name, value in binds.items() if f":{name}" in statement})
    try:
        yield from result.partitions(PIECE)
    finally:
        result.close()


def select(group: Sequence[Taken], extras: Sequence[Extra], reach: Reach, sieve: str, *, live: bool) -> str:
    """All facts that any term of a group takes, traced to their rows, the newest first."""
    first = group[0]
    fact = FACTS[first.fact]
    value = next((taken.value for taken in group if taken.value is not None), "NULL")
    within = "TRUE" if first.span is None else f"{first.at} >= :start AND {first.at} < :end"
    relation = fact.standing(live=live) if first.span is None else fact.relation
    where = INSIDE if first.span is not None and not reach.everywhere else reach.facts(fact)
    own = "f.batch_id, f.row_no" if fact.traced else "f.source_id, f.device_id"
    more = "".join(f",\n                       {one.expression} AS extra{number}" for number, one in enumerate(extras))
    return f"""
        SELECT q.over, q.base, {instant("q.at")} AS at, q.identity, q.region_id, q.value,
               {"".join(f"q.extra{number}, " for number in range(len(extras)))}
               s.name_zh, s.name_en, s.simulated, b.door, b.origin, b.batch_id,
               {"q.row_no" if fact.traced else "spoken.row_no"} AS row_no
          FROM (SELECT COALESCE({on_side(group, base=False)}, FALSE) AS over,
                       COALESCE({on_side(group, base=True)}, FALSE) AS base,
                       CAST({first.at} AS timestamptz) AS at, f.{fact.identity}::text AS identity, f.region_id,
                       ({value})::float8 AS value, {own}{more}
                  FROM {relation} f
                 WHERE {where} AND {sieve} AND {within} AND ({any_of([taken.condition for taken in group])})) AS q
          {OWN_BATCH if fact.traced else LAST_WORD}
         {"" if first.at == "NULL" else "ORDER BY q.at DESC NULLS LAST"}"""


def published(connection: Connection, order: Order, extras: Sequence[Extra], year: int) -> list[Line]:
    """The statistics that a measure takes, as such rows."""
    keys: dict[bool, list[str]] = {False: [], True: []}
    for term, base in sides(order.indicator, None):
        if isinstance(term, Statistic):
            keys[base].append(term.key)
    if not any(keys.values()):
        return []
    found = connection.execute(sql(STATISTICS), {
        "over": keys[False], "base": keys[True], "top": order.region.region_id, "year": year}).all()
    simulated = {row.key: row.simulated for row in connection.execute(sql("SELECT key, simulated FROM source"))}
    empty = [None] * len(extras)
    return [[over, base, at, identity, region_id, value, *empty, zh, en, simulated[source], door, origin, batch_id, row_no]
            for over, base, at, identity, region_id, value, source, zh, en, door, origin, batch_id, row_no in found]


def named(connection: Connection, language: Language) -> Books:
    """What the codes are called that the database has names for."""
    return {column: {code: zh if language == "zh" else en for code, zh, en in connection.execute(sql(statement))}
            for column, statement in NAMES.items()}


def finisher(order: Order, books: Books, extras: Sequence[Extra], *, ratio: bool) -> Callable[[Line], Line]:
    """What turns a row of the database into one of the file: names in place of numbers and codes."""
    regions = {one.region_id: (one.code, one.name[order.language]) for one in order.city.regions.values()}
    own = 6 + len(extras)                  # where what all facts tell goes on
    told = [(at, books[one.column.name.en]) for at, one in enumerate(extras, start=6) if one.column.name.en in books]
    first, source = 0 if ratio else 2, own if order.language == "zh" else own + 1

    def finish(row: Line) -> Line:
        cells = list(row)
        for at, book in told:
            cells[at] = book.get(cells[at], cells[at])
        return [*cells[first:4], *regions[cells[4]], *cells[5:own], cells[source], *cells[own + 2:]]

    return finish
