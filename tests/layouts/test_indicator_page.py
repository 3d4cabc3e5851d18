"""The page of an indicator: round axes, what is normal, the running bucket, ranks, formulas, and what does not prove a cause."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from data_access.makings import Makings
from data_access.normals import Band
from data_access.relations import Place, Relation, distribution
from data_access.shapes import Shapes
from data_access.shares import Breakdown, Share
from geo.outlines import Outline
from indicators.library import INDICATORS
from indicators.scope import Scope
from indicators.text import Text
from layouts import axes, choropleth, course, indicator_page, making, multiples, palette, parting, spread
from layouts.address.pages import IndicatorPage
from layouts.look import Look
from layouts.view import View
from tests.layouts import town
from tests.layouts.test_drawers import links
from tests.layouts.test_panel import parts, text

KEY = "event_closed_on_time"
LOOK = Look(View(Scope("nyc", "30d"), page=IndicatorPage(KEY)), town.city(), town.NOW)
OWN = town.reading(KEY)
BANDS = tuple(Band(point.at, 90.0, 95.0, 4 + number % 3) for number, point in enumerate(OWN.series[:-2]))
VALUES = (97.0, 92.0, 89.0, 89.0, 70.0)
CHILDREN = tuple(replace(part, reading=replace(part.reading, series=OWN.series)) for part in town.children(KEY, values=VALUES))
SQUARES = Shapes(392, 100, {part.region.region_id: Outline("M0.0,0.0L9.5,0.0L9.5,9.0Z", (5, 5)) for part in CHILDREN[:4]})


def figures_in(drawn: Any) -> list[dict[str, Any]]:
    return [part.figure for part in parts(drawn) if hasattr(part, "figure")]


def drawings() -> dict[str, Any]:
    places = tuple(Place(part.region, part.reading, town.reading("people_density", value=100.0 * number))
                   for number, part in enumerate(CHILDREN))
    other = INDICATORS["people_density"]
    return {
        "course": course.course(LOOK, course.Course(OWN, BANDS, town.reading(KEY, value=91.0), ("甲", "乙"))),
        "map": choropleth.choropleth(LOOK, SQUARES, CHILDREN, lambda code: f"/x/{code}"),
        "ranking": multiples.ranking(LOOK, CHILDREN),
        "distribution": spread.distribution(LOOK, OWN.indicator, distribution(CHILDREN), OWN),
        "relation": spread.relation(LOOK, OWN.indicator, other, Relation(1, places, 1, -0.54, -0.18)),
    }


@pytest.mark.parametrize("name", drawings())
def test_plotly_accepts_every_figure_of_the_page_once_its_tokens_are_colours(name: str) -> None:
    found = figures_in(drawings()[name])
    assert found
    for figure in found:
        go.Figure(json.loads(re.sub(r"var\(--[a-z0-9-]+\)", "#123456", json.dumps(figure))))


@pytest.mark.parametrize(("low", "high", "marks"), [
    (0, 10, [0, 2.5, 5, 7.5, 10]), (57.3, 92, [60, 70, 80, 90]), (0.011, 0.019, [0.012, 0.014, 0.016, 0.018]), (3, 3, [3]),
    (-4, 7, [-2.5, 0, 2.5, 5]),
])
def test_numbers_beside_an_axis_are_round(low: float, high: float, marks: list[float]) -> None:
    assert axes.round_numbers(low, high) == pytest.approx(marks)


def test_numbers_beside_an_axis_have_as_many_decimals_as_the_finest_of_them() -> None:
    assert axes.written(LOOK, OWN.indicator, [0, 2.5, 5]) == ["0.0", "2.5", "5.0"]


def test_days_beneath_an_axis_are_evenly_apart_and_name_the_last_bucket() -> None:
    days = [town.NOW + timedelta(days=day) for day in range(30)]
    axis = axes.onward(LOOK, days, 0.5)
    assert axis["tickvals"] == [5, 13, 21, 29] and axis["ticktext"][-1] == "12-22"


def test_what_is_normal_is_an_area_and_its_making_is_told_with_its_weeks() -> None:
    drawn = drawings()["course"]
    area = next(trace for trace in figures_in(drawn)[0]["data"] if trace.get("fill") == "toself")
    assert len(area["x"]) == 2 * len(BANDS) and area["y"][0] == 95.0 and area["y"][-1] == 90.0
    assert "中间 80%" in text(drawn) and "4—6 周" in text(drawn)


def test_a_course_without_a_band_says_what_one_would_take() -> None:
    assert "未画常态范围" in text(course.course(LOOK, course.Course(OWN)))


def test_a_course_whose_band_was_not_asked_for_says_nothing_of_one() -> None:
    assert "常态" not in text(course.course(LOOK, course.Course(OWN, bands=None)))


def test_few_regions_are_named_on_the_map_over_their_values_and_many_are_not() -> None:
    drawn = figures_in(choropleth.choropleth(LOOK, SQUARES, CHILDREN, lambda code: f"/x/{code}"))[0]["layout"]["annotations"]
    assert [one["text"] for one in drawn[:2]] == [CHILDREN[0].region.name.zh, "97.0"]
    assert {(one["x"], one["y"]) for one in drawn} == {(5, 5)} and drawn[0]["yshift"] > 0 > drawn[1]["yshift"]
    crowd = choropleth.notes(LOOK, CHILDREN[0], (5, 5), choropleth.NUMBERS + 1)
    assert crowd == []


def test_the_running_bucket_is_hollow_and_reached_by_dots() -> None:
    running = town.reading("event_reported")
    data = figures_in(course.course(LOOK, course.Course(running)))[0]["data"]
    assert data[0]["y"][-1] is None and data[1]["line"]["dash"] and data[1]["y"][1] is not None
    assert data[2]["marker"]["color"] == palette.GROUND and "未完" in data[2]["text"][0]


def test_names_at_the_ends_of_lines_keep_a_line_apart() -> None:
    heights = [100.0, 104.0, 90.0]
    placed = sorted(height + lift for height, lift in zip(heights, course.apart(heights), strict=True))
    assert all(upper - lower >= 18 for lower, upper in pairwise(placed))


def test_each_region_of_the_map_leads_to_its_page_and_says_its_value() -> None:
    layout = figures_in(drawings()["map"])[0]["layout"]
    assert layout["meta"]["links"] == [f"/x/{part.region.code}" for part in CHILDREN[:4]]
    assert "97.0%" in layout["meta"]["titles"][0]


def test_a_region_without_data_is_no_class_of_the_map() -> None:
    silent = (replace(CHILDREN[0], reading=town.reading(KEY, "no_data")), *CHILDREN[1:])
    drawn = choropleth.choropleth(LOOK, SQUARES, silent, lambda code: code)
    assert figures_in(drawn)[0]["layout"]["shapes"][0]["fillcolor"] == palette.GROUND and "无数据 1" in text(drawn)


def test_the_best_region_is_first_and_equals_share_a_place() -> None:
    ranked = multiples.order(CHILDREN)
    assert [part.reading.value for part in ranked] == [97.0, 92.0, 89.0, 89.0, 70.0]
    assert multiples.places(ranked) == [1, 2, 3, 3, 5]


def test_where_less_is_better_the_least_is_first_and_the_unknown_has_no_place() -> None:
    found = town.children("event_open", values=(3.0, 1.0, 2.0, 5.0, 4.0))
    found = (replace(found[0], reading=town.reading("event_open", "no_data")), *found[1:])
    assert [part.reading.value for part in multiples.order(found)] == [1.0, 2.0, 4.0, 5.0]
    drawn = multiples.ranking(LOOK, found)
    assert text(drawn).count("无数据") == 1


def test_all_small_charts_have_one_scale() -> None:
    scales = {tuple(figure["layout"]["yaxis"]["range"]) for figure in figures_in(drawings()["ranking"])}
    assert len(scales) == 1


def test_a_formula_shows_both_sides_and_their_quotient() -> None:
    drawn = making.making(LOOK, making.Making(replace(OWN, value=75.0), Makings(30.0, 40.0), town.sources()[:1]))
    assert "30 ÷ 40 × 100 = " in text(drawn) and "75.0%" in text(drawn)
    assert "期内到期的案件" in text(drawn) and any("/sources/a" in address for address in links(drawn))


def test_a_percentile_says_what_it_is_one_of() -> None:
    assert "第 50 百分位" in text(making.making(LOOK, making.Making(town.reading("event_hours_to_close"), None)))


def test_a_relation_tells_its_n_and_warns() -> None:
    told = text(drawings()["relation"])
    assert "5 个行政区 · 皮尔逊 r = −0.54 · 斯皮尔曼 ρ = −0.18 · 另 1 个缺数" in told
    assert "不等于因果" in told


def test_a_relation_of_too_few_regions_has_no_coefficient() -> None:
    few = Relation(1, (Place(CHILDREN[0].region, OWN, town.reading("people_density")),), 0, None, None)
    assert "不算相关系数" in text(spread.relation(LOOK, OWN.indicator, INDICATORS["people_density"], few))


def test_every_other_indicator_can_be_set_beside_it() -> None:
    offered = links(spread.choice(LOOK, OWN.indicator, INDICATORS["people_density"]))
    assert len(offered) == len(INDICATORS) - 2 and all("with=" in address for address in offered)


def test_a_bar_of_a_class_filters_the_page() -> None:
    shares = (Share("pothole", Text("坑洞", "Pothole"), 50.0, 8), Share("noise", Text("噪声", "Noise"), 25.0, 4))
    drawn = parting.parting(LOOK, [Breakdown(OWN.indicator, "class", shares)])
    assert all(address.startswith(f"/indicator/{KEY}?") and "f.class=" in address for address in links(drawn))
    assert "8 件" in text(drawn)


def test_what_has_no_class_says_so() -> None:
    why = Text("没有类别", "No class")
    assert "没有类别" in text(parting.parting(LOOK, [Breakdown(OWN.indicator, "class", why=why)]))


def test_the_title_tells_value_state_changes_and_leads_to_the_reasons() -> None:
    drawn = indicator_page.title(LOOK, replace(OWN, last_year=90.0))
    assert "93.4" in text(drawn) and "较去年同期" in text(drawn) and "模拟" in text(drawn)
    assert any(address.startswith(f"/why/{KEY}?") for address in links(drawn))
