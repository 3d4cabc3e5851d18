from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.times import Unzoned, instant, instants

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def test_an_offset_is_taken_off() -> None:
    read, understood = instants(["2026-03-04T12:00:00-05:00", "2026-03-04T12:00:00Z", "2026-03-04T12:00:00+05:30"])
    assert understood.all()
    assert [str(one) for one in read.astype("datetime64[m]")] == ["2026-03-04T17:00", "2026-03-04T12:00", "2026-03-04T06:30"]


@pytest.mark.parametrize("odd", [
    "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Zx",
    "2026-01-01T00:00:00+0500", "٢٠٢٦-01-01T00:00:00Z", "", "x" * 100, "2026-01-01T00:00:00+05:00" + "0" * 40])
def test_what_is_not_plainly_an_instant_is_left_to_the_slow_way(odd: str) -> None:
    read, understood = instants(["2024-02-29T00:00:00Z", odd])
    assert understood.tolist() == [True, False]
    assert np.isnat(read[1])


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(Unzoned):
        instant("2026-03-04T12:00:00")


def test_fractions_are_kept_to_the_microsecond() -> None:
    assert instant("2026-03-04T12:00:00.000001Z") == np.datetime64("2026-03-04T12:00:00.000001")


@given(st.lists(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=ZONES), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_the_fast_way_and_the_slow_way_read_the_same(times: list[datetime]) -> None:
    written = [time.replace(microsecond=0).isoformat() for time in times]
    read, understood = instants(written)
    for text, one, fine in zip(written, read, understood, strict=True):
        if fine:
            assert one == instant(text)
            assert one.astype(object).replace(tzinfo=UTC) == datetime.fromisoformat(text)
        else:
            assert ":" in text[22:] and len(text) > 25, "only offsets with seconds are left out"
