"""Warnings by the Common Alerting Protocol: a feed, a document at an address, or files in a folder."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingest.pack.doors.base import Heard, WebAddress


class Cap(Heard):
    """Warnings by CAP 1.2 (and 1.0, 1.1): what the address or the path gives, a feed of links or documents themselves.

    With neither, it says how messages are read that are sent to /cap/v1.
    """

    door: Literal["cap"]
    url: WebAddress | None = Field(None, description="An Atom or RSS feed, or a CAP document")
    servers: list[WebAddress] = Field([], description="Further servers, inside the city's own network, that a feed's links may "
                                                      "lead to; on the open internet they lead anywhere")
    path: Annotated[str, Field(min_length=1)] | None = Field(None, description="Files beside the pack; may hold * and **")
    geocodes: dict[str, str] = Field({}, description="A geocode's value, its scheme:value or an area's name → a region's code; "
                                                     "the city's own codes and names are understood without")
    region: str | None = Field(
        None, description="The code of the region of warnings whose place nobody understands; without, they are refused")
    lasts_hours: Annotated[float, Field(gt=0, le=24 * 31)] = Field(
        24, description="How long a warning holds that names no end, unless it is taken back before")
    certificate: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="A PEM file beside the pack: only messages that its key has signed are taken")

    @model_validator(mode="after")
    def one_way_in(self) -> "Cap":
        """There is one place at most. Raises: ValueError."""
        if self.url is not None and self.path is not None:
            raise ValueError("only one of url and path can be said")
        return self

    @property
    def asks(self) -> bool:
        """Whether there is somewhere to look for messages."""
        return self.url is not None or self.path is not None
