from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from simulate import moments

NEW_YORK = ZoneInfo("America/New_York")


def seconds(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())


def test_instants_are_written_with_an_offset() -> None:
    at = np.array([seconds(2026, 3, 4, 17, 0, 9), seconds(2026, 3, 5)])
    assert moments.texts(at) == ["2026-03-04T17:00:09Z", "2026-03-05T00:00:00Z"]
    assert moments.text(int(at[0])) == "2026-03-04T17:00:09Z"
    assert moments.instant("2026-03-04T17:00:09Z") == at[0]


def test_the_citys_clock_jumps_in_march_and_november() -> None:
    """In 2026 New York changes on 8 March 07:00 UTC and on 1 November 06:00 UTC."""
    march, november = seconds(2026, 3, 8, 7), seconds(2026, 11, 1, 6)
    at = np.array([march - 1, march, november - 1, november])
    hours = moments.local(NEW_YORK, at) // 3600 % 24
    assert hours.tolist() == [1, 3, 1, 1]


def test_the_citys_clock_agrees_with_the_time_zone_database() -> None:
    at = np.arange(seconds(2013, 1, 1), seconds(2027, 1, 1), 91 * 3600 + 17)
    expected = [int(datetime.fromtimestamp(t, NEW_YORK).replace(tzinfo=UTC).timestamp()) for t in at.tolist()]
    assert moments.local(NEW_YORK, at).tolist() == expected
