"""A mistake in a pack is told by file, key and what was expected."""

import pytest

from ingest.load_city import read_classes
from ingest.load_tree import survey
from ingest.pack import PackError, read
from tests.ingest import hamlet


def changed(tmp_path, name, old, new):
    """The hamlet with one of its files changed."""
    folder = hamlet.write(tmp_path / "pack")
    content = (folder / name).read_text()
    assert old in content
    (folder / name).write_text(content.replace(old, new, 1))
    return folder


def test_the_hamlet_itself_is_in_order(tmp_path):
    pack = read(hamlet.write(tmp_path / "pack"))
    assert [level.key for level in pack.levels] == ["city", "district", "block"]
    assert len(survey(pack).tree) == 7
    assert [row["due_hours"] for row in read_classes(pack)] == [None, 24.0]


HEAT = {"key": "t", "zh": "温", "en": "T", "unit": "°C"}
SURVEY = {key: said for key, said in hamlet.CITY["sources"][0].items() if key != "datasets"}


def wall(address, seconds=30):
    """A wall with one scene."""
    return {"key": "main", "scenes": [{"address": address, "seconds": seconds}]}


@pytest.mark.parametrize(("changes", "says"), [
    ({"time_zone": "Mars/Olympus"}, r"city\.yaml, line 39: time_zone: 'Mars/Olympus' is no time zone; write one like Asia/Sh"),
    ({"rollup_level": 3}, r"line 38: rollup_level: 3 is not one of the 3 levels"),
    ({"colour": "blue"}, r"city\.yaml, line 2: colour: is not known here; is colours meant\?"),
    ({"mayor": "Li"}, r"mayor: is not known here; known: key, name, "),
    ({"levels": [{"key": "city", "zh": "全市", "en": "City"}]}, r"levels: List should have at least 2 items"),
    ({"properties": [{"key": "pm25", "zh": "PM2.5", "en": "PM2.5"}]}, r"properties\.0 \(pm25\)\.unit: is missing"),
    ({"properties": [HEAT | {"minimum": 3, "maximum": 2}]}, "minimum must lie below maximum"),
    ({"properties": [HEAT | {"watch": 3, "alarm": 2}]}, "alarm must lie beyond watch"),
    ({"sources": [SURVEY] * 2}, r"sources/0\.yaml, line 1: key: 'survey' is there more than once"),
    ({"sources": [SURVEY | {"kind": "rumour"}]}, r"sources/0\.yaml, line 2: kind: Input should be 'business', 'iot'"),
    ({"sources": hamlet.CITY["sources"][1:]}, "source 'survey' is used but not declared; declared: sensors"),
    ({"walls": [{"key": "main", "scenes": []}]}, r"walls\.0 \(main\)\.scenes: List should have at least 1 item"),
    ({"walls": [wall("/", seconds=1)]}, r"scenes\.0\.seconds: Input should be greater than or equal to 5"),
    ({"walls": [wall("https://elsewhere/")]}, r"scenes\.0\.address: String should match pattern"),
    ({"walls": [wall("/r/H1?w=5y")]}, r"address: .*w=5y is unknown; there are: 24h, 30d, 7d, today"),
    ({"walls": [wall("/?i=happiness")]}, r"address: .*i=happiness is unknown"),
    ({"walls": [wall("/?at=2026-03-04T12:00Z")]}, "at, lang and wall are not a scene's to say"),
    ({"walls": [wall("/"), wall("/")]}, r"walls: 'main' is there more than once"),
])
def test_a_wrong_key_is_told_with_what_was_expected(tmp_path, changes, says):
    with pytest.raises(PackError, match=says):
        read(hamlet.write(tmp_path / "pack", changes))


DATASET = {"key": "cases", "subject": "cases", "title": "工单", "read": {"path": "a.csv"},
           "map": {"columns": {"id": "N"}, "place": {"lon": "X", "lat": "Y"}}, "checks": [{"required": "id"}]}


