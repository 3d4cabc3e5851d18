"""Times in any format and zone; hours that a clock change skips or repeats; rows without a time of their own."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mapping.apply import Around, apply
from ingest.mapping.mapped import Mapped
from ingest.mapping.spec import Mapping
from ingest.mapping.zones import to_utc
from ingest.rows import Field

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
FIVE_PAST_TWO = "2024-03-05T06:05"  # 14:05 in Shanghai, in UTC


def mapped(columns: dict[str, list[Any]], value: Any, zone: ZoneInfo = SHANGHAI, **around: Any) -> Mapped:
    """One time `f` made of some columns."""
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    frame.index = pd.RangeIndex(2, 2 + len(frame))
    return apply(Mapping.model_validate({"columns": {"f": value}}), frame, (Field("f", "time"),), Around(zone, **around))


def one(cell: Any, value: dict[str, Any] | None = None, zone: ZoneInfo = SHANGHAI) -> str:
    """What becomes of one cell, to the minute where seconds are none; the reason's code when it is refused."""
    made = mapped({"c": [cell]}, {"column": "c", **(value or {})}, zone)
    if made.rejects.reasons:
        return f"!{made.rejects.reasons[0][0].code}"
    return str(made.columns["f"][0]).removesuffix(".000000").removesuffix(":00")


@pytest.mark.parametrize("cell", [
    "2024-03-05 14:05",
    "2024-03-05 14:05:00", "2024-03-05T14:05:00", "2024-03-05T14:05:00.000", "2024/3/5 14:05", "2024.03.05 14:05",
    "2024年3月5日 14时05分",
    "2024年03月05日14:05", "2024年3月5日 下午2时5分", "2024年3月5号14点05分00秒", "２０２４-03-05　14：05",
    "2024-03-05T06:05:00Z", "2024-03-05T14:05:00+08:00", "2024-03-05 14:05:00 +0800", "2024-03-05T01:05:00-05", "20240305140500",
    "2024. 3. 5. 오후 2:05", "2024-03-05 오후 02:05:00", "2024년 3월 5일 14시 5분", "2024年3月5日午後2時5分",
    "令和6年3月5日 14:05", "R6.3.5 14:05",
    "٢٠٢٤-٠٣-٠٥ ١٤:٠٥", "۲۰۲۴/۰۳/۰۵ ۱۴:۰۵", "2024-03-05 02:05 م", "2024-03-05 02:05 μμ",
    "20240305T140500", "2024-03-05 2:05 PM", "2024-03-05 02:05 p.m.", datetime(2024, 3, 5, 14, 5),
    datetime(2024, 3, 5, 1, 5, tzinfo=NEW_YORK), pd.Timestamp("2024-03-05 14:05"), np.datetime64("2024-03-05T14:05", "ns"),
])
def test_a_time_with_the_year_first_needs_no_format(cell: Any) -> None:
    assert one(cell) == FIVE_PAST_TWO


@pytest.mark.parametrize(("cell", "format_"), [
    ("05/03/2024 14:05", "%d/%m/%Y %H:%M"), ("5.3.2024 14:5", "%d.%m.%Y %H:%M"),
    ("03/05/2024 02:05:00 PM", "%m/%d/%Y %I:%M:%S %p"),
    ("05/03/24 14:05", "%d/%m/%y %H:%M"), ("5-Mar-2024 14:05", "%d-%b-%Y %H:%M"), ("March 5, 2024 14:05", "%B %d, %Y %H:%M"),
    ("5. März 2024 14:05", "%d. %B %Y %H:%M"), ("Tue, 05 Mar 2024 06:05:00 GMT", "%a, %d %b %Y %H:%M:%S %z"),
    ("5 mars 2024 14:05", "%d %B %Y %H:%M"), ("5 марта 2024 14:05", "%d %B %Y %H:%M"), ("5-MAR-2024 14:05", "%d-%b-%Y %H:%M"),
    ("5 de março de 2024 14:05", "%d de %B de %Y %H:%M"), ("5 березня 2024 14:05", "%d %B %Y %H:%M"),
    ("5 mar 2024 14:05", "%d %b %Y %H:%M"), ("5 marca 2024 14:05", "%d %B %Y %H:%M"), ("5 Mart 2024 14:05", "%d %B %Y %H:%M"),
    ("5 ΜΑΡΤΙΟΥ 2024 14:05", "%d %B %Y %H:%M"), ("5 Maret 2024 14:05", "%d %B %Y %H:%M"),
    ("5 marzo 2024 14:05", "%d %B %Y %H:%M"),
    ("5 มี.ค. 2567 14:05", "%d %b %EY %H:%M"), ("5 มีนาคม 2567 14:05", "%d %B %EY %H:%M"), ("05/03/2567 14:05", "%d/%m/%EY %H:%M"),
    ("٥ مارس ٢٠٢٤ ١٤:٠٥", "%d %B %Y %H:%M"), ("5 מרץ 2024 14:05", "%d %B %Y %H:%M"),
    ("令和06/03/05 14:05", "%EC%Ey/%m/%d %H:%M"), ("民國113年3月5日 14:05", "iso"), ("113/03/05 14:05", "%Ey/%m/%d %H:%M"),
    ("2024-065 14:05", "%Y-%j %H:%M"), ("05.03.2024 14:05", "dd.MM.yyyy HH:mm"),
    ("1709618700", "epoch_s"), ("1709618700000", "epoch_ms"), (1709618700, "epoch_s"), ("45356.5868055556", "excel"),
    (45356.586805555555, "excel"), ("43894.5868055556", "excel_1904"), ("14:05 05032024", "%H:%M %d%m%Y"),
    ("05/03/2024 14:05", ["iso", "%d.%m.%Y", "%d/%m/%Y %H:%M"]), (datetime(2024, 3, 5, 14, 5), "%d/%m/%Y"),
])
def test_any_other_time_is_read_by_its_format(cell: Any, format_: str | list[str]) -> None:
    assert one(cell, {"format": format_}) == FIVE_PAST_TWO


