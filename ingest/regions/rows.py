"""The rows of a tree's files: each region's level, code, parent, names and shape as its file says them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.datums import to_wgs84 as from_datum
from geo.projections import UnknownCrs, to_wgs84
from ingest.mapping.values import BLANKS
from ingest.pack import CITY, Pack, PackError
from ingest.pack.faults import Marked
from ingest.pack.tree import HOLE, Lengths, LevelColumn, ParentName, Position, Prefix, TreeFile
from ingest.regions.drawn import drawn
from ingest.regions.told import Told
from readers.opening import open_tables
from readers.table import Table, Unreadable

COLUMNS = ["level", "code", "parent", "name_zh", "name_en", "geom", "place", "by"]
UNKNOWN = -1          # a level that follows from the parents
GEOMETRY = "geometry"
FRAME_ROWS = 50_000


def read_rows(pack: Pack, number: int, told: Told) -> pd.DataFrame:
    """The regions of one of the tree's files.

    Returns: COLUMNS; level UNKNOWN where it follows from the parents, parent "" where none is said; geom in WGS 84, or None;
        `place` says where the row stands, `by` whether parent is a code or a name, or to be seen from the shapes.
        Rows without a code are left out, and told.
    Raises: PackError when the file cannot be read or a column is not there.
    """
    spec = pack.tree.files[number]
    made = [one for table in tables(pack, spec) for one in of_table(pack, number, table, told)]
    if not made:
        return pd.DataFrame(columns=COLUMNS)
    rows = pd.concat(made, ignore_index=True)
    told.find("no_code", "rows without a code are left out", rows["place"][rows["code"] == ""])
    return rows[rows["code"] != ""].reset_index(drop=True)


def tables(pack: Pack, spec: TreeFile) -> Iterator[Table]:
    """The tables of a file. Raises: PackError."""
    try:
        yield from open_tables(spec.read, pack.folder)
    except Unreadable as error:
        raise PackError(f"{pack.folder / CITY}: tree: {error}") from error


def of_table(pack: Pack, number: int, table: Table, told: Told) -> Iterator[pd.DataFrame]:
    """The regions of one table, piece by piece."""
    spec = pack.tree.files[number]
    needed(pack, number, table)
    crs = spec.crs or table.crs
    try:
        for frame in table.frames(FRAME_ROWS):
            told.problems += [f"{table.name}, line {line}: {spoilt.reason}" for line, spoilt in frame.unreadable.items()]
            rows = shaped(kept(frame.rows, spec), spec, table.name, told)
            if len(rows):
                yield region_rows(pack, spec, rows, table.name, crs, told)
    except Unreadable as error:
        raise PackError(f"{pack.folder / CITY}: tree: {error}") from error


def kept(rows: pd.DataFrame, spec: TreeFile) -> pd.DataFrame:
    """The rows that `where` lets through."""
    for column, wanted in spec.where.items():
        place, distinct = pd.factorize(rows[column])
        chosen = texts(pd.Series(distinct)).isin([wanted] if isinstance(wanted, str) else wanted).to_numpy(bool)
        rows = rows[(place >= 0) & np.append(chosen, False)[place]]
    return rows


def shaped(rows: pd.DataFrame, spec: TreeFile, name: str, told: Told) -> pd.DataFrame:
    """The rows with the shapes of the column that is named; cells that are none are told."""
    if spec.shape is None:
        return rows
    shapes, bad = drawn(rows[spec.shape])
    told.problems += [f"{name}, line {line}: {spec.shape} is no shape such as POLYGON ((…)): {str(rows[spec.shape][line])[:60]!r}"
                      for line in rows.index[bad]]
    return rows.assign(**{GEOMETRY: shapes})


def region_rows(pack: Pack, spec: TreeFile, rows: pd.DataFrame, name: str, crs: str | None, told: Told) -> pd.DataFrame:
    """Some rows of a file as regions."""
    code = filled(rows, spec.code)
    zh, en = (filled(rows, one) for one in spec.names)
    zh = zh.where(zh != "", en).where(lambda made: made != "", code)
    place = pd.Series([f"{name}, line {line}" for line in rows.index], rows.index, dtype=object)
    return pd.DataFrame({
        "level": levels(pack, spec, rows, place, told), "code": code, "parent": parents(spec, rows, code),
        "name_zh": zh, "name_en": en.where(en != "", zh), "geom": shapes(pack, spec, rows, crs, name), "place": place,
        "by": "position" if isinstance(spec.parent, Position) else "name" if isinstance(spec.parent, ParentName) else "code",
    })[COLUMNS]


def levels(pack: Pack, spec: TreeFile, rows: pd.DataFrame, place: "pd.Series[Any]", told: Told) -> NDArray[np.int64]:
    """Each row's level; UNKNOWN where the file does not say it."""
    keys = [level.key for level in pack.levels]
    if spec.level is None:
        return np.full(len(rows), UNKNOWN)
    if not isinstance(spec.level, LevelColumn):
        return np.full(len(rows), keys.index(spec.level))
    known = {str(number): number for number in range(len(keys))} | {key: number for number, key in enumerate(keys)}
    known |= {written: keys.index(key) for written, key in spec.level.values.items()}
    written = texts(rows[spec.level.column])
    told.problems += [f"{where}: level {one!r} is none of {', '.join(known)}; say in level.values what it means"
                      for where, one in zip(place, written, strict=True) if one not in known]
    made: NDArray[np.int64] = written.map(known).fillna(UNKNOWN).to_numpy(np.int64)
    return made


