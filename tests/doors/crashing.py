"""A listener to be killed, and a connection to be cut."""

import contextlib
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from data_access import engine as engines
from doors import listening
from ingest.pack import Source, read

TOPICS = [
    {"topic": "crash/{device}/{property}/bare"},
    {"topic": "crash/{device}/dated", "map": {"columns": {
        "device": "device", "property": {"value": "pm25"}, "value": "value", "observed_at": "at"}}},
]


def listen(database: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Listen as `cli.py listen` does, until told to stop or killed."""
    source = Source.model_validate({"key": "test", "name": "Test", "owner": "Town hall", "licence": "CC0-1.0", "kind": "iot",
                                    "listen": list(entries)})
    pack = read("newyork").model_copy(update={"sources": [source]})
    engine = engines.create(database, statement_timeout_ms=20_000)
    listening.listen(engine, pack)
    engine.dispose()


@dataclass
class Wire:
    """A way to a port that can be cut at any moment."""

    target: int
    listener: socket.socket = field(default_factory=socket.socket)
    ends: list[socket.socket] = field(default_factory=list)

    def lay(self) -> int:
        """Begin to pass on what comes. Returns: the port to come to."""
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        Thread(target=self.admit, daemon=True).start()
        return int(self.listener.getsockname()[1])

    def admit(self) -> None:
        """Let everybody in."""
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    Thread(target=pass_on, args=(one, other), daemon=True).start()

    def cut(self) -> None:
        """Break everything off, whatever is on its way."""
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def take_away(self) -> None:
        """Let nobody in any more."""
        self.cut()
        self.listener.close()


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Pass on what comes from one to the other, until it ends."""
    with contextlib.suppress(OSError):
        while content := one.recv(1 << 14):
            other.sendall(content)
        other.shutdown(socket.SHUT_RDWR)
