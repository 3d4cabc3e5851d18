"""Static GTFS: read with its junk, its days and its times past midnight."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from doors.gtfs import timetable
from doors.gtfs.clock import beginning, instant, seconds
from doors.gtfs.schedule import Schedule
from readers.content import file
from readers.table import Unreadable
from tests.doors.gtfs_town import FILES, packed

NEW_YORK = ZoneInfo("America/New_York")


def read(folder: Path, files: Mapping[str, str] = FILES, inside: str = "") -> Schedule:
    """A timetable from these files."""
    (folder / "town.zip").write_bytes(packed(files, inside))
    return timetable.read(file(folder / "town.zip", "town.zip"), ZoneInfo("Asia/Shanghai"))


def test_a_timetable_is_read_with_marks_blank_lines_and_junk_and_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    found = read(tmp_path, inside="export/")
    assert found.routes["R1"] == ("R1", "12", "Harbour, loop", "bus")
    assert found.routes["R2"].mode == "bus"
    assert [(call.sequence, call.stop, call.arrival, call.departure) for call in found.calls("T1")] == [
        (10, "S1", 43200, 43200), (20, "S2", 43800, 43860), (30, "S3", 44400, 44400)]
    assert found.calls("N1")[1].arrival == 25 * 3600 + 600
    assert (found.stops["S3"].lon, found.stops["S3"].lat) == (0.045, 0.005)
    assert found.zone == NEW_YORK
    assert {name: count for name, count in found.left_out.items() if count} == {
        "routes.txt": 1, "stop_times.txt": 2, "calendar_dates.txt": 1}


@pytest.mark.parametrize(("on", "runs"), [
    (date(2026, 3, 4), True),       # a Wednesday
    (date(2026, 3, 5), False),      # taken out
    (date(2026, 3, 7), True),       # a Saturday, put in
    (date(2026, 3, 8), False),
    (date(2027, 3, 3), False),      # after the calendar's end
])
def test_a_trip_runs_on_its_weekdays_but_for_the_exceptions(tmp_path: Path, on: date, runs: bool) -> None:
    found = read(tmp_path)
    assert found.runs(found.trips["T1"], on) is runs


@pytest.mark.parametrize("left_out", ["agency.txt", "calendar.txt", "calendar_dates.txt", "frequencies.txt"])
def test_files_that_may_be_missing_may_be_missing_or_hold_nothing(tmp_path: Path, left_out: str) -> None:
    without = {name: text for name, text in FILES.items() if name != left_out}
    emptied = {**FILES, left_out: FILES[left_out].splitlines()[0] + "\n"}
    for files in (without, emptied, {**FILES, left_out: ""}):
        assert len(read(tmp_path, files).calls("T1")) == 3


def test_without_any_calendar_every_trip_may_run_on_any_day(tmp_path: Path) -> None:
    found = read(tmp_path, {name: text for name, text in FILES.items() if not name.startswith("calendar")})
    assert found.runs(found.trips["T1"], date(2026, 3, 8))


def test_what_is_no_timetable_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"holds no stop_times\.txt"):
        read(tmp_path, {name: text for name, text in FILES.items() if name != "stop_times.txt"})
    (tmp_path / "page.zip").write_text("<html>Not found</html>")
    with pytest.raises(Unreadable, match="is no zip archive"):
        timetable.read(file(tmp_path / "page.zip", "page.zip"), NEW_YORK)


@pytest.mark.parametrize(("text", "wanted"), [
    ("8:05:00", 29100), (" 08:05:00 ", 29100), ("08:05", 29100), ("25:10:30", 90630), ("", -1), ("8h05", -1), ("08:61:00", -1)])
def test_a_time_of_the_service_day_may_be_short_padded_or_past_midnight(text: str, wanted: int) -> None:
    assert seconds(text) == wanted


def test_a_service_day_begins_twelve_hours_before_its_noon() -> None:
    """On 8 March 2026 New York's clocks go forward at two: the service day begins at 23:00 of the day before."""
    assert beginning(date(2026, 3, 4), NEW_YORK) == datetime(2026, 3, 4, 5, tzinfo=UTC)
    assert beginning(date(2026, 3, 8), NEW_YORK) == datetime(2026, 3, 8, 4, tzinfo=UTC)


def test_an_instant_may_be_in_milliseconds_and_none_is_none() -> None:
    assert instant(1772643600) == instant(1772643600000) == datetime(2026, 3, 4, 17, tzinfo=UTC)
    assert [instant(value) for value in (0, -5, float("nan"), 2**63)] == [None, None, None, None]


def test_of_columns_that_are_called_alike_the_first_counts(tmp_path: Path) -> None:
    files = {name: text.replace("trip_id,arrival_time", "trip_id,Trip_ID").replace("departure_time", "arrival_time")
             if name == "stop_times.txt" else text for name, text in FILES.items()}
    assert [call.sequence for call in read(tmp_path, files).calls("T1")] == [10, 20, 30]
