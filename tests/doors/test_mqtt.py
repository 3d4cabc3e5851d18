"""Messages of a real mosquitto become facts: acknowledged when they are stored, kept by the broker until then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access.city import City
from data_access.readings import readings
from doors.courier import Courier, Unavailable
from doors.keeper import Keeper
from doors.mqtt.connection import Connection, Lost
from doors.mqtt.streams import run
from doors.registry import RUNNERS
from doors.state import State, States
from indicators.library import INDICATORS
from indicators.scope import Scope
from ingest.pack.doors.mqtt import Mqtt
from tests.doors.broker import Broker, free_port, running
from tests.doors.conftest import PATIENCE_S, wait_until
from tests.doors.test_keeper import listening as pack_of

Rows = Callable[..., list[tuple[Any, ...]]]
STATION = {"kind": "air", "interval_s": 60, "lat": 0.005, "installed_at": "2026-01-01T00:00:00Z"}
BARE = {"topic": "sensors/{device}/{property}"}
DATED = {"topic": "dated/{device}", "map": {
    "columns": {"device": "device", "observed_at": {"column": "at", "format": ["iso", "epoch_s"]}},
    "long": {"columns": {"pm25": "pm25"}}}}


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """A mosquitto as Debian gives it."""
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def stations(courier: Courier) -> list[str]:
    """Three air stations, at the west and the east end of town."""
    codes = ["m1", "m2", "m3"]
    rows = [STATION | {"code": code, "name": code, "lon": lon} for code, lon in zip(codes, (0.005, 0.075, 0.005), strict=True)]
    assert courier.give("test", "devices", rows, door="test", origin="test").taken == 3
    return codes


def entry(broker: Broker, *topics: dict[str, Any], **more: Any) -> Mqtt:
    """What the pack says of this broker."""
    return Mqtt.model_validate({"door": "mqtt", "url": broker.url, "topics": list(topics)} | more)


@contextmanager
def listener(entry: Mqtt, courier: Courier, engine: Engine) -> Iterator[State]:
    """A listener at work, which begins again by itself."""
    pack = pack_of()
    pack = pack.model_copy(update={"sources": [pack.sources[0].model_copy(update={"listen": [entry]})]})
    states = States(engine)
    keeper = Keeper(courier, states, RUNNERS, first_s=0.05)
    keeper.start(pack)
    state = states.of("test", "mqtt", entry.name)
    try:
        wait_until(lambda: bool(state.up))
        yield state
    finally:
        keeper.stop()


def test_a_bare_number_is_an_observation_of_what_the_topic_names_and_is_read_by_the_panel(
    broker: Broker, courier: Courier, engine: Engine, town: City, stations: list[str], rows: Rows,
) -> None:
    before = datetime.now(UTC)
    with listener(entry(broker, BARE, key="bare"), courier, engine) as state:
        broker.publish(("sensors/m1/pm25", "20"), ("sensors/m2/pm25", b" 40.5\n"), ("sensors/m1/pm25", "much"))
        wait_until(lambda: len(rows("SELECT 1 FROM reject WHERE row->>'value' = 'much'")) == 1)
        states = state.row()
    found = rows("""SELECT d.code, o.value, o.observed_at FROM observation o JOIN device d USING (device_id)
                     WHERE d.code IN ('m1', 'm2') ORDER BY d.code""")
    assert [one[:2] for one in found] == [("m1", 20.0), ("m2", 40.5)]
    assert all(before <= one[2] <= datetime.now(UTC) for one in found)
    assert states["connected"] and states["last_error"] is None


def test_objects_lists_and_lines_are_mapped_as_a_file_is(
    broker: Broker, courier: Courier, engine: Engine, stations: list[str], rows: Rows,
) -> None:
    with listener(entry(broker, DATED, key="dated"), courier, engine):
        broker.publish(
            ("dated/m3", '{"at": "2026-03-04T12:00:00Z", "pm25": 1}'),
            ("dated/m3", '[{"at": "2026-03-04T12:01:00Z", "pm25": "2"}, {"at": 1772625720, "pm25": 3.5}, 7]'),
            ("dated/m3", '{"at": "2026-03-04T12:03:00Z", "pm25": 4}\n{"at": \n{"at": "2026-03-04T12:04:00Z", "pm25": 5}'),
            ("dated/m3", '{"at": "2026-03-04T12:05:00Z"'), ("dated/m3", b"\xff\x00\x80"), ("dated/m3", b""),
            ("dated/m3", '{"at": "2026-03-04T12:00:00Z", "pm25": 1}'))
        wait_until(lambda: len(rows("SELECT 1 FROM reject WHERE row->>'@topic' = 'dated/m3'")) == 5)
    found = rows("""SELECT o.value FROM observation o JOIN device d USING (device_id) WHERE d.code = 'm3'
                      AND o.observed_at < '2026-03-05' ORDER BY o.observed_at""")
    assert [one[0] for one in found] == [1, 2, 3.5, 4, 5]
    kept = rows("SELECT row->>'payload', reasons->0->>'text' FROM reject WHERE row->>'@topic' = 'dated/m3' ORDER BY reject_id")
    assert [text for text, _ in kept].count("") == 1
    assert {"7", '{"at":', '{"at": "2026-03-04T12:05:00Z"'} <= {text.strip() for text, _ in kept}
    assert all(text for _, text in kept)


def test_what_comes_while_nobody_listens_is_kept_by_the_broker_and_taken_later(
    broker: Broker, courier: Courier, engine: Engine, stations: list[str], rows: Rows,
) -> None:
    said = entry(broker, {**DATED, "topic": "later/{device}"}, key="later")
    with listener(said, courier, engine):
        pass
    broker.publish(*(("later/m2", f'{{"at": "2026-03-05T12:00:{second:02}Z", "pm25": 9}}') for second in range(40)))
    with listener(said, courier, engine):
        wait_until(lambda: counted(rows, "2026-03-05T12:00", "2026-03-05T13:00") == 40)


def test_what_is_not_stored_is_not_acknowledged_and_comes_again(
    broker: Broker, courier: Courier, engine: Engine, stations: list[str], rows: Rows, monkeypatch: pytest.MonkeyPatch,
) -> None:
    down, give = Event(), Courier.give
    down.set()

    def sometimes(self: Courier, *asked: Any, **named: Any) -> Any:
        if down.is_set():
            raise Unavailable("the database does not answer")
        return give(self, *asked, **named)

    monkeypatch.setattr(Courier, "give", sometimes)
    with listener(entry(broker, {**DATED, "topic": "down/{device}"}, key="down"), courier, engine) as state:
        broker.publish(*(("down/m2", f'{{"at": "2026-03-06T12:00:{second:02}Z", "pm25": 9}}') for second in range(30)))
        wait_until(lambda: state.error is not None)
        assert counted(rows, "2026-03-06T12:00", "2026-03-06T13:00") == 0
        down.clear()
        wait_until(lambda: counted(rows, "2026-03-06T12:00", "2026-03-06T13:00") == 30)


def test_a_bare_number_that_was_stored_but_not_acknowledged_is_stored_once(
    broker: Broker, courier: Courier, engine: Engine, stations: list[str], rows: Rows, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connection breaks between the commit and the acknowledgement: the broker sends all again, marked as such."""
    broken = Event()
    acknowledge = Connection.acknowledge

    def breaks(self: Any, messages: Any) -> None:
        if not broken.is_set():
            broken.set()
            raise Lost("cut")
        acknowledge(self, messages)

    before = len(rows("SELECT 1 FROM observation"))
    monkeypatch.setattr(Connection, "acknowledge", breaks)
    with listener(entry(broker, {"topic": "once/{device}/{property}"}, key="once"), courier, engine):
        broker.publish(*(("once/m1/pm25", str(value)) for value in (1, 2, 3)), ("once/m1/pm25", "no number"))
        wait_until(broken.is_set)
        broker.publish(("once/m1/pm25", "4"))
        wait_until(lambda: len(rows("SELECT 1 FROM observation")) == before + 4)
        broker.publish(("once/m1/pm25", "5"))
        wait_until(lambda: len(rows("SELECT 1 FROM observation")) == before + 5)
    assert len(rows("SELECT 1 FROM reject WHERE row->>'value' = 'no number'")) == 1