@pytest.mark.parametrize(("changes", "says"), [
    ({"subject": "case"}, "line 13: datasets.0 [(]cases[)].subject: 'case' is no subject; there are: agencies, "),
    ({"read": {"path": "a.csv", "enconding": "gbk"}}, "line 1[0-9]: .*read.enconding: is not known here; is encoding meant[?]"),
    ({"map": {"columns": {"id": {"colum": "N"}}}}, "line 8: .*map.columns.id.colum: is not known here; is column meant[?]"),
    ({"map": {"columns": {"id": 5}}}, "line 7: .*map.columns.id: expected keys and values, found 5"),
    ({"map": {"place": {"lon": "X"}}}, "line 6: .*map.place: `lon` and `lat` come together"),
    ({"checks": [{"requird": "id"}]}, "line 3: .*checks.0: a check has exactly one of the keys required, type, range"),
    ({"checks": [{"range": "id", "min": "a"}]}, "line 3: .*checks.0.min: expected a number, unable to parse .*, found 'a'"),
])
def test_a_mistake_deep_in_a_source_is_told_by_its_line(tmp_path, changes, says):
    folder = hamlet.write(tmp_path / "pack", {"sources": [SURVEY | {"datasets": [DATASET | changes]}]})
    with pytest.raises(PackError, match=says):
        read(folder)


def test_every_mistake_is_told_at_once(tmp_path):
    with pytest.raises(PackError) as error:
        read(hamlet.write(tmp_path / "pack", {"colour": "blue", "name": {"fr": "Hameau"}}))
    assert len(str(error.value).splitlines()) == 2


def test_a_pack_that_is_not_there_or_is_no_yaml_is_told(tmp_path):
    with pytest.raises(PackError, match=r"no city pack 'atlantis'.*there are: .*newyork"):
        read("atlantis")
    with pytest.raises(PackError, match=r"city\.yaml, line \d+: city\.yaml is not YAML"):
        read(changed(tmp_path, "city.yaml", "key: hamlet", "key: [hamlet"))


def test_a_data_file_of_a_package_that_is_not_installed_is_told_by_the_packages_name(tmp_path):
    for key, says in (("package", "the package no_such_data is not"), ("npm", "the npm package no_such_data is not")):
        first, blocks = hamlet.CITY["tree"]["files"]
        files = [first, blocks | {"read": {key: "no_such_data", "path": "blocks.geojson"}}]
        pack = read(hamlet.write(tmp_path / key, {"tree": {"source": "survey", "files": files}}))
        with pytest.raises(PackError, match=says):
            pack.signature()


@pytest.mark.parametrize(("old", "new", "says"), [
    ("1,H2,H,", "1,H2,X,", "regions.csv, line 4: H2 names the parent 'X', which is nowhere"),
    ("1,H2,H,", "1,H2,H1,", "line 4: H2 [(]district[)] names the parent 'H1', which is a district and not a city"),
    ("1,H2,H,", "1,H1,H,", r"line 4: the code H1 stands there already \(regions.csv, line 3\)"),
    ("1,H2,H,", "8,H2,H,", "line 4: level '8' is none of 0, 1, 2, city, district, block; say in level.values"),
    ("1,H2,H,东区,East\n", "", r"H21 names the parent 'H2', which is nowhere\n.*H22 names the parent 'H2'"),
    ("name_zh", "name", r"line \d+: tree.files.0.name: .* no column 'name_zh' \(is 'name' meant\?\); it has"),
    ("0,H,,小村,Hamlet\n", "0,H,,小村,Hamlet\n0,G,,大村,Great\n", "expected one city, found 2: H, G"),
])
def test_a_tree_that_does_not_hang_together_is_told_by_its_lines(tmp_path, old, new, says):
    with pytest.raises(PackError, match=says):
        survey(read(changed(tmp_path, "regions.csv", old, new)))


def test_a_scene_of_a_region_that_is_not_there_is_told_by_its_wall(tmp_path):
    folder = hamlet.write(tmp_path / "pack", {"walls": [wall("/r/H9?w=7d")]})
    with pytest.raises(PackError, match=r"walls \(main\): /r/H9\?w=7d: no region has the code 'H9'"):
        survey(read(folder))
    assert len(survey(read(hamlet.write(tmp_path / "other", {"walls": [wall("/r/H11"), wall("/") | {"key": "all"}]}))).tree) == 7


@pytest.mark.parametrize(("old", "new", "says"), [
    ("pothole,road", "pothole,street", "line 3: parent_code 'street' must stand on an earlier line"),
    ("24", "a day", "line 3: due_hours must be a number of hours or empty, found 'a day'"),
    ("due_hours", "hours", "expected the columns code, parent_code"),
])
def test_a_wrong_case_class_is_told_by_its_line(tmp_path, old, new, says):
    with pytest.raises(PackError, match=says):
        read_classes(read(changed(tmp_path, "classes.csv", old, new)))


def test_the_signature_changes_with_the_packs_own_files(tmp_path):
    first = read(hamlet.write(tmp_path / "pack")).signature()
    assert read(tmp_path / "pack").signature() == first
    assert read(changed(tmp_path, "regions.csv", "West", "East")).signature() != first
