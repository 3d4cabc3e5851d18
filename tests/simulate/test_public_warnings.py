from typing import Any

import pytest

from simulate import moments, public_warnings
from simulate.moments import DAY
from simulate.world import World

NEW_YEAR = moments.instant("2026-01-01T00:00:00Z")


@pytest.fixture(scope="module")
def year(city: World) -> list[dict[str, Any]]:
    return public_warnings.rows(city, NEW_YEAR, NEW_YEAR + 365 * DAY)


def test_a_month_has_a_few_warnings(year: list[dict[str, Any]]) -> None:
    assert 2 < len(year) / 12 < 10
    assert {row["event_en"] for row in year} == {"Heat", "Cold", "Wind", "Flood", "Air quality"}


def test_it_warns_of_the_real_heat_wave_of_july(year: list[dict[str, Any]]) -> None:
    """18 July 2013 saw 97 °F in New York."""
    heat = [row for row in year if row["event_en"] == "Heat"]
    assert any(row["sent_at"].startswith("2026-07-1") and row["severity"] != "unknown" for row in heat)
    assert all("05" <= row["sent_at"][5:7] <= "09" for row in heat)


def test_a_warning_says_when_it_begins_and_ends(year: list[dict[str, Any]]) -> None:
    assert all(row["sent_at"] < row["onset_at"] < row["expires_at"] for row in year)
    ended = [row for row in year if "ended_at" in row]
    assert ended
    assert all(row["onset_at"] < row["ended_at"] < row["expires_at"] for row in ended)


def test_one_called_off_is_told_again_with_its_end(city: World, year: list[dict[str, Any]]) -> None:
    ended = next(row for row in year if "ended_at" in row)
    sent, end = moments.instant(ended["sent_at"]), moments.instant(ended["ended_at"])
    first = [row for row in public_warnings.rows(city, sent - 1, sent) if row["id"] == ended["id"]]
    again = [row for row in public_warnings.rows(city, end - 1, end) if row["id"] == ended["id"]]
    assert "ended_at" not in first[0]
    assert again == [ended]


def test_regions_are_the_city_or_its_boroughs(city: World, year: list[dict[str, Any]]) -> None:
    assert {row["region"] for row in year} <= {"nyc", "MN", "BX", "BK", "QN", "SI"}
