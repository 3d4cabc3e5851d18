"""Killed at any moment, door or database, no acknowledged message is lost and none is doubled: DOOR_KILLS=n kills so often.

The door is the real one, in processes of its own; the database is a private cluster of this module that writes to disk.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest
import requests
from sqlalchemy import Engine, text

from data_access.city import City
from ingest.rollups import check
from running import door_command
from settings import ROOT, Settings
from tests.doors.cap_messages import alert, info

KILLS = int(os.environ.get("DOOR_KILLS", "3"))
ROWS = 20               # of a batch
BETWEEN = 5            # batches acknowledged from one kill to the next
PATIENCE_S = 300
LONGEST = 5_000         # characters of the door's log that a failure shows
TOKEN = {"Authorization": "Bearer secret"}


@dataclass
class Door:
    """The real door's processes."""

    url: str
    var: Path
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it; it takes the same port every time."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        settings = Settings(door_port=self.port)
        with (self.var / "door.log").open("ab") as log:
            self.process = subprocess.Popen(door_command(settings), cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                                            env=os.environ | {"DATABASE_URL": self.url, "PYTHONPATH": str(ROOT)})

    def kill(self) -> None:
        """Kill all of it at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def errors(self) -> str:
        """What it logged last of what failed inside."""
        _, failed, told = (self.var / "door.log").read_text().rpartition("ERROR failed")
        return failed + told[:LONGEST]


@dataclass
class Sender:
    """Sends messages and warnings one after the other, each again until it is acknowledged."""

    address: str
    stop: Event = field(default_factory=Event)
    messages: list[str] = field(default_factory=list)       # acknowledged
    warnings: list[str] = field(default_factory=list)
    again: int = 0                                          # requests that had to be sent again

    def go_on(self) -> None:
        """Send until told to stop."""
        number = 0
        while not self.stop.is_set():
            number += 1
            names = [f"{number}-{row}" for row in range(ROWS)]
            rows = [{"id": name, "channel": "app", "topic": "roads", "occurred_at": "2026-03-04T12:00:00Z", "region": "T111"}
                    for name in names]
            self.send("/ingest/v1/messages", json={"rows": rows})
            self.messages += names
            self.send("/cap/v1", data=alert(f"w{number}", info()).encode())
            self.warnings.append(f"met@town.example,w{number},2026-03-04T17:00:00Z")

    def send(self, path: str, **body: object) -> None:
        """Send one request until the door says that it has it."""
        while True:
            with suppress(requests.RequestException):
                answer = requests.post(f"{self.address}{path}", headers=TOKEN, timeout=20, **body)  # type: ignore[arg-type]
                if answer.status_code == 200:
                    assert answer.json()["rejected"] == 0, answer.text
                    return
                assert answer.status_code in (429, 503), answer.text
            self.again += 1
            time.sleep(0.05)


def acknowledged(sender: Sender, thread: Thread, door: Door, more: int) -> None:
    """Wait until so many more batches are acknowledged."""
    wanted, deadline = len(sender.warnings) + more, time.monotonic() + PATIENCE_S
    while len(sender.warnings) < wanted:
        assert thread.is_alive(), f"the sender was answered something that it must not be {door.errors()}"
        assert time.monotonic() < deadline, f"{len(sender.warnings)} of {wanted} batches after {PATIENCE_S} s"
        time.sleep(0.005)


def test_kills_lose_no_acknowledged_message_and_double_none(
    engine: Engine, town: City, database_url: str, var: Path, crash_database: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    door = Door(database_url, var)
    door.start()
    sender = Sender(f"http://127.0.0.1:{door.port}")
    thread = Thread(target=sender.go_on, daemon=True)
    thread.start()
    try:
        for kill in range(KILLS):
            acknowledged(sender, thread, door, BETWEEN)
            time.sleep(kill * 0.0137 % 0.1)     # at another moment of a request each time
            if kill % 2:
                crash_database()
            else:
                door.kill()
                door.start()
        acknowledged(sender, thread, door, BETWEEN)
        sender.stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    finally:
        sender.stop.set()
        door.kill()
    engine.dispose()    # its connections died with the server
    with engine.connect() as connection:
        messages = connection.execute(text("SELECT external_id FROM message")).scalars().all()
        warnings = connection.execute(text("SELECT external_id FROM warning")).scalars().all()
        taken = {row.subject: row.n for row in connection.execute(text(
            "SELECT subject, sum(taken)::int AS n FROM batch GROUP BY 1"))}
    with capsys.disabled():
        print(f"\n{KILLS} kills: {len(sender.messages)} messages and {len(sender.warnings)} warnings acknowledged, "
              f"{sender.again} requests sent again; stored {len(messages)} and {len(warnings)}")
    assert sorted(messages) == sorted(sender.messages)
    assert sorted(warnings) == sorted(sender.warnings)
    assert taken == {"messages": len(messages), "warnings": len(warnings)}
    assert check(engine, town) == []
