"""What the lists and drawers say of their records."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data_access.attention import Attention
from data_access.rows import COLUMNS, SIDES, Called, Rows
from data_access.trace import Sender
from indicators.text import Text
from layouts import (
    attention,
    drawer_agencies,
    drawer_case,
    drawer_device,
    drawer_dimension,
    drawer_indicator,
    drawer_sources,
    feed,
    messages,
    palette,
    wall,
)
from layouts.view import Opened
from tests.layouts import town
from tests.layouts.test_panel import classes, parts, text

LOOK = town.look(opened=Opened("case", "418"))


def links(component: Any) -> list[str]:
    return [part.href for part in parts(component) if hasattr(part, "href")]


def test_the_quiet_band_says_what_was_looked_at():
    assert "无需处置" in text(attention.attention(LOOK, [])) and "超期" in text(attention.attention(LOOK, []))


def test_the_band_shows_three_things_on_a_very_wide_wall_five_and_counts_the_rest():
    five = town.urgent()
    drawn = attention.attention(LOOK, (*five, five[-1]))
    assert [getattr(part, "className", "") for part in parts(drawn) if hasattr(part, "data-item")] == ["", "", "", "wide", "wide"]
    assert [(text(part), part.className) for part in parts(drawn) if "more" in (getattr(part, "className", None) or "")] == [
        ("另 3 项", "more not-wide"), ("另 1 项", "more wide")]
    assert any("attention=1" in address for address in links(drawn))
    assert "另" in text(attention.attention(LOOK, five)) and "more wide" not in str(attention.attention(LOOK, five))


def test_what_is_overdue_says_who_has_most_of_it_or_that_nobody_has():
    told = [text(attention.item(LOOK, 1, one)) for one in town.urgent() if one.kind == "overdue"]
    assert "多在道路养护" in told[0] and "多未派遣" in told[1]


def test_many_alarms_of_a_kind_are_one_thing_told_by_the_worst():
    many = Attention("alarm", 4071, town.NOW, count=12, alarm=town.alarm(), simulated=True)
    drawn = text(attention.attention(LOOK, [many]))
    assert "燃气探头 12 处告警" in drawn and "最重 23.4 %LEL" in drawn


def test_an_alarm_says_against_which_limit_and_since_when():
    drawn = attention.item(LOOK, 1, town.urgent()[2])
    assert "可燃气浓度 · 告警线 20 · " in text(drawn) and town_since(drawn) == "2026-11-23T14:27:08+00:00"


def test_an_indicator_that_gets_worse_says_where_how_much_since_when_and_leads_to_itself():
    """Disposed on time: 94.2 % made to 70 %, against a target of 92, 74 % the day before."""
    reading = replace(town.reading("org_disposed_on_time"), value=70.0, comparable=70.0, previous=74.0)
    drawn = attention.item(LOOK, 3, Attention("indicator", 0, town.NOW - timedelta(hours=3), reading=reading))
    assert "全市 · 按期处置率 70.0%" in text(drawn) and "目标 ≥92 · ↓ 4.0 点 · " in text(drawn)
    assert town_since(drawn) == "2026-11-23T11:42:08+00:00"
    assert "indicator=org_disposed_on_time" in drawn.href


def town_since(drawn: Any) -> Any:
    """Since when an item says it has lasted."""
    return next(found.to_plotly_json()["props"]["data-since"] for found in parts(drawn) if type(found).__name__ == "Time")


def test_the_feed_is_in_the_order_of_time_whatever_its_rows_are():
    drawn = feed.feed(LOOK, town.cases(2), [town.warning()], [town.alarm()])
    words = [getattr(part.children, "children", part.children) for part in parts(drawn) if type(part).__name__ == "B"][1:]
    assert words == ["告警", "临期", "超期", "预警"]  # 40 s, 2 min, 4 min and 33 min ago


def test_a_case_is_called_by_its_class_in_the_viewers_language():
    line = replace(town.cases()[0], title="Rodents, Brownsville", class_name=Text("鼠患", "Rodents"))
    assert "鼠患" in text(feed.feed(LOOK, [line])) and "Rodents" not in text(feed.feed(LOOK, [line]))


def test_what_the_sender_says_beyond_the_class_is_kept():
    line = replace(town.cases()[0], title="缅街餐饮后厨有异味", class_name=Text("燃气异味", "Gas smell"))
    assert "缅街餐饮后厨有异味" in text(feed.feed(LOOK, [line]))


def test_a_feed_that_is_simulated_throughout_is_marked_once_over_the_list():
    drawn = feed.feed(LOOK, town.cases(5))
    assert sum("sim" in (getattr(part, "className", None) or "").split() for part in parts(drawn)) == 1


@pytest.mark.parametrize(("due", "word"), [
    (timedelta(minutes=-1), "超期"), (timedelta(hours=1), "临期"), (timedelta(hours=5), "派遣"),
])
def test_a_case_wears_its_lateness_before_its_step(due, word):
    assert word in text(feed.feed(LOOK, [town.line(1, "x", "dispatched", 5, due)]))


def test_a_case_shows_the_steps_taken_and_those_to_come():
    said = text(drawer_case.case(LOOK, town.case_record()))
    assert said.index("退回") < said.index("核查") and said.count("派遣") == 2
    assert "批次 7\u00a0· 第 418 行" in said


def test_a_closed_case_has_no_steps_to_come():
    record = town.case_record()
    closed = replace(record, line=replace(record.line, closed_at=town.NOW, state="closed"))
    assert "核查" not in text(drawer_case.case(LOOK, closed))


def test_of_a_long_course_the_latest_steps_are_shown_and_the_rest_counted():
    record = town.case_record()
    assert "另 6 步" in text(drawer_case.case(LOOK, replace(record, steps=record.steps * 3)))


def test_a_silent_device_is_offline_however_good_its_last_value():
    drawn = drawer_device.device(LOOK, town.device_record(last=timedelta(hours=1)))
    assert "离线" in text(drawn) and "g-dead" in classes(drawn)


def test_what_a_silent_device_said_is_its_last_word_set_back_and_without_a_state():
    spoke, silent = (drawer_device.device(LOOK, town.device_record(1, timedelta(hours=hours))) for hours in (0, 1))
    values = [[part.className for part in parts(drawn) if getattr(part, "className", "") in ("v", "v t3")]
              for drawn in (spoke, silent)]
    assert values == [["v"], ["v t3"]]
    assert "最后" in text(silent) and "最后" not in text(spoke) and "st" in classes(spoke) and "st" not in classes(silent)


def test_a_device_that_never_spoke_says_so():
    assert "没有收到过观测" in text(drawer_device.device(LOOK, town.device_record(channels=0)))


def test_nothing_due_is_no_base_and_not_a_share():
    said = text(drawer_agencies.agencies(LOOK, town.loads()))
    assert "91.8%" in said and "无基数" in said  # 771 of 840


def test_the_lost_sources_come_first():
    said = text(drawer_sources.sources(LOOK, town.sources()))
    assert said.index("断开") < said.index("过期") < said.index("实时") < said.index("归档")


def test_a_dimensions_list_begins_with_its_panels_own():
    readings = [town.reading(key) for key in ("event_overdue", "event_open", "event_reported")]
    drawn = drawer_dimension.dimension(LOOK, "events", readings)
    assert text(drawn).index("上报案件") < text(drawn).index("在办案件")


def test_each_indicator_of_a_list_can_be_put_on_the_map():
    drawn = drawer_dimension.dimension(LOOK, "events", [town.reading("event_open")])
    assert any("i=event_open" in address and "indicator" not in address for address in links(drawn))


def test_the_rows_behind_a_ratio_say_their_side_and_lead_to_their_record():
    sender = Sender("sim-cases", Text("案件", "Cases"))
    row = (True, True, town.NOW, "418", Text("法拉盛", "Flushing"), 2.5, sender, "http", "127.0.0.1", 7, 12)
    called = Called(Text("路面坑洞 · 主街 8 号", "Pothole · 8 Main St"), LOOK.city.root.region_id)
    rows = Rows((*SIDES, *COLUMNS), (row,), 1206, (called,))
    drawn = drawer_indicator.indicator(LOOK, town.reading("event_closed_on_time"), rows)
    assert "数字背后的 1,206 行" in text(drawn) and "分子 · 分母" in text(drawn) and "批次 7\u00a0· 第 12 行" in text(drawn)
    assert any("case=418" in address for address in links(drawn))
    assert text(drawn).index("路面坑洞 · 主街 8 号") < text(drawn).index("418"), "what it is comes before its number"
    assert [address for address in links(drawn) if "/sources/" in address] == [
        "/sources/sim-cases?lang=zh", "/sources/sim-cases?batch=7&lang=zh"]


def test_every_drawer_can_be_shut():
    assert any("case=" not in address for address in links(messages.missing(LOOK, "case", "9")))
    assert "没有编号为“9”的案件" in text(messages.missing(LOOK, "case", "9"))


def test_a_skeleton_takes_what_is_drawn_by_id():
    page = wall.wall(LOOK.city, "zh", {"crumbs": ["here"]})
    assert page["crumbs"].children == ["here"]


def turned(total: int, page: int) -> Any:
    """The indicator's drawer over so many facts numbered from 1, as read for one of their pages."""
    look = town.look(opened=Opened("indicator", "event_reported", page))
    there = min(total, drawer_indicator.reach(look.view))
    sender = Sender("files", Text("源", "Source"))
    facts = tuple((town.NOW, f"fact-{at}", Text("区", "Region"), 1.0, sender, "file", "cases.csv", 38, at)
                  for at in range(1, there + 1))
    return drawer_indicator.indicator(look, town.reading("event_reported"), Rows(COLUMNS, facts, total))


