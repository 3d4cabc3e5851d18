"""A city pack: one folder whose `city.yaml` says what the city is and where its data lie.

A pack holds no code. Data come from files of the pack itself or of installed packages, which are
found without being imported.
"""

import hashlib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from indicators.library import INDICATORS
from indicators.scope import WINDOWS
from indicators.text import Text

PACKS = Path(__file__).parent.parent / "packs"
CITY = "city.yaml"

Key = Annotated[str, Field(min_length=1, max_length=64)]
Unit = Literal["fahrenheit", "mile_per_hour", "inch", "mile"]


class PackError(ValueError):
    """A pack cannot be used; the message names file, key and what was expected."""


class Part(BaseModel):
    """A piece of a pack's YAML; a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Words(Part):
    """A name in both languages."""

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The same words as the rest of the program holds them."""
        return Text(self.zh, self.en)


class Named(Words):
    """Something with a key and a name."""

    key: Key


class DataFile(Part):
    """A file of an installed package, or of the pack when no package is named."""

    package: str | None = None
    path: str

    @property
    def name(self) -> str:
        """How the file is called in a batch."""
        return f"{self.package}/{self.path}" if self.package else self.path


class Leaves(Part):
    """The last level of the tree: GeoJSON features; `code`, `parent` and the names are made from their properties."""

    file: DataFile
    code: str
    parent: str
    name: Words


class Tree(Part):
    """The regions: every level but the last in a table, the last with shapes."""

    source: Key
    regions: str
    leaves: Leaves


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


class Property(Named):
    """What a device measures, its unit, its limits and the values that can be true."""

    unit: str
    watch: float | None = None
    alarm: float | None = None
    low_is_bad: bool = False
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def in_order(self) -> "Property":
        """The alarm lies beyond the watch, and the minimum below the maximum."""
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("minimum must lie below maximum")
        if self.watch is not None and self.alarm is not None and (self.alarm < self.watch) != self.low_is_bad:
            raise ValueError("alarm must lie beyond watch (below it only with low_is_bad)")
        return self


class Medians(Part):
    """A median estimated from counted classes: lower bounds, and one column of counts for each."""

    bounds: list[float]
    columns: list[str]

    @model_validator(mode="after")
    def matched(self) -> "Medians":
        """One column a class, bounds rising."""
        if len(self.bounds) != len(self.columns) or self.bounds != sorted(set(self.bounds)):
            raise ValueError("bounds must rise, and there must be one column for each")
        return self


class Statistics(Part):
    """Figures published for the regions of one level, one row each; columns are added up, `-` takes away."""

    source: Key
    level: Key
    code: str
    files: dict[int, DataFile]
    columns: dict[Key, dict[int, list[str]]]
    medians: dict[Key, Medians] = {}


class LeafCode(Part):
    """A leaf's code made from a row's columns."""

    pattern: str


class PlaceStatistics(Part):
    """Figures added up from a file of places to their leaf regions."""

    source: Key
    files: dict[int, DataFile]
    identity: list[str]
    leaf: LeafCode
    lon: str
    lat: str
    columns: dict[Key, str]


class Job(Part):
    """How long work is called on the screen, and in what it is counted."""

    title: Words
    unit: Words


class Places(Part):
    """A file of places as they stood at the end of a year; `leaf` is only compared with where the place lies."""

    source: Key
    kind: Key
    year: int
    file: DataFile
    identity: list[str]
    lon: str
    lat: str
    units: str | None = None
    population: str | None = None
    leaf: LeafCode | None = None
    nearest_m: float = 0
    job: Job


class Flights(Part):
    """A file of flights: the scheduled UTC hour and minute, where from and to, and the delays."""

    source: Key
    file: DataFile
    identity: list[str]
    hour: str
    minute: str
    origin: str
    destination: str
    carrier: str
    departure_delay_min: str
    arrival_delay_min: str
    job: Job


class Reading(Part):
    """The column of a property and the unit it is given in, when that is not the property's."""

    column: str
    unit: Unit | None = Field(None, alias="from")


