"""A request's query options, read: `$filter`, `$orderby`, `$select`, `$expand` and their numbers.

The grammar is `query.lark`, read by the library lark. What comes out are frozen records; what they mean for which entity is
said by `filtering.py` and `reading.py`.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path as File
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote_plus

import numpy as np
import shapely
from lark import Lark, Token, v_args
from lark.exceptions import LarkError, UnexpectedInput, VisitError
from lark.visitors import Transformer_NonRecursive

GRAMMAR = File(__file__).with_name("query.lark")
LONGEST = 8000           # characters of all options
LARGEST = 2**31 - 1      # $top and $skip
DEEPEST = 6              # levels of $expand, the request's own among them
BY_GRAMMAR = ("$filter", "$orderby", "$select", "$expand")
OPTIONS = (*BY_GRAMMAR, "$top", "$skip", "$count", "$resultFormat")
DURATION = re.compile(r"(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")

Kind = Literal["text", "number", "time", "interval", "date", "clock", "duration", "geometry", "flag", "null"]


class Malformed(ValueError):
    """A request that the standard does not know, in the words of whoever sent it."""


@dataclass(frozen=True)
class Path:
    """A property, by way of the entities that lead to it."""

    steps: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.steps)


@dataclass(frozen=True)
class Constant:
    """A value as it was written."""

    kind: Kind
    value: Any

    def __str__(self) -> str:
        return repr(self.value) if self.kind in ("text", "number") else self.kind


@dataclass(frozen=True)
class Call:
    """A function of some arguments."""

    name: str
    arguments: tuple["Node", ...]

    def __str__(self) -> str:
        return f"{self.name}(…)"


@dataclass(frozen=True)
class Calculation:
    """add, sub, mul, div or mod of two values."""

    operator: str
    left: "Node"
    right: "Node"

    def __str__(self) -> str:
        return f"… {self.operator} …"


@dataclass(frozen=True)
class Comparison:
    """eq, ne, gt, ge, lt or le between two values."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class AllOf:
    """Conditions joined by `and`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """Conditions joined by `or`."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class NoneOf:
    """A condition that must not hold."""

    part: "Node"


Node: TypeAlias = Path | Constant | Call | Calculation | Comparison | AllOf | AnyOf | NoneOf


@dataclass(frozen=True)
class Order:
    """One key of an order."""

    by: Node
    descending: bool


