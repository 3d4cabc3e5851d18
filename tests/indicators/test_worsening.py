"""Which indicators the band names because they get worse. The target here is 90, its limit 75; more is better."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from indicators.definition import Target
from indicators.library import INDICATORS
from indicators.reading import Point, Reading
from indicators.worsening import missed_since, worsening

SHARE = replace(INDICATORS["event_closed_on_time"], target=Target(good=90, bad=75))
WORSE = Reading(SHARE, "ok", 70.0, 100, comparable=70.0, comparable_n=90, previous=74.0, previous_n=80)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def hourly(*values: float | None) -> Reading:
    """The reading with a course that ends at noon; its last hour still runs."""
    last = len(values) - 1
    return replace(WORSE, series=tuple(
        Point(NOON - timedelta(hours=last - at), value, complete=at < last) for at, value in enumerate(values)))


def test_an_indicator_beyond_its_limit_that_was_better_before_gets_worse() -> None:
    assert worsening([WORSE]) == (WORSE,)


@pytest.mark.parametrize("other", [
    replace(WORSE, value=80.0), replace(WORSE, previous=69.0), replace(WORSE, previous=70.0), replace(WORSE, previous=None),
    replace(WORSE, status="stale"), replace(WORSE, comparable_n=19), replace(WORSE, previous_n=19),
    replace(WORSE, indicator=replace(SHARE, target=None)), replace(WORSE, indicator=replace(SHARE, archive=True)),
], ids=["only to be watched", "getting better", "unchanged", "nothing to compare with", "stale", "few now", "few before",
        "without a target", "of an archive"])
def test_nothing_else_does(other: Reading) -> None:
    assert worsening([other]) == ()


def test_where_less_is_better_a_rise_is_worse() -> None:
    hours = replace(SHARE, better="lower", target=Target(good=10, bad=30))
    assert [one.previous for one in worsening([replace(WORSE, indicator=hours, value=40.0, comparable=40.0, previous=before)
                                               for before in (39.0, 41.0)])] == [39.0]


def test_the_furthest_beyond_its_limit_comes_first() -> None:
    """60 is a fifth below 75; 45 against 30 is half of it over."""
    few = replace(WORSE, value=60.0)
    much = replace(WORSE, value=45.0, comparable=45.0, previous=40.0,
                   indicator=replace(SHARE, better="lower", target=Target(good=10, bad=30)))
    assert worsening([few, much]) == (much, few)


def test_it_is_told_since_the_first_value_after_the_last_that_met_the_target() -> None:
    """Met at 8, missed at 9, nothing said at 10, missed at 11; noon still runs and says nothing."""
    assert missed_since(hourly(95, 80, None, 70, 99)) == NOON - timedelta(hours=3)


def test_where_the_newest_value_met_the_target_the_run_before_it_is_told() -> None:
    assert missed_since(hourly(70, 95, 80, 70, 91, 99)) == NOON - timedelta(hours=3)


def test_without_a_value_that_missed_it_nothing_is_said_of_when() -> None:
    assert missed_since(hourly(95, 91, None, 20)) is None
