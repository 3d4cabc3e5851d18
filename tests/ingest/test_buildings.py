"""Buildings: taken from CityJSON and over HTTP, refused with reasons, brought up to date."""

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from geo.projections import to_wgs84
from ingest.mapping.apply import Around, apply
from ingest.mapping.guess import guess
from ingest.mapping.hints import CityAround
from ingest.mapping.spec import Mapping
from ingest.rows import FIELDS
from readers.opening import open_tables
from readers.spec import Read
from tests.ingest.conftest import Sender

SQUARE = "POLYGON((0.001 0.001, 0.002 0.001, 0.002 0.002, 0.001 0.002, 0.001 0.001))"
BOW = "POLYGON((0.001 0.001, 0.002 0.002, 0.002 0.001, 0.001 0.002, 0.001 0.001))"


def building(number: str, **changes: Any) -> dict[str, Any]:
    """A building of twelve metres in block T111."""
    return {"id": number, "height_m": 12, "footprint": SQUARE} | changes


def test_a_building_stands_in_the_region_under_its_footprint(sender: Sender) -> None:
    far = json.dumps({"type": "Polygon", "coordinates": [[[0.071, 0.001], [0.072, 0.001], [0.072, 0.002], [0.071, 0.001]]]})
    answer = sender.send("buildings", [building("a", name="甲楼", storeys=4, ground_m=1060), building("b", footprint=far)])
    assert sender.counts(answer) == (2, 0, 0)
    assert sender.rows("""
        SELECT external_id, name, height_m, ground_m, storeys, code, ST_GeometryType(b.geom), row_no
          FROM building b JOIN region USING (region_id) WHERE external_id IN ('a', 'b') ORDER BY 1""") == [
        ("a", "甲楼", 12, 1060, 4, "T111", "ST_MultiPolygon", 1), ("b", None, 12, None, None, "T222", "ST_MultiPolygon", 2)]


def test_a_building_that_is_told_again_is_seen_and_one_told_otherwise_is_changed(sender: Sender) -> None:
    sender.send("buildings", [building("again")])
    assert sender.counts(sender.send("buildings", [building("again")])) == (0, 1, 0)
    assert sender.counts(sender.send("buildings", [building("again", height_m=30)])) == (1, 0, 0)
    assert sender.rows("SELECT height_m FROM building WHERE external_id = 'again'") == [(30,)]


@pytest.mark.parametrize(("changes", "field", "code"), [
    ({"height_m": 0}, "height_m", "range"),
    ({"height_m": 1001}, "height_m", "range"),
    ({"height_m": None}, "height_m", "missing"),
    ({"footprint": None}, "footprint", "missing"),
    ({"footprint": "POINT(0.001 0.001)"}, "footprint", "type"),
    ({"footprint": "POLYGON((0 0, 1"}, "footprint", "type"),
    ({"footprint": "POLYGON((500 0.1, 501 0.1, 501 0.2, 500 0.1))"}, "footprint", "type"),
    ({"footprint": "POLYGON((5 5, 6 5, 6 6, 5 5))"}, "lon", "outside_city"),
])
def test_a_building_that_cannot_be_is_kept_with_its_reason(
    sender: Sender, changes: dict[str, Any], field: str, code: str
) -> None:
    answer = sender.send("buildings", [building("bad", **changes)])
    assert sender.counts(answer) == (0, 0, 1)
    assert (field, code) in {(reason["field"], reason["code"]) for reason in answer["reasons"]}
    assert sender.value("SELECT row->>'id' FROM reject WHERE batch_id = :batch", batch=answer["batch"]) == "bad"
    assert sender.rows("SELECT FROM building WHERE external_id = 'bad'") == []


def test_a_footprint_that_crosses_itself_is_mended_and_marked(sender: Sender) -> None:
    answer = sender.send("buildings", [building("bow", footprint=BOW)])
    assert (sender.counts(answer), answer["marked"]) == ((1, 0, 0), 1)
    assert sender.rows("SELECT ST_IsValid(geom), ST_NumGeometries(geom) FROM building WHERE external_id = 'bow'") == [(True, 2)]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A CityJSON of one house of 10 by 10 metres in Dutch coordinates: ground at 2 m, roof at 14 m."""
    corners = [[x, y, z] for z in (2, 14) for x, y in ((0, 0), (10, 0), (10, 10), (0, 10))]
    made = tmp_path / "houses.city.json"
    made.write_text(json.dumps({
        "type": "CityJSON", "version": "2.0", "transform": {"scale": [1, 1, 1], "translate": [100000, 400000, 0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"}, "vertices": corners,
        "CityObjects": {"h1": {"type": "Building", "geometry": [{
            "type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 2, 3]], [[4, 5, 6, 7]], [[0, 1, 5, 4]]],
            "semantics": {"surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}, {"type": "WallSurface"}],
                          "values": [0, 1, 2]}}]}}}))
    return made


def test_a_cityjson_drafts_as_buildings_and_its_footprints_come_out_in_degrees(model: Path) -> None:
    table = next(open_tables(Read(path=model.name), model.parent))
    frame = next(iter(table.frames(100))).rows
    zone = ZoneInfo("Europe/Amsterdam")
    drafted = {subject: guess(frame, subject, CityAround(zone, None)) for subject in FIELDS}
    assert max(drafted, key=lambda subject: drafted[subject].score()) == "buildings"
    assert drafted["buildings"].mapping() == {
        "columns": {"id": "id", "height_m": "height", "ground_m": "ground"}, "place": {"geometry": "geometry"}}
    mapped = apply(Mapping.model_validate(drafted["buildings"].mapping()), frame, FIELDS["buildings"], Around(zone, table.crs))
    assert (mapped.columns["height_m"].tolist(), mapped.columns["ground_m"].tolist()) == ([12.0], [2.0])
    drawn = shapely.from_wkb(mapped.columns["footprint"])[0]
    lon, lat = to_wgs84(np.array([100000.0, 100010.0]), np.array([400000.0, 400010.0]), "EPSG:28992")
    assert drawn.bounds == pytest.approx((lon[0], lat[0], lon[1], lat[1]), abs=2e-6)
    assert not drawn.has_z
