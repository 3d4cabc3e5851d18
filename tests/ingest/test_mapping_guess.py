"""What is guessed of files nobody described, and what looks wrong in them."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyproj import Transformer
from shapely import Point

from geo.datums import from_wgs84
from geo.strays import Box
from ingest.mapping import hints, units
from ingest.mapping.guess import guess, subjects
from ingest.mapping.hints import CityAround
from ingest.mapping.looks import looked_at
from ingest.mapping.regions import RegionIndex
from ingest.mapping.series import series
from ingest.mapping.spec import Mapping
from ingest.mapping.vocabulary import likeness, words
from ingest.rows import FIELDS, STEP

GUIYANG = CityAround(ZoneInfo("Asia/Shanghai"), Box(106.1, 26.1, 107.3, 27.4), RegionIndex(
    ["520100",
    "520102", "520103"], ["贵阳市", "南明区", "云岩区"], ["Guiyang", "Nanming", "Yunyan"], ["", "520100", "520100"], [0, 1, 1],
    ["city", "district"]))
MEXICO = CityAround(ZoneInfo("America/Mexico_City"), Box(-99.37, 19.05, -98.94, 19.6))
DENVER = CityAround(ZoneInfo("America/Denver"))
BERLIN = CityAround(ZoneInfo("Europe/Berlin"), Box(13.08, 52.33, 13.77, 52.68))
PARIS = CityAround(ZoneInfo("Europe/Paris"), Box(2.22, 48.81, 2.47, 48.91))
NEW_YORK = CityAround(ZoneInfo("America/New_York"), Box(-74.26, 40.49, -73.69, 40.92))
ROWS = 40

FILES: dict[str, tuple[CityAround, str, dict[str, list[Any]], dict[str, Any]]] = {
    "Chinese cases": (GUIYANG, "cases", {
        "工单编号": [f"G{at}" for at in range(ROWS)], "问题类型": ["噪声",
        "路面"] * 20, "问题描述": [f"路{at}" for at in range(ROWS)],
        "受理时间": ["2024年3月5日 14时05分"] * ROWS, "结案时间": ["2024年3月6日 14时05分"] * ROWS, "经度": ["106.71"] * ROWS,
        "纬度": ["26.58"] * ROWS, "所属区": ["云岩区", "南明"] * 20},
        {"columns": {"id": "工单编号", "class": "问题类型", "title": "问题描述", "reported_at": "受理时间"},
         "place": {"lon": "经度", "lat": "纬度", "region": {"column": "所属区", "by": "name"}}, "steps": {"closed": "结案时间"}}),
    "Spanish cases": (MEXICO, "cases", {
        "Folio": [str(at) for at in range(ROWS)], "Tipo de solicitud": ["bache", "luz"] * 20, "Descripción": ["x"] * ROWS,
        "Fecha de ingreso": [f"{at % 28 + 1:02d}/03/2024 10:00" for at in range(ROWS)], "Latitud": ["19,43"] * ROWS,
        "Longitud": ["-99,13"] * ROWS},
        {"columns": {"id": "Folio", "class": "Tipo de solicitud", "title": "Descripción",
                     "reported_at": {"column": "Fecha de ingreso", "format": "%d/%m/%Y %H:%M"}},
         "place": {"lon": {"column": "Longitud", "decimal": ","}, "lat": {"column": "Latitud", "decimal": ","}}}),
    "German cases": (BERLIN, "cases", {
        "Aktenzeichen": [str(at) for at in range(ROWS)], "Kategorie": ["Müll", "Lärm"] * 20, "Betreff": ["x"] * ROWS,
        "Eingangsdatum": ["05.03.2024 10:00"] * ROWS, "Rechtswert": ["389000"] * ROWS, "Hochwert": ["5819000"] * ROWS},
        {"columns": {"id": "Aktenzeichen", "class": "Kategorie", "title": "Betreff",
                     "reported_at": {"column": "Eingangsdatum", "format": "%d.%m.%Y %H:%M"}},
         "place": {"lon": "Rechtswert", "lat": "Hochwert", "crs": "EPSG:25833"}}),
    "French cases": (PARIS, "cases", {
        "Numéro": [str(at) for at in range(ROWS)], "Type de demande": ["bruit", "voirie"] * 20, "Objet": ["x"] * ROWS,
        "Date de création": ["2024-03-05T10:00:00+01:00"] * ROWS, "geo_point_2d": ["48.85, 2.35"] * ROWS},
        {"columns": {"id": "Numéro", "class": "Type de demande", "title": "Objet", "reported_at": "Date de création"},
         "place": {"point": "geo_point_2d", "order": "lat_lon"}}),
    "English observations": (NEW_YORK, "observations", {
        "station_id": ["a", "b"] * 20, "pollutant": ["pm25", "no2"] * 20, "timestamp": ["2024-03-05T10:00:00Z"] * ROWS,
        "reading (µg/m³)": ["1.5"] * ROWS},
        {"columns": {"device": "station_id", "property": "pollutant", "observed_at": "timestamp", "value": "reading (µg/m³)"}}),
    "German sensors, one a column": (BERLIN, "observations", {
        "Zeit": [f"01.11.26 {at % 24:02d}:00" for at in range(ROWS)],
        **{f"Messstelle 0{n} PM2.5 (µg/m³)": ["4,2"] * ROWS for n in (1, 2, 3)}},
        {"columns": {"observed_at": {"column": "Zeit", "format": "%d.%m.%y %H:%M"}, "property": {"value": "pm25"}},
         "long": {"pattern": r"^Messstelle (?P<device>.+?) PM2\.5 \(µg/m³\)$", "value": {"decimal": ","}}}),
    "Chinese sensors, one a column": (GUIYANG, "observations", {
        "监测时间": [f"2024-01-01 {at % 24:02d}:00" for at in range(ROWS)], "1号站_PM2.5": ["1.5"] * ROWS,
        "1号站_PM10": ["2"] * ROWS, "2号站_PM2.5": ["3"] * ROWS},
        {"columns": {"observed_at": "监测时间", "property": {"column": "@quantity", "table": {"PM2.5": "pm25", "PM10": "pm10"}}},
         "long": {"pattern": r"^(?P<device>.+?)_(?P<quantity>PM2\.5|PM10)$"}}),
    "weather, one quantity a column": (NEW_YORK, "observations", {
        "time_hour": [f"2024-01-01T{at % 24:02d}:00:00Z" for at in range(ROWS)], "station": ["JFK"] * ROWS,
        "temp": ["39.02"] * ROWS, "humid": ["59"] * ROWS},
        {"columns": {"device": "station", "observed_at": "time_hour"},
        "long": {"columns": {"temperature": "temp", "humidity": "humid"}}}),
    "German stations": (BERLIN, "devices", {
        "Messstelle": [f"{at:02d}" for at in range(ROWS)], "Name": ["x"] * ROWS, "Rechtswert": ["389000"] * ROWS,
        "Hochwert": ["5819000"] * ROWS},
        {"columns": {"code": "Messstelle", "name": "Name"},
        "place": {"lon": "Rechtswert", "lat": "Hochwert", "crs": "EPSG:25833"}}),
    "English devices": (NEW_YORK, "devices", {
        "sensor_id": [f"s{at}" for at in range(ROWS)], "sensor_type": ["air"] * ROWS, "name": ["x"] * ROWS,
        "lat": ["40.7"] * ROWS, "lon": ["-74"] * ROWS},
        {"columns": {"code": "sensor_id", "kind": "sensor_type", "name": "name"}, "place": {"lon": "lon", "lat": "lat"}}),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_s_mapping_is_guessed_by_names_and_cells(name: str) -> None:
    city, subject, columns, expected = FILES[name]
    frame = pd.DataFrame(columns, dtype=object)
    guessed = guess(frame, subject, city)
    assert guessed.mapping() == expected
    Mapping.model_validate(guessed.mapping())
    assert all(0.35 <= one.confidence <= 1 and one.reason for one in guessed.fields)
    assert subjects(frame, city)[0][0] == subject


def test_the_properties_that_a_wide_table_speaks_of_are_said() -> None:
    expected = {"German sensors, one a column": ("pm25",), "Chinese sensors, one a column": ("pm25", "pm10"),
                "weather, one quantity a column": ("temperature", "humidity"), "English observations": ()}
    for name, properties in expected.items():
        city, subject, columns, _ = FILES[name]
        guessed = guess(pd.DataFrame(columns, dtype=object), subject, city)
        assert set(guessed.said("property")) == set(properties)
        assert set(guessed.missing) <= {"device"}


def test_what_is_missing_and_what_is_left_over_is_told() -> None:
    city, _, columns, _ = FILES["Chinese cases"]
    frame = pd.DataFrame({**columns, "备注栏": ["x"] * ROWS}, dtype=object).drop(columns=["问题描述", "经度", "纬度", "所属区"])
    guessed = guess(frame, "cases", city)
    assert set(guessed.missing) == {"title", "channel", "place"}
    assert guessed.unused == ("备注栏",)


def test_a_date_that_could_be_either_way_round_is_unsure_and_follows_the_city() -> None:
    columns = {"id": [str(at) for at in range(ROWS)], "created date": ["05/03/2024"] * ROWS}
    for city, format_ in ((NEW_YORK, "%m/%d/%Y"), (PARIS, "%d/%m/%Y")):
        found = next(one for one in guess(pd.DataFrame(columns, dtype=object), "cases",
        city).fields if one.field == "reported_at")
        assert found.value == {"column": "created date", "format": format_}
        assert found.confidence < 0.5 and "no cell tells whether the day or the month comes first" in found.reason


def test_where_no_column_is_called_an_identity_the_first_whose_cells_all_differ_is_it_unsurely() -> None:
    frame = pd.DataFrame({"amount": [str(at + 0.5) for at in range(ROWS)], "matricule": [f"X{at}" for at in range(ROWS)],
                          "category": ["noise", "road"] * 20})
    (found,) = [one for one in guess(frame, "cases", PARIS).fields if one.field == "id"]
    assert (found.value, found.confidence) == ("matricule", 0.35)
    assert "all cells of matricule differ" in found.reason


def test_what_portals_put_around_a_name_does_not_count() -> None:
    assert likeness("name", "fields.nom") == likeness("name", "nom") > 0.9
    assert likeness("observed_at", "dateObserved.value") == likeness("observed_at", "dateObserved") > 0.9


def test_hours_as_the_french_write_them_are_times() -> None:
    frame = pd.DataFrame({"date de création": [f"2{at % 9}/10/2026 {at % 24:02d}h15" for at in range(ROWS)]})
    (found,) = [one for one in guess(frame, "cases", PARIS).fields if one.field == "reported_at"]
    assert found.value == {"column": "date de création", "format": "%d/%m/%Y %Hh%M"}


def test_names_fit_whole_before_in_part_and_remarks_in_brackets_do_not_count() -> None:
    assert likeness("value", "Value (µg/m³)") > 0.9 > likeness("value", "old value") > 0.5 > likeness("value", "valley")
    assert likeness("reported_at", "createdDate") > 0.9
    assert likeness("title", "问题描述") > likeness("title", "补充描述") > 0


def test_the_vocabulary_names_every_field_that_a_column_can_be() -> None:
    fields = {field.name for subject in FIELDS.values() for field in subject} | {field.name for field in STEP}
    assert fields - set(words()) == {"steps"}


SAMPLE = np.random.default_rng(7)
LON, LAT = SAMPLE.uniform(106.4, 106.9, 300), SAMPLE.uniform(26.3, 26.9, 300)


def codes(found: list[hints.Hint]) -> list[tuple[str, str | None]]:
    return [(hint.code, hint.yaml) for hint in found]


def test_swapped_and_missing_coordinates_are_hinted_at() -> None:
    assert codes(hints.of_places(LAT, LON, GUIYANG)) == [("swapped", "swap the columns of lon and lat")]
    assert codes(hints.of_places(LON, LAT, GUIYANG)) == []
    assert codes(hints.of_places(np.zeros(9), np.zeros(9), GUIYANG)) == [("zero", "nowhere: [[0, 0]]")]
    assert codes(hints.of_places(np.full(9, 73.9), np.full(9, 40.7), NEW_YORK)) == [("sign_lost", "lon: {column: …, scale: -1}")]


@pytest.mark.parametrize(("city", "crs", "lon", "lat"), [
    (GUIYANG, "EPSG:4545", LON, LAT), (GUIYANG, "EPSG:3857", LON, LAT),
    (NEW_YORK, "EPSG:2263", SAMPLE.uniform(-74.2, -73.7, 200), SAMPLE.uniform(40.5, 40.9, 200)),
    (BERLIN, "EPSG:25833", SAMPLE.uniform(13.1, 13.7, 200), SAMPLE.uniform(52.35, 52.65, 200)),
    (PARIS, "EPSG:2154", SAMPLE.uniform(2.25, 2.45, 200), SAMPLE.uniform(48.82, 48.9, 200)),
])
def test_projected_coordinates_are_recognised_by_the_city_that_they_must_lie_in(
    city: CityAround, crs: str, lon: np.ndarray, lat: np.ndarray
) -> None:
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    assert codes(hints.of_places(x, y, city)) == [("projected", f"crs: {crs}")]


def test_the_system_of_the_city_s_own_shapes_goes_before_one_that_fits_as_well() -> None:
    x, y = Transformer.from_crs(4326, 32648, always_xy=True).transform(LON, LAT)
    own = CityAround(GUIYANG.zone, GUIYANG.box, shapes=("EPSG:32648",))
    assert codes(hints.of_places(x, y, own)) == [("projected", "crs: EPSG:32648")]


def test_a_table_of_shapes_is_no_riddle() -> None:
    frame = pd.DataFrame({"id": ["1", "2"], "kind": ["a", "b"], "name": ["x", "y"], "geometry": [Point(1, 2), None]})
    assert guess(frame, "places", GUIYANG).mapping()["place"] == {"geometry": "geometry"}


def test_a_datum_is_told_only_when_points_agree_with_it_markedly_better() -> None:
    """The rows name the western or the eastern half of a town that is cut at 106.65°; GCJ-02 shifts some hundreds of metres."""
    west = LON < 106.65

    def fits(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return np.equal(lon < 106.65, west)

    near = 106.65 + (LON - 106.65) / 50
    west = near < 106.65
    shifted = from_wgs84(near, LAT, "gcj02")
    assert codes(hints.of_datum(*shifted, fits)) == [("datum", "datum: gcj02")]
    assert codes(hints.of_datum(near, LAT, fits)) == [("datum_unsaid", "datum: wgs84")]
    assert hints.of_datum(np.full(50, -74.0), np.full(50, 40.7), lambda lon, lat: lon < 0) == []


def test_times_without_a_zone_and_codes_without_their_zeros_are_hinted_at() -> None:
    assert codes(hints.of_times("t",
    pa.array(["2024-03-05 10:00", None]), ZoneInfo("Asia/Shanghai"))) == [("no_zone", "zone: Asia/Shanghai")]
    assert hints.of_times("t", pa.array(["2024-03-05T10:00:00Z"]), ZoneInfo("Asia/Shanghai")) == []
    assert codes(hints.of_codes("c", pa.array(["60101", "60102"]), ["060101", "060102"])) == [("zeros_lost", "pad: 6")]
    assert hints.of_codes("c", pa.array(["060101"]), ["060101", "060102"]) == []
    assert codes(hints.of_codes("zip", pa.array(["11207", "10001", "7030"]))) == [("zeros_lost", "pad: 5")]
    assert codes(hints.of_codes("c", pa.array(["60101"]), pd.Series(["060101"]))) == [("zeros_lost", "pad: 6")]
    assert hints.of_codes("n", pa.array(["1", "22", "30000", "07030"])) == []


def test_surveyors_coordinates_with_north_before_east_are_recognised_and_turned_round() -> None:
    east, north = Transformer.from_crs(4326, 25833, always_xy=True).transform(
        SAMPLE.uniform(13.1, 13.7, ROWS), SAMPLE.uniform(52.35, 52.65, ROWS))
    assert codes(hints.of_places(north, east, BERLIN)) == [
        ("projected_swapped", "swap the columns of lon and lat; crs: EPSG:25833")]
    frame = pd.DataFrame({"x": [f"{value:.2f}" for value in north], "y": [f"{value:.2f}" for value in east]})
    assert guess(frame, "cases", BERLIN).mapping()["place"] == {"lon": "y", "lat": "x", "crs": "EPSG:25833"}


def test_a_column_of_times_that_is_written_in_two_ways_gets_both_formats_and_figures_are_no_times() -> None:
    frame = pd.DataFrame({"created": ["05.03.2024 14:05"] * 30 + ["2024-03-05"] * 10,
                          "closed": ["25/12/2024"] * 39 + ["12/25/2024"], "date": ["16.9"] * 39 + ["17,9"]})
    looks = {one.name: one for one in looked_at(frame, BERLIN)}
    assert (looks["created"].format, looks["created"].also, looks["created"].timely) == ("%d.%m.%Y %H:%M", "iso", 1.0)
    assert (looks["closed"].format, looks["closed"].also) == ("%d/%m/%Y", None)
    assert looks["date"].format is None
    found = guess(frame, "cases", BERLIN).mapping()["columns"]["reported_at"]
    assert found == {"column": "created", "format": ["%d.%m.%Y %H:%M", "iso"]}


def test_columns_of_several_quantities_with_their_own_units_name_devices_whole() -> None:
    names = [f"{quantity} / CZ-{at:02}" for quantity in ("PM2,5 [µg/m³]", "Temperatura [°C]") for at in (1, 2)]
    made = series(names, [{}] * 4)
    assert made is not None and made.property == {"column": "@quantity", "table": {"PM2,5": "pm25", "Temperatura": "temperature"}}
    found = [re.fullmatch(made.long["pattern"], name) for name in names]
    assert [one and one["device"] for one in found] == ["CZ-01", "CZ-02"] * 2


def test_words_that_are_no_flags_are_no_guess_for_a_flag_and_a_title_that_is_often_blank_has_a_default() -> None:
    frame = pd.DataFrame({"状态": ["在线", "离线"] * 20})
    assert "enabled" not in {one.field for one in guess(frame, "devices", GUIYANG).fields}
    assert "enabled" in {one.field for one in guess(frame.assign(状态=["是", "否"] * 20), "devices", GUIYANG).fields}
    blank = pd.DataFrame({"标题": ["路灯", None] * 20})
    assert guess(blank, "cases", GUIYANG).mapping()["columns"]["title"] == {"column": "标题", "default": "–"}


def test_of_two_columns_with_the_same_days_the_one_with_the_time_of_day_is_taken() -> None:
    hours = [f"{1 + at % 12}:{at:02}:00 {'AM' if at % 2 else 'PM'}" for at in range(40)]
    days = [f"03/{1 + at % 28:02}/2024" for at in range(40)]
    later = [f"04/{1 + at % 28:02}/2024" for at in range(40)]
    frame = pd.DataFrame({"Case Created Date": days, "Agency": ["Parks", "Roads"] * 20,
                          "Case Created dttm": [f"{day} {hour}" for day, hour in zip(days, hours, strict=True)],
                          "Case Closed Date": later, "Updated": [f"05{day[2:]} 1:00:00 PM" for day in days]})
    steps = guess(frame, "cases", DENVER).mapping()
    taken = {"column": "Case Created dttm", "format": "%m/%d/%Y %I:%M:%S %p"}
    assert steps["columns"]["reported_at"] == taken
    assert steps["steps"]["reported"] == {**taken, "agency": "Agency"}
    assert steps["steps"]["closed"] == {"column": "Case Closed Date", "format": "%m/%d/%Y"}, "Updated has other days"


def test_titles_that_often_return_are_classes_of_cases_where_no_column_is_called_so() -> None:
    titles = pd.DataFrame({"Case Summary": ["Pothole", "Graffiti", "Noise", "Trash"] * 10})
    assert guess(titles, "cases", DENVER).mapping()["columns"]["class"] == "Case Summary"
    assert "class" not in guess(titles.assign(**{"Case Summary": [f"Hole {at}" for at in range(40)]}), "cases",
                                DENVER).mapping()["columns"]
    assert "class" not in guess(titles.assign(**{"Case Summary": "Pothole"}), "cases", DENVER).mapping()["columns"]


def test_a_code_that_could_be_seconds_since_1970_is_still_a_devices_code() -> None:
    for first in (1_301_000_000, 5_301_000_000):
        frame = pd.DataFrame({"设备编码": [str(first + at % 4) for at in range(40)], "监测时间": ["2026年11月24日 16时"] * 40,
                              "PM2.5": ["24"] * 40})
        assert guess(frame, "observations", GUIYANG).mapping()["columns"]["device"] == "设备编码"


def test_a_limit_that_is_a_moment_is_when_a_case_is_due() -> None:
    frame = pd.DataFrame({"受理时间": ["2026/10/31 08:45:00"] * 20, "办理时限": ["2026/11/03 08:45:00"] * 20})
    assert guess(frame, "cases", GUIYANG).mapping()["columns"]["due_at"] == "办理时限"
    assert "due_at" not in guess(frame.assign(办理时限="5个工作日"), "cases", GUIYANG).mapping()["columns"]


def test_cases_end_when_they_are_dealt_with_where_no_column_says_a_later_end() -> None:
    frame = pd.DataFrame({"受理时间": ["2026/10/31 08:45:00"] * 20, "办结时间": ["2026/11/03 08:45:00"] * 20})
    assert guess(frame, "cases", GUIYANG).mapping()["steps"] == {"disposed": "办结时间", "closed": "办结时间"}
    later = frame.assign(结案时间="2026/11/04 08:45:00")
    assert guess(later, "cases", GUIYANG).mapping()["steps"] == {"disposed": "办结时间", "closed": "结案时间"}


@pytest.mark.parametrize(("name", "unit"), [
    ("temperature_f", "°F"), ("air_temp_degC", "°C"), ("Temp (°F)", "°F"), ("wind_speed_mph", "mi/h"), ("dew_point_c", "°C"),
    ("temperature", None), ("template f", None), ("bus_f", None)])
def test_a_columns_name_says_its_unit_by_a_sign_or_plainly(name: str, unit: str | None) -> None:
    assert units.told(name) == unit
