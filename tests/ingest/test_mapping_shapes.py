"""Wide tables made long, and the steps of cases from the columns of their dates."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from pydantic import ValidationError

from ingest.mapping.apply import Around, apply
from ingest.mapping.faults import MappingError
from ingest.mapping.fitting import prepare
from ingest.mapping.mapped import Mapped
from ingest.mapping.spec import Mapping
from ingest.rows import FIELDS

UTC = ZoneInfo("UTC")


def mapped(subject: str, columns: dict[str, list[Any]], spec: dict[str, Any], **around: Any) -> Mapped:
    """Rows of a subject."""
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return apply(Mapping.model_validate(spec), frame, FIELDS[subject], Around(UTC, **around))


def readings(made: Mapped) -> list[tuple[Any, ...]]:
    """The good rows of observations: line, device, property, hour, value."""
    rows = zip(made.lines.tolist(), made.columns["device"], made.columns["property"], made.columns["observed_at"],
               made.columns["value"].tolist(), strict=True)
    return [(line, device, name, str(at)[11:13], value) for place, (line, device, name, at, value) in enumerate(rows)
            if place not in made.rejects.reasons]


WIDE: dict[str, list[Any]] = {"time": ["2024-01-01 00:00", "2024-01-01 01:00"], "A1_pm25": ["10,5", "11"], "A1_pm10": [None, "x"],
                              "B2_pm25": ["-", "12"], "remark": ["7", "8"]}


def test_a_pattern_over_the_columns_names_gives_device_and_property() -> None:
    made = mapped("observations", WIDE, {
        "columns": {"observed_at": "time"},
        "long": {"pattern": r"^(?P<device>\w+)_(?P<property>pm\d+)$", "value": {"decimal": ","}}})
    assert readings(made) == [(2, "A1", "pm25", "00", 10.5), (3, "A1", "pm25", "01", 11), (3, "B2", "pm25", "01", 12)]
    assert [reason.text for reasons in made.rejects.reasons.values() for reason in reasons] == [
        "A1_pm10 is 'x', which is no number"]
    assert (len(made.lines), made.blank) == (4, 2)


def test_a_table_beside_the_pack_says_what_each_column_is(tmp_path: Path) -> None:
    (tmp_path / "sensors.csv").write_text("column,device,property\nA1_pm25,air-1,pm25\nB2_pm25,air-2,pm25\n")
    made = mapped("observations", WIDE, {"columns": {"observed_at": "time"},
    "long": {"table": "sensors.csv", "value": {"decimal": ","}}},
                  folder=tmp_path)
    assert [one[1] for one in readings(made)] == ["air-1", "air-1", "air-2"]


def test_columns_by_name_may_each_be_read_in_their_own_way() -> None:
    made = mapped("observations",
    {"at": ["2024-01-01 00:00"], "origin": ["JFK"], "temp": ["39.02"], "wind": ["10"], "humid": [""]}, {
        "columns": {"device": {"template": "weather:{origin}"}, "observed_at": "at"},
        "long": {"columns": {"temperature": {"column": "temp", "unit": {"from": "fahrenheit", "to": "°C"}},
                             "wind_speed": {"column": "wind", "unit": {"from": "mile_per_hour", "to": "m/s"}},
                             "humidity": "humid"}}})
    assert readings(made) == [(2, "weather:JFK", "temperature", "00", 3.9), (2, "weather:JFK", "wind_speed", "00", 4.4704)]
    assert made.blank == 1


def test_what_a_column_s_name_says_can_be_worked_on() -> None:
    made = mapped("observations", {"at": ["2024-01-01"], "PM2.5_1号站": ["5"]}, {
        "columns": {"observed_at": "at", "device": {"column": "@station", "table": {"1号站": "air-1"}},
                    "property": {"column": "@what", "table": {"PM2.5": "pm25"}}},
        "long": {"pattern": "^(?P<what>[^_]+)_(?P<station>.+)$"}})
    assert readings(made) == [(2, "air-1", "pm25", "00", 5)]


def test_a_row_that_cannot_be_read_refuses_all_its_cells_and_a_skipped_one_too() -> None:
    made = mapped("observations", {"at": ["x", "total", "2024-01-01"], "a_pm25": ["1", "9", "2"], "b_pm25": ["3", "9", ""]}, {
        "columns": {"observed_at": "at"}, "long": {"pattern": "^(?P<device>.)_(?P<property>.*)$"},
        "skip_when": [{"column": "at", "is": "total"}]} | {"skip_when": [{"column": "at", "is": ["total"]}]})
    assert readings(made) == [(4, "a", "pm25", "00", 2)]
    codes = sorted((int(made.lines[row]), reasons[0].code) for row, reasons in made.rejects.reasons.items())
    assert codes == [(2, "time"), (2, "time"), (3, "skipped"), (3, "skipped")]
    assert made.blank == 1


def test_figures_of_regions_may_be_sums_of_columns() -> None:
    made = mapped("statistics", {"nta": ["A"], "all": ["100"], "old": ["30"], "young": ["20"]}, {
        "columns": {"period": {"value": 2023}}, "place": {"region": "nta"},
        "long": {"by": "key", "columns": {"age_0_64": {"sum": ["all", "-old"]}, "young": "young"}}})
    assert list(zip(made.columns["key"], made.columns["value"], made.columns["region"], made.columns["period"], strict=True)) == [
        ("age_0_64", 70, "A", 2023), ("young", 20, "A", 2023)]


@pytest.mark.parametrize(("long", "message"), [
    ({}, "exactly one of"), ({"pattern": "x"}, "names no group"),
    ({"columns": {"a": "b"}, "value": {"decimal": ","}}, "say it of each column"),
])
def test_a_wide_table_that_cannot_work_is_refused_when_the_pack_is_read(long: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Mapping.model_validate({"long": long})


def test_a_pattern_that_fits_no_column_and_a_field_that_is_none_are_told(tmp_path: Path) -> None:
    for long, message in (({"pattern": "^(?P<device>x)$"}, "matches none of the columns time, A1"),
                          ({"columns": {"a": "A1"}, "by": "propety"}, "did you mean 'property'"),
                          ({"table": "s.csv"}, "is missing")):
        with pytest.raises(MappingError, match=message):
            prepare(Mapping.model_validate({"long": long}), ["time", "A1"], FIELDS["observations"], tmp_path)


COURSE: dict[str, Any] = {"columns": {"id": "id", "reported_at": "opened"}, "steps": {
    "registered": "r", "dispatched": {"column": "d", "agency": {"column": "who", "table": {"城管": "A1"},
    "default": "A0"}, "actor": "man"},
    "closed": {"column": "c", "format": "%d/%m/%Y %H:%M"}}}


def course(**cells: Any) -> dict[str, list[Any]]:
    """One case."""
    return {name: [cells.get(name)] for name in ("id", "opened", "r", "d", "c", "who", "man")}


def test_steps_come_from_the_columns_of_their_dates() -> None:
    made = mapped("cases",
    course(id="1", opened="2024-01-01 08:00", r="2024-01-01 08:10", d="2024-01-01 09:00", c="02/01/2024 10:00",
                                  who="城管", man="李"), COURSE)
    assert not made.rejects.reasons
    assert [str(made.columns[f"step:{name}"][0])[:16] for name in ("registered", "dispatched", "closed")] == [
        "2024-01-01T08:10", "2024-01-01T09:00", "2024-01-02T10:00"]
    assert (made.columns["step:dispatched:agency"][0], made.columns["step:dispatched:actor"][0]) == ("A1", "李")


def test_a_step_without_a_date_is_no_step_and_keeps_no_order() -> None:
    made = mapped("cases", course(id="1", opened="2024-01-01 08:00", d="2024-01-01 09:00"), COURSE)
    assert str(made.columns["step:closed"][0]) == "NaT" and not made.rejects.reasons
    assert made.columns["step:dispatched:agency"][0] == "A0"


@pytest.mark.parametrize(("order", "rejected", "marked"), [("reject", 1, 0), ("mark", 0, 1), ("any", 0, 0)])
def test_steps_that_go_back_in_time_are_refused_marked_or_let_be(order: str, rejected: int, marked: int) -> None:
    spec = COURSE | {"steps": COURSE["steps"] | {"order": order}}
    made = mapped("cases", course(id="1", opened="2024-01-01 08:00", r="2024-01-01 08:10", c="01/01/2024 08:05"), spec)
    assert (len(made.rejects.reasons), len(made.marks.reasons)) == (rejected, marked)
    told = {**made.rejects.reasons, **made.marks.reasons}
    if told:
        assert told[0][0].field == "step:closed"
        assert told[0][0].text == "c (2024-01-01 08:05) lies before r (2024-01-01 08:10)"


def test_a_step_before_the_report_is_out_of_order_too() -> None:
    made = mapped("cases", course(id="1", opened="2024-01-01 08:00", r="2024-01-01 07:59"), COURSE)
    assert made.rejects.reasons[0][0].text == "r (2024-01-01 07:59) lies before opened (2024-01-01 08:00)"


def test_steps_of_a_subject_that_has_none_are_told() -> None:
    with pytest.raises(MappingError, match="only cases have steps"):
        prepare(Mapping.model_validate({"steps": {"closed": "c"}}), ["c"], FIELDS["devices"], Path())
