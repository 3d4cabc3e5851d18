"""One address of a feed: asked again and again, and what it said last."""

from dataclasses import dataclass, field
from hashlib import blake2b

from google.transit.gtfs_realtime_pb2 import FeedMessage

from doors.gtfs import feed
from doors.web import UNCHANGED, Client

MARKS = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))


@dataclass
class Asked:
    """An address and the marks of its last answer, so that the same is neither sent nor read twice."""

    url: str
    client: Client
    parameters: dict[str, str]
    held: feed.Held = field(default_factory=feed.Held)
    marks: dict[str, str] = field(default_factory=dict)
    digest: bytes = b""

    def ask(self) -> FeedMessage | None:
        """A message, if it has a new one. Raises: Unreachable; Garbled."""
        got = self.client.get(self.url, self.parameters, self.marks)
        if got.status == UNCHANGED:
            return None
        digest = blake2b(got.body, digest_size=16).digest()
        self.marks = {asks: got.headers[said] for asks, said in MARKS if said in got.headers}
        if digest == self.digest:
            return None
        self.digest = digest
        try:
            return feed.read(got.body)
        except feed.Unreadable as error:
            raise Garbled(str(error), got.body, digest.hex()) from error


class Garbled(Exception):
    """An answer that is no message: why, and all of it."""

    def __init__(self, text: str, body: bytes, digest: str) -> None:
        super().__init__(text)
        self.text, self.body, self.digest = text, body, digest
