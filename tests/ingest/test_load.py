"""A pack goes in whole, adds up, can be stopped and run again, and loses no row silently."""

import json
import stat
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from ingest import changes, load_dataset, tokens
from ingest.load import load_pack
from ingest.load_city import OtherCity
from ingest.load_tree import OtherTree
from ingest.progress import Progress
from tests.ingest import hamlet


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return hamlet.write(tmp_path_factory.mktemp("packs") / "hamlet")


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def loaded(engine, folder, var):
    """The hamlet after both stages; its history was stopped once on the way, in the middle of a file."""
    load_pack(engine, folder, stage="basics", var=var)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_dataset, "PART_CELLS", 2 * 8)  # two rows of lots or flights
        with pytest.raises(KeyboardInterrupt):
            load_pack(engine, folder, stage="history", progress=stop_in_the_lots, var=var)
        load_pack(engine, folder, stage="history", var=var)
    return engine


def stop_in_the_lots(progress):
    if progress.key == "load:survey:lots" and progress.done >= 4:
        raise KeyboardInterrupt


def rows(engine, statement, **bound):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement), bound)]


def figures(engine, key):
    return dict(rows(engine, "SELECT code, value FROM statistic JOIN region USING (region_id) WHERE key = :key", key=key))


def test_the_tree_has_every_level_and_each_leaf_knows_all_its_ancestors(loaded):
    assert rows(loaded, "SELECT level, count(*) FROM region GROUP BY 1 ORDER BY 1") == [(0, 1), (1, 2), (2, 4)]
    assert rows(loaded, """
        SELECT a.code FROM region r JOIN region_ancestor USING (region_id) JOIN region a ON a.region_id = ancestor_id
         WHERE r.code = 'H12' ORDER BY a.level""") == [("H",), ("H1",), ("H12",)]


def test_a_region_is_the_union_of_its_children_and_its_label_lies_inside(loaded):
    assert rows(loaded, "SELECT code FROM region WHERE NOT ST_Covers(geom, label_point) OR NOT ST_IsValid(geom)") == []
    assert rows(loaded, """
        SELECT p.code FROM region p JOIN region c ON c.parent_id = p.region_id
         GROUP BY p.region_id
        HAVING NOT ST_Equals(p.geom, ST_Union(c.geom)) OR abs(p.area_km2 - sum(c.area_km2)) > 1e-9""") == []


def test_published_figures_add_up_and_a_gap_is_no_zero(loaded):
    """H1: 20 + 10; H2 counted no children, so it has no sum, and the city is what is known of it."""
    assert figures(loaded, "people") == {"H1": 30, "H": 30}
    assert figures(loaded, "adults_only") == {"H1": 20, "H": 20}


def test_a_median_is_taken_from_the_classes_of_its_own_level(loaded):
    """The city: 4, 4 and 9 of 17; the 8.5th is beyond 200, the open class, so it has no median either."""
    assert figures(loaded, "median_income") == {"H1": 125}


def test_a_figure_does_not_exist_below_the_level_that_the_source_gives(loaded):
    assert rows(loaded, """
        SELECT DISTINCT level FROM statistic JOIN region USING (region_id) WHERE key = 'people' ORDER BY 1""") == [(0,), (1,)]


def test_lines_of_figures_that_belong_nowhere_or_come_twice_are_kept_whole(loaded):
    assert rows(loaded, """
        SELECT row_no, reasons -> 0 ->> 'code', row ->> 'district' FROM reject
         WHERE dataset = 'survey/figures' ORDER BY 1""") == [
        (4, "repeated", "H1"), (5, "unknown_region", "H9")]


def test_a_figure_speaks_of_its_year_until_the_citys_last_second(loaded):
    assert rows(loaded, "SELECT last_at FROM feed WHERE subject = 'statistic:people'") == [
        (datetime(2021, 1, 1, 4, 59, 59, tzinfo=UTC),)]


def test_people_of_lots_are_added_up_in_the_leaf_that_the_file_names(loaded):
    """H11: 3.5 + 1 + 9, H12: 2; H22: Low 1, 2, 3, 5; Low 4 names no leaf."""
    assert figures(loaded, "population") == {"H11": 13.5, "H12": 2, "H22": 4, "H1": 15.5, "H2": 4, "H": 19.5}
    assert rows(loaded, "SELECT row_no, reasons -> 0 ->> 'code' FROM reject WHERE dataset = 'survey/residents'") == [
        (9, "unknown_region")]


def test_every_figure_is_traced_to_its_file_and_a_published_one_to_its_line(loaded):
    assert rows(loaded, """
        SELECT r.code, b.origin, s.row_no FROM statistic s JOIN region r USING (region_id) JOIN batch b USING (batch_id)
         WHERE s.key = 'people' ORDER BY r.level DESC""") == [("H1", "figures.csv", 2), ("H", "figures.csv", 0)]