def test_a_broker_that_goes_and_comes_back_is_found_again(
    courier: Courier, engine: Engine, stations: list[str], rows: Rows,
) -> None:
    with running() as own, listener(entry(own, {**DATED, "topic": "gone/{device}"}, key="gone"), courier, engine) as state:
        own.publish(("gone/m2", '{"at": "2026-03-07T12:00:00Z", "pm25": 9}'))
        wait_until(lambda: counted(rows, "2026-03-07", "2026-03-08") == 1)
        own.stop()
        wait_until(lambda: state.up is False)
        assert state.error
        own.start()
        wait_until(lambda: bool(state.up))
        own.publish(("gone/m2", '{"at": "2026-03-07T12:01:00Z", "pm25": 9}'))
        wait_until(lambda: counted(rows, "2026-03-07", "2026-03-08") == 2)


def test_what_had_come_from_a_broker_that_is_killed_is_stored_though_it_forgets_all(
    courier: Courier, engine: Engine, stations: list[str], rows: Rows, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first message waits for the database when sixty more come; then the broker is killed, with all that it kept."""
    waiting, goes_on, give = Event(), Event(), Courier.give

    def slowly(self: Courier, *asked: Any, **named: Any) -> Any:
        waiting.set()
        assert goes_on.wait(PATIENCE_S)
        return give(self, *asked, **named)

    with running("max_inflight_messages 0") as own, listener(
            entry(own, {**DATED, "topic": "killed/{device}"}, key="killed"), courier, engine):
        monkeypatch.setattr(Courier, "give", slowly)
        for minute, seconds in ((0, 1), (1, 60)):
            own.publish(*(("killed/m2", f'{{"at": "2026-03-08T12:0{minute}:{second:02}Z", "pm25": 9}}')
                          for second in range(seconds)))
            assert waiting.wait(PATIENCE_S)
        own.kill()
        goes_on.set()
        wait_until(lambda: counted(rows, "2026-03-08", "2026-03-09") == 61)


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_what_the_broker_kept_is_taken_where_it_says_its_time_and_refused_where_nobody_knows_its_age(
    broker: Broker, courier: Courier, engine: Engine, stations: list[str], rows: Rows, version: str,
) -> None:
    number = version[0]
    broker.publish((f"kept{number}/m1/dated", f'{{"at": "2026-04-0{number}T00:00:00Z", "pm25": 6}}'),
                   (f"kept{number}/m1/bare", "6"), retain=True)
    topics = [{**DATED, "topic": f"kept{number}/{{device}}/dated"},
              {"topic": f"kept{number}/{{device}}/bare", "map": {"columns": {
                  "device": "device", "property": {"value": "pm25"}, "value": "value", "observed_at": "@received"}}}]
    with listener(entry(broker, *topics, key=f"kept{number}", version=version), courier, engine):
        wait_until(lambda: counted(rows, f"2026-04-0{number}", f"2026-04-0{number}T01:00") == 1)
        wait_until(lambda: len(rows("SELECT 1 FROM reject WHERE row->>'@topic' = :topic", topic=f"kept{number}/m1/bare")) == 1)


def test_the_panel_shows_what_a_message_said(broker: Broker, courier: Courier, engine: Engine, town: City) -> None:
    """A station of its own street says 30 and then 50: the panel's mean is 30, and then 40."""
    def mean() -> float | None:
        return readings(engine, town, [INDICATORS["place_pm25"]], Scope("T12", "24h"), datetime.now(UTC))["place_pm25"].value

    courier.give("test", "devices", [STATION | {"code": "shown", "name": "Shown", "lon": 0.025}], door="test", origin="test")
    with listener(entry(broker, {"topic": "shown/{device}/{property}"}, key="shown"), courier, engine):
        assert mean() is None
        broker.publish(("shown/shown/pm25", "30"))
        wait_until(lambda: mean() == 30)
        broker.publish(("shown/shown/pm25", "50"))
        wait_until(lambda: mean() == 40)


def test_a_wrong_password_and_nobody_there_are_said(courier: Courier, state: State, town: City) -> None:
    with running("password_file /dev/null\nallow_anonymous false") as closed, pytest.raises(Lost, match="does not let us in"):
        run(entry(closed, BARE), "test", courier, state, Event())
    with pytest.raises(Lost, match="refused"):
        run(Mqtt.model_validate({"door": "mqtt", "url": f"mqtt://127.0.0.1:{free_port()}", "topics": [BARE]}),
                      "test", courier, state, Event())


def counted(rows: Rows, first: str, last: str) -> int:
    """How many observations there are between two instants."""
    return int(rows("SELECT count(*) FROM observation WHERE observed_at >= :first AND observed_at < :last",
                    first=first, last=last)[0][0])
