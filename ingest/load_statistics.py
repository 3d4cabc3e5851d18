"""Published figures of regions: read at the level that the source gives, added up to the city.

Each source level is the truth for what it publishes; the levels above are sums of it, so the tree
adds up, and the levels below have no such figure. A blank cell is no figure, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from geo.assign import Assigner
from ingest import feeds
from ingest.copy import copy_rows
from ingest.feeds import Heard
from ingest.load_batch import close_batch, open_batch, source_number
from ingest.load_tree import ancestors
from ingest.pack import Pack, PackError, PlaceStatistics, Statistics
from ingest.rejects import Kept, Rejects, keep
from ingest.tables import fields, frame, numbers, patterned, whole

SUMMED = 0  # row_no of a figure that is a sum over many lines of its batch's file


@dataclass(frozen=True)
class Period:
    """One period's file: whose it is, which year, and the pack's signature that it is loaded under."""

    source: str
    year: int
    file: str
    zone: str
    signature: str


@dataclass(frozen=True)
class Figures:
    """What one file says of one period: one column a key, one row a region; NaN where it says nothing."""

    values: pd.DataFrame                 # index: region_id
    line: "pd.Series[int]"               # the line of each region in the file, or SUMMED
    rejects: Rejects
    table: pd.DataFrame
    answer: dict[str, Any] = field(default_factory=dict)


def write_statistics(connection: Connection, pack: Pack, tree: pd.DataFrame, assigner: Assigner, signature: str) -> None:
    """Write all statistics of the pack, in place of those that were there from its sources."""
    sources = [*(one.source for one in pack.statistics), *(one.source for one in pack.place_statistics)]
    connection.execute(sql("""
        DELETE FROM statistic
         WHERE source_id IN (SELECT source_id FROM source WHERE key = ANY(:sources))"""), {"sources": sources})
    for published in pack.statistics:
        level = [level.key for level in pack.levels].index(published.level)
        for period, file in sorted(published.files.items()):
            figures = read_figures(published, period, frame(pack.path(file)), tree[tree["level"] == level], file.name)
            values = with_medians(published, period, summed_up(figures.values, tree))
            write_figures(connection, Period(published.source, period, file.name, pack.time_zone, signature), figures, values)
    for counted in pack.place_statistics:
        for period, file in sorted(counted.files.items()):
            wanted = [*counted.identity, counted.lon, counted.lat, *counted.columns.values(), *fields(counted.leaf.pattern)]
            figures = add_places(counted, frame(pack.path(file), sorted(set(wanted))), tree, assigner)
            write_figures(connection, Period(counted.source, period, file.name, pack.time_zone, signature), figures,
                          summed_up(figures.values, tree))


def read_figures(published: Statistics, period: int, table: pd.DataFrame, regions: pd.DataFrame, name: str) -> Figures:
    """One period of a published table. Raises: PackError when a column is missing."""
    rejects = Rejects()
    known = dict(zip(regions["code"], regions["region_id"], strict=True))
    region = table[published.code].map(known)
    again = region.notna() & region.duplicated()
    rejects.add_all(table.index[region.isna()], published.code, "unknown_region", "no region of this level has this code")
    rejects.add_all(table.index[again], published.code, "duplicate", "the region stands on an earlier line")
    good = region.notna() & ~again
    values = {}
    for key, columns in wanted_columns(published, period).items():
        missing = [column for column in columns if column.lstrip("-") not in table.columns]
        if missing:
            raise PackError(f"{name} has no column {missing[0]}; statistics.columns.{key}.{period} names it")
        values[key] = signed_sum(table, columns, key, rejects)
    made = pd.DataFrame(values, index=table.index)[good]
    numbered = pd.Index(region[good].astype(int), name="region_id")
    blank = int(made.isna().sum().sum())
    return Figures(made.set_index(numbered), pd.Series(table.index[good], numbered), rejects, table, {"blank": blank})


def wanted_columns(published: Statistics, period: int) -> dict[str, list[str]]:
    """The columns of each key in a period; those of a median's classes go by their own names."""
    made = {key: periods[period] for key, periods in published.columns.items() if period in periods}
    return made | {column: [column] for median in published.medians.values() for column in median.columns}


def signed_sum(table: pd.DataFrame, columns: list[str], key: str, rejects: Rejects) -> NDArray[np.float64]:
    """Columns added up, those with a minus taken away; what is no number or below zero is told."""
    total = np.zeros(len(table))
    for column in columns:
        values, faulty = numbers(table[column.lstrip("-")])
        rejects.add_all(table.index[faulty], column.lstrip("-"), "not_a_number", f"{key} needs a number here")
        total = total - values if column.startswith("-") else total + values
    rejects.add_all(table.index[total < 0], key, "range", "the figure is below zero")
    return np.where(total < 0, np.nan, total)


