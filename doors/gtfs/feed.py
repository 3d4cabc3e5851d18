"""A GTFS-realtime feed: its messages read, and what it says now, whether it tells everything each time or only what changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from google.transit.gtfs_realtime_pb2 import FeedEntity, FeedHeader, FeedMessage

from doors.gtfs.clock import instant

MOST_ENTITIES = 200_000     # that a feed which tells only changes may come to


class Unreadable(ValueError):
    """What came is no GTFS-realtime message; the text says what it looks like."""


def read(body: bytes) -> FeedMessage:
    """A message, in protobuf or in the JSON that protobuf defines; extensions and fields of the future are passed over, and
    bytes of a text that are not UTF-8, as it must be, are replaced.

    Raises: Unreadable.
    """
    message = FeedMessage()
    try:
        if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            json_format.Parse(body.decode("utf-8-sig"), message, ignore_unknown_fields=True, max_recursion_depth=50)
        else:
            message.ParseFromString(body)
            mend(message)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Unreadable(f"is no GTFS-realtime message, but {looks(body)}") from error
    if not message.HasField("header") and not message.entity:
        raise Unreadable(f"is no GTFS-realtime message, but {looks(body)}")
    return message


@dataclass(frozen=True)
class Texts:
    """Where a kind of message holds texts: its own fields of one or several, and those that hold such messages."""

    one: tuple[str, ...]
    several: tuple[str, ...]
    below: tuple[str, ...]
    lists: tuple[str, ...]

    @property
    def there(self) -> bool:
        """Whether there is any."""
        return bool(self.one or self.several or self.below or self.lists)


@cache
def texts(kind: Descriptor) -> Texts:
    """Where messages of a kind hold texts."""
    own = [one for one in kind.fields if one.type == FieldDescriptor.TYPE_STRING]
    held = [one for one in kind.fields if one.message_type is not None and texts(one.message_type).there]
    return Texts(tuple(one.name for one in own if not one.is_repeated), tuple(one.name for one in own if one.is_repeated),
                 tuple(one.name for one in held if not one.is_repeated), tuple(one.name for one in held if one.is_repeated))


def mend(message: Message) -> None:
    """Make texts of what protobuf gives as bytes because it is not UTF-8."""
    where = texts(message.DESCRIPTOR)
    for name in where.one:
        if isinstance(said := getattr(message, name), bytes):
            setattr(message, name, said.decode("utf-8", "replace"))
    for name in where.several:
        said = getattr(message, name)
        said[:] = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in said]
    for name in where.below:
        if message.HasField(name):
            mend(getattr(message, name))
    for name in where.lists:
        for one in getattr(message, name):
            mend(one)


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
