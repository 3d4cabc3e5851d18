"""Public warnings; sent again with `ended_at`, or named by one of `warning_ends`, they are over."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.batch import Batch, Late, Stored
from ingest.changes import contribute, roll_up, take
from ingest.completion import Completed
from ingest.feeds import newest
from ingest.identity import identities
from ingest.messages import numbered
from ingest.rejects import plain
from ingest.warning_areas import locate

CHANGING = ("event_zh", "event_en", "severity", "headline_zh", "headline_en", "sent_at", "onset_at", "expires_at", "ended_at",
            "region_id", "area", "infos", "sender", "signature")
WARNING = Completed("warning", "warning_id", CHANGING)
PART = "#"          # "id#2" is the second part of what was sent as "id": it ends with it
MOST_PARTS = 100
LOCK = 7_065_011    # with the source's number: who stores warnings and who ends them do not miss each other


def store(batch: Batch) -> Stored:
    """Take a batch of warnings; one whose end came before it is over from the start."""
    places = locate(batch)
    table = batch.table
    batch.fate.regions[:] = places.regions
    ids = numbered(batch.source.key, table["id"])
    for at in np.flatnonzero(table["expires_at"] < table["onset_at"]):
        batch.rejects.add(at, "expires_at", "order", "expires_at is before onset_at")
    alone(batch)
    ended_at = ended(batch, table["ended_at"])

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        same = {name: table[name][rows] for name in CHANGING if name in table}
        return {
            **same, "warning_id": ids[rows], "source_id": np.full(len(rows), batch.source.source_id),
            "external_id": table["id"][rows], "region_id": places.regions[rows], "area": places.areas[rows],
            "ended_at": ended_at[rows], "infos": [None if said is None else plain(said) for said in table["infos"][rows]],
            "received_at": np.full(len(rows), batch.received_at),
            "batch_id": np.full(len(rows), batch.batch_id), "row_no": batch.lines[rows]}

    taken, seen = take(batch, "warning", WARNING, ids, columns)
    good = batch.good()
    heard = {"warning": batch.heard(taken, newest(table["sent_at"][good]))}
    return Stored(taken, seen, heard, {"warning": Late(table["onset_at"][good].min())} if taken else {})


def alone(batch: Batch) -> None:
    """Wait until no other transaction stores or ends warnings of this source."""
    batch.connection.execute(sql("SELECT pg_advisory_xact_lock(:lock, :source)"),
                             {"lock": LOCK, "source": batch.source.source_id})


def ended(batch: Batch, said: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """When each warning ended: as it says itself, or as was told before it came."""
    names = ["" if name is None else whole(name) for name in batch.table["id"]]
    ids = identities(batch.source.key, names)
    rows = batch.connection.execute(sql("""
        SELECT warning_id, ended_at AT TIME ZONE 'UTC' AS at FROM warning_end WHERE warning_id = ANY(:ids)"""),
        {"ids": ids.tolist()}).all()
    told = pd.Series({row.warning_id: np.datetime64(row.at, "us") for row in rows}, dtype="datetime64[us]")
    found: NDArray[np.datetime64] = np.fmin(told.reindex(ids).to_numpy("datetime64[us]"), said)
    return found


def whole(name: str) -> str:
    """The message that a warning is a part of."""
    before, mark, number = name.rpartition(PART)
    return before if mark and number.isascii() and number.isdecimal() else name


def store_ends(batch: Batch) -> Stored:
    """End warnings, all parts of them; the end of one that has not come yet waits for it."""
    alone(batch)
    rows = batch.good()
    names, at = batch.table["id"][rows].tolist(), batch.table["ended_at"][rows]
    ids = identities(batch.source.key, names)
    fresh = note(batch, names, ids, at)
    batch.fate.repeated[rows] = ~np.isin(ids, list(fresh))
    parts = np.concatenate([ids, identities(batch.source.key, [f"{name}{PART}{n}" for name in names for n in PARTS])])
    since = end(batch, parts, np.concatenate([at, np.repeat(at, len(PARTS))]))
    taken = int(np.isin(ids, list(fresh)).sum())
    heard = {"warning": batch.heard(taken, newest(at))}
    return Stored(taken, len(rows) - taken, heard, {} if since is None else {"warning": Late(since)})


PARTS = range(2, MOST_PARTS + 1)


def note(batch: Batch, names: Sequence[str], ids: NDArray[np.int64], at: NDArray[np.datetime64]) -> set[int]:
    """Write when warnings ended; the earliest counts. Returns: those of which that is new."""
    ends = pd.DataFrame({"id": ids, "name": names, "at": at, "line": batch.lines[batch.good()]})
    ends = ends.sort_values("at").drop_duplicates("id")
    return set(batch.connection.execute(sql("""
        INSERT INTO warning_end AS e (warning_id, source_id, external_id, ended_at, batch_id, row_no)
        SELECT id, :source, name, at AT TIME ZONE 'UTC', :batch, line
          FROM unnest(CAST(:ids AS bigint[]), CAST(:names AS text[]), CAST(:at AS timestamp[]), CAST(:lines AS int[]))
               AS t (id, name, at, line)
            ON CONFLICT (warning_id) DO UPDATE SET ended_at = excluded.ended_at WHERE e.ended_at > excluded.ended_at
        RETURNING warning_id"""), {
        "source": batch.source.source_id, "batch": batch.batch_id, "ids": ends["id"].tolist(), "names": ends["name"].tolist(),
        "at": ends["at"].dt.to_pydatetime().tolist(), "lines": ends["line"].tolist()}).scalars())


def end(batch: Batch, ids: NDArray[np.int64], at: NDArray[np.datetime64]) -> np.datetime64 | None:
    """End the warnings that are there and go on beyond. Returns: the earliest end of them; None where there were none."""
    when = pd.Series(at, ids).groupby(level=0).min()
    bound = {"ids": when.index.tolist(), "at": when.dt.to_pydatetime().tolist()}
    open_still = open_beyond(batch.connection, bound)
    if not len(open_still):
        return None
    contribute(batch, "warning", "warning_id", open_still, -1)
    batch.connection.execute(sql(f"""
        UPDATE warning w SET ended_at = t.at AT TIME ZONE 'UTC'
          FROM {ENDS} WHERE w.warning_id = t.id AND w.warning_id = ANY(:open)"""), bound | {"open": open_still.tolist()})
    contribute(batch, "warning", "warning_id", open_still, 1)
    roll_up(batch, "warning", [])
    earliest: np.datetime64 = when[np.isin(when.index, open_still)].min().to_datetime64().astype("datetime64[us]")
    return earliest


ENDS = "unnest(CAST(:ids AS bigint[]), CAST(:at AS timestamp[])) AS t (id, at)"


def open_beyond(connection: Connection, bound: dict[str, Any]) -> NDArray[np.int64]:
    """Which warnings are not known to have ended by an instant; they are locked, in their order."""
    return np.array(connection.execute(sql(f"""
        SELECT w.warning_id FROM warning w JOIN {ENDS} ON w.warning_id = t.id
         WHERE w.ended_at IS NULL OR w.ended_at > t.at AT TIME ZONE 'UTC'
         ORDER BY w.warning_id FOR UPDATE OF w"""), bound).scalars().all(), np.int64)
