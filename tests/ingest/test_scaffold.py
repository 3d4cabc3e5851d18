"""A folder of unknown files becomes a pack that says what it is unsure of, and `check` says what would become of the rows."""

from io import StringIO
from pathlib import Path

import geopandas
import pytest
from rich.cells import cell_len
from rich.console import Console
from shapely.geometry import box

from ingest.pack import PackError, read
from ingest.scaffold.making import Made, make
from ingest.trial.known import known
from ingest.trial.printed import tell, tell_tree
from ingest.trial.report import Trial
from ingest.trial.sample import trials
from tests.ingest import oddtown


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The pack of the odd town."""
    folder = tmp_path_factory.mktemp("odd")
    return make("oddtown", oddtown.write(folder / "files"), name="奇镇", packs=folder)


@pytest.fixture(scope="module")
def tried(made: Made) -> dict[str, Trial]:
    """What becomes of each dataset."""
    return {trial.dataset: trial for trial in trials(known(read(made.folder)))}


def tree(folder: Path) -> list[tuple[str, str]]:
    """Each region with its parent."""
    found = known(read(folder)).survey.tree
    return list(zip(found["code"], found["parent"], strict=True))


def drafted(tmp_path: Path, **files: str) -> Made:
    """The pack of a folder with these CSV files."""
    (tmp_path / "files").mkdir()
    for name, content in files.items():
        (tmp_path / f"files/{name}.csv").write_text(content, encoding="utf-8")
    return make("town", tmp_path / "files", packs=tmp_path)


def test_every_file_is_taken_for_what_it_is(made):
    assert dict(made.taken) == {
        "区划代码.xlsx · 区划": "regions: district", "街道边界.zip/jd.shp": "regions: street",
        "工单2026.csv": "cases → sources/cases.yaml", "传感器台账.xlsx · Sheet": "devices → sources/devices.yaml",
        "监测数据.csv": "observations → sources/observations.yaml"}
    assert [note.partition(":")[0] for note in made.notes] == ["说明.docx"]


def test_the_regions_hang_together_with_their_leading_zeros(made):
    assert tree(made.folder) == [
        ("oddtown", ""), ("0001", "oddtown"), ("0002", "oddtown"), ("000010", "0001"), ("000011", "0001"), ("000020", "0002"),
        ("000021", "0002")]
    assert known(read(made.folder)).survey.tree["geom"].notna().all()


def test_what_the_facts_speak_of_is_declared(made):
    pack = read(made.folder)
    assert (made.folder / "case_classes.csv").read_text().split()[1:] == [f"{kind},,{kind},{kind}," for kind in oddtown.KINDS]
    assert [kind.key for kind in pack.device_kinds] == ["水位计"]
    assert [(one.key, one.zh, one.en) for one in pack.properties] == [("level", "水位", "water level")]


def test_check_counts_what_would_be_taken_and_says_why_the_rest_would_not(tried):
    cases = tried["cases"]
    assert (cases.rows, cases.taken + cases.rejected) == (oddtown.CASES + 3, oddtown.CASES + 3)
    assert {(why.field, why.code): why.line for why in cases.reasons if why.code != "outside_city"} == {
        ("reported_at", "time"): 122, ("lat", "range"): 123, ("lon", "missing"): 124}
    assert tried["devices"].taken == oddtown.DEVICES and tried["observations"].taken == 24 * oddtown.DEVICES


def test_check_sees_that_points_are_gcj02_and_times_name_no_zone(tried):
    told = " ".join(tried["cases"].hints)
    assert "GCJ-02" in told and "datum: gcj02" in told and "受理时间 name no zone" in told


def test_told_its_datum_every_good_row_is_taken(made, tmp_path):
    source = made.folder / "sources/cases.yaml"
    source.write_text(source.read_text().replace("      place:\n", "      place:\n        datum: gcj02\n"))
    cases = next(trial for trial in trials(known(read(made.folder))) if trial.dataset == "cases")
    assert (cases.taken, cases.rejected, cases.inside) == (oddtown.CASES, 3, (oddtown.CASES + 1, oddtown.CASES + 1))


def test_columns_align_whatever_letters_they_hold(made, tried):
    paper = StringIO()
    out = Console(file=paper, width=120)
    tell_tree(out, known(read(made.folder)))
    tell(out, tried["devices"])
    rows = [line for line in paper.getvalue().splitlines() if line.strip().startswith(("code", "name", "kind"))]
    assert len({cell_len(line[:line.index("100%")]) for line in rows if "100%" in line}) == 1


def test_a_table_that_repeats_its_districts_is_the_tree_where_nothing_else_is(tmp_path):
    places = [("东区" if n < 10 else "西区", "甲街道" if n % 2 else "乙街道") for n in range(20)]
    rows = "".join(f"C{n},2026-03-0{n % 9 + 1} 10:00,噪声,扰民,{','.join(place)}\n" for n, place in enumerate(places))
    made = drafted(tmp_path, 工单="工单编号,受理时间,问题类型,问题描述,所属区,所属街道\n" + rows)
    assert tree(made.folder) == [
        ("town", ""), ("东区", "town"), ("西区", "town"),
        ("东区/乙街道", "东区"), ("东区/甲街道", "东区"), ("西区/乙街道", "西区"), ("西区/甲街道", "西区")]
    (cases,) = trials(known(read(made.folder)))
    assert cases.rows == 20


def test_one_table_of_codes_and_parents_is_a_whole_tree(tmp_path):
    made = drafted(tmp_path, regions="code,name,parent\nC,Town,\nD1,North,C\nD2,South,C\nS1,Mill,D1\nS2,Hill,D2\n")
    assert tree(made.folder) == [("C", ""), ("D1", "C"), ("D2", "C"), ("S1", "D1"), ("S2", "D2")]


def test_without_any_regions_one_district_stands_for_the_city(tmp_path):
    made = drafted(tmp_path, tickets="case id,created,category,description,lon,lat\n" + "".join(
        f"{n},2026-03-01 10:{n:02d},noise,too loud,-9.1{n},38.7{n}\n" for n in range(30)))
    assert tree(made.folder) == [("town", ""), ("town-all", "town")]
    assert dict(made.taken) == {"tickets.csv": "cases → sources/tickets.yaml"}


def test_a_table_of_nothing_that_is_known_is_kept_with_its_columns(tmp_path):
    made = drafted(tmp_path, colours="hue,shine\n" + "1,2\n" * 30)
    assert "#   shine" in (made.folder / "sources/colours.yaml").read_text()
    assert list(trials(known(read(made.folder)))) == []


def test_a_pack_is_never_written_over_another_and_needs_a_plain_name(made, tmp_path):
    with pytest.raises(PackError, match="is there already"):
        make("oddtown", tmp_path, packs=made.folder.parent)
    with pytest.raises(PackError, match="is no name for a pack"):
        make("Odd Town", tmp_path)
    with pytest.raises(PackError, match="there is no folder"):
        make("other", tmp_path / "nowhere", packs=tmp_path)


def test_where_no_region_is_drawn_a_coordinate_does_not_keep_a_row_from_the_region_it_names(tmp_path):
    places = [f"-9.1{n},38.7{n},{'North' if n % 2 else 'South'}" for n in range(30)]
    rows = "".join(f"{n},2026-03-01 10:{n:02d},noise,too loud,{place}\n" for n, place in enumerate(places))
    made = drafted(tmp_path, tickets="case id,created,category,description,lon,lat,district\n" + rows)
    assert tree(made.folder) == [("town", ""), ("North", "town"), ("South", "town")]
    assert "Europe/Lisbon" in (made.folder / "city.yaml").read_text(), "the zone of the place where the points lie"
    (cases,) = trials(known(read(made.folder)))
    assert (cases.taken, cases.rejected) == (30, 0)


def test_shapes_that_name_the_level_above_give_it_and_say_where_the_city_is(tmp_path):
    """Four parts of two boroughs, in metres of UTM zone 33: the middle lies some 30 km from Berlin's."""
    shapes = [box(400_000 + n * 1000, 5_800_000, 401_000 + n * 1000, 5_801_000) for n in range(4)]
    table = geopandas.GeoDataFrame({
        "BEZ_NR": ["01", "01", "02", "02"], "BEZIRK": ["Mitte", "Mitte", "Hafen", "Hafen"],
        "OT_NR": ["011", "012", "021", "022"], "ORTSTEIL": ["Markt", "Dom", "Kai", "Werft"]}, geometry=shapes, crs=25833)
    (tmp_path / "files").mkdir()
    table.to_file(tmp_path / "files/ortsteile.gpkg")
    made = make("stadt", tmp_path / "files", packs=tmp_path)
    assert tree(made.folder) == [
        ("stadt", ""), ("01", "stadt"), ("02", "stadt"), ("011", "01"), ("012", "01"), ("021", "02"), ("022", "02")]
    there = known(read(made.folder))
    assert there.pack.time_zone == "Europe/Berlin"
    areas = there.survey.tree["area_km2"].round(1).tolist()
    assert areas == [4.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0], "a borough is its parts together"


