"""What the map is told to draw."""

from datetime import timedelta
from typing import Any

import pytest

from data_access.attention import Attention
from data_access.city import City, Region
from data_access.readings import ChildReading
from indicators.definition import Indicator, Ratio
from indicators.reading import Reading, Status
from indicators.scope import Scope
from indicators.text import Language, Text
from layouts import stage
from layouts.look import Look
from layouts.ramp import Ramp
from layouts.view import Mode, View
from tests.conftest import NOON

VERSIONS = {"region": "r", "case": "c", "device": "d", "lot": "l"}
RATE = Indicator("rate", Text("每万人案件", "Cases per 10,000"), "events", Ratio((), ()), "case_10k", "case", Text("", ""),
                 decimals=1)
RAMP = Ramp("sequence", (2.5, 10.0), (1, 3, 6))


def look(town: City, code: str, language: Language = "zh") -> Look:
    """A viewer of a region of Smalltown."""
    return Look(View(Scope(code, language=language)), town, NOON)


def child(region: Region, value: float | None, status: Status = "ok") -> ChildReading:
    """A region's rate."""
    return ChildReading(region, Reading(RATE, status, value, data_at=NOON - timedelta(minutes=1)))


def state(town: City, code: str, values: dict[str, float | None], **rest: Any) -> dict[str, Any]:
    """The map's state of a scope, painted with these values by code."""
    readings = [child(town.region(key), value, "ok" if value is not None else "no_data") for key, value in values.items()]
    return stage.map_state(look(town, code), RATE, RAMP, readings, readings, VERSIONS, **rest)


@pytest.mark.parametrize(("code", "labels", "paint"), [("T", 1, 2), ("T1", 2, 3), ("T11", 3, 3), ("T111", 3, 3)])
def test_children_are_named_and_grandchildren_painted_down_to_the_leaf(town: City, code: str, labels: int, paint: int) -> None:
    region = town.region(code)
    assert (stage.label_level(town, region), stage.paint_level(town, region)) == (labels, paint)


def test_too_many_grandchildren_leave_the_children_painted(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "FINEST", 3)
    assert stage.paint_level(town, town.region("T")) == 1


def test_a_leaf_is_shown_among_its_neighbours(town: City) -> None:
    assert [region.code for region in stage.painted(town, town.region("T111"), 3)] == ["T111", "T112"]
    assert [region.code for region in stage.painted(town, town.region("T1"), 3)] == ["T111", "T112", "T121", "T122"]


def test_each_region_gets_its_class_and_no_data_and_not_applicable_are_told_apart(town: City) -> None:
    readings = [child(town.region("T1"), 2.4), child(town.region("T2"), 10.0), child(town.region("T11"), None, "no_data"),
                child(town.region("T12"), None, "not_applicable"), child(town.region("T21"), 3.0, "stale"),
                child(town.region("T22"), 5.0, "dead")]
    drawn = stage.map_state(look(town, "T"), RATE, RAMP, readings, [], VERSIONS)["paint"]
    codes = {town.regions[int(key)].code: value for key, value in drawn["classes"].items()}
    assert codes == {"T1": 1, "T2": 6, "T11": -1, "T12": -2, "T21": 3, "T22": -1}
    written = {town.regions[int(key)].code: value for key, value in drawn["values"].items()}
    assert written == {"T1": "2.4", "T2": "10.0", "T11": "—", "T12": "", "T21": "3.0", "T22": "—"}


def test_nothing_in_the_state_changes_while_the_data_does_not(town: City) -> None:
    later = Look(View(Scope("T")), town, NOON + timedelta(minutes=5))
    readings = [child(town.region("T1"), 2.4)]
    assert stage.map_state(later, RATE, RAMP, readings, readings, VERSIONS) == state(town, "T", {"T1": 2.4})


def test_names_are_in_the_viewer_s_language(town: City) -> None:
    readings = [child(town.region("T1"), 2.4)]
    english = stage.map_state(look(town, "T", "en"), RATE, RAMP, readings, readings, VERSIONS)
    assert english["labels"][0]["name"] == "Area T1"
    assert english["words"]["overdue"] == "Overdue"
    assert state(town, "T", {"T1": 2.4})["labels"][0]["name"] == "甲T1"


def test_the_focus_is_the_scope_and_the_leaf_says_that_it_is_one(town: City) -> None:
    city, leaf = state(town, "T", {})["focus"], state(town, "T111", {})["focus"]
    assert (city["code"], city["leaf"], city["bounds"]) == ("T", False, pytest.approx((0, 0, 0.08, 0.01)))
    assert (leaf["code"], leaf["leaf"], leaf["bounds"]) == ("T111", True, pytest.approx((0, 0, 0.01, 0.01)))


def test_items_of_the_attention_band_keep_its_numbers_and_those_without_a_place_are_left_out(town: City) -> None:
    items = [Attention("source", None, NOON, source=Text("源", "Source")),
             Attention("overdue", town.region("T2").region_id, NOON, count=7)]
    shown = state(town, "T", {}, attention=items)["attention"]
    assert [(one["no"], one["text"], one["note"], one["exact"]) for one in shown] == [(2, "7 件超期", "", False)]
    assert shown[0]["region"] == town.region("T2").region_id
    assert (shown[0]["lon"], shown[0]["lat"]) == town.region("T2").label


def test_the_legend_prints_where_each_colour_begins(town: City) -> None:
    drawn = stage.scale(RATE, RAMP, "zh")
    assert [item.children[1].children for item in drawn.children] == ["<2.5", "2.5", "≥10.0"]
    assert [item.children[0].className for item in drawn.children] == ["ramp-seq-1", "ramp-seq-3", "ramp-seq-6"]


