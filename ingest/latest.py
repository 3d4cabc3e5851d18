"""The newest value of each device and property, and each device's last word: never back in time.

Fresh observations write it in their own transaction. History arriving in bulk would rewrite every
row with every batch, so a door that runs `keep_up` lets it wait and writes the sum of a few seconds
at once; what a crash made it forget is found again at the next start (`catch_up`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine

from data_access.engine import sql
from ingest.arrays import literal
from ingest.rollups import settle

FRESH = np.timedelta64(10, "m")  # older than this on arrival is history

NEWEST = """
    INSERT INTO latest_observation AS l (device_id, property_id, observed_at, value)
    {rows}
    ON CONFLICT (device_id, property_id) DO UPDATE SET observed_at = excluded.observed_at, value = excluded.value
     WHERE excluded.observed_at > l.observed_at"""
FROM_LISTS = """
    SELECT d, p, timestamptz 'epoch' + at * interval '1 microsecond', v
      FROM unnest(CAST(:d AS int[]), CAST(:p AS smallint[]), CAST(:at AS bigint[]),
                  CAST(:v AS double precision[])) AS t (d, p, at, v)"""
LAST_WORDS = """
    UPDATE device SET last_at = t.at
      FROM (SELECT d, timestamptz 'epoch' + at * interval '1 microsecond' AS at
              FROM unnest(CAST(:d AS int[]), CAST(:at AS bigint[])) AS t (d, at)) AS t
     WHERE device_id = t.d AND (last_at IS NULL OR last_at < t.at)"""
FORGOTTEN = """
    SELECT DISTINCT ON (device_id, property_id) device_id, property_id, observed_at, value
      FROM observation
     WHERE batch_id >= (SELECT min(batch_id) FROM batch
                         WHERE subject = 'observations'
                           AND received_at > (SELECT max(received_at) FROM batch WHERE subject = 'observations')
                                             - interval '1 minute')
     ORDER BY device_id, property_id, observed_at DESC"""
OF_DEVICES = """
    SELECT device_id, property_id, o.observed_at, o.value
      FROM unnest(CAST(:device_ids AS int[]), CAST(:property_ids AS smallint[])) AS l (device_id, property_id)
     CROSS JOIN LATERAL (SELECT observed_at, value FROM observation o
                          WHERE (o.device_id, o.property_id) = (l.device_id, l.property_id)
                          ORDER BY observed_at DESC LIMIT 1) AS o"""
FORGOTTEN_WORDS = """
    UPDATE device d SET last_at = l.at
      FROM (SELECT device_id, max(observed_at) AS at FROM latest_observation GROUP BY device_id) AS l
     WHERE l.device_id = d.device_id AND (d.last_at IS NULL OR d.last_at < l.at)"""


NAMES = ("device_id", "property_id", "observed_at", "value")


@dataclass(frozen=True)
class Words:
    """Values of devices and properties, the newest last of each."""

    device_id: NDArray[np.int64]
    property_id: NDArray[np.int64]
    observed_at: NDArray[np.datetime64]
    value: NDArray[np.float64]

    @property
    def fresh_until(self) -> np.datetime64:
        """The newest instant. There must be one."""
        end: np.datetime64 = self.observed_at.max()
        return end


def newest(words: Sequence[Words]) -> Words:
    """The newest of each device and property, in their order."""
    device, property_, at, value = (np.concatenate([getattr(one, name) for one in words]) for name in NAMES)
    order = np.lexsort((at, property_, device))
    last = order[np.append((np.diff(device[order]) != 0) | (np.diff(property_[order]) != 0), True)]
    return Words(device[last], property_[last], at[last], value[last])


def write(connection: Connection, words: Words) -> None:
    """Bring the newest values and last words up to date, under the lock of `settle`."""
    micros = words.observed_at.astype("datetime64[us]").astype(np.int64)
    connection.execute(sql(NEWEST.format(rows=FROM_LISTS)), {
        "d": literal(words.device_id), "p": literal(words.property_id), "at": literal(micros), "v": literal(words.value)})
    devices, start = np.unique(words.device_id, return_index=True)
    connection.execute(sql(LAST_WORDS), {"d": literal(devices), "at": literal(np.maximum.reduceat(micros, start))})


@dataclass
class Waiting:
    """History whose newest values are still to be written; used only while something calls `keep_up`."""

    words: list[Words] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, words: Words) -> None:
        """Remember the newest values of a batch that was committed."""
        with self.lock:
            self.words.append(words)

    def keep_up(self, engine: Engine) -> None:
        """Write what waits; when that fails it goes on waiting."""
        with self.lock:
            words = self.words
            if not words:
                return
            with engine.begin() as connection:
                settle(connection)
                write(connection, newest(words))
            self.words = []


def catch_up(engine: Engine) -> None:
    """Write what a door that died was still keeping: the newest values of its last minute's batches."""
    with engine.begin() as connection:
        connection.execute(sql("SET LOCAL statement_timeout = 0"))
        settle(connection)
        connection.execute(sql(NEWEST.format(rows=FORGOTTEN)))
        connection.execute(sql(FORGOTTEN_WORDS))


def find(connection: Connection, devices: list[int]) -> None:
    """Look for the newest values and last words of these devices again, after observations of theirs were taken out."""
    settle(connection)
    gone = connection.execute(sql("""
        DELETE FROM latest_observation WHERE device_id = ANY(:devices) RETURNING device_id, property_id"""),
        {"devices": devices}).all()
    connection.execute(sql(NEWEST.format(rows=OF_DEVICES)), {
        "device_ids": [row.device_id for row in gone], "property_ids": [row.property_id for row in gone]})
    connection.execute(sql("""
        UPDATE device d SET last_at = (SELECT max(observed_at) FROM latest_observation l WHERE l.device_id = d.device_id)
         WHERE device_id = ANY(:devices)"""), {"devices": devices})
