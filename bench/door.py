"""How fast observations come in by HTTP, as JSON: `python -m bench.door [--database URL]`.

In a database of its own with New York's tree and 200 stations, the door as `run` starts it takes batches of 10,000
observations from several senders, as columns and as lines, plain and gzipped. Two limits stand beside it, both of binary
COPY into empty tables with the same index. `batches`: the same batches by as many connections as there were senders, each
committed by itself, into a table with the same partitions, which is what a door would reach that did nothing but store.
`one_copy`: all rows at once in one transaction into one table. The goals, on two cores: 150,000 observations a second, 0.8
of the limit `batches`, in 1 GB. `cpu_s_per_million` says what a million rows cost the door and the database's backends,
whatever else the machine does: on a quiet machine with two cores, no more than 2 / their sum can come in a second.
"""

import argparse
import gzip
import http.client
import io
import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import local
from typing import Any

import numpy as np
import orjson
import psycopg2
from sqlalchemy import Engine, text

from bench.ingest import DEVICES, database, elsewhere, limit, pack_of, timed, write_readings
from cluster import private
from ingest.copy import HEADER, TRAILER
from ingest.intake import Intake
from ingest.load import load_basics
from ingest.observations import COLUMNS
from ingest.tokens import digest
from running import door_command
from settings import ROOT, Settings

GOALS = {"rows_per_s": 150_000, "of_batches_limit": 0.8, "memory_mb": 1024}
ROWS = 10_000
SENDERS = 3
TOKEN = "bench"
WAIT_S = 60
PATH = "/ingest/v1/observations"
WIDTH = 2 + len(COLUMNS) * 4 + 8 + 8 + 4 + 4 + 4 + 2  # bytes of a row of `observation` in a binary COPY: none of it is NULL
NAMES = ", ".join(COLUMNS)


@dataclass(frozen=True)
class Form:
    """A way of writing a batch: its media type, and how its columns become a body."""

    media_type: str
    write: Callable[[dict[str, list[Any]]], bytes]
    gzipped: bool


def columns(data: dict[str, list[Any]]) -> bytes:
    """A list a field."""
    return orjson.dumps({"columns": data})


def lines(data: dict[str, list[Any]]) -> bytes:
    """An object a line."""
    return b"\n".join(orjson.dumps(dict(zip(data, row, strict=True))) for row in zip(*data.values(), strict=True))


FORMS = {
    "json_columns": Form("application/json", columns, gzipped=False),
    "json_columns_gzip": Form("application/json", columns, gzipped=True),
    "ndjson": Form("application/x-ndjson", lines, gzipped=False),
    "ndjson_gzip": Form("application/x-ndjson", lines, gzipped=True),
}


def written(form: str, number: int) -> bytes:
    """The body of one batch: every station, a reading a minute, each batch and form of its own time."""
    each = ROWS // DEVICES
    start = np.datetime64("2025-05-01", "s") + np.timedelta64(60 * each * number + list(FORMS).index(form), "s")
    at = np.repeat(start + np.arange(each) * np.timedelta64(60, "s"), DEVICES)
    value = np.random.default_rng([4, number]).gamma(3, 12, ROWS).clip(0, 999).round(1)
    body = FORMS[form].write({
        "device": [f"bench-{device}" for device in range(DEVICES)] * each, "property": ["pm25"] * ROWS,
        "observed_at": [f"{one}Z" for one in at], "value": value.tolist()})
    return gzip.compress(body, 1) if FORMS[form].gzipped else body


def send(port: int, form: str, bodies: Sequence[bytes]) -> dict[str, float]:
    """Send batches by several senders, each again until it is taken. Returns: the seconds that it took, and rows taken."""
    kept = local()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": FORMS[form].media_type}
    if FORMS[form].gzipped:
        headers["Content-Encoding"] = "gzip"

    def one(body: bytes) -> int:
        if not hasattr(kept, "door"):
            kept.door = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        while True:
            kept.door.request("POST", PATH, body, headers)
            got = kept.door.getresponse()
            told = orjson.loads(got.read())
            if got.status == 200:
                return int(told["taken"])
            if got.status not in (429, 503):
                raise RuntimeError(f"the door answers {got.status}: {told}")
            time.sleep(float(got.headers["Retry-After"]))

    clock = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        taken = sum(pool.map(one, bodies))
    return {"seconds": time.perf_counter() - clock, "taken": taken}


@contextmanager
def served(url: str, var: Path) -> Iterator[tuple[int, int]]:
    """The door in a process of its own. Lends: its port, and the process's number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Settings(door_port=port, host="127.0.0.1", var=var)
    log = (var / "door.log").open("wb")
    process = subprocess.Popen(door_command(settings), cwd=ROOT, stdout=log, stderr=log,
                               env=os.environ | {"DATABASE_URL": url, "PUBLIC_DOORS": "sensorthings"})
    try:
        wait(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()
        log.close()


def wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the door answers. Raises: RuntimeError when it does not."""
    until = time.monotonic() + WAIT_S
    while process.poll() is None and time.monotonic() < until:
        try:
            door = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            door.request("GET", "/ingest/v1/health")
            if door.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the door does not answer")


