"""A dataset loaded anew: what is gone from the file goes, what others lean on stays, and readers see old or new."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from ingest.intake import Intake
from ingest.load_dataset import prepared
from ingest.progress import Progress
from ingest.replace import replace_dataset
from ingest.rollups import check
from tests.ingest.conftest import Case, Load, Sender, pack_of

WORDS = {"zh": "工单", "en": "Requests"}
CASES: dict[str, Any] = {
    "key": "requests", "subject": "cases", "title": WORDS, "read": {"path": "cases.csv"}, "map": {
        "columns": {"id": "id", "class": {"value": "pothole"}, "title": "title", "channel": {"value": "hotline"},
                    "reported_at": "at"},
        "place": {"lon": "x", "lat": {"value": "0.001"}}, "steps": {"closed": "closed"}}}
AIR: dict[str, Any] = {
    "key": "air", "subject": "observations", "title": WORDS, "read": {"path": "air.csv"}, "map": {
        "columns": {"device": "station", "observed_at": "at", "property": {"value": "pm25"}, "value": "pm25"}}}
FIGURES: dict[str, Any] = {
    "key": "figures", "subject": "statistics", "title": WORDS, "read": {"path": "figures.csv"}, "map": {
        "columns": {"region": "street", "period": {"value": "2020"}, "key": "key", "value": "value"}}}


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def again(engine: Engine, folder: Path, declared: dict[str, Any], report: Any = lambda progress: None) -> None:
    pack = pack_of(folder, declared)
    replace_dataset(prepared(engine, Intake(engine), pack, "test", pack.sources[0].datasets[0]), report)


def test_readers_see_the_old_cases_until_the_new_ones_are_all_in(
    engine: Engine, town: City, folder: Path, load: Load, sender: Sender, case: Case
) -> None:
    file = folder / "cases.csv"
    file.write_text("id,title,at,x,closed\na1,one,2026-03-04 07:00,0.001,2026-03-04 09:00\na2,two,2026-03-04 08:00,0.011,\n"
                    "a3,three,2026-03-04 09:00,0.021,\na4,four,never,0.021,\n")
    load(CASES)
    sender.send("messages", [{"id": "m1", "channel": "phone", "topic": "x", "occurred_at": "2026-03-04T14:00:00Z",
                              "region": "T", "case": "a3"}])
    sender.send("steps", [{"case": "a2", "step": "registered", "at": "2026-03-04T14:00:00Z"}])
    sender.send("cases", [case("h1")])
    there = "SELECT external_id, title, state FROM city_case ORDER BY 1"
    before = rows(engine, there)
    file.write_text("id,title,at,x,closed\na1,eins,2026-03-04 07:00,0.001,\na5,five,2026-03-04 10:00,0.071,\n")
    seen: list[Any] = []
    again(engine, folder, CASES, lambda progress: seen.append((rows(engine, there), progress.finished)))
    assert seen == [(before, False), (rows(engine, there), True)]
    assert rows(engine, there) == [
        ("a1", "eins", "reported"), ("a2", "two", "registered"), ("a3", "three", "reported"), ("a5", "five", "reported"),
        ("h1", "A hole", "reported")]
    assert rows(engine, "SELECT count(*) FROM reject") == [(0,)]
    assert rows(engine, "SELECT taken, rejected FROM feed WHERE subject = 'case'") == [(4, 0)], "a1, a5, h1 and the step of a2"
    assert rows(engine, "SELECT DISTINCT origin FROM city_case c JOIN batch USING (batch_id) WHERE external_id = 'a2'") == [
        ("cases.csv",)], "what stays can still be traced"
    assert check(engine, town) == []
    assert load(CASES) == [], "what was replaced is in"


def test_a_replacement_that_is_stopped_or_fails_leaves_everything_as_it_was(
    engine: Engine, town: City, folder: Path, load: Load
) -> None:
    file = folder / "cases.csv"
    file.write_text("id,title,at,x,closed\n" + "".join(f"b{n},x,2026-03-04 07:00,0.001,\n" for n in range(5)))
    load(CASES)
    everything = [f"SELECT * FROM {table} ORDER BY 1, 2, 3" for table in (
        "city_case", "case_step", "rollup_hour", "rollup_day", "rollup_sketch", "feed", "batch", "reject", "arrival")]
    before = [rows(engine, one) for one in everything]
    file.write_text("id,title,at,x,closed\nb9,x,2026-03-04 07:00,0.001,\n")

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        again(engine, folder, CASES, stop)
    assert [rows(engine, one) for one in everything] == before


def test_the_newest_value_of_a_device_is_found_again(engine: Engine, folder: Path, load: Load, sender: Sender) -> None:
    sender.send("observations", [{"device": "a1", "property": "pm25", "observed_at": "2026-03-04T12:00:00Z", "value": 5}])
    (folder / "air.csv").write_text("station,at,pm25\na1,2026-03-04 08:00,7\na1,2026-03-04 09:00,90\na2,2026-03-04 09:00,1\n")
    load(AIR)
    (folder / "air.csv").write_text("station,at,pm25\na1,2026-03-04 06:00,8\n")
    again(engine, folder, AIR)
    assert rows(engine, """
        SELECT d.code, l.value, l.observed_at = d.last_at FROM latest_observation l JOIN device d USING (device_id)""") == [
        ("a1", 5, True)]
    assert rows(engine, "SELECT last_at IS NULL FROM device WHERE code = 'a2'") == [(True,)]
    assert rows(engine, "SELECT count(*) FROM observation") == [(2,)]
    assert check(engine, sender.city) == []


def test_figures_that_are_gone_leave_the_sums_of_what_others_tell(engine: Engine, folder: Path, load: Load) -> None:
    (folder / "more.csv").write_text("street,key,value\nT21,homes,5\n")
    load(FIGURES | {"key": "more", "read": {"path": "more.csv"}})
    (folder / "figures.csv").write_text("street,key,value\nT11,homes,30\nT12,homes,10\nT12,people,9\n")
    load(FIGURES)
    figures = "SELECT code, key, value FROM statistic JOIN region USING (region_id) ORDER BY 2, 1"
    assert ("T", "homes", 45) in rows(engine, figures)
    (folder / "figures.csv").write_text("street,key,value\nT12,people,8\n")
    again(engine, folder, FIGURES)
    assert rows(engine, figures) == [("T", "homes", 5), ("T2", "homes", 5), ("T21", "homes", 5),
                                     ("T", "people", 8), ("T1", "people", 8), ("T12", "people", 8)]


def test_devices_are_brought_up_to_date_and_none_goes(engine: Engine, folder: Path, load: Load, sender: Sender) -> None:
    stations = {"key": "stations", "subject": "devices", "title": WORDS, "read": {"path": "devices.csv"}, "map": {
        "columns": {"code": "code", "kind": {"value": "air"}, "name": "name", "interval_s": {"value": "60"}},
        "place": {"lon": {"value": "0.005"}, "lat": {"value": "0.005"}}}}
    (folder / "devices.csv").write_text("code,name\nd1,One\nd2,Two\n")
    load(stations)
    (folder / "devices.csv").write_text("code,name\nd1,First\n")
    again(engine, folder, stations)
    assert rows(engine, "SELECT code, name FROM device WHERE code LIKE 'd_' ORDER BY 1") == [("d1", "First"), ("d2", "Two")]


def test_other_facts_go_on_coming_while_a_dataset_is_replaced(
    engine: Engine, town: City, folder: Path, load: Load, sender: Sender, case: Case
) -> None:
    """In the middle of the replacement cases and readings of the same districts, hours and feed come by HTTP, and stay."""
    (folder / "cases.csv").write_text("id,title,at,x,closed\n" + "".join(
        f"g{n},x,2026-03-04 07:00,0.001,2026-03-04 0{n}:30\n" for n in range(7, 10)))
    load(CASES)
    (folder / "cases.csv").write_text("id,title,at,x,closed\ng7,y,2026-03-04 07:00,0.001,\ng11,z,2026-03-04 07:00,0.071,\n")
    word = {"device": "a1", "property": "pm25", "observed_at": "2026-03-04T12:30:00Z", "value": 11}

    def meanwhile(progress: Progress) -> None:
        if not progress.finished:
            assert sender.counts(sender.send("cases", [case("meanwhile")])) == (1, 0, 0)
            assert sender.counts(sender.send("observations", [word])) == (1, 0, 0)
            assert rows(engine, "SELECT count(*) FROM city_case WHERE external_id = 'g9'") == [(1,)], "it is not done"

    again(engine, folder, CASES, meanwhile)
    assert rows(engine, "SELECT external_id FROM city_case WHERE external_id LIKE 'g%' ORDER BY 1") == [("g11",), ("g7",)]
    assert rows(engine, "SELECT count(*) FROM city_case WHERE external_id = 'meanwhile'") == [(1,)]
    assert check(engine, town) == []

    (folder / "air.csv").write_text("station,at,pm25\na1,2026-03-04 02:00,7\na2,2026-03-04 03:00,1\n")
    load(AIR)
    (folder / "air.csv").write_text("station,at,pm25\na1,2026-03-04 01:00,8\n")
    late = word | {"observed_at": "2026-03-04T12:45:00Z", "value": 12}
    again(engine, folder, AIR, lambda progress: None if progress.finished else sender.send("observations", [late]) and None)
    newest = "SELECT value FROM latest_observation JOIN device USING (device_id) WHERE code = 'a1'"
    assert rows(engine, newest) == [(12,)], "told while the file was replaced"
    assert check(engine, town) == []
