"""Warnings by the Common Alerting Protocol: a feed, a document at an address, or files in a folder."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingest.pack.doors.base import Heard, WebAddress


class Cap(Heard):
    """Warnings by CAP 1.2 (and 1.0, 1.1): what the address or the path gives, a feed of links or documents themselves."""

    door: Literal["cap"]
    url: WebAddress | None = Field(None, description="An Atom or RSS feed, or a CAP document")
    path: Annotated[str, Field(min_length=1)] | None = Field(None, description="Files beside the pack; may hold * and **")
    geocodes: dict[str, str] = Field({}, description="What a geocode or a named area stands for: its value → a region's code")
    region: str | None = Field(None, description="The code of the region of warnings whose place nobody understands; without, they are refused")

    @model_validator(mode="after")
    def one_way_in(self) -> "Cap":
        """There is one place."""
        if (self.url is None) == (self.path is None):
            raise ValueError("exactly one of url and path must be said")
        return self
