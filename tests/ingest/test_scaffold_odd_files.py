"""Folders in which not everything drawn is a region, devices go by other names, and files bear the same name."""

from pathlib import Path

import geopandas
import pytest
from shapely.geometry import Point, box

from ingest.pack import PackError, read
from ingest.scaffold.making import Made, make
from ingest.scaffold.regions import wordy
from ingest.scaffold.sources import slugs
from ingest.trial.known import known
from ingest.trial.report import Trial
from ingest.trial.sample import trials

QUARTERS = [box(2.0 + n * 0.01, 48.0, 2.01 + n * 0.01, 48.01) for n in range(4)]
READINGS = "".join(f"2026-03-01 {hour:02d}:00,{hour},{hour + 1}\n" for hour in range(24))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Four quarters side by side, six parks in them, stations by their names, an office's list of firms."""
    folder = tmp_path_factory.mktemp("folder")
    files = folder / "files"
    (files / "firms/2026").mkdir(parents=True)
    geopandas.GeoDataFrame({"id": list("abcd"), "label": ["Nord", "Sud", "Est", "Ouest"]}, geometry=QUARTERS, crs=4326).to_file(
        files / "zones.gpkg")
    parks = [Point(2.005 + n * 0.007, 48.005).buffer(0.001) for n in range(6)]
    labels = [f"park {letter}" for letter in "uvwxyz"]
    geopandas.GeoDataFrame({"id": range(6), "label": labels}, geometry=parks, crs=4326).to_file(files / "green.fgb")
    (files / "stations.csv").write_text("station id,name,type,lon,lat\n7,River,air,2.005,48.005\n8,Hill,air,2.015,48.005\n")
    (files / "air.csv").write_text(f"time,River PM10,Hill PM10\n{READINGS}")
    (files / "firms/2026/list.csv").write_text("register number,company name,industry,state,founded,lon,lat\n" + "".join(
        f"F{n},Firm {n},trade,{'Gelöscht' if n % 2 else 'aktiv'},2019-05-{n + 1:02d},2.01,48.005\n" for n in range(20)))
    return make("town", files, packs=folder)


@pytest.fixture(scope="module")
def tried(made: Made) -> dict[str, Trial]:
    return {trial.source: trial for trial in trials(known(read(made.folder)))}


def test_areas_that_divide_a_city_among_them_are_regions_and_parks_are_places(made):
    assert dict(made.taken)["zones.gpkg"] == "regions: district"
    assert dict(made.taken)["green.fgb"] == "places → sources/green.yaml"


@pytest.mark.parametrize(("cell", "name"), [
    ("1er arrondissement", True), ("Ward 12", True), ("JD0012", False), ("420102", False)])
def test_a_name_may_hold_a_number_and_a_code_letters(cell, name):
    assert wordy(cell) == name


def test_areas_that_a_table_writes_as_text_draw_its_regions(tmp_path):
    """As portals export boundaries: a CSV whose the_geom holds WKT."""
    rows = "".join(f'0{n},"{shape.wkt}",Ward {n} North\n' for n, shape in enumerate(QUARTERS))
    (tmp_path / "files").mkdir()
    (tmp_path / "files/wards.csv").write_text(f"ward_id,the_geom,name\n{rows}")
    made = make("town", tmp_path / "files", packs=tmp_path)
    assert dict(made.taken) == {"wards.csv": "regions: street"}
    tree = known(read(made.folder)).survey.tree
    assert tree["code"].tolist() == ["town", "00", "01", "02", "03"] and tree["geom"].notna().all()
    wards = made.folder / "data/wards.csv"
    wards.write_text(wards.read_text().replace("POLYGON ((", "POLYGON ((x", 1))
    with pytest.raises(PackError, match=r"wards\.csv, line \d: the_geom is no shape such as POLYGON"):
        known(read(made.folder))


def test_devices_take_the_name_that_their_readings_call_them_by(made, tried):
    assert "code: name" in (made.folder / "sources/stations.yaml").read_text()
    assert (tried["air"].taken, tried["air"].rejected) == (48, 0)


def test_a_reading_of_a_device_that_no_file_gives_is_told_before_anything_is_loaded(made):
    source = made.folder / "sources/stations.yaml"
    before = source.read_text()
    source.write_text(before.replace("code: name", "code: station id"))
    try:
        air = next(trial for trial in trials(known(read(made.folder))) if trial.source == "air")
    finally:
        source.write_text(before)
    assert (air.taken, air.rejected) == (0, 48)
    assert [(why.field, why.code, why.text) for why in air.reasons] == [
        ("device", "unknown_device", "the pack has no device 'Hill'")]


def test_words_that_cities_write_for_a_state_become_the_states_there_are(made, tried):
    firms = next(trial for source, trial in tried.items() if trial.subject == "enterprises")
    assert (firms.taken, firms.rejected) == (20, 0)
    assert "table: {aktiv: active, Gelöscht: closed}" in (made.folder / "sources/list.yaml").read_text()


def test_against_a_row_that_the_pack_leaves_out_nothing_more_is_said(made):
    source = made.folder / "sources/list.yaml"
    before = source.read_text()
    source.write_text(before.replace("    map:\n", "    map:\n      skip_when: [{column: company name, is: [Firm 3]}]\n"))
    firms = made.folder / "data/firms/2026/list.csv"
    rows = firms.read_text()
    firms.write_text(rows.replace("F3,Firm 3,trade,Gelöscht", ",Firm 3,,"))
    try:
        trial = next(trial for trial in trials(known(read(made.folder))) if trial.subject == "enterprises")
    finally:
        source.write_text(before)
        firms.write_text(rows)
    assert (trial.taken, trial.rejected) == (19, 1)
    assert [(why.code, why.line) for why in trial.reasons] == [("skipped", 5)]


def test_a_source_is_called_by_its_file_and_by_its_folder_where_that_is_taken():
    assert list(slugs(Path("Air/examples/example.json.csv"))) == ["example", "examples-example", "air-examples-example"]
    assert list(slugs(Path("air/监测.csv"))) == []
