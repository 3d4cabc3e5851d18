"""Which topic of the pack a message belongs to, and its rows with what the topic says."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from doors.mqtt import payload
from doors.mqtt.payload import Unreadable
from ingest.pack.doors.mqtt import RECEIVED, TOPIC, Mqtt, Topic

log = logging.getLogger("tonglan.doors")

MESSAGE = "payload"
OBSERVED_AT = "observed_at"
ORDER = ("agencies", "devices", "enterprises", "cases")   # others may speak of these, so they are stored first


@dataclass(frozen=True)
class Message:
    """A message as the broker sent it."""

    topic: str
    payload: bytes
    at: datetime            # when it came
    retained: bool = False
    number: int = 0         # by which it is acknowledged; 0: nobody waits for that
    again: bool = False     # it was sent before


@dataclass(frozen=True)
class Kept:
    """A message, or a piece of it, that no row could be made of, and why."""

    whole: Any
    code: str
    text: str


@dataclass
class Heap:
    """What several messages of one topic of the pack bring: rows for the mapping, and what is none."""

    messages: list[Message] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


@dataclass
class Sorter:
    """Finds the topic of each message; topics that were met are remembered."""

    entry: Mqtt
    met: dict[str, tuple[int, dict[str, str]] | None] = field(default_factory=dict)
    most: int = 50_000

    def find(self, topic: str) -> tuple[int, dict[str, str]] | None:
        """The number of the pack's topic, the first that fits, and what its names stand for; None where none fits."""
        if topic not in self.met:
            if len(self.met) >= self.most:
                self.met.clear()
            self.met[topic] = self.match(topic)
        return self.met[topic]

    def match(self, topic: str) -> tuple[int, dict[str, str]] | None:
        """The same, looked for."""
        for number, one in enumerate(self.entry.topics):
            found = one.pattern.fullmatch(topic)
            if found:
                return number, found.groupdict()
        return None

    def sort(self, messages: Sequence[Message]) -> list[tuple[int, Heap]]:
        """The messages by the pack's topics, those first that others may speak of; of no topic go to the first."""
        heaps: dict[int, Heap] = {}
        for message in messages:
            found = self.find(message.topic)
            heap = heaps.setdefault(found[0] if found else 0, Heap())
            heap.messages.append(message)
            if found is None:
                heap.kept.append(Kept(whole(message), "unknown_topic", f"no topic of the pack fits {message.topic[:200]}"))
            else:
                fill(heap, message, self.entry.topics[found[0]], found[1])
        return sorted(heaps.items(), key=lambda pair: (rank(self.entry.topics[pair[0]].subject), pair[0]))


def rank(subject: str) -> int:
    """Where a subject stands in the order of storing."""
    return ORDER.index(subject) if subject in ORDER else len(ORDER)


def fill(heap: Heap, message: Message, topic: Topic, named: dict[str, str]) -> None:
    """Add what a message says."""
    if message.retained and topic.retained == "skip":
        return
    dated = None if message.retained and topic.retained == "dated" else written(message.at)
    around = {**named, TOPIC: message.topic, RECEIVED: dated}
    try:
        read = payload.read(message.payload, topic.payload, topic.records, topic.encoding, topic.header, message.at)
    except Unreadable as error:
        heap.kept.append(Kept(whole(message), "unreadable", str(error)))
        return
    except Exception:       # else the broker would send it again and again
        log.exception("a message of %r could not be read, and is kept", message.topic[:200])
        heap.kept.append(Kept(whole(message), "failed", "this failed inside"))
        return
    for row in read.rows:
        undated = topic.map is None and topic.subject == "observations" and row.get(OBSERVED_AT) in (None, "")
        heap.rows.append({**row, **around, OBSERVED_AT: dated} if undated else {**row, **around})
    heap.kept.extend(Kept({**around, MESSAGE: piece}, "unreadable", text) for piece, text in read.spoilt)


def written(at: datetime) -> str:
    """An instant as a mapping reads it."""
    return at.isoformat(timespec="microseconds")


def whole(message: Message) -> dict[str, Any]:
    """A message as it is kept."""
    return {TOPIC: message.topic, RECEIVED: written(message.at), MESSAGE: message.payload}
