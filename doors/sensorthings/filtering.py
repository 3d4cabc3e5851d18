"""Conditions and orders as SQL: names come from the model's table alone, and every value is bound."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as clock
from typing import Any

from doors.sensorthings.functions import FUNCTIONS, LETTERS, RELATION, Function
from doors.sensorthings.model import ENTITIES, Entity, Kind, Property
from doors.sensorthings.query import (
    AllOf,
    AnyOf,
    Calculation,
    Call,
    Comparison,
    Constant,
    Malformed,
    Node,
    NoneOf,
    Order,
    Path,
    constant,
)

DEEPEST = 40        # levels of a condition
LONGEST_PATH = 6
SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
MIRRORED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
# An instant against an interval: it is less where it comes before it, greater where it comes after it.
TO_INTERVAL = {"eq": "({0} = {1} AND {0} = {2})", "ne": "NOT ({0} = {1} AND {0} = {2})", "lt": "{0} < {1}", "le": "{0} <= {1}",
               "gt": "{0} >= {2}", "ge": "{0} >= {2}"}
ADDED = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
CAST: dict[str, str] = {"text": "text", "number": "double precision", "time": "timestamptz", "duration": "interval",
                        "date": "date", "clock": "time", "flag": "boolean"}
NOUNS: dict[str, str] = {"text": "a text", "number": "a number", "time": "an instant", "interval": "an interval",
                         "duration": "a duration", "date": "a date", "clock": "a time of day", "geometry": "a geometry",
                         "flag": "a condition", "json": "an object", "null": "null"}


@dataclass
class Bound:
    """The values of one statement, and the names that its tables go by."""

    values: dict[str, Any] = field(default_factory=dict)
    tables: int = 0

    def add(self, value: Any) -> str:
        """Bind a value. Returns: how the statement names it."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def table(self) -> str:
        """A name for one more table."""
        self.tables += 1
        return f"t{self.tables}"


@dataclass(frozen=True)
class Value:
    """A piece of SQL, and what it gives; an interval has its two ends."""

    sql: str
    kind: Kind | str
    until: str = ""


@dataclass
class Join:
    """A related view, joined where its `keys` are the same."""

    entity: Entity
    table: str
    on: str

    def sql(self) -> str:
        """The join; where there is nothing related, its columns are null."""
        return f"LEFT JOIN ({self.entity.view}) AS {self.table} ON {self.on}"


@dataclass(frozen=True)
class Place:
    """Where a path has come to: an entity, and the columns of it that can be read from here."""

    entity: Entity
    columns: Mapping[str, str]
    whole: bool     # whether all its columns can be, or only those that it shares with where the path came from


