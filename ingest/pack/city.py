"""A city: names, clock, levels, tree, sources, reference tables, and its files of facts."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from ingest.pack.facts import Airport, Flights, Observations, Places, PlaceStatistics, Statistics
from ingest.pack.faults import misplaced
from ingest.pack.files import DataFile, locate
from ingest.pack.parts import Key, Named, Part, Words
from ingest.pack.scenes import Wall
from ingest.pack.sources import Source
from ingest.pack.tree import Tree
from ingest.pack.words import Property

CITY = "city.yaml"
SOURCES = "sources"


class Pack(Part):
    """A city: names, clock, levels, tree, sources, reference tables, and its files of facts."""

    folder: Path = Path()
    key: Key
    name: Words
    time_zone: str
    languages: list[Literal["zh", "en"]]
    rollup_level: Annotated[int, Field(ge=0)]
    levels: Annotated[list[Named], Field(min_length=2)]
    tree: Tree
    case_classes: str | None = None
    sources: list[Source]
    device_kinds: list[Named] = []
    properties: list[Property] = []
    statistics: list[Statistics] = []
    place_statistics: list[PlaceStatistics] = []
    places: list[Places] = []
    flights: list[Flights] = []
    observations: list[Observations] = []
    airports: list[Airport] = []
    walls: list[Wall] = []

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, name: str) -> str:
        """The zone exists."""
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai") from error
        return name

    @model_validator(mode="after")
    def consistent(self) -> "Pack":
        """Keys are unique and everything referred to exists."""
        if self.rollup_level >= len(self.levels):
            raise misplaced(f"{self.rollup_level} is not one of the {len(self.levels)} levels, the city being 0", "rollup_level")
        for name, listed in (("levels", self.levels), ("properties", self.properties), ("device_kinds", self.device_kinds),
                             ("walls", self.walls)):
            for key in repeated([one.key for one in listed]):
                raise misplaced(f"{key!r} is there more than once", name)
        keys = [source.key for source in self.sources]
        for key in repeated(keys):
            raise misplaced(f"{key!r} is there more than once", "sources", keys.index(key), "key")
        for where, kind, wanted, there in self.references():
            if wanted not in there:
                declared = ", ".join(sorted(there)) or "none"
                raise misplaced(f"{kind} {wanted!r} is used but not declared; declared: {declared}", where)
        return self

    def references(self) -> Iterator[tuple[str, str, str, set[str]]]:
        """Every key that points to another part: where it stands, what it is, the key, and those that exist."""
        sources = {source.key for source in self.sources}
        yield "tree", "source", self.tree.source, sources
        users: dict[str, list[Statistics] | list[PlaceStatistics] | list[Places] | list[Flights] | list[Observations]] = {
            "statistics": self.statistics, "place_statistics": self.place_statistics, "places": self.places,
            "flights": self.flights, "observations": self.observations}
        yield from ((where, "source", user.source, sources) for where, listed in users.items() for user in listed)
        for figures in self.statistics:
            yield "statistics", "level", figures.level, {level.key for level in self.levels}
        for fed in self.observations:
            yield "observations", "device kind", fed.kind, {kind.key for kind in self.device_kinds}
            yield from (("observations", "property", key, {one.key for one in self.properties}) for key in fed.properties)

    def source(self, key: str) -> Source:
        """The source with this key."""
        return next(source for source in self.sources if source.key == key)

    def path(self, file: DataFile) -> Path:
        """Where a data file is. Raises: PackError when it is not there."""
        return locate(self.folder, file)

    def data_files(self) -> list[DataFile]:
        """Every data file that the pack speaks of."""
        own = [DataFile(path=name) for name in (CITY, self.tree.regions, self.case_classes) if name]
        figures: list[Statistics | PlaceStatistics] = [*self.statistics, *self.place_statistics]
        facts: list[Places | Flights | Observations] = [*self.places, *self.flights, *self.observations]
        said = [DataFile(path=f"{SOURCES}/{path.name}") for path in sorted((self.folder / SOURCES).glob("*.yaml"))]
        return [*own, *said, self.tree.leaves.file, *(file for one in figures for file in one.files.values()),
                *(one.file for one in facts)]

    def signature(self) -> str:
        """A hash that changes when the pack's own files or its data files (their names and sizes) do."""
        made = hashlib.sha256()
        for file in self.data_files():
            path = self.path(file)
            made.update(f"{file.name}:{path.stat().st_size};".encode())
            if file.package is None and file.npm is None:
                made.update(path.read_bytes())
        return made.hexdigest()[:24]


def repeated(keys: list[str]) -> list[str]:
    """The keys that stand there more than once."""
    return sorted({key for key in keys if keys.count(key) > 1})