def test_zeros_at_the_ends_of_codes_say_the_levels_of_a_table_of_all_divisions(tmp_path):
    rows = ("统计用区划代码,名称\n056129000000,青溪县\n056129101000,王泗镇\n056129101201,东岳村\n056129102000,安仁镇\n"
            "056129102202,桐林村\n")
    made = drafted(tmp_path, divisions=rows, events="事件编号,事件类别,事件描述,所属区划,上报时间\n" + "".join(
        f"E{at},垃圾,桶,56129101201,2024年3月12日14时5分\n" for at in range(30)))
    assert "parent: {lengths: [6, 9, 12]}" in (made.folder / "city.yaml").read_text()
    assert tree(made.folder) == [
        ("056129000000", ""), ("056129101000", "056129000000"), ("056129102000", "056129000000"),
        ("056129101201", "056129101000"), ("056129102202", "056129102000")]
    source = made.folder / "sources/events.yaml"
    source.write_text(source.read_text().replace("    map:\n", "    map:\n      place: {region: 所属区划}\n", 1))
    events = next(iter(trials(known(read(made.folder)))))
    assert (events.taken, events.rejected) == (0, 30) and any(hint.endswith("pad: 12") for hint in events.hints)
    source.write_text(source.read_text().replace("{region: 所属区划}", "{region: {column: 所属区划, pad: 12}}"))
    events = next(iter(trials(known(read(made.folder)))))
    assert (events.taken, events.rejected) == (30, 0) and not any("pad" in hint for hint in events.hints)


