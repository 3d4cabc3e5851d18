"""Places: coordinates in every dress, and regions by code or name."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from geo.datums import from_wgs84
from ingest.mapping.apply import Around, apply
from ingest.mapping.faults import MappingError
from ingest.mapping.mapped import Mapped
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import Mapping
from ingest.rows import FIELDS

LON, LAT = 121.475, 31.23  # People's Square, Shanghai
TREE = RegionIndex(
    codes=["310000", "310101", "310115", "310101002", "310101013", "310115004", "310115120", "310115120201", "060110"],
    names_zh=["上海市", "黄浦区", "浦东新区", "南京东路街道", "外滩街道", "潍坊新村街道", "康桥镇", "沿北村", "城关镇"],
    names_en=["Shanghai", "Huangpu", "Pudong", "East Nanjing Road", "The Bund", "Weifang", "Kangqiao", "Yanbei", "Chengguan"],
    parents=["", "310000", "310000", "310101", "310101", "310115", "310115", "310115120", "310115"],
    levels=[0, 1, 1, 2, 2, 2, 2, 3, 2], level_keys=["city", "district", "street", "village"])


def mapped(columns: dict[str, list[Any]], place: dict[str, Any], regions: RegionIndex | None = TREE, **around: Any) -> Mapped:
    """The place of some rows of cases."""
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return apply(Mapping.model_validate({"place": place}), frame, FIELDS["cases"],
                 Around(ZoneInfo("Asia/Shanghai"), regions=regions, **around))


def point(made: Mapped, row: int = 0) -> Any:
    """A row's lon and lat, or the code of its first reason."""
    if row in made.rejects.reasons:
        return f"!{made.rejects.reasons[row][0].code}"
    return pytest.approx((made.columns["lon"][row], made.columns["lat"][row]), abs=1e-6, nan_ok=True)


NOWHERE = (np.nan, np.nan)


@pytest.mark.parametrize(("x", "y", "expected"), [
    ("121.475", "31.23", (LON, LAT)), (121.475, 31.23, (LON, LAT)), ("121°28′30″E", "31°13'48\"N", (LON, LAT)),
    ("东经121度28分30秒", "北纬31.23°", (LON, LAT)), ("１２１．４７５", "31.23", (LON, LAT)), ("121,475", "31.23", "!type"),
    ("", None, NOWHERE), ("121.475", "", (LON, np.nan)), ("31°N", "121°E", "!type"), ("abc", "31.23", "!type"),
])
def test_two_columns_give_numbers_or_degrees(x: Any, y: Any, expected: Any) -> None:
    assert expected == point(mapped({"x": [x], "y": [y]}, {"lon": "x", "lat": "y"}))


@pytest.mark.parametrize(("cell", "order", "expected"), [
    ("31.23, 121.475", "lat_lon", (LON, LAT)), ("121.475,31.23", "lon_lat", (LON, LAT)),
    ("(31.23; 121.475)", "lat_lon", (LON, LAT)),
    ("[121.475, 31.23]", "lon_lat", (LON, LAT)), ([121.475, 31.23], "lon_lat", (LON, LAT)),
    ("31.23 121.475", "lat_lon", (LON, LAT)),
    ("121.475，31.23", "lon_lat", (LON, LAT)), ("31.23, 121.475", None, "!order"),
    ("31°13'48\"N, 121°28'30\"E", None, (LON, LAT)),
    ("121°28'30\"E 31°13'48\"N", "lat_lon", (LON, LAT)), ("31°N, 30°N", None, "!type"),
    ("POINT (121.475 31.23)", None, (LON, LAT)), ("SRID=4326;POINT(121.475 31.23)", None, (LON, LAT)),
    ("point z(121.475 31.23 4)", None, (LON, LAT)),
    ('{"type":"Point","coordinates":[121.475,31.23]}', None, (LON, LAT)), ({"coordinates": [121.475, 31.23]}, None, (LON, LAT)),
    ({"latitude": "31.23", "longitude": "121.475"}, None, (LON, LAT)),
    (shapely.to_wkb(shapely.Point(LON, LAT), hex=True), None, (LON, LAT)),
    ("POLYGON((121.47 31.22,121.48 31.22,121.48 31.24,121.47 31.24,121.47 31.22))", None, (LON, LAT)),
    ("", None, NOWHERE), ("POINT EMPTY", None, "!type"), ("POINT(121.475", None, "!type"), ("{}", None, "!type"),
    ('{"coordinates": "x"}', None, "!type"),
    ("31.23", "lat_lon", "!type"), ("a, b", "lat_lon", "!type"), ("31.23,121.475,4", "lat_lon", "!type"), ("0101", None, "!type"),
])
def test_one_column_gives_both(cell: Any, order: str | None, expected: Any) -> None:
    place = {"point": "p", **({"order": order} if order else {})}
    assert expected == point(mapped({"p": [cell]}, place))


