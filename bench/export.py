"""How fast all rows behind a number become a file, as JSON: `python -m bench.export [--database URL] [--rows N]`.

A table of readings is made in a database of its own, N of them (a million) of one property; they are then taken away as CSV
and as a workbook, exactly as `/export/facts` sends them, and the very query is copied out by COPY in the same run: the limit
of what the database gives. Beside the clock's rate, which says as much of what else the machine does, stands that of the
processor time that this program used. The goal, on two cores: 50,000 rows a second, in constant memory.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, text

from bench.ingest import database
from cluster import private
from data_access import city as cities
from data_access import every_row
from data_access.every_row import Order
from indicators.library import INDICATORS
from indicators.scope import Scope
from ingest import pack
from ingest.load import load_basics
from ingest.partitions import Partitions
from live.exports.csv_file import csv_file
from live.exports.sheet import Sheet
from live.exports.workbook import workbook

INDICATOR = "place_pm25"
DAYS, DEVICES = 7, 200
GOALS = {"rows_per_second": 50_000, "grown_mb": 64}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="a PostgreSQL with PostGIS to make a database in; default: the private one")
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    if asked.database is not None:
        measure(asked.database, asked.rows)
        return
    with private.running("bench") as url:
        measure(url, asked.rows)


def measure(server: str, rows: int) -> None:
    """Fill a database and take its rows away, each way."""
    now = datetime.now(UTC)
    with database(server) as engine:
        bare = pack.read("newyork").model_copy(update={"statistics": [], "place_statistics": []})
        load_basics(engine, bare, lambda progress: None)
        city = cities.load(engine)
        assert city is not None
        fill(engine, now, rows)
        order = Order(city, INDICATORS[INDICATOR], Scope(city.root.code, "30d"), now)
        found = {"csv": timed(lambda: sized(csv_file(sheet(engine, order)))),
                 "xlsx": timed(lambda: sized(workbook([sheet(engine, order)]))),
                 "copy": timed(lambda: copied(engine, order))}
    told = {kind: {
        "seconds": round(one["seconds"], 2), "rows_per_second": round(rows / one["seconds"]),
        "rows_per_processor_second": round(rows / max(one["processor"], 0.01)),
        "megabytes": round(one["bytes"] / 1e6, 1), "grown_mb": one["grown_mb"]} for kind, one in found.items()}
    print(json.dumps({"rows": rows, "indicator": INDICATOR, "goals": GOALS, **told}, indent=1))


def fill(engine: Engine, now: datetime, rows: int) -> None:
    """So many readings of the last days, of some devices in the city's leaves."""
    day = np.datetime64((now - timedelta(days=DAYS)).replace(tzinfo=None), "D")
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO source (key, name_zh, name_en, owner, licence, kind, simulated, refresh_seconds)
            VALUES ('bench', '测速', 'Bench', 'Bench', 'CC0-1.0', 'iot', TRUE, 300)"""))
        connection.execute(text("""
            INSERT INTO batch (source_id, door, origin, subject)
            SELECT source_id, 'file', 'bench.csv', 'observations' FROM source WHERE key = 'bench'"""))
        connection.execute(text("""
            INSERT INTO device (code, source_id, kind, name, region_id, interval_s)
            SELECT 'B' || n, (SELECT source_id FROM source WHERE key = 'bench'), 'air', 'B' || n, leaf.region_id, 300
              FROM generate_series(1, :devices) AS n
              JOIN (SELECT region_id, row_number() OVER (ORDER BY region_id) AS place
                      FROM region WHERE level = (SELECT max(level) FROM region)) AS leaf ON leaf.place = n"""),
            {"devices": DEVICES})
        Partitions().within(connection, day + np.arange(DAYS + 1) * np.timedelta64(1, "D"))
        connection.execute(text("""
            INSERT INTO observation (observed_at, value, device_id, batch_id, row_no, property_id)
            SELECT :now - (n / :devices) * (interval '1 day' * :days * :devices / :rows), (n % 997) / 10.0, d.device_id,
                   (SELECT max(batch_id) FROM batch), n + 1, (SELECT property_id FROM property WHERE key = 'pm25')
              FROM generate_series(0, :rows - 1) AS n
              JOIN (SELECT device_id, row_number() OVER (ORDER BY device_id) - 1 AS place
                      FROM device WHERE code LIKE 'B%') AS d ON d.place = n % :devices"""),
            {"now": now, "rows": rows, "devices": DEVICES, "days": DAYS - 1})
        connection.execute(text("""
            INSERT INTO feed (source_id, subject, last_at, last_received_at, taken)
            SELECT source_id, 'observation:pm25', :now, :now, :rows FROM source WHERE key = 'bench'"""),
            {"now": now, "rows": rows})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def sheet(engine: Engine, order: Order) -> Sheet:
    """All rows behind the number, as they go into a file."""
    found = every_row.every_row(engine, order, {})
    return Sheet("rows", found.columns, found.pieces, "en")


def sized(pieces: Iterator[bytes]) -> int:
    """How many bytes a file has; none is kept. The memory is looked at with each piece."""
    size = 0
    for piece in pieces:
        size += len(piece)
        seen.append(resident())
    return size


seen: list[float] = []   # megabytes, with each piece of the file that is being made


def resident() -> float:
    """The memory that this program has now, in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def copied(engine: Engine, order: Order) -> int:
    """The bytes of a bare COPY of the query that the file is made of."""
    heard: list[tuple[str, dict[str, Any]]] = []
    streamed = every_row.streamed

    def listen(connection: Any, statement: str, binds: dict[str, Any]) -> Iterator[Any]:
        heard.append((statement, binds))
        return iter(())

    every_row.streamed = listen
    try:
        list(every_row.every_row(engine, order, {}).pieces)
    finally:
        every_row.streamed = streamed
    sink = Counter()
    raw: Any = engine.raw_connection()
    cursor = raw.cursor()
    for statement, binds in heard:
        own = {name: value for name, value in binds.items() if f":{name}" in statement}
        compiled = text(statement).bindparams(**own).compile(engine)
        cursor.copy_expert(f"COPY ({cursor.mogrify(str(compiled), compiled.params).decode()}) TO STDOUT (FORMAT csv)", sink)
    cursor.close()
    raw.close()
    return sink.bytes


class Counter:
    """Counts what is written to it."""

    def __init__(self) -> None:
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Take it."""
        self.bytes += len(data)
        return len(data)


def timed(work: Callable[[], int]) -> dict[str, float]:
    """Seconds by the clock and of this program's processor, bytes, and by how much the program's memory grew."""
    before = resident()
    seen[:] = [before]
    clock, processor = time.monotonic(), time.process_time()
    size = work()
    return {"seconds": time.monotonic() - clock, "processor": time.process_time() - processor, "bytes": size,
            "grown_mb": round(max(*seen, resident()) - before)}


if __name__ == "__main__":
    main()