def add_places(counted: PlaceStatistics, table: pd.DataFrame, tree: pd.DataFrame, assigner: Assigner) -> Figures:
    """Figures of places, added up to their leaves; a place whose leaf is unknown goes to the leaf it lies in."""
    rejects = Rejects()
    leaves = tree[tree["level"] == tree["level"].max()]
    known = dict(zip(leaves["code"], leaves["region_id"], strict=True))
    region = patterned(table, counted.leaf.pattern).map(known).fillna(-1).to_numpy(np.int64, copy=True)
    lost = np.flatnonzero(region < 0)
    lon, lat = numbers(table[counted.lon].iloc[lost])[0], numbers(table[counted.lat].iloc[lost])[0]
    region[lost] = assigner.assign(lon, lat)
    rejects.add_all(table.index[region < 0], counted.lon, "outside_city", "neither the named region nor the place is in the city")
    values = {}
    for key, column in counted.columns.items():
        value, faulty = numbers(table[column])
        rejects.add_all(table.index[faulty | (value < 0)], column, "not_a_number", f"{key} needs a number of zero or more here")
        values[key] = np.where(value < 0, np.nan, value)
    made = pd.DataFrame(values)[region >= 0].groupby(region[region >= 0]).sum(min_count=1)
    made.index.name = "region_id"
    return Figures(made, pd.Series(SUMMED, made.index), rejects, table, {"by_place": len(lost)})


def summed_up(values: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    """The figures of the regions and of all above them; a sum of nothing but blanks is blank."""
    pairs = ancestors(tree)
    joined = pairs.merge(values, left_on="region_id", right_index=True)
    return joined.groupby("ancestor_id")[list(values.columns)].sum(min_count=1)


def with_medians(published: Statistics, period: int, values: pd.DataFrame) -> pd.DataFrame:
    """The classes of each median replaced by the median, at every level from the level's own classes."""
    for key, median in published.medians.items():
        values = values.assign(**{key: medians(values[median.columns].to_numpy(), np.array(median.bounds))})
    classes = {column for median in published.medians.values() for column in median.columns}
    return values.drop(columns=sorted(classes - set(wanted_keys(published, period))))


def wanted_keys(published: Statistics, period: int) -> list[str]:
    """The keys of a period."""
    return [key for key, periods in published.columns.items() if period in periods]


def medians(counts: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each row of class counts, its class taken as evenly filled; NaN in the open last class or without any."""
    running = np.cumsum(counts, axis=1)
    half = running[:, -1:] / 2
    at = (running < half).sum(axis=1)
    rows = np.arange(len(counts))
    inside = np.minimum(at, counts.shape[1] - 1)
    before = running[rows, inside] - counts[rows, inside]
    upper = np.append(bounds[1:], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        made: NDArray[np.float64] = bounds[inside] + (half[:, 0] - before) / counts[rows, inside] * (upper - bounds)[inside]
    return made


def write_figures(connection: Connection, period: Period, figures: Figures, values: pd.DataFrame) -> None:
    """Write one period as a batch: statistics, rejects and feeds."""
    source_id = source_number(connection, period.source)
    batch_id = open_batch(connection, source_id, period.file, "statistic", f"{period.file}@{period.signature}")
    long = values.stack().dropna().rename("value").rename_axis(["region_id", "key"]).reset_index()
    copy_rows(connection, "statistic", ["region_id", "key", "period", "value", "source_id", "batch_id", "row_no"], {
        "region_id": long["region_id"].to_numpy(), "key": long["key"].to_numpy(object), "value": long["value"].to_numpy(),
        "period": np.full(len(long), period.year), "source_id": np.full(len(long), source_id),
        "batch_id": np.full(len(long), batch_id),
        "row_no": long["region_id"].map(figures.line).fillna(SUMMED).to_numpy(np.int64)})
    keep(connection, batch_id, [Kept(line, reasons, whole(figures.table, line))
                                for line, reasons in figures.rejects.reasons.items()])
    feeds.write(connection, source_id, heard(long["key"].value_counts().to_dict(), period.year, ZoneInfo(period.zone)))
    close_batch(connection, batch_id, len(long), 0, len(figures.rejects.reasons), figures.answer)


def heard(taken: Mapping[str, int], year: int, zone: ZoneInfo) -> dict[str, Heard]:
    """What the feeds hear: figures of a year speak of it until its last second."""
    return {f"statistic:{key}": Heard(taken=count, newest=year_end(year, zone)) for key, count in taken.items()}


def year_end(year: int, zone: ZoneInfo) -> np.datetime64:
    """The last second of a year in the city, UTC."""
    return np.datetime64(datetime(year, 12, 31, 23, 59, 59, tzinfo=zone).astimezone(UTC).replace(tzinfo=None), "us")
