"""Reads what an address and a query ask for: one statement for a page, and one for each `$expand` whatever its size."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import Connection

from doors.sensorthings.filtering import Bound, Join, ordered, where
from doors.sensorthings.model import ENTITIES, NEWEST, Entity, Keys, Link, observation_id, stream_id
from doors.sensorthings.query import EVERYTHING, Expanded, Malformed, Path, Query
from doors.sensorthings.rendering import Row, Shown, address, show_all

DEFAULT_PAGE = 100
LARGEST_PAGE = 10_000
MOST = 50_000       # entities in one answer, those within others among them
ARRAYS = {"device_id": "int[]", "property_id": "smallint[]", "kind": "text[]"}
WIDTHS = [timedelta(hours=1), timedelta(days=1), timedelta(days=8)]
BY_TIME = (("phenomenonTime",), ("resultTime",))
PLAIN = "$(),;/:'@= "   # what stands in a link to the next page as it was written


@dataclass
class Budget:
    """How many entities an answer may still hold."""

    left: int = MOST

    def take(self, count: int) -> None:
        """Count entities in. Raises: Malformed when there are too many."""
        self.left -= count
        if self.left < 0:
            raise Malformed(f"the answer would hold more than {MOST:,} entities; ask for less with $top")

    def page(self, query: Query, parents: int) -> int:
        """How many entities each of the parents may show. Raises: Malformed when not even one."""
        wanted = min(DEFAULT_PAGE if query.top is None else query.top, LARGEST_PAGE)
        allowed = min(wanted, self.left // max(parents, 1))
        if wanted and not allowed:
            raise Malformed(f"the answer would hold more than {MOST:,} entities; ask for less with $top")
        return allowed


@dataclass(frozen=True)
class Asked:
    """Where entities are asked for: the connection, the service's address, and how many may still be shown."""

    connection: Connection
    root: str
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class Page:
    """Some rows of a collection, whether there are more, and how many there are in all where that was asked."""

    rows: list[Row]
    more: bool
    count: int | None = None


