"""What came of each source by the hour and region, and what was wrong with it: the base of its quality.

Written in the transaction that takes the batch, and rolled up in it like any fact. What a file brought is
kept apart by batch, so that it can be taken back whole when it is loaded anew; a row that a retry took is
taken back from where it was rejected, and counted where it was taken.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import cache
from typing import Any

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.city import City, Region
from data_access.engine import sql
from ingest.arrays import literal
from ingest.batch import Batch
from ingest.contributions import Numbered, add
from ingest.quality.dimensions import FAULTS, LEFT_OUT, fault
from ingest.rejects import Kept, Reason
from ingest.rollup_tables import DAYS, HOURS
from ingest.rollups import FROM_LISTS, settle

DEEPEST = 2  # level of the regions that rows are counted by
COLUMNS = ("came", "rejected", "marked", *FAULTS, "timed", "in_time")
AT = {name: at for at, name in enumerate(COLUMNS)}
RETRY = "retry"
SUBJECT = "arrival"  # of the notices
# the instants that a row of a subject tells of, besides those in its lists
TOLD = {
    "cases": ("reported_at",), "steps": ("at",), "observations": ("observed_at",), "warnings": ("sent_at", "ended_at"),
    "warning_ends": ("ended_at",), "messages": ("occurred_at", "contacted_at", "visited_at"),
}

STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS stage_arrival (LIKE arrival) ON COMMIT DELETE ROWS"
THIS_HOUR = "date_trunc('hour', now(), 'UTC')"
ROWS = f"""
    (source_id, at, dataset, region_id, part, batch_id, {", ".join(COLUMNS)})
    SELECT :source_id, {THIS_HOUR}, :dataset, t.*
      FROM unnest(CAST(:region_id AS int[]), CAST(:part AS int[]), CAST(:batch_id AS int[]),
                  {", ".join(f"CAST(:{name} AS int[])" for name in COLUMNS)}) AS t"""
SUMMED = f"""
        ON CONFLICT (source_id, at, dataset, region_id, part) DO UPDATE
       SET batch_id = GREATEST(a.batch_id, excluded.batch_id),
           {", ".join(f"{name} = a.{name} + excluded.{name}" for name in COLUMNS)}"""
FILL = f"INSERT INTO stage_arrival {ROWS}"
ADD_ROWS = f"INSERT INTO arrival AS a {ROWS} {SUMMED}"
ADD = f"INSERT INTO arrival AS a SELECT * FROM stage_arrival ORDER BY region_id {SUMMED}"
SUBTRACT = f"""
    UPDATE arrival a SET {", ".join(f"{name} = a.{name} - s.{name}" for name in COLUMNS)}
      FROM stage_arrival s
     WHERE (a.source_id, a.at, a.dataset, a.region_id, a.part) = (s.source_id, s.at, s.dataset, s.region_id, s.part)"""
ROLLED = """
    SELECT m.metric_id, a.ancestor_id, {bucket}, :sign * sum(m.weight), 0
      FROM stage_arrival f
      JOIN region_ancestor a ON a.region_id = f.region_id AND a.level <= :level
     CROSS JOIN LATERAL (VALUES {weights}) AS m (metric_id, weight)
     WHERE m.weight <> 0
     GROUP BY 1, 2, 3
     ORDER BY 1, 2, 3"""
HOUR, DAY = "f.at", "(f.at AT TIME ZONE :zone)::date"
NOW_HOURS = HOURS.format(rows=FROM_LISTS.format(bucket=THIS_HOUR))
NOW_DAYS = DAYS.format(rows=FROM_LISTS.format(bucket=f"({THIS_HOUR} AT TIME ZONE :zone)::date"))
TERM = re.compile(r"\s*([-+]?)\s*f\.(\w+)")


@dataclass(frozen=True)
class Came:
    """One delivery, beside its batch: the door, what its rows are, and those that no columns could be made of.

    A retry says which rejects its lines are: `again`, line → reject.
    """

    door: str
    subject: str
    dataset: str
    unread: Sequence[Kept] = ()
    again: Mapping[int, int] = field(default_factory=dict)


Tally = NDArray[np.int64]  # one number for each of COLUMNS


def write(batch: Batch, came: Came) -> None:
    """Count what came with a batch, once all that is to be said of its rows is said and its rejects are kept."""
    by_region = tallies(batch, came)
    metrics = batch.book.metrics["arrival"]
    if by_region and batch.later is None:
        settle(batch.connection)
        batch.connection.execute(sql(ADD_ROWS), bound(batch, came, by_region))
        add_up(batch, by_region, metrics)
    elif by_region:
        clear(batch.connection)
        batch.connection.execute(sql(FILL), bound(batch, came, by_region))
        batch.connection.execute(sql(ADD))
        gather(batch.connection, batch.city, metrics, 1)
    if came.door == RETRY:
        judge_again(batch, came)


def tallies(batch: Batch, came: Came) -> dict[int, Tally]:
    """What came, by region."""
    rows = counted(batch, came)
    at, distinct = pd.factorize(upper(batch.city, batch.fate.regions[rows]))
    table = judged(batch, came)[rows]
    summed = np.column_stack([np.bincount(at, column, len(distinct)) for column in table.T]).astype(np.int64)
    found = {int(region): summed[number] for number, region in enumerate(distinct)}
    for kept in came.unread if came.door != RETRY else ():
        root = batch.city.root.region_id
        found[root] = found.get(root, np.zeros(len(COLUMNS), np.int64)) + of_reasons(kept.reasons, rejected=True)
    return found


def counted(batch: Batch, came: Came) -> NDArray[np.int64]:
    """The rows that came: not what the pack leaves out, and of a retry only those that were rejected and are no more."""
    if came.door == RETRY:
        return mended(batch, came)
    wanted = np.ones(batch.count, bool)
    wanted[[row for row, reasons in batch.rejects.reasons.items() if left_out(reasons)]] = False
    return np.flatnonzero(wanted)


def mended(batch: Batch, came: Came) -> NDArray[np.int64]:
    """Of each line that is tried again, as many good rows as were rejected and are no more: new ones first.

    A line may bring several rows; those that were good from the beginning are there, and do not count again.
    """
    owed = {row.reject_id: row.rows for row in batch.connection.execute(sql("""
        SELECT reject_id, sum(CAST(one ->> 1 AS int)) AS rows
          FROM reject CROSS JOIN LATERAL jsonb_array_elements(counted) AS one
         WHERE reject_id = ANY(:ids)
         GROUP BY reject_id"""), {"ids": list(came.again.values())})}
    good = batch.good()
    bad = pd.Series(batch.lines[list(batch.rejects.reasons)]).value_counts()
    order = good[np.lexsort((batch.fate.repeated[good], batch.lines[good]))]
    turn = pd.Series(order).groupby(batch.lines[order]).cumcount().to_numpy()
    left = np.array([owed.get(came.again.get(line, -1), 0) - bad.get(line, 0) for line in batch.lines[order].tolist()], np.int64)
    return np.sort(order[turn < left])


def left_out(reasons: Iterable[Reason]) -> bool:
    """Whether the pack itself does not want the row."""
    return any(reason.code == LEFT_OUT for reason in reasons)


def judged(batch: Batch, came: Came) -> NDArray[np.int8]:
    """What each row of a batch counts for: rows x COLUMNS."""
    table = np.zeros((batch.count, len(COLUMNS)), np.int8)
    table[:, AT["came"]] = 1
    table[:, AT["repeated"]] = batch.fate.repeated
    for row, reasons in batch.marked().items():
        table[row] = np.maximum(table[row], of_reasons(reasons, rejected=False))
    if came.door != RETRY:
        timed, in_time = timeliness(batch, came)
        table[:, AT["timed"]], table[:, AT["in_time"]] = timed, in_time
    for row, reasons in batch.rejects.reasons.items():
        table[row] = of_reasons(reasons, rejected=True)
    return table


def of_reasons(reasons: Iterable[Reason], *, rejected: bool) -> Tally:
    """What a row counts for by what was said of it."""
    tally = np.zeros(len(COLUMNS), np.int64)
    tally[AT["came"]] = 1
    tally[AT["rejected" if rejected else "marked"]] = 1
    for reason in reasons:
        against = fault(reason.code)
        if against is not None:
            tally[AT[against]] = 1
    return tally


def timeliness(batch: Batch, came: Came) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows are judged by when they came, and which of them came within their source's promise."""
    source = batch.connection.execute(sql("""
        SELECT s.refresh_seconds, (SELECT min(b.received_at) FROM batch b WHERE b.source_id = s.source_id) AS connected_at
          FROM source s WHERE s.source_id = :source_id"""), {"source_id": batch.source.source_id}).one()
    told = batch.fate.told
    for name in TOLD.get(came.subject, ()):
        told = np.fmax(told, batch.table[name])
    if source.refresh_seconds is None:
        return np.zeros(batch.count, bool), np.zeros(batch.count, bool)
    timed = ~np.isnat(told) & (told >= np.datetime64(source.connected_at.astimezone(UTC).replace(tzinfo=None), "us"))
    return timed, timed & (batch.received_at - told <= np.timedelta64(source.refresh_seconds, "s"))