@dataclass
class Condition:
    """Makes SQL of one condition or order on the rows of a table; `joins` grow with the paths that lead elsewhere."""

    entity: Entity
    table: str
    bound: Bound
    joins: dict[tuple[str, ...], Join] = field(default_factory=dict)
    many: bool = False

    def flag(self, node: Node, depth: int = 0) -> str:
        """A condition. Raises: Malformed."""
        if depth > DEEPEST:
            raise Malformed(f"the condition nests deeper than {DEEPEST} levels")
        if isinstance(node, AllOf | AnyOf):
            word = " AND " if isinstance(node, AllOf) else " OR "
            return f"({word.join(self.flag(part, depth + 1) for part in node.parts)})"
        if isinstance(node, NoneOf):
            return f"(NOT {self.flag(node.part, depth + 1)})"
        if isinstance(node, Comparison):
            return self.comparison(node, depth + 1)
        return self.of_kind("flag", self.value(node, depth + 1), str(node))

    def comparison(self, node: Comparison, depth: int) -> str:
        """One value against another. Raises: Malformed."""
        quick = self.by_keys(node)
        if quick is not None:
            return quick
        left, right = self.operand(node.left, depth), self.operand(node.right, depth)
        left, right = alike(left, right, node, self.bound)
        if "null" in (left.kind, right.kind):
            return against_null(left, right, node.operator)
        if "interval" in (left.kind, right.kind):
            return against_interval(left, right, node)
        if left.kind != right.kind or left.kind in ("geometry", "json"):
            raise Malformed(f"{node.left} is {NOUNS[left.kind]}, {node.right} is {NOUNS[right.kind]}: "
                            f"{node.operator} cannot compare them")
        return f"({left.sql} {SIGNS[node.operator]} {right.sql})"

    def operand(self, node: Node, depth: int) -> Value:
        """One side of a comparison; that may be a condition itself. Raises: Malformed."""
        if isinstance(node, AllOf | AnyOf | NoneOf | Comparison):
            return Value(self.flag(node, depth + 1), "flag")
        return self.value(node, depth + 1)

    def by_keys(self, node: Comparison) -> str | None:
        """`id eq 5` by the columns that make the id, so that an index finds it; None for any other comparison."""
        path, other = (node.left, node.right) if isinstance(node.left, Path) else (node.right, node.left)
        if node.operator != "eq" or not isinstance(path, Path) or path.steps[-1] not in ("id", "@iot.id"):
            return None
        if not isinstance(other, Constant) or other.kind not in ("text", "number"):
            return None
        given = int(other.value) if isinstance(other.value, float) and other.value.is_integer() else other.value
        at = self.walk(path.steps[:-1])
        if at.entity.plural == "Sensors" or len(at.entity.key) > len(set(at.entity.key) & set(at.columns)):
            return None
        keys = at.entity.keys_of(given) if isinstance(given, str | int) else None
        if keys is None:
            return "false"
        return f"({' AND '.join(f'{at.columns[name]} = {self.bound.add(value)}' for name, value in keys.items())})"

    def value(self, node: Node, depth: int) -> Value:
        """A value. Raises: Malformed."""
        if depth > DEEPEST:
            raise Malformed(f"the condition nests deeper than {DEEPEST} levels")
        if isinstance(node, Constant):
            return self.constant(node)
        if isinstance(node, Path):
            return self.path(node)
        if isinstance(node, Calculation):
            return self.calculation(node, depth + 1)
        if isinstance(node, Call):
            return self.call(node, depth + 1)
        return Value(self.flag(node, depth + 1), "flag")

    def constant(self, node: Constant) -> Value:
        """A literal, bound."""
        if node.kind == "null":
            return Value("NULL", "null")
        if node.kind == "interval":
            start, end = (f"CAST({self.bound.add(one)} AS timestamptz)" for one in node.value)
            return Value(start, "interval", end)
        if node.kind == "geometry":
            return Value(f"ST_SetSRID(ST_GeomFromWKB(decode({self.bound.add(node.value)}, 'hex')), 4326)", "geometry")
        return Value(f"CAST({self.bound.add(node.value)} AS {CAST[node.kind]})", node.kind)

    def calculation(self, node: Calculation, depth: int) -> Value:
        """Numbers with numbers, instants with durations. Raises: Malformed."""
        left, right = self.value(node.left, depth), self.value(node.right, depth)
        kinds = left.kind, right.kind
        if kinds == ("number", "number"):
            if node.operator == "mod":
                made = f"mod(CAST({left.sql} AS numeric), NULLIF(CAST({right.sql} AS numeric), 0))"
                return Value(f"CAST({made} AS double precision)", "number")
            divisor = f"NULLIF({right.sql}, 0)" if node.operator == "div" else right.sql
            return Value(f"({left.sql} {ADDED[node.operator]} {divisor})", "number")
        if node.operator in ("add", "sub"):
            sign = ADDED[node.operator]
            if kinds in (("time", "duration"), ("duration", "duration")):
                return Value(f"({left.sql} {sign} {right.sql})", left.kind)
            if kinds == ("time", "time") and node.operator == "sub":
                return Value(f"({left.sql} - {right.sql})", "duration")
        raise Malformed(f"{node.left} is {NOUNS[left.kind]}, {node.right} is {NOUNS[right.kind]}: "
                        f"there is no {node.operator} of them")

    def call(self, node: Call, depth: int) -> Value:
        """A function. Raises: Malformed."""
        choices = FUNCTIONS.get(node.name)
        if choices is None:
            raise Malformed(f"there is no function {node.name}; there are {', '.join(FUNCTIONS)}")
        given = [self.value(one, depth) for one in node.arguments]
        for choice in choices:
            found = fitting(choice, given, node, self.bound)
            if found is not None:
                if node.name == "st_relate":
                    check_relation(node)
                return Value(f"({choice.sql.format(*found)})", choice.gives)
        raise Malformed(f"{node.name} does not take {', '.join(NOUNS[one.kind] for one in given) or 'nothing'}")

    def path(self, node: Path) -> Value:
        """A property of the row, or of what is related to it. Raises: Malformed."""
        entity, steps = self.entity, list(node.steps)
        links = 0
        while links < len(steps) and steps[links] in entity.links:
            entity, links = ENTITIES[entity.links[steps[links]].target], links + 1
        name = "/".join(steps[links:])
        name = "id" if name == "@iot.id" else name
        wanted = entity.properties.get(name)
        if wanted is None and name.startswith("properties/"):
            return Value("NULL", "null")
        if wanted is None:
            raise Malformed(f"{entity.plural} have no {name or 'value of their own'} to be asked for; there are "
                            f"{', '.join((*entity.properties, *entity.links))}")
        at = self.walk(tuple(steps[:links]), wanted)
        return Value(wanted.sql.format(**at.columns), wanted.kind)

    def walk(self, steps: tuple[str, ...], wanted: Property | None = None) -> Place:
        """Follow links; a view is joined only where a column is needed that the way there does not have. Raises: Malformed."""
        if len(steps) > LONGEST_PATH:
            raise Malformed(f"a path has {len(steps)} steps; {LONGEST_PATH} are followed at most")
        at = Place(self.entity, {name: f"{self.table}.{name}" for name in view_columns(self.entity)}, whole=True)
        for number, step in enumerate(steps):
            link = at.entity.links.get(step)
            if link is None:
                raise Malformed(f"{at.entity.plural} have no {step}; there are {', '.join(at.entity.links)}")
            if not set(link.keys) <= set(at.columns):
                at = self.joined(at, steps[:number])
            target = ENTITIES[link.target]
            shared = {name: at.columns[name] for name in link.keys}
            at = Place(target, shared, whole=False)
            if link.many:
                self.many = True
                at = self.joined(at, steps[:number + 1])
        if wanted is not None and not set(wanted.columns) <= set(at.columns):
            at = self.joined(at, steps)
        return at

    def joined(self, at: Place, steps: tuple[str, ...]) -> Place:
        """The same place with its view joined, so that all columns are there."""
        if at.whole:
            return at
        if steps not in self.joins:
            table = self.bound.table()
            on = " AND ".join(f"{table}.{name} = {column}" for name, column in at.columns.items())
            on += f" AND {table}.{at.entity.condition}" if at.entity.condition else ""
            self.joins[steps] = Join(at.entity, table, on)
        table = self.joins[steps].table
        return Place(at.entity, {name: f"{table}.{name}" for name in view_columns(at.entity)}, whole=True)

    def of_kind(self, kind: str, value: Value, said: str) -> str:
        """A value that must be of a kind. Raises: Malformed."""
        if value.kind == "null":
            return "NULL"
        if value.kind != kind:
            raise Malformed(f"{said} is {NOUNS[value.kind]}, where {NOUNS[kind]} is wanted")
        return value.sql