def test_lots_are_where_they_lie_or_in_the_nearest_leaf_but_not_a_kilometre_off(loaded):
    assert dict(rows(loaded, "SELECT external_id, code FROM place JOIN region USING (region_id)")) == {
        "High-1": "H11", "High-2": "H12", "High-3": "H21", "Low-1": "H22", "Low-4": "H22"}


def test_every_lot_of_the_file_is_either_a_place_or_a_reject_with_its_reason_and_its_whole_row(loaded):
    kept = rows(loaded, """
        SELECT row_no, reasons -> 0 ->> 'code', row ->> 'homes' FROM reject WHERE dataset = 'survey/lots' ORDER BY 1""")
    taken = [line for (line,) in rows(loaded, "SELECT row_no FROM place ORDER BY 1")]
    # line 5 says High-1 again, in another part than line 2
    assert kept == [(5, "repeated", "9"), (7, "outside_city", "1"), (8, "missing", "1"), (10, "type", "x, y")]
    assert taken == [2, 3, 4, 6, 9]
    assert rows(loaded, "SELECT sum(taken), sum(seen), sum(rejected), sum(marked) FROM batch WHERE subject = 'places'") == [
        (5, 0, 4, 1)]
    assert rows(loaded, "SELECT row_no, reasons -> 0 ->> 'code' FROM mark") == [(6, "near_region")]


def test_a_flight_keeps_its_utc_instant_across_both_clock_changes(loaded):
    assert rows(loaded, "SELECT external_id, scheduled_at, departure_delay_min FROM flight ORDER BY 1") == [
        ("AA-1-2013-03-10T06:00:00Z", datetime(2013, 3, 10, 6, 30, tzinfo=UTC), -3),
        ("AA-2-2013-03-10T07:00:00Z", datetime(2013, 3, 10, 7, 15, tzinfo=UTC), 20),
        ("AA-3-2013-11-03T05:00:00Z", datetime(2013, 11, 3, 5, tzinfo=UTC), None),
        ("AA-4-2013-11-03T06:00:00Z", datetime(2013, 11, 3, 6, tzinfo=UTC), None)]


def test_a_flight_from_outside_the_city_belongs_to_the_city_and_one_from_inside_to_its_leaf(loaded):
    found = rows(loaded, "SELECT DISTINCT origin, code FROM flight JOIN region USING (region_id) ORDER BY 1")
    assert found == [("IN", "H12"), ("OUT", "H")]


def test_flights_are_rolled_up_once_on_the_citys_days(loaded):
    """Two on 10 March and two on 3 November in the city; the one from outside counts for the city alone."""
    counted = rows(loaded, """
        SELECT code, day::text, n FROM rollup_day JOIN region USING (region_id) JOIN metric USING (metric_id)
         WHERE metric.key = 'flight_scheduled' ORDER BY code, day""")
    assert counted == [("H", "2013-03-10", 2), ("H", "2013-11-03", 2), ("H1", "2013-03-10", 1), ("H1", "2013-11-03", 2)]


def test_weather_comes_in_metric_units_and_an_impossible_value_does_not_take_its_neighbours_along(loaded):
    assert rows(loaded, """
        SELECT d.code, p.key, value FROM observation JOIN device d USING (device_id) JOIN property p USING (property_id)
         ORDER BY d.code, observed_at, p.key""") == [
        ("weather:IN", "temperature", 0), ("weather:IN", "wind_speed", 4.4704), ("weather:IN", "temperature", 10),
        ("weather:IN", "wind_speed", 0.447), ("weather:OUT", "wind_speed", 8.9408)]
    # line 4 gives the wind that line 3 could not, but another temperature
    assert rows(loaded, """
        SELECT row_no, reasons -> 0 ->> 'code' FROM reject WHERE dataset = 'survey/weather' ORDER BY 1""") == [
        (3, "range"), (4, "conflict"), (6, "unknown_device")]


def test_devices_of_an_archive_are_switched_off(loaded):
    assert rows(loaded, "SELECT code, enabled, last_at FROM device ORDER BY 1") == [
        ("weather:IN", False, datetime(2013, 11, 3, 6, tzinfo=UTC)), ("weather:OUT", False, datetime(2013, 11, 3, 5, tzinfo=UTC))]


def test_each_job_ends_finished_at_its_total(loaded):
    assert rows(loaded, "SELECT job_key, done, total, finished_at IS NOT NULL FROM job ORDER BY 1") == [
        ("load:basics", 4, 4, True), ("load:survey:figures", 4, None, True), ("load:survey:flights", 6, None, True),
        ("load:survey:lots", 9, None, True), ("load:survey:residents", 9, 9, True), ("load:survey:stations", 2, None, True),
        ("load:survey:weather", 5, None, True)]