def test_the_rows_behind_a_number_are_turned_page_by_page_and_every_page_has_an_address():
    """30 rows are three pages of 12, 12 and 6."""
    first, second, third = (turned(30, page) for page in (1, 2, 3))
    assert "fact-12" in text(first) and "fact-13" not in text(first) and "30 行" in text(first)
    assert "fact-13" in text(second) and "fact-24" in text(second) and "fact-12" not in text(second)
    assert "fact-30" in text(third) and "第 3 页，共 3 页" in text(third)
    pages = [[address.partition("p=")[2] for part in parts(drawn) if getattr(part, "className", None) == "pages"
              for address in links(part)] for drawn in (first, second, third)]
    assert pages == [["2"], ["", "3"], ["2"]]


def test_a_page_beyond_the_last_is_the_last():
    assert "fact-30" in text(turned(30, 9)) and "第 3 页，共 3 页" in text(turned(30, 9))


def test_each_row_says_its_door_file_batch_and_line_and_the_drawer_its_source():
    drawn = text(turned(3, 1))
    assert "文件 cases.csv\u00a0· 批次 38\u00a0· 第 2 行" in drawn and "来源" in drawn


def test_a_device_in_alarm_wears_one_colour_in_its_mark_and_in_its_course():
    record = town.device_record()
    hot = replace(record.channels[0], value=1000.0)
    assert hot.health == "alarm"
    drawn = drawer_device.device(LOOK, replace(record, channels=(hot,)))
    colours = [part.figure["data"][-1]["marker"]["color"] for part in parts(drawn) if hasattr(part, "figure")]
    assert colours == [palette.WATCH] and "watch" in classes(drawn)


def test_a_device_is_called_by_its_kind_in_the_viewers_language_and_its_number():
    record = town.device_record()
    assert f"{record.kind.zh} {record.code}" in text(drawer_device.device(LOOK, record))


def test_the_chart_of_an_indicators_drawer_says_each_value_when_it_is_pointed_at():
    drawn = drawer_indicator.indicator(LOOK, town.reading("event_closed_on_time"))
    words = next(part for part in parts(drawn) if type(part).__name__ == "Graph").figure["data"][0]["text"]
    assert len(words) == 24
    assert (words[0], words[-1]) == ("10:00 · 88.0%", "09:00 · 92.2%")


def test_the_page_can_draw_whatever_is_streamed_without_dash():
    known = {"dash_html_components": None, "dash_core_components": {"Link", "Graph"}}
    drawn = [feed.feed(LOOK, town.cases(2), [town.warning()], [town.alarm()]), attention.attention(LOOK, town.urgent()),
             drawer_indicator.indicator(LOOK, town.reading("event_closed_on_time")), drawer_sources.sources(LOOK, town.sources())]
    for part in (one for one in parts(drawn) if not isinstance(one, str)):
        names = known[part._namespace]
        assert names is None or type(part).__name__ in names
