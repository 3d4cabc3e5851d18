"""A catalogue of cameras becomes devices that say whether they see: by point, else by the district in their code."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ingest.load import load_pack
from ingest.pack import PackError, read
from tests.ingest import hamlet

SURVEY = {key: said for key, said in hamlet.CITY["sources"][0].items() if key != "datasets"}
ONLY_CAMERAS = {"column": "channel.camera", "empty": True}
READ = {"path": "catalogue*.xml"}
VIDEO: dict[str, Any] = {
    "key": "video", "name": "Cameras", "owner": "Town hall", "licence": "CC0-1.0", "kind": "video",
    "pictures": {"stream": "https://media.example/{code}/index.m3u8", "places": ["https://old.example:8443"]},
    "datasets": [
        {"key": "cameras", "subject": "devices", "title": "Cameras", "read": READ, "map": {
            "skip_when": [ONLY_CAMERAS],
            "columns": {"code": "DeviceID", "name": "Name", "kind": "channel.camera", "interval_s": {"value": 3600},
                        "stream": {"column": "Stream", "optional": True}},
            "place": {"lon": "Longitude", "lat": "Latitude", "nowhere": [[0, 0]], "region": "channel.district"}}},
        {"key": "status", "subject": "observations", "title": "Status of cameras", "read": READ, "map": {
            "skip_when": [ONLY_CAMERAS, {"column": "Status", "empty": True}],
            "columns": {"device": "DeviceID", "property": {"value": "online"}, "observed_at": "channel.read_at",
                        "value": {"column": "Status", "table": {"loose": True, "entries": {"ON": 1, "OFF": 0}}}}}}]}
GB = {"H": "520100", "H1": "520102", "H2": "520103"}


def camera(number: int, more: str, district: int = 520103) -> str:
    code = f"{district}0000131{number:07d}"
    return f"<Item><DeviceID>{code}</DeviceID><Name>镜头{number}</Name>{more}</Item>"


def at(lon: float, lat: float = 0.005) -> str:
    return f"<Longitude>{lon}</Longitude><Latitude>{lat}</Latitude>"


def catalogue(items: str) -> bytes:
    return ('<?xml version="1.0" encoding="GB2312"?><Response><CmdType>Catalog</CmdType><SN>1</SN>'
            f"<DeviceID>52010000002000000001</DeviceID><DeviceList>{items}</DeviceList></Response>").encode("gbk")


FIRST = catalogue(
    camera(1, at(0.005) + "<Status>ON</Status>")                            # in H11, whatever district its code says
    + camera(2, at(0, 0) + "<Status>OFF</Status>")                          # no place: the district of its code
    + camera(3, at(5) + "<Status>ON</Status>")                              # outside the city
    + camera(4, "<Status>ON</Status>", district=340200)                     # of another city
    + camera(5, at(0.025) + "<Status>FAULT</Status><Stream>javascript:alert(1)</Stream>")
    + "<Item><DeviceID>520103</DeviceID><Name>云岩区</Name></Item>"
    + "<Item><DeviceID>52010300002160000001</DeviceID><Name>分局</Name></Item>"
    + "<Item><DeviceID>1310000001</DeviceID><Name>坏码</Name></Item>")
SECOND = catalogue(camera(1, at(0.006) + "<Status>OFF</Status><Stream>https://old.example:8443/1.m3u8</Stream>")
                   + camera(2, at(0, 0) + "<Status>ON</Status>"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hamlet with districts by GB/T 2260, and a platform's catalogue."""
    made = hamlet.write(tmp_path_factory.mktemp("packs") / "hamlet", {
        "sources": [SURVEY, VIDEO], "device_kinds": [{"key": "camera", "zh": "摄像机", "en": "Camera"}],
        "properties": [{"key": "online", "zh": "在线", "en": "Online", "unit": "1", "minimum": 0, "maximum": 1}]})
    for name in ("regions.csv", "blocks.geojson"):
        written = (made / name).read_text()
        for old, new in GB.items():
            for left, right in ((",", ","), ('"', '"')):
                written = written.replace(f"{left}{old}{right}", f"{left}{new}{right}")
        (made / name).write_text(written)
    return made


