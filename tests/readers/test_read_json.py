"""JSON in the shapes that portals give it, and what is broken in it kept beside what is not."""

import json

import orjson
import pytest

from readers.table import Unreadable

RECORDS = [{"id": "001", "n": 1, "at": {"lon": 106.7, "lat": 26.6}}, {"id": "002", "n": None, "at": {"lon": 106.8, "lat": 26.5}}]
CELLS = [["001", 1, 106.7, 26.6], ["002", None, 106.8, 26.5]]


@pytest.mark.parametrize("document", [
    RECORDS,
    {"success": True, "result": {"fields": [{"id": "n"}], "records": RECORDS}},
    {"id": ["001", "002"], "n": [1, None], "at.lon": [106.7, 106.8], "at.lat": [26.6, 26.5]},
    {"id": {"0": "001", "1": "002"}, "n": {"0": 1, "1": None}, "at.lon": {"0": 106.7, "1": 106.8},
     "at.lat": {"0": 26.6, "1": 26.5}},
    [["id", "n", "at.lon", "at.lat"], *CELLS],
], ids=["list", "records in a path", "columns", "columns by pandas", "lists"])
def test_rows_are_found_whatever_the_document_looks_like(read, document):
    found = read(json.dumps(document).encode(), "a.json")
    assert found.table.columns == ["id", "n", "at.lon", "at.lat"]
    assert found.lists() == CELLS


def test_json_lines_are_numbered_by_their_line(read):
    found = read(b"\n".join(orjson.dumps(one) for one in [RECORDS[0], RECORDS[1]]).replace(b"\n", b"\n\n"), "a.jsonl")
    assert found.lists() == CELLS
    assert found.numbers == [1, 3]


def test_a_path_that_is_said_goes_before_the_longest_list(read):
    document = {"few": [{"a": 1}], "many": [{"b": 1}, {"b": 2}]}
    assert read(orjson.dumps(document), "a.json").table.columns == ["b"]
    assert read(orjson.dumps(document), "a.json", records="few").table.columns == ["a"]
    with pytest.raises(Unreadable, match=r"has no 'none'.*only few, many"):
        _ = read(orjson.dumps(document), "a.json", records="none")


def test_objects_under_keys_of_their_own_are_rows_with_that_key(read):
    found = read(b'{"k1": {"a": 1, "b": 2}, "k2": {"a": 3, "b": 4}}', "a.json")
    assert found.table.columns == ["key", "a", "b"]
    assert found.lists() == [["k1", 1, 2], ["k2", 3, 4]]


def test_one_object_is_one_row_and_lists_in_it_stay_lists(read):
    found = read(b'{"id": "x", "tags": ["a", "b"], "value": {"unit": "m", "v": 2.5}}', "a.json")
    assert found.lists() == [["x", ["a", "b"], "m", 2.5]]


def test_a_list_that_holds_as_many_plain_values_as_objects_is_a_cell(read):
    found = read(orjson.dumps({"id": "7", "place": {"marks": [1, {"x": None}]}}), "a.json")
    assert (found.table.columns[0], found.lists()[0][0]) == ("id", "7"), "the object itself is the row"
    found = read(orjson.dumps({"rows": [{"id": "7"}, "stray", {"id": "8"}]}), "a.json")
    assert [row[0] for row in found.lists()] == ["7", "8"], "one stray value among more objects hides no rows"


def test_a_column_that_comes_up_late_is_there(read):
    records = [{"id": at} for at in range(400)] + [{"id": 400, "late": "x"}]
    found = read(orjson.dumps(records), "a.json")
    assert found.rows.loc[401, "late"] == "x"


def test_a_broken_record_is_kept_and_the_others_are_read(read):
    found = read(b'[{"a": 1}, {"a": tru}, {"a": 3}, 7, {"a": NaN}', "a.json")
    assert found.numbers == [1, 3, 5]
    assert [found.unreadable[number].text for number in (2, 4, 6)] == ['{"a": tru}', "7", ""]
    assert "cut off" in found.unreadable[6].reason


def test_a_document_that_is_no_table_says_where(read):
    with pytest.raises(Unreadable, match="line 3"):
        read(b'{"meta": 1,\n "rows": \n x [{"a": 1}]}', "a.json", records="rows")


def test_geojson_gives_properties_and_shapes_with_their_projection(read):
    features = [{"type": "Feature", "id": 7, "properties": {"name": "甲", "more": {"x": 1}},
                 "geometry": {"type": "Point", "coordinates": [1, 2]}},
                {"type": "Feature", "id": 8, "properties": {"name": "乙"}, "geometry": None},
                {"type": "Feature", "id": 9, "properties": {"name": "丙"}, "geometry": {"type": "Pt", "coordinates": []}}]
    found = read(orjson.dumps({"type": "FeatureCollection", "features": features}), "a.geojson")
    assert found.table.columns == ["name", "more.x", "id", "geometry"]
    assert found.table.crs == "EPSG:4326"
    assert found.rows.loc[1, "geometry"].wkt == "POINT (1 2)"
    assert found.rows.loc[2, "geometry"] is None
    assert "no GeoJSON geometry" in found.unreadable[3].reason


def test_a_projection_that_geojson_names_is_told(read):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2263"}}
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    found = read(orjson.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}), "a.geojson")
    assert found.table.crs == "EPSG:2263"


def test_features_may_stand_one_a_line(read):
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    found = read(b"\x1e" + orjson.dumps(feature) + b"\n\x1e" + orjson.dumps(feature) + b"\n", "a.geojsonl")
    assert [shape.wkt for shape in found.rows["geometry"]] == ["POINT (1 2)"] * 2


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_row_with_half_a_character_is_kept_as_it_stands_and_the_others_go_on(read, name):
    """As programs leave it that cut a text in the middle of an emoji; a whole one may be written in two halves."""
    rows = [rb'{"id": 1, "a": "\ud83d\ude00"}', rb'{"id": 2, "a": "\ud83d"}', rb'{"id": 3, "b\udc80": "x"}', b'{"id": 4}']
    found = read(b"\n".join(rows) if name == "a.jsonl" else b"[" + b",".join(rows) + b"]", name)
    assert (list(found.rows["id"]), found.rows["a"].iloc[0]) == ([1, 4], "😀")
    assert [(spoilt.text.encode(), spoilt.reason[:22]) for spoilt in found.unreadable.values()] == [
        (rows[1], "holds half a character"), (rows[2], "holds half a character")]
