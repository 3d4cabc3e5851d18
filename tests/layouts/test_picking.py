"""Chips, what filters when it is pressed, and the marks of what no filter applies to."""

from dataclasses import replace
from typing import Any

import pytest

from data_access.breakdown import Bar
from data_access.case_names import CaseNames
from indicators.scope import Field, Filter
from indicators.text import Text
from layouts import drawer_breakdown, drawer_case, feed, panel, picking
from layouts.look import Look
from layouts.view import parse
from tests.layouts import town
from tests.layouts.test_panel import parts, text

NAMES = CaseNames({"E01": Text("市容环境", "City appearance"), "P02": Text("道路交通", "Roads")},
                  {"DOT": Text("交通局", "Transport")})
PICKED = (Filter("class", ("E01", "P02")), Filter("state", ("open", "overdue")))


def look(*filters: Filter) -> Look:
    plain = town.look()
    return replace(plain, view=replace(plain.view, scope=replace(plain.view.scope, filters=filters)))


def filters_of(address: str) -> tuple[Filter, ...]:
    pathname, _, search = address.partition("?")
    return parse(pathname, search, "nyc").scope.filters


def ways(component: Any) -> dict[str, tuple[Filter, ...]]:
    """What each link says, and the filters that it leads to."""
    return {text(part.children): filters_of(part.href) for part in parts(component) if hasattr(part, "href")}


def test_without_filters_there_is_no_chip():
    assert picking.chips(look(), NAMES) == []


def test_a_chip_a_field_names_its_values_and_takes_them_away_again():
    drawn = picking.chips(look(*PICKED), NAMES)
    assert [text(chip) for chip in drawn] == ["类别 市容环境 + 道路交通 ✕", "状态 在办 + 超期 ✕", "清除"]
    assert [filters_of(chip.href) for chip in drawn] == [PICKED[1:], PICKED[:1], ()]


def test_a_chip_of_many_values_counts_what_it_does_not_name_and_unknown_codes_stand_for_themselves():
    (chip, _) = picking.chips(look(Filter("channel", ("app", "drone", "hotline", "web"))), NAMES)
    assert "手机应用 + drone + 热线 等，另 1 项" in text(chip)
    assert "网页" in chip.title
    assert picking.called(look(), NAMES, "agency", "-") == "未派遣"


def test_a_row_of_the_feed_opens_its_case_and_filters_by_class_state_and_agency():
    line = replace(town.cases()[0], class_code="E01", class_name=NAMES.classes["E01"])
    drawn = feed.feed(look(), [line])
    leads = [part.href for part in parts(drawn) if hasattr(part, "href")]
    assert any(f"case={line.case_id}" in address and filters_of(address) == () for address in leads)
    found = [one for address in leads for one in filters_of(address)]
    assert Filter("class", ("E01",)) in found and Filter("agency", ("DOT",)) in found
    assert Filter("state", ("due_soon",)) in found


def test_a_filtered_feed_says_so_and_holds_cases_alone():
    drawn = text(feed.feed(look(*PICKED), town.cases(2), [town.warning()], [town.alarm()]))
    assert "已筛选" in drawn and "预警" not in drawn and "告警" not in drawn


def test_a_case_can_be_filtered_by_whatever_it_is():
    record = town.case_record()
    record = replace(record, line=replace(record.line, class_code="E01"))
    found = {one.field for filters in ways(drawer_case.case(look(), record)).values() for one in filters}
    assert found == {"class", "state", "channel", "agency"}


def test_a_bar_toggles_its_value_and_is_as_long_as_its_share():
    bars: dict[Field, tuple[Bar, ...]] = {
        "state": (Bar("overdue", 4), Bar("open", 8)), "class": (Bar("E01", 12),), "agency": (), "channel": ()}
    drawn = drawer_breakdown.breakdown(look(*PICKED), bars, NAMES)
    leads = ways(drawn)
    assert leads["超期 4"] == (PICKED[0], Filter("state", ("open",)))
    assert leads["市容环境 12"] == (Filter("class", ("P02",)), PICKED[1])
    widths = [part.style["width"] for part in parts(drawn) if getattr(part, "style", None)]
    assert widths == ["50%", "100%", "100%"]
    assert "渠道" not in text(drawn), "nothing to choose is not shown"


@pytest.mark.parametrize(("dimension", "marked"), [("events", False), ("people", True)])
def test_a_panel_that_counts_no_cases_says_on_its_face_that_it_is_not_filtered(dimension, marked):
    hero, supports = town.panel_readings(dimension)
    assert ("未筛选" in text(panel.panel(look(*PICKED), dimension, hero, supports))) is marked
    assert "未筛选" not in text(panel.panel(look(), dimension, hero, supports))


def test_a_panel_of_both_marks_each_figure_that_stays_as_it_is():
    hero, supports = town.panel_readings("places")
    drawn = text(panel.panel(look(*PICKED), "places", hero, supports))
    assert "未筛选" not in drawn and drawn.count("全量") == len(supports)
