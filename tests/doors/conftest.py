"""Smalltown with a courier, and what a door of it is told by."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from doors.courier import Courier
from doors.state import State

PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def courier(engine: Engine, town: City) -> Courier:
    """What takes rows into Smalltown, as source `test`."""
    return Courier(engine)


@pytest.fixture
def state(engine: Engine, town: City) -> State:
    """How a door of source `test` stands."""
    return State(engine, "test", "cap", "cap")


@pytest.fixture
def rows(engine: Engine) -> Callable[..., list[tuple[Any, ...]]]:
    """What a query says."""
    def read(statement: str, **bound: Any) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), bound)]

    return read


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, however slow the machine is."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)
