"""A message broker of our own beside the database: mosquitto, where each sender has a password and topics of its own.

Who may do what is written anew when it changes, and the broker told to read it. It keeps what a listener has not taken yet in
memory, and writes all of it to disk every second or two and when it stops: less often the more there is, so that the disk keeps
up. It can also write after every message, which costs it nearly all of its speed.
"""

import base64
import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cluster import place
from cluster.errors import ClusterError
from cluster.place import Place
from cluster.supervisor import die_with_parent

NAME = "mqtt"
CONFIGURATION = "mosquitto.conf"
ACCOUNT = "mosquitto"
PLAIN = re.compile(r"[A-Za-z0-9._@-]+")     # users whose names need no quoting
ROUNDS = 101
SALT_BYTES = 12
LOOK_S = 1.0
KEPT = "mosquitto.db"
BYTES_A_SECOND = 20 << 20   # of what is written again and again
SETTINGS = {
    "allow_anonymous": "false", "per_listener_settings": "false", "persistence": "true", "autosave_interval": "1",
    "max_inflight_messages": "0", "max_queued_messages": "0", "max_queued_bytes": "0", "memory_limit": str(1 << 30),
    "max_packet_size": str(9 << 20), "set_tcp_nodelay": "true", "sys_interval": "0", "connection_messages": "false",
    "log_dest": "stderr", "log_type": "error",
}


@dataclass(frozen=True)
class User:
    """Who may come: what opens the door to it, and the topics that it may read and write."""

    password: str = field(repr=False)
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()


Users = Mapping[str, User]


def serve(var: Path, host: str, port: int, users: Callable[[], Users], *, each: bool = False) -> int:
    """Run the broker until it ends, and let in whom `users` says, asked again every second. Returns: how it ended.

    With `each` it writes to disk after every message. Raises: ClusterError when there is none.
    """
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")
    if program is None:
        raise ClusterError("no mosquitto is installed: run `MQTT=1 make run` once as root, or install it (Debian: mosquitto)")
    here = place.find(var, NAME, ACCOUNT)
    known = users()
    admit(here, known)
    pause = pause_s(here)
    write(here, CONFIGURATION, configuration(here, host, port, pause, each=each))
    other = os.geteuid() != here.account.uid
    broker = subprocess.Popen(
        [program, "-c", CONFIGURATION], cwd=here.home, preexec_fn=die_with_parent, user=here.account.uid if other else None,
        group=here.account.gid if other else None, extra_groups=() if other else None)
    try:
        while (ended := broker.poll()) is None:
            time.sleep(LOOK_S)
            now, wanted = users(), pause_s(here)
            if (now, wanted) != (known, pause):
                known, pause = now, wanted
                admit(here, known)
                write(here, CONFIGURATION, configuration(here, host, port, pause, each=each))
                broker.send_signal(signal.SIGHUP)
        return ended
    finally:
        broker.terminate()
        broker.wait()


def pause_s(here: Place) -> int:
    """Seconds from one writing to the next, by how much there was to write."""
    try:
        return 1 + (here.home / KEPT).stat().st_size // BYTES_A_SECOND
    except FileNotFoundError:
        return 1


def configuration(here: Place, host: str, port: int, pause: int, *, each: bool = False) -> str:
    """What the broker is told: to write to disk after each message, or after a pause of seconds."""
    saving = {"autosave_on_changes": "true", "autosave_interval": "1"} if each else {"autosave_interval": str(pause)}
    files = {"persistence_location": f"{here.home}/", "password_file": here.home / "passwords", "acl_file": here.home / "topics"}
    said = {"listener": f"{port} {host}", **SETTINGS, **saving, **files}
    return "".join(f"{name} {value}\n" for name, value in said.items())


def admit(here: Place, users: Users) -> None:
    """Write down who may come and do what."""
    chosen = {name: user for name, user in users.items() if PLAIN.fullmatch(name)}
    write(here, "passwords", "".join(f"{name}:{hashed(user.password)}\n" for name, user in chosen.items()))
    write(here, "topics", "".join(rights(name, user) for name, user in chosen.items()))


def rights(name: str, user: User) -> str:
    """What one may do."""
    lines = [f"user {name}", *(f"topic read {one}" for one in user.reads), *(f"topic write {one}" for one in user.writes)]
    return "\n".join(lines) + "\n\n"


def hashed(password: str) -> str:
    """A password as mosquitto keeps it."""
    salt = secrets.token_bytes(SALT_BYTES)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


def write(here: Place, name: str, content: str) -> None:
    """Replace a file of the broker's, for its account alone."""
    draft = here.home / f"{name}.new"
    draft.unlink(missing_ok=True)
    draft.touch(0o600)
    place.own(draft, here.account)
    draft.write_text(content, encoding="utf-8")
    draft.replace(here.home / name)
