"""Values from columns: texts, numbers, flags, tables. Each case is one cell in and one value out."""

import math
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from ingest.mapping.apply import Around, apply
from ingest.mapping.faults import MappingError
from ingest.mapping.fitting import prepare
from ingest.mapping.mapped import Mapped
from ingest.mapping.spec import Mapping
from ingest.rows import FIELDS, Field, Kind

SHANGHAI = ZoneInfo("Asia/Shanghai")


def mapped(columns: dict[str, list[Any]], value: Any, kind: Kind = "text", folder: Path = Path(), **around: Any) -> Mapped:
    """One field `f` of a kind, made of some columns."""
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    spec = Mapping.model_validate({"columns": {"f": value}})
    return apply(spec, frame, (Field("f", kind),), Around(SHANGHAI, folder=folder, **around))


def one(cell: Any, value: dict[str, Any], kind: Kind = "text", **around: Any) -> Any:
    """What becomes of one cell of column c; the reason's code when it is refused."""
    made = mapped({"c": [cell]}, {"column": "c", **value}, kind, **around)
    if made.rejects.reasons:
        return f"!{made.rejects.reasons[0][0].code}"
    found = made.columns["f"][0]
    return None if isinstance(found, float) and math.isnan(found) else found


@pytest.mark.parametrize(("cell", "value", "text"), [
    ("\u3000 a b \u00a0", {}, "a b"), ("", {}, None), ("-", {}, None), ("NULL", {}, None), (None, {}, None),
    (float("nan"), {}, None),
    ("-", {"empty": ["x"]}, "-"), ("x", {"empty": ["x"]}, None),
    ("a/b/c", {"split": {"by": "/", "part": 2}}, "b"), ("a/b/c", {"split": {"by": "/", "part": -1}}, "c"),
    ("a", {"split": {"by": "/", "part": 2}}, "!part"),
    ("Ward 12 (North)", {"match": r"Ward (\d+)"}, "12"), ("Ward 12", {"match": r"(?P<w>\w+) (?P<n>\d+)", "take": "n"}, "12"),
    ("Ward 12", {"match": r"(\w+) ([0-9(]+)", "take": 2}, "12"), ("Ward", {"match": r"\d+"}, "!pattern"),
    ("W12", {"match": r"\d+"}, "12"),
    ("a-b c", {"replace": {"[- ]": ""}}, "abc"), ("ab", {"replace": {"(a)(b)": r"\2\1"}}, "ba"),
    ("a", {"replace": {"a": ""}}, None),
    ("aB", {"letters": "upper"}, "AB"), ("Ä", {"letters": "lower"}, "ä"), ("12", {"pad": 6}, "000012"),
    ("1234567", {"pad": 6}, "1234567"),
    ("abcdef", {"cut": 3}, "abc"), ("区街道", {"cut": 2}, "区街"),
    ("噪声", {"table": {"噪声": "noise"}}, "noise"), ("其他", {"table": {"噪声": "noise"}}, "!not_in_table"),
    ("其他", {"table": {"噪声": "noise"}, "default": 9999}, "9999"), (None, {"table": {"噪声": "noise"}, "default": "x"}, "x"),
    ("ＮＯＩＳＥ ", {"table": {"entries": {"noise": "n"}, "loose": True}}, "n"), ("1", {"table": {1: True}}, "true"),
    (520102, {}, "520102"), (520102.0, {}, "520102"), (1.5, {}, "1.5"), (True, {}, "true"), (b"ab", {}, "ab"),
    ([1, 2], {}, "[1,2]"),
    ("\ud800x", {}, "?x"), ("a\0b", {}, "a\0b"), ("=1+1", {}, "=1+1"),
])
def test_a_text_is_read_as_declared(cell: Any, value: dict[str, Any], text: str | None) -> None:
    assert one(cell, value) == text


