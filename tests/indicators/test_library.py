"""The library of indicators: complete, in both languages, and made of things that exist."""

import pytest

from indicators.algebra import metric_keys, stock_keys, terms
from indicators.definition import DIMENSIONS, Count, Dimension, Indicator, Percentile, Ratio, Sum
from indicators.facts import FACTS
from indicators.library import INDICATORS, of
from indicators.metrics import METRICS, STOCKS
from indicators.reading import Reading
from indicators.units import UNITS

each = pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)


def test_there_are_forty_indicators_and_six_in_each_dimension() -> None:
    assert len(INDICATORS) >= 40
    assert all(len(of(dimension)) >= 6 for dimension in DIMENSIONS)


def test_no_two_indicators_share_a_key_or_a_title() -> None:
    assert len({indicator.key for indicator in INDICATORS.values()}) == sum(len(of(dimension)) for dimension in DIMENSIONS)
    for language in ("zh", "en"):
        titles = [indicator.title[language] for indicator in INDICATORS.values()]
        assert len(titles) == len(set(titles))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_dimension_has_one_hero_and_four_supports_first(dimension: Dimension) -> None:
    places = [indicator.place for indicator in of(dimension)]
    assert places[:5] == ["hero", "support", "support", "support", "support"]
    assert set(places[5:]) <= {"library"}


@each
def test_a_title_fits_a_wall_panel_and_every_word_is_in_both_languages(indicator: Indicator) -> None:
    assert 0 < len(indicator.title.zh) <= 8
    assert 0 < len(indicator.title.en) <= (24 if indicator.place == "library" else 17)
    assert indicator.definition.zh and indicator.definition.en


@each
def test_an_indicator_is_made_of_metrics_stocks_and_units_that_exist(indicator: Indicator) -> None:
    assert set(metric_keys(indicator.measure)) <= set(METRICS)
    assert set(stock_keys(indicator.measure)) <= set(STOCKS)
    assert indicator.unit in UNITS
    if isinstance(indicator.measure, Percentile):
        assert METRICS[indicator.measure.metric].sketch
    else:
        assert terms(indicator.measure)


@each
def test_a_target_is_on_a_ratio_and_points_where_the_indicator_does(indicator: Indicator) -> None:
    """A count has no target that holds for a city and a tract alike."""
    if indicator.target is not None:
        assert isinstance(indicator.measure, Ratio)
        assert indicator.better != "neither"
        assert (indicator.target.good > indicator.target.bad) == (indicator.better == "higher")


@each
def test_both_sides_of_a_share_are_counted_at_the_same_instant(indicator: Indicator) -> None:
    measure = indicator.measure
    if isinstance(measure, Ratio) and all(isinstance(term, Count) for term in terms(measure)):
        instants = {(METRICS[key].fact, METRICS[key].at) for key in metric_keys(measure)}
        assert len(instants) == 1


@each
def test_the_subject_is_what_the_measure_counts(indicator: Indicator) -> None:
    subjects = {METRICS[key].subject for key in metric_keys(indicator.measure)}
    if subjects:
        assert indicator.subject in subjects


def test_every_metric_and_stock_is_over_a_known_fact() -> None:
    assert {metric.fact for metric in METRICS.values()} | {stock.fact for stock in STOCKS.values()} <= set(FACTS)


def test_metrics_and_stocks_do_not_share_keys() -> None:
    assert not set(METRICS) & set(STOCKS)


@pytest.mark.parametrize(("value", "state"), [(95.0, "good"), (90.0, "good"), (89.9, "watch"), (75.0, "watch"), (74.9, "bad")])
def test_a_share_that_should_be_high_is_judged_at_its_limits(value: float, state: str) -> None:
    assert Reading(INDICATORS["event_closed_on_time"], "ok", value).target_state == state  # good 90, bad 75


@pytest.mark.parametrize(("value", "state"), [(35.0, "good"), (35.1, "watch"), (75.0, "watch"), (75.1, "bad")])
def test_a_value_that_should_be_low_is_judged_the_other_way(value: float, state: str) -> None:
    assert Reading(INDICATORS["place_pm25"], "ok", value).target_state == state            # good 35, bad 75


def test_an_old_value_is_not_judged() -> None:
    assert Reading(INDICATORS["event_closed_on_time"], "dead", 20.0).target_state is None


def test_a_sum_has_no_target() -> None:
    assert not [i.key for i in INDICATORS.values() if isinstance(i.measure, Sum) and i.target]
