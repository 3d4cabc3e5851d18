"""The small tables of the New York pack."""

import csv

import pytest

from simulate import pack
from simulate.hotline import TOPICS
from simulate.pack import PACKS, BadPack
from simulate.world import World


def test_seventy_classes_share_out_one(city: World) -> None:
    assert len(city.pack.classes) == 70
    assert sum(kind.share for kind in city.pack.classes) == pytest.approx(1.0)
    assert city.pack.hour_of_week.sum() == pytest.approx(1.0)
    assert city.pack.channel_share.sum() == pytest.approx(1.0)


def test_every_class_has_a_parent_two_names_and_is_used_once() -> None:
    with (PACKS / "newyork" / "case_classes.csv").open(encoding="utf-8") as lines:
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
    assert len(places.lon) == 855_552
    assert places.lon.min() > -74.3 and places.lon.max() < -73.6 and places.lat.min() > 40.4 and places.lat.max() < 41.0
    assert places.weight.sum() == pytest.approx(1.0)
