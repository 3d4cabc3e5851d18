"""How fast SensorThings answers over many observations, as JSON: `python -m bench.sensorthings [--database URL] [--rows N]`.

A database of its own is filled with N observations (twenty million) of 1,000 datastreams, 500 stations of two properties
each that speak every five minutes. Then the door as `run` starts it is asked over HTTP, one question after the other: the
newest value of all datastreams in one request, and questions around it. `answer_ms` is what the service takes from question
to bytes within this process (`processor`: of that, without the database and whatever else the machine does), `http_ms` what a
client on this machine waits for all of the answer. The goal, on two cores: the newest value of 1,000 datastreams within 50 ms.
"""

import argparse
import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from sqlalchemy import Engine, create_engine, text

from bench.door import served
from bench.ingest import database
from cluster import private
from data_access.engine import create
from doors.sensorthings.answering import written
from doors.sensorthings.model import stream_id
from doors.sensorthings.server import PREFIX
from doors.sensorthings.service import Service
from ingest import pack
from ingest.load import load_basics
from ingest.partitions import Partitions

GOALS = {"newest_of_1000_ms": 50}
STATIONS, PROPERTIES = 500, 2
STREAMS = STATIONS * PROPERTIES
EVERY_S = 300
A_DAY = 86400 // EVERY_S
FIRST = np.datetime64("2026-01-01", "us")
TIMES = 40

FILL = """
    INSERT INTO observation (observed_at, value, device_id, batch_id, row_no, property_id)
    SELECT at, round(CAST(20 + 15 * sin(d.device_id + EXTRACT(epoch FROM at) / 9000) AS numeric), 1), d.device_id, 0, 1,
           p.property_id
      FROM device d
     CROSS JOIN (SELECT property_id FROM property ORDER BY property_id LIMIT :properties) p
     CROSS JOIN generate_series(CAST(:first AS timestamptz), CAST(:last AS timestamptz), interval '5 minutes') AS at
     ORDER BY d.device_id, p.property_id, at"""
NEWEST = """
    INSERT INTO latest_observation (device_id, property_id, observed_at, value)
    SELECT device_id, property_id, observed_at, value FROM observation
     WHERE observed_at = (SELECT max(observed_at) FROM observation WHERE observed_at >= :since)"""


def asked(stream: int) -> dict[str, str]:
    """The questions."""
    return {
        "newest_of_1000": "Datastreams?$expand=Observations($top=1;$orderby=phenomenonTime desc)&$top=1000",
        "newest_of_1000_selected": "Datastreams?$select=id&$expand=Observations($top=1;$orderby=phenomenonTime desc;"
                                   "$select=phenomenonTime,result)&$top=1000",
        "newest_of_1000_things": "Things?$expand=Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc))&$top=500",
        "newest_of_one": f"Datastreams({stream})/Observations?$top=1&$orderby=phenomenonTime desc",
        "newest_100_of_one": f"Datastreams({stream})/Observations?$top=100&$orderby=phenomenonTime desc",
        "a_day_of_one": f"Datastreams({stream})/Observations?$filter=phenomenonTime ge 2026-01-03T00:00:00Z and "
                        "phenomenonTime lt 2026-01-04T00:00:00Z&$top=1000",
        "newest_100_of_all": "Observations?$top=100&$orderby=phenomenonTime desc",
        "newest_10_of_each": "Datastreams?$select=id&$expand=Observations($top=10;$orderby=phenomenonTime desc;$select=result)"
                             "&$top=1000",
        "things_by_what_they_measure": "Things?$filter=Datastreams/ObservedProperty/id eq 1&$top=100",
    }