def test_a_pair_within_a_text_is_taken_out_by_a_pattern() -> None:
    cell = "285 COZINE AVENUE\nBROOKLYN, NY\n(40.65, -73.88)"
    made = mapped({"p": [cell]}, {"point": {"column": "p", "match": r"\((.*)\)"}, "order": "lat_lon"})
    assert point(made) == (-73.88, 40.65)


def test_a_geometry_gives_a_point_of_it_in_the_file_s_system() -> None:
    shapes = [shapely.Point(500000, 3456000), shapely.box(499990, 3455990, 500010, 3456010), None, shapely.Point(), "x"]
    made = mapped({"geometry": shapes}, {"geometry": "geometry"}, crs="EPSG:4549")
    assert made.columns["lon"][:2] == pytest.approx([120.0, 120.0], abs=1e-6)
    assert made.columns["lat"][0] == pytest.approx(made.columns["lat"][1], abs=1e-4)
    assert np.isnan(made.columns["lon"][2:]).all()
    assert {row: reasons[0].code for row, reasons in made.rejects.reasons.items()} == {4: "type"}


def test_the_declared_system_goes_before_the_file_s() -> None:
    made = mapped({"x": [1017039], "y": [178484]}, {"lon": "x", "lat": "y", "crs": "EPSG:2263"}, crs="EPSG:4326")
    assert (made.columns["lon"][0], made.columns["lat"][0]) == pytest.approx((-73.881825, 40.656513), abs=1e-5)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_datum_is_converted_whether_declared_by_the_mapping_or_the_pack(datum: str) -> None:
    lon, lat = from_wgs84(np.array([LON]), np.array([LAT]), datum)
    ways: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"datum": datum}, {}), ({}, {"datum": datum}), ({"datum": datum}, {"datum": "wgs84"})]
    for place, around in ways:
        made = mapped({"x": [lon[0]], "y": [lat[0]]}, {"lon": "x", "lat": "y", **place}, **around)
        assert point(made) == (LON, LAT)
    assert point(mapped({"x": [LON], "y": [LAT]}, {"lon": "x", "lat": "y", "datum": "cgcs2000"}, datum=datum)) == (LON, LAT)


def test_points_that_mean_nothing_are_no_place() -> None:
    made = mapped({"x": ["0", "121.475"], "y": ["0", "31.23"]}, {"lon": "x", "lat": "y", "nowhere": [[0, 0]]})
    assert point(made, 0) == NOWHERE
    assert point(made, 1) == (LON, LAT)


def test_what_a_system_cannot_describe_is_told() -> None:
    made = mapped({"x": ["1e30"], "y": ["1e30"]}, {"lon": "x", "lat": "y", "crs": "EPSG:4549"})
    assert made.rejects.reasons[0][0].text == "the coordinate 1e+30, 1e+30 lies outside of what EPSG:4549 can describe"


@pytest.mark.parametrize(("written", "code"), [
    ("黄浦区", "310101"), ("黄浦", "310101"), (" 黄 浦 区 ", "310101"), ("Huangpu District", "310101"), ("HUANGPU", "310101"),
    ("ｈｕａｎｇｐｕ", "310101"),
    ("浦东新区", "310115"), ("浦东", "310115"), ("外滩街道办事处", "310101013"), ("The Bund", "310101013"),
    ("潍坊新村", "310115004"),
    ("康桥", "310115120"), ("沿北村村委会", "310115120201"), ("沿北村民委员会", "310115120201"), ("沿北", "310115120201"),
    ("徐汇区", "!unknown_region"),
])
def test_a_region_is_found_by_its_name_however_it_is_written(written: str, code: str) -> None:
    made = mapped({"r": [written]}, {"region": {"column": "r", "by": "name"}})
    found = made.rejects.reasons.get(0)
    assert (f"!{found[0].code}" if found else made.columns["region"][0]) == code