@pytest.fixture(scope="module")
def loaded(engine: Engine, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Loaded, and an hour later loaded once more."""
    var = tmp_path_factory.mktemp("var")
    for content, hour in ((FIRST, 8), (SECOND, 9)):
        (folder / "catalogue.xml").write_bytes(content)
        moment = datetime(2026, 3, 4, hour, tzinfo=UTC).timestamp()
        os.utime(folder / "catalogue.xml", (moment, moment))
        load_pack(engine, folder, stage="basics", var=var)
        load_pack(engine, folder, stage="history", var=var)
    return engine


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_cameras_stand_where_their_point_is_or_in_the_district_of_their_code(loaded: Engine) -> None:
    assert rows(loaded, """
        SELECT right(d.code, 1), d.kind, d.name, r.code, round(ST_X(d.geom)::numeric, 3)::text
          FROM device d JOIN region r USING (region_id) ORDER BY d.code""") == [
        ("1", "camera", "镜头1", "H11", "0.006"),
        ("2", "camera", "镜头2", "520103", None), ("5", "camera", "镜头5", "H21", "0.025")]


def test_what_they_say_of_themselves_is_an_observation_of_the_hour_of_the_file(loaded: Engine) -> None:
    assert rows(loaded, """
        SELECT right(code, 1), to_char(observed_at AT TIME ZONE 'UTC', 'HH24:MI'), value
          FROM observation JOIN device USING (device_id) ORDER BY 1, 2""") == [
        ("1", "08:00", 1.0), ("1", "09:00", 0.0), ("2", "08:00", 0.0), ("2", "09:00", 1.0)]


def test_an_address_is_brought_up_to_date_and_one_that_is_none_left_out_and_marked(loaded: Engine) -> None:
    assert rows(loaded, "SELECT right(code, 1), stream FROM device_picture JOIN device USING (device_id)") == [
        ("1", "https://old.example:8443/1.m3u8")]
    assert rows(loaded, "SELECT reasons->0->>'field', reasons->0->>'code' FROM mark WHERE subject = 'devices'") == [
        ("stream", "address")]


def test_what_is_no_camera_or_has_no_place_is_kept_with_its_reason(loaded: Engine) -> None:
    kept = rows(loaded, """
        SELECT row_no, reasons->0->>'code' FROM reject WHERE dataset = 'video/cameras' ORDER BY row_no""")
    assert kept == [(3, "outside_city"), (4, "unknown_region"), (6, "skipped"), (7, "skipped"), (8, "unreadable")]
    assert rows(loaded, """
        SELECT row_no, reasons->0->>'field' FROM reject
         WHERE dataset = 'video/status' AND reasons->0->>'code' NOT IN ('skipped', 'unreadable') ORDER BY 1""") == [
        (3, "device"), (4, "device"), (5, "value")]


@pytest.mark.parametrize(("pictures", "why"), [
    ({"stream": "https://media.example/index.m3u8"}, "must hold {code}"),
    ({"stream": "rtsp://media.example/{code}"}, "begins with http:// or https://"),
    ({"stream": "https://{code}.example/index.m3u8"}, "begins with http:// or https://"),
    ({"snapshot": "https://user:word@media.example/{code}.jpg"}, "without a password"),
    ({"places": ["https://media.example/live"]}, "is more than a place"),
    ({"places": ["https://media.example; script-src *"]}, "without a password or spaces")])
def test_a_pack_that_says_no_place_of_pictures_is_told_so(tmp_path: Path, pictures: dict[str, Any], why: str) -> None:
    with pytest.raises(PackError, match=why):
        read(hamlet.write(tmp_path / "pack", {"sources": [SURVEY, {**VIDEO, "pictures": pictures}]}))
