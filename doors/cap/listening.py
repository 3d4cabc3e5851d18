"""Listening for CAP: a feed, a document or a folder is looked at again and again, and each message is taken once."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from doors.cap.document import elements
from doors.cap.feed import Entry, entries, marked
from doors.cap.taking import DOOR, Taker
from doors.courier import Courier, Cursor
from doors.markup import NotXml, parsed
from doors.polling import repeat
from doors.secret import Misconfigured, secret
from doors.state import State
from doors.web import UNCHANGED, Client, Got, Unreachable
from ingest.pack.doors.cap import Cap
from ingest.rejects import Reason

log = logging.getLogger("tonglan.doors")

TOGETHER = 50           # documents of one transaction
TRIES = 20              # questions after which a message that does not come is given up, and told among the rejects
MOST_FILE = 32 << 20
GIVEN_UP = -1
# Some servers keep the same under one address in several forms, and give JSON to whoever does not say what is wanted.
ACCEPTED = "application/cap+xml, application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


class Unread(Exception):
    """What came is no feed and no message; the message says what it is instead."""


def run(entry: Cap, source: str, courier: Courier, state: State, stop: Event) -> None:
    """Listen until told to stop. Raises: Unreachable, Unread, Misconfigured, Unavailable."""
    taker = Taker(courier, source, entry)
    if entry.path is not None:
        if courier.pack is None:
            raise Misconfigured("files beside the pack can only be listened to with the pack")
        folder = Folder(taker, state, courier.pack.folder)
        repeat(entry.every, folder.look, state, stop)
        return
    token = secret(entry)
    client = Client({"Authorization": f"Bearer {token}"} if token else {}, [entry.url or ""], named=entry.servers,
                    accepted=ACCEPTED)
    try:
        repeat(entry.every, Feed(taker, state, client, stop).look, state, stop)
    finally:
        client.close()


@dataclass
class Feed:
    """An address; its cursor holds the server's marks of what it said last, and the entries that were read."""

    taker: Taker
    state: State
    client: Client
    stop: Event

    def look(self) -> None:
        """Ask once. Raises: Unreachable, Unread, Unavailable."""
        entry, courier = self.taker.entry, self.taker.courier
        known = Known.of(courier.cursor(self.taker.source, DOOR, entry.name))
        assert entry.url is not None
        got = self.client.get(entry.url, headers=known.condition)
        if got.status == UNCHANGED and not known.waiting:
            return
        if got.status == UNCHANGED:     # something that it leads to did not come the last time
            got = self.client.get(entry.url)
        self.take(found(got), known, got)

    def take(self, there: Sequence[Entry], known: "Known", got: Got) -> None:
        """Read what is new, some documents at a time; what cannot be fetched now is asked for the next time."""
        seen = {one.mark: known.seen[one.mark] for one in there if one.mark in known.seen}
        new = [one for one in there if seen.get(one.mark, 1) > 0]
        for begin in range(0, len(new), TOGETHER):
            if self.stop.is_set():
                return
            self.take_some(new[begin:begin + TOGETHER], seen)
        last = Known(got.headers.get("ETag"), got.headers.get("Last-Modified"), seen)
        if last != known:
            self.taker.courier.remember(self.taker.source, self.cursor(last))

    def take_some(self, some: Sequence[Entry], seen: dict[str, int]) -> None:
        """Fetch and hand over some entries."""
        bodies: list[bytes] = []
        lost = []
        for one in some:
            if self.stop.is_set():
                return
            try:
                bodies += one.inline if one.link is None else [self.client.get(one.link).body]
                seen[one.mark] = GIVEN_UP
            except Unreachable as error:
                self.state.failed(error)
                seen[one.mark] = seen.get(one.mark, 0) + 1
                if seen[one.mark] >= TRIES:
                    seen[one.mark] = GIVEN_UP
                    lost.append((one.link, str(error)))
        made = self.taker.harvest(bodies)
        for link, why in lost:
            made.keep({"link": link}, Reason("link", "unreachable", f"the message does not come: {why}"))
        self.taker.give(made, origin=self.taker.entry.url or "", cursor=self.cursor(Known(None, None, seen)))
        if made.count:
            self.state.message(made.count, made.newest)

    def cursor(self, known: "Known") -> Cursor:
        """How far it is read."""
        return Cursor(DOOR, self.taker.entry.name, known.kept())


@dataclass(frozen=True)
class Known:
    """What is known of a feed: the server's marks, and how often each entry was asked for in vain (-1: done with)."""

    etag: str | None = None
    modified: str | None = None
    seen: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Any) -> "Known":
        """As it was kept."""
        return cls(kept.get("etag"), kept.get("modified"), kept.get("seen", {})) if isinstance(kept, Mapping) else cls()

    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        return {"etag": self.etag, "modified": self.modified, "seen": dict(self.seen)}

    @property
    def condition(self) -> dict[str, str]:
        """What asks the server to say nothing where nothing is new."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in asked.items() if value}

    @property
    def waiting(self) -> bool:
        """Whether an entry did not come yet."""
        return any(tries > 0 for tries in self.seen.values())


def found(got: Got) -> list[Entry]:
    """The entries of what came; a document of messages is an entry by itself. Raises: Unread."""
    try:
        root = parsed(got.body)
    except NotXml as error:
        raise Unread(f"what came is neither a feed nor a message: {error}") from error
    there = entries(root, got.url)
    if there:
        return there
    if elements(root):
        return [Entry(marked(got.body), None, (got.body,))]
    if root.tag.rpartition("}")[2] in ("feed", "rss", "RDF", "alerts"):
        return []
    raise Unread(f"what came is neither a feed nor a message, but <{root.tag.rpartition('}')[2][:50]}>")


@dataclass
class Folder:
    """Files beside the pack; its cursor holds what each looked like when it was read."""

    taker: Taker
    state: State
    folder: Path

    def look(self) -> None:
        """Read the files that are new or have changed. Raises: Unavailable; OSError."""
        entry, courier = self.taker.entry, self.taker.courier
        known = courier.cursor(self.taker.source, DOOR, entry.name)
        before = dict(known) if isinstance(known, Mapping) else {}
        there = dict(self.files())
        new = [name for name, stamp in there.items() if before.get(name) != stamp]
        seen = {name: stamp for name, stamp in before.items() if name in there}
        for begin in range(0, len(new), TOGETHER):
            some = new[begin:begin + TOGETHER]
            made = self.taker.harvest([self.read(name) for name in some])
            seen |= {name: there[name] for name in some}
            self.taker.give(made, origin=some[0] if len(some) == 1 else entry.path or "",
                            cursor=Cursor(DOOR, entry.name, seen))
            self.state.message(made.count, made.newest)

    def files(self) -> Iterator[tuple[str, str]]:
        """The files that there are, in the order they were written, each with what changes when it does."""
        found = [(path, path.stat()) for path in self.folder.glob(self.taker.entry.path or "") if path.is_file()]
        for path, there in sorted(found, key=lambda one: (one[1].st_mtime_ns, str(one[0]))):
            yield str(path.relative_to(self.folder)), f"{there.st_mtime_ns}:{there.st_size}"

    def read(self, name: str) -> bytes:
        """A file, as much of it as is read at most."""
        with (self.folder / name).open("rb") as file:
            return file.read(MOST_FILE)
