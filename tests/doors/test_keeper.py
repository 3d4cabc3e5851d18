"""What breaks is begun again, later each time, and all end when they are told to."""

from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access.city import City
from doors.courier import Courier
from doors.keeper import Keeper, heard, pause
from doors.polling import repeat
from doors.secret import Misconfigured, secret
from doors.state import State, States
from ingest.pack import Pack, Source, read
from ingest.pack.doors.cap import Cap
from tests.doors.conftest import wait_until

FEED = {"door": "cap", "url": "https://warnings.example/feed.xml", "every": 0.05}


def listening(*entries: dict[str, Any]) -> Pack:
    """Smalltown's pack with a source `test` that listens."""
    source = Source.model_validate({
        "key": "test", "name": "Test", "owner": "Town hall", "licence": "CC0-1.0", "kind": "business", "listen": list(entries)})
    return read("newyork").model_copy(update={"sources": [source]})


def test_a_door_that_breaks_is_begun_again_and_says_how_it_stands(engine: Engine, town: City, courier: Courier) -> None:
    tries: list[str] = []

    def run(entry: Cap, source: str, courier: Courier, state: State, stop: Event) -> None:
        tries.append(source)
        if len(tries) < 3:
            raise ConnectionError("nobody there")
        repeat(entry.every, lambda: tries.append("asked"), state, stop)

    states = States(engine)
    keeper = Keeper(courier, states, {"cap": run}, first_s=0.01)
    keeper.start(listening(FEED))
    state = states.of("test", "cap", "cap")
    wait_until(lambda: tries.count("asked") > 2)
    assert tries[:3] == ["test", "test", "test"]
    assert (state.up, state.error) == (True, "nobody there")
    keeper.stop()
    assert not any(thread.is_alive() for thread in keeper.threads)


def test_each_pause_is_longer_than_the_one_before_up_to_a_minute() -> None:
    for failures, longest in ((1, 1), (2, 2), (6, 32), (7, 60), (5000, 60)):
        assert longest / 2 <= pause(failures) <= longest


def test_a_pack_names_what_it_listens_to_once_and_holds_no_secret() -> None:
    assert [(source, entry.name) for source, entry in heard(listening(FEED, FEED | {"key": "b"}))] == [
        ("test", "cap"), ("test", "b")]
    for wrong, said in (([FEED, FEED], "more than once"), ([FEED | {"url": "ftp://x/y"}], "http:// or https://"),
                        ([FEED | {"url": "https://me:pw@x/y"}], "password"), ([FEED | {"secret": "hunter2"}], "pattern")):
        with pytest.raises(ValueError, match=said):
            listening(*wrong)


def test_a_secret_stands_in_the_environment_and_its_absence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Cap.model_validate(FEED | {"secret": "WARNINGS_TOKEN"})
    with pytest.raises(Misconfigured, match="WARNINGS_TOKEN is not set"):
        secret(entry)
    monkeypatch.setenv("WARNINGS_TOKEN", "x")
    assert secret(entry) == "x"
    assert secret(Cap.model_validate(FEED)) is None
