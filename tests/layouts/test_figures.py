"""Every chart is a figure that Plotly accepts, and says what it must."""

import json
import re
from pathlib import Path

import plotly.graph_objects as go
import pytest

from layouts import figures, palette

TOKENS = (Path(__file__).parents[2] / "assets" / "tokens.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"var\((--[a-z0-9-]+)\)")
RISING = [1.0, 2.0, None, 4.0, 3.0]

FIGURES = {
    "line": figures.line(RISING, state="good", target=2.5, target_label="目标 2.5"),
    "line without a target": figures.line(RISING),
    "stale line": figures.line(RISING, stale=True),
    "line of one value": figures.line([3.0]),
    "bars": figures.bars([3.0, 0.0, None, 2.0], running=True),
    "nothing happened": figures.nothing_happened(),
    "silence": figures.silence(),
    "dots": figures.dots(["甲", "乙"], [97.0, 89.0], ["97", "89"], ["good", "bad"], 95.0),
    "course": figures.course([0, 60, 120], [8.0, 9.0, 21.0], watch=10, alarm=20, watch_label="关注 10", alarm_label="告警 20",
                             state="bad", width=392, height=120),
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_plotly_accepts_the_figure_once_its_tokens_are_colours(figure):
    go.Figure(json.loads(TOKEN.sub("#123456", json.dumps(figure))))


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_is_small_enough_to_be_pushed_every_second(figure):
    assert len(json.dumps(figure)) < 2000


def test_a_gap_stays_a_gap():
    assert FIGURES["line"]["data"][0]["y"] == [1.0, 2.0, None, 4.0, 3.0]


def test_a_value_between_two_gaps_is_seen_as_a_point():
    assert figures.line([None, 2.0, None, 3.0])["data"][0]["mode"] == "lines+markers"
    assert figures.line([1.0, 2.0])["data"][0]["mode"] == "lines"


def test_the_last_known_point_wears_the_states_colour():
    figure = figures.line([1.0, 2.0, None], state="bad")
    assert figure["data"][1]["x"] == [1] and figure["data"][1]["marker"]["color"] == palette.BAD


def test_a_stale_course_ends_in_a_dashed_tail_and_wears_no_state():
    figure = figures.line(RISING, state="bad", stale=True)
    assert figure["data"][1]["marker"]["color"] == palette.STALE
    assert figure["data"][2]["line"]["dash"] == "3px,5px" and figure["data"][2]["x"][0] == 4


def test_names_end_before_the_hairlines_of_a_dot_plot_whatever_they_are_called():
    called = ["布鲁克林市中心－丹波－博恩山", "Downtown Brooklyn-DUMBO"]
    long = figures.dots(called, [1.0, 2.0], ["1", "2"], [None, None], None)["layout"]
    names = [note["text"] for note in long["annotations"][:2]]
    assert names == ["布鲁克林市中心－丹波…", "Downtown Brooklyn-…"]
    assert max(map(figures.breadth, names)) * figures.LARGEST < long["margin"]["l"] < figures.WIDE / 2
    assert FIGURES["dots"]["layout"]["margin"]["l"] < 30, "short names leave the room to the dots"


def test_bars_stand_on_zero():
    low, high = FIGURES["bars"]["layout"]["yaxis"]["range"]
    assert low == 0 and high > 3


def test_the_running_bucket_is_paler():
    assert FIGURES["bars"]["data"][0]["marker"]["color"] == [palette.INK] * 3 + [palette.INK_SOFT]


def test_a_devices_last_digit_does_not_look_like_a_fall():
    """From 25.4 to 25.0 in a range of a tenth of 25: the line keeps within the middle fifth or so."""
    figure = figures.course([0, 60], [25.4, 25.0], watch=8, alarm=15, watch_label="", alarm_label="", state=None, width=392,
                            height=120)
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 24 and high > 26.4


def test_a_threshold_far_out_of_sight_does_not_flatten_the_course():
    figure = figures.course([0, 60], [8.0, 9.0], watch=10, alarm=500, watch_label="关注 10", alarm_label="告警 500",
                            state=None, width=392, height=120)
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["关注 10"]


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figures_colours_are_tokens_of_the_style_sheet(figure):
    told = json.dumps(figure)
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb", told), "a colour of its own would not follow the theme"
    assert all(f"{token}: light-dark(" in TOKENS for token in TOKEN.findall(told)) and TOKEN.search(told)


def test_a_course_with_words_can_be_pointed_at_and_one_without_is_still():
    words = ["one", "two", "none", "four", "three"]
    still, lively = (figures.graph(one, "Cases").children for one in (FIGURES["line"], figures.spoken(FIGURES["line"], words)))
    assert lively.figure["data"][0]["text"] == words and "staticPlot" not in lively.config
    assert still.config == {"staticPlot": True}
    go.Figure(json.loads(TOKEN.sub("#123456", json.dumps(lively.figure))))


def test_words_that_do_not_match_the_values_are_left_out():
    assert figures.spoken(FIGURES["nothing happened"], ["one", "two", "three"]) == FIGURES["nothing happened"]