@pytest.mark.parametrize(("cell", "value", "number"), [
    ("1.5", {}, 1.5), ("-3", {}, -3), ("+3", {}, 3), ("1e3", {}, 1000), (".5", {}, 0.5), ("１２．５", {}, 12.5), ("−5", {}, -5),
    (7, {}, 7),
    (np.float64(2.5), {}, 2.5), ("", {}, None), ("abc", {}, "!type"), ("nan", {}, None), ("inf", {}, "!type"),
    ("1e999", {}, "!type"),
    ("1,5", {"decimal": ","}, 1.5), ("1.234,5", {"decimal": ",", "thousands": "."}, 1234.5),
    ("1,234.5", {"thousands": ","}, 1234.5),
    ("1,234", {}, "!type"), ("1,23", {"thousands": ","}, "!type"), ("1 234 567", {"thousands": " "}, 1234567),
    ("1\u00a0234", {"thousands": " "}, 1234), ("12,34,567", {"thousands": ","}, 1234567), ("1'234", {"thousands": "'"}, 1234),
    ("1.5", {"decimal": ","}, "!type"), (1.5, {"decimal": ","}, 1.5), ("0x1F", {}, "!unit"), ("1_000", {}, "!type"),
    ("12 %", {"percent": "keep"}, 12), ("12%", {"percent": "ratio"}, 0.12), ("5‰", {"percent": "ratio"}, 0.005),
    ("12%", {}, "!unit"),
    ("3.2万", {}, 32000), ("1.5亿", {}, 150_000_000), ("3.2万元", {"words": ["元"]}, 32000), ("¥12.50", {"words": ["¥"]}, 12.5),
    ("12 pcs", {}, "!unit"), ("12 pcs", {"words": ["pcs"]}, 12), ("-¥5", {"words": ["¥"]}, "!type"),
    ("¥-5", {"words": ["¥"]}, -5),
    ("39.02", {"unit": {"from": "fahrenheit", "to": "°C"}}, 3.9), ("32", {"unit": {"from": "°F", "to": "℃"}}, 0),
    ("10", {"unit": {"from": "mile_per_hour", "to": "m/s"}}, 4.4704), ("1", {"unit": {"from": "inch", "to": "mm"}}, 25.4),
    ("2", {"unit": {"from": "mile", "to": "km"}}, 3.218688), ("36 km/h", {"unit": {"to": "m/s"}}, 10),
    ("10", {"unit": {"to": "m/s"}}, "!unit"),
    ("36 km/h", {"unit": {"from": "m/s", "to": "m/s"}}, 10), ("5 kg", {"unit": {"to": "m/s"}}, "!unit"),
    ("5", {"scale": 0.1}, 0.5),
    ("2.345", {"decimals": 1}, 2.3), ("", {"default": 7}, 7), ("x", {"default": 7}, "!type"), ("x", {"if_bad": "empty"}, None),
])
def test_a_number_is_read_as_declared(cell: Any, value: dict[str, Any], number: float | str | None) -> None:
    found = one(cell, value, "number")
    assert found == (number if isinstance(number, str | None) else pytest.approx(number, rel=1e-12))


@pytest.mark.parametrize(("cell", "value", "flag"), [
    ("是", {}, True), ("否", {}, False), ("Yes", {}, True), ("N", {}, False), (True, {}, True), (0, {}, False),
    ("ＴＲＵＥ", {}, True),
    ("在线", {"when_true": ["在线"], "when_false": ["离线"]}, True),
    ("离线", {"when_true": ["在线"], "when_false": ["离线"]}, False),
    ("1", {"when_false": ["1"]}, False), ("perhaps", {}, "!type"), ("", {}, None), ("", {"default": "no"}, False),
])
def test_a_flag_is_read_in_many_words(cell: Any, value: dict[str, Any], flag: bool | str | None) -> None:
    assert one(cell, value, "flag") == flag


def test_a_number_without_its_unit_takes_that_of_the_property() -> None:
    spec = Mapping.model_validate({"columns": {"device": {"value": "d"}, "observed_at": {"value": "2024-01-01"}},
                                   "long": {"columns": {"temperature": {"column": "t", "unit": "fahrenheit"}}}})
    frame = pd.DataFrame({"t": ["212"]}, dtype=object)
    made = apply(spec, frame, FIELDS["observations"], Around(SHANGHAI, units={"temperature": "°C"}))
    assert made.columns["value"].tolist() == [100]
    with pytest.raises(MappingError, match="`unit: fahrenheit` does not say what it becomes"):
        apply(spec, frame, FIELDS["observations"], Around(SHANGHAI))


