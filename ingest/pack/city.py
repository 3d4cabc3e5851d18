"""A city: names, clock, levels, tree, sources, reference tables, and its files of facts."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from indicators.text import Language
from ingest.pack.aims import Aims, Colours
from ingest.pack.briefings import Briefings
from ingest.pack.faults import misplaced
from ingest.pack.files import DataFile, found, locate
from ingest.pack.parts import Key, Named, Part, Words
from ingest.pack.scenes import Wall
from ingest.pack.scores import Scores
from ingest.pack.sources import Source
from ingest.pack.tree import Datum, LevelColumn, Tree
from ingest.pack.words import Property

CITY = "city.yaml"
SOURCES = "sources"
SMALL = 1 << 20


class Pack(Part):
    """A city: names, clock, levels, tree, sources, reference tables, and its files of facts."""

    folder: Path = Path()
    key: Key
    name: Words
    time_zone: str
    languages: Annotated[list[Language], Field(min_length=1, description="Of the screen, the city's own first")] = ["zh", "en"]
    levels: Annotated[list[Named], Field(min_length=2, description="From the city down")]
    rollup_level: Annotated[int, Field(ge=0)] = Field(
        2, description="The deepest level that is summed up ahead, the city being 0; left out, 2, or the last one above it")
    datum: Datum = Field("wgs84", description="What coordinates are in where nothing else is said")
    tree: Tree
    case_classes: DataFile | None = Field(None, description="code, parent_code, name_zh, name_en, due_hours; parents first")
    sources: list[Source]
    device_kinds: list[Named] = []
    properties: list[Property] = []
    targets: Aims = Field({}, description="Targets of indicators that are the city's own, by the indicator's key")
    scores: Scores | None = Field(None, description="How agencies are scored; left out, by the product's own weights and bands")
    colours: Colours = Colours()
    walls: list[Wall] = []
    briefings: list[Briefings] = Field([], description="Briefings that are made by themselves")

    @model_validator(mode="before")
    @classmethod
    def summed_up_to(cls, given: Any) -> Any:
        """A city of few levels is summed up to its last one."""
        if isinstance(given, dict) and "rollup_level" not in given and isinstance(given.get("levels"), list):
            return {**given, "rollup_level": max(min(2, len(given["levels"]) - 1), 0)}
        return given

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
                             ("walls", self.walls), ("briefings", self.briefings)):
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
        levels = {level.key for level in self.levels}
        for file in self.tree.files:
            said = file.level.values.values() if isinstance(file.level, LevelColumn) else [file.level] if file.level else []
            yield from (("tree", "level", key, levels) for key in said)
        for plan in self.briefings:
            yield from (("briefings", "level", key, levels) for key in plan.levels)

    def source(self, key: str) -> Source:
        """The source with this key."""
        return next(source for source in self.sources if source.key == key)

    def path(self, file: DataFile) -> Path:
        """Where a data file is. Raises: PackError when it is not there."""
        return locate(self.folder, file)

    def data_files(self) -> list[DataFile]:
        """Every data file that is named alone, and not found by its pattern."""
        return [self.case_classes] if self.case_classes else []

    def signature(self) -> str:
        """A hash that changes when what the pack says does, or the files of its tree, words and figures."""
        said = [self.folder / CITY, *sorted((self.folder / SOURCES).glob("*.yaml"))]
        drawn = [path for file in self.tree.files for path in found(self.folder, file.read)]
        made = hashlib.sha256()
        for path in [*said, *(self.path(file) for file in self.data_files()), *drawn]:
            made.update(stamp(path))
        return made.hexdigest()[:24]


def stamp(path: Path) -> bytes:
    """What changes when a file does: a small one's content, a large one's size and when it was written."""
    there = path.stat()
    if there.st_size <= SMALL:
        return path.read_bytes()
    return f"{path.name}:{there.st_size}:{there.st_mtime_ns};".encode()


def repeated(keys: list[str]) -> list[str]:
    """The keys that stand there more than once."""
    return sorted({key for key in keys if keys.count(key) > 1})