def fetch(connection: Connection, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement."""
    return connection.exec_driver_sql(statement, dict(values)).all()


def one(connection: Connection, entity: Entity, keys: Keys) -> Row | None:
    """The entity of these keys; None when there is none."""
    bound = Bound()
    found = fetch(connection, f"""
        SELECT {columns(entity)}
          FROM ({entity.view}) AS t0
         WHERE {' AND '.join(fixed(entity, keys, bound))}
         LIMIT 1""", bound.values)
    return dict(zip(entity.columns, found[0], strict=True)) if found else None


def page(connection: Connection, entity: Entity, keys: Keys, query: Query, size: int) -> Page:
    """A page of the entities that have these keys. Raises: Malformed."""
    counted = counted_rows(connection, entity, keys, query) if query.count else None
    if newest_first(entity, query) and not {"device_id", "property_id"} <= set(keys):
        for since in beginnings(connection):
            found = page_since(connection, entity, keys, query, size, since)
            if found.more:
                return replace(found, count=counted)
    return replace(page_since(connection, entity, keys, query, size, None), count=counted)


def beginnings(connection: Connection) -> Iterator[datetime]:
    """Instants before the newest Observation, ever further: no index gives the newest of all devices, but most questions for
    them are answered by the last hour."""
    newest = fetch(connection, "SELECT max(observed_at) FROM latest_observation", {})[0][0]
    if newest is not None:
        yield from (newest - width for width in WIDTHS)


def page_since(connection: Connection, entity: Entity, keys: Keys, query: Query, size: int, since: datetime | None) -> Page:
    """A page of entities; of Observations those since an instant. Raises: Malformed."""
    bound = Bound()
    newest = of_newest(entity, keys, query)
    conditions, joins = fixed(entity, keys, bound), list[Join]()
    if query.filter is not None:
        condition, joins = where(entity, "t0", query.filter, bound)
        conditions.append(condition)
    if since is not None:
        conditions.append(f"t0.observed_at >= {bound.add(since)}")
    order, further = ordered(entity, "t0", query.orderby, bound)
    found = fetch(connection, f"""
        SELECT {columns(entity)}
          FROM ({NEWEST if newest else entity.view}) AS t0
        {joined([*joins, *further])}
         {'WHERE ' + ' AND '.join(conditions) if conditions else ''}
         ORDER BY {order}
         LIMIT {bound.add(size + 1)} OFFSET {bound.add(query.skip)}""", bound.values)
    rows: list[Row] = [dict(zip(entity.columns, row, strict=True)) for row in found[:size]]
    return Page(rows, len(found) > size or (newest and bool(found)))


def counted_rows(connection: Connection, entity: Entity, keys: Keys, query: Query) -> int:
    """How many entities there are in all. Raises: Malformed."""
    bound = Bound()
    conditions, joins = fixed(entity, keys, bound), list[Join]()
    if query.filter is not None:
        condition, joins = where(entity, "t0", query.filter, bound)
        conditions.append(condition)
    found = fetch(connection, f"""
        SELECT count(*)
          FROM ({entity.view}) AS t0
        {joined(joins)}
         {'WHERE ' + ' AND '.join(conditions) if conditions else ''}""", bound.values)
    return int(found[0][0])


def newest_first(entity: Entity, query: Query) -> bool:
    """Whether the newest Observations are asked for."""
    first = query.orderby[0] if query.orderby else None
    return (entity.plural == "Observations" and first is not None and first.descending and isinstance(first.by, Path)
            and first.by.steps in BY_TIME)


def of_newest(entity: Entity, keys: Keys, query: Query) -> bool:
    """Whether the newest Observation of a Datastream is asked for, which is kept beside the others."""
    return (newest_first(entity, query) and query.top == 1 and query.skip == 0 and query.filter is None and not query.count
            and set(keys) == {"device_id", "property_id"})


def columns(entity: Entity) -> str:
    """What is read of an entity."""
    return ", ".join(f"t0.{name}" for name in entity.columns)


def joined(joins: Sequence[Join]) -> str:
    """The joins of a statement; a path that both condition and order follow is joined for each."""
    return "\n".join(join.sql() for join in joins)


def fixed(entity: Entity, keys: Keys, bound: Bound) -> list[str]:
    """The conditions that keys make, with the entity's own."""
    return [*(f"t0.{name} = {bound.add(value)}" for name, value in keys.items()),
            *([f"t0.{entity.condition}"] if entity.condition else [])]


def shown(asked: Asked, entity: Entity, rows: Sequence[Row], query: Query) -> list[Shown]:
    """Rows as JSON, with what is to be shown within them. Raises: Malformed."""
    asked.budget.take(len(rows))
    check_select(entity, query)
    within = by_step(entity, query.expand)
    made = show_all(entity, rows, asked.root, query.select, within)
    for step, inner in within.items():
        expand(asked, entity, step, inner, rows, made)
    return made


def check_select(entity: Entity, query: Query) -> None:
    """What is selected is there. Raises: Malformed."""
    for name in query.select:
        if name not in (*entity.selectable, *entity.links, "@iot.id", "@iot.selfLink"):
            raise Malformed(f"{entity.plural} have no {name} to be selected; there are "
                            f"{', '.join((*entity.selectable, *entity.links))}")


def by_step(entity: Entity, expand: Sequence[Expanded]) -> dict[str, Query]:
    """What is to be shown within, by the first step of its path; a step that comes twice shows both. Raises: Malformed."""
    made: dict[str, Query] = {}
    for each in expand:
        step, *rest = each.steps
        if step not in entity.links:
            raise Malformed(f"{entity.plural} have no {step} to be expanded; there are {', '.join(entity.links)}")
        if len(rest) >= len(ENTITIES):
            raise Malformed(f"$expand follows at most {len(ENTITIES)} steps")
        inner = replace(EVERYTHING, expand=(Expanded(tuple(rest), each.query),)) if rest else each.query
        before = made.get(step)
        made[step] = inner if before is None else replace(
            inner if inner.said else before, expand=(*before.expand, *inner.expand))
    return made


def expand(asked: Asked, entity: Entity, step: str, query: Query, rows: Sequence[Row], made: list[Shown]) -> None:
    """Show within each entity what a step leads to."""
    link = entity.links[step]
    target = ENTITIES[link.target]
    places = [*zip(*([row[name] for row in rows] for name in link.keys), strict=True)]
    parents = list(dict.fromkeys(places))
    if not link.many:
        found = related_one(asked, link, parents)
        inner = dict(zip(found, shown(asked, target, list(found.values()), query), strict=True))
        for place, item in zip(places, made, strict=True):
            item[step] = inner.get(place)
        return
    pages = related(asked, link, parents, query)
    cards = iter(shown(asked, target, [row for each in pages for row in each.rows], query))
    within = {parent: (each, list(islice(cards, len(each.rows)))) for parent, each in zip(parents, pages, strict=True)}
    further = {size: f"/{step}?{next_query(query, size)}" for size in {len(each.rows) for each in pages if each.more}}
    for place, item, row in zip(places, made, rows, strict=True):
        each, item[step] = within[place]
        if each.count is not None:
            item[f"{step}@iot.count"] = each.count
        if each.more:
            item[f"{step}@iot.nextLink"] = address(asked.root, entity.plural, identity(entity, row)) + further[len(each.rows)]


def identity(entity: Entity, row: Row) -> int | str:
    """An entity's id."""
    found = [row[name] for name in entity.key]
    if entity.plural == "Observations":
        return observation_id(*found)
    own: int | str = stream_id(*found) if entity.plural == "Datastreams" else found[0]
    return own


def next_query(query: Query, shown_now: int) -> str:
    """What stands behind the question mark where a collection goes on."""
    return urlencode(query.with_skip(query.skip + shown_now), safe=PLAIN, quote_via=quote).replace(" ", "%20")


def related_one(asked: Asked, link: Link, parents: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], Row]:
    """The one entity that each parent leads to, by the keys that they share."""
    target, bound = ENTITIES[link.target], Bound()
    found = fetch(asked.connection, f"""
        SELECT {columns(target)}
          FROM {parents_sql(link, parents, bound)}
          JOIN ({target.view}) AS t0 ON {alike(link)}""", bound.values)
    rows = [dict(zip(target.columns, row, strict=True)) for row in found]
    return {tuple(row[name] for name in link.keys): row for row in rows}


