"""Declared checks on the typed columns of a batch: every reason against every row, none dropped.

A check looks at whole columns and passes over what is missing: that is for `required` to say.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.checks import shown
from ingest.quality.keys import Keys
from ingest.quality.spec import (
    Allowed,
    Fresh,
    Inside,
    Ordered,
    Past,
    Patterned,
    Ranged,
    Required,
    Rule,
    Typed,
    Unique,
)
from ingest.rejects import Rejects
from ingest.times import instant

Column = NDArray[Any]
Columns = Mapping[str, Column]
Rows = NDArray[np.int64]

NUMBERS = {"number": "a number", "whole": "a whole number"}
TIMES = {"time": "a time in ISO 8601", "date": "a date such as 2026-03-04"}


@dataclass(frozen=True)
class Context:
    """What checks may know besides the rows: when these came, the city's outline, and the keys that came before."""

    now: np.datetime64
    inside: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]] | None = None
    keys: Keys = field(default_factory=Keys)


@dataclass(frozen=True)
class Fault:
    """Rows that fail a check in one field, with what to say of each."""

    rows: Rows
    name: str
    code: str
    text: Callable[[int], str]


def apply(
    checks: Sequence[Rule], columns: Columns, context: Context, refused: Collection[int] = (),
) -> tuple[Rejects, Rejects]:
    """Check the typed columns of a batch, all of one length; rows that are `refused` already are checked too.

    Returns: reasons against rows, and marks on rows that are let in, by position. What is unique is looked at last,
        among the rows that nothing else refuses, so that a bad row does not stand in the way of a good one.
    """
    rejects, marks = Rejects(), Rejects()
    for check in sorted(checks, key=lambda one: isinstance(one, Unique)):
        chosen = rejects if check.otherwise == "reject" else marks
        out = {*refused, *rejects.reasons} if isinstance(check, Unique) else ()
        for fault in faults(check, columns, context, out):
            for row in fault.rows:
                chosen.add(row, fault.name, fault.code, fault.text(int(row)))
    return rejects, Rejects({row: reasons for row, reasons in marks.reasons.items()
                             if row not in rejects.reasons and row not in refused})


def faults(check: Rule, columns: Columns, context: Context, out: Collection[int]) -> Iterable[Fault]:
    """What one check finds; columns that the batch does not have are wholly missing."""
    if isinstance(check, Required):
        return required(check, columns)
    if isinstance(check, Unique):
        return unique(check, columns, context, out)
    if isinstance(check, Inside):
        return inside(columns, context)
    if isinstance(check, Ordered):
        return ordered(check, columns)
    look = ONE_BY_ONE[type(check)]
    return (fault for name in check.fields if name in columns for fault in look(check, name, columns[name], context))


def missing(column: Column) -> NDArray[np.bool_]:
    """Where a column has no value."""
    if column.dtype.kind == "M":
        return np.isnat(column)
    return np.asarray(pd.isna(column), bool)


def given(column: Column) -> Rows:
    """The rows with a value."""
    return np.flatnonzero(~missing(column))


def required(check: Required, columns: Columns) -> Iterable[Fault]:
    """Rows without a value."""
    count = max((len(column) for column in columns.values()), default=0)
    for name in check.required:
        rows = np.flatnonzero(missing(columns[name])) if name in columns else np.arange(count)
        yield Fault(rows, name, "missing", lambda _, name=name: f"{name} is missing")  # type: ignore[misc]


def typed(check: Any, name: str, column: Column, _: Context) -> Iterable[Fault]:
    """Values that cannot be read as the declared kind."""
    rows = given(column)
    fine = readable(column[rows], check.kind)
    noun = NUMBERS.get(check.kind) or TIMES[check.kind]
    yield Fault(rows[~fine], name, "type", lambda row: f"{name} must be {noun}, not {said(column[row])}")


def readable(values: Column, kind: str) -> NDArray[np.bool_]:
    """Which values can be read as a kind."""
    if kind in NUMBERS:
        made = numeric(values)
        return np.isfinite(made) & ((kind == "number") | (made == np.floor(made)))  # type: ignore[no-any-return]
    if values.dtype.kind == "M":
        return np.ones(len(values), bool) if kind == "time" else values == values.astype("datetime64[D]")
    shape = "ISO8601" if kind == "time" else "%Y-%m-%d"
    made = pd.to_datetime(pd.Series(written(values), dtype=object), errors="coerce", format=shape, utc=True)
    return np.asarray(made.notna(), bool)


def numeric(column: Column) -> NDArray[np.float64]:
    """The numbers of a column, NaN where there is none."""
    if column.dtype.kind in "fM":
        return column if column.dtype.kind == "f" else np.full(len(column), np.nan)
    texts = [value if isinstance(value, str | int | float) and not isinstance(value, bool) else None for value in column]
    return pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(np.float64)  # type: ignore[no-any-return]


def written(column: Column) -> list[str]:
    """The values as a person would write them; a whole number has no point."""
    return [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in column.tolist()]


def ranged(check: Any, name: str, column: Column, _: Context) -> Iterable[Fault]:
    """Numbers beyond the declared ends; what is no number at all is for `type` to say."""
    values = numeric(column)
    ends = ((check.least, "least", np.less), (check.most, "most", np.greater))
    for end, word, beyond in ends:
        if end is not None:
            yield Fault(np.flatnonzero(beyond(values, end)), name, "range",
                        lambda row, end=end, word=word: f"{name} is {said(column[row])}, the {word} is {end:g}")  # type: ignore[misc]


