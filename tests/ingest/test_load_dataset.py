"""A dataset of a pack goes in by part, is told line by line, goes on where it was stopped, and changes nothing when run again."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from ingest import cases, indexes, load_dataset
from ingest.batch import Batch
from ingest.changes import roll_up
from ingest.rollups import check
from tests.ingest.conftest import Load

WORDS = {"zh": "工单", "en": "Requests"}
CASES = """编号;类别;标题;受理;结案;X;Y
a1;坑;甲;2026-03-04 07:00;2026-03-04 09:00;0.001;0.001
a2;坑;乙;2026-03-04 08:00;;0.011;0.001
a3;噪;丙;2026-02-30 08:00;;0.021;0.001
a4;噪;丁;2026-03-04 10:00;2026-03-04 09:00;0.031;0.001
a5;吵;戊;2026-03-04 11:00;;9.5;0.001
a6;噪;"己
庚";2026-03-04 12:00;;0.071;0.001
a7;噪;辛;2026-03-04 13:00;;0.072;0.001;too much
a8;噪;壬;2026-03-04 14:00;;0.073;0.001
"""
REQUESTS: dict[str, Any] = {
    "key": "requests", "subject": "cases", "title": WORDS, "read": {"path": "cases.csv"},
    "map": {"columns": {"id": "编号", "class": {"column": "类别", "table": {"坑": "pothole", "噪": "noise"}},
                        "title": "标题", "channel": {"value": "hotline"}, "reported_at": "受理"},
            "place": {"lon": "X", "lat": "Y"}, "steps": {"closed": "结案"}}}


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_each_row_is_taken_or_kept_with_its_line_and_reasons_and_a_second_load_does_nothing(
    engine: Engine, town: City, folder: Path, load: Load
) -> None:
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    told = load(REQUESTS)
    assert (told[-1].key, told[-1].done, told[-1].finished) == ("load:test:requests", 8, True)
    assert rows(engine, """SELECT external_id, code, state, row_no, reported_at::text FROM city_case JOIN region USING (region_id)
                            ORDER BY 1""") == [
        ("a1", "T111", "closed", 2, "2026-03-04 12:00:00+00"), ("a2", "T112", "reported", 3, "2026-03-04 13:00:00+00"),
        ("a6", "T222", "reported", 7, "2026-03-04 17:00:00+00"), ("a8", "T222", "reported", 10, "2026-03-04 19:00:00+00")]
    kept = rows(engine, """
        SELECT row_no, array(SELECT jsonb_path_query(reasons, '$[*].code') #>> '{}'), dataset, jsonb_typeof(row)
          FROM reject ORDER BY 1""")
    assert [(line, dataset, kind) for line, _, dataset, kind in kept] == [
        (4, "test/requests", "object"), (5, "test/requests", "object"), (6, "test/requests", "object"),
        (9, "test/requests", "string")]
    assert "outside_city" in kept[2][1] and len(kept[2][1]) >= 2, "the class and the place are both told"
    assert kept[3][1] == ["unreadable"]
    assert rows(engine, "SELECT door, origin, dataset, taken, seen, rejected FROM batch") == [
        ("file", "cases.csv", "test/requests", 4, 0, 4)]
    assert rows(engine, "SELECT taken, rejected FROM feed WHERE subject = 'case'") == [(4, 4)]
    assert load(REQUESTS) == []
    assert check(engine, town) == []


def test_a_newer_file_amends_the_cases_that_it_tells_otherwise(
    engine: Engine, town: City, folder: Path, load: Load
) -> None:
    (folder / "cases.csv").write_text(CASES.replace("乙;2026-03-04 08:00;;", "乙二;2026-03-04 08:00;2026-03-04 10:00;"),
                                      encoding="utf-8")
    load(REQUESTS)
    assert rows(engine, "SELECT title, state FROM city_case WHERE external_id = 'a2'") == [("乙二", "closed")]
    assert rows(engine, "SELECT taken, seen, rejected FROM batch ORDER BY batch_id DESC LIMIT 1") == [(1, 3, 4)]
    assert rows(engine, "SELECT note FROM case_step WHERE step = 'amended'") == [('{"title": "乙"}',)]
    assert check(engine, town) == []


def test_a_load_that_is_stopped_goes_on_where_it_was(
    engine: Engine, folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_dataset, "PART_CELLS", 7 * 100)
    lines = [f"b{number};坑;x;2026-03-05 07:00;;0.001;0.001" for number in range(1000)]
    (folder / "cases.csv").write_text("\n".join(["编号;类别;标题;受理;结案;X;Y", *lines]), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        load(REQUESTS, stop_at=300)
    there = "SELECT count(*) FROM city_case WHERE external_id LIKE 'b%'"
    (there_now,), = rows(engine, there)
    assert 300 <= there_now < 1000, "a part or two may have been under way"
    assert rows(engine, "SELECT count(*) FROM deferred_index") == [(0,)], "no index is forgotten"
    load(REQUESTS)
    assert rows(engine, there) == [(1000,)]
    assert rows(engine, "SELECT sum(taken), sum(seen), count(*) FROM batch WHERE batch_id > 2") == [(1000, 0, 10)]


def test_parts_on_their_way_at_once_leave_what_one_after_the_other_leaves(
    engine: Engine, town: City, folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five cases each comes again in the next part, one hour later, with a title of its own and closed."""
    monkeypatch.setattr(load_dataset, "PART_CELLS", 7 * 5)

    def left(name: str, at_once: int, *, thought_new: bool = False) -> list[tuple[Any, ...]]:
        monkeypatch.setattr(load_dataset, "AT_ONCE", at_once)
        monkeypatch.setattr(indexes, "defer", lambda *_: thought_new)
        lines = [f"{name}{number // 10 * 5 + number % 5};坑;{number};2026-03-05 07:{number % 60:02}"
                 f";{'2026-03-05 09:00' if number % 10 >= 5 else ''};0.0{number % 7}1;0.001" for number in range(60)]
        (folder / "cases.csv").write_text("\n".join(["编号;类别;标题;受理;结案;X;Y", *lines]), encoding="utf-8")
        load(REQUESTS)
        return rows(engine, f"""
            SELECT substr(external_id, 2), title, state, closed_at::text, reported_at::text, region_id, ST_AsText(geom),
                   (SELECT array_agg((step, note)::text ORDER BY step) FROM case_step s WHERE s.case_id = c.case_id)
              FROM city_case c WHERE external_id LIKE '{name}%' ORDER BY 1""")

    alone, together, hoped = left("q", 1), left("r", 3), left("t", 3, thought_new=True)
    assert len(alone) == 30 and {title for _, title, *_ in alone} == {str(n) for n in range(60) if n % 10 >= 5}
    assert together == alone == hoped
    assert check(engine, town) == []


def test_the_last_part_which_says_that_all_are_in_does_not_go_in_before_the_others(
    engine: Engine, folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_dataset, "PART_CELLS", 7 * 2)
    lines = [f"s{number};坑;x;2026-03-05 07:00;;0.001;0.001" for number in range(6)]
    (folder / "cases.csv").write_text("\n".join(["编号;类别;标题;受理;结案;X;Y", *lines]), encoding="utf-8")
    def failing(batch: Batch, *others: Any) -> None:
        if "s2" in batch.table["id"]:
            batch.written()
            raise RuntimeError("the disk is full")
        roll_up(batch, *others)

    monkeypatch.setattr(cases, "roll_up", failing)
    with pytest.raises(RuntimeError, match="the disk is full"):
        load(REQUESTS)
    there = "SELECT external_id FROM city_case WHERE external_id LIKE 's%' ORDER BY 1"
    assert rows(engine, there) == [("s0",), ("s1",)]
    monkeypatch.undo()
    load(REQUESTS)
    assert rows(engine, there) == [(f"s{number}",) for number in range(6)]


def test_a_unique_key_holds_over_the_parts_that_were_in_before(
    engine: Engine, folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_dataset, "PART_CELLS", 7 * 2)
    lines = [f"c{number};坑;x;2026-03-05 07:00;;0.001;0.001" for number in (1, 2, 3, 1)]
    (folder / "cases.csv").write_text("\n".join(["编号;类别;标题;受理;结案;X;Y", *lines]), encoding="utf-8")
    declared = REQUESTS | {"checks": [{"unique": ["id"]}]}
    with pytest.raises(KeyboardInterrupt):
        load(declared, stop_at=2)
    load(declared)
    assert rows(engine, "SELECT row_no, reasons -> 0 ->> 'code' FROM reject ORDER BY reject_id DESC LIMIT 1") == [(5, "repeated")]


def test_one_column_a_sensor_becomes_one_reading_a_cell_and_a_line_is_kept_once(
    engine: Engine, folder: Path, load: Load
) -> None:
    (folder / "devices.csv").write_text("code,x\na1,0.005\na2,0.075\n")
    load({"key": "stations", "subject": "devices", "title": WORDS, "read": {"path": "devices.csv"}, "map": {
        "columns": {"code": "code", "kind": {"value": "air"}, "name": "code", "interval_s": {"value": "60"},
                    "installed_at": {"value": "2026-01-01T00:00:00Z"}},
        "place": {"lon": "x", "lat": {"value": "0.005"}}}})
    (folder / "air.csv").write_text("at,station,pm25,level\n2026-03-05 01:00,a1,10,1\n2026-03-05 02:00,a1,9999,99\n"
                                    "2026-03-05 01:00,a2,30,\n")
    load({"key": "air", "subject": "observations", "title": WORDS, "read": {"path": "air.csv"}, "map": {
        "columns": {"device": "station", "observed_at": "at"},
        "long": {"columns": {"pm25": "pm25", "level": "level"}}}})
    assert rows(engine, """SELECT d.code, p.key, o.value, o.row_no FROM observation o JOIN device d USING (device_id)
                             JOIN property p USING (property_id) ORDER BY 1, 2""") == [
        ("a1", "level", 1, 2), ("a1", "pm25", 10, 2), ("a2", "pm25", 30, 4)]
    assert rows(engine, "SELECT taken, rejected FROM batch ORDER BY batch_id DESC LIMIT 1") == [(3, 2)]
    assert rows(engine, "SELECT row_no, jsonb_array_length(reasons) FROM reject ORDER BY reject_id DESC LIMIT 1") == [(3, 2)]


def test_figures_of_one_level_add_up_the_tree_and_give_medians_everywhere(
    engine: Engine, folder: Path, load: Load
) -> None:
    (folder / "figures.csv").write_text("street,low,high\nT11,30,10\nT12,10,30\nT21,,20\n")
    load({"key": "figures", "subject": "statistics", "title": WORDS, "read": {"path": "figures.csv"},
          "medians": {"median": {"bounds": [0, 100], "keys": ["low", "high"]}}, "map": {
              "columns": {"region": "street", "period": {"value": "2020"}},
              "long": {"columns": {"low": "low", "high": "high"}, "by": "key"}}})
    figures = {(code, key): (value, row_no) for code, key, value, row_no in rows(engine, """
        SELECT code, key, value, row_no FROM statistic JOIN region USING (region_id)""")}
    assert {key: value for key, value in figures.items() if key[1] == "high"} == {
        ("T11", "high"): (10, 2), ("T12", "high"): (30, 3), ("T21", "high"): (20, 4),
        ("T1", "high"): (40, 0), ("T2", "high"): (20, 0), ("T", "high"): (60, 0)}
    assert figures["T1", "low"] == (40, 0) and ("T2", "low") not in figures
    assert figures["T11", "median"][0] == pytest.approx(100 * 20 / 30)


def test_figures_of_many_lines_add_up_over_all_parts(
    engine: Engine, folder: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_dataset, "PART_CELLS", 2 * 2)
    (folder / "lots.csv").write_text("block,homes\nT111,3\nT111,4\nT112,5\nT222,6\nT111,1\n")
    load({"key": "homes", "subject": "statistics", "title": WORDS, "read": {"path": "lots.csv"}, "add_up": True, "map": {
        "columns": {"region": "block", "period": {"value": "2020"}, "key": {"value": "homes"}, "value": "homes"}}})
    assert dict(rows(engine, "SELECT code, value FROM statistic JOIN region USING (region_id) WHERE key = 'homes'")) == {
        "T111": 8, "T112": 5, "T222": 6, "T11": 13, "T22": 6, "T1": 13, "T2": 6, "T": 19}


def test_a_place_just_outside_goes_to_the_nearest_region_marked(
    engine: Engine, folder: Path, load: Load
) -> None:
    (folder / "lots.csv").write_text("id,x,y\nl1,0.005,0.0105\nl2,0.005,0.5\n")
    load({"key": "lots", "subject": "places", "title": WORDS, "read": {"path": "lots.csv"}, "nearest_m": 200, "map": {
        "columns": {"id": "id", "name": "id", "kind": {"value": "lot"}}, "place": {"lon": "x", "lat": "y"}}})
    assert rows(engine, "SELECT external_id, code FROM place JOIN region USING (region_id)") == [("l1", "T111")]
    assert rows(engine, "SELECT row_no, reasons -> 0 ->> 'code', row ->> 'id' FROM mark") == [(2, "near_region", "l1")]
    assert rows(engine, "SELECT taken, rejected, marked FROM batch ORDER BY batch_id DESC LIMIT 1") == [(1, 1, 1)]
    assert rows(engine, "SELECT taken, rejected, marked FROM feed WHERE subject = 'place'") == [(1, 1, 1)]


def test_a_database_that_says_when_rows_changed_is_asked_for_those_alone_the_next_time(
    engine: Engine, town: City, folder: Path, load: Load
) -> None:
    """Two old rows come once; then one that changes and a new one; then nothing, which is no mistake."""
    spec = {**REQUESTS, "key": "changing", "read": {
        "database": "sqlite:///office.db", "table": "wish", "updates": {"column": "changed"}}, "map": {
            "columns": {"id": "id", "class": {"value": "noise"}, "title": "title", "channel": {"value": "web"},
                        "reported_at": "at"},
            "place": {"region": "region"}}}
    office = sqlite3.connect(folder / "office.db")
    office.execute("CREATE TABLE wish (id, title, at, region, changed)")
    old = "INSERT INTO wish VALUES (?, ?, '2026-03-04 07:00', 'T111', '2020-01-01 00:00:00')"
    office.executemany(old, [("w1", "x"), ("w2", "y")])
    office.commit()
    newest = "SELECT taken, seen FROM batch WHERE dataset = 'test/changing' ORDER BY batch_id"
    load(spec)
    assert rows(engine, newest) == [(2, 0)]
    office.execute("UPDATE wish SET title = 'z', changed = '2999-01-01 00:00:00' WHERE id = 'w2'")
    office.execute("INSERT INTO wish VALUES ('w3', 'new', '2026-03-04 08:00', 'T111', '2999-01-01 00:00:00')")
    office.commit()
    load(spec)
    assert rows(engine, newest) == [(2, 0), (2, 0)], "w1 was not asked for again"
    office.execute("DELETE FROM wish")
    office.commit()
    load(spec)
    office.close()
    assert rows(engine, "SELECT external_id, title FROM city_case WHERE external_id LIKE 'w%' ORDER BY 1") == [
        ("w1", "x"), ("w2", "z"), ("w3", "new")]
