"""Agencies, enterprises and devices: who and what there is; sent again, they are brought up to date."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.batch import Batch, Late, Stored, waves
from ingest.changes import take
from ingest.checks import shown
from ingest.completion import Completed
from ingest.copy import copy_rows, points
from ingest.feeds import NEVER, newest
from ingest.messages import numbered
from ingest.pictures import check_pictures, store_pictures
from ingest.places import locate
from ingest.rollups import settle

ENTERPRISE = Completed("enterprise", "enterprise_id", (
    "name", "industry", "status", "registered_at", "closed_at", "region_id", "geom"))

KNOWN = {
    "agency": "SELECT code, source_id, region_id FROM agency WHERE code = ANY(:codes) ORDER BY code FOR UPDATE",
    "device": "SELECT code, source_id, region_id FROM device WHERE code = ANY(:codes) ORDER BY code FOR UPDATE",
}
CHANGING = {
    "agency": ("name_zh", "name_en", "region_id"),
    "device": ("kind", "name", "region_id", "geom", "interval_s", "enabled", "installed_at"),
}


def store_enterprises(batch: Batch) -> Stored:
    """Take a batch of enterprises."""
    table = batch.table
    regions = locate(batch)
    ids = numbered(batch.source.key, table["id"])
    for at in np.flatnonzero(table["closed_at"] < table["registered_at"]):
        batch.rejects.add(at, "closed_at", "order", "closed_at is before registered_at")

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        same = {name: table[name][rows] for name in ENTERPRISE.changing if name in table}
        return {
            **same, "enterprise_id": ids[rows], "source_id": np.full(len(rows), batch.source.source_id),
            "external_id": table["id"][rows], "region_id": regions[rows], "geom": points(table["lon"][rows], table["lat"][rows]),
            "batch_id": np.full(len(rows), batch.batch_id), "row_no": batch.lines[rows]}

    taken, seen = take(batch, "enterprise", ENTERPRISE, ids, columns)
    good = batch.good()
    told = np.concatenate([table["registered_at"][good], table["closed_at"][good]])
    heard = {"enterprise": batch.heard(taken, newest(told))}
    return Stored(taken, seen, heard, {"enterprise": Late(table["registered_at"][good].min())} if taken else {})


def store_agencies(batch: Batch) -> Stored:
    """Take a batch of agencies."""
    table = batch.table
    regions = batch.registers.regions.numbers(batch.connection, "region", table["region"], batch.rejects)
    batch.fate.regions[:] = regions
    own(batch, "agency", regions, fixed=False)

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        return {"code": table["code"][rows], "name_zh": table["name_zh"][rows], "name_en": table["name_en"][rows],
                "region_id": regions[rows], "source_id": np.full(len(rows), batch.source.source_id)}

    return write(batch, "agency", columns, {})


def store_devices(batch: Batch) -> Stored:
    """Take a batch of devices."""
    table = batch.table
    regions = locate(batch)
    batch.registers.kinds.resolve(batch.connection, "kind", table["kind"], batch.rejects)
    own(batch, "device", regions, fixed=True)
    check_pictures(batch)

    def columns(rows: NDArray[np.int64]) -> dict[str, Any]:
        return {"code": table["code"][rows], "kind": table["kind"][rows], "name": table["name"][rows],
                "region_id": regions[rows], "geom": points(table["lon"][rows], table["lat"][rows]),
                "interval_s": table["interval_s"][rows], "enabled": table["enabled"][rows],
                "installed_at": table["installed_at"][rows], "source_id": np.full(len(rows), batch.source.source_id)}

    installed = table["installed_at"][batch.good()]
    since = batch.received_at if np.isnat(installed).all() else newest(installed) - (newest(installed) - np.nanmin(installed))
    stored = write(batch, "device", columns, {"device": Late(since), "latest": Late(since)})
    store_pictures(batch)
    return stored


def own(batch: Batch, table: str, regions: NDArray[np.int64], *, fixed: bool) -> None:
    """Refuse rows about what another source registered, and (`fixed`) what has moved to another region.

    A device keeps its region for life, because what it said is counted there.
    """
    settle(batch.connection)
    codes = batch.table["code"]
    rows = batch.good()
    known = {row.code: row for row in batch.connection.execute(sql(KNOWN[table]), {"codes": codes[rows].tolist()})}
    first: dict[str, int] = {}
    for at in rows if known or fixed else ():
        there = known.get(codes[at])
        if there is not None and there.source_id != batch.source.source_id:
            batch.rejects.add(at, "code", "not_yours", f"{table} {shown(codes[at])} belongs to another source")
        home = first.setdefault(codes[at], int(regions[at])) if there is None else there.region_id
        if fixed and home != regions[at]:
            batch.rejects.add(at, "lon", "moved", f"{table} {shown(codes[at])} stands in another region; "
                              "one that moves there needs a code of its own")


def write(batch: Batch, table: str, columns: Any, late: dict[str, Late]) -> Stored:
    """Insert what is new and update what has changed."""
    rows, taken = batch.good(), 0
    for wave in waves(batch.table["code"], rows):
        written = upsert(batch.connection, table, columns(wave), CHANGING[table])
        batch.fate.repeated[wave] = ~np.isin(batch.table["code"][wave].astype(str), written)
        taken += len(written)
    heard = {table: batch.heard(taken, batch.received_at if len(rows) else NEVER)}
    return Stored(taken, len(rows) - taken, heard, late if taken else {})


def upsert(connection: Connection, table: str, data: dict[str, Any], changing: Sequence[str]) -> list[str]:
    """Write rows by their code; a field left out stays, or takes the table's default. Returns: those new or changed."""
    columns = list(data)
    connection.execute(sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS stage_{table} (LIKE {table}) ON COMMIT DELETE ROWS"))
    for name in (f"{table}_id", "enabled", "installed_at"):
        if name in columns or name == f"{table}_id":
            connection.execute(sql(f"ALTER TABLE stage_{table} ALTER {name} DROP NOT NULL"))
    connection.execute(sql(f"DELETE FROM stage_{table}"))
    copy_rows(connection, f"stage_{table}", columns, data)
    defaults = {"enabled": "COALESCE(s.enabled, true)", "installed_at": "COALESCE(s.installed_at, now())"}
    differs = " OR ".join(f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM t.{name})" for name in changing)
    changed = connection.execute(sql(f"""
        UPDATE {table} t SET {", ".join(f"{name} = COALESCE(s.{name}, t.{name})" for name in changing)}
          FROM stage_{table} s WHERE s.code = t.code AND ({differs})
        RETURNING t.code""")).scalars().all()
    new = connection.execute(sql(f"""
        INSERT INTO {table} ({", ".join(columns)})
        SELECT {", ".join(defaults.get(name, f"s.{name}") for name in columns)}
          FROM stage_{table} s
         WHERE NOT EXISTS (SELECT FROM {table} t WHERE t.code = s.code)
         ORDER BY s.code
        RETURNING code""")).scalars().all()
    return [*changed, *new]
