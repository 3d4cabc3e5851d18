"""Readings whose devices no table lists, choices that no cell fits, and what a KML tells in its balloons."""

from pathlib import Path

import yaml

from ingest.pack import read
from ingest.scaffold.making import Made, make
from ingest.trial.known import known
from ingest.trial.sample import trials
from readers.balloons import pairs
from readers.opening import open_tables
from readers.spec import Read

WARDS = "code,name\n" + "".join(f"{n},Ward {name}\n" for n, name in enumerate(("North", "South", "East", "West"), 1))
WELLS = "deviceId,deviceName,lng,lat,ts,waterLevel,battery\n" + "".join(
    f"W{n % 3},Well {n % 3},12.{n % 3}1,48.1,2026-11-0{n % 9 + 1} 08:00,{n / 10},{90 - n}\n" for n in range(30))
BEACH = ("Station Name,Measurement Timestamp,Air Temperature,Wet Bulb Temperature,Humidity,Interval Rain,Precipitation Type\n"
         ) + "".join(f"{('Oak', 'Foster')[n % 2]},11/{n % 20 + 1:02d}/2026 0{n % 9 + 1}:00:00 AM,{n / 2},{n / 3},60,0,0\n"
                     for n in range(40))
ONE = "From Date,To Date,PM2.5 (ug/m3),NO2 (ug/m3)\n" + "".join(
    f"2026-11-{n + 1:02d} 07:00,2026-11-{n + 1:02d} 08:00,{n + 20},{n + 5}\n" for n in range(20))
SHOPS = "ID,LEGAL NAME,STATE,CITY,LICENSE STATUS,DATE ISSUED,LATITUDE,LONGITUDE\n" + "".join(
    f"{n},Shop {n} Inc,IL,TOWN,AAI,2025-01-02,48.1,12.{n}\n" for n in range(10, 40))
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>"""
PLACED = """<Placemark id="ID_{0}"><name>{0}</name><description><![CDATA[<html><table><tr><td>Wards</td></tr><tr><td>
<table><tr><td>Ward_No</td><td>{0}</td></tr><tr><td>Ward_Name</td><td>Ward &amp; {0}</td></tr></table></td></tr></table></html>]]>
</description><Point><coordinates>{0},1</coordinates></Point></Placemark>"""


def drafted(folder: Path, **files: str) -> Made:
    (folder / "files").mkdir()
    for name, text in {"wards": WARDS, **files}.items():
        (folder / f"files/{name}.csv").write_text(text, encoding="utf-8")
    return make("town", folder / "files", packs=folder)


def told(made: Made) -> dict[tuple[str, str], tuple[int, int]]:
    """How many rows of each dataset are taken and rejected."""
    return {(trial.subject, trial.table.partition("/")[2] or trial.table): (trial.taken, trial.rejected)
            for trial in trials(known(read(made.folder)))}


def test_readings_that_say_where_their_devices_stand_are_their_register_too(tmp_path: Path) -> None:
    found = told(drafted(tmp_path, wells=WELLS))
    assert found["observations", "wells.csv"] == (60, 0), "two readings a row"
    assert ("devices", "wells.csv") in found


def test_readings_are_no_register_though_their_file_speaks_of_sensors(tmp_path: Path) -> None:
    made = drafted(tmp_path, **{"Beach_Weather_Stations_-_Automated_Sensors": BEACH})
    assert told(made)["observations", "Beach_Weather_Stations_-_Automated_Sensors.csv"] == (200, 0)
    assert {one.key for one in read(made.folder).properties} >= {"temperature", "humidity", "Wet Bulb Temperature"}
    assert told(made)["devices", "devices.csv"] == (2, 0), "nothing lists Oak and Foster: they are in the city as a whole"


def test_a_file_of_one_station_is_taken_for_one_device(tmp_path: Path) -> None:
    found = told(drafted(tmp_path, site_1392=ONE))
    assert found["observations", "site_1392.csv"] == (40, 0) and found["devices", "devices.csv"] == (1, 0)


def test_a_column_whose_words_a_field_does_not_know_is_not_taken_for_it(tmp_path: Path) -> None:
    made = drafted(tmp_path, Business_Licenses=SHOPS)
    source = yaml.safe_load((made.folder / "sources/business-licenses.yaml").read_text(encoding="utf-8"))
    assert source["datasets"][0]["subject"] == "enterprises"
    assert source["datasets"][0]["map"]["columns"]["status"] == {"value": "active"}, "IL and AAI are no states of a firm"


def test_the_table_in_a_balloon_is_read_as_columns(tmp_path: Path) -> None:
    (tmp_path / "wards.kml").write_text(KML.format("".join(map(PLACED.format, range(1, 4)))), encoding="utf-8")
    frame = next(next(iter(open_tables(Read(path="wards.kml"), tmp_path))).frames(10)).rows
    assert list(frame["Ward_No"]) == ["1", "2", "3"] and frame["Ward_Name"].iloc[1] == "Ward & 2"


def test_a_description_that_is_no_table_of_names_and_values_stays_as_it_is() -> None:
    assert pairs("A market &amp; a school") == {}
    assert pairs("<![CDATA[<table><tr><td>a</td><td>b</td><td>c</td></tr></table>]]>") == {}
    assert pairs("&lt;tr&gt;&lt;td&gt;Zone:&lt;/td&gt;&lt;td&gt;North&lt;/td&gt;&lt;/tr&gt;") == {"Zone": "North"}


def test_steps_of_which_only_the_day_is_told_are_not_refused_on_the_day_of_the_report(tmp_path: Path) -> None:
    days = [f"{n % 28 + 1:02d}-10-2026" for n in range(40)]
    rows = "".join(f"C{n},{day},0{n % 9 + 1}:15 PM,Road damage,Ward North,{day}\n" for n, day in enumerate(days))
    made = drafted(tmp_path, complaints="Complaint No.,Date of Complaint,Time,Nature of Complaint,Ward,Disposal Date\n" + rows)
    mapping = read(made.folder).sources[0].datasets[0].map
    assert mapping.steps is not None and mapping.steps.order == "mark"
    assert told(made)["cases", "complaints.csv"] == (40, 0)


def test_a_house_number_is_no_identity_by_which_cases_overwrite_each_other(tmp_path: Path) -> None:
    rows = "".join(f"{n % 28 + 1:02d}/10/2026 08:{n % 60:02d}:00,Buraco,Rua A,{n % 30},Ward North\n" for n in range(60))
    made = drafted(tmp_path, solicitacoes="Data de abertura,Assunto,Logradouro,Número,Bairro\n" + rows)
    source = yaml.safe_load((made.folder / "sources/solicitacoes.yaml").read_text(encoding="utf-8"))
    assert source["datasets"][0]["map"]["columns"]["id"] == {"join": ["@table", "@line"], "with": ":"}
