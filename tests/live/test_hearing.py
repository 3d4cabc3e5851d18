"""The screen's server: a sender that never ends his request keeps no thread from the others, and no stream outlives it."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from settings import ROOT

THREADS = 2
WITHIN_S = 60
APPLICATION = """
import time
from live.hearing import Worker

class Impatient(Worker):
    arrives_s = 0.5

def application(environ, answer):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/endless":
        return (time.sleep(0.1) or b"." for _ in iter(int, 1))
    if environ["PATH_INFO"] == "/long":
        return (time.sleep(0.5) or b"." for _ in range(6))
    return [body or b"nothing sent"]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the server is."""
    with server(tmp_path_factory.mktemp("hearing")) as (number, _):
        yield number


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A server of two threads that waits for half a second: its port, and the process that started the serving one."""
    (folder / "impatient.py").write_text(APPLICATION, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "impatient:application", "--bind", f"127.0.0.1:{number}",
             "--threads", str(THREADS), "--worker-class", "impatient.Impatient", "--graceful-timeout", "1",
             "--no-control-socket"],
            stdout=said, stderr=said, env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"})
    try:
        until = time.monotonic() + WITHIN_S
        while True:
            try:
                asked(number)
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < until, log.read_text()
                time.sleep(0.1)
        yield number, process
    finally:
        process.terminate()
        process.wait()


def asked(port: int, path: str = "/", body: bytes | None = None) -> bytes:
    """What the server answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    connection.request("GET" if body is None else "POST", path, body)
    said = connection.getresponse().read()
    connection.close()
    return said


@pytest.mark.parametrize("begun", [
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
], ids=["head", "body"])
def test_who_never_ends_his_request_keeps_nobody_waiting(port: int, begun: bytes) -> None:
    with ExitStack() as held:
        for _ in range(2 * THREADS):
            held.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(begun)
        assert asked(port) == b"nothing sent"


def test_a_whole_request_is_answered_to_its_end_however_long_that_takes(port: int) -> None:
    assert asked(port, "/long") == b"......"
    assert asked(port, "/long", b"sent") == b"......"
    assert asked(port, "/", b"sent") == b"sent"


def test_a_stream_ends_with_its_server_also_when_that_is_killed(tmp_path: Path) -> None:
    """Then the browser asks again, and is told by the next server how things are."""
    with server(tmp_path) as (number, process):
        connection = http.client.HTTPConnection("127.0.0.1", number, timeout=WITHIN_S)
        connection.request("GET", "/endless")
        until = time.monotonic() + WITHIN_S
        with closing(connection), connection.getresponse() as stream, suppress(http.client.IncompleteRead, ConnectionError):
            process.kill()
            while stream.read(1):
                assert time.monotonic() < until, "the stream goes on"
