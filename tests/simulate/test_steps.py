import numpy as np
import pytest

from simulate import steps
from simulate.chance import stream
from simulate.moments import Seconds

N = 30_000


@pytest.fixture(scope="module")
def drawn() -> Seconds:
    return steps.draw(stream(1, "test"), np.full(N, 1_000_000_000), np.full(N, 72 * 3600.0))


def test_steps_of_a_case_rise_by_at_least_a_second(drawn: Seconds) -> None:
    for row in drawn[:2000]:
        assert (np.diff(row[row != steps.NEVER]) >= 1).all()


def test_a_case_ends_when_it_was_said_to(drawn: Seconds) -> None:
    assert (drawn[:, steps.CLOSED] - drawn[:, steps.REPORTED] == 72 * 3600).all()


def test_returns_reworks_and_suspensions_come_in_their_shares_and_in_pairs(drawn: Seconds) -> None:
    for one, other, share in ((3, 4, steps.RETURNS), (8, 9, steps.REWORKS), (5, 6, steps.SUSPENSIONS)):
        assert (drawn[:, one] != steps.NEVER).mean() == pytest.approx(share, abs=0.005)
        assert ((drawn[:, one] == steps.NEVER) == (drawn[:, other] == steps.NEVER)).all()


def test_work_done_when_it_was_told_of_never_goes_wrong_and_still_keeps_its_order() -> None:
    quick = steps.draw(stream(1, "test"), np.zeros(N, np.int64), np.full(N, 120.0))
    assert set(np.flatnonzero((quick != steps.NEVER).any(axis=0))) == {0, 1, 2, 7, 10, 11}
    assert (np.diff(quick[:, [0, 1, 2, 7, 10, 11]], axis=1) >= 1).all()