@pytest.mark.parametrize(("cell", "expected"), [
    ("2024-03-05", "2024-03-04T16:00"), ("2024-03-05 24:00", "2024-03-05T16:00"), ("2024-02-29 08:00", "2024-02-29T00:00"),
    ("令和元年5月1日", "2019-04-30T16:00"), ("平成31年4月30日", "2019-04-29T16:00"), ("S64.1.7", "1989-01-06T16:00"),
    ("2024-03-05 14:05:30.25", "2024-03-05T06:05:30.250000"), ("0001-01-02 08:05:43", "0001-01-02T00:00"),
])
def test_days_midnights_and_fractions_are_what_they_say(cell: str, expected: str) -> None:
    assert one(cell) == expected


@pytest.mark.parametrize(("cell", "format_"), [
    ("2023-02-29", "iso"), ("2024-13-01", "iso"), ("2024-00-10", "iso"), ("2024-03-05 25:00", "iso"), ("2024-03-05 14:60", "iso"),
    ("2024-03-05 13:05 AM", "iso"), ("yesterday", "iso"), ("05/03/2024", "iso"), ("2024-03-05 14:05 +25:00", "iso"),
    ("45356", "iso"),
    (45356.5, "iso"), ("2024-03-05x", "iso"), ("31/04/2024", "%d/%m/%Y"), ("5/3/24", "%d/%m/%Y"), ("13:05 PM", "%I:%M %p"),
    ("60", "excel"), ("0", "excel"), ("3000000", "excel"), ("-1", "excel"), ("99999999999", "epoch_s"), ("1e400", "epoch_ms"),
    ("5-Foo-2024", "%d-%b-%Y"), ("2023-366", "%Y-%j"), ("2024-03-05 " + "x" * 200, "iso"), ("２０２４-03-05-06", "iso"),
    ("R6.13.1", "iso"), ("29/02/2566", "%d/%m/%EY"),
])
def test_what_no_calendar_or_clock_has_is_refused(cell: Any, format_: str) -> None:
    assert one(cell, {"format": format_}) == "!time"


def test_two_digit_years_turn_at_sixty_nine() -> None:
    assert [one(f"01/01/{year} 08:00", {"format": "%d/%m/%y %H:%M"})[:4] for year in ("68", "69", "99", "00")] == [
        "2068", "1969", "1999", "2000"]


def test_excel_s_days_before_its_false_leap_day_are_one_off() -> None:
    assert one("1", {"format": "excel"}) == "1899-12-31T15:54:17"  # 1 January 1900, Shanghai's local mean time
    assert one("59", {"format": "excel", "zone": "UTC"}) == "1900-02-28T00:00"
    assert one("61", {"format": "excel", "zone": "UTC"}) == "1900-03-01T00:00"


def test_the_zone_is_that_of_the_value_then_of_the_mapping_then_of_the_city() -> None:
    assert one("2024-03-05 14:05", {"zone": "UTC"}) == "2024-03-05T14:05"
    frame = pd.DataFrame({"c": ["2024-03-05 14:05"]}, dtype=object)
    spec = Mapping.model_validate({"zone": "Europe/Paris", "columns": {"f": "c"}})
    assert str(apply(spec, frame, (Field("f", "time"),), Around(SHANGHAI)).columns["f"][0])[:16] == "2024-03-05T13:05"


@pytest.mark.parametrize(("choice", "skipped", "twice"), [
    ("mark", "2024-03-10T07:30", "2024-11-03T05:30"), ("earlier", "2024-03-10T07:30", "2024-11-03T05:30"),
    ("later", "2024-03-10T07:30", "2024-11-03T06:30"), ("reject", "!clock_change", "!clock_change"),
])
def test_hours_that_a_clock_change_skips_or_repeats_are_what_is_declared(choice: str, skipped: str, twice: str) -> None:
    """New York 2024: on 10 March the clocks go from 2:00 to 3:00, on 3 November from 2:00 back to 1:00."""
    assert one("2024-03-10 02:30", {"clock_change": choice}, NEW_YORK) == skipped
    assert one("2024-11-03 01:30", {"clock_change": choice}, NEW_YORK) == twice


