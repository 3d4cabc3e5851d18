"""Databases: tables and queries by a cursor on the server, with the password from the environment."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url

from readers.opening import open_tables
from readers.spec import Read
from readers.table import Unreadable


@pytest.fixture(scope="module")
def filled(engine: Engine) -> Iterator[Engine]:
    """A table of a department, with the types that departments use."""
    with engine.begin() as connection:
        connection.exec_driver_sql("""
            CREATE SCHEMA dept;
            CREATE SEQUENCE dept.s;
            CREATE TABLE dept."Work Orders" (id varchar, n int, price numeric(8, 2), code numeric(12), at timestamptz,
                                             done boolean, raw bytea);
            INSERT INTO dept."Work Orders" VALUES
                ('007', 1, 2.50, 520102001000, '2025-01-02T00:00:00Z', true, '\\x00ff'),
                ('008', NULL, NULL, NULL, '2025-03-02T00:00:00Z', false, NULL)""")
    yield engine


def said(engine: Engine, **more: Any) -> Read:
    url = make_url(engine.url.render_as_string(hide_password=False)).set(password=None)
    return Read(database=url.render_as_string(), **more)


def rows(read: Read, folder: Path, since: datetime | None = None) -> list[list[object]]:
    table, = open_tables(read, folder, since)
    return [list(row) for frame in table.frames(1) for row in frame.rows.itertuples(index=False)]


def test_a_table_is_read_with_its_types(filled, tmp_path):
    found = rows(said(filled, table="dept.Work Orders"), tmp_path)
    assert found == [["007", 1, 2.5, 520102001000, datetime(2025, 1, 2, tzinfo=UTC), True, b"\x00\xff"],
                     ["008", None, None, None, datetime(2025, 3, 2, tzinfo=UTC), False, None]]
    assert type(found[0][3]) is int


def test_only_what_changed_is_asked_for_by_table_and_by_query(filled, tmp_path):
    since = datetime(2025, 2, 1, tzinfo=UTC)
    table = Read(**{**said(filled, table="dept.Work Orders").model_dump(), "updates": {"column": "at"}})
    assert [row[0] for row in rows(table, tmp_path, since)] == ["008"]
    query = said(filled, query='SELECT id, at::date FROM dept."Work Orders" WHERE at > :since ORDER BY id')
    assert [row[0] for row in rows(query, tmp_path, since)] == ["008"]
    assert [row[0] for row in rows(query, tmp_path)] == ["007", "008"]


def test_nothing_can_be_written(filled, tmp_path):
    for query, why in (('DELETE FROM dept."Work Orders" RETURNING id', "refuses"),
                       ("SELECT nextval('dept.s') AS id", "read-only")):
        with pytest.raises(Unreadable, match=why):
            rows(said(filled, query=query), tmp_path)


def test_what_the_database_refuses_is_told_without_the_password(filled, tmp_path, monkeypatch):
    monkeypatch.setenv("DEPT_PASSWORD", "s3cret")
    with pytest.raises(Unreadable, match="the database refuses") as refused:
        rows(said(filled, table="none", password="DEPT_PASSWORD"), tmp_path)
    assert "s3cret" not in str(refused.value)
    with pytest.raises(Unreadable, match="environment variable OTHER_PASSWORD is not set"):
        rows(said(filled, table="none", password="OTHER_PASSWORD"), tmp_path)


def test_a_pack_holds_no_password():
    with pytest.raises(ValueError, match="must not hold a password"):
        Read(database="postgresql://reader:s3cret@host/db", table="t")


def test_a_database_file_lies_beside_the_pack(tmp_path):
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (id TEXT, n REAL)")
        connection.execute("INSERT INTO t VALUES ('a', 1.5)")
    connection.close()
    assert rows(Read(database="sqlite:///a.db", table="t"), tmp_path) == [["a", 1.5]]
    with pytest.raises(Unreadable, match="no such file"):
        rows(Read(database="sqlite:///none.db", table="t"), tmp_path)


def test_a_driver_that_is_missing_is_named(tmp_path):
    with pytest.raises(Unreadable, match="driver for oracle"):
        rows(Read(database="oracle+oracledb://reader@host/db", table="t"), tmp_path)
