"""What a tick knows: which subjects changed."""

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
    assert Tick(NOW, changed).touches(frozenset({"case", "warning"})) is touched


def test_what_changed_elsewhere_touches_only_what_tells_of_all_places() -> None:
    tick = Tick(NOW, frozenset({"message"}), elsewhere=frozenset({"case"}))
    assert [one.touches(frozenset({"case"})) for one in (tick, tick.everywhere, Tick(NOW).everywhere)] == [False, True, True]
    assert tick.everywhere.touches(frozenset({"message"}))