def test_by_default_they_are_let_in_and_marked() -> None:
    made = mapped({"c": ["2024-03-10 02:30", "2024-11-03 01:30", "2024-11-03 02:00", "2024-11-03T01:30-04:00"]}, "c", NEW_YORK)
    assert not made.rejects.reasons
    assert {row: reasons[0].text for row, reasons in made.marks.reasons.items()} == {
        0: "c is '2024-03-10 02:30', which does not exist in America/New_York, because the clocks change",
        1: "c is '2024-11-03 01:30', which stands twice on the clock in America/New_York, because the clocks change"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 31)), min_size=1, max_size=20),
       st.sampled_from(["America/New_York",
       "Asia/Shanghai", "Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata"]))
def test_local_times_become_the_utc_that_zoneinfo_says(times: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    local = np.array(times, "datetime64[us]")
    for later in (False, True):
        utc, skipped, twice = to_utc(local, zone, later)
        for at, time in enumerate(times):
            first, second = (time - (time.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()) for fold in (0, 1))
            assert bool(skipped[at]) == (first > second)
            assert bool(twice[at]) == (first < second)
            assert utc[at].astype(datetime) == (second if later and twice[at] else first)


def test_date_and_time_may_stand_in_two_columns() -> None:
    columns: dict[str, list[Any]] = {
        "d": ["2024/3/5", "2024年3月5日", datetime(2024, 3, 5), "2024-03-05", "2024-03-05", "x"],
        "t": ["14:05", "14时05分", "1405", 0.586805555555556, None, "25:00"]}
    made = mapped(columns, {"date": "d", "time": "t"})
    assert [str(at)[:16] for at in made.columns["f"][:5]] == [FIVE_PAST_TWO] * 4 + ["2024-03-04T16:00"]
    assert [reason.text for reason in made.rejects.reasons[5]] == [
        "d is 'x', which is no time such as 2024-03-05 14:05; say its `format`",
        "t is '25:00', which is no time of day such as 14:05; say its `time_format`"]
    special = mapped({"d": ["05.03.2024"], "t": ["2.05pm"]},
    {"date": "d", "time": "t", "format": "%d.%m.%Y", "time_format": "%I.%M%p"})
    assert str(special.columns["f"][0])[:16] == FIVE_PAST_TWO


def test_rows_without_a_time_are_counted_from_the_start() -> None:
    """The table's 11th row is this frame's first; line 4 could not be read, so line 5 is the 14th."""
    frame = pd.DataFrame({"c": ["a", "b", "c"]}, index=[2, 3, 5], dtype=object)
    spec = Mapping.model_validate({"columns": {"f": {"start": "2024-01-01 00:00", "step": "15min"}}})
    made = apply(spec, frame, (Field("f", "time"),), Around(ZoneInfo("UTC"), before=10, gaps=[4]))
    assert [str(at)[:16] for at in made.columns["f"]] == ["2024-01-01T02:30", "2024-01-01T02:45", "2024-01-01T03:15"]


def test_rows_may_count_their_steps_themselves() -> None:
    made = mapped({"n": ["0", "1.5", "x", "1e300"]}, {"start": "2024-01-01", "step": "1h", "counter": "n", "zone": "UTC"})
    assert [str(at)[:16] for at in made.columns["f"][:2]] == ["2024-01-01T00:00", "2024-01-01T01:30"]
    assert {row: reasons[0].code for row, reasons in made.rejects.reasons.items()} == {2: "type", 3: "range"}


def test_a_reason_names_the_column_the_cell_and_the_format() -> None:
    made = mapped({"受理时间": ["2024-13-01"]}, {"column": "受理时间", "format": ["%Y/%m/%d", "iso"]})
    assert made.rejects.reasons[0][0].text == "受理时间 is '2024-13-01', which is no time written as %Y/%m/%d or iso"


def test_a_million_ways_to_write_a_time_are_each_read_alone() -> None:
    """Every cell has a length or a shape of its own, so none is read with others."""
    start = datetime(2024, 1, 1)
    cells = [(start + timedelta(hours=at)).strftime(f"%d{'-./ '[at % 4]}%b{'-./ '[at // 4 % 4]}%Y %H:%M") for at in range(3000)]
    made = mapped({"c": cells}, {"column": "c", "zone": "UTC", "format": [f"%d{a}%b{b}%Y %H:%M" for a in "-./ " for b in "-./ "]})
    assert not made.rejects.reasons
    assert (made.columns["f"] == np.datetime64("2024-01-01") + np.arange(3000) * np.timedelta64(1, "h")).all()


def test_the_twenty_ninth_of_february_of_a_buddhist_year_is_that_of_ours() -> None:
    """2567 is 2024, a leap year, though 2567 itself divides by four as little as 2023 does."""
    assert one("29/02/2567 08:00", {"format": "%d/%m/%EY %H:%M"}) == "2024-02-29T00:00"
