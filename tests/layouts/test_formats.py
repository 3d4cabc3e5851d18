"""Numbers, changes and times as each language writes them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from indicators.definition import Indicator, Standing, Sum, Target
from indicators.text import Text
from layouts import formats

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # noon


def indicator(unit: str, decimals: int = 0, **more) -> Indicator:
    return Indicator("x", Text("", ""), "events", Sum((Standing("x"),)), unit, "case", Text("", ""), decimals=decimals, **more)


@pytest.mark.parametrize(("value", "unit", "decimals", "zh", "en"), [
    (8_362_000, "person", 0, "836.2 万人", "8.36 M people"),
    (412_000, "person", 0, "41.2 万人", "412.0 k people"),
    (10_460, "device", 0, "10,460 台", "10,460"),
    (234_500_000, "usd", 0, "2.35 亿美元", "234.5 M USD"),
    (97.83, "percent", 1, "97.8%", "97.8%"),
    (-3.2, "celsius", 1, "−3.2 °C", "−3.2 °C"),
    (0, "case", 0, "0 件", "0"),
    (-0.04, "percent", 1, "0.0%", "0.0%"),
])
def test_a_value_is_written_with_its_unit_in_each_language(value, unit, decimals, zh, en):
    assert str(formats.quantity(value, indicator(unit, decimals), "zh")) == zh
    assert str(formats.quantity(value, indicator(unit, decimals), "en")) == en


def test_no_value_is_a_dash_and_never_zero():
    assert str(formats.quantity(None, indicator("case"), "zh")) == "—"


@pytest.mark.parametrize(("unit", "now", "before", "arrow", "size"), [
    ("percent", 97.8, 98.2, "↓", "0.4 点"),          # a share moves by points
    ("case", 3986, 3753, "↑", "6.2%"),               # 233 of 3753
    ("case", 12, 9, "↑", "3 件"),                    # a small count moves by things: never 33 %
    ("case", 500, 0, "↑", "500 件"),                 # nothing to divide by
    ("case", 71_208, 1, "↑", "71,207 件"),           # nor 7,120,700 %
    ("case", 300, 300, "", "持平"),
    ("case_km2", 9, 4, "↑", "5"),                    # a quotient's unit is left out
    ("percent", 97.81, 97.79, "", "持平"),           # less than can be shown
])
def test_a_change_is_said_in_what_can_be_understood(unit, now, before, arrow, size):
    assert formats.change(indicator(unit), now, before, "zh") == formats.Change(arrow, size)


def test_without_a_value_before_there_is_no_change():
    assert formats.change(indicator("case"), 5, None, "zh") is None


@pytest.mark.parametrize(("better", "good", "written"), [
    ("higher", 95.0, "≥95"), ("lower", 3700.0, "≤3,700"), ("lower", 2.5, "≤2.5"),
])
def test_a_target_says_which_side_is_good(better, good, written):
    assert formats.target(indicator("case", better=better, target=Target(good, good))) == written


@pytest.mark.parametrize(("at", "zh", "en"), [
    (datetime(2026, 3, 4, 14, 5, tzinfo=UTC), "09:05", "09:05"),
    (datetime(2026, 3, 4, 4, 59, tzinfo=UTC), "3 月 3 日 23:59", "3 Mar 23:59"),     # before the city's midnight
    (datetime(2025, 12, 31, 12, 0, tzinfo=UTC), "2025 年 12 月 31 日", "31 Dec 2025"),
])
def test_an_instant_is_as_short_as_it_stays_unmistakable(at, zh, en):
    assert formats.moment(at, NOW, NEW_YORK, "zh") == zh
    assert formats.moment(at, NOW, NEW_YORK, "en") == en


@pytest.mark.parametrize(("seconds", "zh", "en"), [
    (8, "8 秒", "8 s"), (47 * 60, "47 分钟", "47 min"), (26 * 3600, "26 小时", "26 h"), (3 * 86400, "3 天", "3 d"),
    (-5, "0 秒", "0 s"),
])
def test_a_length_of_time_is_said_in_the_largest_unit_that_leaves_two(seconds, zh, en):
    assert formats.span(timedelta(seconds=seconds), "zh") == zh
    assert formats.span(timedelta(seconds=seconds), "en") == en


@pytest.mark.parametrize(("degrees", "zh", "en"), [(0, "北", "N"), (272, "西", "W"), (350, "北", "N"), (23, "东北", "NE")])
def test_the_wind_comes_from_an_eighth(degrees, zh, en):
    assert (formats.compass(degrees, "zh"), formats.compass(degrees, "en")) == (zh, en)


@pytest.mark.parametrize(("speed", "force"), [(0.2, 0), (4.1, 3), (17.2, 8), (40.0, 12)])
def test_the_wind_has_a_force_by_beaufort(speed, force):
    assert formats.beaufort(speed) == force


@pytest.mark.parametrize(("figures", "unit", "said"), [
    ("25.4", "°", "25.4°"), ("23.4", "%LEL", "23.4 %LEL"), ("6", "°C", "6 °C"), ("3", "", "3")])
def test_a_degree_sign_stands_close_to_its_figures_and_other_units_apart(figures: str, unit: str, said: str) -> None:
    assert formats.with_unit(figures, unit) == said
