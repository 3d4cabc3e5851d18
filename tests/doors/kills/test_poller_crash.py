"""What is asked for is stored once, however often listener and database are killed: CRASHES=50 kills so often.

Four servers of other people grow while our listener asks them: requests (Open311), observations (SensorThings), warnings (CAP
by Atom) and trip updates (GTFS-realtime). The listener is a process of its own, the database a cluster that writes to disk.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Event, Lock, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from data_access.city import City
from ingest.rollups import check
from tests.doors.cap_messages import alert, info
from tests.doors.crashing import listen
from tests.doors.elsewhere import Elsewhere
from tests.doors.gtfs_town import FILES, message, packed, update
from tests.doors.test_cap_doors import atom, linked
from tests.doors.test_gtfs_end_to_end import EVERY_DAY
from tests.doors.test_sensorthings_client import POINT, ROOT, Frost

CRASHES = int(os.environ.get("CRASHES", "4"))
MORE = 3            # of each kind that must be stored between two kills
EVERY_S = 0.1
ASKS_S = 0.05
PATIENCE_S = 300    # a listener begins anew after each kill, on a machine as slow as may be
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["tests.doors.crashing"])
STOPS = 3           # of a run
AHEAD = 100         # how far they grow ahead of what is stored, on a machine as slow as may be
PARTS = 100         # a value is a number's hundredth: it must be one that the property can have
FIRST_DAY = date(2022, 1, 1)
STORED = {
    "requests": "SELECT external_id FROM city_case",
    "observations": f"SELECT round(value * {PARTS})::int::text FROM observation",
    "warnings": "SELECT split_part(external_id, ',', 2) FROM warning",
    "stops": "SELECT external_id FROM stop_event",
}


@dataclass
class Others:
    """All four servers at one port; `grow` adds one of each kind."""

    city: Elsewhere = field(default_factory=Elsewhere)
    frost: Frost = field(default_factory=Frost)
    warnings: list[str] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    stored: int = 0     # of all kinds, as far as is known
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.frost.add(7, 1, "PM2.5", "µg/m³", POINT)
        self.timetable = packed({**FILES, **EVERY_DAY})

    def grow(self) -> None:
        """Another request, observation, warning and run."""
        now, number = datetime.now(UTC), self.count
        day = FIRST_DAY + timedelta(days=number)
        with self.lock:
            self.city.add(str(number), now.isoformat())
            self.frost.observe(7, now.isoformat(), number / PARTS)
            self.warnings.append(alert(f"w{number}", info()))
            trip = {"trip_id": "T1", "start_date": f"{day:%Y%m%d}"}
            self.updates.append(update({"stop_sequence": 10, "departure": {"delay": 60}}, trip=trip) | {"id": f"u{number}"})
            self.count += 1

    def answer(self, path: str) -> tuple[int, bytes]:
        """What one of them says at an address."""
        with self.lock:
            if path.startswith("/v2/"):
                status, _, body = self.city.answer(path)
                return status, body
            if path.startswith(ROOT):
                return 200, json.dumps(self.frost.page(path)).encode()
            if path == "/gtfs.zip":
                return 200, self.timetable
            if path == "/updates":
                return 200, message(*self.updates, at=datetime.now(UTC)).SerializeToString()
            if path == "/feed":
                return 200, atom(*(linked(f"/cap/{number}.xml") for number in reversed(range(self.count))))
            return 200, self.warnings[int(path.removeprefix("/cap/").removesuffix(".xml"))].encode()

    def entries(self, url: str) -> list[dict[str, Any]]:
        """What the pack says of them."""
        return [
            {"door": "open311", "url": f"{url}/v2", "every": 1, "class": {"value": "pothole"}},
            {"door": "sensorthings", "url": url + ROOT, "kind": "air", "every": ASKS_S, "overlap": 5,
             "properties": {"PM2.5": "pm25"}},
            {"door": "cap", "url": f"{url}/feed", "every": ASKS_S},
            {"door": "gtfs_realtime", "url": f"{url}/updates", "every": ASKS_S, "timetable": {"url": f"{url}/gtfs.zip"}}]

    def told(self) -> dict[str, list[str]]:
        """What all of them have told."""
        numbers = [str(number) for number in range(self.count)]
        return {"requests": numbers, "observations": numbers, "warnings": [f"w{number}" for number in numbers],
                "stops": [f"{FIRST_DAY + timedelta(days=number):%Y%m%d} T1 {stop}" for number in range(self.count)
                          for stop in (10, 20, 30)]}


@contextmanager
def served(others: Others) -> Iterator[str]:
    """Them in a thread. Yields: their address."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = others.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def growing(others: Others) -> Iterator[None]:
    """They grow in the meantime."""
    stop = Event()

    def go_on() -> None:
        while not stop.wait(EVERY_S):
            if others.count < others.stored + AHEAD:
                others.grow()

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def stored(engine: Engine) -> dict[str, list[str]]:
    """What there is of each kind; nothing while the database does not answer."""
    try:
        with engine.connect() as connection:
            return {kind: sorted(connection.execute(text(query)).scalars()) for kind, query in STORED.items()}
    except OperationalError:
        return {kind: [] for kind in STORED}


def patiently(holds: Callable[[], bool], engine: Engine) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"it never came to be: {({kind: len(one) for kind, one in stored(engine).items()})}"
        time.sleep(0.05)


def test_whatever_is_killed_what_is_asked_for_is_stored_once(
    engine: Engine, town: City, database_url: str, crash_database: Callable[[], None], capsys: pytest.CaptureFixture[str],
) -> None:
    others, chance = Others(), random.Random(5)

    def grown(before: dict[str, list[str]]) -> bool:
        now = stored(engine)
        others.stored = max(others.stored, min(len(found) // (STOPS if kind == "stops" else 1) for kind, found in now.items()))
        return all(len(found) >= len(before[kind]) + MORE for kind, found in now.items())

    def complete() -> bool:
        return stored(engine) == {kind: sorted(names) for kind, names in others.told().items()}

    with served(others) as url:
        def begin() -> BaseProcess:
            process: BaseProcess = FORKED.Process(target=listen, args=(database_url, others.entries(url)))
            process.start()
            return process

        listener = begin()
        try:
            with growing(others):
                for number in range(CRASHES):
                    patiently(partial(grown, stored(engine)), engine)
                    time.sleep(chance.uniform(0, 0.3))
                    if number % 2:
                        crash_database()
                    else:
                        listener.kill()
                        listener.join()
                        listener = begin()
            patiently(complete, engine)
            time.sleep(4 * ASKS_S)      # what would come twice would come now
        finally:
            listener.kill()
            listener.join()
    assert complete()
    with engine.connect() as connection:
        taken = {row.subject: row.n for row in connection.execute(text(
            "SELECT subject, sum(taken)::int AS n FROM batch GROUP BY 1"))}
        refused = connection.execute(text("SELECT count(*) FROM reject")).scalar()
        steps = connection.execute(text("SELECT count(*) FROM case_step")).scalar()
    with capsys.disabled():
        print(f"\n{CRASHES} kills: {others.count} requests, observations and warnings, {STOPS * others.count} stops, "
              "each stored once")
    assert (taken["cases"], taken["observations"], taken["warnings"]) == (others.count,) * 3
    assert (taken["stop_events"], steps, refused) == (STOPS * others.count, others.count, 0)
    assert check(engine, town) == []
