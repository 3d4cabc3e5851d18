"""A connection to a broker: what comes is gathered, and acknowledged only by whoever has stored it."""

import contextlib
import select
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from paho.mqtt.client import MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from doors.mqtt.quickly import QuickClient
from doors.mqtt.topics import Message

KEEPALIVE_S = 30
CONNECT_S = 10.0
SESSION_S = 7 * 86400       # for so long the broker keeps what comes meanwhile (MQTT 5; 3.1.1 leaves it to the broker)
MOST = 5_000                # messages of one transaction, and their bytes
MOST_BYTES = 16 << 20
LINGER_S = 0.1              # a message waits for others at most so long,
QUIET_S = 0.01              # and no longer than nothing comes
WAKE_S = 0.5
OTHER_VERSION = 132         # the broker does not speak this version
AT_LEAST_ONCE = 1
NEVER = datetime.min.replace(tzinfo=UTC)
VERSIONS = {"5": MQTTv5, "3.1.1": MQTTv311}


class Lost(Exception):
    """There is no connection to the broker, or none any more; the message says why."""


class WrongVersion(Lost):
    """The broker may not speak this version."""


@dataclass(frozen=True)
class Address:
    """Where a broker is and how it is entered."""

    host: str
    port: int
    client: str
    encrypted: bool = False
    websocket: str | None = None            # the path
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: str | None = None            # a file of certificates that are trusted

    @property
    def name(self) -> str:
        """For a person."""
        return f"{self.host}:{self.port}"