def test_a_missing_shape_does_not_keep_a_table_from_being_regions(tmp_path):
    (tmp_path / "files").mkdir()
    geopandas.GeoDataFrame({"ward_no": ["1", "2", "3", "4", "5", "6"]}, crs=4326, geometry=[
        *(box(at, 0, at + 1, 1) for at in range(5)), None]).to_file(tmp_path / "files/a.gpkg")
    assert dict(make("town", tmp_path / "files", packs=tmp_path).taken) == {"a.gpkg": "regions: street"}


def test_a_circle_among_regions_is_told_when_the_pack_is_drafted(tmp_path):
    made = drafted(tmp_path, regions="code,up,name\n1,,Town\n11,1,A\n12,1,B\n111,11,C\n31,32,X\n32,31,Y\n")
    assert any(note.endswith("a circle of parents: 31 → 32 → 31") for note in made.notes)


def test_places_that_readings_name_are_the_devices(tmp_path):
    readings = "time,PM2.5 / CZ-01,PM2.5 / CZ-02\n" + "".join(f"2024-03-05 {hour:02}:00,12,13\n" for hour in range(24))
    made = drafted(tmp_path, air=readings, points="label,longitude,latitude\nCZ-01,18.5,53.1\nCZ-02,18.6,53.1\n")
    assert dict(made.taken)["points.csv"] == "devices → sources/points.yaml"
    assert "code: label" in (made.folder / "sources/points.yaml").read_text()
