"""What everything that a source is heard by has in common."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from ingest.mapping.spec import Mapping
from ingest.pack.parts import Key, Nearest, Part, SubjectName
from ingest.quality.spec import Check

Variable = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
WITH_PASSWORD = re.compile(r"^[^/]+://[^/@]*:[^/@]+@")


def web(url: str) -> str:
    """An address that is fetched over HTTP, without a secret in it. Raises: ValueError."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("must begin with http:// or https://")
    return without_password(url)


def without_password(url: str) -> str:
    """An address without a password: a pack is no place for secrets. Raises: ValueError."""
    if WITH_PASSWORD.match(url):
        raise ValueError("must not hold a password: name the environment variable that does in `secret`")
    return url


WebAddress = Annotated[str, AfterValidator(web)]


@dataclass(frozen=True)
class Terms:
    """By which messages become rows: what they are, what their fields mean, what they must keep to."""

    subject: str
    map: Mapping
    checks: Sequence[Check] = ()
    nearest_m: float = 0


class Heard(Part):
    """One thing that a source is listened to by; each protocol says in `door` which it is."""

    door: str
    key: Key | None = Field(None, description="Tells it from others of the source; the door's name when left out")
    every: Annotated[float, Field(ge=0.05, le=86400)] = Field(60, description="Seconds from one question to the next")
    secret: Variable | None = Field(None, description="The environment variable that holds the secret to open it with")

    @property
    def asks(self) -> bool:
        """Whether it is listened to; else it only says how what is sent to a door of ours is read."""
        return True

    @property
    def name(self) -> str:
        """How batches, states and cursors call it."""
        return self.key or self.door

    def terms(self, name: str) -> Terms | None:
        """How what batches call `name` is read, so that refused rows of it can be tried again; None for what is not of this."""
        return None


class Mapped(Heard):
    """What is heard in a shape of the sender's own: what its messages are, what their fields mean, what they must keep to."""

    subject: SubjectName = Field(description="What a message is")
    map: Mapping = Mapping()
    checks: list[Check] = []
    nearest_m: Nearest = 0

    def terms(self, name: str) -> Terms | None:
        """How its messages are read."""
        return Terms(self.subject, self.map, self.checks, self.nearest_m) if name == self.name else None
