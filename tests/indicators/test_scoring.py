"""Composite scores: points, weights and bands."""

import pytest

from indicators.library import INDICATORS
from indicators.scoring import DEFAULT, Scoring, Weighed, adopt, scoring
from indicators.splits import splittable

HALVES = Scoring({
    "one": Weighed(50, none=50, full=100), "two": Weighed(30, none=20, full=0), "three": Weighed(20, none=0, full=1)})


def test_points_run_from_the_value_worth_nothing_to_the_value_worth_all() -> None:
    assert [Weighed(1, none=50, full=100).points(value) for value in (20, 50, 75, 100, 120)] == [0, 0, 50, 100, 100]
    assert [Weighed(1, none=240, full=40).points(value) for value in (300, 240, 140, 40, 0)] == [0, 0, 50, 100, 100]


def test_the_weight_of_what_is_not_known_goes_to_the_rest() -> None:
    """(50 · 80 + 30 · 40) / 80 = 65."""
    assert HALVES.composite({"one": 80, "two": 40, "three": None}) == 65
    assert HALVES.composite({"one": 80, "two": 40, "three": 100}) == 72


def test_with_less_than_half_of_the_weight_there_is_no_score() -> None:
    assert HALVES.composite({"two": 100}) is None
    assert HALVES.composite({"two": 100, "three": 100}) == 100


@pytest.mark.parametrize(("score", "band"), [(100, "A"), (90, "A"), (89.99, "B"), (70, "C"), (60, "D"), (59.9, "E"), (0, "E")])
def test_bands_begin_at_their_least_score(score: float, band: str) -> None:
    assert DEFAULT.band(score) == band


def test_the_default_is_made_of_what_agencies_have_and_runs_the_right_way() -> None:
    assert not DEFAULT.own
    for key, part in DEFAULT.parts.items():
        assert splittable(INDICATORS[key])
        assert (part.full > part.none) == (INDICATORS[key].better == "higher"), key


def test_a_citys_own_scoring_holds_until_it_is_taken_back() -> None:
    adopt(HALVES)
    assert scoring() is HALVES
    adopt(None)
    assert scoring() is DEFAULT
