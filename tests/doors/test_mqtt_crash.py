"""Listener, connection and database sessions are killed under load: every message is stored once, or kept once with its reason.

CRASHES=50 kills so often; the suite does it a few times.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, text

from doors.courier import Courier
from tests.doors.broker import Broker, running
from tests.doors.crashing import TOPICS, Wire, listen

CRASHES = int(os.environ.get("CRASHES", "6"))
EVERY_S = 0.003
PATIENCE_S = 180     # a listener begins anew after each kill, on a machine as slow as may be
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["tests.doors.crashing"])
STATION = {"kind": "air", "name": "m", "interval_s": 60, "lat": 0.005, "installed_at": "2026-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """A mosquitto that gives many messages at once."""
    with running("max_inflight_messages 1000") as made:
        yield made


class Sender:
    """Sends a bare number, a dated one and something unreadable in turn, and counts."""

    def __init__(self, broker: Broker) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.connect("127.0.0.1", broker.port)
        self.client.loop_start()
        self.stop, self.sent = Event(), 0
        self.thread = Thread(target=self.go_on)
        self.thread.start()

    def go_on(self) -> None:
        """Send until told to stop."""
        while not self.stop.wait(EVERY_S):
            number = self.sent
            at = f"2026-05-{number // 86_400 + 1:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
            self.client.publish("crash/c1/pm25/bare", str(number % 997), 1)
            self.client.publish("crash/c2/dated", f'{{"at": "{at}", "value": {number % 997}}}', 1)
            self.client.publish("crash/c3/dated", f'{{"number": {number}', 1).wait_for_publish(PATIENCE_S)
            self.sent += 1

    def end(self) -> int:
        """Stop. Returns: how often all three were sent."""
        self.stop.set()
        self.thread.join()
        self.client.disconnect()
        self.client.loop_stop()
        return self.sent


def test_whatever_is_killed_nothing_is_lost_and_nothing_doubled(
    broker: Broker, courier: Courier, engine: Engine, database_url: str, rows: Callable[..., list[tuple[Any, ...]]],
) -> None:
    stations = [STATION | {"code": code, "lon": 0.005} for code in ("c1", "c2", "c3")]
    assert courier.give("test", "devices", stations, door="test", origin="test").taken == 3
    wire, chance = Wire(broker.port), random.Random(5)
    port = wire.lay()

    def begin() -> BaseProcess:
        entry = {"door": "mqtt", "url": f"mqtt://127.0.0.1:{port}", "topics": TOPICS}
        process: BaseProcess = FORKED.Process(target=listen, args=(database_url, [entry]))
        process.start()
        return process

    def taken() -> int:
        return int(rows("SELECT count(*) FROM observation")[0][0])

    def more(before: int) -> bool:
        return taken() > before

    listener = begin()
    patiently(lambda: bool(rows("SELECT 1 FROM door_state WHERE door = 'mqtt' AND connected")))
    sender = Sender(broker)
    try:
        for number in range(CRASHES):
            patiently(partial(more, taken()))
            time.sleep(chance.uniform(0, 0.3))
            if number % 3 == 0:
                listener.kill()
                listener.join()
                listener = begin()
            elif number % 3 == 1:
                wire.cut()
            else:
                terminate_sessions(engine)
        sent = sender.end()
        patiently(lambda: taken() >= 2 * sent and len(rows("SELECT 1 FROM reject")) >= sent)
        time.sleep(0.5)     # what would come twice would come now
    finally:
        sender.stop.set()
        listener.terminate()
        listener.join()
        wire.take_away()
    numbers = [number % 997 for number in range(sent)]
    assert rows("""SELECT d.code, count(*), sum(o.value) FROM observation o JOIN device d USING (device_id)
                    GROUP BY d.code ORDER BY d.code""") == [("c1", sent, sum(numbers)), ("c2", sent, sum(numbers))]
    assert rows("SELECT count(*), count(DISTINCT row->>'payload') FROM reject") == [(sent, sent)]
    print(f"{CRASHES} crashes, {3 * sent} messages: {2 * sent} stored once, {sent} kept once")


def patiently(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)


def terminate_sessions(engine: Engine) -> None:
    """End every session of this database but the one that asks."""
    with engine.connect() as connection:
        connection.execute(text("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE '%pg_stat_activity%'"""))