def test_whole_breaks_are_printed_without_decimals_and_large_ones_in_myriads(town: City) -> None:
    whole = Ramp("sequence", (24000.0, 110000.0), (1, 3, 6))
    assert stage.breaks(whole, RATE, "zh") == ["24,000", "11万"]
    assert stage.breaks(whole, RATE, "en") == ["24,000", "110k"]


def test_an_item_about_the_whole_scope_has_no_callout_but_one_at_an_exact_place_has(town: City) -> None:
    leaf = town.region("T111").region_id
    items = [Attention("overdue", leaf, NOON, count=7), Attention("overdue", leaf, NOON, count=8, lon=0.005, lat=0.005)]
    assert [one["no"] for one in state(town, "T111", {}, attention=items)["attention"]] == [2]


def test_the_key_names_every_layer_that_can_be_hidden_and_says_how_many_it_has(town: City) -> None:
    key = stage.key(look(town, "T"), {"overdue": 35345, "lot": 855535}, simulated_marks=True, no_data=True)
    inner = [part.children if getattr(part, "className", "") == "map-key-state" else [part] for part in key]
    buttons = {getattr(parts[0], "data-layer"): parts[-1] for parts in inner if hasattr(parts[0], "data-layer")}
    assert tuple(buttons) == ("overdue", "due_soon", "open", "alarm", "offline", "lot")
    assert [buttons["overdue"].children[-1].children, buttons["lot"].children[-1].children] == ["35,345", "85.6万"]
    assert buttons["open"].children[-1] == "在办"
    assert "f.state=overdue" in buttons["overdue"].href
    assert len(stage.key(look(town, "T"), {}, simulated_marks=False, no_data=False)) == 1 + 6


def test_buildings_are_in_the_key_of_both_views_that_show_them_and_only_where_there_are_any(town: City) -> None:
    shown: dict[Mode, int] = {"flat": 1, "heat": 0, "3d": 1}
    for mode, there in shown.items():
        drawn = Look(View(Scope("T", language="zh"), mode=mode), town, NOON)
        key = stage.key(drawn, {"building": 12345}, simulated_marks=True, no_data=False)
        found = [part for part in key if getattr(part, "data-layer", None) == "building"]
        assert [part.children[-1].children for part in found] == ["12,345"] * there
        without = stage.key(drawn, {}, simulated_marks=True, no_data=False)
        assert all(getattr(part, "data-layer", None) != "building" for part in without)
    assert "building" not in state(town, "T", {})["zooms"]


def test_layers_count_what_stands_and_leave_out_what_is_not_known() -> None:
    cases = {"case_open": 10, "case_overdue": 3, "case_due_soon": 2}
    devices = {"device_enabled": 9, "device_online": 7, "device_alarm": 1}
    assert stage.counts({**cases, **devices}, 5) == {
        "lot": 5, "overdue": 3, "due_soon": 2, "open": 5, "alarm": 1, "offline": 2}
    assert stage.counts(cases, None) == {"overdue": 3, "due_soon": 2, "open": 5}
    assert stage.counts({}, None) == {}


def test_drawn_as_heat_the_key_has_no_marks_and_the_legend_counts_per_area(town: City) -> None:
    """T1 and T2 cover 4 km² each: 40 cases are 10 a km², so six classes of 2 hold them."""
    view = Look(View(Scope("T"), mode="heat"), town, NOON)
    ramp = stage.heat_ramp([child(town.region("T1"), 40.0), child(town.region("T2"), None, "no_data")])
    assert ramp.breaks == (2.0, 4.0, 6.0, 8.0, 10.0)
    assert len(stage.key(view, {}, simulated_marks=False, no_data=True)) == 1
    assert stage.map_state(view, RATE, RAMP, [], [], VERSIONS, heat=ramp)["heat"] == {"top": 12.0}
    assert stage.heat_ramp([]).breaks == (1.0, 2.0, 3.0, 4.0, 5.0)


def test_far_out_only_marks_of_regions_in_the_scope_are_drawn(town: City) -> None:
    assert state(town, "T", {})["inside"] is None
    assert state(town, "T1", {})["inside"] == ["T1", "T11", "T12"]
    assert state(town, "T111", {})["inside"] == ["T111"]


def test_regions_rise_in_proportion_to_their_value_and_only_where_that_is_asked_for(town: City) -> None:
    readings = [child(town.region("T1"), 5.0), child(town.region("T2"), 10.0), child(town.region("T11"), -1.0),
                child(town.region("T12"), None, "no_data"), child(town.region("T21"), 10.0, "dead")]
    known = {town.regions[int(key)].code: share for key, share in stage.heights(readings, RAMP).items()}
    assert known == {"T1": 0.5, "T2": 1.0, "T11": 0.0}
    assert stage.heights([child(town.region("T1"), 0.0)], RAMP) == {}
    assert state(town, "T", {"T1": 1.0})["paint"]["heights"] == {}


def test_one_strange_value_does_not_flatten_all_others(town: City) -> None:
    """The last class begins at 10, so 15 is the top."""
    readings = [child(town.region("T1"), 3.0), child(town.region("T2"), 3000.0)]
    assert list(stage.heights(readings, RAMP).values()) == [0.2, 1.0]


def test_the_stage_holds_the_map_its_key_and_what_is_laid_over_it(town: City) -> None:
    from dash import html

    over = html.Div(id="over")
    ids = [getattr(part, "id", None) for part in stage.stage(over)]
    assert ids == ["map", "board", None, "map-key"]
    assert stage.stage(over)[2].children[-1] is over
