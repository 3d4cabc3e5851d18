"""Find PostgreSQL's server programs, which Debian keeps out of PATH."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cluster.errors import ClusterError

OLDEST = 14
FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
NEEDED = ("initdb", "pg_ctl", "postgres", "pg_isready")


@dataclass(frozen=True)
class Programs:
    """One installed PostgreSQL server: its major version, its programs, whether PostGIS is beside it."""

    version: int
    folder: Path
    postgis: bool

    def path(self, name: str) -> str:
        """One program's full path."""
        return str(self.folder / name)


def installed() -> list[Programs]:
    """Every usable server on this machine; those with PostGIS first, then the newest."""
    folders = [Path(match) for pattern in FOLDERS for match in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = {folder: _inspect(folder) for folder in folders if all((folder / name).exists() for name in NEEDED)}
    usable = [programs for programs in found.values() if programs and programs.version >= OLDEST]
    return sorted(usable, key=lambda programs: (programs.postgis, programs.version), reverse=True)


def choose(data: Path) -> Programs:
    """The server for a data folder: the version that made it, else the best installed one.

    Raises: ClusterError when there is none.
    """
    candidates = installed()
    made_by = data_version(data)
    if made_by is not None:
        for programs in candidates:
            if programs.version == made_by:
                return programs
        raise ClusterError(
            f"{data} was made by PostgreSQL {made_by}, which is not installed: install it, or delete that folder to load again"
        )
    if not candidates:
        raise ClusterError(
            f"no PostgreSQL server of version {OLDEST} or newer found: install postgresql and its postgis package, "
            "or set DATABASE_URL to a running server"
        )
    return candidates[0]


def data_version(data: Path) -> int | None:
    """The major version that made a data folder; None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _inspect(folder: Path) -> Programs | None:
    """Ask the server for its version; None when it does not run."""
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, cwd="/", check=False)
    match = re.search(r"\s(\d+)[.\w]", answer.stdout)
    if answer.returncode != 0 or match is None:
        return None
    version = int(match.group(1))
    return Programs(version, folder, _has_postgis(folder, version))


def _has_postgis(folder: Path, version: int) -> bool:
    """Whether PostGIS' control file lies where this server would look for it."""
    shares = (Path(f"/usr/share/postgresql/{version}"), folder.parent / "share", folder.parent / "share/postgresql")
    return any((share / "extension/postgis.control").exists() for share in shares)
