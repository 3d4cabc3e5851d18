"""Facts that are sent again to complete them: the newest row's fields count, and a field left out stays.

Each kind of fact is a `Ledgered` table: its number, and the columns that a later row may change.
Names of tables and columns are constants of this program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.batch import Raced
from ingest.copy import copy_rows


@dataclass(frozen=True)
class Completed:
    """A table whose rows come again: `identity` numbers them, `changing` may come with another value."""

    table: str
    identity: str
    changing: tuple[str, ...]


@dataclass(frozen=True)
class Met:
    """Which of the staged rows are new, and which of the others say something else than before."""

    new: NDArray[np.bool_]
    changed: NDArray[np.bool_]


def stage(connection: Connection, kept: Completed, data: Mapping[str, Any]) -> None:
    """Copy rows beside the table, to compare and to write them from there."""
    name = f"stage_{kept.table}"
    connection.execute(sql(f"""
        CREATE TEMPORARY TABLE IF NOT EXISTS {name} (LIKE {kept.table} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"""))
    connection.execute(sql(f"DELETE FROM {name}"))
    copy_rows(connection, name, list(data), data)


def meet(connection: Connection, kept: Completed, ids: NDArray[np.int64]) -> Met:
    """Lock the rows that are there and compare them with the staged ones."""
    there = connection.execute(sql(f"""
        SELECT t.{kept.identity} AS id, {differs(kept)} AS changed
          FROM {kept.table} t JOIN stage_{kept.table} s USING ({kept.identity})
         WHERE t.{kept.identity} = ANY(:ids)
         ORDER BY t.{kept.identity} FOR UPDATE OF t"""), {"ids": ids.tolist()}).all()
    changed = {row.id for row in there if row.changed}
    known = np.fromiter((row.id for row in there), np.int64, len(there))
    return Met(~np.isin(ids, known), np.isin(ids, np.fromiter(changed, np.int64, len(changed))))


def differs(kept: Completed) -> str:
    """SQL: whether a staged row brings another value."""
    return " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})" for name in kept.changing)


def insert(connection: Connection, kept: Completed, columns: Sequence[str], ids: NDArray[np.int64]) -> None:
    """Write staged rows that are new. Raises: Raced when somebody else just wrote one of them."""
    names = ", ".join(columns)
    written = connection.execute(sql(f"""
        INSERT INTO {kept.table} ({names})
        SELECT {names} FROM stage_{kept.table} WHERE {kept.identity} = ANY(:ids) ORDER BY {kept.identity}
        ON CONFLICT DO NOTHING"""), {"ids": ids.tolist()})
    if written.rowcount != len(ids):
        raise Raced(kept.table)


def update(connection: Connection, kept: Completed, ids: NDArray[np.int64]) -> None:
    """Complete rows from the staged ones."""
    assignments = ", ".join(f"{name} = COALESCE(s.{name}, t.{name})" for name in kept.changing)
    connection.execute(sql(f"""
        UPDATE {kept.table} t SET {assignments}
          FROM stage_{kept.table} s
         WHERE t.{kept.identity} = s.{kept.identity} AND t.{kept.identity} = ANY(:ids)"""), {"ids": ids.tolist()})
