"""Several reads of the same shape in one round trip."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from data_access.engine import sql

BIND = re.compile(r"(?<!:):(\w+)")


@dataclass(frozen=True)
class Branch:
    """One SELECT with its binds; all branches of a read return the same columns."""

    statement: str
    binds: dict[str, Any]


def read(connection: Connection, branches: Sequence[Branch], common: tuple[str, Branch] | None = None) -> list[list[Any]]:
    """Read all branches at once; `common` is a relation, with its name, that is made once for all of them.

    Returns: the rows of each branch, in the branches' order, the branch's number first in each row.
    """
    found: list[list[Any]] = [[] for _ in branches]
    if not branches:
        return found
    statement = "\nUNION ALL\n".join(
        f"SELECT {number} AS branch, b{number}.* FROM ({own(branch.statement, number)}) AS b{number}"
        for number, branch in enumerate(branches)
    )
    binds = {f"{name}_{number}": value for number, branch in enumerate(branches) for name, value in branch.binds.items()}
    if common is not None:
        name, made = common
        statement = f"WITH {name} AS MATERIALIZED ({own(made.statement, 'common')})\n{statement}"
        binds |= {f"{bind}_common": value for bind, value in made.binds.items()}
    for row in connection.execute(sql(statement), binds).all():
        found[row[0]].append(row)
    return found


def own(statement: str, number: int | str) -> str:
    """The statement with binds that no other branch shares."""
    return BIND.sub(rf":\1_{number}", statement)