def related(asked: Asked, link: Link, parents: Sequence[tuple[Any, ...]], query: Query) -> list[Page]:
    """For each parent a page of the entities that it leads to. Raises: Malformed."""
    target, bound = ENTITIES[link.target], Bound()
    size = asked.budget.page(query, len(parents))
    newest = of_newest(target, dict.fromkeys(link.keys), query)
    conditions, joins = [alike(link), *fixed(target, {}, bound)], list[Join]()
    if query.filter is not None:
        condition, joins = where(target, "t0", query.filter, bound)
        conditions.append(condition)
    order, further = ordered(target, "t0", query.orderby, bound)
    inner = f"""
        SELECT {columns(target)}
          FROM ({NEWEST if newest else target.view}) AS t0
        {joined([*joins, *further])}
         WHERE {' AND '.join(conditions)}"""
    if not newest:
        inner += f" ORDER BY {order} LIMIT {bound.add(size + 1)} OFFSET {bound.add(query.skip)}"
    found = fetch(asked.connection, f"""
        SELECT p.n, t0.*
          FROM {parents_sql(link, parents, bound)}
         CROSS JOIN LATERAL ({inner}) AS t0""", bound.values)
    lists: list[list[Row]] = [[] for _ in parents]
    for row in found:
        lists[row[0] - 1].append(dict(zip(target.columns, row[1:], strict=True)))
    counts = related_counts(asked, link, parents, query) if query.count else {}
    return [Page(rows[:size], len(rows) > size or (newest and bool(rows)), counts.get(parent, 0) if query.count else None)
            for parent, rows in zip(parents, lists, strict=True)]


def related_counts(
    asked: Asked, link: Link, parents: Sequence[tuple[Any, ...]], query: Query
) -> dict[tuple[Any, ...], int]:
    """How many entities each parent leads to."""
    target, bound = ENTITIES[link.target], Bound()
    conditions, joins = [alike(link), *fixed(target, {}, bound)], list[Join]()
    if query.filter is not None:
        condition, joins = where(target, "t0", query.filter, bound)
        conditions.append(condition)
    found = fetch(asked.connection, f"""
        SELECT p.n, t0.n
          FROM {parents_sql(link, parents, bound)}
         CROSS JOIN LATERAL (SELECT count(*) AS n
                               FROM ({target.view}) AS t0
                             {joined(joins)}
                              WHERE {' AND '.join(conditions)}) AS t0""", bound.values)
    return {parents[number - 1]: count for number, count in found}


def parents_sql(link: Link, parents: Sequence[tuple[Any, ...]], bound: Bound) -> str:
    """The parents as a table of their keys."""
    lists = ", ".join(f"CAST({bound.add([parent[at] for parent in parents])} AS {ARRAYS[name]})"
                      for at, name in enumerate(link.keys))
    return f"unnest({lists}) WITH ORDINALITY AS p ({', '.join(link.keys)}, n)"


def alike(link: Link) -> str:
    """That what is related has the parent's keys."""
    return " AND ".join(f"t0.{name} = p.{name}" for name in link.keys)
