"""Listens to the observations that another server's Datastreams send by a broker (OGC SensorThings over MQTT)."""

import logging
import time
from collections.abc import Mapping, Sequence
from threading import Event
from typing import Any

import orjson

from doors.courier import MESSAGE, Courier
from doors.mqtt.connection import Connection
from doors.mqtt.listening import DOOR, Listener
from doors.mqtt.topics import Message
from doors.mqtt.topics import whole as whole_of
from doors.secret import Misconfigured, secret
from doors.sensorthings.client import Poller, authorized, newest
from doors.sensorthings.messages import LINKED, Stream, StreamId, id_of, observation_rows
from doors.sensorthings.remote import Remote
from doors.state import State
from doors.web import Client
from ingest.pack.doors.mqtt import TOPIC, Mqtt
from ingest.pack.doors.sensorthings import SensorThings
from ingest.rejects import Kept, Reason

log = logging.getLogger("tonglan.doors")

TOGETHER = 100      # topics of one question


def run(entry: Mqtt, source: str, courier: Courier, state: State, stop: Event) -> None:
    """Listen until told to stop. Raises: Lost, Misconfigured, Unavailable; the broker then keeps what was not acknowledged."""
    kind = Listener if entry.things is None else StreamListener
    kind(entry, source, courier, state).listen(stop)


class StreamListener(Listener):
    """One entry whose messages are the observations of another server's Datastreams (OGC SensorThings over MQTT)."""

    def __init__(self, entry: Mqtt, source: str, courier: Courier, state: State) -> None:
        super().__init__(entry, source, courier, state)
        self.server = server_of(entry, source, courier)
        self.asked: set[StreamId] = set()
        self.known_at = 0.0
        self.streams: Mapping[StreamId, Stream] = {}

    def ask(self, connection: Connection) -> None:
        """Learn what Datastreams there are, and ask for the observations of each. Raises: Lost, Unreachable, Unavailable."""
        client = Client(authorized(self.server, secret(self.server)), [self.server.url], timeout_s=120)
        try:
            poller = Poller(self.server, self.source, self.courier, self.state, Remote(self.server.url, client))
            poller.know()
        finally:
            client.close()
        self.streams, self.known_at = poller.streams, time.monotonic()
        new = [one for one in self.streams if one not in self.asked]
        for start in range(0, len(new), TOGETHER):
            part = new[start:start + TOGETHER]
            refused = connection.subscribe([topic_of(self.entry.root, one) for one in part])
            if refused:
                self.state.failed(f"the broker refuses {len(refused)} topics, such as {refused[0]}")
        self.asked.update(new)

    def ask_again(self, connection: Connection) -> None:
        """Ask for Datastreams that are new, as often as the server's own entry says."""
        if time.monotonic() - self.known_at >= self.server.things_every:
            self.ask(connection)

    def take(self, messages: Sequence[Message]) -> None:
        """Store what came, but for what is stored already. Raises: Unavailable; then nothing may be acknowledged."""
        new = [message for message in messages if not self.witness.knows(message)]
        rows: list[Mapping[str, Any]] = []
        whole: list[Any] = []
        spoilt: list[tuple[Any, Reason]] = []
        for message in new:
            try:
                made = self.read(message)
            except orjson.JSONDecodeError as error:
                spoilt.append((whole_of(message), Reason(None, "unreadable", f"the message is no JSON: {error}")))
                continue
            except Exception:       # else the broker would send it again and again
                log.exception("a message of %r could not be read, and is kept", message.topic[:200])
                spoilt.append((whole_of(message), Reason(None, "failed", "this failed inside")))
                continue
            rows += [row for row, _ in made]
            whole += [{TOPIC: message.topic, MESSAGE: made_of} for _, made_of in made]
        self.witness.add(new)
        unread = [Kept(line, [reason], one) for line, (one, reason) in enumerate(spoilt, start=len(rows) + 1)]
        self.courier.give(self.source, "observations", rows, door=DOOR, origin=self.server.url, whole=whole, unread=unread,
                          checks=self.server.checks, cursor=self.cursor())
        self.state.message(len(messages), newest(row["observed_at"] for row in rows))

    def read(self, message: Message) -> list[tuple[dict[str, Any], Any]]:
        """The observations of a message, each with what it was made of. Raises: JSONDecodeError."""
        named = LINKED.search(message.topic)
        return observation_rows(orjson.loads(message.payload), lambda ids: self.streams, message.at, when=self.server.interval,
                                stream=None if named is None else id_of(named[1]))


def server_of(entry: Mqtt, source: str, courier: Courier) -> SensorThings:
    """The server whose observations a broker sends. Raises: Misconfigured."""
    sources = courier.pack.sources if courier.pack is not None else []
    for one in (one for each in sources if each.key == source for one in each.listen):
        if isinstance(one, SensorThings) and one.name == entry.things:
            return one
    raise Misconfigured(f"{entry.name}: `things` names {entry.things!r}, but the source has no `door: sensorthings` of this key")


def topic_of(root: str, stream: StreamId) -> str:
    """Where a Datastream's observations come."""
    named = str(stream) if isinstance(stream, int) else "'" + stream.replace("'", "''") + "'"
    return f"{root}/Datastreams({named})/Observations"
