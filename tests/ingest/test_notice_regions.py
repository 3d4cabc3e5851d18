"""Who hears of a commit hears in which regions something changed, where these are all."""

import select
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from ingest import notify
from tests.ingest.conftest import Sender

CASE = {"class": "noise", "channel": "phone", "title": "n", "lat": 0.005}


@pytest.fixture
def heard(sender: Sender) -> Iterator[Callable[[], Any]]:
    """The newest notice that was not asked for yet."""
    line = sender.engine.raw_connection()
    driver = line.driver_connection
    assert driver is not None
    driver.set_session(autocommit=True)
    driver.cursor().execute("LISTEN tonglan")

    def newest() -> Any:
        until = time.monotonic() + 20
        while not driver.notifies and time.monotonic() < until:
            select.select([driver], [], [], 1)
            driver.poll()
        found = [orjson.loads(notice.payload) for notice in driver.notifies]
        driver.notifies.clear()
        assert len(found) == 1
        return found[0]

    yield newest
    line.invalidate()


def case(name: str, block: int, **more: Any) -> dict[str, Any]:
    return {**CASE, "id": name, "lon": block / 100 + 0.005, "reported_at": "2026-03-04T12:00:00Z", **more}


def places(sender: Sender, *codes: str) -> list[int]:
    return sorted(sender.city.region(code).region_id for code in codes)


def test_new_cases_steps_and_readings_say_where_they_are(sender: Sender, heard: Callable[[], Any]) -> None:
    sender.send("cases", [case("w1", 0), case("w2", 1), case("w3", 0)])
    assert heard()["regions"] == places(sender, "T111", "T112")
    sender.send("steps", [{"case": "w2", "step": "registered", "at": "2026-03-04T12:05:00Z"}])
    assert heard()["regions"] == places(sender, "T112")
    sender.send("observations", [{"device": "a2", "property": "pm25", "observed_at": "2026-03-04T12:00:00Z", "value": 5}])
    assert heard()["regions"] == places(sender, "T222")


def test_a_case_that_is_amended_may_have_been_anywhere(sender: Sender, heard: Callable[[], Any]) -> None:
    sender.send("cases", [case("w4", 0)])
    heard()
    sender.send("cases", [case("w4", 5)])
    assert "regions" not in heard()


def test_what_touches_too_many_regions_is_everywhere(
    sender: Sender, heard: Callable[[], Any], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notify, "MOST_REGIONS", 2)
    sender.send("cases", [case(f"m{block}", block) for block in range(3)])
    assert "regions" not in heard()