def test_the_stopped_load_left_no_index_missing(loaded):
    assert rows(loaded, "SELECT count(*) FROM pg_indexes WHERE indexname = 'place_geom'") == [(1,)]


def test_running_both_stages_again_changes_nothing(loaded, folder, var):
    before = rows(loaded, "SELECT max(batch_id), (SELECT count(*) FROM place), (SELECT sum(taken) FROM feed) FROM batch")
    reports: list[Progress] = []
    load_pack(loaded, folder, stage="basics", progress=reports.append, var=var)
    load_pack(loaded, folder, stage="history", progress=reports.append, var=var)
    assert reports == []
    assert rows(loaded, "SELECT max(batch_id), (SELECT count(*) FROM place), (SELECT sum(taken) FROM feed) FROM batch") == before


def test_a_token_is_known_to_the_database_by_its_hash_only_and_to_its_owner_alone(loaded, var):
    file = var / tokens.FILE
    kept = json.loads(file.read_text())
    assert list(kept) == ["sensors"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert rows(loaded, "SELECT key, token_hash FROM source ORDER BY key") == [
        ("sensors", tokens.digest(kept["sensors"])), ("survey", None)]


def test_a_lost_token_file_is_made_anew_and_an_existing_token_is_kept(loaded, folder, var):
    first = json.loads((var / tokens.FILE).read_text())
    load_pack(loaded, folder, stage="basics", var=var)
    assert json.loads((var / tokens.FILE).read_text()) == first
    (var / tokens.FILE).write_text("spoilt")
    (var / tokens.FILE).chmod(0o644)
    load_pack(loaded, folder, stage="basics", var=var)
    again = json.loads((var / tokens.FILE).read_text())
    assert again != first
    assert stat.S_IMODE((var / tokens.FILE).stat().st_mode) == 0o600
    assert rows(loaded, "SELECT token_hash FROM source WHERE key = 'sensors'") == [(tokens.digest(again["sensors"]),)]


def test_a_new_name_in_the_pack_is_taken_over_and_ids_stay(loaded, folder, var):
    before = dict(rows(loaded, "SELECT code, region_id FROM region"))
    regions = folder / "regions.csv"
    kept = regions.read_text()
    regions.write_text(kept.replace("West", "Far West"))
    load_pack(loaded, folder, stage="basics", var=var)
    assert rows(loaded, "SELECT name_en FROM region WHERE code = 'H1'") == [("Far West",)]
    assert dict(rows(loaded, "SELECT code, region_id FROM region")) == before
    assert figures(loaded, "people") == {"H1": 30, "H": 30}
    regions.write_text(kept)


def test_another_tree_or_another_city_is_refused_and_changes_nothing(loaded, tmp_path, var):
    other = hamlet.write(tmp_path / "moved")
    features = json.loads((other / "blocks.geojson").read_text())
    features["features"][1]["properties"]["district"] = "H2"
    (other / "blocks.geojson").write_text(json.dumps(features))
    (other / "city.yaml").write_text((other / "city.yaml").read_text() + "\n")
    with pytest.raises(OtherTree, match="H12"):
        load_pack(loaded, other, stage="basics", var=var)
    with pytest.raises(OtherCity, match="'hamlet', not 'elsewhere'"):
        load_pack(loaded, hamlet.write(tmp_path / "elsewhere", {"key": "elsewhere"}), stage="basics", var=var)
    assert rows(loaded, "SELECT city_key FROM city") == [("hamlet",)]
    assert rows(loaded, """
        SELECT p.code FROM region r JOIN region p ON p.region_id = r.parent_id WHERE r.code = 'H12'""") == [("H1",)]


def test_a_part_that_fails_leaves_nothing_behind(loaded, folder, var, monkeypatch):
    """The rollups of a part break: its facts, its batch and its job go with them."""
    def breaks(*_):
        raise RuntimeError("no rollup")

    monkeypatch.setattr(changes, "roll_up_flows", breaks)
    before = rows(loaded, "SELECT count(*), (SELECT count(*) FROM flight) FROM batch")
    (folder / "flights.csv").write_text((folder / "flights.csv").read_text() + "BB,9,2013-06-01T06:00:00Z,0,IN,LAX,1,1\n")
    with pytest.raises(RuntimeError, match="no rollup"):
        load_pack(loaded, folder, stage="history", var=var)
    assert rows(loaded, "SELECT count(*), (SELECT count(*) FROM flight) FROM batch") == before