def fill(engine: Engine, rows: int) -> None:
    """Stations, and their observations day by day."""
    load_basics(engine, pack.read("newyork").model_copy(update={"statistics": [], "place_statistics": []}), lambda progress: None)
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO device (code, source_id, kind, name, region_id, geom, interval_s)
            SELECT 'bench-' || n, (SELECT min(source_id) FROM source), (SELECT min(kind) FROM device_kind), 'Station ' || n,
                   region_id, label_point, :every
              FROM (SELECT row_number() OVER (ORDER BY region_id) AS n, region_id, label_point FROM region
                     WHERE label_point IS NOT NULL ORDER BY region_id LIMIT :stations) AS r"""),
            {"stations": STATIONS, "every": EVERY_S})
    days = -(-rows // (STREAMS * A_DAY))
    Partitions().ensure(engine, FIRST + np.arange(days) * np.timedelta64(1, "D"))
    for day in range(days):
        first = FIRST + np.timedelta64(day, "D")
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            connection.execute(text(FILL), {"properties": PROPERTIES, "first": f"{first}Z",
                                            "last": f"{first + np.timedelta64(86399, 's')}Z"})
    with engine.begin() as connection:
        connection.execute(text(NEWEST), {"since": f"{FIRST + np.timedelta64(days - 1, 'D')}Z"})
    with create_engine(engine.url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE observation, latest_observation, device"))
        connection.engine.dispose()


def sizes(engine: Engine) -> dict[str, Any]:
    """How much there is."""
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        count = connection.execute(text("SELECT count(*) FROM observation")).scalar_one()
        streams = connection.execute(text("SELECT count(*) FROM latest_observation")).scalar_one()
        first = connection.execute(text("SELECT device_id, property_id FROM latest_observation LIMIT 1")).one()
    return {"observations": count, "datastreams": streams, "database_mb": round(size / 1e6),
            "stream": stream_id(first.device_id, first.property_id)}


def timed(times: int, once: Callable[[], int]) -> dict[str, float]:
    """Do something often. Returns: milliseconds by the clock and of this process's processor time, and the size of what came."""
    once()
    taken, worked = [], []
    for _ in range(times):
        clock, processor = time.perf_counter(), time.process_time()
        size = once()
        taken.append((time.perf_counter() - clock) * 1000)
        worked.append((time.process_time() - processor) * 1000)
    taken.sort()
    return {"least": round(taken[0], 1), "median": round(statistics.median(taken), 1),
            "p95": round(taken[int(0.95 * (len(taken) - 1))], 1), "processor": round(statistics.median(worked), 1), "bytes": size}


def within(engine: Engine, question: str) -> int:
    """One question to the service in this process. Returns: the bytes of the answer."""
    path, _, query = question.partition("?")
    reply = Service(engine, "http://127.0.0.1").ask("GET", path, query)
    if reply.status != 200:
        raise RuntimeError(f"{question}: {reply.body}")
    return len(written(reply.body))


def over_http(door: http.client.HTTPConnection, question: str) -> int:
    """One question over HTTP. Returns: the bytes of the answer."""
    door.request("GET", f"{PREFIX}/{quote(question, safe='$&=(),;:/?')}")
    got = door.getresponse()
    body = got.read()
    if got.status != 200:
        raise RuntimeError(f"{question}: {got.status} {body[:200]!r}")
    return len(body)


def measure(server: str, rows: int, times: int) -> dict[str, Any]:
    """All figures, in a database of its own."""
    with database(server) as engine:
        clock = time.perf_counter()
        fill(engine, rows)
        return {"fill_s": round(time.perf_counter() - clock)} | answers(engine, times)


def answers(engine: Engine, times: int) -> dict[str, Any]:
    """How fast the questions are answered over a filled database."""
    with tempfile.TemporaryDirectory(prefix="tonglan-bench-") as temporary:
        told: dict[str, Any] = {"cores": os.cpu_count(), "goals": GOALS, **sizes(engine),
                                "load_before": round(os.getloadavg()[0], 1)}
        with served(engine.url.render_as_string(hide_password=False), Path(temporary)) as (port, _):
            for name, question in asked(told["stream"]).items():
                inside = timed(times, partial(within, engine, question))
                door = http.client.HTTPConnection("127.0.0.1", port, timeout=60)    # the server closes one that is silent
                outside = timed(times, partial(over_http, door, question))
                door.close()
                told[name] = {"question": question, "kilobytes": round(outside["bytes"] / 1000),
                              "http_ms": {key: outside[key] for key in ("least", "median", "p95")},
                              "answer_ms": {key: inside[key] for key in ("least", "median", "p95", "processor")}}
        return told | {"load_after": round(os.getloadavg()[0], 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="a database of a server where a further one may be made (default: a private one)")
    parser.add_argument("--filled", help="a database that this program filled before: only the questions are asked")
    parser.add_argument("--rows", type=int, default=20_000_000, help="observations (default %(default)s)")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each question is asked (default %(default)s)")
    given = parser.parse_args()
    if given.filled:
        engine = create(given.filled, statement_timeout_ms=0)
        print(json.dumps(answers(engine, given.times), indent=1))
        engine.dispose()
    elif given.database:
        print(json.dumps(measure(given.database, given.rows, given.times), indent=1))
    else:
        with private.running("bench") as server:
            print(json.dumps(measure(server, given.rows, given.times), indent=1))


if __name__ == "__main__":
    main()
