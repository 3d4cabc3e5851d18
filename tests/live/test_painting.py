"""The whole screen of Smalltown: complete, in both languages, and a part that fails says so alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, create_engine

from data_access import attention, readings, sources
from data_access.city import City
from data_access.engine import DataUnavailable
from indicators.filters import applies
from indicators.library import INDICATORS
from indicators.scope import Filter, Scope
from indicators.text import Language
from layouts import ids, wall
from layouts.behind import behind
from layouts.view import KINDS, WHOLE, Opened, View
from live.memory import Memory
from live.painting import PANELS, Painter
from live.picture import Encoded, encode
from live.tick import Tick

NOW = datetime(2026, 3, 4, 17, tzinfo=UTC)
CITY = View(Scope("T"))
Paint = Callable[..., Encoded]


@pytest.fixture
def paint(engine: Engine, town: City) -> Paint:
    painter = Painter(engine, Memory())

    def drawn(view: View = CITY, subjects: frozenset[str] | None = None) -> Encoded:
        return encode(painter.paint(town, view, Tick(NOW, subjects)))

    return drawn


def there(component: Any) -> set[str]:
    """The ids of a component and all below it."""
    found = {component.id} if getattr(component, "id", None) else set()
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        found |= there(child) if hasattr(child, "to_plotly_json") else set()
    return found


@pytest.mark.parametrize("region", ["T", "T1", "T11", "T111"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_level_is_painted_in_both_languages_without_a_broken_part(
    paint: Paint, region: str, language: Language,
) -> None:
    picture = paint(View(Scope(region, language=language)))
    text = orjson.dumps({key: value.get("children", b"").decode() for key, value in picture.items()}).decode()
    assert "暂时无法显示" not in text
    assert "cannot be shown" not in text
    assert orjson.loads(picture[ids.WALL]["lang"]) == ("zh-CN" if language == "zh" else "en")
    assert set(PANELS) <= set(picture)


def test_everything_that_is_painted_has_its_place_on_the_page(paint: Paint, town: City) -> None:
    assert set(paint()) <= there(wall.wall(town, "zh")) | there(behind())


@pytest.mark.parametrize("kind", KINDS)
def test_every_drawer_opens_even_for_what_does_not_exist(paint: Paint, kind: Any) -> None:
    key = "" if kind in WHOLE else "events" if kind == "dimension" else "nothing"
    drawer = paint(replace(CITY, opened=Opened(kind, key)))[ids.DRAWER]["children"].decode()
    assert len(drawer) > 100
    assert "暂时无法显示" not in drawer


def test_a_part_whose_query_fails_says_so_alone(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise DataUnavailable("sources")

    monkeypatch.setattr(sources, "sources", fail)
    picture = paint()
    assert "此处暂时无法显示" in picture[ids.SOURCES]["children"].decode()
    assert "此处暂时无法显示" not in picture[ids.panel("events")]["children"].decode()
    assert "此处暂时无法显示" not in picture[ids.FEED]["children"].decode()


def test_a_part_whose_drawing_fails_says_so_without_the_programs_words(
    paint: Paint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(attention, "weighed", fail)
    picture = paint()
    assert "此处暂时无法显示" in picture[ids.ATTENTION]["children"].decode()
    assert not any("secret detail" in value.decode() for props in picture.values() for value in props.values())
    assert "secret detail" in caplog.text


def test_band_and_map_name_the_same_number_even_when_facts_come_in_between(
    paint: Paint, town: City, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every read finds one case more, and nothing read before counts: both must come from one read all the same."""
    monkeypatch.setattr(Memory, "recall", lambda self, key, subjects, read, *_: read())
    found: list[attention.Attention] = []

    def growing(*_: object) -> Any:
        found.append(attention.Attention("overdue", town.region("T1").region_id, NOW, count=83 + len(found)))
        return (found[-1],)

    monkeypatch.setattr(attention, "weighed", growing)
    picture = paint()
    callout = orjson.loads(picture[ids.MAP_STATE]["data"])["attention"][0]
    assert callout["text"] == "83 件超期"
    assert "83" in picture[ids.ATTENTION]["children"].decode()
    assert len(found) == 1
    assert {ids.ATTENTION, ids.MAP_STATE} <= set(paint(subjects=frozenset({"place"})))


