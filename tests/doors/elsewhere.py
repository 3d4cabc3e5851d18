"""Another city's Open311 server, written by hand: it speaks XML or JSON, gives so many requests at once, and can fail."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Elsewhere:
    """The server: its requests, how many it gives at most, and answers that come instead of its own, one a question."""

    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    most: int = 1000
    pages: bool = False
    lists: bool = True                  # service_request_id may name several
    instead: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    definitions: dict[str, Any] = field(default_factory=dict)
    wrapped: Callable[[list[dict[str, Any]]], Any] = list

    def add(self, identity: str, requested: str, **more: Any) -> None:
        """A request that somebody made."""
        self.requests[identity] = {
            "service_request_id": identity, "status": "open", "service_code": "006", "service_name": "Sidewalk",
            "description": f"Number {identity}", "requested_datetime": requested, "lat": "0.005", "long": "0.005", **more}

    def answer(self, path: str) -> Answer:
        """What it says at an address."""
        self.asked.append(path)
        address = urlsplit(path)
        resource, _, ending = address.path.removeprefix("/v2/").rpartition(".")
        if self.instead and resource.startswith("requests"):
            return self.instead.pop(0)
        given = {name: values[0] for name, values in parse_qs(address.query).items()}
        if resource == "services":
            return said(ending, "services", "service", self.services)
        if resource.startswith("services/"):
            found = self.definitions.get(resource.removeprefix("services/"))
            return said(ending, "service_definition", "", found) if found else none(ending)
        if resource == "requests":
            return said(ending, "service_requests", "request", self.wrapped(self.found(given)))
        one = self.requests.get(resource.removeprefix("requests/"))
        return said(ending, "service_requests", "request", [one]) if one else none(ending)

    def found(self, given: dict[str, str]) -> list[dict[str, Any]]:
        """The requests that a question wants."""
        newest = sorted(self.requests.values(), key=lambda one: one["requested_datetime"], reverse=True)
        if "service_request_id" in given:
            wanted = given["service_request_id"].split(",")
            return [one for one in newest if one["service_request_id"] in wanted] if self.lists else []
        first, last = at(given["start_date"]), at(given["end_date"])
        within = [one for one in newest if first <= at(one["requested_datetime"]) <= last]
        page = int(given.get("page", "1")) - 1 if self.pages else 0
        return within[page * self.most:(page + 1) * self.most]


def at(written: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(written)


def said(ending: str, root: str, item: str, value: Any) -> Answer:
    """An answer in the format of its ending."""
    if ending == "json":
        return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()
    body = f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{"".join(xml(item, one) for one in value)}</{root}>'
    return 200, {"Content-Type": "text/xml"}, body.encode()


def xml(tag: str, value: Any) -> str:
    """An element."""
    if isinstance(value, dict):
        return f"<{tag}>{''.join(xml(name, inner) for name, inner in value.items())}</{tag}>"
    return f"<{tag}/>" if value is None else f"<{tag}>{escape(str(value))}</{tag}>"


def none(ending: str) -> Answer:
    """There is no such thing."""
    answered = said(ending, "errors", "error", [{"code": 404, "description": "not found"}])
    return 404, *answered[1:]


@contextmanager
def served(city: Elsewhere) -> Iterator[str]:
    """The server in a thread. Yields: its endpoint."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = city.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
