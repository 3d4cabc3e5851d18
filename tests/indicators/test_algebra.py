"""The arithmetic of indicators, by hand."""

import math

import numpy as np
import pytest

from indicators.algebra import Amount, Lookup, Value, evaluate, is_published, middle, quantile
from indicators.definition import Area, Count, Ratio, Standing, Statistic, Sum, Term, Total
from ingest.contributions import bins


def amounts(**known: Amount) -> Lookup:
    """Look terms up by their key."""
    def lookup(term: Term) -> Amount | None:
        return known.get("area" if isinstance(term, Area) else next(iter(vars(term).values())))
    return lookup


def test_a_city_mean_weighs_stations_by_observations() -> None:
    """Station a: 20 over 6 hours, station b: 40 over 18; the city is 35, not 30."""
    city = Amount(6, 6 * 20) + Amount(18, 18 * 40)
    mean = Ratio((Total("m"),), (Count("m"),))
    assert evaluate(mean, amounts(m=city)) == Value(35.0, 24)


def test_a_city_ratio_adds_numerators_and_denominators() -> None:
    """1 of 2 and 9 of 10 are 10 of 12, not the mean of 50 % and 90 %."""
    share = Ratio((Count("good"),), (Count("all"),), 100)
    found = evaluate(share, amounts(good=Amount(1) + Amount(9), all=Amount(2) + Amount(10)))
    assert found.value == pytest.approx(83.333, abs=0.001)
    assert found.n == 12


def test_a_ratio_without_base_has_no_value_and_says_so() -> None:
    share = Ratio((Count("good"),), (Count("all"),), 100)
    assert evaluate(share, amounts(good=Amount(71207), all=Amount())) == Value(None, 0, no_base=True)


def test_a_numerator_of_zero_is_zero() -> None:
    assert evaluate(Ratio((Count("good"),), (Count("all"),), 100), amounts(good=Amount(), all=Amount(4))) == Value(0.0, 4)


def test_an_unknown_term_makes_the_value_unknown_and_not_zero() -> None:
    assert evaluate(Sum((Statistic("population"),)), amounts()) == Value(None)
    assert evaluate(Ratio((Count("a"),), (Area(),)), amounts(a=Amount(3))) == Value(None)


def test_a_count_counts_facts_and_a_total_adds_their_values() -> None:
    known = amounts(m=Amount(3, 12.5))
    assert evaluate(Sum((Count("m"),)), known).value == 3
    assert evaluate(Sum((Total("m"),)), known).value == 12.5


def test_the_facts_behind_a_density_are_those_counted_and_not_the_area() -> None:
    assert evaluate(Ratio((Count("a"),), (Area(),)), amounts(a=Amount(6, 0), area=Amount(0, 4.0))) == Value(1.5, 6)


def bin_of(value: float) -> int:
    """The bin that ingest puts a value into."""
    return int(bins(np.array([value]))[0])


def test_the_median_of_a_histogram_lies_within_its_bin() -> None:
    values = [1.0, 2.0, 4.0, 8.0, 16.0]
    histogram: dict[int, int] = {}
    for value in values:
        histogram[bin_of(value)] = histogram.get(bin_of(value), 0) + 1
    found = quantile(histogram, 0.5)
    assert found.n == 5
    assert found.value == pytest.approx(4.0, rel=0.025)


@pytest.mark.parametrize("value", [0.001, 0.5, 1.0, 17.3, 4000.0])
def test_no_value_is_further_than_half_a_bin_from_its_bins_middle(value: float) -> None:
    assert abs(math.log(middle(bin_of(value)) / value)) <= 0.5 / 20 + 1e-9


def test_values_of_zero_are_zero_in_a_percentile() -> None:
    assert quantile({bin_of(0.0): 3, bin_of(10.0): 1}, 0.5).value == 0.0


def test_a_percentile_of_nothing_has_no_base() -> None:
    assert quantile({}, 0.9) == Value(None, 0, no_base=True)


def test_only_measures_of_statistics_and_areas_are_published() -> None:
    assert is_published(Ratio((Statistic("population"),), (Area(),)))
    assert not is_published(Ratio((Count("case_reported"),), (Statistic("population"),)))
    assert not is_published(Sum((Standing("place_lot"),)))
