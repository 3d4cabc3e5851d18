"""What lies in a folder of unknown files: every table in it, with its first rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from ingest.regions.drawn import drawn, one
from ingest.regions.rows import GEOMETRY, texts
from readers.guessing import Guess, guess
from readers.opening import open_tables
from readers.table import Unreadable

SAMPLE = 5_000        # rows that are looked at
POLYGON, MULTIPOLYGON = 3, 6
SHORTEST = 40         # letters of an area
DEGREES = "EPSG:4326"


@dataclass(frozen=True)
class Found:
    """A table of the folder: its file, how it seems to be read, and its first rows."""

    file: Path
    guess: Guess
    rows: pd.DataFrame
    whole: bool           # whether these are all rows there are
    fits: str | None = None     # the coordinate system that its shapes seem to be in, where its file does not say
    shape: str | None = None    # the column whose texts are areas; `rows` has them as its geometry too

    @property
    def given(self) -> pd.DataFrame:
        """The rows as the file has them."""
        return self.rows if self.shape is None else self.rows.drop(columns=GEOMETRY)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return str(self.file.parent / self.guess.name)

    @property
    def read(self) -> dict[str, Any]:
        """How it is read, as YAML has it."""
        return self.guess.read.model_dump(exclude_defaults=True) | {"path": str(self.file)}

    @property
    def drawn(self) -> bool:
        """Whether most of its rows are areas."""
        if GEOMETRY not in self.rows or not len(self.rows):
            return False
        kinds = shapely.get_type_id(self.rows[GEOMETRY].to_numpy(object))
        return bool(((kinds == POLYGON) | (kinds == MULTIPOLYGON)).mean() > 0.8)

    def column(self, name: str) -> "pd.Series[Any]":
        """A column's cells as text."""
        return texts(self.rows[name])


def look(folder: Path) -> tuple[list[Found], list[str]]:
    """Every table under a folder, and what could not be read."""
    found: list[Found] = []
    faults: list[str] = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")):
        try:
            found += of_file(folder, file)
        except Unreadable as error:
            faults.append(str(error))
    return found, faults


def of_file(folder: Path, file: Path) -> Iterator[Found]:
    """The tables of one file. Raises: Unreadable."""
    for told in guess(file):
        for table in open_tables(told.read, file.parent):
            frames = table.frames(SAMPLE)
            first = next(frames, None)
            if first is not None and len(first.rows):
                yield areas(Found(file.relative_to(folder), told, first.rows, next(frames, None) is None))


def areas(found: Found) -> Found:
    """The table, with the areas that one of its columns writes as text."""
    if GEOMETRY in found.rows:
        return found
    for column in found.rows.columns:
        cells = found.rows[column].dropna()
        if len(cells) and isinstance(cells.iloc[0], str) and len(cells.iloc[0]) > SHORTEST and one(cells.iloc[0]) is not None:
            shapes, bad = drawn(found.rows[column])
            kinds = shapely.get_type_id(shapes.to_numpy(object))
            if not bad.any() and ((kinds == POLYGON) | (kinds == MULTIPOLYGON)).mean() > 0.8:
                west, south, east, north = shapely.total_bounds(shapes.to_numpy(object))
                degrees = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
                guess = replace(found.guess, crs=DEGREES if degrees else None)
                return replace(found, rows=found.rows.assign(**{GEOMETRY: shapes}), shape=str(column), guess=guess)
    return found