def upper(city: City, regions: NDArray[np.int64]) -> NDArray[np.int64]:
    """The regions that rows are counted by; the city where none is known."""
    at, distinct = pd.factorize(regions)
    root = city.root
    held = np.array([above(city, city.regions.get(region, root)) for region in distinct.tolist()], np.int64)
    return held[at]  # type: ignore[no-any-return]


def above(city: City, region: Region) -> int:
    """The region of the deepest counted level that holds this one, or is it."""
    while region.level > DEEPEST and region.parent_id is not None:
        region = city.regions[region.parent_id]
    return region.region_id


def clear(connection: Connection) -> None:
    """Make room beside the table."""
    connection.execute(sql(STAGE))
    connection.execute(sql("DELETE FROM stage_arrival"))


def bound(batch: Batch, came: Came, by_region: Mapping[int, Tally]) -> dict[str, Any]:
    """What came, for binding; its hour is that of the transaction, as the batch's own."""
    regions, part = sorted(by_region), batch.batch_id if came.door in ("file", RETRY) else 0
    table = np.array([by_region[region] for region in regions])
    return {"source_id": batch.source.source_id, "dataset": came.dataset, "region_id": literal(regions),
            "part": literal([part] * len(regions)), "batch_id": literal([batch.batch_id] * len(regions)),
            **{name: literal(column) for name, column in zip(COLUMNS, table.T, strict=True)}}


