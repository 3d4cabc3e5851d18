"""The simulator's small tables, and where each pack's places are."""

import csv

import numpy as np
import pytest

from simulate import case_rows, cases, pack
from simulate.hotline import TOPICS
from simulate.moments import DAY
from simulate.pack import TABLES, BadPack
from simulate.world import World


def test_seventy_classes_share_out_one(city: World) -> None:
    assert len(city.pack.classes) == 70
    assert sum(kind.share for kind in city.pack.classes) == pytest.approx(1.0)
    assert city.pack.hour_of_week.sum() == pytest.approx(1.0)
    assert city.pack.channel_share.sum() == pytest.approx(1.0)


def test_every_class_has_a_parent_two_names_and_is_used_once() -> None:
    with (TABLES / "case_classes.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    codes = [row["code"] for row in rows]
    parents = {row["code"] for row in rows if not row["parent_code"]}
    assert len(codes) == len(set(codes)) == 70 + len(parents)
    assert all(row["parent_code"] in parents for row in rows if row["parent_code"])
    for name in ("name_zh", "name_en"):
        names = [row[name] for row in rows]
        assert all(names) and len(names) == len(set(names))


def test_every_topic_and_agency_is_known(city: World) -> None:
    assert {kind.topic for kind in city.pack.classes} <= set(TOPICS)
    assert {kind.agency for kind in city.pack.classes} <= {agency.code for agency in city.pack.agencies}
    assert {agency.borough for agency in city.pack.agencies} - {None} == set(city.pack.boroughs)


def test_known_figures_of_boston() -> None:
    pothole = next(kind for kind in pack.load("newyork").classes if kind.name == "Pothole")
    assert (pothole.close_hours, pothole.due_hours, pothole.on_time) == ((0.76, 22.83, 104.0), 48.0, 0.825)


def test_a_pack_that_cannot_be_simulated_says_so() -> None:
    with pytest.raises(BadPack, match="nowhere"):
        pack.load("nowhere")


def test_neighbourhoods_have_names_and_lots_lie_in_the_city(city: World) -> None:
    places = city.places
    assert "Greenpoint" in places.name
    assert len(places) == 855_552
    lots = places.sites(np.arange(len(places)))
    assert all(-74.3 < lot["lon"] < -73.6 and 40.4 < lot["lat"] < 41.0 for lot in lots)
    assert places.weight.sum() == pytest.approx(1.0)


def test_a_city_without_coordinates_is_simulated_by_the_codes_of_its_regions(guiyang: World) -> None:
    """1,629 villages and committees in 146 streets, all of them of Guiyang: 5201…"""
    places = guiyang.places
    assert (len(places), len(places.name)) == (1_629, 146)
    assert {len(site["region"]) for site in places.sites(np.arange(len(places)))} == {12}
    assert {site["region"][:4] for site in places.sites(np.arange(len(places)))} == {"5201"}
    assert set(places.borough) == set(guiyang.pack.boroughs)
    drawn = cases.draw(guiyang, 20_500)
    row = case_rows.case_rows(guiyang, drawn, drawn.day * DAY, drawn.day * DAY + 3600 * 12, steps_until=None)[0]
    assert "lon" not in row and row["region"].startswith("5201") and "，" in row["title"]


def test_noon_is_noon_in_a_city_that_borrows_another_ones_weather(city: World, guiyang: World) -> None:
    """New York's 17:00 UTC is Guiyang's 04:00 UTC: both are local noon in winter."""
    here, there = city.weather, guiyang.weather
    noon = np.array([1_768_928_400])                       # 2026-01-20 17:00 UTC
    assert there.at(there.temperature, noon - 13 * 3600) == pytest.approx(here.at(here.temperature, noon))
