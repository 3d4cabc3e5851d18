"""How fast files become facts, as JSON: `python -m bench.ingest [--database URL]`.

In a database of its own with New York's tree: a table of cases and one of sensor readings, made here, are read,
mapped, checked, given to regions, stored and rolled up; then the same rows are copied into an empty table with the
same indexes, which is the limit of what the database takes. Points are given to regions and compared with ST_Covers.
The goals, on two cores: 60,000 cases, 150,000 readings and 2,000,000 points a second, in 1 GB.
"""

import argparse
import json
import os
import platform
import resource
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, create_engine, make_url, text

from cluster import private
from data_access import engine as engines
from geo.assign import Assigner
from ingest.copy import column_types
from ingest.intake import Intake
from ingest.leaves import leaves
from ingest.load import load_basics
from ingest.load_dataset import load_dataset, prepared
from ingest.pack import Dataset, Pack, Source, read
from schema.migration import migrate

GOALS = {"cases": 60_000, "readings": 150_000, "points": 2_000_000, "memory_mb": 1024}
CHUNK = 100_000
ZONE = "America/New_York"
WORDS = {"zh": "测速", "en": "Bench"}
CLASSES = ("E0101", "E0102", "E0103", "E0201", "E0202", "E0301", "E0401", "E0402", "E0501", "E0601")
DEVICES, EVERY_S = 200, 300
COMPARED = 20_000
TIME = "%Y/%m/%d %H:%M:%S"

CASES: dict[str, Any] = {
    "key": "cases", "subject": "cases", "title": WORDS, "read": {"path": "cases.csv"}, "map": {
        "zone": ZONE, "columns": {
            "id": "编号", "class": {"column": "类别", "table": "classes.csv"}, "title": "描述", "address": "地址",
            "channel": "渠道", "reported_at": {"column": "受理时间", "format": TIME}},
        "place": {"lon": "X", "lat": "Y"}, "steps": {"closed": {"column": "结案时间", "format": TIME}}},
    "checks": [{"required": ["id", "title"]}, {"order": ["reported_at", "step:closed"]}]}
STATIONS: dict[str, Any] = {
    "key": "stations", "subject": "devices", "title": WORDS, "read": {"path": "stations.csv"}, "map": {
        "columns": {"code": "code", "kind": {"value": "air"}, "name": "code", "interval_s": {"value": str(EVERY_S)},
                    "installed_at": {"value": "2024-01-01T00:00:00Z"}},
        "place": {"lon": "lon", "lat": "lat"}}}
READINGS: dict[str, Any] = {
    "key": "readings", "subject": "observations", "title": WORDS, "read": {"path": "readings.csv"}, "map": {
        "zone": ZONE, "columns": {"device": "station", "property": {"value": "pm25"}, "value": "PM2.5",
                                  "observed_at": {"column": "time", "format": TIME}}}}


@contextmanager
def database(server: str) -> Iterator[Engine]:
    """A migrated database of its own on a server, dropped at the end."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    made = engines.create(make_url(server).set(database=name).render_as_string(hide_password=False), statement_timeout_ms=0)
    try:
        migrate(made)
        yield made
    finally:
        made.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def pack_of(folder: Path) -> Pack:
    """New York's tree and words with one source: the tables that are made here."""
    city = read("newyork")
    source = Source.model_validate({"key": "bench", "name": WORDS, "owner": "Tonglan", "licence": "CC0-1.0", "kind": "business",
                                    "datasets": [CASES, STATIONS, READINGS]})
    tree = next(one for one in city.sources if one.key == city.tree.source)
    return city.model_copy(update={"sources": [tree.model_copy(update={"datasets": []}), source]})