def add_up(batch: Batch, by_region: Mapping[int, Tally], metrics: Sequence[Numbered]) -> None:
    """Add what came in this hour to the rollups, under the lock of `settle`; summed up the tree by numpy."""
    entry, region = batch.book.ancestors.expand(np.array(list(by_region), np.int64))
    regions, at = np.unique(region, return_inverse=True)
    summed = np.zeros((len(regions), len(COLUMNS)), np.int64)
    np.add.at(summed, at, np.array(list(by_region.values()))[entry])
    weights = np.array([linear(one.metric.weight or "") for one in metrics]) @ summed.T
    metric, place = np.nonzero(weights)
    told = {"metric_id": literal(np.array([one.metric_id for one in metrics])[metric]), "region_id": literal(regions[place]),
            "bucket": literal(np.zeros(len(metric), np.int64)), "n": literal(weights[metric, place]),
            "total": literal(np.zeros(len(metric)))}
    batch.connection.execute(sql(NOW_HOURS), told)
    batch.connection.execute(sql(NOW_DAYS), told | {"zone": batch.city.zone.key})


@cache
def linear(weight: str) -> tuple[int, ...]:
    """How often a metric's weight counts each of COLUMNS. Raises: ValueError when it is no sum of them."""
    if TERM.sub("", weight).strip():
        raise ValueError(f"{weight!r} is no sum of columns of arrival")
    times = dict.fromkeys(COLUMNS, 0)
    for sign, name in TERM.findall(weight):
        times[name] += -1 if sign == "-" else 1
    return tuple(times.values())


def roll_up(connection: Connection, city: City, metrics: Sequence[Numbered], sign: int) -> None:
    """Add what is staged to the rollups, or (-1) take it away, under the lock of `settle`."""
    weights = ", ".join(f"(CAST({one.metric_id:d} AS smallint), CAST({one.metric.weight} AS bigint))" for one in metrics)
    bound: dict[str, Any] = {"sign": sign, "level": city.rollup_level}
    connection.execute(sql(HOURS.format(rows=ROLLED.format(bucket=HOUR, weights=weights))), bound)
    connection.execute(sql(DAYS.format(rows=ROLLED.format(bucket=DAY, weights=weights))), bound | {"zone": city.zone.key})


