"""Filters of cases: what a viewer picks out, as SQL over a case (alias `f`), and as text in an address.

Values of one field are alternatives, fields hold together. A class stands for all classes below it.
"""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import get_args
from urllib.parse import parse_qsl, quote, unquote, urlencode

from indicators.algebra import metric_keys, stock_keys
from indicators.definition import Indicator
from indicators.metrics import METRICS, SOON, STOCKS
from indicators.scope import Field, Filter

FIELDS: tuple[Field, ...] = get_args(Field)
LATENESS = ("overdue", "due_soon", "open", "closed")  # every case is one of these
STEPS = ("reported", "registered", "dispatched", "disposed", "verified", "suspended", "returned", "reworked")
NOBODY = "-"            # among agencies: the cases that none has yet
LONGEST = 400           # of one field's values as text: what fits any address and any tile's

STANDING = "(f.closed_at IS NULL OR f.closed_at > :filter_at)"
RUNNING = "(f.suspended_at IS NULL OR f.suspended_at > :filter_at)"
LATE: dict[str, str] = {
    "overdue": f"({STANDING} AND {RUNNING} AND f.due_at <= :filter_at)",
    "due_soon": f"({STANDING} AND {RUNNING} AND f.due_at > :filter_at AND f.due_at <= :filter_at + {SOON})",
    "open": f"({STANDING} AND (NOT {RUNNING} OR f.due_at IS NULL OR f.due_at > :filter_at + {SOON}))",
    "closed": "(f.closed_at <= :filter_at)",
}
CLASSES = """f.class_code = ANY (ARRAY (
    WITH RECURSIVE chosen AS (
        SELECT code FROM case_class WHERE code = ANY(:filter_class)
         UNION
        SELECT below.code FROM case_class below JOIN chosen ON below.parent_code = chosen.code)
    SELECT code FROM chosen))"""
AGENCIES = "f.agency_id = ANY (ARRAY (SELECT agency_id FROM agency WHERE code = ANY(:filter_agency)))"


class BadFilter(ValueError):
    """No filter can be this."""


@dataclass(frozen=True)
class Sieve:
    """A condition on cases with its binds."""

    condition: str
    binds: Mapping[str, object]


@cache
def applies(indicator: Indicator) -> bool:
    """Whether filters can be applied to an indicator: every fact that it counts is a case."""
    facts = {METRICS[key].fact for key in metric_keys(indicator.measure)}
    return facts | {STOCKS[key].fact for key in stock_keys(indicator.measure)} == {"case"}


def sieve(filters: Sequence[Filter], at: datetime) -> Sieve:
    """The condition that lets through what all filters do; states are those at an instant."""
    conditions = [condition(one) for one in filters]
    binds: dict[str, object] = {f"filter_{one.field}": list(one.values) for one in filters if one.field != "state"}
    for one in filters:
        if one.field == "state":
            binds |= {"filter_at": at, "filter_state": [value for value in one.values if value in STEPS]}
    text = " AND ".join(f"({one})" for one in conditions) or "TRUE"
    return Sieve(text, {name: value for name, value in binds.items() if f":{name}" in text})


def condition(one: Filter) -> str:
    """One field's condition."""
    if one.field == "class":
        return CLASSES
    if one.field == "channel":
        return "f.channel = ANY(:filter_channel)"
    if one.field == "agency":
        return f"{AGENCIES} OR f.agency_id IS NULL" if NOBODY in one.values else AGENCIES
    steps = [f"(f.state = ANY(:filter_state) AND {STANDING})"] if any(value in STEPS for value in one.values) else []
    return " OR ".join([*(LATE[value] for value in one.values if value in LATE), *steps])


def chosen(filters: Sequence[Filter], field: Field) -> tuple[str, ...]:
    """The values that a field is filtered by; none where it is not."""
    return next((one.values for one in filters if one.field == field), ())


def with_values(filters: Sequence[Filter], field: Field, values: Iterable[str]) -> tuple[Filter, ...]:
    """The filters with one field's values replaced, in the order that makes equal filters equal."""
    kept = {one.field: one.values for one in filters} | {field: tuple(sorted(set(values)))}
    return tuple(Filter(known, kept[known]) for known in FIELDS if kept.get(known))


def toggled(filters: Sequence[Filter], field: Field, value: str) -> tuple[Filter, ...]:
    """The filters with a value added, or taken away where it was chosen."""
    return with_values(filters, field, set(chosen(filters, field)) ^ {value})


def told(one: Filter) -> str:
    """A filter's values as text; a comma within a value is escaped."""
    return ",".join(quote(value, safe="") for value in one.values)


def read(texts: Mapping[str, str]) -> tuple[Filter, ...]:
    """Filters from their texts by field. Raises: BadFilter."""
    filters: tuple[Filter, ...] = ()
    for name, text in texts.items():
        field = next((known for known in FIELDS if known == name), None)
        if field is None:
            raise BadFilter(name)
        values = [unquote(part) for part in text.split(",") if part]
        if len(text) > LONGEST or "\0" in text or any("\0" in value for value in values):
            raise BadFilter(f"{name}={text[:40]}")
        for value in values if field == "state" else ():
            if value not in LATENESS and value not in STEPS:
                raise BadFilter(f"{name}={value}")
        filters = with_values(filters, field, values)
    return filters


def token(filters: Sequence[Filter]) -> str:
    """Filters as one word of an address; `from_token` reads it back."""
    text = urlencode([(one.field, told(one)) for one in filters])
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_token(word: str) -> tuple[Filter, ...]:
    """The filters that a word stands for. Raises: BadFilter."""
    try:
        text = b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise BadFilter(word[:40]) from error
    return read(dict(parse_qsl(text)))