def test_columns_are_joined_added_filled_in_and_the_first_taken() -> None:
    columns: dict[str, list[Any]] = {
        "a": ["x", None, None], "b": ["y", "z", None], "n": ["1", "2", "x"], "m": ["10", None, "3"], "t.1": ["7", "8", None]}
    assert mapped(columns, {"join": ["a", "b"], "with": "-"}).columns["f"].tolist() == ["x-y", "z", None]
    assert mapped(columns, {"first": ["a", "b"]}).columns["f"].tolist() == ["x", "z", None]
    assert mapped(columns, {"template": "36{t.1:0>3}/{n}"}).columns["f"].tolist() == ["36007/1", "36008/2", None]
    assert mapped(columns, {"value": "hotline"}).columns["f"].tolist() == ["hotline"] * 3
    added = mapped(columns, {"sum": ["m", "-n"]}, "number")
    assert added.columns["f"][0] == 9 and np.isnan(added.columns["f"][1:]).all()
    assert {row: reasons[0].text for row, reasons in added.rejects.reasons.items()} == {
        2: "n is 'x', which is no number"}


def test_line_and_table_are_columns_too() -> None:
    assert mapped({"a": ["x", "y"]}, {"join": ["@table", "@line"]}, table="b.csv").columns["f"].tolist() == ["b.csv 2", "b.csv 3"]
    assert mapped({"a": ["x"]},
    {"column": "@table", "match": r"_(\d{4})\."}, table="lots_2023.csv").columns["f"].tolist() == ["2023"]


def test_the_decimal_mark_that_the_file_was_read_with_holds_unless_the_value_says_another() -> None:
    assert one("1,5", {}, "number", decimal=",") == 1.5
    assert one("1.5", {"decimal": "."}, "number", decimal=",") == 1.5


