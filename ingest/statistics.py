"""Published figures of regions: kept at the level that the source gives, added up to the city.

What a source tells of a region is the truth for it; a region of which it tells nothing is the sum of
those below, so the tree adds up. Below what was told there is no such figure. No figure is never zero.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from ingest.batch import Batch, Medians, Stored
from ingest.copy import copy_rows
from ingest.feeds import Heard

LOCK = 7_065_011
KEY = ["region_id", "key", "period"]
COLUMNS = (*KEY, "value", "source_id", "batch_id", "row_no", "summed")
NUMBERED = ("region_id", "period", "source_id", "batch_id", "row_no")
SEVERAL = 0  # row_no of a figure that is a sum over several lines
THERE = """
    SELECT region_id, key, period, value, source_id, batch_id, row_no
      FROM statistic WHERE key = ANY(:keys) AND period = ANY(:periods) AND NOT summed"""


def store(batch: Batch) -> Stored:
    """Take a batch of figures."""
    table = batch.table
    regions = batch.registers.regions.numbers(batch.connection, "region", table["region"], batch.rejects)
    batch.fate.regions[:] = regions
    alone(batch.connection)
    keys, periods = [sorted({*table[name][batch.good()].tolist()}) for name in ("key", "period")]
    there = there_now(batch.connection, keys, [int(period) for period in periods])
    own(batch, regions, there)
    rows = batch.good()
    came = pd.DataFrame({
        "region_id": regions[rows], "key": table["key"][rows], "period": table["period"][rows].astype(np.int64),
        "value": table["value"][rows], "source_id": batch.source.source_id, "batch_id": batch.batch_id,
        "row_no": batch.lines[rows]})
    told, new = (added if batch.options.add_up else replaced)(came, there)
    batch.fate.repeated[np.delete(rows, new)] = True
    taken = len(new)
    if taken:
        write(batch, told)
    heard = {f"statistic:{key}": Heard(int((came["key"] == key).sum()), 0, year_end(int(one["period"].max()), batch.city.zone))
             for key, one in came.groupby("key")} if taken else {"statistic": batch.heard(0)}
    return Stored(taken, len(rows) - taken, heard)


def alone(connection: Connection) -> None:
    """Take the lock of those who write figures, until the transaction ends; it comes before that of `rollups.settle`."""
    connection.execute(sql("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def own(batch: Batch, regions: NDArray[np.int64], there: pd.DataFrame) -> None:
    """Refuse figures that another source tells already."""
    others = there[there["source_id"] != batch.source.source_id]
    taken = set(zip(*(others[name] for name in KEY), strict=True))
    for row in batch.good() if taken else ():
        if (regions[row], batch.table["key"][row], int(batch.table["period"][row])) in taken:
            batch.rejects.add(row, "key", "not_yours", "another source tells this figure of this region and period already")


def replaced(came: pd.DataFrame, there: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The figures as told last. Returns: all that are told now, and which rows were new or said something else."""
    last = came.drop_duplicates(KEY, keep="last")
    before = last[KEY].merge(there, on=KEY, how="left")["value"].to_numpy()
    new = last[last["value"].to_numpy() != before]
    return pd.concat([there, new]).drop_duplicates(KEY, keep="last"), new.index.to_numpy()


