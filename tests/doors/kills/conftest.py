"""A database that can be killed: a private cluster of the module's own that writes to disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cluster import private
from tests.doors.killing import kill_database, migrated, own_folder


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder for a cluster of its own."""
    with own_folder() as made:
        yield made


@pytest.fixture(scope="module")
def database_url(var: Path) -> str:
    """A migrated database that can be killed."""
    return migrated()


@pytest.fixture(scope="module")
def crash_database(var: Path) -> Callable[[], None]:
    """Kills the database, and starts it again."""
    def crash() -> None:
        kill_database(var)
        private.start()

    return crash