def parents(spec: TreeFile, rows: pd.DataFrame, code: "pd.Series[Any]") -> "pd.Series[Any]":
    """Each row's parent by its code; "" where the file does not say it."""
    if isinstance(spec.parent, str):
        return filled(rows, spec.parent)
    if isinstance(spec.parent, Prefix):
        length, whole = spec.parent.prefix, spec.parent.fill or 0
        return code.map(lambda one: one[:length].ljust(whole, "0"))
    if isinstance(spec.parent, Lengths):
        return code.map(spec.parent.parent)
    if isinstance(spec.parent, ParentName):
        return filled(rows, spec.parent.name)
    return pd.Series("", rows.index, dtype=object)


def shapes(pack: Pack, spec: TreeFile, rows: pd.DataFrame, crs: str | None, name: str) -> NDArray[np.object_]:
    """Each row's shape in WGS 84; None where there is none. Raises: PackError when the file's projection is not known."""
    if GEOMETRY not in rows or rows[GEOMETRY].isna().all():
        return np.full(len(rows), None, object)
    if crs is None:
        raise PackError(f"{name}: says no coordinate system; write the tree file's crs, like crs: EPSG:4490 "
                        "(a shapefile needs its .prj beside it)")
    try:
        placed = shapely.transform(rows[GEOMETRY].to_numpy(object), lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], crs)))
    except UnknownCrs as error:
        raise PackError(f"{name}: {error}") from error
    west, south, east, north = shapely.total_bounds(placed)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise PackError(f"{name}: its coordinates reach from {west:g}, {south:g} to {east:g}, {north:g}, which are no degrees; "
                        f"{crs} is not their system: write the tree file's crs")
    datum = spec.datum or pack.datum
    made: NDArray[np.object_] = shapely.transform(placed, lambda xy: np.column_stack(from_datum(xy[:, 0], xy[:, 1], datum)))
    return made


def needed(pack: Pack, number: int, table: Table) -> None:
    """Raises: PackError, naming a column that the pack names and the table has not."""
    spec = pack.tree.files[number]
    wanted: list[tuple[tuple[str, ...], Sequence[str]]] = [
        (("code",), columns(spec.code)), (("name",), [column for name in spec.names for column in columns(name)]),
        (("where",), list(spec.where))]
    if isinstance(spec.parent, str | ParentName):
        wanted.append((("parent",), columns(spec.parent if isinstance(spec.parent, str) else spec.parent.name)))
    if spec.shape is not None:
        wanted.append((("shape",), [spec.shape]))
    if isinstance(spec.level, LevelColumn):
        wanted.append((("level", "column"), [spec.level.column]))
    for key, names in wanted:
        for name in names:
            if name not in table.columns:
                line = Marked(pack.folder / CITY).line(("tree", "files", number, *key))
                near = get_close_matches(name, table.columns, 1)
                meant = f" (is {near[0]!r} meant?)" if near else ""
                raise PackError(f"{pack.folder / CITY}, line {line}: tree.files.{number}.{'.'.join(key)}: {table.name} has no "
                                f"column {name!r}{meant}; it has: {', '.join(table.columns)}")


def columns(said: str) -> list[str]:
    """The columns that a column's name or a pattern speaks of."""
    return list(dict.fromkeys(hole["name"] for hole in HOLE.finditer(said))) or [said]


def filled(rows: pd.DataFrame, said: str) -> "pd.Series[Any]":
    """A column's text, or a pattern filled in for each row; "" where any part of it is blank."""
    names = columns(said)
    if names == [said]:
        return texts(rows[said])
    parts = {name: texts(rows[name]) for name in names}
    made = [poured(said, dict(zip(names, values, strict=True))) if all(values) else ""
            for values in zip(*parts.values(), strict=True)]
    return pd.Series(made, rows.index, dtype=object)


def poured(said: str, cells: Mapping[str, str]) -> str:
    """A pattern with a row's cells in its holes."""
    return HOLE.sub(lambda hole: format(cells[hole["name"]], hole["format"] or ""), said)


def texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Cells as text, "" where there is nothing: whole numbers as in a code, without a decimal point."""
    return pd.Series([text(cell) for cell in column], column.index, dtype=object)


def text(cell: object) -> str:
    """A cell as text."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, Real) and not isinstance(cell, bool | int) and float(cell).is_integer():
        return str(int(float(cell)))
    written = str(cell).strip()
    return "" if written in BLANKS else written
