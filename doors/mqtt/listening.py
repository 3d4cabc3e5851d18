"""Listens to a broker: what comes is stored by `ingest`, a transaction for what comes together, and then acknowledged."""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from doors.courier import Answer, Courier, Cursor
from doors.mqtt.broker import beside
from doors.mqtt.connection import Address, Connection, Lost, connected
from doors.mqtt.topics import Heap, Message, Sorter
from doors.mqtt.witness import Witness
from doors.secret import Misconfigured, secret
from doors.state import State
from ingest.pack.doors.mqtt import SCHEMES, Mqtt
from ingest.rejects import Kept, Reason

DOOR = "mqtt"


class Listener:
    """One entry of the pack at work."""

    def __init__(self, entry: Mqtt, source: str, courier: Courier, state: State) -> None:
        self.entry, self.source, self.courier, self.state = entry, source, courier, state
        self.sorter = Sorter(entry)
        self.witness = Witness(entry.inflight)

    def listen(self, stop: Event) -> None:
        """Listen until told to stop. Raises: Lost, Misconfigured, Unavailable."""
        folder = self.courier.pack.folder if self.courier.pack is not None else Path()
        at = address(self.entry, self.source, folder)
        self.witness = Witness.of(self.courier.cursor(self.source, DOOR, self.entry.name), self.entry.inflight)
        with connected(at, self.entry.version, self.entry.inflight) as connection:
            self.ask(connection)
            self.state.connected()
            try:
                self.go_on(connection, stop)
            except Lost:
                while messages := connection.left():    # a broker that was killed may have forgotten them
                    self.take(messages)
                raise

    def go_on(self, connection: Connection, stop: Event) -> None:
        """Take what comes until told to stop. Raises: Lost, Misconfigured, Unavailable."""
        while not stop.is_set():
            messages = connection.gather(stop)
            if messages:
                self.take(messages)
                connection.acknowledge(messages)
            self.ask_again(connection)

    def ask(self, connection: Connection) -> None:
        """Ask for the pack's topics, as far as the broker does not remember them. Raises: Lost, Misconfigured, Unavailable."""
        wanted = [topic.filter for topic in self.entry.topics]
        known = self.witness.asked if connection.session else ()
        refused = connection.subscribe([one for one in wanted if one not in known])
        connection.unsubscribe([one for one in known if one not in wanted])
        if refused and len(refused) == len(wanted):
            raise Misconfigured(f"the broker refuses every topic: {', '.join(refused)}")
        if refused:
            self.state.failed(f"the broker refuses {', '.join(refused)}")
        asked = tuple(one for one in wanted if one not in refused)
        if asked != self.witness.asked:
            self.witness.asked = asked
            self.courier.remember(self.source, self.cursor())

    def ask_again(self, connection: Connection) -> None:
        """Ask for what there is anew: a pack's topics stay as they are."""

    def take(self, messages: Sequence[Message]) -> None:
        """Store what came, but for what is stored already. Raises: Unavailable; then nothing may be acknowledged."""
        new = [message for message in messages if not self.witness.knows(message)]
        instants = []
        for number, heap in self.sorter.sort(new):
            self.witness.add(heap.messages)
            instants.append(self.give(number, heap).newest)
        self.state.message(len(messages), max((one for one in instants if one is not None), default=None))

    def give(self, number: int, heap: Heap) -> Answer:
        """Store what came of one of the pack's topics. Raises: Unavailable."""
        topic, name = self.entry.topics[number], self.entry.named(number)
        unread = [Kept(line, [Reason(None, one.code, one.text)], one.whole)
                  for line, one in enumerate(heap.kept, start=len(heap.rows) + 1)]
        return self.courier.give(
            self.source, topic.subject, heap.rows, door=DOOR, origin=topic.topic, map=topic.mapping, checks=topic.checks,
            nearest_m=topic.nearest_m, dataset=None if topic.map is None else f"{self.source}/{name}", unread=unread,
            cursor=self.cursor())

    def cursor(self) -> Cursor:
        """What is remembered beside the facts."""
        return Cursor(DOOR, self.entry.name, self.witness.cursor())


def address(entry: Mqtt, source: str, folder: Path) -> Address:
    """Where the broker is: as the pack says, or the one that runs beside. Raises: Misconfigured."""
    client = entry.client or f"tonglan-{source}-{entry.name}"
    if entry.url is None:
        return beside(client)
    parts = urlsplit(entry.url)
    user = None
    if entry.user is not None:
        user = os.environ.get(entry.user)
        if not user:
            raise Misconfigured(f"the environment variable {entry.user} is not set: it must hold the user of {entry.name}")
    return Address(
        parts.hostname or "", parts.port or SCHEMES[parts.scheme], client, parts.scheme in ("mqtts", "wss"),
        (parts.path or "/mqtt") if parts.scheme in ("ws", "wss") else None, user, secret(entry),
        str(folder / entry.authority) if entry.authority else None)