def view_columns(entity: Entity) -> tuple[str, ...]:
    """Every column that properties and links of an entity are made of."""
    return tuple(dict.fromkeys([*entity.key, *entity.columns, *(
        name for one in entity.properties.values() for name in one.columns), *(
        name for one in entity.links.values() for name in one.keys)]))


def alike(left: Value, right: Value, node: Comparison, bound: Bound) -> tuple[Value, Value]:
    """Both sides as one kind, where one of them can be read as the other's: an instant that was put in quotes, or a day."""
    for one, other, said, swap in ((left, right, node.right, False), (right, left, node.left, True)):
        made = None
        if one.kind == "time" and other.kind == "text" and isinstance(said, Constant):
            made = as_time(said.value, bound)
        elif one.kind == "time" and other.kind == "date" and isinstance(said, Constant):
            made = Value(f"CAST({bound.add(datetime.combine(said.value, clock(), UTC))} AS timestamptz)", "time")
        if made is not None:
            return (made, one) if swap else (one, made)
    return left, right


def as_time(written: str, bound: Bound) -> Value:
    """An instant that was put in quotes. Raises: Malformed."""
    read = constant("INSTANT", written)
    return Value(f"CAST({bound.add(read.value)} AS timestamptz)", "time")


def against_null(left: Value, right: Value, operator: str) -> str:
    """A comparison with null: only whether there is a value."""
    other = left if right.kind == "null" else right
    if operator not in ("eq", "ne"):
        return "false"
    if other.kind == "null":
        return "true" if operator == "eq" and left.kind == right.kind == "null" else "false"
    return f"({other.sql} IS {'NOT ' if operator == 'ne' else ''}NULL)"


