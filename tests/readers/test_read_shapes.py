"""Files of shapes as they are handed over: zipped with junk, without projection, in Chinese, in layers."""

import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import Point, box

from readers.table import Unreadable

# Remarks of GDAL, which the program silences too.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:pyogrio")

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>F</name>
<Placemark><name>甲</name><ExtendedData><Data name="code"><value>001</value></Data></ExtendedData>
<Point><coordinates>106.7,26.6,0</coordinates></Point></Placemark>
<Placemark><name>乙</name><Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""


@pytest.fixture(scope="module")
def streets() -> gpd.GeoDataFrame:
    """Three streets; the third has no shape."""
    return gpd.GeoDataFrame({"名称": ["甲", "乙", "丙"], "code": ["001", "002", "003"], "n": [1.5, 2.5, None]},
                            geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), None], crs=2263)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts(streets: gpd.GeoDataFrame, folder: Path, encoding: str) -> dict[str, bytes]:
    streets.to_file(folder / "s.shp", encoding=encoding)
    return {one.suffix: one.read_bytes() for one in folder.glob("s.*")}


def test_a_zipped_shapefile_is_read_beside_junk_and_without_a_projection(read, streets, tmp_path):
    found = parts(streets, tmp_path, "GBK")
    content = zipped(**{f"数据/街道{end}": found[end] for end in (".shp", ".shx", ".dbf", ".cpg")},
                     **{"__MACOSX/数据/._街道.shp": b"junk", "数据/.DS_Store": b"junk", "readme.txt": b"hello"})
    out = read(content, "a.zip")
    assert out.table.name == "a.zip/数据/街道.shp"
    assert out.table.columns == ["名称", "code", "n", "geometry"]
    assert out.rows["名称"].tolist() == ["甲", "乙", "丙"]
    assert out.rows["code"].tolist() == ["001", "002", "003"]
    assert out.rows.loc[3, "geometry"] is None
    assert out.table.crs is None


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_that_does_not_name_its_encoding_is_read_in_the_right_one(read, streets, tmp_path, encoding):
    found = parts(streets, tmp_path, encoding)
    out = read(zipped(**{f"S{end.upper()}": found[end] for end in (".shp", ".dbf", ".prj")}), "a.zip")
    assert out.rows["名称"].tolist() == ["甲", "乙", "丙"]
    assert out.table.crs == "EPSG:2263"


def test_text_of_a_shapefile_that_is_not_of_its_encoding_is_kept_with_its_bytes(read, streets, tmp_path):
    found = parts(streets, tmp_path, "GBK")
    damaged = found[".dbf"].replace("乙".encode("gbk"), b"\xff\xff")
    out = read(zipped(**{"s.shp": found[".shp"], "s.shx": found[".shx"], "s.dbf": damaged, "s.cpg": b"GBK"}), "a.zip")
    assert out.numbers == [1, 3]
    assert r"\xff" in out.unreadable[2].text


@pytest.mark.parametrize(("name", "crs"), [("a.gpkg", "EPSG:2263"), ("a.fgb", "EPSG:2263"), ("a.parquet", "EPSG:2263")])
def test_files_of_shapes_give_columns_shapes_and_projection(read, streets, tmp_path, name, crs):
    whole = streets.dropna(subset="geometry")
    whole.to_parquet(tmp_path / name) if name.endswith("parquet") else whole.to_file(tmp_path / name)
    out = read(None, name)
    assert out.table.columns == ["名称", "code", "n", "geometry"]
    assert out.table.crs == crs
    assert out.table.total == 2
    assert sorted(zip(out.rows["code"], (shape.bounds for shape in out.rows["geometry"]), strict=True)) == [
        ("001", (0, 0, 1, 1)), ("002", (1, 0, 2, 1))]


def test_layers_of_different_columns_must_be_chosen(tables, streets, tmp_path):
    streets.to_file(tmp_path / "a.gpkg", layer="streets")
    gpd.GeoDataFrame({"id": [1]}, geometry=[Point(1, 2)], crs=4326).to_file(tmp_path / "a.gpkg", layer="posts")
    with pytest.raises(Unreadable, match="say which in `layer`"):
        tables(None, "a.gpkg")
    found, = tables(None, "a.gpkg", layer="posts")
    assert found.table.name == "a.gpkg · posts"
    assert found.table.crs == "EPSG:4326"
    with pytest.raises(Unreadable, match="has no layer 'x', only streets, posts"):
        tables(None, "a.gpkg", layer="x")


def test_topojson_is_unfolded(read):
    topology = {"type": "Topology", "transform": {"scale": [0.01, 0.01], "translate": [0, 0]},
                "objects": {"streets": {"type": "GeometryCollection", "geometries": [
                    {"type": "Polygon", "arcs": [[0]], "id": "k", "properties": {"name": "甲"}}]}},
                "arcs": [[[0, 0], [100, 0], [0, 100], [-100, 0], [0, -100]]]}
    out = read(json.dumps(topology).encode(), "a.json")
    assert out.rows.loc[1, "name"] == "甲"
    assert out.rows.loc[1, "geometry"].bounds == (0, 0, 1, 1)
    assert out.table.crs == "EPSG:4326"