def test_a_table_lies_beside_the_pack_as_csv_or_yaml(tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_bytes("名称;编码;说明\n噪声;0101;吵\n路面;0102;坑\n".encode("gb18030"))
    (tmp_path / "classes.yaml").write_text("噪声: '0101'\n路面: 7\n", encoding="utf-8")
    for table, found in (("classes.csv", "0102"), ("classes.yaml", "7"),
    ({"file": "classes.csv", "key": "名称", "value": "说明"}, "坑")):
        assert mapped({"c": ["路面"]}, {"column": "c", "table": table}, folder=tmp_path).columns["f"].tolist() == [found]


def test_a_table_that_contradicts_itself_or_is_missing_is_told_before_the_first_row(tmp_path: Path) -> None:
    (tmp_path / "twice.csv").write_text("a,b\nx,1\ny,2\nx,3\n")
    (tmp_path / "thin.csv").write_text("a\nx\n")
    expected = {"twice.csv": "line 4: 'x' becomes '3' here and '1' further up",
    "none.csv": "is missing", "../x.csv": "pack's folder",
                "thin.csv": "at least two columns"}
    for file, message in expected.items():
        spec = Mapping.model_validate({"columns": {"id": {"column": "c", "table": file}}})
        with pytest.raises(MappingError, match=message):
            prepare(spec, ["c"], FIELDS["cases"], tmp_path)


def test_every_mistake_of_a_mapping_is_told_at_once_with_what_may_have_been_meant() -> None:
    spec = Mapping.model_validate({
        "columns": {"id": "Case Nr", "tilte": "b", "class": {"join": ["b", "zzz"]}}, "place": {"lon": "lng", "lat": "b"},
        "skip_when": [{"column": "nn", "empty": True}], "steps": {"closed": {"column": "b", "agency": "ag"}}})
    with pytest.raises(MappingError) as told:
        prepare(spec, ["Case No", "b"], FIELDS["cases"], Path())
    assert str(told.value).splitlines() == [
        "columns.tilte: the subject has no field 'tilte'; did you mean 'title'?",
        "columns.id: the table has no column 'Case Nr'; did you mean 'Case No'?",
        "columns.class: the table has no column 'zzz'; there are: Case No, b",
        "place.lon: the table has no column 'lng'; there are: Case No, b",
        "steps.closed.agency: the table has no column 'ag'; there are: Case No, b",
        "skip_when[0]: the table has no column 'nn'; there are: Case No, b"]


@pytest.mark.parametrize(("value", "message"), [
    ({"column": "a", "value": "b"}, "exactly one of column, value"), ({}, "exactly one of"),
    ({"column": "a", "colour": 1}, "Extra inputs"),
    ({"column": "a", "match": "(?=x)"}, "RE2 syntax"), ({"column": "a", "match": "(x)", "take": 2}, "has 1 groups, not 2"),
    ({"column": "a", "match": "x", "take": "y"}, "no group"), ({"column": "a", "format": "%Q"}, "%Q"),
    ({"column": "a", "format": "abc"}, "no format"),
    ({"column": "a", "zone": "Mars"}, "no time zone"), ({"column": "a", "unit": "smoot"}, "no unit that is known"),
    ({"column": "a", "unit": {"from": "m", "to": "s"}}, "cannot become"), ({"start": "2024-01-01"}, "needs a `step`"),
    ({"start": "2024-01-01", "step": "soon"}, "no duration"), ({"template": "abc"}, "no template"),
    ({"template": "{a!r}{"}, "no template"),
    ({"column": "a", "thousands": ",", "decimal": ","}, "must differ"),
    ({"column": "a", "split": {"by": ",", "part": 0}}, "counted from 1"),
    ({"column": "a", "replace": {"(": ""}}, "not understood"),
])
def test_a_value_that_cannot_work_is_refused_when_the_pack_is_read(value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Mapping.model_validate({"columns": {"id": value}})


def test_a_pattern_made_to_hang_is_matched_in_time() -> None:
    """(a+)+$ takes a backtracking engine 2^n steps; 200,000 letters would outlast the universe."""
    assert one("a" * 200_000 + "!", {"match": "(a+)+$"}) == "!pattern"


def test_a_default_that_cannot_be_read_is_the_pack_s_mistake() -> None:
    with pytest.raises(MappingError, match="the default of c is 'x', which is no number"):
        one("", {"default": "x"}, "number")


def test_a_field_that_may_be_empty_is_left_so_and_its_row_marked() -> None:
    made = mapped({"c": ["1", "x"]}, {"column": "c", "if_bad": "empty"}, "number")
    assert not made.rejects.reasons
    assert [(row, reasons[0].code) for row, reasons in made.marks.reasons.items()] == [(1, "type")]


def test_rows_that_are_no_data_are_refused_with_that_reason_alone() -> None:
    spec = Mapping.model_validate({"columns": {"id": "a", "reported_at": "t"}, "skip_when": [
        {"column": "a", "is": ["合计"]}, {"column": "a", "matches": "^#"}, {"column": "a", "empty": True}]})
    frame = pd.DataFrame({"a": ["1", "合计", "# note", None], "t": ["2024-01-01", "x", "x", "x"]}, dtype=object)
    made = apply(spec, frame, FIELDS["cases"], Around(SHANGHAI))
    assert {row: [(reason.field, reason.code) for reason in reasons] for row, reasons in made.rejects.reasons.items()} == {
        row: [("a", "skipped")] for row in (1, 2, 3)}


def test_cells_that_repeat_are_read_like_those_that_do_not() -> None:
    cells = [f"{at % 7},5" if at % 11 else "x" for at in range(5000)]
    many = mapped({"c": cells}, {"column": "c", "decimal": ","}, "number")
    few = [one(cell, {"decimal": ","}, "number") for cell in cells[:40]]
    assert [number if number == number else "!type" for number in many.columns["f"][:40].tolist()] == few
    assert len(many.rejects.reasons) == sum(cell == "x" for cell in cells)


def test_a_column_may_be_missing_when_the_value_says_so() -> None:
    assert mapped({"c": ["1"]}, {"column": "d", "optional": True}).columns["f"].tolist() == [None]
    assert mapped({"c": ["1"]}, {"first": ["d", "c"], "optional": True}).columns["f"].tolist() == ["1"]
    with pytest.raises(MappingError, match="there is no column 'd'; there are: c"):
        mapped({"c": ["1"]}, "d")
