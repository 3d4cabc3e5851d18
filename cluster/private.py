"""A private PostgreSQL cluster on a Unix socket: start it, stop it, lend it.

Only its own account and root can reach the socket's folder, and the server asks the kernel
who is calling (peer authentication), so there is no password to keep and no port to guard.
"""

import fcntl
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from cluster import place, tuning
from cluster.errors import ClusterError
from cluster.place import Place
from cluster.programs import choose
from settings import Settings

ROLE = "tonglan"
DATABASE = "tonglan"
MAP = "tonglan"
START_SECONDS = 60
ATTEMPTS = 4
PROC = Path("/proc")


def start(name: str = "pg") -> str:
    """Start the cluster (make it first, if there is none) and return its URL.

    Nothing happens when it runs already. Raises: ClusterError.
    """
    with _lock(name):
        here = place.find(_var(), name)
        _start(here, disposable=False)
    return url(here)


def stop(name: str = "pg", seconds: int = START_SECONDS) -> bool:
    """Stop the cluster; False when it is still writing to disk after so many seconds (0: only ask).

    Nothing happens when it does not run. Raises: ClusterError.
    """
    with _lock(name):
        here = place.find(_var(), name)
        _forget_dead_server(here)
        return not _pid_file(here).exists() or _stop(here, seconds)


def status(name: str = "pg") -> str | None:
    """The URL of the running cluster; None when it does not run."""
    here = place.find(_var(), name)
    return url(here) if answers(here) else None


def crashed(name: str = "pg") -> bool:
    """Whether the server died without being told to stop."""
    here = place.find(_var(), name)
    return _pid_file(here).exists() and not _alive(here) and not answers(here)


@contextmanager
def running(name: str) -> Iterator[str]:
    """Lend the URL of an empty, disposable cluster; the last borrower's return stops it."""
    with _open(name, "users") as users:
        with _lock(name):
            here = place.find(_var(), name)
            if not answers(here):
                shutil.rmtree(here.data, ignore_errors=True)
            _start(here, disposable=True)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield url(here, "postgres")
        finally:
            with _lock(name):
                if _is_last(users):
                    _stop(here, START_SECONDS)


def url(here: Place, database: str = DATABASE) -> str:
    """What SQLAlchemy calls the cluster; libpq does too, without the driver's name."""
    return f"postgresql+psycopg2://{ROLE}@/{database}?host={quote(str(here.socket), safe='/')}"


def answers(here: Place) -> bool:
    """Whether a server accepts connections on the cluster's socket."""
    if not (here.socket / place.SOCKET_FILE).exists():
        return False
    return _isready(here) == 0


def _start(here: Place, *, disposable: bool) -> None:
    if answers(here):
        return
    programs = choose(here.data)
    if not here.data.exists():
        _make(here, programs.path("initdb"), disposable=disposable)
    _write_map(here)
    settings = tuning.options(here.socket, here.data, disposable=disposable)
    options = " ".join(f"-c {key}='{value}'" for key, value in settings.items())
    # Relative names: pg_ctl hands its own to a shell, which a folder called "$HOME" would upset.
    command = [programs.path("pg_ctl"), "start", "-w", "-t", str(START_SECONDS), "-D", "data", "-l", "server.log", "-o", options]
    for attempt in range(ATTEMPTS):
        _forget_dead_server(here)
        if _comes_up(here):
            return
        if place.run(here.account, command, here.home).returncode == 0:
            break
        time.sleep(attempt)  # children of a killed server need a moment to let go of its memory
    else:
        raise ClusterError(f"the private PostgreSQL does not start: {_last_words(here.log)} (all of it in {here.log})")
    _make_database(here, programs.path("createdb"))


def _stop(here: Place, seconds: int) -> bool:
    wait = ["-w", "-t", str(seconds)] if seconds else ["-W"]
    command = [choose(here.data).path("pg_ctl"), "stop", "-m", "fast", *wait, "-D", "data"]
    return place.run(here.account, command, here.home).returncode == 0 and not _pid_file(here).exists()


