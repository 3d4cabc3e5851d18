"""What a door heard, as `ingest` takes it: rows of a subject, or the sender's own objects through a mapping."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_access.engine import sql
from ingest.intake import Intake
from ingest.load_dataset import plain, region_index
from ingest.mapping.apply import Around
from ingest.mapping.objects import mapped
from ingest.mapping.spec import Mapping as Map
from ingest.pack import Pack
from ingest.rejects import Rejects
from ingest.subjects import Subject

FRESH_S = 60.0      # how long what a mapping knows of the city is taken for true


@dataclass(frozen=True)
class Rows:
    """Columns by the subject's fields, the line of each row, and what was found against them."""

    columns: Mapping[str, Any]
    lines: NDArray[np.int64]
    rejects: Rejects
    marks: Rejects


@dataclass
class Surroundings:
    """What a mapping may know of the city beside its rows, read anew once a minute."""

    intake: Intake
    pack: Pack | None
    known: tuple[float, Around] | None = None

    def now(self) -> Around:
        """As it is. Raises: NoCity; the database's errors."""
        if self.known is None or time.monotonic() - self.known[0] > FRESH_S:
            self.known = time.monotonic(), self.read()
        return self.known[1]

    def read(self) -> Around:
        """Read it."""
        city, _ = self.intake.prepared()
        with self.intake.engine.connect() as connection:
            units = {row.key: row.unit for row in connection.execute(sql("SELECT key, unit FROM property"))}
        datum, folder = (None, Path()) if self.pack is None else (self.pack.datum, self.pack.folder)
        return Around(city.zone, datum=datum, folder=folder, regions=region_index(city), drawn=city.root.bounds is not None,
                      units=units)


def of_subject(subject: Subject, rows: Sequence[Mapping[str, Any]]) -> Rows:
    """Rows whose keys are the subject's fields; other keys are let be."""
    columns = {one.name: [plain(row.get(one.name)) for row in rows] for one in subject.fields}
    return Rows(columns, np.arange(1, len(rows) + 1), Rejects(), Rejects())


def through(spec: Map, subject: Subject, rows: Sequence[Mapping[str, Any]], around: Around) -> Rows:
    """Objects as a mapping reads them: what is inside goes by "a.b", and what no object has is empty. Raises: MappingError."""
    made = mapped(spec, subject.fields, rows, around)
    return Rows(made.columns, made.lines, made.rejects, made.marks)
