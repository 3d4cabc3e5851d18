"""Workbooks and CSV: written in pieces, read back whole by others' readers, and nothing in them runs."""

import csv
import io
import warnings
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from data_access.every_row import Column
from indicators.text import Text
from live.exports import workbook as workbooks
from live.exports.csv_file import csv_file
from live.exports.sheet import Sheet, about
from live.exports.workbook import workbook

NOON = datetime(2026, 3, 4, 12, 0, 1)
COLUMNS = (Column(Text("时间", "At"), "instant"), Column(Text("标题", "Title")), Column(Text("数值", "Value"), "number"),
           Column(Text("模拟", "Simulated"), "flag"))


def sheet(pieces: Iterable[list[list[Any]]], title: str = "数据") -> Sheet:
    return Sheet(title, COLUMNS, pieces, "zh")


def opened(*sheets: Sheet) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")   # openpyxl has a word on styles
        return openpyxl.load_workbook(io.BytesIO(b"".join(workbook(sheets))))


def read(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))


def test_a_workbook_read_back_has_the_same_cells():
    rows: list[list[Any]] = [[NOON, "井盖 <破> & 损", -1.5, True], [None, None, None, None], [NOON, "  spaced", 3, False]]
    found = opened(sheet([rows[:2], rows[2:]]))["数据"]
    assert [[cell.value for cell in row] for row in found.iter_rows()] == [
        ["时间", "标题", "数值", "模拟"], [NOON, "井盖 <破> & 损", -1.5, "是"], [None] * 4, [NOON, "  spaced", 3, "否"]]
    assert found.freeze_panes == "A2"


def test_another_reader_finds_the_same():
    data = b"".join(workbook([sheet([[[NOON, "x", 2.0, True]]])]))
    [_, row] = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert row == [NOON, "x", 2.0, "是"]


def test_a_formula_is_a_text_in_a_workbook_and_has_an_apostrophe_in_a_csv():
    rows = [[NOON, "=cmd|'/c calc'!A1", -2.5, False]]
    cell = opened(sheet([rows]))["数据"]["B2"]
    assert (cell.value, cell.data_type) == ("=cmd|'/c calc'!A1", "s")
    table = read(b"".join(csv_file(sheet([rows]), [("=1", "+A2"), ("口径", "-甲")])))
    assert table[0] == ["'=1", "'+A2"] and table[1] == ["口径", "'-甲"]
    assert table[-1] == ["2026-03-04 12:00:01", "'=cmd|'/c calc'!A1", "-2.5", "否"], "a number below zero stays one"


def test_what_xml_cannot_say_does_not_break_a_workbook():
    found = opened(sheet([[[NOON, "a\x00\x0b\ufffe\udc80b", float("nan"), None]]]))["数据"]
    assert (found["B2"].value, found["C2"].value) == ("a\ufffd\ufffd\ufffd\ufffdb", None)


def test_a_cell_too_long_for_a_spreadsheet_ends_in_an_ellipsis():
    value = opened(sheet([[[NOON, "&" * 40_000, 1, None]]]))["数据"]["B2"].value
    assert len(value) == 32_767 and value.endswith("&…")


def test_a_full_sheet_goes_on_in_another_with_its_heads(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbooks, "FULL", 3)
    piece = [[NOON, "a", 1, None]]
    found = opened(about("说明", [("口径", "x")], "zh"), sheet([piece] * 4, "甲/乙"))
    assert [(one.title, one.max_row) for one in found] == [("说明", 2), ("甲 乙", 3), ("甲 乙 2", 3)]
    assert found["甲 乙 2"]["A1"].value == "时间"


def test_a_file_is_made_while_its_rows_come():
    taken = []

    def pieces():
        for number in range(50):
            taken.append(number)
            yield [[NOON, f"{number}-{at}", at * 1.1, None] for at in range(200)]

    files = workbook([sheet(pieces())])
    for _ in range(3):
        next(files)
    assert len(taken) < 5, "what is not read yet is not waited for"


def test_a_csv_says_what_it_is_before_its_table_and_without_when_it_is_told_to():
    whole = read(b"".join(csv_file(sheet([[[NOON, "x", 1, True]]]), [("口径", "甲")])))
    assert whole == [["口径", "甲"], [], ["时间", "标题", "数值", "模拟"], ["2026-03-04 12:00:01", "x", "1", "是"]]
    assert b"".join(csv_file(sheet([]))).decode() == "\ufeff时间,标题,数值,模拟\r\n"
