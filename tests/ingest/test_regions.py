"""A tree of regions from whatever files a city has: one or several, with or without shapes, in any projection and datum."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import geopandas
import pytest
import yaml
from shapely.geometry import LineString, Polygon, box

from ingest.load_tree import Survey, survey
from ingest.pack import PackError, read

LEVELS = [{"key": "city", "zh": "全市", "en": "City"}, {"key": "district", "zh": "区"}, {"key": "street", "zh": "街道"}]
SURVEY = {"key": "survey", "name": "测绘", "owner": "Town", "licence": "CC0-1.0", "kind": "map"}


def drawn(tmp_path: Path, *files: dict[str, Any], levels: list[dict[str, str]] = LEVELS, **more: Any) -> Survey:
    """The tree of a town that consists of these files."""
    city = {"key": "town", "name": "小镇", "time_zone": "Asia/Shanghai", "levels": levels,
            "tree": {"source": "survey", "files": list(files)} | more}
    (tmp_path / "sources").mkdir(exist_ok=True)
    (tmp_path / "sources/survey.yaml").write_text(yaml.safe_dump(SURVEY, allow_unicode=True), encoding="utf-8")
    (tmp_path / "city.yaml").write_text(yaml.safe_dump(city, allow_unicode=True), encoding="utf-8")
    return survey(read(tmp_path))


def table(tmp_path: Path, file: str, text: str, **more: Any) -> dict[str, Any]:
    """A file of text among the tree's files."""
    (tmp_path / file).write_text(text, encoding="utf-8")
    return {"read": {"path": file}, "code": "code", "name": "name"} | more


