"""The conditions and values of metrics, evaluated by numpy instead of SQL.

Understood: comparisons of columns of `f` and constants, IN lists, IS [NOT] NULL, bare true/false columns, AND,
brackets and CASE WHEN … THEN … ELSE … END; as values columns, and the time from one column to another.
NULL is NaN, NaT or None, and no comparison with it holds.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

Environment = Mapping[str, Any]
Term = Callable[[Environment], Any]

TOKEN = re.compile(r"\s*(?:(f\.\w+)|'([^']*)'|(-?\d+(?:\.\d+)?)|(\w+)|(<=|>=|<>|[=<>(),]))")
COLUMN = re.compile(r"f\.(\w+)")
ELAPSED = re.compile(r"EXTRACT\(EPOCH FROM f\.(\w+) - f\.(\w+)\)::float8(?: / (\d+))?")
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class NotUnderstood(ValueError):
    """The condition says more than is evaluated here; SQL has to."""


def compile_condition(condition: str) -> tuple[Term, frozenset[str]]:
    """What tells, from the columns, where the condition holds; and the columns it reads. Raises: NotUnderstood."""
    reader = Reader(tokens(condition))
    term = reader.conjunction()
    if reader.left:
        raise NotUnderstood(condition)
    return term, frozenset(reader.columns)


def compile_value(value: str) -> tuple[Term, frozenset[str]]:
    """What gives the value from the columns; and the columns it reads. Raises: NotUnderstood."""
    if column := COLUMN.fullmatch(value):
        name = column[1]
        return lambda env: env[name], frozenset({name})
    if elapsed := ELAPSED.fullmatch(value):
        until, since, seconds = elapsed[1], elapsed[2], float(elapsed[3] or 1)
        return lambda env: (env[until] - env[since]) / np.timedelta64(1, "s") / seconds, frozenset({until, since})
    raise NotUnderstood(value)


def tokens(condition: str) -> list[tuple[str, str]]:
    """The words of a condition and their kinds. Raises: NotUnderstood."""
    found, at = [], 0
    kinds = ("column", "text", "number", "word", "sign")
    while condition[at:].strip():
        match = TOKEN.match(condition, at)
        if match is None:
            raise NotUnderstood(condition)
        found.append(next((kind, value) for kind, value in zip(kinds, match.groups(), strict=True) if value is not None))
        at = match.end()
    return found


class Reader:
    """Reads words from left to right into one term."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.left = words
        self.columns: set[str] = set()

    def conjunction(self) -> Term:
        """term AND term …"""
        parts = [self.comparison()]
        while self.takes("AND"):
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else lambda env: both(parts, env)

    def comparison(self) -> Term:
        """A bracket, a CASE, a bare column, or a comparison."""
        if self.takes("("):
            inner = self.conjunction()
            self.expect(")")
            return inner
        if self.takes("CASE"):
            return self.case()
        left = self.operand()
        if self.takes("IN"):
            return self.among(left)
        if self.takes("IS"):
            return self.null(left)
        if self.left and self.left[0][1] in COMPARISONS:
            compare, right = COMPARISONS[self.take()[1]], self.operand()
            return lambda env: compared(compare, left(env), right(env))
        return left

    def case(self) -> Term:
        """CASE WHEN a THEN b ELSE c END."""
        self.expect("WHEN")
        when = self.conjunction()
        self.expect("THEN")
        then = self.conjunction()
        self.expect("ELSE")
        other = self.conjunction()
        self.expect("END")
        return lambda env: np.where(when(env), then(env), other(env))

    def null(self, left: Term) -> Term:
        """left IS [NOT] NULL."""
        there = self.takes("NOT")
        self.expect("NULL")
        return lambda env: missing(left(env)) != there

    def among(self, left: Term) -> Term:
        """left IN (constant, …)."""
        self.expect("(")
        values = [self.operand()({})]
        while self.takes(","):
            values.append(self.operand()({}))
        self.expect(")")
        return lambda env: np.isin(left(env), values)

    def operand(self) -> Term:
        """A column, a text or a number."""
        kind, value = self.take()
        if kind == "column":
            name = value.removeprefix("f.")
            self.columns.add(name)
            return lambda env: env[name]
        if kind == "text":
            return lambda env: value
        if kind == "number":
            number = float(value)
            return lambda env: number
        raise NotUnderstood(value)

    def take(self) -> tuple[str, str]:
        """The next word. Raises: NotUnderstood at the end."""
        if not self.left:
            raise NotUnderstood("the condition ends too early")
        return self.left.pop(0)

    def takes(self, word: str) -> bool:
        """Take the next word if it is this one."""
        if self.left and self.left[0][0] in ("word", "sign") and self.left[0][1].upper() == word:
            self.left.pop(0)
            return True
        return False

    def expect(self, word: str) -> None:
        """Take this word. Raises: NotUnderstood."""
        if not self.takes(word):
            raise NotUnderstood(f"{word} was expected")


def both(parts: list[Term], env: Environment) -> Any:
    """Whether all parts hold; the later ones are not asked where the first already fails everywhere."""
    held: Any = True
    for part in parts:
        held = np.logical_and(held, part(env))
        if not np.any(held):
            return held
    return held


def compared(compare: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """The comparison; never true beside NULL."""
    if left is None or right is None:
        return False
    result = compare(left, right)
    if compare is operator.ne:
        return result & ~(missing(left) | missing(right))
    return result


def missing(value: Any) -> Any:
    """Where a value is NaN, NaT or None."""
    return pd.isna(value)
