"""What the door knows by heart: codes and the numbers behind them, read when first met and again after a minute."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from geo.assign import Assigner
from ingest.checks import Column, shown
from ingest.leaves import leaves
from ingest.rejects import Rejects

FRESH_S = 60.0

DEVICES = "SELECT code, device_id, region_id, kind FROM device WHERE code = ANY(:codes)"
PROPERTIES = "SELECT key, property_id, key, minimum, maximum, watch, alarm, low_is_bad FROM property WHERE key = ANY(:codes)"
CLASSES = "SELECT code, 0, due_hours FROM case_class WHERE code = ANY(:codes)"
KINDS = "SELECT kind, 0 FROM device_kind WHERE kind = ANY(:codes)"
AGENCIES = "SELECT code, agency_id FROM agency WHERE code = ANY(:codes)"
REGIONS = "SELECT code, region_id FROM region WHERE code = ANY(:codes)"


class KnownDevice(NamedTuple):
    """A device, its region and its kind."""

    number: int
    region_id: int
    kind: str


class KnownProperty(NamedTuple):
    """A property and its limits."""

    number: int
    key: str
    minimum: float | None
    maximum: float | None
    watch: float | None
    alarm: float | None
    low_is_bad: bool

    def limits(self) -> dict[str, Any]:
        """What conditions on observations may ask of the property."""
        return {"property": self.key, "watch": self.watch, "alarm": self.alarm, "low_is_bad": self.low_is_bad}


class KnownClass(NamedTuple):
    """A case class and its clock."""

    number: int
    due_hours: float | None


class Known(NamedTuple):
    """A code's number; 0 where a code is all there is."""

    number: int


Found = TypeVar("Found", KnownDevice, KnownProperty, KnownClass, Known)


@dataclass
class Register(Generic[Found]):
    """Codes of one table and what is known of them; only codes that exist are remembered."""

    noun: str
    statement: str                      # the code first, then the fields of `made`
    made: type[Found]
    clock: Callable[[], float] = time.monotonic
    known: dict[str, Found] = field(default_factory=dict)
    since: float = 0.0

    def find(self, connection: Connection, codes: Iterable[str]) -> dict[str, Found]:
        """The rows of these codes; codes that do not exist are left out."""
        if self.clock() - self.since > FRESH_S:
            self.known, self.since = {}, self.clock()
        known, codes = self.known, list(codes)
        missing = [code for code in codes if code not in known]
        if missing:
            rows = connection.execute(sql(self.statement), {"codes": missing}).all()
            known = self.known = known | {row[0]: self.made(*row[1:]) for row in rows}
        return {code: known[code] for code in codes if code in known}

    def resolve(
        self, connection: Connection, name: str, values: Column, rejects: Rejects
    ) -> tuple[list[Found | None], NDArray[np.int64]]:
        """Look a column of codes up; unknown ones are told in `rejects`.

        Returns: the distinct rows (None for an unknown code), and for each value its place among
        them; -1 where there is no value.
        """
        places, codes = pd.factorize(values)
        found = self.find(connection, codes)
        rows = [found.get(code) for code in codes]
        unknown = np.array([row is None for row in rows], bool)
        if unknown.any():
            for at in np.flatnonzero((places >= 0) & np.append(unknown, False)[places]):
                rejects.add(at, name, f"unknown_{self.noun}", f"there is no {self.noun} {shown(values[at])}")
        return rows, places

    def numbers(self, connection: Connection, name: str, values: Column, rejects: Rejects) -> NDArray[np.int64]:
        """The number behind each code (the row's second column); -1 without a value or when unknown."""
        rows, places = self.resolve(connection, name, values, rejects)
        found: list[int] = [-1 if row is None else row.number for row in rows]
        known: NDArray[np.int64] = np.array([*found, -1], np.int64)[places]
        return known


@dataclass
class Registers:
    """All registers of one door."""

    devices: Register[KnownDevice] = field(default_factory=lambda: Register("device", DEVICES, KnownDevice))
    properties: Register[KnownProperty] = field(default_factory=lambda: Register("property", PROPERTIES, KnownProperty))
    classes: Register[KnownClass] = field(default_factory=lambda: Register("class", CLASSES, KnownClass))
    kinds: Register[Known] = field(default_factory=lambda: Register("kind", KINDS, Known))
    agencies: Register[Known] = field(default_factory=lambda: Register("agency", AGENCIES, Known))
    regions: Register[Known] = field(default_factory=lambda: Register("region", REGIONS, Known))
    lock: Lock = field(default_factory=Lock)
    assigner: Assigner | None = None

    def leaves(self, connection: Connection) -> Assigner:
        """The city's leaf regions, built once."""
        with self.lock:
            if self.assigner is None:
                self.assigner = leaves(connection)
            return self.assigner
