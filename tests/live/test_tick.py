"""What a tick knows: which subjects changed, and what was read already."""

from datetime import UTC, datetime

import pytest

from data_access.notices import EVERYTHING
from live.tick import Tick

NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)


@pytest.mark.parametrize(("changed", "touched"), [
    (None, True),
    (frozenset({"case"}), True),
    (frozenset({"message"}), False),
    (frozenset(), False),
    (frozenset({EVERYTHING}), True),
])
def test_a_panel_is_touched_by_its_own_subjects_by_everything_and_by_a_full_painting(
    changed: frozenset[str] | None, touched: bool,
) -> None:
    assert Tick(NOW, changed).touches("case", "warning") is touched


def test_a_read_is_made_once() -> None:
    tick = Tick(NOW)
    made = []
    assert tick.once("a", lambda: made.append(1) or 5) == 5
    assert tick.once("a", lambda: made.append(1) or 6) == 5
    assert tick.once("b", lambda: 7) == 7
    assert made == [1]


def test_a_failed_read_is_tried_again() -> None:
    tick = Tick(NOW)
    with pytest.raises(ZeroDivisionError):
        tick.once("a", lambda: 1 // 0)
    assert tick.once("a", lambda: 1) == 1


def test_a_whole_painting_in_the_same_moment_shares_the_reads() -> None:
    tick = Tick(NOW, frozenset({"case"}))
    tick.once("a", lambda: 1)
    assert tick.whole().once("a", lambda: 2) == 1
    assert tick.whole().touches("message")
