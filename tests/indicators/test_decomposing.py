"""A change is the sum of what its parts contribute, whatever the parts."""

from math import fsum

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from indicators.algebra import Amount
from indicators.decomposing import Line, Piece, pieces

counts = some.integers(0, 10**7)
values = some.floats(-1e6, 1e6, allow_nan=False)
lines = some.builds(lambda over, base: line(over, base), counts, counts)
means = some.builds(lambda over, base: line(over, base), values, counts)
sides = some.dictionaries(some.sampled_from("abcdefgh"), lines | means, max_size=8)


def line(over: float, base: float) -> Line:
    return Amount(0, over), Amount(0, base)


def whole(side: dict[str, Line]) -> Line:
    return line(fsum(one[0].total for one in side.values()), fsum(one[1].total for one in side.values()))


def value(one: Line) -> float:
    return one[0].total / one[1].total


def split(before: dict[str, Line], after: dict[str, Line], *, scale: float = 1.0, weighed: bool = True) -> dict[str, Piece]:
    return pieces(before, after, (whole(before), whole(after)), scale, weighed=weighed)


@given(sides, sides, some.sampled_from([1.0, 100.0, 10_000.0]))
def test_the_parts_of_a_ratio_add_up_to_its_change(before: dict[str, Line], after: dict[str, Line], scale: float) -> None:
    assume(whole(before)[1].total and whole(after)[1].total)
    found = split(before, after, scale=scale)
    change = scale * (value(whole(after)) - value(whole(before)))
    size = scale * max(1.0, *(abs(one[0].total) for one in (*before.values(), *after.values())))
    assert fsum(one.contribution for one in found.values()) == pytest.approx(change, abs=1e-9 * size)
    assert all(one.mix + one.rate == pytest.approx(one.contribution, abs=1e-9 * size) for one in found.values())


@given(sides, sides)
def test_the_parts_of_a_total_contribute_their_own_differences(before: dict[str, Line], after: dict[str, Line]) -> None:
    one = line(0, 1)
    found = pieces(before, after, (one, one), 1.0, weighed=False)
    for key, piece in found.items():
        assert piece.contribution == after.get(key, line(0, 0))[0].total - before.get(key, line(0, 0))[0].total
        assert piece.mix == 0


@given(sides, sides)
def test_looking_back_turns_every_contribution_round(before: dict[str, Line], after: dict[str, Line]) -> None:
    assume(whole(before)[1].total and whole(after)[1].total)
    there, back = split(before, after), split(after, before)
    size = max(1.0, *(abs(one[0].total) for one in (*before.values(), *after.values())))
    for key, piece in there.items():
        for mine, other in zip((piece.mix, piece.rate), (back[key].mix, back[key].rate), strict=True):
            assert mine == pytest.approx(-other, abs=1e-9 * size)


def test_where_only_rates_change_all_of_it_is_rate() -> None:
    """Half the cases each; a goes from 80 to 90 %, b stays: 5 points, all of them a's."""
    found = split({"a": line(80, 100), "b": line(60, 100)}, {"a": line(90, 100), "b": line(60, 100)}, scale=100)
    assert (found["a"].contribution, found["a"].mix, found["a"].rate) == pytest.approx((5, 0, 5))
    assert found["b"] == Piece(0, 0, 0)


def test_where_only_the_mix_changes_nothing_is_rate() -> None:
    """a always 90 %, b always 50 %; b's share of the cases goes from a half to three quarters: from 70 to 60 %."""
    found = split({"a": line(90, 100), "b": line(50, 100)}, {"a": line(45, 50), "b": line(75, 150)}, scale=100)
    assert fsum(one.rate for one in found.values()) == pytest.approx(0)
    # the middle of both wholes is 65 %: a lost a quarter of the weight at 25 points above it, b gained one at 15 below
    assert (found["a"].mix, found["b"].mix) == pytest.approx((-6.25, -3.75))


def test_what_was_not_there_before_changes_the_mix_and_has_no_rate() -> None:
    """From 50 % of 100 to 50 of 200, for b, new, has none of its 100: from 50 to 25 %."""
    found = split({"a": line(50, 100)}, {"a": line(50, 100), "b": line(0, 100)}, scale=100)
    assert (found["b"].rate, found["a"].rate) == (0, 0)
    assert found["a"].contribution + found["b"].contribution == pytest.approx(-25)


def test_without_a_base_there_is_nothing_to_split() -> None:
    with pytest.raises(ZeroDivisionError):
        split({}, {"a": line(1, 1)})
