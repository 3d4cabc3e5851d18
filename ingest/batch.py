"""One batch on its way: what came, what is known, what is wrong; and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.city import City
from ingest.checks import Table
from ingest.feeds import NEVER, Heard
from ingest.later import Later
from ingest.latest import Words
from ingest.registers import Registers
from ingest.rejects import Reason, Rejects
from ingest.rollups import Ledger


class Raced(Exception):
    """Another transaction wrote the same row first; the batch starts again and finds it there."""


@dataclass(frozen=True)
class Source:
    """Who sends."""

    source_id: int
    key: str


@dataclass(frozen=True)
class Medians:
    """A median estimated from counted classes: their lower bounds, and the key of each class's count."""

    bounds: tuple[float, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Options:
    """What a dataset says of its rows beyond their columns.

    A point outside every region goes to the nearest one within `nearest_m` metres. Figures of one region, key and
    period replace each other, or `add_up`; `medians` are made from them.
    """

    nearest_m: float = 0
    add_up: bool = False
    medians: Mapping[str, Medians] = field(default_factory=dict)


@dataclass(frozen=True)
class Fate:
    """What a store finds of each row beside taking it: its region (-1 where it has none), whether it said nothing new,
    and the newest instant of what it tells in lists (NaT where there are none)."""

    regions: NDArray[np.int64]
    repeated: NDArray[np.bool_]
    told: NDArray[np.datetime64]

    @classmethod
    def unknown(cls, count: int) -> "Fate":
        """Nothing is found yet."""
        return cls(np.full(count, -1, np.int64), np.zeros(count, bool), np.full(count, NEVER))


@dataclass
class Novelty:
    """Whether the facts of a load are thought to be new, which saves asking for each; until one is met that was there."""

    likely: bool = False


def nothing() -> None:
    """Nobody waits."""


@dataclass(frozen=True)
class Batch:
    """A batch within its transaction; `rejects` grows as checks find more, `marks` where a row is let in with a warning.

    `lines` says for each row where a person finds it: its line in the file, its row in the request.
    """

    connection: Connection
    city: City
    book: Ledger
    registers: Registers
    source: Source
    batch_id: int
    received_at: np.datetime64
    table: Table
    count: int
    lines: NDArray[np.int64]
    rejects: Rejects
    marks: Rejects
    options: Options
    fate: Fate
    novelty: Novelty = field(default_factory=Novelty)
    may_wait: bool = False  # whether newest values of history may be written later
    later: Later | None = None  # of a transaction that holds more than this batch: what it writes to shared rows at its end
    begin: Callable[[], None] = nothing    # waits until the batch before has written its facts
    written: Callable[[], None] = nothing  # told when the facts are written, before the rollups: the next batch may begin

    def good(self) -> NDArray[np.int64]:
        """The rows without a reason against them."""
        fine = np.ones(self.count, bool)
        fine[list(self.rejects.reasons)] = False
        return np.flatnonzero(fine)

    def marked(self) -> dict[int, list[Reason]]:
        """The warnings about rows that are let in."""
        return {row: reasons for row, reasons in self.marks.reasons.items() if row not in self.rejects.reasons}

    def heard(self, taken: int, newest: np.datetime64 = NEVER) -> Heard:
        """What a feed hears of a batch that is all about it."""
        return Heard(taken, len(self.rejects.reasons), newest, len(self.marked()))


@dataclass(frozen=True)
class Late:
    """Facts spoke of instants from `since` until `until` (None: until now), so what was recorded then may be wrong."""

    since: np.datetime64
    until: np.datetime64 | None = None


@dataclass(frozen=True)
class Stored:
    """What became of a batch's rows; rejected ones are in its `rejects`."""

    taken: int
    seen: int
    heard: dict[str, Heard]
    late: dict[str, Late] = field(default_factory=dict)  # by fact
    regions: NDArray[np.int64] | None = None  # the only regions whose facts changed; None: they may have changed anywhere
    waiting: Words | None = None  # newest values to be written after the commit


Store = Callable[[Batch], Stored]


def distinct(numbers: NDArray[np.int64]) -> bool:
    """Whether no number comes twice."""
    ordered = np.sort(numbers)
    return bool((ordered[1:] != ordered[:-1]).all())


def waves(names: NDArray[Any], rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Split rows so that no name comes twice in a wave: first comers, second comers, …"""
    if names.dtype.kind == "i" and distinct(names[rows]):
        return [rows] if len(rows) else []
    order = np.argsort(names[rows], kind="stable")
    sorted_rows = rows[order]
    fresh = np.append(True, names[sorted_rows[1:]] != names[sorted_rows[:-1]]) if len(rows) else np.empty(0, bool)
    if fresh.all():
        return [rows] if len(rows) else []
    start = np.maximum.accumulate(np.where(fresh, np.arange(len(rows)), 0))
    turn = np.arange(len(rows)) - start
    return [np.sort(sorted_rows[turn == wave]) for wave in range(int(turn.max()) + 1)]


def texts(values: NDArray[Any]) -> list[Any]:
    """A column of texts as a list, for binding."""
    made: list[Any] = values.tolist()
    return made
