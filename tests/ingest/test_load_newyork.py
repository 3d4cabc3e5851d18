"""The New York pack on the real packages: the tree, its decisions, and what the files mean."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from ingest.load_city import read_classes
from ingest.load_tree import survey
from ingest.pack import Dataset, Pack, read
from ingest.pack.files import found
from readers.opening import open_tables

STRIP_M = 20  # neighbours were drawn separately: their common border is what lies this close
METRES_PER_DEGREE = np.array([111_320 * np.cos(np.radians(40.7)), 111_320])
SQUARE_FEET_PER_KM2 = 0.3048006**2 / 1e6

MEANING = {
    "census_population": ["Total population"],
    "age_under_18": ["Under 18 years"],
    "age_65_plus": ["65 years and over"],
    "foreign_born": ["Foreign born"],
    "poverty": ["Below 100 percent of the poverty level"],
    "poverty_base": ["Population for whom poverty status is determined"],
    "households": ["Total households"],
    "one_person_households": ["1-person households"],
    "renters": ["Occupied households paying rent"],
    "no_vehicle": ["No vehicle available for household"],
    "snap_households": ["Households with Food Stamp/SNAP benefits in the past 12 months"],
    "no_internet": ["Total households", "-Households with a broadband Internet subscription"],
    "labour_force": ["In the labor force"],
    "unemployed": ["Unemployed"],
    "adults_25_plus": ["Population 25 years and over"],
    "bachelor": ["Bachelor's degree", "Graduate or professional degree"],
    "population_5_plus": ["Population 5 years and over"],
    "limited_english": ['Speak English less than "very well"'],
    "workers": ["Workers 16 years and over"],
    "commute_transit": ["Take public transit to work"],
    "work_from_home": ["Work from home"],
    "insurance_base": ["Civilian noninstitutionalized population"],
    "uninsured": ["No health insurance coverage"],
    "disability": ["With a disability"],
}
EARLIER = {"age_under_18": ["Total population", "-18 years and over"]}  # 2011 and 2016 publish no count of the young


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read("newyork")


@pytest.fixture(scope="module")
def tree(pack) -> pd.DataFrame:
    return survey(pack).tree


@pytest.fixture(scope="module")
def tracts(pack) -> list[dict[str, Any]]:
    features = json.loads(found(pack.folder, pack.tree.files[1].read)[0].read_text())["features"]
    return [feature["properties"] for feature in features]


def test_the_tree_has_5_boroughs_59_districts_262_neighbourhoods_and_2325_tracts(tree):
    assert tree["level"].value_counts().sort_index().tolist() == [1, 5, 59, 262, 2325]


def test_every_code_is_unique_and_every_region_hangs_on_one_a_level_up(tree):
    assert tree["code"].is_unique
    level = dict(zip(tree["code"], tree["level"], strict=True))
    assert (tree["level"][1:] - tree["parent"][1:].map(level) == 1).all()


def test_areas_add_up_and_are_those_of_the_survey(tree, tracts):
    assert tree.groupby("level")["area_km2"].sum().to_numpy() == pytest.approx(782.557, abs=0.001)
    surveyed = {tract["geoid"]: tract["shape_area"] * SQUARE_FEET_PER_KM2 for tract in tracts}
    leaves = tree[tree["level"] == 4]
    assert leaves["area_km2"].to_numpy() == pytest.approx(leaves["code"].map(surveyed).to_numpy(), rel=2e-3)


def test_every_shape_is_valid_and_holds_its_label(tree):
    assert shapely.is_valid(tree["geom"].to_numpy()).all()
    assert shapely.contains(tree["geom"].to_numpy(), tree["label_point"].to_numpy()).all()


def test_a_neighbourhood_of_a_district_hangs_on_the_district_of_its_number(tree):
    neighbourhoods = tree[tree["level"] == 3]
    ordinary = neighbourhoods["code"].str[2:4].astype(int) <= 18
    assert (neighbourhoods["parent"] == neighbourhoods["code"].str[:4])[ordinary].all()
    assert (~ordinary).sum() == 18


def test_a_park_or_airport_between_districts_hangs_on_the_one_of_its_borough_with_the_longest_border(tree):
    parents = dict(zip(tree["code"], tree["parent"], strict=True))
    shapes = {code: shapely.transform(shape, lambda xy: xy * METRES_PER_DEGREE)
              for code, shape, level in zip(tree["code"], tree["geom"], tree["level"], strict=True) if level == 3}
    own: dict[str, list[Any]] = {}
    for code, shape in shapes.items():
        if int(code[2:4]) <= 18:
            own.setdefault(code[:4], []).append(shape)
    districts = {code: shapely.union_all(members) for code, members in own.items()}
    for code in (code for code in shapes if int(code[2:4]) > 18):
        strip = shapes[code].buffer(STRIP_M)
        near = {other: (strip.intersection(shape.boundary).length, -strip.distance(shape))
                for other, shape in districts.items() if other[:2] == code[:2]}
        assert parents[code] == max(sorted(near), key=near.__getitem__), code


def test_marble_hill_and_rikers_island_follow_their_neighbourhood_and_not_their_county(tree):
    parents = dict(zip(tree["code"], tree["parent"], strict=True))
    assert parents["36061030900"] == "BX0802"   # New York County, in the Bronx's Kingsbridge-Marble Hill
    assert parents["36005000100"] == "QN0151"   # Bronx County, in Queens' Rikers Island


def test_names_are_in_both_languages_where_they_are_known_and_never_empty(tree):
    assert (tree["name_zh"] != "").all() and (tree["name_en"] != "").all()
    names = dict(zip(tree["code"], zip(tree["name_zh"], tree["name_en"], strict=True), strict=True))
    assert names["nyc"] == ("纽约市", "New York City")
    assert names["QN"] == ("皇后区", "Queens")
    assert names["BX05"] == ("布朗克斯 05", "Bronx 05")
    assert names["QN0707"] == ("法拉盛－威利茨角", "Flushing-Willets Point")
    assert names["36005001901"] == ("普查区 19.01", "Tract 19.01")


def dataset(pack: Pack, source: str, key: str) -> Dataset:
    """A dataset of the pack."""
    return next(one for one in pack.source(source).datasets if one.key == key)


def whole(pack: Pack, one: Dataset) -> pd.DataFrame:
    """A dataset's only table."""
    (table,) = open_tables(one.read, pack.folder)
    return pd.concat([frame.rows for frame in table.frames(500_000)])


