"""One batch on its way: what came, what is known, what is wrong; and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.city import City
from ingest.checks import Table
from ingest.feeds import Heard
from ingest.latest import Words
from ingest.registers import Registers
from ingest.rejects import Rejects
from ingest.rollups import Ledger


class Raced(Exception):
    """Another transaction wrote the same row first; the batch starts again and finds it there."""


@dataclass(frozen=True)
class Source:
    """Who sends."""

    source_id: int
    key: str


@dataclass(frozen=True)
class Batch:
    """A batch within its transaction; `rejects` grows as checks find more."""

    connection: Connection
    city: City
    book: Ledger
    registers: Registers
    source: Source
    batch_id: int
    received_at: np.datetime64
    table: Table
    count: int
    rejects: Rejects
    may_wait: bool = False  # whether newest values of history may be written later

    def good(self) -> NDArray[np.int64]:
        """The rows without a reason against them."""
        fine = np.ones(self.count, bool)
        fine[list(self.rejects.reasons)] = False
        return np.flatnonzero(fine)


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
    waiting: Words | None = None  # newest values to be written after the commit


Store = Callable[[Batch], Stored]


def waves(names: NDArray[Any], rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Split rows so that no name comes twice in a wave: first comers, second comers, …"""
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
