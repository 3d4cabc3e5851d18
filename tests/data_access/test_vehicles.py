"""Vehicles on the map and in their drawer: who is heard, who is late, who is gone."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.tiles import Address, Tiles, UnknownTile, versions
from data_access.vehicles import Stock, UnknownVehicle, fleet, stock, vehicle
from tests.conftest import NOON
from tests.vector_tile import Feature, decode

# number, longitude, minutes since it was heard, seconds late, bearing, taken back
FLEET = ((1, 0.0010, 1, 301, 90, False), (2, 0.0011, 2, 300, None, False), (3, 0.0200, 4, 900, 180, False),
         (4, 0.0205, 10, 0, 0, False), (5, 0.0210, 1, 0, 0, True))


@pytest.fixture(scope="module")
def tiles(engine: Engine, town: City) -> Tiles:
    """Five buses: one just over five minutes late, one just not, one not heard for four minutes, one for ten, one taken back."""
    assert "vehicle" not in versions(engine, NOON)
    assert fleet(engine, NOON).ids.tolist() == []
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO batch (source_id, door, origin, subject) VALUES (1, 'http', '', 'vehicles')"))
        for number, lon, minutes, delay, bearing, gone in FLEET:
            connection.execute(text("""
                INSERT INTO vehicle (vehicle_id, source_id, external_id, observed_at, region_id, geom, line, headsign, bearing,
                    delay_s, at_stop, placed_by_stop, gone, batch_id, row_no)
                VALUES (:id, 1, :id, :at, 8, ST_SetSRID(ST_MakePoint(:lon, 0.001), 4326), '12', 'Harbour', :bearing, :delay,
                        false, false, :gone, 1, :id)"""), {
                "id": number, "at": NOON - timedelta(minutes=minutes), "lon": lon, "bearing": bearing, "delay": delay,
                "gone": gone})
        connection.execute(text("""
            INSERT INTO feed (source_id, subject, taken, rejected, last_received_at) VALUES (1, 'vehicle', 5, 0, :at)"""),
            {"at": NOON})
    return Tiles(engine, town)


def features(tiles: Tiles, z: int, version: str = "1") -> list[Feature]:
    """The vehicles of the tile that begins at longitude 0, north of the equator."""
    tile = Address("vehicle", z, (1 << z) // 2, (1 << z) // 2 - 1)
    return next(iter(decode(tiles.draw(tile, version, NOON)).values()), [])


def test_near_by_every_vehicle_says_how_it_stands_and_old_ones_are_stale_and_then_gone(tiles: Tiles) -> None:
    assert {(one.properties["id"], one.properties["state"]) for one in features(tiles, 14)} == {
        ("1", "late"), ("2", "running"), ("3", "stale")}
    first = next(one.properties for one in features(tiles, 14) if one.properties["id"] == "1")
    assert first == {"id": "1", "state": "late", "n": 1, "line": "12", "headsign": "Harbour", "bearing": 90, "delay": 301,
                     "at": int(NOON.timestamp()) - 60}


def test_far_out_one_stands_for_those_in_its_square_and_says_how_many_they_are(tiles: Tiles) -> None:
    """At zoom 8 a square is a twenty-third of a degree wide: all three are in it; the late one draws the eye most."""
    assert [one.properties for one in features(tiles, 8)] == [{"state": "late", "n": 3}]


def test_the_past_has_no_vehicles_and_what_is_no_zoom_of_theirs_is_told(tiles: Tiles) -> None:
    assert tiles.draw(Address("vehicle", 13, 4096, 4095), f"at-{int(NOON.timestamp()):x}-0", NOON) == b""
    with pytest.raises(UnknownTile):
        tiles.draw(Address("vehicle", 5, 16, 15), "1", NOON)


def test_the_tiles_are_asked_for_anew_with_each_batch_and_each_half_minute(tiles: Tiles, engine: Engine) -> None:
    now = [versions(engine, NOON + timedelta(seconds=seconds))["vehicle"] for seconds in (0, 29, 30)]
    assert now[0] == now[1] != now[2]


def test_the_key_counts_those_on_the_map_of_its_region(tiles: Tiles, engine: Engine) -> None:
    assert stock(engine, tiles.city.codes["T11"], NOON) == Stock(3, simulated=False)
    assert stock(engine, tiles.city.codes["T2"], NOON) == Stock(0, simulated=False)


def test_a_vehicle_tells_what_it_is_and_how_it_stands(tiles: Tiles, engine: Engine) -> None:
    states = [vehicle(engine, number).state(NOON) for number in (1, 2, 3, 4, 5)]
    assert states == ["late", "running", "stale", None, None]
    found = vehicle(engine, 1)
    assert (found.line, found.headsign, found.trace.row_no) == ("12", "Harbour", 1)
    with pytest.raises(UnknownVehicle):
        vehicle(engine, 99)


def test_a_full_city_is_thinned_so_that_its_tiles_stay_small(tiles: Tiles, engine: Engine) -> None:
    places = np.random.default_rng(1).random((5000, 2))
    many = replace(fleet(engine, NOON).only(np.zeros(5000, np.int64), places), places=places)
    shown, n = many.thinned(32)
    assert len(shown.ids) <= 32 * 32 and n.sum() == 5000
