"""What long work looks like on a terminal and in a log."""

import io
from datetime import timedelta

from cluster.console import Console, Work, duration


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def lots(done: int, total: int | None = 1000) -> Work:
    return Work("Tax lots", "lots", done, total)


def test_the_time_left_is_told_from_the_pace_since_it_was_first_seen() -> None:
    """Resumed at 400; 100 more in 10 s; 500 to go take 50 s."""
    out, clock = io.StringIO(), Clock()
    console = Console(out, clock)
    console.show([lots(400)])
    clock.now = 10.0
    console.show([lots(500)])
    assert out.getvalue().splitlines() == ["  Tax lots: 400 of 1,000 lots", "  Tax lots: 500 of 1,000 lots, 50 s left"]


def test_work_that_starts_over_gets_a_new_pace() -> None:
    """Down from 400 to 0; then 100 in 10 s; 900 to go take 90 s."""
    out, clock = io.StringIO(), Clock()
    console = Console(out, clock)
    for at, done in ((0.0, 400), (10.0, 0), (20.0, 100)):
        clock.now = at
        console.show([lots(done)])
    assert out.getvalue().splitlines()[-1] == "  Tax lots: 100 of 1,000 lots, 90 s left"


def test_a_log_gets_a_line_every_ten_seconds_only() -> None:
    out, clock = io.StringIO(), Clock()
    console = Console(out, clock)
    for second in range(20):
        clock.now = float(second)
        console.show([lots(second, None)])
    assert out.getvalue().splitlines() == ["  Tax lots: 0 lots", "  Tax lots: 10 lots"]


def test_what_is_no_longer_running_is_said_to_be_done_once() -> None:
    out = io.StringIO()
    console = Console(out, Clock())
    console.show([lots(990)])
    console.show([])
    console.show([])
    assert out.getvalue().splitlines()[1:] == ["  done: Tax lots, 1,000 lots"]


def test_spans_are_seconds_below_two_minutes_and_minutes_above() -> None:
    assert duration(timedelta(seconds=119)) == "119 s"
    assert duration(timedelta(seconds=290)) == "5 min"
