"""What the door knows by heart: codes and the numbers behind them, read when first met and again after a minute."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from geo.assign import Assigner
from ingest.checks import Column, shown
from ingest.leaves import leaves
from ingest.rejects import Rejects

Found = Any  # a row of the register's statement: the code first, its number second, where there is one
FRESH_S = 60.0

DEVICES = "SELECT code, device_id, region_id, kind FROM device WHERE code = ANY(:codes)"
PROPERTIES = "SELECT key, property_id, minimum, maximum, watch, alarm, low_is_bad, unit FROM property WHERE key = ANY(:codes)"
CLASSES = "SELECT code FROM case_class WHERE code = ANY(:codes)"
KINDS = "SELECT kind FROM device_kind WHERE kind = ANY(:codes)"
AGENCIES = "SELECT code, agency_id FROM agency WHERE code = ANY(:codes)"
REGIONS = "SELECT code, region_id FROM region WHERE code = ANY(:codes)"


@dataclass
class Register:
    """Codes of one table and their rows; only codes that exist are remembered."""

    noun: str
    statement: str
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
            known = self.known = known | {row[0]: row for row in connection.execute(sql(self.statement), {"codes": missing})}
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
        found: list[int] = [-1 if row is None else row[1] for row in rows]
        known: NDArray[np.int64] = np.array([*found, -1], np.int64)[places]
        return known


@dataclass
class Registers:
    """All registers of one door."""

    devices: Register = field(default_factory=lambda: Register("device", DEVICES))
    properties: Register = field(default_factory=lambda: Register("property", PROPERTIES))
    classes: Register = field(default_factory=lambda: Register("class", CLASSES))
    kinds: Register = field(default_factory=lambda: Register("kind", KINDS))
    agencies: Register = field(default_factory=lambda: Register("agency", AGENCIES))
    regions: Register = field(default_factory=lambda: Register("region", REGIONS))
    lock: Lock = field(default_factory=Lock)
    assigner: Assigner | None = None

    def leaves(self, connection: Connection) -> Assigner:
        """The city's leaf regions, built once."""
        with self.lock:
            if self.assigner is None:
                self.assigner = leaves(connection)
            return self.assigner
