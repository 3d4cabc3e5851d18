from typing import Any

import numpy as np
import pytest

from simulate import case_rows, cases, hotline, moments
from simulate.cases import Cases
from simulate.hotline import Calls
from simulate.moments import DAY, HOUR
from simulate.world import World

WEDNESDAY = moments.instant("2026-03-04T00:00:00Z") // DAY
NOON = WEDNESDAY * DAY + 17 * HOUR
MUCH_LATER = NOON + 90 * DAY


@pytest.fixture(scope="module")
def reported(city: World) -> Cases:
    return cases.draw(city, WEDNESDAY)


@pytest.fixture(scope="module")
def calls(city: World, reported: Cases) -> Calls:
    return hotline.draw(city, reported)


def rows(city: World, calls: Calls, after: int = 0, until: int = MUCH_LATER, known_at: int = MUCH_LATER) -> list[dict[str, Any]]:
    return hotline.rows(city, calls, hotline.between(calls, after, until), known_at=known_at)


def test_a_day_drawn_again_has_the_same_messages(city: World, reported: Cases, calls: Calls) -> None:
    assert rows(city, hotline.draw(city, reported)) == rows(city, calls)


def test_two_weeks_have_about_three_thousand_messages_a_day(city: World) -> None:
    counts = [len(hotline.draw(city, cases.draw(city, WEDNESDAY + d))) for d in range(14)]
    assert np.mean(counts) == pytest.approx(3000, rel=0.15)


def test_a_message_about_a_case_comes_with_it_from_its_place(city: World, reported: Cases, calls: Calls) -> None:
    known = {row["id"]: row for row in case_rows.case_rows(city, reported, 0, MUCH_LATER, steps_until=None)}
    linked = [row for row in rows(city, calls) if "case" in row]
    assert len(linked) == pytest.approx(len(calls) / 2, rel=0.25)
    for row in linked:
        case = known[row["case"]]
        assert (row["occurred_at"], row["lon"], row["lat"]) == (case["reported_at"], case["lon"], case["lat"])
        assert (row["channel"], case["channel"]) == ("phone", "hotline")


def test_only_calls_are_answered_and_most_within_half_a_minute(city: World, calls: Calls) -> None:
    told = rows(city, calls)
    assert all(("answered_s" in row) == (row["channel"] == "phone") for row in told)
    waits = np.array([row["answered_s"] for row in told if "answered_s" in row])
    assert 0.8 < np.mean(waits <= 30) < 0.99


def test_most_callers_are_contacted_in_time_and_some_are_not(city: World, calls: Calls) -> None:
    told = rows(city, calls)
    in_time = np.mean([row["contacted_at"] <= row["contact_due"] for row in told])
    assert 0.9 < in_time < 0.99


def test_six_in_ten_are_asked_and_only_they_say_whether_it_was_solved(city: World, calls: Calls) -> None:
    told = rows(city, calls)
    asked = [row for row in told if "solved" in row]
    assert len(asked) / len(told) == pytest.approx(0.6, abs=0.05)
    assert 0.75 < np.mean([row["solved"] for row in asked]) < 0.95
    marks = {answer: np.mean([row["satisfaction"] for row in asked if "satisfaction" in row and row["solved"] is answer])
             for answer in (True, False)}
    assert marks[True] > marks[False] + 1
    assert all(1 <= row["satisfaction"] <= 5 for row in asked if "satisfaction" in row)
    assert all(("visited_at" in row) == ("solved" in row) for row in told)
    assert all(row["visited_at"] > row["occurred_at"] for row in asked)
    assert not any("satisfaction" in row for row in told if "solved" not in row)


def test_rows_say_only_what_is_known_and_news_completes_them(city: World, calls: Calls) -> None:
    early = {row["id"]: row for row in rows(city, calls, until=NOON, known_at=NOON)}
    news = hotline.events(calls, NOON, MUCH_LATER, occurred_until=NOON)
    later = {row["id"]: row for row in hotline.rows(city, calls, np.unique(news["call"]), known_at=MUCH_LATER)}
    whole = {row["id"]: row for row in rows(city, calls, until=NOON)}
    assert early | later == whole
    assert all(row.items() >= early[name].items() for name, row in later.items())


def test_callers_are_asked_by_day(city: World, calls: Calls) -> None:
    hour = moments.local(city.pack.zone, calls.asked[calls.asked != hotline.NEVER]) % DAY / HOUR
    assert hour.min() >= 9
    assert hour.max() <= 20
