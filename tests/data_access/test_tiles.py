"""Tiles of Smalltown: blocks of 0.01 degrees along the equator, east of the prime meridian."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text

from data_access import engine as engines
from data_access.buildings import Stock, stock
from data_access.city import City
from data_access.engine import DataUnavailable
from data_access.tiles import (
    Address,
    Tiles,
    UnknownTile,
    finest,
    gathered_by,
    instant,
    picked,
    region_version,
    region_zooms,
    versions,
)
from data_access.tiles.cases import gathering_level
from data_access.tiles.devices import ALARM, OFFLINE, WATCH, Oddities
from indicators.filters import sieve
from indicators.scope import Filter
from tests.conftest import NOON
from tests.vector_tile import Feature, decode

HUGE = 2**62 + 1                        # beyond what a browser's number holds


@pytest.fixture(scope="module")
def tiles(engine: Engine, town: City) -> Tiles:
    """Smalltown with six cases, three devices and five lots at places known by heart.

    In block T111: three cases within a metre, overdue since 2 hours, and one due in an hour; in block T222,
    far east: one without haste and one closed. Devices beside them: one in alarm, one silent, one well.
    """
    with engine.begin() as connection:
        for number, (lon, due, closed) in enumerate([
            (0.0010000, -2, None), (0.0010001, -2, None), (0.0010002, -2, None), (0.0011, 1, None),
            (0.0750000, 30, None), (0.0751, 30, -1),
        ]):
            connection.execute(text("""
                INSERT INTO city_case (case_id, source_id, external_id, class_code, channel, title, region_id, geom,
                                       reported_at, batch_id, row_no, due_at, state_at, closed_at)
                VALUES (:id, 1, :id, 'pothole', 'web', 'x', 8, ST_SetSRID(ST_MakePoint(:lon, 0.001), 4326),
                        :reported, 1, 1, :due, :reported, :closed)"""), {
                "id": HUGE + number, "lon": lon, "reported": NOON - timedelta(hours=9), "due": NOON + timedelta(hours=due),
                "closed": None if closed is None else NOON + timedelta(hours=closed)})
        for code, lon, silent, value in [("D1", 0.002, 1, 200), ("D2", 0.0025, 600, 10), ("D3", 0.003, 1, 10)]:
            connection.execute(text("""
                WITH made AS (
                    INSERT INTO device (code, source_id, kind, name, region_id, geom, interval_s, last_at)
                    VALUES (:code, 2, 'air', :code, 8, ST_SetSRID(ST_MakePoint(:lon, 0.001), 4326), 60, :heard)
                    RETURNING device_id)
                INSERT INTO latest_observation SELECT device_id, 1, :heard, :value FROM made"""), {
                "code": code, "lon": lon, "heard": NOON - timedelta(minutes=silent), "value": value})
        for number, lon in enumerate([0.0010, 0.0010, 0.0011, 0.03, 0.07]):
            connection.execute(text("""
                INSERT INTO place (place_id, source_id, external_id, kind, name, region_id, geom, batch_id, row_no)
                VALUES (:id, 1, :id, 'lot', '', 8, ST_SetSRID(ST_MakePoint(:lon, 0.001), 4326), 1, 1)"""), {
                "id": HUGE + number, "lon": lon})
    return Tiles(engine, town)


def test_the_largest_buildings_stand_with_their_heights_and_a_tile_stays_small(tiles: Tiles, engine: Engine) -> None:
    """At zoom 14 a pixel is 9.6 m: a hall of 111 m is drawn, a hut of 2 m only at 16; 1,600 round houses are too many."""
    assert "building" not in versions(engine, NOON)
    assert tiles.draw(Address("building", *around(14)), "1", NOON) == b""
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO building (building_id, source_id, external_id, height_m, region_id, geom, batch_id, row_no)
            SELECT n, 1, n, height, 8, ST_Multi(ST_MakeEnvelope(x, y, x + wide, y + wide, 4326)), 1, n
              FROM (VALUES (1, 42.5, 0.001, 0.001, 0.001), (2, 3, 0.003, 0.001, 0.00002)) AS one(n, height, x, y, wide)"""))
        connection.execute(text("""
            INSERT INTO feed (source_id, subject, taken, rejected, last_received_at) VALUES (1, 'building', 2, 0, :at)"""),
            {"at": NOON})
    assert versions(engine, NOON)["building"] == f"{int(NOON.timestamp() * 1000):x}"
    assert [one.properties for one in features(tiles, "building", *around(14))] == [{"height": 42.5}]
    assert [one.properties["height"] for one in features(tiles, "building", *around(16))] == [42.5, 3]
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO building (building_id, source_id, external_id, height_m, region_id, geom, batch_id, row_no)
            SELECT 100 + i * 100 + j, 1, '', 9, 8,
                   ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(0.0005 * i, 0.0005 * j), 4326), 0.0002)), 1, 1
              FROM generate_series(1, 40) AS i, generate_series(1, 40) AS j"""))
    assert stock(engine, tiles.city.codes["T1"]) == Stock(1602, simulated=False)
    assert stock(engine, tiles.city.codes["T2"]) == Stock(0, simulated=False)
    drawn = tiles.draw(Address("building", *around(14)), "1", NOON)
    assert 20_000 < len(drawn) < 75_000
    assert {"height": 42.5} in [one.properties for one in features(tiles, "building", *around(14))]
    with pytest.raises(UnknownTile):
        tiles.draw(Address("building", *around(13)), "1", NOON)


def features(tiles: Tiles, layer: str, z: int, x: int, y: int, version: str = "1") -> list[Feature]:
    """The features of a tile's only layer."""
    return next(iter(decode(tiles.draw(Address(layer, z, x, y), version, NOON)).values()), [])


