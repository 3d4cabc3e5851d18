"""The page of reasons: every bar starts where the one above ends, the sum stays whole, and each part leads on."""

import re
from dataclasses import replace
from typing import Any

import pytest

from data_access.decomposition import Decomposition, Part
from indicators.library import INDICATORS
from indicators.scope import Filter, Scope
from indicators.text import Text
from layouts import why_page
from layouts.address.pages import WhyPage
from layouts.look import Look
from layouts.view import View
from layouts.why_page import Asked
from tests.layouts import town
from tests.layouts.test_drawers import links
from tests.layouts.test_panel import parts, text

KEY = "event_closed_on_time"
LOOK = Look(View(Scope("nyc", "30d"), page=WhyPage(KEY)), town.city(), town.NOW)
PARTS = (Part("MN", Text("曼哈顿", "Manhattan"), 80.0, 70.0, 50, 60, -0.5, -5.5, -6.0),
         Part("BX", Text("布朗克斯", "Bronx"), 60.0, 68.0, 50, 40, 0.25, 3.75, 4.0))
FOUND = Decomposition(INDICATORS[KEY], "region", "previous", 70.0, 68.0, PARTS, -0.25, -1.75, 0.0, apart=True)
ASKED = Asked("previous", "region")


def falls(drawn: Any) -> list[tuple[float, float]]:
    """Where each bar begins and how wide it is, in per cent."""
    return [(float(bar.style["left"][:-1]), float(bar.style["width"][:-1])) for bar in parts(drawn)
            if type(bar).__name__ == "I" and getattr(bar, "style", None)]


def test_the_sum_is_told_in_one_line() -> None:
    told = re.sub(r"\s+", " ", text(why_page.reasons(LOOK, FOUND, ASKED)))
    assert "70.0% → 68.0% · −2.00 点 = 结构 −0.25 点 ＋ 各部分自身 −1.75 点" in told


def test_each_bar_starts_where_the_one_above_ends() -> None:
    """70 falls to 64 by Manhattan, and rises to 68 by the Bronx: the second bar begins at the foot of the first."""
    first, second = falls(why_page.reasons(LOOK, FOUND, ASKED))
    assert first[0] == pytest.approx(second[0], abs=0.02)
    assert second[1] / first[1] == pytest.approx(4 / 6, abs=0.01)


def test_what_is_bad_for_the_indicator_is_drawn_as_worse() -> None:
    tones = [bar.className for bar in parts(why_page.reasons(LOOK, FOUND, ASKED)) if getattr(bar, "className", "") in
             ("better", "worse")]
    assert tones == ["worse", "better"]


def test_many_small_parts_are_one_row_and_the_sum_stays_whole() -> None:
    many = tuple(Part(f"P{n}", Text(f"{n}", f"{n}"), 1.0, 2.0, 1, 2, 0.0, 1.0, 1.0) for n in range(40))
    shown = why_page.gathered(Decomposition(INDICATORS["event_reported"], "class", "previous", 40.0, 80.0, many, 0.0, 40.0))
    assert len(shown) == why_page.MOST and sum(one.contribution for one in shown) == 40.0
    assert (shown[-1].n_before, shown[-1].n_after) == (17, 34)


def test_what_lies_in_no_part_has_a_row_of_its_own() -> None:
    grown = Part("MN", Text("曼哈顿", "Manhattan"), 10.0, 15.0, 10, 15, 0.0, 5.0, 5.0)
    found = Decomposition(INDICATORS["event_reported"], "region", "previous", 10.0, 16.0, (grown,), 0.0, 5.0, 1.0)
    told = text(why_page.reasons(LOOK, found, ASKED))
    assert "未归入任何部分" in told and "结构" not in told


def test_a_region_leads_to_its_own_reasons_and_a_class_to_those_of_its_cases() -> None:
    by_region = why_page.reasons(LOOK, FOUND, ASKED)
    assert any(address.startswith(f"/why/{KEY}?") and "r=MN" in address for address in links(by_region))
    by_class = Decomposition(INDICATORS[KEY], "class", "previous", 70.0, 68.0, PARTS, -0.25, -1.75, apart=True)
    view = View(Scope("nyc", "30d", filters=(Filter("channel", ("web",)),)), page=WhyPage(KEY, by="class"))
    drawn = why_page.reasons(Look(view, town.city(), town.NOW), by_class, Asked("previous", "class"))
    assert any("f.class=MN" in address and "f.channel=web" in address for address in links(drawn))


def test_what_cannot_be_taken_apart_says_why_and_still_offers_the_other_ways() -> None:
    refused = Decomposition(INDICATORS[KEY], "class", "previous", 70.0, 68.0, why=Text("没有类别", "No class"))
    drawn = why_page.reasons(LOOK, refused, Asked("previous", "class"))
    assert "没有类别" in text(drawn) and len(links(drawn)) == 5


def test_the_title_names_both_sides_of_the_comparison() -> None:
    told = text(why_page.title(LOOK, town.reading(KEY), "按期结案率：为何变化", Asked("last_year", "region"), None))
    assert "较去年同期" in told and "93.4" in told and "模拟" in told


def test_a_number_that_still_runs_says_which_of_it_is_compared():
    """The sum speaks of whole days alone: where that is another number, the page says so; where it is the same, nothing."""
    reading = replace(town.reading(KEY), value=78.6)
    titled = [text(why_page.title(LOOK, reading, "按期结案率：为何变化", ASKED, one)) for one in (78.7, 78.6)]
    assert "已走完的部分：78.7%" in titled[0] and "已走完" not in titled[1]
