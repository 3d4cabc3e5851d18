"""One `run` at a time in a clone: who it is, and how to stop it."""

import errno
import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from cluster.errors import ClusterError

POLL_S = 0.1


@dataclass(frozen=True)
class Running:
    """What the note of a running `run` says."""

    pid: int
    url: str
    owns_cluster: bool


class AlreadyRunning(Exception):
    """Another `run` holds this clone; `where` is its URL."""

    def __init__(self, where: str) -> None:
        super().__init__(f"already running at {where}")
        self.where = where


@contextmanager
def alone(var: Path) -> Iterator[Running | None]:
    """Hold the clone.

    Yields: the note that a killed run left behind, if any; `note` replaces it, leaving removes it.
    Raises: AlreadyRunning; ClusterError when the folder cannot be written.
    """
    with _lock_file(var) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found = read(var)
            raise AlreadyRunning(found.url if found else "an address that it has not noted yet") from None
        try:
            yield read(var)
        finally:
            _note_file(var).unlink(missing_ok=True)


def note(var: Path, running: Running) -> None:
    """Write down who runs."""
    _note_file(var).write_text(json.dumps(asdict(running)))


def read(var: Path) -> Running | None:
    """The newest note; None when there is none."""
    try:
        return Running(**json.loads(_note_file(var).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def is_held(var: Path) -> bool:
    """Whether a `run` holds the clone right now."""
    with _lock_file(var) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def end(var: Path, seconds: float) -> bool:
    """Ask the running `run` to stop and wait; False when it is still there after so long."""
    found = read(var)
    if found is not None:
        os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while is_held(var):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def require_free(host: str, port: int, variable: str) -> None:
    """Pass when the address can be listened on. Raises: ClusterError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            elsewhere = isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL
            remedy = "set HOST to an address of this machine" if elsewhere else f"set {variable} to another"
            raise ClusterError(f"cannot listen on {host}:{port} ({why}): {remedy}") from error


def require_apart(ports: Mapping[str, int]) -> None:
    """Pass when no two variables name the same port. Raises: ClusterError."""
    first: dict[int, str] = {}
    for variable, port in ports.items():
        if port in first:
            raise ClusterError(f"{first[port]} and {variable} are both {port}: set {variable} to another")
        first[port] = variable


def _lock_file(var: Path) -> IO[str]:
    try:
        var.mkdir(parents=True, exist_ok=True)
        return (var / "run.lock").open("a")
    except OSError as error:
        raise ClusterError(f"{error.filename} cannot be written ({error.strerror}): run as the owner of {var}") from error


def _note_file(var: Path) -> Path:
    return var / "run.json"