def around(z: int) -> tuple[int, int, int]:
    """The tile at a zoom that begins at longitude 0, north of the equator."""
    return z, (1 << z) // 2, (1 << z) // 2 - 1


def test_a_region_s_tile_says_who_it_is_and_reaches_over_its_square(tiles: Tiles, town: City) -> None:
    found = features(tiles, "region-1", *around(13))
    assert [(f.identity, f.properties["code"], f.properties["name_zh"], f.properties["name_en"]) for f in found] == [
        (town.region("T1").region_id, "T1", "甲T1", "Area T1"), (town.region("T2").region_id, "T2", "甲T2", "Area T2")]
    width = 360 / 2**13
    x = [corner[0] for corner in found[0].corners]
    assert min(x) == 0
    assert max(x) == pytest.approx(0.04 / width * 2048, abs=1)


def test_every_level_has_tiles_within_its_zooms_and_none_outside(tiles: Tiles, town: City) -> None:
    for level in range(4):
        first, last = region_zooms(town, level)
        assert len(features(tiles, f"region-{level}", *around(last))) >= 1
        for z in (first - 1, last + 1):
            with pytest.raises(UnknownTile):
                tiles.draw(Address(f"region-{level}", *around(z)), "1", NOON)


@pytest.mark.parametrize("address", [
    Address("region-9", 13, 4096, 4095), Address("region-", 13, 0, 0), Address("region--1", 13, 0, 0),
    Address("roads", 13, 0, 0), Address("case", 17, 0, 0), Address("case", 13, 9000, 0),
])
def test_what_is_no_layer_no_zoom_or_no_place_is_refused(tiles: Tiles, address: Address) -> None:
    with pytest.raises(UnknownTile):
        tiles.draw(address, "1", NOON)


def test_far_from_the_city_a_tile_is_empty_without_asking_the_database(town: City) -> None:
    unreachable = engines.create("postgresql://nobody@127.0.0.1:1/none", statement_timeout_ms=100)
    assert Tiles(unreachable, town).draw(Address("case", 13, 0, 0), "1", NOON) == b""
    with pytest.raises(DataUnavailable):
        Tiles(unreachable, town).draw(Address("case", *around(13)), "1", NOON)
    unreachable.dispose()


def test_cases_that_would_overlap_are_one_mark_with_their_number(tiles: Tiles) -> None:
    marks = {(f.properties["state"], f.properties["n"]) for f in features(tiles, "case", *around(16))}
    assert marks == {("overdue", 3), ("due_soon", 1)}


def test_a_single_case_carries_its_number_whole_and_how_late_it_is(tiles: Tiles) -> None:
    single = next(f for f in features(tiles, "case", *around(16)) if f.properties["n"] == 1)
    assert single.properties["case_id"] == str(HUGE + 3)
    assert single.properties["late"] == -60
    a_degree = 2**16 / 360 * 4096
    assert single.corners[0] == pytest.approx((0.0011 * a_degree, 4096 - 0.001 * a_degree), abs=1)


