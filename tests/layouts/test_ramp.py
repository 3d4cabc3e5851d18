"""The classes of a map: where they end, and when they stay."""

import pytest

from indicators.definition import Direction, Indicator, Measure, Ratio, Sum, Target
from indicators.text import Text
from layouts.ramp import Ramp, against_target, ramp, sequence


def indicator(good: float | None = None, bad: float | None = None, better: Direction = "higher",
              unit: str = "percent", measure: Measure | None = None) -> Indicator:
    """An indicator with or without a target."""
    target = None if good is None or bad is None else Target(good, bad)
    return Indicator("k", Text("", ""), "events", measure or Ratio((), ()), unit, "case", Text("", ""), better, target)


HUNDRED = [float(value) for value in range(1, 101)]


def test_six_classes_part_a_hundred_values_at_round_numbers() -> None:
    found = sequence(HUNDRED)
    assert len(found.breaks) == 5
    assert found.colours == (1, 2, 3, 4, 5, 6)
    assert all(at == round(at) for at in found.breaks)
    assert [found.colour(value) for value in (1, 100)] == [1, 6]


def test_a_value_on_a_break_is_in_the_class_that_the_break_begins() -> None:
    two = Ramp("sequence", (10.0,), (1, 6))
    assert (two.colour(9.999), two.colour(10)) == (1, 6)


def test_where_less_is_better_the_target_itself_is_good() -> None:
    at_most = against_target(indicator(5, 10, better="lower"))
    assert at_most.colour(5) <= 3
    assert at_most.colour(5.01) == 4
    assert at_most.colour(10.01) >= 5


def test_on_time_against_95_and_80_has_three_better_classes_one_between_and_three_worse() -> None:
    found = against_target(indicator(95, 80))
    assert found.breaks == (50, 65, 80, 95, 96.7, 98.3)
    assert found.colours == (7, 6, 5, 4, 3, 2, 1)
    assert [found.colour(value) for value in (40, 79.9, 80, 94.9, 95, 100)] == [7, 5, 4, 4, 3, 1]


@pytest.mark.parametrize(("good", "bad", "better"), [(100, 90, "higher"), (0, 5, "lower"), (75, 75, "lower")])
def test_a_target_at_the_end_of_its_scale_leaves_out_what_cannot_be(good: float, bad: float, better: Direction) -> None:
    found = against_target(indicator(good, bad, better))
    assert len(found.colours) == len(found.breaks) + 1
    assert found.colour(good) <= 3
    assert found.colour(bad + (1 if better == "lower" else -1)) >= 5


def test_a_count_is_not_set_against_the_whole_city_s_target() -> None:
    assert ramp(indicator(3700, 4000, "lower", "case", Sum(())), HUNDRED).kind == "sequence"
    assert ramp(indicator(95, 80), HUNDRED).kind == "target"


def test_breaks_are_held_while_values_move_a_little_and_given_up_when_they_move_away() -> None:
    plain = indicator()
    first = ramp(plain, HUNDRED)
    drifted = [value * 1.07 for value in HUNDRED]
    assert sequence(drifted).breaks != first.breaks
    assert ramp(plain, drifted, first) == first
    gone = [value * 5 for value in HUNDRED]
    assert ramp(plain, gone, first) == sequence(gone)


def test_held_breaks_of_few_values_do_not_stay_when_many_come() -> None:
    plain = indicator()
    few = ramp(plain, [1.0, 2.0])
    assert len(ramp(plain, HUNDRED, few).breaks) == 5


@pytest.mark.parametrize("values", [[], [4.0], [4.0] * 60])
def test_without_differences_there_is_one_class(values: list[float]) -> None:
    assert sequence(values).breaks == ()
    assert sequence(values).colour(4) in range(1, 7)


def test_a_crowd_at_zero_keeps_a_class_of_its_own() -> None:
    found = sequence([0.0] * 50 + [1.0, 5.0])
    assert found.colour(0) < found.colour(1)


def test_close_values_get_as_many_figures_as_part_them() -> None:
    found = sequence([80 + value / 100 for value in range(60)])
    assert len(set(found.breaks)) == 5