@pytest.mark.parametrize("name", ["a.kml", "a.kmz"])
def test_kml_gives_its_data_and_not_its_drawing(read, name):
    content = zipped(**{"doc.kml": KML.encode(), "files/x.png": b"x"}) if name == "a.kmz" else KML.encode()
    out = read(content, name)
    assert out.rows["Name"].tolist() == ["甲", "乙"]
    assert out.rows["code"].tolist() == ["001", None]
    assert "tessellate" not in out.table.columns
    assert out.rows.loc[1, "geometry"].x == 106.7


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_data_of_kml_keep_the_names_they_have_in_any_script(read, encoding):
    """The library writes every Chinese letter as ___: two names of one length would become one column."""
    text = KML.replace("UTF-8", {"gb18030": "GBK"}.get(encoding, encoding)).replace(
        '<Data name="code"><value>001</value></Data>',
        '<Data name="代码"><value>001</value></Data><Data name="类型"><value>区</value></Data>'
        "<Data name='a &amp; b'><value>x</value></Data>")
    out = read(text.encode(encoding), "a.kml")
    assert (out.rows["代码"].tolist(), out.rows["类型"].tolist()) == (["001", None], ["区", None])
    assert out.rows["a & b"].tolist() == ["x", None]
    assert out.rows["Name"].tolist() == ["甲", "乙"]


def test_kml_that_declares_entities_is_refused(read):
    bomb = KML.replace("<kml", '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<kml').replace("甲", "&b;")
    with pytest.raises(Unreadable, match="declares entities"):
        read(bomb.encode(), "a.kml")


@pytest.mark.parametrize(("name", "start"), [
    ("a.gpkg", b"SQLite format 3\x00"), ("a.fgb", b"fgb\x03fgb\x00"), ("a.parquet", b"PAR1"), ("a.shp", b"\x00\x00\x27\x0a"),
    ("a.json", b'{"type": "Topology", "objects": ')])
def test_a_damaged_file_of_shapes_is_named(read, name, start):
    with pytest.raises(Unreadable, match="damaged"):
        read(start + b"\x01\x02" * 100, name)


def test_buildings_get_height_and_footprint_with_their_parts(read):
    corners = [[x, y, z] for z in (1000, 13000) for x, y in ((0, 0), (10000, 0), (10000, 10000), (0, 10000))]
    city = {"type": "CityJSON", "version": "2.0", "transform": {"scale": [0.001] * 3, "translate": [100000, 400000, 0]},
            "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"}, "vertices": corners,
            "CityObjects": {
                "b1": {"type": "Building", "attributes": {"name": "甲"}, "children": ["p1"]},
                "p1": {"type": "BuildingPart", "parents": ["b1"], "geometry": [{
                    "type": "Solid", "lod": "2", "boundaries": [[[[0, 1, 2, 3]], [[4, 5, 6, 7]], [[0, 1, 5, 4]]]],
                    "semantics": {"surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}, {"type": "WallSurface"}],
                                  "values": [[0, 1, 2]]}}]},
                "b2": {"type": "Building", "attributes": {"measuredHeight": 9.5}},
                "b3": {"type": "Building", "geometry": [{"type": "MultiSurface", "lod": "1", "boundaries": [[[99, 1, 2]]]}]},
                "road": {"type": "Road"}}}
    out = read(json.dumps(city).encode(), "a.city.json")
    assert out.table.crs == "EPSG:28992"
    assert out.rows["id"].tolist() == ["b1", "b2"]
    assert out.rows["height"].tolist() == [12, 9.5]
    assert out.rows.loc[1, "geometry"].area == pytest.approx(100)
    assert out.rows.loc[1, "geometry"].bounds == (100000, 400000, 100010, 400010)
    assert "b3" in out.unreadable[3].text


@pytest.mark.parametrize(("kind", "good", "far", "written"), [
    (pa.date32(), 20516, 2**30, "2026-03-04 1073741824 (date32[day]) None"),
    (pa.timestamp("us", "UTC"), 0, 2**62, "1970-01-01 00:00:00+00:00 4611686018427387904 (timestamp[us, tz=UTC]) None"),
    (pa.timestamp("s"), 0, 2**40, "1970-01-01 00:00:00 1099511627776000 (timestamp[ms]) None")])
def test_an_instant_of_parquet_beyond_the_calendar_costs_only_itself(read, kind, good, far, written):
    held = io.BytesIO()
    pq.write_table(pa.table({"at": pa.array([good, far, None], kind)}), held)
    assert " ".join(str(cell) for cell in read(held.getvalue(), "a.parquet").rows["at"]) == written
