"""What a door heard, as `ingest` takes it: rows of a subject, or the sender's own objects through a mapping."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from data_access.engine import sql
from ingest.intake import Intake
from ingest.load_dataset import plain, region_index
from ingest.mapping.apply import OF_TABLES, Around, apply
from ingest.mapping.fitting import labelled, prepare
from ingest.mapping.mapped import Mapped
from ingest.mapping.spec import Mapping as Map
from ingest.pack import Pack
from ingest.rejects import Rejects
from ingest.rows import Field
from ingest.subjects import Subject
from readers.objects import flat

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


def mapped(spec: Map, fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], around: Around) -> Mapped:
    """The same, as the mapping gives it. Raises: MappingError."""
    cells = [flat(row) for row in rows]
    names = list(dict.fromkeys([*(name for row in cells for name in row), *wanted(spec)]))
    columns = {name: column([row[name] if name in row else inner(whole, name) for row, whole in zip(cells, rows, strict=True)])
               for name in names}
    if spec.place is not None and spec.place.geometry is not None:
        columns[spec.place.geometry] = column([shape(text) for text in columns[spec.place.geometry]])
    prepare(spec, names, fields, around.folder)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(1, len(rows) + 1))
    return apply(spec, frame, fields, replace(around, table=""))


def wanted(spec: Map) -> set[str]:
    """Every column that the mapping names: a message may lack any of them."""
    values = [value for _, value in labelled(spec)]
    if spec.long is not None and spec.long.columns is not None:
        values += spec.long.columns.values()
    named = {name for value in values for name in value.named()} | {skip.column for skip in spec.skip_when}
    if spec.place is not None:
        region = spec.place.region
        named |= {name for name in (spec.place.geometry, *((region.column, region.parent) if region else ())) if name}
    return {name for name in named if not name.startswith("@") and name not in OF_TABLES}


def inner(row: Mapping[str, Any], path: str) -> str | None:
    """What stands at "a.b" of an object, where that is an object itself: as JSON; None where there is nothing."""
    at: Any = row
    for step in path.split("."):
        at = at.get(step) if isinstance(at, Mapping) else None
    return orjson.dumps(at).decode() if at and isinstance(at, Mapping) else None


def shape(written: Any) -> Any:
    """A shape written as GeoJSON or WKT; what is none stays as it is, for the mapping to tell."""
    if not isinstance(written, str):
        return written
    read = shapely.from_geojson if written.lstrip().startswith("{") else shapely.from_wkt
    try:
        return read(written)
    except shapely.errors.ShapelyError:
        return written


def column(values: Sequence[Any]) -> NDArray[Any]:
    """Cells of any kind: a list stays one cell."""
    made = np.empty(len(values), object)
    for at, value in enumerate(values):
        made[at] = value
    return made
