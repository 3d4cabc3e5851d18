"""Which readings are spikes: far off what the device mostly says, and alone in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.quality.robust import by_group, spread
from ingest.quality.spikes import spikes

USUAL = [10.0, 11.0, 12.0, 11.0, 10.0] * 6  # its median is 11, its robust deviation 1.4826


def found(values, floor=np.nan):
    """The places of the spikes of one device."""
    readings = np.array(values)
    return np.flatnonzero(spikes(np.zeros(len(readings), np.int64), readings, np.full(len(readings), floor))[0]).tolist()


def test_one_wild_reading_among_usual_ones_is_a_spike():
    assert found([*USUAL, 90.0, *USUAL]) == [30]


def test_twelve_deviations_are_not_yet_far_and_a_little_more_are():
    """11 + 12 × 1.4826 = 28.79."""
    assert found([*USUAL, 28.7, *USUAL]) == []
    assert found([*USUAL, 28.9, *USUAL]) == [30]


def test_what_stays_is_an_event_and_no_spike():
    assert found([*USUAL, 90.0, 95.0, 91.0, *USUAL]) == []


def test_the_newest_reading_is_not_judged_before_the_next_is_there():
    assert found([*USUAL, 90.0]) == []
    assert found([*USUAL, 90.0, 11.0]) == [30]


def test_a_device_that_mostly_says_the_same_has_no_distribution_to_be_off():
    assert found([0.0] * 30 + [25.0] + [0.0] * 30) == []


def test_a_deviation_below_a_fiftieth_of_the_span_counts_as_that():
    """A span of 1000 makes 20: 12 × 20 is 240."""
    assert found([*USUAL, 200.0, *USUAL], floor=20.0) == []
    assert found([*USUAL, 260.0, *USUAL], floor=20.0) == [30]


def test_of_fewer_than_twenty_readings_nothing_is_said():
    assert found([*USUAL[:10], 90.0, *USUAL[:8]]) == []
    assert found([*USUAL[:10], 90.0, *USUAL[:9]]) == [10]


def test_the_neighbours_of_a_reading_are_those_of_its_own_device():
    values = np.array([*USUAL, 90.0, 11.0, *USUAL])
    series = np.array([0] * 31 + [1] * 31)
    assert not spikes(series, values, np.full(62, np.nan))[0].any()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9), min_size=1, max_size=5))
def test_medians_of_groups_are_the_medians_of_each(groups):
    series = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    middle, deviation = by_group(series, np.concatenate([np.array(group) for group in groups]))
    for at, group in enumerate(groups):
        expected = spread(np.array(group))
        assert middle[series == at] == pytest.approx(expected[0])
        assert deviation[series == at] == pytest.approx(expected[1])
