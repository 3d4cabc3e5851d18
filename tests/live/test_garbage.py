"""What a server has when it begins to serve is left out of the searches for garbage."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from live.garbage import FIRST, spare_what_stays


@pytest.fixture
def as_before() -> Iterator[None]:
    """Whatever a test does to the search is undone."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Circle:
    """Refers to itself, so that only a search finds that nobody else does."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("as_before")
def test_what_is_there_is_not_searched_again_and_what_comes_later_is() -> None:
    there = Circle()
    spare_what_stays()
    later = Circle()
    assert gc.get_threshold()[0] == FIRST
    old, new = weakref.ref(there), weakref.ref(later)
    del there, later
    gc.collect()
    assert old() is not None
    assert new() is None
