"""Grouped contributions, and how they come into the tables of rollups: by hour, by day and as sketches.

What is new to a table is copied in; what may be there already is staged and added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.arrays import literal
from ingest.copy import copy_rows

HOURS = """
    INSERT INTO rollup_hour AS r (metric_id, region_id, at, n, total)
    {rows}
    ON CONFLICT (metric_id, region_id, at) DO UPDATE SET n = r.n + excluded.n, total = r.total + excluded.total"""
DAYS = """
    INSERT INTO rollup_day AS r (metric_id, region_id, day, n, total)
    {rows}
    ON CONFLICT (metric_id, region_id, day) DO UPDATE SET n = r.n + excluded.n, total = r.total + excluded.total"""
SKETCHES = """
    INSERT INTO rollup_sketch AS r (metric_id, region_id, day, bin, n)
    {rows}
    ON CONFLICT (metric_id, region_id, day, bin) DO UPDATE SET n = r.n + excluded.n"""
STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS rollup_stage (
        metric_id smallint NOT NULL, region_id int NOT NULL, at timestamptz, day date, bin smallint,
        n bigint NOT NULL, total double precision
    ) ON COMMIT DELETE ROWS"""
FEW = 2_000       # groups of one metric that are staged without asking which of them are new
CELLS = 32        # cells for each entry up to which counting all of them costs less than sorting the entries
DENSE = 4         # asked is only where so many cells of regions and buckets at most come to one group


@dataclass(frozen=True)
class Rollup:
    """A table of rollups: its bucket's column, numpy's unit of it and the number since 1970, and the columns of a group."""

    table: str
    bucket: str
    unit: str
    number: str
    columns: tuple[str, ...]
    adding: str

    @property
    def staged(self) -> str:
        """SQL that adds what is staged."""
        return self.adding.format(rows=f"SELECT {', '.join(self.columns)} FROM rollup_stage")


BY_HOUR = Rollup("rollup_hour", "at", "h", "extract(epoch FROM at)::bigint / 3600",
                 ("metric_id", "region_id", "at", "n", "total"), HOURS)
BY_DAY = Rollup("rollup_day", "day", "D", "day - DATE '1970-01-01'", ("metric_id", "region_id", "day", "n", "total"), DAYS)
BY_BIN = Rollup("rollup_sketch", "day", "D", "day - DATE '1970-01-01'", ("metric_id", "region_id", "day", "bin", "n"), SKETCHES)


@dataclass(frozen=True)
class Groups:
    """Contributions to one metric, grouped by region, bucket and, for a sketch, bin; in that order."""

    metric_id: int
    region_id: NDArray[np.int64]
    bucket: NDArray[np.int64]
    n: NDArray[np.int64]
    total: NDArray[np.float64]
    bin: NDArray[np.int64]

    def chosen(self, which: NDArray[np.bool_]) -> "Groups":
        """Some of them."""
        return Groups(self.metric_id, self.region_id[which], self.bucket[which], self.n[which], self.total[which],
                      self.bin[which])


def grouped(
    metric_id: int, region: NDArray[np.int64], bucket: NDArray[np.int64], value: NDArray[np.float64] | None,
    bin_: NDArray[np.int64] | None = None,
) -> Groups:
    """Group by region, bucket and bin: counted cell by cell where there are few cells for the entries, else sorted."""
    third = np.zeros(len(region), np.int64) if bin_ is None else bin_
    least, first, lowest = int(region.min()), int(bucket.min()), int(third.min())
    across, span, wide = int(region.max() - least) + 1, int(bucket.max() - first) + 1, int(third.max() - lowest) + 1
    key = ((region - least) * span + (bucket - first)) * wide + (third - lowest)
    if across * span * wide <= CELLS * len(key):
        counts = np.bincount(key)
        told = np.flatnonzero(counts)
        n, sums = counts[told], None if value is None else np.bincount(key, value)[told]
    else:
        order = np.argsort(key)
        start = np.flatnonzero(np.diff(key[order], prepend=-1))
        told = key[order][start]
        n = np.diff(start, append=len(order))
        sums = None if value is None else np.add.reduceat(value[order], start)
    total = np.zeros(len(told)) if sums is None else sums.astype(np.float64, copy=False)
    return Groups(metric_id, told // wide // span + least, told // wide % span + first, n, total, told % wide + lowest)


def write(connection: Connection, rollup: Rollup, groups: Sequence[Groups]) -> None:
    """Add groups to a rollup, under the lock of `settle`: new ones are copied in, which costs a third of adding them."""
    staged = []
    for one in sorted(groups, key=lambda one: one.metric_id):
        there = known(connection, rollup, one)
        if not there.all():
            copy_groups(connection, rollup.table, rollup, [one.chosen(~there)])
        if there.any():
            staged.append(one.chosen(there))
    if staged:
        connection.execute(sql(STAGE))
        connection.execute(sql("TRUNCATE rollup_stage"))
        copy_groups(connection, "rollup_stage", rollup, staged)
        connection.execute(sql(rollup.staged))


def known(connection: Connection, rollup: Rollup, one: Groups) -> NDArray[np.bool_]:
    """Which groups may be in the rollup already; all, where finding it out would cost more than it saves."""
    regions = one.region_id[np.flatnonzero(np.diff(one.region_id, prepend=-1))]
    first, last = int(one.bucket.min()), int(one.bucket.max())
    if len(one.n) < FEW or len(regions) * (last - first + 1) > DENSE * len(one.n):
        return np.ones(len(one.n), bool)
    third = "bin" if "bin" in rollup.columns else "0"
    there = connection.execute(sql(f"""
        SELECT array_agg(region_id), array_agg({rollup.number}), array_agg({third})
          FROM {rollup.table}
         WHERE metric_id = :metric_id AND region_id = ANY(:regions) AND {rollup.bucket} BETWEEN :first AND :last"""), {
        "metric_id": one.metric_id, "regions": literal(regions), "first": as_time(first, rollup), "last": as_time(last, rollup)})
    region, bucket, bin_ = (np.array(column or [], np.int64) for column in there.one())
    lowest, highest = one.bin.min(), one.bin.max()
    among = (bin_ >= lowest) & (bin_ <= highest)
    wide, span = int(highest - lowest) + 1, last - first + 1
    asked = (one.region_id * span + one.bucket - first) * wide + one.bin - lowest  # in rising order, as the groups are
    told = (region[among] * span + bucket[among] - first) * wide + bin_[among] - lowest
    at = np.minimum(np.searchsorted(asked, told), len(asked) - 1)
    found = np.zeros(len(asked), bool)
    found[at[asked[at] == told]] = True
    return found


def as_time(bucket: int, rollup: Rollup) -> datetime | date:
    """A bucket's start, for binding."""
    start = datetime.fromtimestamp(bucket * (3600 if rollup.unit == "h" else 86400), UTC)
    return start if rollup.unit == "h" else start.date()


def copy_groups(connection: Connection, table: str, rollup: Rollup, groups: Sequence[Groups]) -> None:
    """Copy groups of several metrics into a table, in their order."""
    columns = {
        "metric_id": np.repeat([one.metric_id for one in groups], [len(one.n) for one in groups]),
        "region_id": np.concatenate([one.region_id for one in groups]),
        rollup.bucket: np.concatenate([one.bucket for one in groups]).astype(f"datetime64[{rollup.unit}]"),
        "n": np.concatenate([one.n for one in groups]),
        "total": np.concatenate([one.total for one in groups]),
        "bin": np.concatenate([one.bin for one in groups])}
    copy_rows(connection, table, rollup.columns, columns)
