"""The doors' server: who is slow, huge or one of too many keeps nobody waiting, and what is acknowledged is stored once."""

import http.client
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread
from typing import Any

import orjson
import pytest
from flask import Flask, request
from sqlalchemy import Engine, text
from waitress.wasyncore import close_all

from doors import server
from ingest import door

PATIENCE_S = 60
TOKEN = {"Authorization": "Bearer secret", "Content-Type": "application/json"}
Serve = Callable[[Flask], int]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Serves an app on a port of its own until the test ends."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    served: list[tuple[Any, Thread]] = []

    def serve_(app: Flask) -> int:
        listener = server.listener("127.0.0.1", 0)
        made = server.server(app, listener)
        thread = Thread(target=made.run, daemon=True)
        thread.start()
        served.append((made, thread))
        return int(listener.getsockname()[1])

    yield serve_
    for made, thread in served:
        made.task_dispatcher.shutdown()
        made.trigger.pull_trigger(partial(close_all, made._map))    # in the thread that hears
        thread.join(PATIENCE_S)


def echo() -> Flask:
    """An app that says how much came."""
    app = Flask("echo")

    @app.post("/")
    def said() -> dict[str, int]:
        return {"bytes": len(request.get_data())}

    return app


def post(port: int, body: bytes, headers: dict[str, str] | None = None, path: str = "/") -> tuple[int, dict[str, str], Any]:
    """Send one request. Returns: the status, the headers and the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("POST", path, body, headers or {})
    got = connection.getresponse()
    answer = orjson.loads(got.read())
    connection.close()
    return got.status, dict(got.headers), answer


def test_senders_that_never_end_keep_nobody_waiting(serve: Serve) -> None:
    port = serve(echo())
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(5 * server.THREADS)]
    for number, each in enumerate(slow):
        each.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + (b"Content-Length: 90000\r\n\r\nhalf of it" if number % 2 else b""))
    assert post(port, b"12345")[::2] == (200, {"bytes": 5})
    for each in slow:
        each.close()


def test_a_request_that_does_not_come_whole_is_cut_off_however_busily_it_drips(
    serve: Serve, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "ARRIVES_S", 1)
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0)
    with socket.create_connection(("127.0.0.1", serve(echo()))) as drips:
        drips.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n")
        until = time.monotonic() + PATIENCE_S
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            while time.monotonic() < until:
                drips.sendall(b"x")
                time.sleep(0.05)


def test_a_request_too_large_to_be_heard_out_is_answered_as_json(serve: Serve) -> None:
    with socket.create_connection(("127.0.0.1", serve(echo())), timeout=PATIENCE_S) as sender:
        sender.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (server.LARGEST_REQUEST + 1))
        answer = b"".join(iter(lambda: sender.recv(1 << 16), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"Content-Type: application/json" in head
    assert orjson.loads(body)["error"] == "request_entity_too_large"


def test_of_more_senders_than_fit_some_come_again_and_each_batch_is_stored_once(
    engine: Engine, town: object, serve: Serve, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "LONGEST_WAIT_S", 0.05)
    port = serve(door.create_door(engine))
    told: list[tuple[int, str | None]] = []

    def send(number: int) -> int:
        rows = [{"id": f"crowd-{number}-{row}", "channel": "app", "topic": "roads", "occurred_at": "2026-03-04T12:00:00Z",
                 "region": "T111"} for row in range(200)]
        while True:
            status, headers, answer = post(port, orjson.dumps({"rows": rows}), path="/ingest/v1/messages", headers={
                **TOKEN, "Idempotency-Key": f"crowd-{number}"})
            told.append((status, headers.get("Retry-After")))
            if status == 200:
                return int(answer["taken"])
            assert status in (429, 503), answer
            time.sleep(0.05)

    with ThreadPoolExecutor(40) as crowd:
        assert list(crowd.map(send, range(40))) == [200] * 40
    assert (429, "2") in told
    assert all(after == "2" for status, after in told if status != 200)
    with engine.connect() as connection:
        stored, different = connection.execute(text(
            "SELECT count(*), count(DISTINCT external_id) FROM message WHERE external_id LIKE 'crowd-%'")).one()
    assert (stored, different) == (8000, 8000)


def test_a_body_of_few_bytes_and_very_many_values_is_refused_before_it_is_read(engine: Engine, town: object) -> None:
    client = door.create_door(engine).test_client()
    body = b'{"rows":[' + b"{}," * 1_000_000 + b"{}]}"
    assert len(body) < door.LARGEST_BODY
    got = client.post("/ingest/v1/messages", data=body, headers=TOKEN)
    assert (got.status_code, got.get_json()["error"]) == (413, "too_large")


def test_a_large_batch_as_cities_send_it_weighs_little() -> None:
    row = {f"field_{number}": "some words of a resident" for number in range(25)}
    assert door.weight(orjson.dumps({"rows": [row] * 10_000})) < door.HEAVIEST / 8
