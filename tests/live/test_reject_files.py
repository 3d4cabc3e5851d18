"""Rejects as files: whole, readable by a spreadsheet, and no formula to it."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from data_access.quarantine import Reason
from data_access.reject_rows import RejectRow
from live.reject_files import csv_lines, harmless, ndjson_lines

AT = datetime(2026, 3, 4, 17, 20, tzinfo=UTC)


def reject(number: int, row: str, *reasons: Reason) -> RejectRow:
    return RejectRow(number, 7, "file", "cases.csv", "cases", "test/old", AT, 40 + number, None, reasons, row)


def table(names: tuple[str, ...], *rejects: RejectRow) -> list[dict[str, str]]:
    text = "".join(csv_lines(names, rejects))
    assert text.startswith("\ufeff"), "or spreadsheets show Chinese as nonsense"
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_csv_line_is_the_row_with_its_reasons_and_where_it_stood():
    [line] = table(("id", "区", "数"), reject(1, '{"id": "c1", "区": "甲\\n乙", "数": 12.50}',
                                          Reason("id", "missing", "id is missing"), Reason("", "conflict", "another is there")))
    assert (line["_file"], line["_line"], line["_batch"], line["_dataset"]) == ("cases.csv", "41", "7", "test/old")
    assert line["_reasons"] == "id: id is missing (missing); another is there (conflict)"
    assert (line["id"], line["区"], line["数"]) == ("c1", "甲\n乙", "12.50"), "figures stay as they were written"


def test_cells_that_a_row_has_not_are_empty_and_what_is_no_row_stands_whole():
    first, second = table(("id", "value"), reject(1, '{"id": null}'), reject(2, '[1, "=2"]'))
    assert (first["id"], first["value"], first["_row"]) == ("", "", "")
    assert (second["id"], second["_row"]) == ("", '[1, "=2"]')


def test_a_column_with_a_name_of_ours_keeps_it():
    [line] = table(("_line",), reject(1, '{"_line": "seven"}'))
    assert (line["_line"], line["__line"]) == ("seven", "41")


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "-"])
def test_what_a_spreadsheet_would_run_is_made_text(cell):
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-73.91", "+40.5", "-1e5", "1=2", "", "c-1", "上海"])
def test_numbers_and_plain_words_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_formulas_are_disarmed_in_the_head_in_cells_and_in_reasons():
    text = "".join(csv_lines(("=h",), [reject(1, '{"=h": "=1"}', Reason("", "type", "=1 is no number"))]))
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert not [cell for cell in cells if cell.lstrip("\ufeff").startswith("=")]


def test_an_ndjson_line_keeps_the_row_to_the_letter():
    row = '{"n": 1.50, "big": 123456789012345678901234567890, "t": "=1"}'
    [line] = ndjson_lines([reject(1, row, Reason("n", "range", "n is 1.5"))])
    assert line.endswith(f'"row": {row}}}\n') and line.count("\n") == 1
    said = json.loads(line)
    assert (said["file"], said["line"], said["batch"], said["reasons"][0]["code"]) == ("cases.csv", 41, 7, "range")
