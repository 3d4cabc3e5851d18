"""What a transaction of many batches writes to rows that all share, at its end: rollups, feeds, newest values, dirty snapshots.

Were it to write them as it goes, every other sender would wait for it. So it gathers what it adds and takes away beside
the rollups, sums that up while nobody waits, and takes the lock (`rollups.settle`) for its last moment only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from ingest.contributions import DELTA, Entry, Observed, add, bins, city_days, count
from ingest.copy import copy_rows
from ingest.rollup_tables import DAYS, HOURS, SKETCHES
from ingest.rollups import DELTA_BINS, DELTA_DAYS, DELTA_HOURS, Ledger, day_bounds, settle

KEY = ["metric_id", "region_id", "hour", "day", "bin"]
NETS = {
    "net_hour": ("metric_id, region_id, at, n, total", DELTA_HOURS, HOURS),
    "net_day": ("metric_id, region_id, day, n, total", DELTA_DAYS, DAYS),
    "net_sketch": ("metric_id, region_id, day, bin, n", DELTA_BINS, SKETCHES),
}


@dataclass(frozen=True)
class Later:
    """The shared writes of a transaction that still wait, in their order."""

    connection: Connection
    city: City
    book: Ledger
    writes: list[Callable[[], None]] = field(default_factory=list)

    def add_flows(self, entries: Sequence[Entry]) -> None:
        """Gather what new facts contribute."""
        for entry in entries:
            value = np.full(len(entry.hour), np.nan) if entry.value is None else entry.value
            known = entry.flow.sketch & ~np.isnan(value)
            bin_ = np.where(known, bins(np.where(known, value, 1)), np.nan)
            self.gather(np.full(len(value), entry.flow.metric_id), entry.region_id, entry.hour, entry.day, value, bin_)

    def add_observed(self, observed: Observed, batch_id: int) -> None:
        """Gather what a batch's new observations contribute."""
        add(self.connection, self.city.zone, "observation", self.book.observed.slow,
            "f.batch_id = :batch_id AND f.observed_at BETWEEN :first AND :last",
            {"batch_id": batch_id, **day_bounds(observed.observed_at)})
        counted = count(observed, self.book.observed)
        hours = observed.observed_at.astype("datetime64[h]").astype(np.int64)
        days = city_days(observed.observed_at, self.city.zone)
        self.gather(counted.metric_id, observed.region_id[counted.row], hours[counted.row], days[counted.row], counted.value,
                    np.full(len(counted.row), np.nan))

    def gather(
        self, metric_id: NDArray[np.int64], region_id: NDArray[np.int64], hour: NDArray[np.int64], day: NDArray[np.int64],
        value: NDArray[np.float64], bin_: NDArray[np.float64],
    ) -> None:
        """Lay contributions at the leaves into rollup_delta, grouped."""
        if not len(metric_id):
            return
        each = pd.DataFrame({"metric_id": metric_id, "region_id": region_id, "hour": hour, "day": day, "bin": bin_,
                             "total": np.nan_to_num(value)})
        made = each.groupby(KEY, dropna=False, sort=False, as_index=False).agg(n=("total", "size"), total=("total", "sum"))
        data: dict[str, Any] = {name: made[name].to_numpy() for name in (*KEY, "n", "total")}
        data |= {"hour": data["hour"].astype("datetime64[h]"), "day": data["day"].astype("datetime64[D]")}
        self.connection.execute(sql(DELTA))
        copy_rows(self.connection, "rollup_delta", list(data), data)

    def end(self) -> None:
        """Write all that waits. The transaction must be committed next."""
        self.connection.execute(sql(DELTA))
        for name, (columns, rows, _) in NETS.items():
            self.connection.execute(sql(f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP AS {rows}"),
                                    {"level": self.city.rollup_level})
        self.connection.execute(sql("DELETE FROM rollup_delta"))
        settle(self.connection)
        for name, (columns, _, adding) in NETS.items():
            self.connection.execute(sql(adding.format(rows=f"SELECT {columns} FROM {name} ORDER BY 1, 2, 3")))
        for write in self.writes:
            write()


def at_the_end(later: Later | None, write: Callable[[], None]) -> None:
    """Write to shared rows: now, or at the end of a transaction that holds more."""
    if later is None:
        write()
    else:
        later.writes.append(write)
