"""Workbooks as offices make them: titles, merged cells, mixed types, several sheets."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

import openpyxl
import pytest
import xlwt

from readers.table import Unreadable


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: Sequence[object], merged: tuple[str, ...] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    return book


def test_numbers_texts_and_dates_keep_their_types(read):
    at = datetime(2025, 1, 2, 3, 4, 5)
    found = read(saved(workbook(["code", "n", "at"], ["0012", 7, at], [520102, 2.5, "2025/1/3"], [None, True, None])), "a.xlsx")
    assert found.lists() == [["0012", 7, at], [520102, 2.5, "2025/1/3"], [None, True, None]]
    assert type(found.rows.loc[3, "code"]) is int
    assert found.numbers == [2, 3, 4]


def test_a_title_and_a_header_of_two_rows_with_merged_cells(read):
    found = read(saved(workbook(["空气质量统计表"], ["区", "PM2.5", None, "备注"], [None, "min", "max", None], ["甲", 1, 2, "x"],
                                merged=("A1:D1", "A2:A3", "B2:C2", "D2:D3"))), "a.xlsx")
    assert found.table.columns == ["区", "PM2.5 / min", "PM2.5 / max", "备注"]
    assert found.numbers == [4]


def test_few_groups_over_many_columns_are_no_title(read):
    months = ["区", *(f"{month}月" for month in range(1, 7))]
    quarters = [None, "一季度", None, None, "二季度", None, None]
    book = workbook(quarters, months, ["甲", 1, 2, 3, 4, 5, 6], merged=("B1:D1", "E1:G1"))
    found = read(saved(book), "a.xlsx")
    assert found.table.columns[:3] == ["区", "一季度 / 1月", "一季度 / 2月"]
    assert found.table.columns[-1] == "二季度 / 6月"


def test_a_cell_merged_over_rows_holds_for_each_of_them(read):
    book = workbook(["区", "街道", "n"], ["甲", "一", 1], [None, "二", 2], ["乙", "三", 3], merged=("A2:A3",))
    found = read(saved(book), "a.xlsx")
    assert found.rows["区"].tolist() == ["甲", "甲", "乙"]


def test_empty_rows_are_none_and_numbers_are_the_programs(read):
    found = read(saved(workbook([], ["id", "n"], ["a", 1], [], ["b", 2])), "a.xlsx")
    assert found.numbers == [3, 5]


def test_a_cell_beyond_the_header_is_not_lost(read):
    rows: list[Sequence[object]] = [["id", "n"], *([str(at), at] for at in range(300)), ["x", 1, None, "far out"]]
    found = read(saved(workbook(*rows)), "a.xlsx")
    assert len(found.rows) == 300
    assert "far out" in found.unreadable[302].text


def test_sheets_of_one_shape_are_read_together_and_others_must_be_chosen(tables):
    book = workbook(["id", "n"], ["a", 1])
    book.create_sheet("二月").append(["id", "n"])
    book["二月"].append(["b", 2])
    book.create_sheet("empty")
    hidden = book.create_sheet("hidden")
    hidden.append(["secret"])
    hidden.sheet_state = "hidden"
    assert [one.table.name for one in tables(saved(book), "a.xlsx")] == ["a.xlsx · Sheet", "a.xlsx · 二月"]
    book.create_sheet("说明").append(["读我"])
    with pytest.raises(Unreadable, match=r"different columns .*say which in `sheet`"):
        tables(saved(book), "a.xlsx")
    assert [one.lists() for one in tables(saved(book), "a.xlsx", sheet="二月")] == [[["b", 2]]]
    with pytest.raises(Unreadable, match="has no sheet 'x', only Sheet, 二月"):
        tables(saved(book), "a.xlsx", sheet="x")


def test_workbooks_of_before_2007_are_read(read):
    book = xlwt.Workbook()
    sheet = book.add_sheet("一月")
    cells: list[tuple[object, object]] = [("id", "n"), ("007", 3), ("008", 2.5)]
    for row, (left, right) in enumerate(cells):
        sheet.write(row, 0, left)
        sheet.write(row, 1, right)
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue(), "a.xls").lists() == [["007", 3], ["008", 2.5]]


def test_opendocument_sheets_are_read(read):
    def row(*cells: str) -> str:
        cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        inner = "".join(cell.format(text) for text in cells)
        return f"<table:table-row>{inner}</table:table-row>"
    body = row("id", "n") + row("a", "1") + row("b", "2")
    names = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    content = (f'<?xml version="1.0"?><office:document-content {names} '
               f'office:version="1.2"><office:body><office:spreadsheet><table:table table:name="S">{body}</table:table>'
               '</office:spreadsheet></office:body></office:document-content>')
    manifest = ('<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
                'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
                'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    assert read(out.getvalue(), "a.ods").lists() == [["a", "1"], ["b", "2"]]


def test_a_cell_in_the_farthest_corner_is_refused_before_it_fills_the_memory(read):
    book = workbook(["id"])
    book.active["XFD1048576"] = "x"
    with pytest.raises(Unreadable, match="1,048,576 rows and 16,384 columns"):
        read(saved(book), "a.xlsx")


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no workbook"])
def test_a_damaged_workbook_is_named(read, content):
    with pytest.raises(Unreadable, match="damaged"):
        read(content, "a.xlsx")


def test_a_cut_off_workbook_is_named(read):
    with pytest.raises(Unreadable, match="damaged"):
        read(saved(workbook(["id"], ["a"]))[:-200], "a.xlsx")


def test_a_damaged_sheet_beside_a_good_one_is_not_passed_over_as_empty(read):
    book = workbook(["id"], ["a"])
    book.create_sheet("Broken").append(["id"])
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(book))) as good, zipfile.ZipFile(held, "w") as bad:
        for name in good.namelist():
            broken = b"<worksheet><sheetData><row><c t='s'><v>99999</v></c></row></sheetData></worksheet>"
            bad.writestr(name, broken if name.endswith("sheet2.xml") else good.read(name))
    with pytest.raises(Unreadable, match="Broken: is damaged"):
        read(held.getvalue(), "a.xlsx")
