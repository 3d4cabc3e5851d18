"""What the browser's tests are made of: the application on a port, a watchful page, a few facts."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request
from sqlalchemy import Engine
from werkzeug.serving import make_server

from app import create_app
from data_access.city import City
from ingest.door import create_door
from ingest.rollups import prepare
from settings import Settings

OWN = ("http://127.0.0.1:", "data:", "blob:")
TOKEN = {"Authorization": "Bearer secret"}


class Witness:
    """Watches a page: what it complained of, and what it asked of others."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(OWN):
            self.strangers.append(request.url)


@contextmanager
def serving(url: str, port: int = 0, **more: Any) -> Iterator[str]:
    """Run the application on a database, with `more` settings than usual; its address."""
    app = create_app(Settings(database_url=url, **more))
    listener = make_server("127.0.0.1", port, app.server, threaded=True)
    listener.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.server_port}"
    finally:
        app.server.extensions["studio"].stop()
        app.server.extensions["printer"].close()
        listener.shutdown()
        listener.socket.close()
        thread.join()


def enliven(engine: Engine, town: City) -> None:
    """Give Smalltown an hour of life: a case in every block, the first of them overdue, and a device in alarm."""
    prepare(engine, town)
    client = create_door(engine).test_client()

    def post(subject: str, rows: list[dict[str, Any]]) -> None:
        answer = client.post(f"/ingest/v1/{subject}", json={"rows": rows}, headers=TOKEN)
        assert answer.status_code == 200, answer.get_json()
        assert answer.get_json()["rejected"] == 0, answer.get_json()

    now = datetime.now(UTC)
    blocks = [code for code in sorted(town.codes) if len(code) == 4]
    post("cases", [case(f"c-{block}", number, now - timedelta(minutes=50 - number)) for number, block in enumerate(blocks)])
    post("devices", [{"code": "air-1", "kind": "air", "name": "Elm Street", "interval_s": 60, "lon": 0.005, "lat": 0.005}])
    post("observations", [{"device": "air-1", "property": "pm25", "value": 40.0 + 10 * minute,
                           "observed_at": (now - timedelta(minutes=15 - minute)).isoformat()} for minute in range(16)])


def case(key: str, block: int, at: datetime, title: str = "Pothole") -> dict[str, Any]:
    """A case in the middle of a block of Smalltown; what is older than a minute is dispatched, and block 0 is overdue."""
    due = at + timedelta(minutes=10) if block == 0 else at + timedelta(hours=6)
    steps = [{"step": "reported", "at": at.isoformat()}]
    if at < datetime.now(UTC) - timedelta(minutes=1):
        steps.append({"step": "dispatched", "at": (at + timedelta(minutes=1)).isoformat(), "agency": "A1"})
    return {"id": key, "class": "pothole", "channel": "hotline", "title": title, "lon": (block + 0.5) / 100, "lat": 0.005,
            "reported_at": at.isoformat(), "due_at": due.isoformat(), "steps": steps}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], seconds: float) -> float:
    """Wait for something. Returns: how long it took. Raises: AssertionError when it did not come."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - begun
