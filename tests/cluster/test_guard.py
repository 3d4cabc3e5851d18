"""One run at a time, and ports that are taken."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster import guard
from cluster.errors import ClusterError
from cluster.guard import AlreadyRunning, Running

HERE = Running(os.getpid(), "http://127.0.0.1:8050/", True)
HOLD = """
import sys, time
from pathlib import Path
from cluster import guard
import os
with guard.alone(Path(sys.argv[1])):
    guard.note(Path(sys.argv[1]), guard.Running(os.getpid(), "http://there/", True))
    time.sleep(60)
"""


def held_by_another(var: Path) -> subprocess.Popen[bytes]:
    """Another process that holds the clone."""
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(var)], cwd=Path(guard.__file__).parent.parent)
    deadline = time.monotonic() + 20
    while guard.read(var) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return other


def test_a_second_run_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    other = held_by_another(tmp_path)
    try:
        with pytest.raises(AlreadyRunning, match="already running at http://there/"), guard.alone(tmp_path):
            pass
        assert guard.is_held(tmp_path)
    finally:
        assert guard.end(tmp_path, 10)
        other.wait()
    assert not guard.is_held(tmp_path)


def test_the_note_of_a_killed_run_is_found_by_the_next_and_removed_by_a_clean_end(tmp_path: Path) -> None:
    other = held_by_another(tmp_path)
    other.send_signal(signal.SIGKILL)
    other.wait()
    with guard.alone(tmp_path) as before:
        assert before is not None
        assert before.url == "http://there/"
        assert before.owns_cluster
        guard.note(tmp_path, HERE)
    with guard.alone(tmp_path) as before:
        assert before is None


def test_a_taken_port_is_named_with_the_variable_that_changes_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ClusterError, match=f"127.0.0.1:{port}.*set DOOR_PORT"):
            guard.require_free("127.0.0.1", port, "DOOR_PORT")
    guard.require_free("127.0.0.1", port, "DOOR_PORT")


def test_an_impossible_port_is_refused_in_words() -> None:
    with pytest.raises(ClusterError, match="port must be 0-65535"):
        guard.require_free("127.0.0.1", 70000, "PORT")


@pytest.mark.parametrize("host", ["192.0.2.1", "999.1.1.1"])
def test_an_address_of_another_machine_is_no_matter_of_the_port(host: str) -> None:
    with pytest.raises(ClusterError, match="set HOST to an address of this machine"):
        guard.require_free(host, 8050, "PORT")


def test_two_programs_cannot_have_one_port() -> None:
    guard.require_apart({"PORT": 8050, "DOOR_PORT": 8051})
    with pytest.raises(ClusterError, match="PORT and MQTT_PORT are both 8050: set MQTT_PORT to another"):
        guard.require_apart({"PORT": 8050, "DOOR_PORT": 8051, "MQTT_PORT": 8050})
