"""A pack tried out without a database: a sample of every dataset mapped and checked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.checks import check
from ingest.mapping.apply import Around, apply
from ingest.mapping.faults import MappingError
from ingest.mapping.fitting import prepare
from ingest.mapping.mapped import Mapped
from ingest.pack import Dataset, Source
from ingest.quality import checks as quality
from ingest.quality.checks import Context
from ingest.quality.keys import Keys
from ingest.rejects import Rejects
from ingest.subjects import SUBJECTS
from ingest.trial.known import Known
from ingest.trial.looks import seen
from ingest.trial.registers import registered
from ingest.trial.report import Column, Trial, Why
from readers.opening import open_tables
from readers.table import Frame, Table, Unreadable

SAMPLE = 2_000      # rows of each table
NOT_DRAWN = "no region of this city is drawn, so a region must be named"
Columns = dict[str, NDArray[Any]]


def trials(there: Known, rows: int = SAMPLE) -> Iterator[Trial]:
    """Every dataset of the pack, table by table."""
    there = registered(there)
    for source in there.pack.sources:
        for dataset in source.datasets:
            yield from of_dataset(there, source, dataset, rows)


def of_dataset(there: Known, source: Source, dataset: Dataset, rows: int) -> Iterator[Trial]:
    """The tables of a dataset."""
    try:
        for table in open_tables(dataset.read, there.pack.folder):
            yield of_table(there, source, dataset, table, rows)
    except (Unreadable, MappingError) as error:
        yield Trial(source.key, dataset.key, dataset.subject, dataset.read.name, None, 0, 0, 0, 0, fault=str(error))


def of_table(there: Known, source: Source, dataset: Dataset, table: Table, rows: int) -> Trial:
    """A sample of one table. Raises: Unreadable, MappingError."""
    pack, subject = there.pack, SUBJECTS[dataset.subject]
    prepare(dataset.map, table.columns, subject.fields, pack.folder)
    frame = next(table.frames(rows), Frame(pd.DataFrame(columns=table.columns), {}))
    units = {one.key: one.unit for one in pack.properties}
    around = Around(zone=ZoneInfo(pack.time_zone), crs=table.crs, datum=pack.datum, folder=pack.folder, regions=there.regions,
                    drawn=there.box is not None, decimal=dataset.read.decimal, table=table.name, gaps=sorted(frame.unreadable),
                    units=units)
    mapped = apply(dataset.map, frame.rows, subject.fields, around)
    columns, rejects, marks = judged(there, dataset, mapped)
    points = points_of(there, columns)
    bad = {*rejects.reasons}
    hints = (f"{hint.text}{f' → {hint.yaml}' if hint.yaml else ''}" for hint in seen(there, dataset, frame, mapped, around))
    told = tuple(dict.fromkeys(hints))     # a column may be in two fields
    made = len(mapped.lines)
    tried, unread = len(frame.rows) + len(frame.unreadable), len(frame.unreadable)
    return Trial(
        source.key, dataset.key, dataset.subject, table.name, table.total, tried, made - len(bad), len(bad) + unread,
        len(marks.reasons.keys() - bad), described(mapped, columns), unused(mapped, table),
        counted(rejects, mapped.lines, [(line, spoilt.reason) for line, spoilt in frame.unreadable.items()]),
        counted(marks, mapped.lines, []),
        None if points is None or not len(points[1]) else (int(points[1].sum()), len(points[1])), told)


def judged(there: Known, dataset: Dataset, mapped: Mapped) -> tuple[Columns, Rejects, Rejects]:
    """The sample's columns typed, and everything against its rows that can be said without the database."""
    count, now = len(mapped.lines), np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")
    found, marks = mapped.rejects.copy(), mapped.marks.copy()
    columns = check(SUBJECTS[dataset.subject].taking(mapped.columns), mapped.columns, count, now, found)
    context = Context(now, None if there.box is None else there.inside, Keys())
    refused, marked = quality.apply(dataset.checks, columns, context, found.reasons)
    found.add_from(refused)
    marks.add_from(marked)
    place(there, dataset, columns, found)
    for (subject, name), words in there.words.items():
        if subject == dataset.subject and name in columns:
            strange = np.flatnonzero([value is not None and value not in words for value in columns[name]])
            for row in strange.tolist():
                what = name.rpartition(":")[2]
                found.add(row, name, f"unknown_{what}", f"the pack has no {what} {columns[name][row]!r}")
    return columns, found, marks


def place(there: Known, dataset: Dataset, columns: Columns, found: Rejects) -> None:
    """Rows whose point lies in no region, or whose region there is none of."""
    if "region" in columns:
        codes = set(there.survey.tree["code"])
        for row in np.flatnonzero([code is not None and code not in codes for code in columns["region"]]).tolist():
            found.add(row, "region", "unknown_region", f"no region has the code {columns['region'][row]!r}")
    points = points_of(there, columns)
    if "lon" in columns:
        nowhere = np.asarray(pd.isna(pd.Series(columns["region"])), bool)
        if there.box is not None:
            nowhere = nowhere & np.isnan(columns["lon"]) & np.isnan(columns["lat"])
        for row in np.flatnonzero(nowhere).tolist():
            if row not in found.reasons:
                found.add(row, "lon", "missing", "a place is missing: lon and lat, or region" if there.box else NOT_DRAWN)
    if points is None:
        return
    rows, inside = points
    for row in rows[~inside].tolist():
        if not dataset.nearest_m:
            found.add(row, "lon", "outside_city", "the coordinate lies outside the city")


def points_of(there: Known, columns: Columns) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """The rows with a coordinate, and which of those lie in the city; None where there is nothing to lie in."""
    if "lon" not in columns or there.box is None:
        return None
    rows = np.flatnonzero(np.isfinite(columns["lon"]) & np.isfinite(columns["lat"]))
    return rows, there.inside(columns["lon"][rows], columns["lat"][rows])


def described(mapped: Mapped, columns: Columns) -> tuple[Column, ...]:
    """The fields that the mapping fills."""
    made = []
    for name, values in columns.items():
        if name not in mapped.columns:
            continue
        there = values[~np.asarray(pd.isna(pd.Series(values)), bool)]
        kind = {"M": "time", "f": "number"}.get(values.dtype.kind, "text")
        example = "" if not len(there) else shown(there[0])
        made.append(Column(name, mapped.origins.get(name, ""), kind, len(there) / max(len(values), 1), example))
    return tuple(made)


def shown(value: Any) -> str:
    """One value, short."""
    if isinstance(value, np.datetime64):
        return f"{value.astype('datetime64[s]')}Z"
    return f"{value:g}" if isinstance(value, float) else str(value)


def unused(mapped: Mapped, table: Table) -> tuple[str, ...]:
    """The columns that no field is made of."""
    return tuple(column for column in table.columns if column not in mapped.used)


def counted(rejects: Rejects, lines: NDArray[np.int64], unread: list[tuple[int, str]]) -> tuple[Why, ...]:
    """Reasons by how many rows they speak of, the commonest first."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for line, text in unread:
        found.setdefault(("", "unreadable"), []).append((line, text))
    for row, reasons in rejects.reasons.items():
        for reason in reasons:
            found.setdefault((reason.field or "", reason.code), []).append((int(lines[row]), reason.text))
    made = [Why(name, code, min(told)[1], len({line for line, _ in told}), min(told)[0]) for (name, code), told in found.items()]
    return tuple(sorted(made, key=lambda why: -why.rows))