def shapes(tmp_path: Path, name: str, features: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A file of shapes by code among the tree's files."""
    made = [{"type": "Feature", "properties": {"code": code, "name": f"名{code}", "up": code[:1]},
             "geometry": None if shape is None else shape.__geo_interface__} for code, shape in features.items()]
    (tmp_path / name).write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    return {"read": {"path": name}, "code": "code", "name": "name", **more}


def hangs(found: Survey) -> dict[str, str]:
    """Each region's parent."""
    return dict(zip(found.tree["code"], found.tree["parent"], strict=True))


def told(found: Survey) -> dict[str, str]:
    """What was found, by its kind."""
    return {finding.kind: str(finding) for finding in found.findings}


def test_one_file_of_codes_and_parents_says_the_levels_by_itself(tmp_path):
    rows = "code,up,name\n07,,城\n0701,07,东\n070101,0701,甲\n"
    found = drawn(tmp_path, table(tmp_path, "all.csv", rows, parent="up"))
    assert hangs(found) == {"07": "", "0701": "07", "070101": "0701"}
    assert found.tree["level"].tolist() == [0, 1, 2]
    assert found.tree["geom"].isna().all() and found.tree["area_km2"].isna().all()


def test_a_parent_may_be_the_beginning_of_the_code_filled_up_with_zeros(tmp_path):
    districts = table(tmp_path, "d.csv", "code,name\n520102000000,南明\n", level="district")
    streets = table(tmp_path, "s.csv", "code,name\n520102001000,新华路\n", level="street", parent={"prefix": 6, "fill": 12})
    found = drawn(tmp_path, districts, streets, city="5201")
    assert hangs(found) == {"5201": "", "520102000000": "5201", "520102001000": "520102000000"}


def test_a_table_of_streets_that_repeats_its_districts_gives_both(tmp_path):
    text = "区,街道\n东,甲\n东,乙\n西,甲\n"
    district = table(tmp_path, "all.csv", text, level="district", code="区", name="区", repeated=True)
    street = {"read": {"path": "all.csv"}, "level": "street", "code": "{区}/{街道}", "parent": "区", "name": "街道"}
    found = drawn(tmp_path, district, street)
    assert hangs(found) == {"town": "", "东": "town", "西": "town", "东/甲": "东", "东/乙": "东", "西/甲": "西"}


def test_a_missing_name_falls_back_to_the_other_language_and_then_to_the_code(tmp_path):
    name = {"zh": "名", "en": "name"}
    rows = "code,名,name\n1,东,\n2,,West\n3,,\n"
    found = drawn(tmp_path, table(tmp_path, "d.csv", rows, level="district", name=name), levels=LEVELS[:2])
    named = found.tree[["name_zh", "name_en"]].to_numpy().tolist()
    assert named == [["小镇", "小镇"], ["东", "东"], ["West", "West"], ["3", "3"]]


def test_a_street_hangs_on_the_district_that_it_lies_in(tmp_path):
    districts = shapes(tmp_path, "d.geojson", {"W": box(0, 0, 1, 1), "E": box(1, 0, 2, 1)}, level="district")
    streets = shapes(tmp_path, "s.geojson", {"a": box(0.1, 0, 0.9, 1), "b": box(0.9, 0, 2, 1)}, level="street",
                     parent={"position": True})
    assert hangs(drawn(tmp_path, districts, streets)) == {"town": "", "W": "town", "E": "town", "a": "W", "b": "E"}


def test_names_from_one_file_get_their_shapes_from_another(tmp_path):
    names = table(tmp_path, "d.csv", "code,name\n1,东\n2,西\n", level="district")
    drawings = shapes(tmp_path, "d.geojson", {"1": box(0, 0, 1, 1), "9": box(5, 5, 6, 6)}, shapes_only=True)
    found = drawn(tmp_path, names, drawings, levels=LEVELS[:2])
    assert found.tree["geom"].isna().tolist() == [False, False, True]     # the city is the union of what there is
    assert "9 (d.geojson" in told(found)["unknown_shape"]


def test_upper_levels_are_unions_and_their_areas_sums(tmp_path):
    districts = table(tmp_path, "d.csv", "code,name\nW,西\n", level="district")
    blocks = {"W1": box(0, 0, 0.01, 0.01), "W2": box(0.01, 0, 0.02, 0.01)}
    streets = shapes(tmp_path, "s.geojson", blocks, level="street", parent="up")
    tree = drawn(tmp_path, districts, streets).tree
    assert tree["geom"].map(lambda shape: shape.bounds).tolist()[:2] == [(0, 0, 0.02, 0.01)] * 2
    assert tree["area_km2"].round(3).tolist() == [2.462, 2.462, 1.231, 1.231]   # 0.01 degrees at the equator are 1.11 km


def test_shapes_are_mended_and_what_was_wrong_with_them_is_told(tmp_path):
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    districts = {"A": bow, "B": box(2, 0, 3, 1), "C": box(2.9, 0, 4, 1), "D": LineString([(0, 0), (9, 9)]), "E": None}
    found = drawn(tmp_path, shapes(tmp_path, "d.geojson", districts, level="district"), levels=LEVELS[:2])
    assert told(found) == {
        "no_shape": "1 × regions have no shape though others of their level do: E",
        "no_area": "1 × shapes are points or lines and were left out: D",
        "invalid": "1 × shapes crossed themselves and were mended: A",
        "overlap": "1 × pairs of neighbours overlapped; the ground was left to the first: B/C (10.0%)"}
    shape = dict(zip(found.tree["code"], found.tree["geom"], strict=True))
    assert (shape["A"].area, shape["B"].area, round(shape["C"].area, 6)) == (0.5, 1.0, 1.0)


def test_a_hole_between_regions_is_told_with_its_size_and_place(tmp_path):
    ring = Polygon(box(0, 0, 0.03, 0.03).exterior, [box(0.01, 0.01, 0.02, 0.02).exterior])
    found = drawn(tmp_path, shapes(tmp_path, "d.geojson", {"A": ring}, level="district"), levels=LEVELS[:2])
    assert told(found)["gap"] == "1 × gaps in the city belong to no region: 1.231 km² at 0.0150, 0.0150"


@pytest.mark.parametrize(("text", "says"), [
    ("code,up,name\nT,,城\nA,B,甲\nB,A,乙\n", "a circle of parents: A → B → A"),
    ("code,up,name\nT,,城\nA,X,甲\n", "line 3: A names the parent 'X', which is nowhere"),
    ("code,up,name\nT,,城\nA,T,甲\nA,T,乙\n", r"line 4: the code A stands there already \(all.csv, line 3\)"),
    ("code,up,name\nT,,城\nU,,镇\nA,T,甲\n", "several regions without a parent: T, U"),
    ("code,up,name\nT,,城\nA,T,甲\nB,A,乙\nC,B,丙\n", "line 5: C lies 3 levels below the city; the pack has only"),
    ("code,up,name\nT,,城\nA,T,甲\n", "no region of the level street"),
])
def test_what_is_no_tree_is_refused_with_everything_that_is_wrong(tmp_path, text, says):
    with pytest.raises(PackError, match=says):
        drawn(tmp_path, table(tmp_path, "all.csv", text, parent="up"))


def test_two_regions_on_the_same_ground_are_refused(tmp_path):
    with pytest.raises(PackError, match="A and B lie over each other by 90% of the smaller"):
        drawn(tmp_path, shapes(tmp_path, "d.geojson", {"A": box(0, 0, 1, 1), "B": box(0.1, 0, 1.1, 1)}, level="district"),
              levels=LEVELS[:2])


def test_a_row_without_a_code_is_left_out_and_told(tmp_path):
    found = drawn(tmp_path, table(tmp_path, "d.csv", "code,name\n1,东\n,合计\n", level="district"), levels=LEVELS[:2])
    assert told(found) == {"no_code": "1 × rows without a code are left out: d.csv, line 3"}


@pytest.mark.parametrize("name", ["square.zip", "square.gpkg"])
def test_a_projected_file_comes_out_in_degrees_and_keeps_its_leading_zeros(tmp_path, name):
    """One kilometre by one in New York's feet, its south-west corner at the projection's false origin: 74°W, 40°10'N."""
    side = 1000 / 0.3048006096
    frame = geopandas.GeoDataFrame({"code": ["007"], "name": ["甲"]}, geometry=[box(984250, 0, 984250 + side, side)], crs=2263)
    frame.to_file(tmp_path / name.replace(".zip", ".shp"))
    if name.endswith(".zip"):
        with ZipFile(tmp_path / name, "w") as archive:
            for part in tmp_path.glob("square.[!z]*"):
                archive.write(part, part.name)
    tree = drawn(tmp_path, {"read": {"path": name}, "level": "district", "code": "code", "name": "name"}, levels=LEVELS[:2]).tree
    assert tree["code"].tolist() == ["town", "007"]
    west, south, _, _ = tree["geom"].iloc[1].bounds
    assert (west, south) == pytest.approx((-74, 40.1667), abs=1e-3)
    assert tree["area_km2"].iloc[1] == pytest.approx(1.0, rel=1e-3)


def test_gcj02_shapes_are_put_right_by_the_citys_datum(tmp_path):
    """The false offset of GCJ-02 in Guiyang is some hundreds of metres: it is taken away, the shape stays."""
    square = shapes(tmp_path, "d.geojson", {"A": box(106.7, 26.6, 106.71, 26.61)}, level="district", datum="gcj02")
    west, south, east, north = drawn(tmp_path, square, levels=LEVELS[:2]).tree["geom"].iloc[1].bounds
    assert 0.002 < 106.7 - west < 0.005 and 0.001 < abs(26.6 - south) < 0.005
    assert (east - west, north - south) == pytest.approx((0.01, 0.01), abs=1e-4)


def test_shapes_without_a_known_projection_are_refused_and_not_guessed(tmp_path):
    frame = geopandas.GeoDataFrame({"code": ["1"], "name": ["甲"]}, geometry=[box(5e5, 3e6, 5.1e5, 3.1e6)], crs=4546)
    frame.to_file(tmp_path / "d.shp")
    (tmp_path / "d.prj").unlink()
    file = {"read": {"path": "d.shp"}, "level": "district", "code": "code", "name": "name"}
    with pytest.raises(PackError, match="says no coordinate system; write the tree file's crs"):
        drawn(tmp_path, file, levels=LEVELS[:2])
    with pytest.raises(PackError, match="which are no degrees; EPSG:4490 is not their system"):
        drawn(tmp_path, file | {"crs": "EPSG:4490"}, levels=LEVELS[:2])


def test_a_parent_may_be_named_and_not_coded(tmp_path):
    districts = table(tmp_path, "d.csv", "code,name\n1,东\n2,西\n", level="district")
    streets = table(tmp_path, "s.csv", "code,name,区\n11,甲,东\n21,乙,西\n", level="street", parent={"name": "区"})
    assert hangs(drawn(tmp_path, districts, streets)) == {"town": "", "1": "town", "2": "town", "11": "1", "21": "2"}
    streets = table(tmp_path, "s.csv", "code,name,区\n11,甲,北\n", level="street", parent={"name": "区"})
    with pytest.raises(PackError, match="line 2: 11 names the parent '北', which no regions of the level above are called"):
        drawn(tmp_path, districts, streets)