def processes(parent: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def memory_mb(parent: int) -> int:
    """The most memory that the processes had."""
    peaks = [line for one in processes(parent) for line in Path(f"/proc/{one}/status").read_text().splitlines()
             if line.startswith("VmHWM")]
    return max(int(line.split()[1]) for line in peaks) // 1024


def cpu_s(number: int) -> float:
    """The seconds of CPU that a process took."""
    ticks = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def worked(engine: Engine, door: int) -> dict[str, dict[int, float]]:
    """The seconds of CPU that the processes of the door took, and those of the database that serve others than who asks."""
    with engine.connect() as connection:
        serving = connection.execute(text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")).scalars().all()
    return {"door": {one: cpu_s(one) for one in processes(door)}, "database": {one: cpu_s(one) for one in serving}}


def spent(before: dict[int, float], after: dict[int, float], rows: int) -> float:
    """The seconds of CPU that a million rows cost the processes that are still there."""
    return round(sum(seconds - before.get(one, 0.0) for one, seconds in after.items()) / rows * 1e6, 2)


def batches_limit(engine: Engine, folder: Path) -> int:
    """Copy the batches that came, each as it is stored and committed by itself, into a table like `observation`. Returns:
    rows a second."""
    file = folder / "batches.copy"
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        with file.open("wb") as sink, driver.cursor() as cursor:
            cursor.copy_expert(f"COPY (SELECT {NAMES} FROM observation ORDER BY batch_id, device_id, property_id, observed_at)"
                               " TO STDOUT (FORMAT binary)", sink)
        connection.execute(text("CREATE TABLE limited (LIKE observation INCLUDING ALL) PARTITION BY RANGE (observed_at)"))
        for name, bound in connection.execute(text("""
            SELECT relname, pg_get_expr(relpartbound, oid)
              FROM pg_class JOIN pg_inherits ON inhrelid = oid
             WHERE inhparent = 'observation'::regclass""")).all():
            connection.execute(text(f'CREATE TABLE "limited_{name}" PARTITION OF limited {bound}'))
    count = (file.stat().st_size - len(HEADER) - len(TRAILER)) // WIDTH
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with ProcessPoolExecutor(1, get_context("spawn")) as sender:
        seconds = sender.submit(copy_batches, url, file, -(-count // ROWS)).result()
    with engine.begin() as connection:
        copied = int(connection.execute(text("SELECT count(*) FROM limited")).scalar_one())
        connection.execute(text("DROP TABLE limited"))
    if copied != count:
        raise RuntimeError(f"{copied} of {count} rows were copied")
    file.unlink()
    return round(count / seconds)


def copy_batches(url: str, file: Path, count: int) -> float:
    """Copy so many batches of a binary COPY by several connections. Returns: the seconds that it took."""
    kept, clock = local(), time.perf_counter()

    def one(number: int) -> None:
        if not hasattr(kept, "database"):
            kept.database = psycopg2.connect(url)
        with file.open("rb") as content:
            content.seek(len(HEADER) + number * ROWS * WIDTH)
            rows = content.read(ROWS * WIDTH)
        whole = len(rows) // WIDTH * WIDTH      # behind the last row stands the trailer
        with kept.database, kept.database.cursor() as cursor:
            cursor.copy_expert(f"COPY limited ({NAMES}) FROM STDIN (FORMAT binary)",
                               io.BytesIO(HEADER + rows[:whole] + TRAILER), size=1 << 20)

    with ThreadPoolExecutor(SENDERS) as pool:
        for _ in pool.map(one, range(count)):
            pass
    return time.perf_counter() - clock


def prepared(engine: Engine, folder: Path) -> None:
    """The city, the stations and the token."""
    pack = pack_of(folder)
    load_basics(engine, pack.model_copy(update={"statistics": [], "place_statistics": []}), lambda progress: None)
    elsewhere(write_readings, folder, DEVICES, engine.url.render_as_string(hide_password=False))
    timed(engine, Intake(engine), pack.model_copy(update={"folder": folder}), "stations", DEVICES)
    with engine.begin() as connection:
        connection.execute(text("UPDATE source SET token_hash = :hash WHERE key = 'bench'"), {"hash": digest(TOKEN)})


def measure(server: str, batches: int) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="tonglan-bench-") as temporary, database(server) as engine:
        folder, url, load = Path(temporary), engine.url.render_as_string(hide_password=False), os.getloadavg()[0]
        prepared(engine, folder)
        told: dict[str, dict[str, Any]] = {}
        with served(url, folder) as (port, door), ProcessPoolExecutor(1, get_context("spawn")) as sender:
            for form in FORMS:
                bodies = [written(form, number) for number in range(batches)]
                before = worked(engine, door)
                sent = sender.submit(send, port, form, bodies).result()
                after = worked(engine, door)
                told[form] = {
                    "rows": batches * ROWS, "taken": sent["taken"], "seconds": round(sent["seconds"], 2),
                    "rows_per_s": round(batches * ROWS / sent["seconds"]),
                    "cpu_s_per_million": {who: spent(before[who], after[who], batches * ROWS) for who in after},
                    "door_memory_mb": memory_mb(door), "megabytes": round(sum(map(len, bodies)) / 1e6, 1)}
        bound: dict[str, Any] = {"batches": batches_limit(engine, folder), "one_copy": limit(engine, "observation", folder)}
        for one in told.values():
            one["of_batches_limit"] = round(one["rows_per_s"] / bound["batches"], 2)
            one["of_one_copy_limit"] = round(one["rows_per_s"] / bound["one_copy"]["indexes_kept_up"], 2)
        return {"cores": os.cpu_count(), "load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1),
                "senders": SENDERS, "goals": GOALS, **told, "limits_rows_per_s": bound}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="a database of a server where a further one may be made (default: a private one)")
    parser.add_argument("--batches", type=int, default=100, help="of each form (default %(default)s)")
    asked = parser.parse_args()
    if asked.database:
        print(json.dumps(measure(asked.database, asked.batches), indent=1))
        return
    with private.running("bench") as server:
        print(json.dumps(measure(server, asked.batches), indent=1))


if __name__ == "__main__":
    main()
