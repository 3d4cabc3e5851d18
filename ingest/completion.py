"""Facts that are sent again to complete them: the newest row's fields count, and a field left out stays.

Each kind of fact is a `Ledgered` table: its number, and the columns that a later row may change.
Names of tables and columns are constants of this program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.arrays import literal
from ingest.copy import copy_rows


@dataclass(frozen=True)
class Completed:
    """A table whose rows come again: `identity` numbers them, `changing` may come with another value."""

    table: str
    identity: str
    changing: tuple[str, ...]


def lock(connection: Connection, kept: Completed, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of these facts are there; they are locked, in their order."""
    return np.array(connection.execute(sql(f"""
        SELECT {kept.identity} FROM {kept.table}
         WHERE {kept.identity} = ANY(CAST(:ids AS bigint[]))
         ORDER BY {kept.identity} FOR UPDATE"""), {"ids": literal(np.sort(ids))}).scalars().all(), np.int64)


def stage(connection: Connection, kept: Completed, data: Mapping[str, Any]) -> None:
    """Copy rows beside the table, to compare and to write them from there."""
    name = f"stage_{kept.table}"
    connection.execute(sql(f"""
        CREATE TEMPORARY TABLE IF NOT EXISTS {name} (LIKE {kept.table} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"""))
    connection.execute(sql(f"DELETE FROM {name}"))
    copy_rows(connection, name, list(data), data)


def meet(connection: Connection, kept: Completed, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the staged rows, whose facts are there, say something else than before."""
    changed = connection.execute(sql(f"""
        SELECT t.{kept.identity}
          FROM {kept.table} t JOIN stage_{kept.table} s USING ({kept.identity})
         WHERE t.{kept.identity} = ANY(:ids) AND ({differs(kept)})"""), {"ids": literal(ids)}).scalars().all()
    return np.isin(ids, np.array(changed, np.int64))


def differs(kept: Completed) -> str:
    """SQL: whether a staged row brings another value."""
    return " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})" for name in kept.changing)


def update(connection: Connection, kept: Completed, ids: NDArray[np.int64]) -> None:
    """Complete rows from the staged ones."""
    assignments = ", ".join(f"{name} = COALESCE(s.{name}, t.{name})" for name in kept.changing)
    connection.execute(sql(f"""
        UPDATE {kept.table} t SET {assignments}
          FROM stage_{kept.table} s
         WHERE t.{kept.identity} = s.{kept.identity} AND t.{kept.identity} = ANY(:ids)"""), {"ids": literal(ids)})