def _make(here: Place, initdb: str, *, disposable: bool) -> None:
    """Make the data folder beside its final name, so that an interrupted attempt leaves nothing behind."""
    shutil.rmtree(here.home / "new", ignore_errors=True)
    command = [initdb, "-D", "new", "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer", "--no-instructions"]
    done = place.run(here.account, command + (["--no-sync"] if disposable else []), here.home)
    if done.returncode != 0:
        raise ClusterError(f"{here.home} cannot take a database: {done.stderr.strip().splitlines()[-1]}")
    (here.home / "new/pg_hba.conf").write_text(f"local all all peer map={MAP}\n")
    (here.home / "new").rename(here.data)


def _write_map(here: Place) -> None:
    """Say which users of this machine are the role: the server's own, root, and whoever runs this."""
    names = sorted({here.account.name, pwd.getpwuid(0).pw_name, pwd.getpwuid(os.geteuid()).pw_name})
    (here.data / "pg_ident.conf").write_text("".join(f'{MAP} "{name}" {ROLE}\n' for name in names))


def _make_database(here: Place, createdb: str) -> None:
    done = place.run(here.account, [createdb, "-h", str(here.socket), "-U", ROLE, "-w", DATABASE])
    if done.returncode != 0 and "already exists" not in done.stderr:
        raise ClusterError(f"the private PostgreSQL refuses: {done.stderr.strip()}")


def _comes_up(here: Place) -> bool:
    """Wait for a server that is still starting or stopping; whether it answers in the end."""
    deadline = time.monotonic() + START_SECONDS
    while _pid_file(here).exists() and time.monotonic() < deadline:
        if answers(here):
            return True
        _forget_dead_server(here)
        time.sleep(0.2)
    return False


def _forget_dead_server(here: Place) -> None:
    """Remove what a killed server leaves: its number may be another program's by now."""
    if not _alive(here):
        _pid_file(here).unlink(missing_ok=True)
        (here.socket / f"{place.SOCKET_FILE}.lock").unlink(missing_ok=True)


def _pid_file(here: Place) -> Path:
    return here.data / "postmaster.pid"


def _alive(here: Place) -> bool:
    """Whether the process of the pid file is a server of this data folder: it then sits in there."""
    try:
        pid = int(_pid_file(here).read_text().splitlines()[0])
        if PROC.is_dir():
            return (PROC / str(pid) / "cwd").resolve(strict=True) == here.data.resolve()
        os.kill(pid, 0)
    except PermissionError:
        return not PROC.is_dir()  # somebody else's process: on Linux a sure sign that it is not ours
    except (OSError, ValueError, IndexError):
        return False
    return True


def _isready(here: Place) -> int:
    """0 accepts, 1 starts or stops, 2 silent."""
    return place.run(here.account, [choose(here.data).path("pg_isready"), "-q", "-h", str(here.socket), "-U", ROLE]).returncode


def _last_words(log: Path) -> str:
    """The newest complaint in the server's log."""
    lines = log.read_text(errors="replace").splitlines()[-30:] if log.exists() else []
    complaints = [line for line in lines if "FATAL" in line or "PANIC" in line or "ERROR" in line]
    return (complaints or lines or ["it said nothing"])[-1]


def _is_last(users: IO[str]) -> bool:
    """Give back a shared lock; True when nobody else holds one."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(users, fcntl.LOCK_UN)
        return False
    return True


@contextmanager
def _lock(name: str) -> Iterator[None]:
    """One process at a time starts or stops the cluster."""
    with _open(name, "lock") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _open(name: str, kind: str) -> IO[str]:
    """A file to lock on. Raises: ClusterError when this is somebody else's clone."""
    try:
        _var().mkdir(parents=True, exist_ok=True)
        return (_var() / f"{name}.{kind}").open("a")
    except OSError as error:
        raise ClusterError(f"{error.filename} cannot be written ({error.strerror}): run as the owner of {_var()}") from error


def _var() -> Path:
    return Settings().var
