"""Degrees as people write them."""

import pytest

from geo.degrees import parsed


@pytest.mark.parametrize(("written", "degrees", "upright"), [
    ("31.5", 31.5, None), ("-33.5", -33.5, None), ("31°12′30″N", 31.208333, True), ("79°58′56″W", -79.982222, False),
    ("40°26'46\"N", 40.446111, True), ("东经121度28分", 121.466667, False), ("北纬31°12′", 31.2, True),
    ("N31 12.5", 31.208333, True),
    ("40 26 46 N", 40.446111, True), ("40:26:46", 40.446111, None), ("S33.5°", -33.5, True), ("121.47东经", 121.47, False),
    ("31度12分30秒", 31.208333, None), ("-31 12", -31.2, None), ("３１°１２′", 31.2, None),
])
def test_degrees_minutes_and_seconds_are_read(written: str, degrees: float, upright: bool | None) -> None:
    found = parsed(written)
    assert found is not None
    assert found[0] == pytest.approx(degrees, abs=1e-6)
    assert found[1] is upright


@pytest.mark.parametrize("written", ["", "abc", "31°70′", "1 2 3 4", "N31S", "-31°N", "3112", "74°0'21\"O", "°", "9" * 100])
def test_what_is_no_degree_or_could_be_two_is_not_read(written: str) -> None:
    assert parsed(written) is None
