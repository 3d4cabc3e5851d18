"""The pack's reference tables: the city, its sources, and the words of cases, devices and properties."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from data_access.engine import sql
from ingest.mapping.values import BLANKS
from ingest.pack import Pack, PackError
from readers.opening import open_tables
from readers.spec import Read
from readers.table import Unreadable

BLANK = (None, *BLANKS)
MANY = 100_000


class OtherCity(PackError):
    """The database holds another city than the pack."""


def write_city(connection: Connection, pack: Pack) -> None:
    """Write the city. Raises: OtherCity when the database belongs to another one."""
    there = connection.execute(sql("SELECT city_key FROM city WHERE city_key <> :key"), {"key": pack.key}).scalar()
    if there is not None:
        raise OtherCity(f"the database holds the city {there!r}, not {pack.key!r}; one database holds one city")
    levels = [{"key": level.key, "name_zh": level.zh, "name_en": level.en} for level in pack.levels]
    connection.execute(sql("""
        INSERT INTO city (city_key, name_zh, name_en, time_zone, levels, rollup_level)
        VALUES (:key, :zh, :en, :zone, CAST(:levels AS jsonb), :rollup_level)
        ON CONFLICT (city_key) DO UPDATE
           SET name_zh = excluded.name_zh, name_en = excluded.name_en, levels = excluded.levels, loaded_at = now()"""),
        {"key": pack.key, "zh": pack.name.zh, "en": pack.name.en, "zone": pack.time_zone,
         "levels": json.dumps(levels, ensure_ascii=False), "rollup_level": pack.rollup_level})
    same_clock(connection, pack)


def same_clock(connection: Connection, pack: Pack) -> None:
    """Raises: OtherCity when days or rollups were cut otherwise than the pack would."""
    zone, level = connection.execute(sql("SELECT time_zone, rollup_level FROM city")).one()
    if (zone, level) != (pack.time_zone, pack.rollup_level):
        raise OtherCity(f"the database's rollups were made for {zone} down to level {level}; the pack says {pack.time_zone} "
                        f"and level {pack.rollup_level}: load it into an empty database")


def write_sources(connection: Connection, pack: Pack) -> None:
    """Write the sources; their tokens are not touched."""
    connection.execute(sql("""
        INSERT INTO source (key, name_zh, name_en, owner, licence, kind, simulated, refresh_seconds, url)
        VALUES (:key, :zh, :en, :owner, :licence, :kind, :simulated, :refresh, :url)
        ON CONFLICT (key) DO UPDATE
           SET name_zh = excluded.name_zh, name_en = excluded.name_en, owner = excluded.owner, licence = excluded.licence,
               kind = excluded.kind, simulated = excluded.simulated, refresh_seconds = excluded.refresh_seconds,
               url = excluded.url"""),
        [{"key": source.key, "zh": source.name.zh, "en": source.name.en, "owner": source.owner, "licence": source.licence,
          "kind": source.kind, "simulated": source.simulated, "refresh": source.refresh_seconds, "url": source.url}
         for source in pack.sources])


def write_words(connection: Connection, pack: Pack) -> None:
    """Write device kinds, properties and case classes."""
    write_all(connection, """
        INSERT INTO device_kind (kind, name_zh, name_en) VALUES (:key, :zh, :en)
        ON CONFLICT (kind) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en""",
        [kind.model_dump() for kind in pack.device_kinds])
    write_all(connection, """
        INSERT INTO property (key, name_zh, name_en, unit, watch, alarm, low_is_bad, minimum, maximum)
        VALUES (:key, :zh, :en, :unit, :watch, :alarm, :low_is_bad, :minimum, :maximum)
        ON CONFLICT (key) DO UPDATE
           SET name_zh = excluded.name_zh, name_en = excluded.name_en, unit = excluded.unit, watch = excluded.watch,
               alarm = excluded.alarm, low_is_bad = excluded.low_is_bad, minimum = excluded.minimum,
               maximum = excluded.maximum""", [one.model_dump() for one in pack.properties])
    write_all(connection, """
        INSERT INTO case_class (code, parent_code, name_zh, name_en, due_hours)
        VALUES (:code, :parent_code, :name_zh, :name_en, :due_hours)
        ON CONFLICT (code) DO UPDATE
           SET parent_code = excluded.parent_code, name_zh = excluded.name_zh, name_en = excluded.name_en,
               due_hours = excluded.due_hours""", read_classes(pack))


def write_all(connection: Connection, statement: str, rows: list[dict[str, Any]]) -> None:
    """Run a statement for each row, if there is one."""
    if rows:
        connection.execute(sql(statement), rows)


def read_classes(pack: Pack) -> list[dict[str, Any]]:
    """The case classes, parents before children. Raises: PackError, naming the line."""
    if pack.case_classes is None:
        return []
    path = pack.path(pack.case_classes)
    known: set[str] = set()
    rows = []
    for line, row in lines(path):
        parent = None if row["parent_code"] in BLANK else row["parent_code"]
        if parent is not None and parent not in known:
            raise PackError(f"{path}, line {line}: parent_code {parent!r} must stand on an earlier line")
        known.add(row["code"])
        rows.append({**row, "parent_code": parent, "due_hours": hours(row["due_hours"], f"{path}, line {line}")})
    return rows


def lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of the table of classes with their lines. Raises: PackError when it is no such table."""
    wanted = ["code", "parent_code", "name_zh", "name_en", "due_hours"]
    try:
        for table in open_tables(Read(path=path.name), path.parent):
            if table.columns != wanted:
                raise PackError(f"{path}: expected the columns {', '.join(wanted)}; found {', '.join(table.columns)}")
            for frame in table.frames(MANY):
                for line, spoilt in frame.unreadable.items():
                    raise PackError(f"{path}, line {line}: {spoilt.reason}")
                yield from zip(frame.rows.index, frame.rows.to_dict("records"), strict=True)
    except Unreadable as error:
        raise PackError(str(error)) from error


def hours(written: str | None, where: str) -> float | None:
    """Hours until a case is due; None when the class has no clock. Raises: PackError."""
    if written in BLANK:
        return None
    try:
        return float(written)
    except ValueError:
        raise PackError(f"{where}: due_hours must be a number of hours or empty, found {written!r}") from None
