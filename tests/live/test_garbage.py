"""What a server has when it begins to serve is left out of the searches for garbage."""

import gc
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


@pytest.mark.usefixtures("as_before")
def test_what_is_there_is_not_searched_again_and_what_comes_later_is() -> None:
    there: list[list[int]] = [[] for _ in range(1000)]
    spare_what_stays()
    assert gc.get_freeze_count() >= len(there)
    assert gc.get_threshold()[0] == FIRST
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert gc.collect() == 1