@dataclass(frozen=True)
class Query:
    """What a request asks of a collection; `said` keeps the options as they were written, for the link to the next page."""

    filter: Node | None = None
    orderby: tuple[Order, ...] = ()
    select: tuple[str, ...] = ()
    expand: tuple["Expanded", ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    data_array: bool = False
    said: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    depth: int = 1

    def with_skip(self, skip: int) -> list[tuple[str, str]]:
        """The options as they were written, for a page that begins elsewhere."""
        return [*((name, text) for name, text in self.said if name != "$skip"), ("$skip", str(skip))]


@dataclass(frozen=True)
class Expanded:
    """A related entity to be shown within, and what is asked of it."""

    steps: tuple[str, ...]
    query: Query


EVERYTHING = Query()


@cache
def grammar() -> Lark:
    """The grammar, compiled once."""
    return Lark(GRAMMAR.read_text(encoding="utf-8"), parser="lalr", start=["filter", "orderby", "select", "expand"],
                maybe_placeholders=False, propagate_positions=True)


def query(sent: str) -> Query:
    """What stands behind the question mark of an address. Raises: Malformed."""
    if len(sent) > LONGEST:
        raise Malformed(f"the query has {len(sent)} characters; {LONGEST} are read at most")
    options: dict[str, str] = {}
    for pair in filter(None, sent.split("&")):
        name, _, text = pair.partition("=")
        name, text = plain(name), plain(text)
        if name in options:
            raise Malformed(f"{name} is there more than once")
        if name.startswith("$") and name not in OPTIONS:
            raise Malformed(f"{name} is no option; there are {', '.join(OPTIONS)}")
        if name.startswith("$"):
            options[name] = text
    return options_read(tuple(options.items()))


def plain(text: str) -> str:
    """A piece of an address, unquoted; clients write a blank as + or %20. Raises: Malformed."""
    try:
        read = unquote_plus(text, errors="strict")
    except UnicodeDecodeError as error:
        raise Malformed("the query is not UTF-8") from error
    if "\0" in read:
        raise Malformed("the query holds a NUL character")
    return read


@lru_cache(maxsize=256)
def options_read(options: tuple[tuple[str, str], ...]) -> Query:
    """The options of one collection. Raises: Malformed."""
    return query_of({name: parsed(text, name[1:]) if name in BY_GRAMMAR else text for name, text in options}, options)


def query_of(options: dict[str, Any], said: tuple[tuple[str, str], ...]) -> Query:
    """The options, those by the grammar parsed already. Raises: Malformed."""
    expand: tuple[Expanded, ...] = options.get("$expand", ())
    depth = 1 + max((each.query.depth for each in expand), default=0)
    if depth > DEEPEST:
        raise Malformed(f"$expand nests deeper than {DEEPEST - 1} levels")
    return Query(
        filter=options.get("$filter"), orderby=options.get("$orderby", ()), select=options.get("$select", ()), expand=expand,
        top=whole("$top", options["$top"]) if "$top" in options else None, skip=whole("$skip", options.get("$skip", "0")),
        count=flag("$count", options.get("$count", "false")), data_array=data_array(options.get("$resultFormat")),
        said=said, depth=depth)


def parsed(text: str, start: str) -> Any:
    """One option by the grammar. Raises: Malformed."""
    try:
        return Reader(text).transform(grammar().parse(text, start=start))
    except VisitError as error:
        if isinstance(error.orig_exc, Malformed):
            raise error.orig_exc from error
        raise
    except UnexpectedInput as error:
        at = error.pos_in_stream if error.pos_in_stream is not None and error.pos_in_stream >= 0 else len(text)
        there = shortened(text[at:]) or "it ends too early"
        raise Malformed(f"${start} cannot be read at character {at + 1}: {there}") from error
    except LarkError as error:
        raise Malformed(f"${start} cannot be read: {shortened(text)}") from error


def shortened(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= 40 else f"{text[:39]}…"


def whole(name: str, text: str) -> int:
    """A number of rows. Raises: Malformed."""
    if not re.fullmatch(r"\d{1,10}", text.strip(), re.ASCII) or int(text) > LARGEST:
        raise Malformed(f"{name} must be a whole number from 0, not {shortened(text)!r}")
    return int(text)


def flag(name: str, text: str) -> bool:
    """true or false. Raises: Malformed."""
    if text.strip().lower() not in ("true", "false"):
        raise Malformed(f"{name} must be true or false, not {shortened(text)!r}")
    return text.strip().lower() == "true"


def data_array(said: str | None) -> bool:
    """Whether the result is wanted as a data array. Raises: Malformed."""
    if said not in (None, "dataArray"):
        raise Malformed(f"$resultFormat may be dataArray, not {shortened(said or '')!r}")
    return said is not None


class Reader(Transformer_NonRecursive[Token, Any]):
    """Makes records of what the grammar found; it does not call itself, however deep a text nests."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def filter(self, found: list[Any]) -> Any:
        """A whole condition."""
        return found[0]

    def orderby(self, found: list[Any]) -> tuple[Order, ...]:
        """All keys of an order."""
        return tuple(found)

    def order(self, found: list[Any]) -> Order:
        """One key, rising unless it says otherwise."""
        return Order(found[0], descending=len(found) > 1 and str(found[1]) == "desc")

    def select(self, found: list[Any]) -> tuple[str, ...]:
        """Properties by name; of a part of one, the whole is shown."""
        return tuple(dict.fromkeys(path.steps[0] for path in found))

    def expand(self, found: list[Any]) -> tuple[Expanded, ...]:
        """All entities to be shown within."""
        return tuple(found)

    def expanded(self, found: list[Any]) -> Expanded:
        """One of them with its options."""
        path, options = found[0], {name: value for name, _, value in found[1:]}
        if len(options) < len(found) - 1:
            raise Malformed(f"an option of {path} is there more than once")
        made = query_of(options, tuple((name, text) for name, text, _ in found[1:]))
        return Expanded(path.steps, made)

    def any_of(self, found: list[Any]) -> AnyOf:
        """or"""
        return AnyOf(tuple(found))

    def all_of(self, found: list[Any]) -> AllOf:
        """and"""
        return AllOf(tuple(found))

    def none_of(self, found: list[Any]) -> NoneOf:
        """not"""
        return NoneOf(found[0])

    def comparison(self, found: list[Any]) -> Comparison:
        """One value against another."""
        return Comparison(str(found[1]), found[0], found[2])

    def one_of(self, found: list[Any]) -> AnyOf:
        """One value against several."""
        return AnyOf(tuple(Comparison("eq", found[0], other) for other in found[1:]))

    def calculation(self, found: list[Any]) -> Calculation:
        """One value and another make a third."""
        return Calculation(str(found[1]), found[0], found[2])

    def call(self, found: list[Any]) -> Call:
        """A function's call; names are small letters in every version of the standard."""
        return Call(str(found[0]).lower(), tuple(found[1:]))

    def path(self, found: list[Any]) -> Path:
        """A path of names."""
        return Path(tuple(map(str, found)))

    def literal(self, found: list[Any]) -> Constant:
        """A value as written."""
        return constant(found[0].type, str(found[0]))


def option_of(name: str) -> Any:
    """The reading of one option within an `$expand`: its name, its text as it was written, and what it says."""
    @v_args(meta=True)
    def read(self: Reader, meta: Any, found: list[Any]) -> tuple[str, str, Any]:
        value = str(found[0]) if isinstance(found[0], Token) else found[0]
        return f"${name}", self.text[meta.start_pos:meta.end_pos].partition("=")[2].strip(), value
    return read


for _option in ("filter", "orderby", "select", "expand", "top", "skip", "count"):
    setattr(Reader, f"inner_{_option}", option_of(_option))


def constant(kind: str, text: str) -> Constant:
    """A literal's value. Raises: Malformed."""
    try:
        return Constant(*READ[kind](text))
    except Malformed:
        raise
    except (ValueError, OverflowError, shapely.errors.ShapelyError) as error:
        raise Malformed(f"{shortened(text)} is no {kind.lower()}") from error


def instant(text: str) -> datetime:
    """An instant; the + of an offset reaches us as a blank when it was not quoted; without an offset it is UTC."""
    read = datetime.fromisoformat(text.upper().replace(" ", "+"))
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def interval(text: str) -> tuple[datetime, datetime]:
    """Two instants, the first one first."""
    start, end = map(instant, text.split("/"))
    if end < start:
        raise Malformed(f"the interval {text} ends before it begins")
    return start, end


def duration(text: str) -> timedelta:
    """A duration of weeks, days, hours, minutes and seconds."""
    match = DURATION.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()[1:]):
        raise Malformed(f"{text!r} is no duration of weeks, days, hours, minutes and seconds; write one like PT1H30M")
    sign, *numbers = match.groups()
    weeks, days, hours, minutes, seconds = (float(number or 0) for number in numbers)
    made = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -made if sign else made


def geometry(text: str) -> str:
    """A geometry from its well-known text, as the binary in hexadecimals that the database reads."""
    body = re.sub(r"^\s*SRID=\d+;", "", text.partition("'")[2][:-1], flags=re.IGNORECASE)
    with np.errstate(all="ignore"):     # a number beyond all bounds is refused by make_valid
        read = shapely.from_wkt(body)
    return str(shapely.to_wkb(shapely.make_valid(read), hex=True, output_dimension=2))


READ: dict[str, Any] = {
    "STRING": lambda text: ("text", text[1:-1].replace("''", "'")),
    "NUMBER": lambda text: ("number", float(text)),
    "INSTANT": lambda text: ("time", instant(text)),
    "INTERVAL": lambda text: ("interval", interval(text)),
    "DATE": lambda text: ("date", date.fromisoformat(text)),
    "CLOCK": lambda text: ("clock", time.fromisoformat(text)),
    "DURATION": lambda text: ("duration", duration(text.partition("'")[2][:-1])),
    "GEOMETRY": lambda text: ("geometry", geometry(text)),
    "TRUE": lambda text: ("flag", True),
    "FALSE": lambda text: ("flag", False),
    "NULL": lambda text: ("null", None),
}