def gather(connection: Connection, city: City, metrics: Sequence[Numbered], sign: int) -> None:
    """Lay what is staged into rollup_delta, which is brought into the rollups at the transaction's end."""
    add(connection, city.zone, "arrival", metrics, "true", {}, sign, relation="stage_arrival")


Lines = dict[int, dict[int, Tally]]  # what bad rows count for, by line and region


def bad_lines(batch: Batch, unread: Sequence[Kept]) -> Lines:
    """What the rejected rows of a batch count for."""
    lines: Lines = {}
    regions = upper(batch.city, batch.fate.regions) if batch.rejects.reasons else batch.fate.regions
    for row, reasons in batch.rejects.reasons.items():
        if not left_out(reasons):
            put(lines, int(batch.lines[row]), int(regions[row]), of_reasons(reasons, rejected=True))
    for kept in unread:
        put(lines, kept.line, batch.city.root.region_id, of_reasons(kept.reasons, rejected=True))
    return lines


def counted_for(batch: Batch, unread: Sequence[Kept]) -> dict[int, str]:
    """What the bad lines of a batch count for, as it is kept beside them, so that a retry can take it back."""
    return {line: written(by_region) for line, by_region in bad_lines(batch, unread).items()}


def written(by_region: Mapping[int, Tally]) -> str:
    """What one line counts for, as JSON."""
    return orjson.dumps([[region, *tally.tolist()] for region, tally in by_region.items()]).decode()


def judge_again(batch: Batch, came: Came) -> None:
    """Let the rejects that were tried again count where they were rejected for what is still wrong with them, if anything."""
    metrics, tried = batch.book.metrics["arrival"], list(came.again.values())
    shift(batch.connection, batch.city, metrics, tried, -1)
    batch.connection.execute(sql("UPDATE reject SET counted = NULL WHERE reject_id = ANY(:ids)"), {"ids": tried})
    still = {came.again[line]: tally for line, tally in bad_lines(batch, came.unread).items()}
    batch.connection.execute(sql("""
        UPDATE reject r SET counted = CAST(t.counted AS jsonb)
          FROM unnest(CAST(:ids AS bigint[]), CAST(:counted AS text[])) AS t (reject_id, counted)
         WHERE r.reject_id = t.reject_id"""), {"ids": list(still), "counted": list(map(written, still.values()))})
    shift(batch.connection, batch.city, metrics, list(still), 1)


def put(lines: Lines, line: int, region: int, tally: Tally) -> None:
    """Add what one row of a line counts for."""
    by_region = lines.setdefault(line, {})
    by_region[region] = by_region.get(region, np.zeros(len(COLUMNS), np.int64)) + tally


def take_back(connection: Connection, city: City, metrics: Sequence[Numbered], batch_ids: Sequence[int]) -> None:
    """Forget what these batches of files brought, before they are loaded anew; the rollups wait for the transaction's end."""
    clear(connection)
    connection.execute(sql("""
        WITH gone AS (DELETE FROM arrival WHERE part = ANY(:parts) RETURNING *)
        INSERT INTO stage_arrival SELECT * FROM gone"""), {"parts": list(batch_ids)})
    gather(connection, city, metrics, -1)


def shift(connection: Connection, city: City, metrics: Sequence[Numbered], reject_ids: Sequence[int], sign: int) -> None:
    """Add what these rejects count for to the hour in which they came, or (-1) take it away."""
    settle(connection)
    clear(connection)
    connection.execute(sql(f"""
        INSERT INTO stage_arrival (source_id, at, dataset, region_id, part, batch_id, {", ".join(COLUMNS)})
        SELECT b.source_id, date_trunc('hour', b.received_at, 'UTC'), COALESCE(b.dataset, b.subject), CAST(one ->> 0 AS int),
               CASE WHEN b.door = 'file' THEN b.batch_id ELSE 0 END, max(b.batch_id),
               {", ".join(f"sum(CAST(one ->> {number} AS int))" for number, _ in enumerate(COLUMNS, start=1))}
          FROM reject r
          JOIN batch b USING (batch_id)
         CROSS JOIN LATERAL jsonb_array_elements(r.counted) AS one
         WHERE r.reject_id = ANY(:ids)
         GROUP BY 1, 2, 3, 4, 5"""), {"ids": list(reject_ids)})
    connection.execute(sql(ADD if sign > 0 else SUBTRACT))
    roll_up(connection, city, metrics, sign)
