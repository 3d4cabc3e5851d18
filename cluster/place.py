"""Where a private cluster lives, and as whom it runs.

PostgreSQL refuses to run as root, so root hands it to the `postgres` account; its folder must
then lie where that account may go, and its socket's path must fit into 107 bytes.
"""

import hashlib
import os
import pwd
import re
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cluster.errors import ClusterError

LONGEST_SOCKET = 107
SOCKET_FILE = ".s.PGSQL.5432"
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # what needs no quoting in PostgreSQL's options
ACCOUNT = "postgres"
ELSEWHERE = Path("/var/lib/tonglan")     # for clones that the account may not enter
CLONE_FILE = "clone"                     # there: whose folder it is


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """One cluster's folders, and the account that its server runs as."""

    home: Path
    socket: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "server.log"


def find(var: Path, name: str, account: str = ACCOUNT) -> Place:
    """Decide where the cluster `name` of this `var` lives, and make its folders; root hands it to the account.

    Raises: ClusterError when no folder will do.
    """
    try:
        var.mkdir(parents=True, exist_ok=True)
        wanted = var.resolve() / name
        owner = server_account(wanted, account)
        home = _home(wanted, owner)
        return Place(home, _socket(home, owner), owner)
    except OSError as error:
        raise ClusterError(f"{error.filename or var} cannot be used ({error.strerror}): run as the owner of {var}") from error


def server_account(home: Path, name: str = ACCOUNT) -> Account:
    """Who runs the server: oneself; for root the folder's owner, or else the account of this name.

    Raises: ClusterError when root finds no such account.
    """
    uid = os.geteuid()
    if uid == 0 and home.exists():
        uid = home.stat().st_uid
    try:
        entry = pwd.getpwuid(uid) if uid != 0 else pwd.getpwnam(name)
    except KeyError as error:
        server = "PostgreSQL" if name == ACCOUNT else name
        missing = f"user id {uid} has no name" if uid else f"{server} will not run as root, and no account is called {name}"
        raise ClusterError(f"{missing}: run as an ordinary user, or set DATABASE_URL") from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def run(account: Account, command: list[str], cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
    """Run a program as the account, from a folder that it may enter, out of reach of the terminal's Ctrl-C."""
    if os.geteuid() == account.uid:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, start_new_session=True)
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, start_new_session=True,
                          user=account.uid, group=account.gid, extra_groups=[])


def own(path: Path, account: Account) -> None:
    """Hand a file or folder to the account, and keep everyone else out."""
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700 if path.is_dir() else 0o600)


def _home(wanted: Path, account: Account) -> Path:
    """`wanted`, or what it points to, or a folder elsewhere that it is then made to point to."""
    if wanted.is_symlink() and not _ours(wanted):
        wanted.unlink()
    if not wanted.is_symlink():
        wanted.mkdir(exist_ok=True)
        own(wanted, account)
        if _may_use(wanted, account):
            return wanted
        if any(wanted.iterdir()):
            raise ClusterError(f"the account {account.name} can no longer reach {wanted}: open the folders above it (chmod o+x), "
                               "or delete it to load again")
        wanted.rmdir()
        wanted.symlink_to(_elsewhere(wanted, account))
    return wanted.resolve()


def _elsewhere(wanted: Path, account: Account) -> Path:
    """A new folder outside of the clone, which says whose it is."""
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix=f"{wanted.name}-", dir=ELSEWHERE))
    (home / CLONE_FILE).write_text(str(wanted))
    own(home, account)
    if not _may_use(home, account):
        raise ClusterError(f"neither {wanted} nor {home} can be entered by the account {account.name}: set DATABASE_URL")
    return home


def _ours(link: Path) -> bool:
    """Whether the folder behind the link was made for this clone, and not for one that this is a copy of."""
    try:
        return (link.resolve() / CLONE_FILE).read_text() == str(link)
    except OSError:
        return False


def _may_use(folder: Path, account: Account) -> bool:
    """Whether the account can enter the folder and write there."""
    return run(account, ["/bin/sh", "-c", 'test -x "$0" && test -w "$0"', str(folder)]).returncode == 0


def _socket(home: Path, account: Account) -> Path:
    """The folder of the server's socket: in its home, or a short one where that name would not do.

    Raises: ClusterError when somebody else sits at the short name.
    """
    inside = home / "socket"
    if len(os.fsencode(inside / SOCKET_FILE)) <= LONGEST_SOCKET and PLAIN.fullmatch(str(inside)):
        inside.mkdir(exist_ok=True)
        own(inside, account)
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    short = Path("/run" if os.geteuid() == 0 else "/tmp") / f"tonglan-{account.uid}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), account.uid):
        raise ClusterError(f"{short} belongs to somebody else: remove it, or set DATABASE_URL")
    own(short, account)
    return short
