"""`run` from outside: it says where the screen is, refuses to be two, and leaves nothing running."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import running
from cluster import place
from cluster.programs import choose
from settings import ROOT, Settings

RUN = """
import sys, cli, running
from cluster.supervisor import Program
running.programs = lambda settings: [
    Program("screen", (sys.executable, "-m", "http.server", str(settings.port), "--bind", "127.0.0.1"))]
sys.exit(cli.main(["run"]))
"""
PATIENCE_S = 60


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """A clone's settings: a `var` and ports of its own, a private database."""
    var = Path(tempfile.mkdtemp(prefix="tonglan-test-", dir="/tmp"))
    var.chmod(0o755)
    chosen = {"VAR": str(var), "PORT": free_port(), "DOOR_PORT": free_port(), "DATABASE_URL": "", "PYTHONPATH": str(ROOT)}
    yield os.environ | chosen
    shutil.rmtree(var)


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    """Run it as from a terminal: tests that run in the background are deaf to Ctrl-C, and so would be what they start."""
    return subprocess.Popen([sys.executable, "-c", RUN], env=environment, cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What the process says, up to the line with the words."""
    assert process.stdout is not None
    heard = ""
    for line in process.stdout:
        heard += line
        if words in line:
            return heard
    raise AssertionError(f"never said {words!r}, but:\n{heard}")


def server_answers(var: str) -> bool:
    """Whether the private server of this `var` runs."""
    here = place.find(Path(var), "pg")
    asked = [choose(here.data).path("pg_isready"), "-q", "-h", str(here.socket)]
    return place.run(here.account, asked).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_the_screen_is_and_a_signal_stops_all_that_it_started(
    environment: dict[str, str], number: signal.Signals,
) -> None:
    url = f"http://127.0.0.1:{environment['PORT']}/"
    process = start(environment)
    try:
        read_until(process, f"The screen is at {url}")
        second = start(environment)
        assert second.communicate()[0] == f"Tonglan: already running at {url}\n"
        assert second.returncode == 0
        assert server_answers(environment["VAR"])
        before = time.monotonic()
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0
        assert time.monotonic() - before < 10
    finally:
        process.kill()
        process.communicate()
    assert not server_answers(environment["VAR"])
    with socket.socket() as screen:
        assert screen.connect_ex(("127.0.0.1", int(environment["PORT"]))) != 0


def test_what_a_killed_run_leaves_is_taken_over_and_stopped_by_the_next(environment: dict[str, str]) -> None:
    first = start(environment)
    read_until(first, "The screen is at")
    first.kill()
    first.communicate()
    assert server_answers(environment["VAR"])
    wait_for_port(int(environment["PORT"]))
    second = start(environment)
    try:
        read_until(second, "The screen is at")
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE_S) == 0
    finally:
        second.kill()
        second.communicate()
    assert not server_answers(environment["VAR"])


def test_nothing_is_sent_before_the_regions_and_tokens_are_there() -> None:
    order = {program.name: program.after for program in running.programs(Settings())}
    assert order == {"screen": None, "basics": None, "door": "basics", "history": "basics", "simulator": "basics"}


def test_the_simulator_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMULATE", "false")
    assert "simulator" not in [program.name for program in running.programs(Settings())]


def test_an_address_for_everybody_is_printed_as_one_that_works_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    assert running.screen_url(Settings()) == "http://127.0.0.1:8050/"
    monkeypatch.setenv("HOST", "::1")
    assert running.screen_url(Settings()) == "http://[::1]:8050/"


def wait_for_port(port: int) -> None:
    """Wait until nobody listens there."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)
