"""What unattended screens show."""

from typing import Annotated
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, field_validator

from indicators.library import INDICATORS
from indicators.scope import WINDOWS
from ingest.pack.parts import Part


class Scene(Part):
    """What a wall shows for a while: an address of the screen as it stands in a browser, without the server."""

    address: Annotated[str, Field(pattern=r"^/(r/[^/?#\s]+)?(\?[^#\s]*)?$")]
    seconds: Annotated[int, Field(ge=5, le=86400)]

    @field_validator("address")
    @classmethod
    def known(cls, address: str) -> str:
        """The window and the indicator exist; a scene is live and speaks the wall's language."""
        said = parse_qs(urlsplit(address).query)
        for key, there in (("w", set(WINDOWS)), ("i", set(INDICATORS))):
            for wanted in set(said.get(key, [])) - there:
                raise ValueError(f"{key}={wanted} is unknown; there are: {', '.join(sorted(there))}")
        if {"at", "lang", "wall"} & set(said):
            raise ValueError("at, lang and wall are not a scene's to say")
        return address

    @property
    def region(self) -> str | None:
        """The region's code; None is the city."""
        return unquote(urlsplit(self.address).path).removeprefix("/r/").strip("/") or None


class Wall(Part):
    """An unattended screen: its scenes in their order, and how long a touch stops it."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    resume_seconds: Annotated[int, Field(ge=5, le=86400)] = 60
    scenes: Annotated[list[Scene], Field(min_length=1)]
