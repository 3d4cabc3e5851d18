"""Observations of another server's Datastreams come by its broker, and are those of our devices in our units."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine

from doors.courier import Courier
from doors.keeper import Keeper
from doors.mqtt.streams import topic_of
from doors.registry import RUNNERS
from doors.sensorthings.client import Poller
from doors.sensorthings.messages import Stream
from doors.state import State, States
from ingest.pack.doors.mqtt import Mqtt
from tests.doors.broker import running
from tests.doors.conftest import wait_until
from tests.doors.test_keeper import listening as pack_of

STATION = {"kind": "air", "name": "s1", "interval_s": 60, "lat": 0.005, "lon": 0.005, "installed_at": "2026-01-01T00:00:00Z"}
SERVER = {"door": "sensorthings", "url": "https://sensors.example/v1.1", "kind": "air", "key": "frost"}


def idle(entry: Any, source: str, courier: Courier, state: State, stop: Event) -> None:
    """Stands for the server itself, which is not asked here."""
    stop.wait()


@contextmanager
def listener(url: str, courier: Courier, engine: Engine) -> Iterator[State]:
    """A listener to the broker of a server that is asked for its Datastreams, too."""
    pack = pack_of(SERVER, {"door": "mqtt", "url": url, "things": "frost"})
    states = States(engine)
    keeper = Keeper(Courier(engine, pack), states, {**RUNNERS, "sensorthings": idle}, first_s=0.05)
    keeper.start(pack)
    state = states.of("test", "mqtt", "mqtt")
    try:
        wait_until(lambda: bool(state.up))
        yield state
    finally:
        keeper.stop()


def test_observations_of_each_datastream_are_stored_once_and_others_are_kept(
    courier: Courier, engine: Engine, rows: Callable[..., list[tuple[Any, ...]]], monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert courier.give("test", "devices", [STATION | {"code": "s1"}], door="test", origin="test").taken == 1

    def know(poller: Poller) -> None:
        poller.streams = {7: Stream("s1", "pm25", 1000.0), "air's": Stream("s1", "pm25")}

    monkeypatch.setattr(Poller, "know", know)
    with running() as broker, listener(broker.url, courier, engine) as state:
        broker.publish(
            (topic_of("v1.1", 7), '{"@iot.id": 1, "phenomenonTime": "2026-03-04T12:00:00Z", "result": 0.012}'),
            (topic_of("v1.1", 7), '{"@iot.id": 1, "phenomenonTime": "2026-03-04T12:00:00Z", "result": 0.012}'),
            (topic_of("v1.1", "air's"), '{"phenomenonTime": "2026-03-04T12:01:00Z/2026-03-04T12:02:00Z", "result": "13"}'),
            (topic_of("v1.1", 7), '{"phenomenonTime": '), (topic_of("v1.1", 7), '{"phenomenonTime": "noon", "result": 1}'))
        wait_until(lambda: rows("SELECT count(*) FROM reject") == [(2,)])
        assert state.row()["lag_s"] is not None
    assert topic_of("v1.1", "air's") == "v1.1/Datastreams('air''s')/Observations"
    assert rows("SELECT value FROM observation ORDER BY observed_at") == [(12,), (13,)]


def test_an_entry_has_topics_or_things() -> None:
    for wrong in ({}, {"topics": [{"topic": "a"}], "things": "frost"}):
        with pytest.raises(ValidationError, match="exactly one of topics and things"):
            Mqtt.model_validate({"door": "mqtt"} | wrong)