def test_the_band_weighs_the_panels_indicators_that_have_a_target(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    weighed: list[str] = []

    def worsening(found: Any) -> tuple[Any, ...]:
        weighed.extend(one.indicator.key for one in found)
        return tuple(one for one in found if one.indicator.key == "event_closed_on_time")

    monkeypatch.setattr(attention, "worsening", worsening)
    assert "按期结案率" in paint()[ids.ATTENTION]["children"].decode()
    assert "org_disposed_on_time" in weighed and "event_reported" not in weighed and len(weighed) == len(set(weighed))


def test_the_band_says_the_rest_when_the_indicators_cannot_be_read(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise DataUnavailable("readings")

    monkeypatch.setattr(readings, "readings", fail)
    band = paint()[ids.ATTENTION]["children"].decode()
    assert "此处暂时无法显示" not in band and ("需立即处置" in band or "无需处置" in band)


def test_the_heat_is_of_open_cases_whatever_indicator_was_chosen(paint: Paint) -> None:
    view = View(Scope("T", indicator="place_case_density"), mode="heat")
    picture = paint(view)
    assert orjson.loads(picture[ids.MAP_STATE]["data"])["heat"]["top"] > 0
    assert "在办案件密度" in picture[ids.LEGEND]["children"].decode()
    assert orjson.loads(paint(replace(view, mode="flat"))[ids.MAP_STATE]["data"])["heat"] is None


def test_without_a_database_nothing_is_painted(town: City) -> None:
    gone = create_engine("postgresql+psycopg2://nobody@/nothing?host=/nonexistent")
    with pytest.raises(DataUnavailable):
        Painter(gone, Memory()).paint(town, CITY, Tick(NOW))


def test_only_the_parts_of_what_changed_are_painted_again(paint: Paint) -> None:
    paint()
    again = paint(subjects=frozenset({"job"}))
    assert set(again) == {ids.JOBS}
    assert ids.panel("people") not in paint(subjects=frozenset({"warning"}))


@pytest.mark.parametrize(("view", "parent"), [
    (CITY, None),
    (View(Scope("T11", window="7d")), "/r/T1?w=7d&lang=zh"),
    (View(Scope("T11"), Opened("case", "1")), "/r/T11?lang=zh"),
])
def test_the_page_knows_the_way_up(paint: Paint, view: View, parent: str | None) -> None:
    assert orjson.loads(paint(view)[ids.WALL]["data-parent"]) == parent


def test_indicators_of_all_panels_are_read_in_one_call(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = readings.readings

    def counted(engine: Engine, city: City, indicators: Any, *rest: Any, **more: Any) -> Any:
        calls.append(len(indicators))
        return real(engine, city, indicators, *rest, **more)

    monkeypatch.setattr("data_access.readings.readings", counted)
    paint()
    assert calls == [25]
    paint(View(Scope("T", language="en")))
    assert calls == [25], "the other language reads nothing anew"


def test_filters_are_told_by_chips_and_by_the_tiles_that_the_map_asks_for(paint: Paint) -> None:
    plain, filtered = paint(), paint(View(Scope("T", filters=(Filter("class", ("pothole",)),))))
    assert plain[ids.CHIPS]["children"] == b"[]"
    assert "路面坑洞" in filtered[ids.CHIPS]["children"].decode()
    before, after = (orjson.loads(picture[ids.MAP_STATE]["data"])["tiles"] for picture in (plain, filtered))
    assert after["case"].startswith(before["case"] + "~") and after["device"] == before["device"]


def test_what_no_filter_applies_to_is_not_read_again_under_one(paint: Paint, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = readings.readings

    def watched(engine: Engine, city: City, indicators: Any, *rest: Any, **more: Any) -> Any:
        read.extend(one.key for one in indicators)
        return real(engine, city, indicators, *rest, **more)

    paint()
    monkeypatch.setattr("data_access.readings.readings", watched)
    paint(View(Scope("T", filters=(Filter("state", ("overdue",)),))))
    assert "event_reported" in read and all(applies(INDICATORS[key]) for key in read)
