"""How a door stands is written beside its messages, and never stops them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from data_access import engine as engines
from data_access.city import City
from data_access.doors import doors
from doors.serving import create_doors
from doors.state import State, States

Rows = Callable[..., list[tuple[Any, ...]]]
NOON = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_it_is_connected_since_the_first_answer_and_lost_since_the_first_failure(
    engine: Engine, town: City, rows: Rows,
) -> None:
    clock = Clock()
    state = State(engine, "test", "mqtt", "first", clock=clock)
    state.write()
    told = "SELECT connected, since, last_error, last_error_at FROM door_state WHERE name = 'first'"
    assert rows(told) == [(False, NOON, None, None)]
    for minute, act in ((1, state.connected), (2, state.connected), (3, lambda: state.lost("the broker\nis gone")),
                        (4, lambda: state.lost("still"))):
        clock.now = NOON + timedelta(minutes=minute)
        act()
        state.write()
        expected = (True, NOON + timedelta(minutes=1)) if minute < 3 else (False, NOON + timedelta(minutes=3))
        assert rows(told)[0][:2] == expected
    assert rows(told)[0][2:] == ("still", NOON + timedelta(minutes=4))


def test_a_rate_is_of_the_last_minute_and_a_lag_of_the_last_message(engine: Engine, town: City, rows: Rows) -> None:
    clock = Clock()
    state = State(engine, "test", "mqtt", "second", clock=clock)
    state.message(90, NOON - timedelta(seconds=5))
    clock.now = NOON + timedelta(seconds=50)
    state.message(30, NOON + timedelta(seconds=20))
    state.write()
    told = "SELECT messages, rate, lag_s, last_at FROM door_state WHERE name = 'second'"
    assert rows(told) == [(120, 2.0, 30.0, NOON + timedelta(seconds=50))]
    clock.now = NOON + timedelta(seconds=70)
    state.message(0)
    state.write()
    assert rows(told)[0][:2] == (120, 0.5)


def test_what_cannot_be_written_waits_and_the_door_goes_on(engine: Engine, town: City, rows: Rows) -> None:
    dead = engines.create("postgresql+psycopg2://nobody@127.0.0.1:1/none", statement_timeout_ms=1000)
    states = States(dead)
    state = states.of("test", "mqtt", "third")
    state.message(7)
    states.write()
    state.engine = engine
    state.message(1)
    states.write()
    assert rows("SELECT messages FROM door_state WHERE name = 'third'") == [(8,)]
    assert states.of("test", "mqtt", "third") is state


def test_doors_that_senders_come_to_are_told_of_again_by_the_next_process(engine: Engine, town: City, rows: Rows) -> None:
    first = States(engine)
    first.of("sim", "http", connects=False).message(3)
    first.write()
    second = States(engine, resumes=[("http", "http")])
    second.write()
    assert ("sim", "http", "http") in second.kept
    assert rows("SELECT connected, messages FROM door_state WHERE door = 'http'") == [(None, 3)]


@pytest.mark.parametrize("error", [ValueError(), "\0", RuntimeError("x" * 9999)])
def test_any_error_can_be_told(engine: Engine, town: City, error: object, rows: Rows) -> None:
    state = State(engine, "test", "mqtt", "fourth")
    state.lost(error)
    state.write()
    (told,), = rows("SELECT last_error FROM door_state WHERE name = 'fourth'")
    assert 0 < len(told) <= 500


def test_batches_over_http_are_told_of_and_the_page_reads_how_doors_stand(engine: Engine, town: City) -> None:
    states = States(engine)
    client = create_doors(engine, states).test_client()
    row = {"id": "told", "channel": "app", "topic": "x", "occurred_at": "2026-03-04T12:00:00Z", "region": "T"}
    for rows in ([row, row | {"id": "again"}], [row | {"id": None}]):
        got = client.post("/ingest/v1/messages", json={"rows": rows}, headers={"Authorization": "Bearer secret"})
        assert got.status_code == 200
    states.write()
    door = next(one for one in doors(engine)["test"] if one.door == "http")
    assert (door.connected, door.messages, door.standing(door.told_at)) == (None, 3, "open")
    assert door.rate == pytest.approx(3 / 60)
