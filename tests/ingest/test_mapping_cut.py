"""Codes that a spreadsheet cut are told, and marks in numbers are spoken of only where there are marks."""

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest

from ingest.mapping.apply import Around, apply
from ingest.mapping.hints import of_cut
from ingest.mapping.mapped import Mapped
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import Mapping
from ingest.rows import FIELDS

ROUND = Around(ZoneInfo("Asia/Shanghai"), regions=RegionIndex(["420561001"], ["滨江街道"], [""], [""], [0], ["city"]))
CUT = ("which a spreadsheet cut to its first digits, so the code is lost; make the column text in the sheet, or widen it, and "
       "export it again")


def messages(columns: dict[str, list[Any]], place: dict[str, Any] | None = None) -> Mapped:
    columns = {"type": ["咨询"] * len(columns["n"]), "at": ["2026-11-01 08:00"] * len(columns["n"]), **columns}
    spec = {"columns": {"id": "n", "topic": "type", "occurred_at": "at", "channel": {"value": "hotline"}}}
    return apply(Mapping.model_validate(spec | ({"place": place} if place else {})), pd.DataFrame(columns, dtype=object),
                 FIELDS["messages"], ROUND)


def test_a_code_that_a_spreadsheet_cut_is_refused_with_what_to_do():
    made = messages({"n": ["56100000123", "5.61E+10", "4.20561e+17", "5E1", "A+1"]})
    assert {row: [(one.field, one.code, one.text) for one in reasons] for row, reasons in made.rejects.reasons.items()} == {
        1: [("id", "cut", f"n is '5.61E+10', {CUT}")], 2: [("id", "cut", f"n is '4.20561e+17', {CUT}")]}


def test_a_number_that_a_sheet_kept_whole_is_a_code_with_all_its_digits():
    assert messages({"n": [56100000123.0, 420561001001001]}).columns["id"].tolist() == ["56100000123", "420561001001001"]


def test_a_regions_code_that_was_cut_says_so_and_not_that_the_city_lacks_it():
    made = messages({"n": ["1", "2"], "code": ["4.21E+08", "7"]}, {"region": "code"})
    codes = {row: [one.code for one in reasons] for row, reasons in made.rejects.reasons.items()}
    assert codes == {0: ["cut"], 1: ["unknown_region"]}


def test_a_hint_counts_the_codes_that_were_cut():
    hint, = of_cut("工单编号", pa.array(["5.61E+10", "5.61E+10", "56100000123", None]))
    assert hint.text.startswith("2 cells in 工单编号 are codes that a spreadsheet cut")
    assert not of_cut("工单编号", pa.array(["56100000123", "E+10"]))


@pytest.mark.parametrize(("cell", "tail"), [
    ("~~", "which is no number"), ("keine", "which is no number"), ("C12,5", "which is no number"),
    ("12,5", "which is no number with '.' before the decimals; say `decimal` or `thousands` if it is one"),
    ("1 234", "which is no number with '.' before the decimals; say `decimal` or `thousands` if it is one"),
    ("<0.5", "where '<' stands before the number; name it in `words` if it says nothing")])
def test_marks_are_spoken_of_only_where_figures_stand_around_one(cell, tail):
    said = {"device": {"value": "d"}, "property": {"value": "pm25"}, "observed_at": {"value": "2024-01-01"}, "value": "v"}
    frame = pd.DataFrame({"v": ["1.5", cell]}, dtype=object)
    made = apply(Mapping.model_validate({"columns": said}), frame, FIELDS["observations"], ROUND)
    told = {row: [one.text for one in reasons] for row, reasons in made.rejects.reasons.items()}
    assert told == {1: [f"v is {cell!r}, {tail}"]}