@pytest.mark.parametrize(("written", "options", "code"), [
    ("310101", {}, "310101"), (310101, {}, "310101"), ("310101000000", {}, "310101"), ("310101002000", {}, "310101002"),
    ("60110", {"pad": 6}, "060110"), ("60110", {}, "!unknown_region"), ("310101", {"level": "street"}, "!unknown_region"),
    ("X1", {"aliases": {"X1": "黄浦"}}, "310101"), ("X1", {"aliases": {"X1": "310115"}}, "310115"),
    ("", {"default": "310000"}, "310000"),
    ("", {}, None),
])
def test_a_region_is_found_by_its_code(written: Any, options: dict[str, Any], code: str | None) -> None:
    made = mapped({"r": [written]}, {"region": {"column": "r", **options}})
    found = made.rejects.reasons.get(0)
    assert (f"!{found[0].code}" if found else made.columns["region"][0]) == code


NAMESAKES = RegionIndex(
    codes=["1", "11", "12", "111", "121", "122"], names_zh=["市", "东区", "西区", "中山街道", "中山街道", "东街道"],
    names_en=["City", "East", "West", "Sun Street", "Sun Street", "East Street"], parents=["", "1", "1", "11", "12", "12"],
    levels=[0, 1, 1, 2, 2, 2], level_keys=["city", "district", "street"])


def test_a_name_that_several_bear_is_refused_with_all_of_them_unless_level_or_parent_tells() -> None:
    columns = {"r": ["中山街道", "中山", "East"], "p": ["西区", "11", ""]}
    by_name = {"column": "r", "by": "name"}
    alone = mapped(columns, {"region": by_name}, NAMESAKES)
    assert alone.rejects.reasons[0][0].code == "ambiguous_region"
    assert alone.rejects.reasons[0][0].text == (
        "r is '中山街道', which could be 中山街道 (111, in 东区), 中山街道 (121, in 西区); say `level` or `parent`")
    with_parent = mapped(columns, {"region": {**by_name, "parent": "p"}}, NAMESAKES)
    assert with_parent.columns["region"].tolist() == ["121", "111", "11"]
    assert mapped(columns, {"region": {**by_name, "level": "district"}},
    NAMESAKES).columns["region"].tolist() == [None, None, "11"]


def test_a_region_is_used_only_where_there_is_no_coordinate() -> None:
    made = mapped({"x": ["121.475", None, "abc"], "y": ["31.23", None, "31"], "r": ["无此地", "黄浦区", "黄浦区"]},
                  {"lon": "x", "lat": "y", "region": {"column": "r", "by": "name"}})
    assert made.columns["region"][:2].tolist() == [None, "310101"]
    assert {row: [reason.field for reason in reasons] for row, reasons in made.rejects.reasons.items()} == {2: ["lon"]}


def test_codes_pass_as_they_are_before_the_tree_is_known_and_names_cannot() -> None:
    assert mapped({"r": ["310101"]}, {"region": "r"}, None).columns["region"].tolist() == ["310101"]
    with pytest.raises(MappingError, match="only once the city's tree is loaded"):
        mapped({"r": ["黄浦区"]}, {"region": {"column": "r", "by": "name"}}, None)


@pytest.mark.parametrize(("place", "message"), [
    ({"lon": "x"}, "come together"), ({}, "needs lon and lat"), ({"lon": "x", "lat": "y", "point": "p"}, "only one of these"),
    ({"lon": "x", "lat": "y", "order": "lat_lon"}, "belongs to `point`"),
    ({"lon": "x", "lat": "y", "crs": "EPSG:0"}, "no coordinate system"),
    ({"lon": "x", "lat": "y", "datum": "mars"}, "Input should be"),
])
def test_a_place_that_cannot_work_is_refused_when_the_pack_is_read(place: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Mapping.model_validate({"place": place})


def test_aliases_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("old,new\n卢湾区,黄浦区\n", encoding="utf-8")
    made = mapped({"r": ["卢湾区"]}, {"region": {"column": "r", "by": "name", "aliases": "names.csv"}}, folder=tmp_path)
    assert made.columns["region"].tolist() == ["310101"]
