"""Who sends data: one file under sources/ each."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from indicators.pictures import CODE, Pictures, origin
from ingest.mapping.spec import Mapping
from ingest.pack.faults import misplaced
from ingest.pack.listening import Listen
from ingest.pack.parts import Key, Nearest, Part, SubjectName, Words
from ingest.quality.spec import Check
from readers.spec import Read


class Counted(Part):
    """A median estimated from counted classes: their lower bounds, rising, and the key of the count of each; the last is open."""

    bounds: list[float]
    keys: list[Key]

    @model_validator(mode="after")
    def matched(self) -> "Counted":
        """One count a class, bounds rising."""
        if len(self.bounds) != len(self.keys) or self.bounds != sorted(set(self.bounds)):
            raise ValueError("bounds must rise, and there must be one key for each")
        return self


class Dataset(Part):
    """One table of a source: where it is, what its columns mean, and what its rows must keep to."""

    key: Key
    subject: SubjectName = Field(description="What a row is")
    title: Words = Field(description="How the work on it is called on the screen")
    unit: Words | None = Field(None, description="What its rows are counted in; left out, rows")
    read: Read
    map: Mapping = Mapping()
    checks: list[Check] = []
    nearest_m: Nearest = 0
    add_up: bool = Field(False, description="Statistics: rows of one region, key and period are added up")
    medians: dict[Key, Counted] = Field({}, description="Statistics: medians estimated at every level from counted classes")


def place(address: str) -> str:
    """The place of a web address. Raises: ValueError."""
    if urlsplit(address).path.strip("/") or urlsplit(address).query:
        raise ValueError("is more than a place: write it like https://media.example:8443")
    return origin(address)


def template(address: str) -> str:
    """An address that says where a device's code stands in it. Raises: ValueError."""
    if CODE not in address:
        raise ValueError(f"must hold {CODE}, which stands for the device's code")
    origin(address)
    return address


class Shown(Part):
    """Where the pictures of a source's cameras are; a page opens nothing from anywhere else."""

    stream: Annotated[str, AfterValidator(template)] | None = Field(
        None, description="An HLS stream, {code} standing for the device's code: https://media.example/{code}/index.m3u8")
    snapshot: Annotated[str, AfterValidator(template)] | None = Field(
        None, description="A picture (JPEG, PNG, WebP), {code} standing for the device's code")
    places: list[Annotated[str, AfterValidator(place)]] = Field(
        [], description="Further places that pictures come from: of addresses that devices bring, of streams that lead elsewhere")

    @property
    def pictures(self) -> Pictures:
        """The same as the rest of the program holds it."""
        return Pictures(self.stream, self.snapshot, frozenset(self.places))


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
    network: bool = Field(False, description="Whether it sends over HTTP, and so is given a token")
    pictures: Shown | None = Field(None, description="Where the pictures of its cameras are")
    datasets: list[Dataset] = []
    listen: list[Listen] = Field([], description="What it is heard by while it speaks: feeds that are asked, brokers, streams")

    @model_validator(mode="after")
    def each_once(self) -> "Source":
        """Datasets and what is listened to have keys of their own."""
        seen: set[str] = set()
        for name, parts in (("datasets", [one.key for one in self.datasets]), ("listen", [one.name for one in self.listen])):
            for number, key in enumerate(parts):
                if key in seen:
                    raise misplaced(f"{key!r} is there more than once", name, number, "key")
                seen.add(key)
        return self
