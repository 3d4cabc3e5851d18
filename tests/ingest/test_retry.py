"""Rejects tried again: what the mended mapping takes is told on its reject, the rest keeps its newest reasons."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from data_access.city import City
from ingest.pack import PackError
from ingest.retry import retry
from ingest.rollups import check
from tests.ingest.conftest import Case, Load, Sender, pack_of

WORDS = {"zh": "工单", "en": "Requests"}
CASES = """id,class,title,at,x
a1,坑,one,2026-03-04 07:00,0.001
a2,洞,two,2026-03-04 08:00,0.011
a3,洞,three,2026-03-04 09:00,9.5
a1,坑,again,2026-03-04 07:00,0.001
a4,坑,four,2026-03-04 10:00,0.031,too much
"""


def declared(classes: dict[str, str]) -> dict[str, Any]:
    """The dataset, with this table of classes."""
    return {"key": "requests", "subject": "cases", "title": WORDS, "read": {"path": "cases.csv"}, "checks": [{"unique": ["id"]}],
            "map": {"columns": {"id": "id", "class": {"column": "class", "table": classes}, "title": "title",
                                "channel": {"value": "hotline"}, "reported_at": "at"},
                    "place": {"lon": "x", "lat": {"value": "0.001"}}}}


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_a_mended_mapping_takes_its_rows_and_nothing_is_counted_twice(
    engine: Engine, town: City, folder: Path, load: Load
) -> None:
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    load(declared({"坑": "pothole"}))
    assert rows(engine, "SELECT taken, rejected FROM feed WHERE subject = 'case'") == [(1, 4)]
    mended = pack_of(folder, declared({"坑": "pothole", "洞": "pothole"}))
    answer = retry(engine, mended, "test")
    assert {name: answer[name] for name in ("taken", "seen", "rejected", "resolved", "left")} == {
        "taken": 1, "seen": 0, "rejected": 1, "resolved": 1, "left": 2}
    assert rows(engine, """SELECT external_id, row_no, door, origin, dataset FROM city_case JOIN batch USING (batch_id)
                            ORDER BY 1""") == [
        ("a1", 2, "file", "cases.csv", "test/requests"), ("a2", 3, "retry", "cases.csv", "test/requests")]
    kept = rows(engine, """SELECT row_no, resolved_at IS NOT NULL, resolved_batch IS NOT NULL, reasons -> 0 ->> 'code'
                             FROM reject ORDER BY row_no""")
    assert kept == [(3, True, True, kept[0][3]), (4, False, False, "outside_city"), (5, False, False, "repeated"),
                    (6, False, False, "unreadable")]
    assert rows(engine, "SELECT taken, rejected FROM feed WHERE subject = 'case'") == [(2, 3)]
    assert check(engine, town) == []
    again = retry(engine, mended, "test")
    assert (again["taken"], again["resolved"]) == (0, 0)


def test_rows_that_came_over_http_are_tried_as_they_came_and_only_those_asked_for(
    engine: Engine, sender: Sender, folder: Path, case: Case
) -> None:
    answer = sender.send("cases", [case("h1", **{"class": "flood"}), case("h2", **{"class": "flood"})])
    ids = [number for number, in rows(engine, f"SELECT reject_id FROM reject WHERE batch_id = {answer['batch']} ORDER BY 1")]
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO case_class (code, name_zh, name_en) VALUES ('flood', '积水', 'Flood')"))
    tried = retry(engine, pack_of(folder), "test", ids[:1])
    assert (tried["taken"], tried["resolved"], tried["left"]) == (1, 1, 0)
    assert rows(engine, "SELECT external_id, row_no FROM city_case WHERE class_code = 'flood'") == [("h1", 1)]
    assert rows(engine, f"SELECT resolved_at IS NULL FROM reject WHERE reject_id = {ids[1]}") == [(True,)]


def test_a_source_that_is_not_in_the_pack_is_told_with_those_that_are(engine: Engine, town: City, folder: Path) -> None:
    with pytest.raises(PackError, match="no source 'tset'; it has: test"):
        retry(engine, pack_of(folder), "tset")