def scattered(count: int, seed: int, inside: Assigner) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points in the city."""
    chance = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds(inside.geometries)
    lon, lat = np.empty(0), np.empty(0)
    while len(lon) < count:
        x, y = chance.uniform(west, east, 2 * count), chance.uniform(south, north, 2 * count)
        there = inside.assign(x, y) >= 0
        lon, lat = np.append(lon, x[there]), np.append(lat, y[there])
    return lon[:count].round(6), lat[:count].round(6)


def local(at: NDArray[np.datetime64]) -> "pd.Series[str]":
    """Instants as a clock on the wall shows them; nothing for none."""
    return pd.Series(at).dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.strftime(TIME)


def write_cases(folder: Path, count: int, url: str) -> None:
    """A year of cases by the time they were reported, most of them closed."""
    pd.DataFrame({"name": [f"类别 {code}" for code in CLASSES], "code": CLASSES}).to_csv(folder / "classes.csv", index=False)
    inside = assigner(url)
    step = 365 * 86400 / count
    for start in range(0, count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, count))
        chance = np.random.default_rng([1, start])
        reported = np.datetime64("2025-01-01", "s") + (rows * step).astype("timedelta64[s]")
        closed = reported + chance.exponential(72 * 3600, len(rows)).astype("timedelta64[s]")
        closed[chance.random(len(rows)) < 0.12] = np.datetime64("NaT")
        lon, lat = scattered(len(rows), start, inside)
        pd.DataFrame({
            "编号": [f"B-{row:08d}" for row in rows],
            "类别": np.array([f"类别 {code}" for code in CLASSES])[chance.integers(0, len(CLASSES), len(rows))],
            "描述": [f"第 {row % 977} 号问题, reported by a resident of street {row % 3301}" for row in rows],
            "地址": [f"{row % 999} Some Street, apartment {row % 41}" for row in rows],
            "渠道": np.array(["phone", "app", "web"])[chance.integers(0, 3, len(rows))],
            "受理时间": local(reported), "结案时间": local(closed), "X": lon, "Y": lat,
        }).to_csv(folder / "cases.csv", index=False, mode="a", header=start == 0)


def write_readings(folder: Path, count: int, url: str) -> None:
    """Stations that speak every five minutes, one row a reading."""
    lon, lat = scattered(DEVICES, 7, assigner(url))
    codes = [f"bench-{number}" for number in range(DEVICES)]
    pd.DataFrame({"code": codes, "lon": lon, "lat": lat}).to_csv(folder / "stations.csv", index=False)
    for start in range(0, count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, count))
        at = np.datetime64("2025-03-01", "s") + (rows // DEVICES * EVERY_S).astype("timedelta64[s]")
        value = np.random.default_rng([2, start]).gamma(3, 12, len(rows)).clip(0, 999).round(1)
        pd.DataFrame({"station": np.array(codes)[rows % DEVICES], "time": local(at), "PM2.5": value}).to_csv(
            folder / "readings.csv", index=False, mode="a", header=start == 0)


def assigner(url: str) -> Assigner:
    """The city's leaves."""
    engine = create_engine(url)
    with engine.connect() as connection:
        return leaves(connection)


def elsewhere(work: Callable[..., None], *given: Any) -> None:
    """Do it in a process of its own, whose memory is not ours."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(work, *given).result()


def timed(engine: Engine, intake: Intake, pack: Pack, key: str, rows: int) -> dict[str, Any]:
    """Load a dataset and say how long that took."""
    dataset: Dataset = next(one for one in pack.source("bench").datasets if one.key == key)
    work = prepared(engine, intake, pack, "bench", dataset)
    clock, cpu = time.perf_counter(), time.process_time()
    load_dataset(work, lambda progress: None)
    seconds = time.perf_counter() - clock
    with engine.connect() as connection:
        taken, rejected = connection.execute(text(
            "SELECT sum(taken), sum(rejected) FROM batch WHERE dataset = :name"), {"name": work.name}).one()
    return {"rows": rows, "taken": int(taken), "rejected": int(rejected), "seconds": round(seconds, 2),
            "rows_per_s": round(rows / seconds), "own_cpu_s": round(time.process_time() - cpu, 2),
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def limit(engine: Engine, table: str, folder: Path) -> dict[str, Any]:
    """Copy a table's rows into an empty one like it: with its indexes from the start, and with them built at the end."""
    file = folder / f"{table}.copy"
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        names = ", ".join(f'"{name}"' for name in column_types(connection, table))
        with file.open("wb") as sink, driver.cursor() as cursor:
            cursor.copy_expert(f"COPY (SELECT {names} FROM {table}) TO STDOUT (FORMAT binary)", sink)
        count = int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
        definitions = connection.execute(text(
            "SELECT replace(indexdef, ' ON ' || schemaname || '.' || tablename || ' ', ' ON limited '), indexname"
            "  FROM pg_indexes WHERE tablename = :table AND schemaname = current_schema()"), {"table": table}).all()
    made: dict[str, Any] = {"rows": count, "indexes": len(definitions)}
    for name, including in (("indexes_kept_up", "INDEXES"), ("indexes_built_at_the_end", "DEFAULTS")):
        clock = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE limited (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
                                    f" INCLUDING {including})"))
            driver = connection.connection.driver_connection
            with file.open("rb") as content, driver.cursor() as cursor:
                cursor.copy_expert(f"COPY limited ({names}) FROM STDIN (FORMAT binary)", content, size=1 << 20)
            for definition, index in definitions if including == "DEFAULTS" else ():
                connection.execute(text(definition.replace(f"INDEX {index} ", "INDEX ")))
        made[name] = round(count / (time.perf_counter() - clock))
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE limited"))
    file.unlink()
    return made


