"""What a mapping cannot do: with its declaration (`MappingError`), or with single cells (`Fault`)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.checks import shown
from ingest.rejects import Rejects

Rows = NDArray[np.int64]
Tail = Callable[[int], str]   # the end of a sentence about one of the distinct texts


class MappingError(ValueError):
    """A mapping does not fit the table that it is for; one mistake a line, in the user's words."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with some rows of a field."""

    rows: Rows
    code: str
    text: Callable[[int], str]   # of one of the rows

    def moved(self, places: Rows) -> "Fault":
        """The same of rows that stand elsewhere now; places below zero are gone."""
        kept = self.rows[places[self.rows] >= 0]
        origin = dict(zip(places[kept].tolist(), kept.tolist(), strict=True))
        return Fault(places[kept], self.code, lambda row: self.text(origin[row]))

    def tell(self, name: str | None, rejects: Rejects) -> None:
        """Add a reason for each row."""
        for row in self.rows.tolist():
            rejects.add(row, name, self.code, self.text(row))


@dataclass
class Faults:
    """What is wrong with the distinct texts of one value; `origin` is how a person finds the cell."""

    origin: str
    texts: Any                                    # Arrow texts as they came
    found: list[tuple[NDArray[np.bool_], str, Tail]] = field(default_factory=list)

    def add(self, bad: NDArray[np.bool_], code: str, tail: str | Tail) -> None:
        """Something is wrong with these texts; `tail` ends the sentence that begins with column and cell."""
        if bad.any():
            self.found.append((bad, code, tail if callable(tail) else lambda _: tail))

    def bad(self) -> NDArray[np.bool_]:
        """Which texts have something wrong with them."""
        made = np.zeros(len(self.texts), bool)
        for bad, _, _ in self.found:
            made |= bad
        return made

    def by_row(self, places: NDArray[np.int32] | None) -> list[Fault]:
        """The faults of the rows; `places` says which text each row has."""
        return [self.one(bad, code, tail, places) for bad, code, tail in self.found]

    def one(
        self, bad: NDArray[np.bool_], code: str, tail: Tail, places: NDArray[np.int32] | None
    ) -> Fault:
        """One fault of the rows."""
        def text(row: int) -> str:
            at = row if places is None else int(places[row])
            return f"{self.origin} is {shown(self.texts[at].as_py())}, {tail(at)}"

        rows: Rows = np.flatnonzero(bad if places is None else bad[places])
        return Fault(rows, code, text)


@dataclass(frozen=True)
class Outcome:
    """A field's values, one a row, and what is wrong: `faults` refuse their rows, `marks` let them in."""

    values: NDArray[Any]
    faults: tuple[Fault, ...] = ()
    marks: tuple[Fault, ...] = ()

    def empty(self) -> NDArray[np.bool_]:
        """Which rows have no value."""
        if self.values.dtype == object:
            return np.array([value is None for value in self.values], bool)
        made: NDArray[np.bool_] = np.isnat(self.values) if self.values.dtype.kind == "M" else np.isnan(self.values)
        return made

    def bad(self) -> NDArray[np.bool_]:
        """Which rows have something wrong with them."""
        made = np.zeros(len(self.values), bool)
        for fault in self.faults:
            made[fault.rows] = True
        return made
