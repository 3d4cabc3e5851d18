"""Who sends data: one file under sources/ each."""

from typing import Annotated, Literal

from pydantic import Field

from ingest.pack.parts import Key, Part, Words


class Source(Part):
    """Where facts come from; `network` sources are given a token."""

    key: Key
    name: Words
    owner: str
    licence: str
    kind: Literal["business", "iot", "video", "map"]
    simulated: bool = False
    refresh_seconds: Annotated[int, Field(gt=0)] | None = None
    url: str | None = None
    network: bool = False
