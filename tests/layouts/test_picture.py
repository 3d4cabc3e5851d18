"""A camera's picture in its drawer: what the browser is given, and what is said where it is given nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data_access.devices import Channel, DeviceRecord
from indicators.pictures import Picture, Pictures, of_device
from indicators.text import Text
from layouts import drawer_device
from layouts.drawer_picture import picture
from tests.layouts import town
from tests.layouts.test_panel import parts, text

LOOK = town.look()
STREAM = Picture(stream="https://media.example/c1.m3u8")
SAID = Pictures("https://media.example/{code}/index.m3u8", "https://stills.example/{code}.jpg", frozenset({"https://old.example:8443"}))


def camera(value: float | None = 1.0, **changes: Any) -> DeviceRecord:
    record = town.device_record(channels=0)
    series = ((town.NOW, value),) if value is not None else ()
    channels = () if value is None else (
        Channel("online", Text("在线", "Online"), "1", value, town.NOW, None, None, False, series, 1),)
    return replace(record, kind_key="camera", channels=channels, last_at=town.NOW, **changes)


def given(record: DeviceRecord, found: Picture) -> dict[str, Any]:
    return picture(LOOK, record, found)[0].to_plotly_json()["props"]  # type: ignore[no-any-return]


def test_a_stream_is_given_to_the_browser_with_its_name_and_all_words():
    props = given(camera(), STREAM)
    assert props["data-stream"] == "https://media.example/c1.m3u8" and props["data-held"] == ""
    assert "缅街 41-20" in props["data-name"]
    assert '"refused": "画面地址应答错误 {value}"' in props["data-words"]


@pytest.mark.parametrize(("record", "why"), [
    (camera(0.0), "摄像机离线"), (camera(enabled=False), "摄像机已停用"),
    (replace(camera(), last_at=town.NOW - timedelta(hours=9)), "摄像机已超时未上报")])
def test_what_cannot_see_is_not_opened_by_itself(record, why):
    assert why in given(record, STREAM)["data-held"]


def test_one_that_never_spoke_is_opened():
    assert given(replace(camera(None), last_at=None), STREAM)["data-held"] == ""


def test_a_camera_without_an_address_says_so_and_other_devices_say_nothing():
    assert "未配置画面地址" in text(picture(LOOK, camera(), Picture()))
    assert picture(LOOK, town.device_record(), Picture()) == []


def test_the_past_has_no_live_picture():
    assert "正在回看" in text(picture(town.look(at=town.NOW), camera(), STREAM))


def test_a_camera_that_says_it_does_not_see_is_offline_and_its_word_is_no():
    drawn = drawer_device.device(LOOK, camera(0.0))
    assert "离线" in text(drawn) and "正常" not in text(drawn)
    assert [part.children for part in parts(drawn) if getattr(part, "className", "") == "v"] == ["否"]


def test_addresses_come_from_the_device_then_from_its_source_and_only_from_places_that_are_named():
    assert of_device(SAID, "a/1", None, None) == Picture("https://media.example/a%2F1/index.m3u8", "https://stills.example/a%2F1.jpg")
    own = of_device(SAID, "a", "https://old.example:8443/a.m3u8", None)
    assert own.stream == "https://old.example:8443/a.m3u8"
    only = replace(SAID, snapshot=None)
    assert of_device(only, "a", "https://old.example/a.m3u8", None) == Picture(stranger="https://old.example")
    assert of_device(None, "a", "https://old.example/a.m3u8", None) == Picture(stranger="https://old.example")
    assert of_device(SAID, "a", "https://old.example/a.m3u8", None) == Picture(None, "https://stills.example/a.jpg")
    assert of_device(None, "a", None, None) == Picture()