def allowed(check: Any, name: str, column: Column, _: Context) -> Iterable[Fault]:
    """Values other than the declared ones."""
    rows, words = given(column), {str(value) for value in check.values}
    fine = np.fromiter((value in words for value in written(column[rows])), bool, len(rows))
    listed = ", ".join(map(str, check.values))
    yield Fault(rows[~fine], name, "not_allowed", lambda row: f"{name} is {said(column[row])}, but must be one of {listed}")


def patterned(check: Any, name: str, column: Column, _: Context) -> Iterable[Fault]:
    """Texts that are not like the declared expression."""
    rows, like = given(column), re.compile(check.like)
    fine = np.fromiter((like.fullmatch(value) is not None for value in written(column[rows])), bool, len(rows))
    yield Fault(rows[~fine], name, "pattern", lambda row: f"{name} is {said(column[row])}, which is not like {check.like}")


def past(check: Any, name: str, column: Column, context: Context) -> Iterable[Fault]:
    """Instants that lie in the future."""
    rows = np.flatnonzero(column > context.now + np.timedelta64(check.ahead)) if column.dtype.kind == "M" else np.empty(0, int)
    yield Fault(rows, name, "future", lambda row: f"{name} is {said(column[row])}, which was still to come when the row came")


def fresh(check: Any, name: str, column: Column, context: Context) -> Iterable[Fault]:
    """Instants that are older than the dataset promises."""
    rows = np.flatnonzero(column < context.now - np.timedelta64(check.within)) if column.dtype.kind == "M" else np.empty(0, int)
    yield Fault(rows, name, "stale", lambda row: f"{name} is {said(column[row])}, more than {check.within} before the row came")


ONE_BY_ONE: dict[type[Rule], Callable[[Any, str, Column, Context], Iterable[Fault]]] = {
    Typed: typed, Ranged: ranged, Allowed: allowed, Patterned: patterned, Past: past, Fresh: fresh}


def ordered(check: Ordered, columns: Columns) -> Iterable[Fault]:
    """Instants before the one that should precede them, whichever of those between are missing."""
    found = {name: instants for name in check.order if (instants := told(name, columns)) is not None}
    names = list(found)
    if len(names) < 2:
        return
    newest, whose = found[names[0]], np.zeros(len(found[names[0]]), np.int64)
    for at, name in enumerate(names[1:], start=1):
        column = found[name]
        yield Fault(np.flatnonzero(column < newest), name, "order",
                    lambda row, name=name, last=whose: f"{name} is before {names[last[row]]}")  # type: ignore[misc]
        later = ~np.isnat(column) & (np.isnat(newest) | (column >= newest))
        newest, whose = np.where(later, column, newest), np.where(later, at, whose)


def told(name: str, columns: Columns) -> Column | None:
    """The instants of a field, or of a step that is a column of its own or told in a list; None when there are none."""
    if name in columns:
        return columns[name] if columns[name].dtype.kind == "M" else None
    step = name.removeprefix("step:")
    if step == name or "steps" not in columns:
        return None
    return np.array([instant_of(step, steps) for steps in columns["steps"]], "datetime64[us]")


def instant_of(step: str, steps: Any) -> np.datetime64:
    """When a list of steps says that one was taken; NaT where it does not, or not readably."""
    for one in steps if isinstance(steps, list) else ():
        if isinstance(one, dict) and one.get("step") == step and isinstance(one.get("at"), str):
            try:
                return instant(one["at"])
            except (ValueError, OverflowError):
                break
    return np.datetime64("NaT", "us")


def inside(columns: Columns, context: Context) -> Iterable[Fault]:
    """Coordinates outside the city; nothing is said where the city has no outline."""
    if context.inside is None or not {"lon", "lat"} <= columns.keys():
        return
    lon, lat = columns["lon"], columns["lat"]
    rows = np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat))
    out = rows[~context.inside(lon[rows], lat[rows])] if len(rows) else rows
    yield Fault(out, "lon", "outside_city", lambda row: f"the coordinate {lon[row]:g}, {lat[row]:g} lies outside the city")


def unique(check: Unique, columns: Columns, context: Context, out: Collection[int]) -> Iterable[Fault]:
    """Rows whose key came before in the dataset; a row that lacks a part of the key has none."""
    if not all(name in columns for name in check.unique):
        return
    parts = [columns[name] for name in check.unique]
    whole = ~np.logical_or.reduce([missing(part) for part in parts])
    whole[list(out)] = False
    rows = np.flatnonzero(whole)
    again = rows[context.keys.met(check.unique, [written(part[rows]) for part in parts])]
    names = " and ".join(check.unique)

    def text(row: int) -> str:
        return f"{names} {' and '.join(said(part[row]) for part in parts)} came before in this dataset"

    yield Fault(again, check.unique[0], "repeated", text)


def said(value: Any) -> str:
    """A value as a reason shows it."""
    if isinstance(value, np.datetime64):
        return f"{np.datetime_as_string(value, unit='s')}Z"
    return f"{value:g}" if isinstance(value, float) else shown(value)