def against_interval(left: Value, right: Value, node: Comparison) -> str:
    """An instant against an interval. Raises: Malformed."""
    one, other, operator = (left, right, node.operator) if right.kind == "interval" else (right, left, MIRRORED[node.operator])
    if one.kind != "time":
        raise Malformed(f"an interval can only be compared with an instant, not with {NOUNS[one.kind]}")
    return f"({TO_INTERVAL[operator].format(one.sql, other.sql, other.until)})"


def fitting(choice: Function, given: list[Value], node: Call, bound: Bound) -> list[str] | None:
    """The arguments as the function takes them; None where they do not fit."""
    if len(choice.takes) != len(given):
        return None
    found: list[str] = []
    for letter, value, said in zip(choice.takes, given, node.arguments, strict=True):
        if value.kind == "null":
            found += [f"CAST(NULL AS {CAST.get(LETTERS.get(letter, 'time'), 'geometry')})"] * (2 if letter == "s" else 1)
        elif letter == "s" and value.kind == "interval":
            found += [value.sql, value.until]
        elif letter == "i" and value.kind == "text" and isinstance(said, Constant):
            found.append(as_time(said.value, bound).sql)
        elif LETTERS.get(letter) == value.kind:
            found.append(value.sql)
        else:
            return None
    return found


def check_relation(node: Call) -> None:
    """Which relation is meant must be written out. Raises: Malformed."""
    said = node.arguments[2]
    if not isinstance(said, Constant) or RELATION.fullmatch(str(said.value)) is None:
        raise Malformed("st_relate wants nine of T, F, 0, 1, 2 and *, like 'T*F**F***'")


def where(entity: Entity, table: str, node: Node, bound: Bound) -> tuple[str, list[Join]]:
    """A condition on the rows of a table, and the views to be joined for it.

    One that leads to many related rows holds where it holds for some of them. Raises: Malformed.
    """
    condition = Condition(entity, table, bound)
    sql = condition.flag(node)
    joins = list(condition.joins.values())
    if not condition.many:
        return sql, joins
    joined = "\n".join(join.sql() for join in joins)
    return f"EXISTS (SELECT FROM (VALUES (1)) AS one (n)\n{joined}\nWHERE {sql})", []


def surely(entity: Entity, by: Node) -> bool:
    """Whether an order goes by a property that always has a value."""
    wanted = entity.properties.get(by.steps[0]) if isinstance(by, Path) and len(by.steps) == 1 else None
    return wanted is not None and wanted.sure


def ordered(entity: Entity, table: str, orders: tuple[Order, ...], bound: Bound) -> tuple[str, list[Join]]:
    """An order of the rows of a table, the entity's own key last, and the views to be joined for it. Raises: Malformed."""
    condition = Condition(entity, table, bound)
    said = []
    for order in orders:
        value = condition.value(order.by, 0)
        if condition.many:
            raise Malformed(f"{order.by} leads to many; an order goes by what there is one of")
        if value.kind in ("geometry", "json", "interval"):
            raise Malformed(f"{order.by} is {NOUNS[value.kind]}, which has no order")
        if value.kind != "null" and not isinstance(order.by, Constant):
            said.append(f"{value.sql} {'DESC' if order.descending else 'ASC'}{'' if surely(entity, order.by) else ' NULLS LAST'}")
    falling = bool(orders) and orders[0].descending
    keys = [f"{table}.{name} {'DESC' if falling else 'ASC'}" for name in entity.key]
    return ", ".join([*said, *keys]), list(condition.joins.values())