def added(came: pd.DataFrame, there: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Figures added to those there. Returns: all that are told now, and which rows were added."""
    both = pd.concat([there, came]).groupby(KEY, as_index=False, sort=False).agg({
        "value": "sum", "source_id": "last", "batch_id": "max", "row_no": "last"})
    return both.assign(row_no=SEVERAL), np.arange(len(came))


def write(batch: Batch, told: pd.DataFrame) -> None:
    """Write this source's figures of some keys and periods, what all told ones add up to, and the medians made of them."""
    made = made_of(told, batch.city, batch.options.medians).assign(source_id=batch.source.source_id, batch_id=batch.batch_id)
    batch.connection.execute(sql("""
        DELETE FROM statistic
         WHERE key = ANY(:keys) AND period = ANY(:periods) AND (summed OR source_id = :source)"""), {
        "source": batch.source.source_id, "periods": sorted({int(period) for period in told["period"]}),
        "keys": sorted({*told["key"], *made["key"]})})
    mine = told[told["source_id"] == batch.source.source_id].assign(summed=False)
    copy_rows(batch.connection, "statistic", COLUMNS, pd.concat([mine, made])[list(COLUMNS)].reset_index(drop=True))


def made_of(told: pd.DataFrame, city: City, medians: Mapping[str, Medians]) -> pd.DataFrame:
    """What told figures add up to above, and the medians made of them."""
    full = summed_up(told.pivot(index="region_id", columns=["key", "period"], values="value"), city)
    long = full.stack(["key", "period"], future_stack=True).dropna().rename("value").rename_axis(KEY).reset_index()
    return pd.concat([without(long, told), medians_of(full, medians)]).assign(row_no=SEVERAL, summed=True)


def there_now(connection: Connection, keys: list[str], periods: list[int]) -> pd.DataFrame:
    """The figures of some keys and periods that are told."""
    rows = connection.execute(sql(THERE), {"keys": keys, "periods": periods}).all()
    return pd.DataFrame(rows, columns=[*COLUMNS[:-1]]).astype({"value": np.float64, **dict.fromkeys(NUMBERED, np.int64)})


def add_up_again(connection: Connection, city: City, keys: list[str], periods: list[int]) -> None:
    """Bring sums up the tree that were taken out with figures, and that no new ones have brought."""
    told = there_now(connection, keys, periods)
    if not len(told):
        return
    newest = told.groupby(["key", "period"], as_index=False)[["source_id", "batch_id"]].max()
    made = made_of(told, city, {}).merge(newest, on=["key", "period"])
    there = pd.DataFrame(connection.execute(sql("""
        SELECT region_id, key, period FROM statistic WHERE summed AND key = ANY(:keys) AND period = ANY(:periods)"""),
        {"keys": keys, "periods": periods}).all(), columns=KEY)
    fresh = made.merge(there, on=KEY, how="left", indicator=True).query("_merge == 'left_only'")
    copy_rows(connection, "statistic", COLUMNS, fresh[list(COLUMNS)].reset_index(drop=True))


def without(figures: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """The figures that are not told."""
    both = figures.merge(told[KEY], on=KEY, how="left", indicator=True)
    return both[both["_merge"] == "left_only"][[*KEY, "value"]]


def summed_up(values: pd.DataFrame, city: City) -> pd.DataFrame:
    """The figures of the regions and of all above them, one column a figure; a sum of nothing but blanks is blank."""
    parent = {region.region_id: region.parent_id for region in city.regions.values()}
    level = pd.Series({region.region_id: region.level for region in city.regions.values()})
    full = values.reindex(level.index)
    for depth in range(int(level.max()), 0, -1):
        here = full[level == depth]
        sums = here.groupby(here.index.map(parent)).sum(min_count=1)
        full = full.fillna(sums)
    return full


def medians_of(values: pd.DataFrame, medians: Mapping[str, Medians]) -> pd.DataFrame:
    """The medians of every region and period whose classes are all known, as rows."""
    made = []
    for key, one in medians.items():
        for period in sorted({period for _, period in values.columns}):
            wanted = [(name, period) for name in one.keys]
            if set(wanted) <= set(values.columns):
                found = median(values[wanted].to_numpy(), np.array(one.bounds))
                made.append(pd.DataFrame({"region_id": values.index, "key": key, "period": period, "value": found}))
    return pd.concat(made).dropna() if made else pd.DataFrame(columns=[*KEY, "value"])


def median(counts: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of each row of class counts, its class taken as evenly filled; NaN in the open last class or without any."""
    running = np.cumsum(counts, axis=1)
    half = running[:, -1:] / 2
    rows = np.arange(len(counts))
    upper = np.append(bounds[1:], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.minimum((running < half).sum(axis=1), counts.shape[1] - 1)
        before = running[rows, inside] - counts[rows, inside]
        made: NDArray[np.float64] = bounds[inside] + (half[:, 0] - before) / counts[rows, inside] * (upper - bounds)[inside]
    return made


def year_end(year: int, zone: ZoneInfo) -> np.datetime64:
    """The last second of a year in the city, UTC."""
    return np.datetime64(datetime(year, 12, 31, 23, 59, 59, tzinfo=zone).astimezone(UTC).replace(tzinfo=None), "us")
