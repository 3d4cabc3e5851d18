"""Ranks, movers and relations: from readings alone, without a database."""

import numpy as np
import pytest

from data_access.city import Region
from data_access.movers import movers
from data_access.readings import ChildReading
from data_access.relations import correlation, distribution, ranks_of, related
from data_access.scorecards import Rank, ranked
from indicators.library import INDICATORS
from indicators.reading import Reading, Status
from indicators.text import Text


def reading(key: str, value: float | None, before: float | None = None, n: int = 1000, was: int = 1000,
            status: Status = "ok") -> Reading:
    return Reading(INDICATORS[key], status, value, n, comparable=value, previous=before, comparable_n=n, previous_n=was)


def place(number: int, value: float | None, key: str = "event_reported") -> ChildReading:
    region = Region(number, 1, 1, f"R{number}", Text("", ""), 1.0, None, None)
    return ChildReading(region, reading(key, value, status="ok" if value is not None else "no_data"))


def test_the_lowest_is_first_where_lower_is_better() -> None:
    others = [reading("event_overdue", value) for value in (3, 7, 9)]
    assert ranked(reading("event_overdue", 5), others) == Rank(2, 4, 0)


def test_the_highest_is_first_where_higher_is_better() -> None:
    others = [reading("event_closed_on_time", value) for value in (70, 80, 90)]
    assert ranked(reading("event_closed_on_time", 85), others) == Rank(2, 4, 0)


def test_those_that_share_a_value_share_a_place_and_the_next_is_as_far_behind() -> None:
    others = [reading("event_overdue", value) for value in (1, 5, 5)]
    assert ranked(reading("event_overdue", 5), others) == Rank(2, 4, 2)
    assert ranked(reading("event_overdue", 6), others) == Rank(4, 4, 0)


def test_what_is_not_known_is_not_ranked_and_ranks_nobody() -> None:
    unknown = reading("event_closed_on_time", None, status="no_base")
    assert ranked(unknown, [reading("event_closed_on_time", 70)]) is None
    assert ranked(reading("event_closed_on_time", 70), [unknown]) is None
    assert ranked(reading("event_closed_on_time", 70), [unknown, reading("event_closed_on_time", 60)]) == Rank(1, 2, 0)


def test_what_is_neither_better_high_nor_low_has_no_rank() -> None:
    assert ranked(reading("event_registered", 5), [reading("event_registered", 6)]) is None


def test_movers_are_the_weightiest_changes_first_with_their_arithmetic() -> None:
    """Overdue doubles: half of the larger. On time rises 3 of the 15 points from bad to good: a fifth."""
    found = movers([reading("event_closed_on_time", 85, before=82, n=10_000, was=10_000),
                    reading("event_overdue", 400, before=200, n=400, was=200)])
    assert [(one.reading.indicator.key, one.before, one.after, one.change, one.better) for one in found] == [
        ("event_overdue", 200, 400, 200, False), ("event_closed_on_time", 82, 85, 3, True)]
    assert [one.weight for one in found] == [pytest.approx(0.5), pytest.approx(0.2)]


def test_halving_weighs_as_much_as_doubling() -> None:
    up, down = (movers([reading("event_overdue", now, before=then, n=int(now), was=int(then))])[0]
                for now, then in ((400.0, 200.0), (200.0, 400.0)))
    assert up.weight == down.weight and (up.better, down.better) == (False, True)


def test_a_change_that_chance_makes_is_not_told() -> None:
    """Counts of 110 and 100 differ by 10; twice their standard error is 29. Of 1,100 and 1,000 it is 92."""
    assert movers([reading("event_overdue", 110, before=100, n=110, was=100)]) == ()
    assert len(movers([reading("event_overdue", 1100, before=1000, n=1100, was=1000)])) == 1
    assert movers([reading("event_closed_on_time", 85, before=80, n=100, was=100)]) == ()  # 5 points, 2 × 5.4 by chance


def test_a_change_that_the_shown_figure_does_not_show_is_none() -> None:
    assert movers([reading("event_closed_on_time", 85.04, before=85.01, n=10**9, was=10**9)]) == ()


def test_figures_of_other_periods_do_not_move() -> None:
    published = reading("people_poverty", 20, before=10)
    archive = reading("situation_flights_on_time", 50, before=90)
    neither = reading("event_registered", 9000, before=10)
    dead = reading("event_overdue", 4000, before=2, status="dead")
    unknown = reading("event_overdue", 4000)
    assert movers([published, archive, neither, dead, unknown]) == ()


def test_ranks_that_are_shared_are_the_mean_of_their_places() -> None:
    assert ranks_of(np.array([10.0, 30.0, 20.0, 20.0])).tolist() == [1.0, 4.0, 2.5, 2.5]


def test_a_straight_line_has_pearson_one_and_a_rising_curve_spearman_one() -> None:
    xs = [place(n, float(n)) for n in range(1, 7)]
    straight = related(1, xs, [place(n, 3.0 * n + 1) for n in range(1, 7)])
    assert (straight.pearson, straight.spearman) == pytest.approx((1, 1))
    curve = related(1, xs, [place(n, -(10.0 ** n)) for n in range(1, 7)])
    assert curve.spearman == pytest.approx(-1) and curve.pearson is not None and -1 < curve.pearson < -0.5


def test_pearson_by_hand() -> None:
    """x 1 2 3 4 5, y 2 1 4 3 5: covariance 8 over 10."""
    found = related(1, [place(n, float(n)) for n in range(1, 6)], [place(n, y) for n, y in enumerate([2.0, 1, 4, 3, 5], 1)])
    assert (found.pearson, found.spearman) == pytest.approx((0.8, 0.8))


def test_regions_without_both_values_are_left_out_and_counted() -> None:
    xs = [place(n, float(n) if n != 3 else None) for n in range(1, 7)]
    found = related(1, xs, [place(n, float(n)) for n in range(1, 7)])
    assert (len(found.places), found.left_out) == (5, 1)


def test_few_regions_or_no_spread_have_no_coefficient() -> None:
    few = related(1, [place(n, float(n)) for n in range(4)], [place(n, float(n)) for n in range(4)])
    flat = related(1, [place(n, 7.0) for n in range(9)], [place(n, float(n)) for n in range(9)])
    assert (few.pearson, few.spearman, flat.pearson, flat.spearman) == (None, None, None, None)


def test_a_coefficient_stands_values_of_any_size() -> None:
    pairs = np.array([[n * 1e-200, n * 1e200] for n in range(1, 7)])
    assert correlation(pairs) == pytest.approx(1)


def test_a_distribution_counts_every_known_value_once() -> None:
    found = distribution([place(n, float(n)) for n in range(1, 10)] + [place(10, None)])
    assert found is not None and (found.n, found.minimum, found.q1, found.median, found.q3, found.maximum) == (9, 1, 3, 5, 7, 9)
    assert sum(n for _, _, n in found.bins) == 9
    assert (found.bins[0][0], found.bins[-1][1]) == (1, 9)
    assert distribution([place(1, None)]) is None