def test_far_out_a_region_has_one_mark_of_its_late_cases_and_one_of_those_due_soon_at_its_name(tiles: Tiles, town: City) -> None:
    """At zoom 9 a street of 2.2 km would be 8 units across, so marks are the city's; its name stands at longitude 0.04."""
    marks = features(tiles, "case", *around(9))
    assert [(f.properties["state"], f.properties["n"], f.properties["region"]) for f in marks] == [
        ("due_soon", 1, "T"), ("overdue", 3, "T")]
    assert {f.corners[0] for f in marks} == {(round(0.04 * 2**9 / 360 * 4096), round(4096 - 0.005 * 2**9 / 360 * 4096))}
    assert marks[0].properties["name_en"] == town.root.name.en


def test_marks_gather_by_the_finest_regions_that_are_wide_enough(town: City) -> None:
    """Smalltown: 8 km² in 1, 2, 4 and 8 regions, so 2.8, 2, 1.4 and 1 km across; a unit is 76 m at zoom 10, 19 m at 12."""
    assert [gathering_level(town, z) for z in (9, 10, 11, 12)] == [0, 0, 2, 3]


def test_marks_gather_by_no_finer_regions_than_their_version_says(tiles: Tiles) -> None:
    """At zoom 11 there is room for streets; a map that is coloured by districts asks for its marks by district."""
    def regions(version: str) -> set[int]:
        return {len(f.properties["region"]) - 1 for f in features(tiles, "case", *around(11), version)}

    assert regions("1") == {2}
    assert [regions(gathered_by("1", level)) for level in (0, 1, 2, 3)] == [{0}, {1}, {2}, {2}]
    filters = (Filter("class", ("pothole",)),)
    version = gathered_by(versions(tiles.engine, NOON, None, filters)["case"], 1)
    assert regions(version) == {1} and finest(version) == 1 and picked(version, NOON) == sieve(filters, NOON)


def test_near_by_the_worst_stands_for_its_square(tiles: Tiles) -> None:
    nearer = [(f.properties["state"], f.properties["n"]) for f in features(tiles, "case", *around(12))]
    assert sorted(nearer) == [("open", 1), ("overdue", 3)]


def test_a_case_is_in_exactly_one_tile_so_that_tiles_add_up(tiles: Tiles) -> None:
    z, x, y = around(13)
    both = [sum(f.properties["n"] for f in features(tiles, "case", z, x + step, y)) for step in (-1, 0, 1, 2)]
    assert both == [0, 4, 1, 0]


def test_a_past_instant_shows_the_cases_that_were_open_then(tiles: Tiles) -> None:
    z, x, y = around(13)
    past = f"at-{int((NOON - timedelta(hours=2, minutes=30)).timestamp()):x}-0"
    marks = [(f.properties["state"], f.properties["n"]) for f in features(tiles, "case", z, x, y, past)]
    assert marks == [("open", 1), ("due_soon", 3)]
    assert [f.properties["n"] for f in features(tiles, "case", z, x + 1, y, past)] == [2]
    assert tiles.draw(Address("device", z, x, y), past, NOON) == b""


def test_devices_are_told_by_their_health_and_the_well_ones_only_near_by(tiles: Tiles) -> None:
    near = {(f.properties["code"], f.properties["health"], f.properties["kind"]) for f in features(tiles, "device", *around(16))}
    assert near == {("D1", "alarm", "air"), ("D2", "offline", "air"), ("D3", "ok", "air")}
    assert sorted(str(f.properties["health"]) for f in features(tiles, "device", *around(9))) == ["alarm", "offline"]


def test_the_heat_counts_every_open_case_once_where_its_square_s_cases_lie(tiles: Tiles) -> None:
    assert sorted(f.properties["n"] for f in features(tiles, "heat", *around(12))) == [1, 4]
    z, x, y = around(14)
    assert sum(f.properties["n"] for step in range(-1, 5) for f in features(tiles, "heat", z, x + step, y)) == 5
    middle = next(f for f in features(tiles, "heat", *around(12)) if f.properties["n"] == 4)
    assert middle.corners[0][0] == pytest.approx((3 * 0.0010001 + 0.0011) / 4 * 2**12 / 360 * 4096, abs=1)


def test_lots_are_counted_far_out_and_single_near_by(tiles: Tiles) -> None:
    assert sorted(f.properties["n"] for f in features(tiles, "lot", *around(11))) == [1, 1, 3]
    z, x, y = around(16)
    ids = [str(f.properties.get("id")) for f in features(tiles, "lot", z, x, y)]
    assert sorted(ids) == [str(HUGE), str(HUGE + 1), str(HUGE + 2)]


def test_the_regions_version_changes_with_a_name_and_with_nothing_else(town: City) -> None:
    from dataclasses import replace

    from indicators.text import Text

    assert region_version(town) == region_version(replace(town))
    renamed = {**town.regions, 1: replace(town.regions[1], name=Text("新名", "New name"))}
    assert region_version(replace(town, regions=renamed)) != region_version(town)


