"""A database that can be killed: a private cluster of its own that writes to disk."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cluster import place, private
from data_access import engine as engines
from schema.migration import migrate


@contextmanager
def own_folder() -> Iterator[Path]:
    """Lends a folder for a cluster, which is stopped at the end."""
    made = Path(tempfile.mkdtemp(prefix="tonglan-crash-", dir="/tmp"))
    made.chmod(0o755)
    before = os.environ.get("VAR")
    os.environ["VAR"] = str(made)
    yield made
    private.stop()
    os.environ.pop("VAR")
    if before is not None:
        os.environ["VAR"] = before
    shutil.rmtree(made)


def migrated() -> str:
    """Start the cluster in that folder, and make the tables. Returns: its URL."""
    url = private.start()
    fresh = engines.create(url, statement_timeout_ms=60_000)
    migrate(fresh)
    fresh.dispose()
    return url


def kill_database(var: Path) -> None:
    """Kill the cluster's server and all that it started, the writers first."""
    pid = int((place.find(var, "pg").data / "postmaster.pid").read_text().split()[0])
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    for each in (pid, *map(int, told.stdout.split())):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
