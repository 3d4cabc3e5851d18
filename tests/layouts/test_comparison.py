"""Regions or periods side by side: one axis a row, the best marked, totals of unlike periods warned of."""

from typing import Any

from indicators.scope import Scope
from layouts import comparison, periods
from layouts.address.pages import ComparePage
from layouts.comparison import Side
from layouts.look import Look
from layouts.view import View
from tests.layouts import town
from tests.layouts.test_panel import parts, text
from tests.layouts.test_region_page import ways

KEY = "event_closed_on_time"


def look(page: ComparePage, window: str = "30d") -> Look:
    return Look(View(Scope("BX", window), page=page), town.city(), town.NOW)


def side(name: str, value: float, region: str = "BX", window: str = "30d") -> Side:
    return Side(name, View(Scope(region, window), page=ComparePage()), {KEY: town.reading(KEY, value=value)})


def axes(drawn: Any) -> list[list[float]]:
    return [part.figure["layout"]["yaxis"]["range"] for part in parts(drawn) if hasattr(part, "figure")]


def table(*sides: Side, timed: bool = False) -> Any:
    page = ComparePage(than="2026-09-01..2026-09-30") if timed else ComparePage(("MN",))
    return comparison.table(look(page), sides, [sides[0].readings[KEY].indicator], timed=timed)


def test_all_courses_of_a_row_share_an_axis_that_holds_them_all():
    drawn = table(side("BX", 93.0), side("MN", 40.0, "MN"))
    first, second = axes(drawn)
    assert first == second and first[0] < 40.0 < 93.0 < first[1]


def test_the_best_of_a_row_is_marked_once_and_nobody_where_all_are_alike():
    assert text(table(side("BX", 93.0), side("MN", 40.0, "MN"))).count("最好") == 1
    assert "最好" not in text(table(side("BX", 93.0), side("MN", 93.0, "MN")))


def test_each_number_leads_to_its_own_regions_indicator():
    found = ways(table(side("BX", 93.0), side("MN", 40.0, "MN")))
    assert {"/indicator/event_closed_on_time?r=BX&lang=zh", "/indicator/event_closed_on_time?r=MN&lang=zh"} <= set(found)


def test_two_periods_say_how_far_they_differ_and_that_unlike_lengths_spoil_totals():
    drawn = table(side("now", 93.0), side("then", 91.0, window="2026-09-01..2026-09-07"), timed=True)
    assert "↑ 2.0 点" in text(drawn) and "好转" in text(drawn)
    assert "两个时段长短不同（30 天、7 天）" in text(drawn)
    assert "长短不同" not in text(table(side("now", 93.0), side("then", 91.0, window="2026-09-01..2026-09-30"), timed=True))


def test_a_period_that_still_runs_beside_one_that_is_over_is_said_to_have_totals_that_are_not_full():
    whole = side("then", 91.0, window="2026-09-01..2026-09-30")
    assert "末段还没有走完" in text(table(side("now", 93.0), whole, timed=True))
    assert "末段还没有走完" not in text(table(side("now", 93.0, window="2026-10-01..2026-10-30"), whole, timed=True))


def test_two_dates_are_named_as_people_write_them_with_the_year_where_it_is_another():
    page = look(ComparePage())
    assert periods.named(page, "2026-09-01..2026-09-30") == "9 月 1 日—9 月 30 日"
    assert periods.named(page, "2026-09-01..2026-09-01") == "9 月 1 日"
    assert periods.named(page, "2025-12-31..2026-01-02") == "2025 年 12 月 31 日—2026 年 1 月 2 日"


def test_one_region_alone_is_offered_others_and_other_periods_like_with_like():
    """30 days with today running: 29 are complete, and the same 29 days 30 days earlier stand against them."""
    drawn = comparison.title(look(ComparePage()), ComparePage(), [town.city().region("BX")])
    found = ways(drawn)
    assert "/compare?r=BX,MN&lang=zh" in found and "/compare?r=BX,nyc&lang=zh" in found
    assert "/compare?r=BX&than=2026-09-25..2026-10-23&p=2026-10-25..2026-11-22&lang=zh" in found


def test_whoever_is_left_out_leaves_the_others():
    page = ComparePage(("MN", "QN"))
    regions = [town.city().region(code) for code in ("BX", "MN", "QN")]
    found = ways(comparison.title(look(page), page, regions))
    assert {"/compare?r=MN,QN&lang=zh", "/compare?r=BX,QN&lang=zh", "/compare?r=BX,MN&lang=zh"} <= set(found)
