"""The page of a region: sums that add up as they stand, states, ranks, and a way on from every number."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data_access.in_hand import Hand
from data_access.movers import movers
from data_access.scorecards import Line, Rank
from indicators.reading import Reading
from indicators.scope import Scope
from indicators.text import Language, Text
from layouts import comparison, movement, page_head, periods, region_page, scorecard, spark
from layouts.address.pages import ComparePage, RegionPage
from layouts.look import Look
from layouts.view import View
from tests.layouts import town
from tests.layouts.test_panel import classes, parts, text

ON_TIME = "event_closed_on_time"


def look(region: str = "BX", language: Language = "zh", window: str = "30d") -> Look:
    return Look(View(Scope(region, window, language=language), page=RegionPage()), town.city(), town.NOW)


def ways(drawn: Any) -> list[str]:
    return [part.href for part in parts(drawn) if getattr(part, "href", None)]


def line(key: str, rank: Rank | None = None, **more: Any) -> Line:
    return Line(town.reading(key, **more), rank)


def said(reading: Reading, language: Language = "zh", rank: Rank | None = None) -> str:
    found = movers([reading])
    drawn = movement.movement(look(language=language), found, {reading.indicator.key: Line(reading, rank)})
    return " ".join(text(drawn).split())


def test_a_share_that_fell_is_told_in_points_with_the_sum_and_what_is_missing_to_its_target():
    """78.67 − 80.95 = −2.28 stands beneath “fell 2.3”; 90 − 78.7 = 11.3 are missing."""
    reading = town.reading(ON_TIME, value=78.7, comparable=78.67, previous=80.95, comparable_n=9000, previous_n=9000)
    told = said(reading, rank=Rank(4, 5, 0))
    assert "按期结案率 下降 2.3 点 ；距目标 ≥90 还差 11.3 点 ；5 个同级中第 4 。" in told
    assert "78.67 − 80.95 = −2.28 点" in told
    assert "Closed on time fell 2.3 pt ; 11.3 pt short of target ≥90 ; ranks 4 of 5 ." in said(reading, "en", Rank(4, 5, 0))


def test_a_count_is_told_in_per_cent_with_both_steps_of_the_sum():
    """30,546 − 33,249 = −2,703, and −2,703 ÷ 33,249 = −8.1 %."""
    reading = town.reading("event_reported", value=30593.0, comparable=30546.0, previous=33249.0,
                           comparable_n=30546, previous_n=33249)
    assert "30,546 − 33,249 = −2,703 件，−2,703 ÷ 33,249 = −8.1%" in said(reading)


def test_a_sentence_has_the_unit_of_its_number_even_where_it_is_a_quotient():
    """38.4 after 46.0 of an indicator in µg/m³."""
    told = said(town.reading("place_pm25", value=38.4, previous=46.0))
    assert "下降 7.6 µg/m³" in told and "= −7.60 µg/m³" in told


@pytest.mark.parametrize("window, told", [
    ("2026-11-22..2026-11-22", "较前一日"), ("2026-11-16..2026-11-22", "较前 7 天"), ("2026-10-01..2026-10-31", "较前一个月"),
    ("2026-10-01..2026-10-12", "较前一时段"), ("30d", "较前 30 天")])
def test_the_period_before_a_day_a_week_or_a_month_is_called_by_its_name(window, told):
    assert look().say(periods.since(window)) == told


def test_a_number_and_the_same_per_square_kilometre_are_one_piece_of_news():
    both = [town.reading(key, value=now, comparable=now, previous=2 * now, comparable_n=900, previous_n=1800)
            for key, now in (("event_reported", 900.0), ("place_case_density", 90.0))]
    assert len(movers(both)) == 2 and len(movement.apart(movers(both))) == 1


def test_where_nothing_moved_beyond_chance_the_page_says_so_on_both_sides():
    drawn = movement.movement(look(), [], {})
    assert text(drawn).count("没有超出偶然的变化") == 2


def test_a_row_of_the_card_says_value_target_state_both_changes_and_rank_and_each_leads_on():
    drawn = scorecard.scorecard(look(), [line(ON_TIME, Rank(2, 5, 0), value=93.4, previous=92.0, last_year=95.0)])
    told = text(drawn)
    words = ("事", "按期结案率", "93.4", "%", "≥90", "达标", "↑ 1.4 点", "好转", "↓ 1.6 点", "变差", "2", "/5")
    assert [word for word in words if word not in told] == []
    assert "/indicator/event_closed_on_time?r=BX&lang=zh" in ways(drawn)
    assert "/indicator/event_closed_on_time?r=nyc&lang=zh" in ways(drawn)                     # the ranking stands there
    assert "/why/event_closed_on_time?r=BX&against=last_year&lang=zh" in ways(drawn)
    boxes = [part.className for part in parts(drawn) if type(part).__name__ == "I" and part.className in ("on", "")]
    assert boxes == ["", "on", "", "", ""]


def test_the_card_has_no_column_for_what_nobody_has_and_says_so_of_last_year():
    drawn = scorecard.scorecard(look("nyc"), [line(ON_TIME)])
    assert not {"r", "y"} & classes(drawn)
    assert "去年同期没有数据" in text(drawn)


def test_what_has_no_value_is_a_word_and_no_change():
    drawn = scorecard.scorecard(look(), [line(ON_TIME, status="no_base")])
    assert "无基数" in text(drawn) and "↑" not in text(drawn) and "↓" not in text(drawn)


def test_the_title_counts_states_of_what_has_a_target_and_says_the_days():
    lines = {one.reading.indicator.key: one for one in (
        line(ON_TIME, value=93.4), line("object_online", value=50.0), line("people_population", value=1477000.0))}
    told = " ".join(text(region_page.title(look(), lines)).split())
    assert "布朗克斯" in told and "147.7 万人" in told and "12 个社区" in told
    assert "1 达标" in told and "0 关注" in told and "1 未达标" in told
    assert "10 月 25 日—11 月 23 日 · 末段未完" in told


@pytest.mark.parametrize(("window", "told"), [
    ("today", "11 月 23 日 00:00—09:42 · 末段未完"),
    ("month", "11 月 1 日—11 月 23 日 · 末段未完"),
    ("2026-10-01..2026-10-31", "10 月 1 日—10 月 31 日"),
    ("2025-12-31..2026-01-01", "2025 年 12 月 31 日—2026 年 1 月 1 日"),
])
def test_a_period_is_told_by_its_days_and_whether_it_still_runs(window, told):
    assert periods.told(look(window=window)) == told


def test_the_head_keeps_the_scope_on_every_way_and_offers_free_dates():
    drawn = page_head.head(look(window="7d", language="en"), "", None)
    assert "/r/BX?w=7d&lang=en" in ways(drawn)
    assert {"/organizations?r=BX&p=7d&lang=en", "/compare?r=BX&p=7d&lang=en", "/briefing/BX?span=daily&p=7d&lang=en",
            "/region/nyc?p=7d&lang=en", "/region/BX?lang=en", "/region/BX?p=7d&lang=zh"} <= set(ways(drawn))
    fields = {part.name: part.defaultValue for part in parts(drawn) if type(part).__name__ == "Input"}
    assert fields == {"from": "2026-11-17", "to": "2026-11-23"}


def test_agencies_are_shown_with_what_they_have_in_hand_and_lead_to_their_pages():
    hands = (Hand("DOT", Text("交通局", "Transportation"), 40, 10, town.NOW - timedelta(hours=26), 2),
             Hand("DOB", Text("房屋局", "Buildings"), 20))
    drawn = region_page.organizations(look(), hands, simulated=True, past=False)
    told = text(drawn)
    assert "交通局" in told and "40" in told and "模拟" in told
    assert "/organization/DOT?r=BX&lang=zh" in ways(drawn)
    widths = [part.style["width"] for part in parts(drawn) if getattr(part, "style", None)]
    assert widths == ["100.0%", "25.0%", "50.0%", "0.0%"]


def test_of_a_past_period_nothing_is_listed_that_stands_now():
    drawn = [region_page.late(look(), (), None, past=True), region_page.organizations(look(), (), simulated=False, past=True)]
    assert text(drawn).count("只列当下") == 2


def test_a_comparison_of_six_offers_no_seventh():
    here = replace(look(), view=replace(look().view, page=ComparePage(tuple(f"BX{n:02d}" for n in range(1, 6)))))
    six = [here.city.region(code) for code in ("BX", "BX01", "BX02", "BX03", "BX04", "BX05")]
    told = text(comparison.title(here, here.view.page, six))  # type: ignore[arg-type]
    assert "最多 6 个区域" in told and "添加区域" not in told


@pytest.mark.parametrize(("value", "grounded"), [(99.9, True), (40.0, False)])
def test_a_course_far_beyond_its_target_stands_on_the_targets_ground_and_one_far_short_of_it_does_not(
        value: float, grounded: bool) -> None:
    """Devices online, good from 95: points about 99.9 are on target though 95 is far off their axis; at 40 none is."""
    reading = town.reading("object_online", value=value)
    series = tuple(replace(point, value=value + 0.01 * (at % 2)) for at, point in enumerate(reading.series))
    assert bool(spark.figure(replace(reading, series=series))["layout"].get("shapes")) is grounded