class Observations(Part):
    """A file of observations, one row an instant and device, one column a property."""

    source: Key
    file: DataFile
    device: str
    observed_at: str
    airport: str
    interval_s: Annotated[int, Field(gt=0)]
    kind: Key
    properties: dict[Key, Reading]
    job: Job


class Airport(Part):
    """Where flights and their weather happened."""

    code: str
    name: str
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


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
            raise ValueError(f"rollup_level {self.rollup_level} is not one of the {len(self.levels)} levels, the city being 0")
        for name, listed in (("sources", self.sources), ("properties", self.properties), ("device_kinds", self.device_kinds),
                             ("walls", self.walls)):
            keys = [one.key for one in listed]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{name}: {', '.join(twice)} is there more than once")
        for kind, wanted, there in self.references():
            if wanted not in there:
                raise ValueError(f"{kind} {wanted!r} is used but not declared; declared: {', '.join(sorted(there))}")
        return self

    def references(self) -> Iterator[tuple[str, str, set[str]]]:
        """Every key that points to another part: what it is, the key, and those that exist."""
        sources = {source.key for source in self.sources}
        users: tuple[Tree | Statistics | PlaceStatistics | Places | Flights | Observations, ...] = (
            self.tree, *self.statistics, *self.place_statistics, *self.places, *self.flights, *self.observations)
        yield from (("source", user.source, sources) for user in users)
        yield from (("level", figures.level, {level.key for level in self.levels}) for figures in self.statistics)
        for fed in self.observations:
            yield "device kind", fed.kind, {kind.key for kind in self.device_kinds}
            yield from (("property", key, {one.key for one in self.properties}) for key in fed.properties)

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
        return [*own, self.tree.leaves.file, *(file for one in figures for file in one.files.values()),
                *(one.file for one in facts)]

    def signature(self) -> str:
        """A hash that changes when the pack's own files or its data files (their names and sizes) do."""
        made = hashlib.sha256()
        for file in self.data_files():
            path = self.path(file)
            made.update(f"{file.name}:{path.stat().st_size};".encode())
            if file.package is None:
                made.update(path.read_bytes())
        return made.hexdigest()[:24]


def read(pack: str | Path) -> Pack:
    """Read a pack by its name under packs/ or by its folder. Raises: PackError."""
    folder = pack if isinstance(pack, Path) else PACKS / pack
    file = folder / CITY
    if not file.is_file():
        known = ", ".join(sorted(path.parent.name for path in PACKS.glob(f"*/{CITY}")))
        raise PackError(f"there is no city pack {str(pack)!r}: {file} is missing; there are: {known}")
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise PackError(f"{file}: expected keys and values, found {type(content).__name__}")
        return Pack.model_validate({**content, "folder": folder})
    except yaml.YAMLError as error:
        raise PackError(f"{file} is not YAML: {error}") from error
    except ValidationError as error:
        raise PackError("\n".join(told(file, content, fault["loc"], fault["msg"]) for fault in error.errors())) from error


def told(file: Path, content: Mapping[str, object], where: tuple[int | str, ...], message: str) -> str:
    """One mistake in words: file, key, and what was expected."""
    at: object = content
    names = []
    for step in where:
        try:
            at = at[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            at = None
        label = at.get("key") if isinstance(at, dict) else None
        names.append(f"{step} ({label})" if isinstance(step, int) and label else str(step))
    return f"{file}: {'.'.join(names) or 'the pack'}: {message}"


def locate(folder: Path, file: DataFile) -> Path:
    """Where a data file is, without importing its package. Raises: PackError."""
    if file.package is None:
        path = folder / file.path
    else:
        spec = find_spec(file.package)
        if spec is None or not spec.submodule_search_locations:
            raise PackError(f"the package {file.package} is not installed; the pack {folder.name} reads {file.path} from it")
        path = Path(spec.submodule_search_locations[0]) / file.path
    if not path.is_file():
        raise PackError(f"the pack {folder.name} reads {file.name}, but {path} does not exist")
    return path
