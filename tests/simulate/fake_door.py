"""A door that answers as docs/architecture.md says, keeps a book, and fails when it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SOURCES = ("sim-cases", "sim-iot", "sim-hotline", "sim-business", "sim-warnings")
IDENTITY: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = {
    "agencies": lambda row: (row["code"],),
    "devices": lambda row: (row["code"],),
    "enterprises": lambda row: (row["id"], row["status"]),
    "cases": lambda row: (row["id"],),
    "steps": lambda row: (row["case"], row["at"], row["step"]),
    "messages": lambda row: (row["id"], "contacted_at" in row, "solved" in row),
    "warnings": lambda row: (row["id"], "ended_at" in row),
    "observations": lambda row: (row["device"], row["property"], row["observed_at"]),
}


@dataclass
class Book:
    """What the door was told, and how it is to behave."""

    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)
    batches: list[tuple[str, int, int]] = field(default_factory=list)   # subject, taken, seen
    orphans: int = 0                                                    # steps of cases that were not told of before
    jobs: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # answered first: status and headers; 0 hangs up
    refused: list[int] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, subject: str, sent: dict[str, Any]) -> tuple[int, int]:
        """Note a batch's rows: how many are new, how many were known."""
        columns = sent.get("columns", {})
        rows = sent.get("rows") or [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        with self.lock:
            known = self.rows.setdefault(subject, {})
            before = len(known)
            for row in rows:
                known[IDENTITY[subject](row)] = row
                self._steps(subject, row)
            taken = len(known) - before
            self.batches.append((subject, taken, len(rows) - taken))
        return taken, len(rows) - taken

    def _steps(self, subject: str, row: dict[str, Any]) -> None:
        all_steps = self.rows.setdefault("all steps", {})
        for step in row.get("steps", ()):
            all_steps[row["id"], step["at"], step["step"]] = step
        if subject == "steps":
            all_steps[row["case"], row["at"], row["step"]] = row
            self.orphans += (row["case"],) not in self.rows["cases"]


@dataclass(frozen=True)
class FakeDoor:
    """A door on a port of its own."""

    url: str
    book: Book


@contextmanager
def fake_door() -> Iterator[FakeDoor]:
    """Open a door on a free port."""
    book = Book()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with book.lock:
                fault = book.faults.pop(0) if book.faults else None
            if fault is not None:
                book.refused.append(fault[0])
                return self.fail(*fault)
            if self.headers["Authorization"] not in {f"Bearer {source}-token" for source in SOURCES}:
                return self.answer(401, {"error": "wrong_token"})
            taken, seen = book.take(self.path.rsplit("/", 1)[1], json.loads(body))
            return self.answer(200, {"batch": len(book.batches), "taken": taken, "seen": seen, "rejected": 0, "reasons": []})

        def do_PUT(self) -> None:
            book.jobs.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.answer(200, {"job": "backfill"})

        def fail(self, status: int, headers: dict[str, str]) -> None:
            if status == 0:
                self.close_connection = True
                return
            self.answer(status, {"error": "fault"}, headers)

        def answer(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            said = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield FakeDoor(f"http://127.0.0.1:{server.server_address[1]}", book)
    server.shutdown()
    server.server_close()
