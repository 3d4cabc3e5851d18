"""Which messages are stored whose acknowledgement the broker may never have heard: it sends them again, they are stored once.

A fact that says its own time meets itself when it comes twice; a bare number does not, and neither does a message that was
refused. So the numbers of the newest messages, with a checksum, are written in the transaction that stores them. The broker
waits for at most so many acknowledgements, and gets them in order: older ones need not be remembered.
"""

import base64
import struct
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from doors.mqtt.topics import Message

LONG_ENOUGH_S = 10.0    # an acknowledgement that was sent so long ago has arrived, where messages still come
ENTRY = struct.Struct("<HI")


@dataclass
class Witness:
    """The numbers and checksums of the newest messages that are stored, and what the broker was asked for."""

    most: int
    clock: Callable[[], float] = time.monotonic
    stored: dict[int, tuple[int, float]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()

    @classmethod
    def of(cls, cursor: Any, most: int, clock: Callable[[], float] = time.monotonic) -> "Witness":
        """A witness that goes on from what was written."""
        if not isinstance(cursor, dict):
            return cls(most, clock)
        now = clock()
        entries = ENTRY.iter_unpack(base64.b64decode(cursor["stored"]))
        return cls(most, clock, {number: (checksum, now) for number, checksum in entries}, tuple(cursor["asked"]))

    def cursor(self) -> dict[str, Any]:
        """What is written."""
        packed = b"".join(ENTRY.pack(number, checksum) for number, (checksum, _) in self.stored.items())
        return {"asked": list(self.asked), "stored": base64.b64encode(packed).decode()}

    def knows(self, message: Message) -> bool:
        """Whether a message that comes again is stored already."""
        return message.again and self.stored.get(message.number, (None,))[0] == checksum(message)

    def add(self, messages: Iterable[Message]) -> None:
        """These are stored now."""
        now = self.clock()
        for message in messages:
            if message.number:
                self.stored.pop(message.number, None)
                self.stored[message.number] = checksum(message), now
        for number in [*self.stored]:
            if len(self.stored) <= self.most and self.stored[number][1] > now - LONG_ENOUGH_S:
                break
            del self.stored[number]


def checksum(message: Message) -> int:
    """A message's topic and payload in a number."""
    return zlib.crc32(message.payload, zlib.crc32(message.topic.encode()))
