"""A GTFS-realtime feed: its messages read, and what it says now, whether it tells everything each time or only what changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from google.transit.gtfs_realtime_pb2 import FeedEntity, FeedHeader, FeedMessage

from doors.gtfs.clock import instant

MOST_ENTITIES = 200_000     # that a feed which tells only changes may come to


class Unreadable(ValueError):
    """What came is no GTFS-realtime message; the text says what it looks like."""


def read(body: bytes) -> FeedMessage:
    """A message, in protobuf or in the JSON that protobuf defines; extensions and fields of the future are passed over.

    Raises: Unreadable.
    """
    message = FeedMessage()
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            json_format.Parse(body.decode("utf-8-sig"), message, ignore_unknown_fields=True, max_recursion_depth=50)
        else:
            message.ParseFromString(body)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Unreadable(f"is no GTFS-realtime message, but {looks(body)}") from error
    if not message.HasField("header") and not message.entity:
        raise Unreadable(f"is no GTFS-realtime message, but {looks(body)}")
    return message


def looks(body: bytes) -> str:
    """What a body that is no message seems to be."""
    if not body:
        return "empty"
    start = body[:60].decode("utf-8", "replace")
    readable = sum(letter.isprintable() or letter.isspace() for letter in start) >= 0.9 * len(start)
    return f"a text that begins {start!r}" if readable else f"{len(body):,} bytes of something else, or a message that breaks off"


def told_at(message: FeedMessage, otherwise: datetime) -> datetime:
    """When a message was made; `otherwise` where it does not say."""
    return instant(message.header.timestamp) or otherwise


@dataclass(frozen=True)
class Told:
    """What one message changed: the entities that it brought, and those that it took back, as they last were."""

    brought: tuple[FeedEntity, ...]
    deleted: tuple[FeedEntity, ...]
    whole: bool     # whether what it did not bring is gone


@dataclass
class Held:
    """What a feed says now, entity by entity."""

    entities: dict[tuple[str, int], FeedEntity] = field(default_factory=dict)

    def take(self, message: FeedMessage) -> Told:
        """Take a message: it replaces everything, or, of a differential feed, what it names."""
        whole = message.header.incrementality == FeedHeader.FULL_DATASET
        before = self.entities
        kept = {} if whole else dict(before)
        brought, deleted = [], []
        for key, entity in keyed(message):
            if entity.is_deleted:
                kept.pop(key, None)
                deleted.append(before.get(key, entity))
                continue
            kept.pop(key, None)     # so that what was told last stands last
            kept[key] = entity
            brought.append(entity)
        while len(kept) > MOST_ENTITIES:
            del kept[next(iter(kept))]
        self.entities = kept
        return Told(tuple(brought), tuple(deleted), whole)


def keyed(message: FeedMessage) -> Iterator[tuple[tuple[str, int], FeedEntity]]:
    """Entities with what names them: their id, and which one of that id it is, as some feeds give an id twice or none."""
    seen: dict[str, int] = {}
    for entity in message.entity:
        turn = seen.get(entity.id, 0)
        seen[entity.id] = turn + 1
        yield (entity.id, turn), entity