def columns_of(one: Dataset) -> dict[str, list[str]]:
    """The columns that each figure of a wide table is made of."""
    assert one.map.long is not None and one.map.long.columns is not None
    return {key: list(value.sum or [value.column or ""]) for key, value in one.map.long.columns.items()}


FIGURES = {2011: "figures-2011", 2016: "figures-2016", 2023: "figures-2023"}


def test_each_statistic_is_made_of_columns_that_mean_it_in_that_year(pack):
    """The survey's codes move: DP05_0021E is 65 and over until 2016, and 18 and over in 2023."""
    published = {period: dataset(pack, "councilcount", key) for period, key in FIGURES.items()}
    told = {key for one in published.values() for key in columns_of(one) if not key.startswith("income_")}
    assert told == set(MEANING)
    for period, one in published.items():
        (place,) = found(pack.folder, one.read)
        dictionary = pd.read_csv(place.with_name(f"data_dictionary_{period}.csv"), dtype=str)
        words = dict(zip(dictionary["estimate_var_code"], dictionary["estimate_description"], strict=True))
        for key, columns in columns_of(one).items():
            meant = EARLIER.get(key, MEANING.get(key)) if period < 2023 else MEANING.get(key)
            said = [column[:-len(column.lstrip("-"))] + words[column.lstrip("-")] for column in columns]
            assert meant is None or said == meant, (key, period)
        (median,) = one.medians.values()
        classes = [words[columns_of(one)[key][0]] for key in median.keys]
        bounds = [0, *(float(text.split("$")[1].split()[0].replace(",", "")) for text in classes[1:])]
        assert bounds == median.bounds


def test_no_column_of_a_statistic_is_empty_or_zero_everywhere(pack):
    for key in FIGURES.values():
        one = dataset(pack, "councilcount", key)
        table = whole(pack, one)
        for name, columns in columns_of(one).items():
            for column in columns:
                assert pd.to_numeric(table[column.lstrip("-")], errors="coerce").max() > 0, (key, name)


def test_each_hour_of_weather_is_there_once_in_utc_though_the_clock_showed_one_hour_twice(pack):
    table = whole(pack, dataset(pack, "airport_weather", "weather"))
    assert not table.duplicated(["origin", "time_hour"]).any()
    shown = table[table.duplicated(["origin", "year", "month", "day", "hour"])]
    assert shown["origin"].tolist() == ["EWR", "JFK", "LGA"]
    assert shown[["month", "day", "hour"]].to_numpy().tolist() == [["11", "3", "1"]] * 3


def test_every_flights_utc_hour_is_the_local_hour_of_its_schedule(pack):
    table = whole(pack, dataset(pack, "flights", "flights"))
    local = pd.to_datetime(table["time_hour"], utc=True).dt.tz_convert(pack.time_zone)
    for part in ("year", "month", "day", "hour"):
        assert (getattr(local.dt, part) == table[part].astype(int)).all(), part
    assert (table["hour"].astype(int) * 100 + table["minute"].astype(int) == table["sched_dep_time"].astype(int)).all()


def test_every_file_is_there_and_every_case_class_too(pack):
    assert all(found(pack.folder, one.read) for source in pack.sources for one in source.datasets)
    assert len(read_classes(pack)) > 20
    assert [source.network for source in pack.sources] == [source.simulated for source in pack.sources]
