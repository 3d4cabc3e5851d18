"""A lane's pace: it rests as long as it has worked, and urgent news shorten that."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from live.lane import LaneClock, Pace

SLOW = Pace(gap_s=0.0, rest_s=30.0, urgent_s=0.4)


@contextmanager
def working(pace: Pace, spend_s: float) -> Iterator[tuple[LaneClock, list[float], threading.Event]]:
    """A lane whose every round takes so long; when each began, and an event set by the latest."""
    begun: list[float] = []
    happened = threading.Event()

    def work(whole: bool) -> bool:
        begun.append(time.monotonic())
        happened.set()
        time.sleep(spend_s)
        return True

    lane = LaneClock("thorough", pace, work)
    lane.start()
    try:
        yield lane, begun, happened
    finally:
        lane.close()


def again(happened: threading.Event, patience_s: float) -> bool:
    """Whether another round begins within so long."""
    happened.clear()
    return happened.wait(patience_s)


def test_ordinary_news_wait_for_as_long_as_the_round_before_took() -> None:
    with working(SLOW, 0.3) as (lane, begun, happened):
        lane.wake()
        assert happened.wait(2)
        lane.wake()
        assert again(happened, 3)
        assert begun[1] - begun[0] >= 0.6


def test_urgent_news_end_the_rest_of_a_lane_that_keeps_up() -> None:
    with working(Pace(gap_s=0.0, rest_s=30.0, urgent_s=0.05), 0.03) as (lane, begun, happened):
        lane.wake()
        assert happened.wait(2)
        lane.wake(urgent=True)
        assert again(happened, 2)
        assert begun[1] - begun[0] >= 0.05


def test_a_lane_that_is_slower_than_the_news_are_rests_a_third_even_so() -> None:
    with working(SLOW, 0.6) as (lane, begun, happened):
        lane.wake(urgent=True)
        assert happened.wait(2)
        lane.wake(urgent=True)
        assert again(happened, 3)
        assert 0.8 <= begun[1] - begun[0] < 1.2
