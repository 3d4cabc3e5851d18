"""The words of the stream, as server-sent events."""

from datetime import UTC, datetime
from typing import Any

import orjson

from live.picture import Encoded, Picture, encode, join
from live.version import version

RETRY_MS = 1000


def hello() -> bytes:
    """The first words: how soon to come back, and which build speaks."""
    return b"retry: %d\n" % RETRY_MS + event("hello", {"version": version(), "now": datetime.now(UTC)})


def picture(props: Encoded, address: str) -> bytes:
    """A whole picture of the view with this address."""
    return _event("picture", whole(props, address))


def whole(props: Encoded, address: str) -> bytes:
    """A whole picture and its address, as JSON."""
    return b'{"address":' + orjson.dumps(address) + b',"props":' + join(props) + b"}"


def change(props: Encoded) -> bytes:
    """What changed in the picture."""
    return _event("change", b'{"props":' + join(props) + b"}")


def notice(name: str, props: Picture) -> bytes:
    """A face instead of a picture: `waiting` when there is none yet, `refusal` when there will be none."""
    return _event(name, b'{"props":' + join(encode(props)) + b"}")


def beat(cut_since: datetime | None) -> bytes:
    """A sign of life: the time, and since when the pictures are not live."""
    return event("beat", {"now": datetime.now(UTC), "cut": cut_since})


def event(name: str, data: dict[str, Any]) -> bytes:
    """One event with a small body."""
    return _event(name, orjson.dumps(data))


def _event(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