def assignment(engine: Engine, count: int) -> dict[str, Any]:
    """Give points to regions, and compare some of them with ST_Covers."""
    with engine.connect() as connection:
        inside = leaves(connection)
    west, south, east, north = shapely.total_bounds(inside.geometries)
    chance = np.random.default_rng(3)
    lon, lat = chance.uniform(west, east, count), chance.uniform(south, north, count)
    corners = shapely.get_coordinates(inside.geometries)[::7][:COMPARED // 2]  # where regions meet
    lon[:len(corners)], lat[:len(corners)] = corners.T
    clock = time.perf_counter()
    found = inside.assign(lon, lat)
    seconds = time.perf_counter() - clock
    some = slice(0, COMPARED)
    with engine.begin() as connection:
        connection.execute(text("""
            CREATE TEMPORARY TABLE leaf ON COMMIT DROP AS
            SELECT region_id, geom FROM region r WHERE NOT EXISTS (SELECT FROM region c WHERE c.parent_id = r.region_id)"""))
        connection.execute(text("CREATE INDEX ON leaf USING gist (geom)"))
        other = connection.execute(text("""
            SELECT COALESCE((SELECT min(region_id) FROM leaf WHERE ST_Covers(geom, ST_Point(p.x, p.y, 4326))), -1)
              FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS p (x, y, n)
             ORDER BY n"""), {"x": lon[some].tolist(), "y": lat[some].tolist()}).scalars().all()
    return {"points": count, "seconds": round(seconds, 2), "points_per_s": round(count / seconds), "compared": len(other),
            "on_corners": len(corners), "other_than_st_covers": int((found[some] != np.array(other)).sum())}


def measure(server: str, cases: int, readings: int, points: int) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="tonglan-bench-") as temporary, database(server) as engine:
        folder, url = Path(temporary), engine.url.render_as_string(hide_password=False)
        load = os.getloadavg()[0]
        pack = pack_of(folder)
        load_basics(engine, pack.model_copy(update={"statistics": [], "place_statistics": []}), lambda progress: None)
        pack = pack.model_copy(update={"folder": folder})
        elsewhere(write_cases, folder, cases, url)
        elsewhere(write_readings, folder, readings, url)
        intake = Intake(engine)
        timed(engine, intake, pack, "stations", DEVICES)
        told = {key: timed(engine, intake, pack, key, rows) for key, rows in (("cases", cases), ("readings", readings))}
        for key, table in (("cases", "city_case"), ("readings", "observation")):
            bound = limit(engine, table, folder)
            ratio = told[key]["rows_per_s"] / bound["indexes_kept_up"]
            told[key] |= {"goal_rows_per_s": GOALS[key], "copy_limit_rows_per_s": bound, "of_copy_limit": round(ratio, 2)}
        return {"cores": os.cpu_count(), "machine": platform.machine(), "load_before": round(load, 1),
                "load_after": round(os.getloadavg()[0], 1), "goals": GOALS, **told, "assignment": assignment(engine, points)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="a database of a server where a further one may be made (default: a private one)")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--readings", type=int, default=400_000)
    parser.add_argument("--points", type=int, default=5_000_000)
    asked = parser.parse_args()
    sizes = (asked.cases, asked.readings, asked.points)
    if asked.database:
        print(json.dumps(measure(asked.database, *sizes), indent=1))
        return
    with private.running("bench") as server:
        print(json.dumps(measure(server, *sizes), indent=1))


if __name__ == "__main__":
    main()