def test_versions_move_with_new_cases_and_with_the_clock(engine: Engine, tiles: Tiles) -> None:
    before = versions(engine, NOON)
    assert versions(engine, NOON + timedelta(seconds=10)) == before
    later = versions(engine, NOON + timedelta(seconds=40))
    assert later["device"] != before["device"] and later["case"] == before["case"]
    assert versions(engine, NOON + timedelta(seconds=70))["case"] != before["case"]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO feed (source_id, subject, last_received_at) VALUES (1, 'case', :at)"), {"at": NOON})
    assert versions(engine, NOON)["case"] != before["case"]


def test_filtered_tiles_hold_what_the_filters_let_through(engine: Engine, tiles: Tiles) -> None:
    z, x, y = around(13)
    with engine.begin() as connection:
        connection.execute(text("UPDATE city_case SET class_code = 'noise' WHERE case_id = :id"), {"id": HUGE + 1})
    for filters, counts in (((Filter("class", ("noise",)),), [("overdue", 1)]),
                            ((Filter("class", ("pothole",)),), [("due_soon", 1), ("overdue", 2)]),
                            ((Filter("state", ("due_soon",)), Filter("channel", ("web",))), [("due_soon", 1)]),
                            ((Filter("agency", ("A1",)),), [])):
        version = versions(engine, NOON, None, filters)["case"]
        found = features(tiles, "case", z, x, y, version)
        assert sorted((f.properties["state"], f.properties["n"]) for f in found) == counts
        assert sum(f.properties["n"] for f in features(tiles, "heat", z, x, y, version)) == sum(n for _, n in counts)
        past = versions(engine, NOON, NOON - timedelta(hours=2, minutes=30), filters)["case"]
        assert instant(past) == NOON - timedelta(hours=2, minutes=30)
    overdue = versions(engine, NOON, None, (Filter("class", ("noise",)),))["case"]
    assert [f.properties["n"] for f in features(tiles, "case", *around(9), overdue)] == [1]
    with engine.begin() as connection:
        connection.execute(text("UPDATE city_case SET class_code = 'pothole' WHERE case_id = :id"), {"id": HUGE + 1})


def test_each_filter_has_a_version_of_its_own_and_devices_know_of_none(engine: Engine) -> None:
    one, other = (versions(engine, NOON, None, (Filter("class", (code,)),)) for code in ("noise", "pothole"))
    assert len({one["case"], other["case"], versions(engine, NOON)["case"]}) == 3
    assert one["device"] == versions(engine, NOON)["device"] and one["lot"] == versions(engine, NOON)["lot"]


def test_the_past_has_one_version_that_tells_its_instant(engine: Engine) -> None:
    at = NOON - timedelta(days=3)
    told = versions(engine, NOON, at)["case"]
    assert told == versions(engine, NOON + timedelta(hours=1), at)["case"]
    assert instant(told) == at
    assert instant("0-17c") is None
    assert instant("at-zz") is None


def test_devices_in_one_square_of_a_tile_are_one_mark_for_each_rank_at_the_place_of_the_one_farthest_east() -> None:
    """Of two squares across: in the north-west two silent ones and an alarm, in the south-east one silent; a watched one is
    not meant far out."""
    places = np.array([[0.1, 0.1], [0.4, 0.2], [0.2, 0.3], [0.9, 0.8], [0.6, 0.1]])
    ranks = np.array([OFFLINE, OFFLINE, ALARM, OFFLINE, WATCH])
    odd = Oddities(np.arange(5), places, ranks, np.array(list("abcde"), dtype=object), np.array(["gas"] * 5, dtype=object))
    marks, n = odd.gathered(2, OFFLINE)
    told = [(rank, code, tuple(place), int(count)) for rank, code, place, count in
            zip(marks.ranks.tolist(), marks.codes.tolist(), marks.places.tolist(), n, strict=True)]
    assert told == [(OFFLINE, "b", (0.4, 0.2), 2), (OFFLINE, "d", (0.9, 0.8), 1), (ALARM, "c", (0.2, 0.3), 1)]


def test_where_nothing_is_wrong_there_is_no_mark() -> None:
    none = np.array([], dtype=np.int64)
    odd = Oddities(none, np.empty((0, 2)), none, np.array([], dtype=object), np.array([], dtype=object))
    marks, n = odd.gathered(8, OFFLINE)
    assert len(marks.ids) == len(n) == 0
