"""Guesses about files of unknown make: everything that was told is written down, and reading by it gives the same."""

import io
import json
import zipfile

import openpyxl
import pytest

from readers.guessing import guess
from readers.opening import open_tables
from readers.spec import Read
from readers.table import Unreadable


def test_a_text_is_guessed_with_all_that_a_pack_must_say():
    content = "导出时间：2025\n\n编号;名称;值\n001;甲;1,5\n002;乙;2,5\n".encode("gb18030")
    found, = guess(content, "a.csv")
    assert found.read == Read(path="a.csv", format="csv", encoding="gb18030", separator=";", skip=2, decimal=",")
    assert found.columns == ["编号", "名称", "值"]
    assert any("those of Chinese" in reason for reason in found.reasons)
    assert "numbers have decimal commas" in found.reasons


def test_a_text_without_a_header_names_its_columns():
    found, = guess(b"1,2.5\n2,3.5\n", "a.csv")
    assert found.read.header == 0
    assert found.read.columns == ["column1", "column2"]
    assert found.read.decimal == "."


def test_every_sheet_is_guessed_with_its_own_header():
    book = openpyxl.Workbook()
    for row in (["表一"], ["区", "数", None], [None, "甲", "乙"], ["x", 1, 2]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("B2:C2")
    book.create_sheet("second").append(["id"])
    book["second"].append(["a"])
    out = io.BytesIO()
    book.save(out)
    first, second = guess(out.getvalue(), "a.xlsx")
    assert first.read == Read(path="a.xlsx", format="excel", sheet="Sheet", skip=1, header=2)
    assert first.columns == ["区", "数 / 甲", "数 / 乙"]
    assert second.read == Read(path="a.xlsx", format="excel", sheet="second")


def test_members_of_an_archive_are_guessed_and_those_left_out_are_told():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
        archive.writestr("b.json", json.dumps({"meta": {"x": 1}, "rows": [{"id": 1}, {"id": 2}]}))
        archive.writestr("c.csv", "")
    first, second = guess(out.getvalue(), "a.zip")
    assert first.read == Read(path="a.zip", member="a.csv", format="csv", encoding="utf-8", separator=",")
    assert second.read == Read(path="a.zip", member="b.json", format="json", records="rows")
    assert "left out: a.zip/c.csv: is empty" in first.reasons


def test_reading_by_a_guess_gives_what_was_guessed(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("数据/a [1].csv", "标题\n编号;值\n1;2\n3;4\n5;6\n".encode("gbk"))
        archive.writestr("数据/b.jsonl", '{"a": {"b": 1}}\n{"a": {"b": 2}}\n')
    for found in guess(tmp_path / "a.zip"):
        table, = open_tables(found.read, tmp_path)
        assert table.name == found.name
        assert table.columns == found.columns
        assert sum(len(frame.rows) for frame in table.frames(10)) >= 2


@pytest.mark.parametrize(("name", "content"), [("a.pdf", b"%PDF"), ("a.csv", b""), ("a.bin", bytes(range(20)) * 20)])
def test_what_is_no_table_says_so(name, content):
    with pytest.raises(Unreadable):
        guess(content, name)


def test_parts_of_other_files_are_no_tables(tmp_path):
    (tmp_path / "a.dbf").write_bytes(b"\x03")
    with pytest.raises(Unreadable, match="belongs to another file"):
        guess(tmp_path / "a.dbf")