@dataclass
class Connection:
    """A client that is connected; it reads and writes only when it is told to."""

    client: QuickClient
    address: Address
    inbox: list[Message] = field(default_factory=list)
    size: int = 0                           # bytes in the inbox
    ended: str | None = None
    refused: ReasonCode | None = None
    session: bool | None = None             # whether the broker remembers this client; None before it said so
    granted: list[ReasonCode] | None = None
    newest: datetime = NEVER

    def pump(self, wait_s: float) -> None:
        """Wait for something to come, read it, and send what waits. Raises: Lost."""
        buffered = self.client.buffered
        try:
            if not buffered.pending():
                select.select([buffered], [buffered] if buffered.unsent else [], [], wait_s)
            self.client.loop_read()
            while buffered.pending() and len(self.inbox) < MOST and self.size < MOST_BYTES and self.ended is None:
                self.client.loop_read()
            self.client.loop_misc()
            self.send()
        except (OSError, ValueError) as error:
            raise Lost(f"{self.address.name}: {error}") from error
        if self.ended is not None:
            raise Lost(f"{self.address.name}: {self.ended}")

    def send(self) -> None:
        """Send as much as goes of what waits. Raises: OSError."""
        while self.client.socket() is not None and self.client.want_write():  # without a socket it would wait for ever
            self.client.loop_write()
        with contextlib.suppress(BlockingIOError):
            self.client.buffered.flush()

    def gather(self, stop: Event) -> list[Message]:
        """What comes next: all that comes within a moment, as far as it may be stored together. Raises: Lost."""
        first = 0.0
        while not stop.is_set() and len(self.inbox) < MOST and self.size < MOST_BYTES:
            before = len(self.inbox)
            self.pump(QUIET_S if before else WAKE_S)
            now = time.monotonic()
            first = first or (now if self.inbox else 0.0)
            if self.inbox and (len(self.inbox) == before or now - first >= LINGER_S):
                break
        made, self.inbox, self.size = self.inbox, [], 0
        return made

    def left(self) -> list[Message]:
        """What had come before the connection was lost, and was not gathered; no more of it than is gathered at once."""
        with contextlib.suppress(OSError, ValueError):
            while self.ended is None and self.readable() and len(self.inbox) < MOST and self.size < MOST_BYTES:
                self.client.loop_read()
        made, self.inbox, self.size = self.inbox, [], 0
        return made

    def readable(self) -> bool:
        """Whether something has come that is not read."""
        return bool(self.client.buffered.pending() or select.select([self.client.buffered], [], [], 0)[0])

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the broker that it may forget these. Raises: Lost."""
        for message in messages:
            if message.number:
                self.client.ack(message.number, AT_LEAST_ONCE)
        self.pump(0)

    def subscribe(self, filters: Sequence[str]) -> list[str]:
        """Ask for topics. Returns: those that the broker refuses. Raises: Lost."""
        if not filters:
            return []
        self.granted = None
        if self.client.protocol == MQTTv5:
            options = SubscribeOptions(qos=AT_LEAST_ONCE, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self.client.subscribe([(one, options) for one in filters])
        else:
            self.client.subscribe([(one, AT_LEAST_ONCE) for one in filters])
        self.wait(lambda: self.granted is not None)
        granted: list[ReasonCode] = self.granted or []
        return [one for one, code in zip(filters, granted, strict=True) if code.is_failure]

    def unsubscribe(self, filters: Sequence[str]) -> None:
        """Ask for topics no longer. Raises: Lost."""
        if filters:
            self.client.unsubscribe(list(filters))
            self.pump(0)

    def wait(self, done: Any) -> None:
        """Go on until the broker has answered. Raises: Lost."""
        until = time.monotonic() + CONNECT_S
        while not done():
            if time.monotonic() > until:
                raise Lost(f"{self.address.name} does not answer")
            self.pump(WAKE_S)

    def close(self) -> None:
        """Leave; the broker keeps what comes from now on."""
        with contextlib.suppress(OSError, ValueError, Lost):
            self.client.disconnect()
            self.send()
        self.client.buffered.close()

    # What the library calls.

    def heard(self, client: Any, data: Any, came: MQTTMessage) -> None:
        """A message came."""
        self.newest = max(datetime.now(UTC), self.newest + timedelta(microseconds=1))   # no two at the same instant
        topic = came._topic.decode("utf-8", "backslashreplace")     # the property raises for what is no UTF-8
        self.inbox.append(Message(topic, bytes(came.payload), self.newest, came.retain, came.mid, came.dup))
        self.size += len(came.payload)

    def greeted(self, client: Any, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        """The broker answered."""
        self.refused, self.session = (code if code.is_failure else None), bool(flags.session_present)

    def parted(self, client: Any, data: Any, flags: Any, code: ReasonCode, properties: Any) -> None:
        """The connection has ended."""
        self.ended = self.ended or f"the connection has ended: {code}"

    def allowed(self, client: Any, data: Any, number: int, codes: list[ReasonCode], properties: Any) -> None:
        """The broker says which topics it gives."""
        self.granted = codes


@contextlib.contextmanager
def connected(address: Address, version: str | None, inflight: int) -> Iterator[Connection]:
    """Lends a connection, by the newest version that the broker speaks where none is said. Raises: Lost."""
    connection = newest(address, inflight) if version is None else opened(address, VERSIONS[version], inflight)
    try:
        yield connection
    finally:
        connection.close()


def newest(address: Address, inflight: int) -> Connection:
    """A connection by MQTT 5, or by 3.1.1 where the broker does not speak that. Raises: Lost."""
    try:
        return opened(address, MQTTv5, inflight)
    except WrongVersion:
        return opened(address, MQTTv311, inflight)


def opened(address: Address, version: MQTTProtocolVersion, inflight: int) -> Connection:
    """A connection that the broker has greeted. Raises: Lost; WrongVersion."""
    connection = Connection(client_of(address, version), address)
    client = connection.client
    client.on_message, client.on_connect = connection.heard, connection.greeted
    client.on_disconnect, client.on_subscribe = connection.parted, connection.allowed
    modern = version == MQTTv5
    try:
        client.connect(address.host, address.port, KEEPALIVE_S, **(remembered(inflight) if modern else {}))
    except (OSError, ValueError) as error:
        raise Lost(f"{address.name}: {error}") from error
    try:
        connection.wait(lambda: connection.session is not None)
    except Lost as error:
        connection.close()
        if connection.refused is None:      # it hung up, or said nothing
            raise WrongVersion(str(error)) if modern else error from None
    if connection.refused is not None:
        connection.close()
        kind = WrongVersion if modern and connection.refused.value == OTHER_VERSION else Lost
        raise kind(f"{address.name} does not let us in: {connection.refused}")
    return connection


def client_of(address: Address, version: MQTTProtocolVersion) -> QuickClient:
    """A client that acknowledges nothing by itself, and that the broker remembers."""
    old = {} if version == MQTTv5 else {"clean_session": False}
    client = QuickClient(CallbackAPIVersion.VERSION2, client_id=address.client, protocol=version, manual_ack=True,
                         transport="websockets" if address.websocket else "tcp", reconnect_on_failure=False, **old)
    client.connect_timeout = CONNECT_S
    client.on_socket_register_write = lambda *_: None       # nothing is written before `send`
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    if address.encrypted:
        client.tls_set(ca_certs=address.authority)
    if address.websocket:
        client.ws_set_options(path=address.websocket)
    return client


def remembered(inflight: int) -> dict[str, Any]:
    """What MQTT 5 is told: go on where we were, remember us, and wait for so many acknowledgements at most."""
    said = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    said.ReceiveMaximum, said.SessionExpiryInterval = inflight, SESSION_S
    return {"clean_start": False, "properties": said}
