"""Spikes: a reading far off what the same device mostly says, with the readings before and after it as usual.

A reading is a spike when it is more than twelve robust standard deviations off the median of the device's last
readings of that property, and those right before and after it less than a quarter as far: what stays is an event
and not a fault, and the newest reading is judged when the next one is there. The deviation counts as no smaller
than a fiftieth of what the property can span (of the median, where no span is declared). A device that says the
same value most of the time has no distribution to be off: of it nothing is said.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from indicators.text import Text
from ingest.quality.findings import Example, Found, Look
from ingest.quality.robust import by_group

LAST = 100                      # readings of a device's property that are looked at
SPAN = timedelta(days=7)        # …and how much older than the newest they may be
TOLD = timedelta(days=1)        # a spike is told for so long, by the device's own readings: an archive has its last day too
AT_ONCE = 100                   # devices' properties in one look; the next look goes on behind them
FIRST = (-1, -1)
LEAST = 20                      # readings without which nothing is said
FAR, BESIDE = 12.0, 0.25
FLOOR = 0.02

READINGS = """
    SELECT l.device_id, l.property_id, o.observed_at, o.value, o.batch_id, o.row_no,
           o.observed_at > l.observed_at - :told AS recent
      FROM (SELECT device_id, property_id, observed_at
              FROM latest_observation
             WHERE (device_id, property_id) > (:device_id, :property_id)
             ORDER BY device_id, property_id
             LIMIT :at_once) AS l
     CROSS JOIN LATERAL (SELECT observed_at, value, batch_id, row_no
                           FROM observation o
                          WHERE o.device_id = l.device_id AND o.property_id = l.property_id
                            AND o.observed_at > l.observed_at - :span AND o.observed_at <= l.observed_at
                          ORDER BY o.observed_at DESC
                          LIMIT :last) AS o
     ORDER BY l.device_id, l.property_id, o.observed_at"""
COLUMNS = ["device_id", "property_id", "observed_at", "value", "batch_id", "row_no", "recent"]
NAMES = """
    SELECT d.device_id, d.code, d.region_id, d.source_id, p.property_id, p.key, p.name_zh, p.name_en, p.unit
      FROM device d CROSS JOIN property p
     WHERE (d.device_id, p.property_id) IN (SELECT * FROM unnest(CAST(:devices AS int[]), CAST(:properties AS int[])))"""


@dataclass
class Spikes:
    """Looks at all devices in turn, some at a time."""

    after: tuple[int, int] = FIRST

    def look(self, connection: Connection, _: City, __: datetime) -> Look:
        """Find the spikes of the next devices."""
        spans = {row.property_id: row.span for row in connection.execute(sql(
            "SELECT property_id, maximum - minimum AS span FROM property WHERE maximum > minimum"))}
        table = pd.DataFrame(connection.execute(sql(READINGS), {
            "device_id": self.after[0], "property_id": self.after[1], "span": SPAN, "told": TOLD, "last": LAST,
            "at_once": AT_ONCE}).all(), columns=COLUMNS)
        pairs = table[["device_id", "property_id"]].drop_duplicates()
        self.after = tuple(pairs.iloc[-1].tolist()) if len(pairs) == AT_ONCE else FIRST
        if table.empty:
            return Look("spike", (), ())
        floors = np.array([FLOOR * spans.get(number, np.nan) for number in table["property_id"]])
        series = table.groupby(["device_id", "property_id"], sort=False).ngroup().to_numpy()
        spiked, usual = spikes(series, table["value"].to_numpy(np.float64), floors)
        return told(connection, pairs, table.assign(usual=usual)[spiked & table["recent"].to_numpy(bool)])


def spikes(
    series: NDArray[np.int64], value: NDArray[np.float64], floor: NDArray[np.float64],
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which readings are spikes; `series` numbers the devices' properties, sorted, their readings oldest first.

    `floor` is the least deviation that counts, NaN where the property has no span.
    Returns: the spikes, and of each reading what its series mostly says.
    """
    middle, deviation = by_group(series, value)
    size = np.bincount(series)[series]
    least = np.where(np.isnan(floor), FLOOR * np.abs(middle), floor)
    off = np.abs(value - middle) / np.where(deviation > 0, np.maximum(deviation, least), np.inf)
    inner = np.zeros(len(value), bool)
    inner[1:-1] = (series[1:-1] == series[:-2]) & (series[1:-1] == series[2:])
    beside = np.full(len(value), np.inf)
    beside[1:-1] = np.maximum(off[:-2], off[2:])
    return inner & (size >= LEAST) & (off > FAR) & (beside < BESIDE * off), middle


def told(connection: Connection, pairs: pd.DataFrame, spiked: pd.DataFrame) -> Look:
    """The finding of each device and property that spiked, and which were looked at."""
    names = {(row.device_id, row.property_id): row for row in connection.execute(sql(NAMES), {
        "devices": pairs["device_id"].tolist(), "properties": pairs["property_id"].tolist()})}
    found = [one(names[key], rows) for key, rows in spiked.groupby(["device_id", "property_id"], sort=False) if key in names]
    return Look("spike", found, frozenset(about(name) for name in names.values()))


def about(name: Any) -> str:
    """Which device and property it is."""
    return f"{name.code} {name.key}"


def one(name: Any, rows: pd.DataFrame) -> Found:
    """The finding of one device and property."""
    last, n, unit = rows.iloc[-1], len(rows), f" {name.unit}" if name.unit else ""
    value, usual, often = f"{last['value']:g}{unit}", f"{last['usual']:g}{unit}", "once" if n == 1 else f"{n} times"
    text = Text(f"设备 {name.code} 的{name.name_zh}最近一日读数中 {n} 次突跳：最近一次 {value}，平时约 {usual}，前后读数如常",
                f"{name.name_en} of device {name.code} spiked {often} in its last day of readings: last {value}, "
                f"mostly {usual}, with usual readings before and after")
    since = rows["observed_at"].iloc[0].to_pydatetime()
    return Found(name.source_id, "observations", about(name), name.region_id, since, n, text,
                 tuple(Example(int(row["batch_id"]), int(row["row_no"]), f"{row['value']:g}{unit}")
                       for _, row in rows[::-1].iterrows()))
