from collections import Counter
from typing import Any

import pytest

from simulate import enterprises, moments
from simulate.moments import DAY
from simulate.world import World

NOW = moments.instant("2026-03-04T17:00:00Z")


@pytest.fixture(scope="module")
def standing(city: World) -> list[dict[str, Any]]:
    return enterprises.rows(city, None, NOW)


def test_there_are_some_twenty_thousand_most_of_them_active(standing: list[dict[str, Any]]) -> None:
    status = Counter(row["status"] for row in standing)
    assert sum(status.values()) == pytest.approx(22_000, rel=0.1)
    assert status["active"] > 2 * status["closed"] > 0
    assert 0 < status["abnormal"] < 0.05 * status["active"]


def test_the_closed_and_only_they_say_when_within_two_years(standing: list[dict[str, Any]]) -> None:
    assert all(("closed_at" in row) == (row["status"] == "closed") for row in standing)
    closed = [row for row in standing if row["status"] == "closed"]
    assert all(moments.text(NOW - 730 * DAY) < row["closed_at"] <= moments.text(NOW) for row in closed)
    assert all(row["registered_at"] < row["closed_at"] for row in closed)


def test_news_of_a_day_leads_from_yesterdays_state_to_todays(city: World, standing: list[dict[str, Any]]) -> None:
    yesterday = {row["id"]: row for row in enterprises.rows(city, None, NOW - DAY)}
    news = {row["id"]: row for row in enterprises.rows(city, NOW - DAY, NOW)}
    today = {row["id"]: row for row in standing}
    assert news
    oldest = moments.text(NOW - 730 * DAY)
    remembered = {name: row for name, row in (yesterday | news).items() if row.get("closed_at", "9") > oldest}
    assert remembered == today


def test_identities_are_unique(standing: list[dict[str, Any]]) -> None:
    assert len({row["id"] for row in standing}) == len(standing)
