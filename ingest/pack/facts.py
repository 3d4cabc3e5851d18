"""Files of facts and of figures: what their columns mean."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingest.pack.files import DataFile
from ingest.pack.parts import Key, Part
from ingest.pack.words import Job

Unit = Literal["fahrenheit", "mile_per_hour", "inch", "mile"]


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
