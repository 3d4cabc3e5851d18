"""The briefings that are kept: a folder a plan, in it a folder an edition with its files and what is known of them.

A file is written beside its place and moved there when it is whole, then the edition says that it is there: nobody ever finds
half a file. One process at a time writes; any may read.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from indicators.editions import Copy, Edition

log = logging.getLogger(__name__)

INDEX = "edition.json"
BESIDE = ".part"
WRITTEN = TypeAdapter(Edition)
Stamp = tuple[int, int]


class Shelf:
    """One city's kept briefings; the folder is made when there is something to keep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[Stamp, Edition]] = {}

    def editions(self) -> tuple[Edition, ...]:
        """All that are kept, the newest first. What cannot be read is told in the log and left out."""
        found = [edition for index in self.folder.glob(f"*/*/{INDEX}") if (edition := self._read(index)) is not None]
        return tuple(sorted(found, key=lambda one: (one.last, one.first, one.plan), reverse=True))

    def edition(self, plan: str, first: date) -> Edition | None:
        """One edition of a plan; None where there is none."""
        return next((one for one in self.editions() if (one.plan, one.first) == (plan, first)), None)

    def path(self, edition: Edition, copy: Copy) -> Path:
        """Where a copy is, or would be."""
        return self._place(edition) / copy.file

    def put(self, edition: Edition, copy: Copy, pieces: Iterable[bytes]) -> Edition:
        """Write a copy's file whole. Returns: the edition with it. Raises: OSError, and whatever the pieces raise."""
        path = self.path(edition, copy)
        written(path, pieces)
        return self.note(edition, Copy(copy.region, copy.language, copy.form, copy.at, path.stat().st_size, None, copy.tries))

    def note(self, edition: Edition, copy: Copy) -> Edition:
        """Write down what became of a copy. Returns: the edition with it. Raises: OSError."""
        changed = edition.having(copy)
        written(self._place(edition) / INDEX, [WRITTEN.dump_json(changed, indent=1)])
        return changed

    def keep(self, plan: str, most: int) -> None:
        """Let the oldest editions of a plan go, and what a process that died left half written."""
        for old in [one for one in self.editions() if one.plan == plan][most:]:
            place = self._place(old)
            with suppress(FileNotFoundError):
                (place / INDEX).unlink()      # first, so that nobody is led to a file that is going
            shutil.rmtree(place, ignore_errors=True)
        for half in (self.folder / plan).glob(f"*/*{BESIDE}"):
            half.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Say whether nobody else writes; if so, nobody else does meanwhile. Raises: OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _place(self, edition: Edition) -> Path:
        return self.folder / edition.plan / edition.first.isoformat()

    def _read(self, index: Path) -> Edition | None:
        """An edition; read anew only where its file has changed."""
        try:
            there = index.stat()
            stamp = there.st_mtime_ns, there.st_size
            known = self._known.get(index)
            if known is None or known[0] != stamp:
                known = self._known[index] = stamp, WRITTEN.validate_json(index.read_bytes())
        except FileNotFoundError:
            self._known.pop(index, None)
            return None
        except (OSError, ValidationError) as error:
            log.warning("%s cannot be read: %s", index, str(error).splitlines()[0])
            return None
        return known[1]


def written(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file whole or not at all. Raises: OSError, and whatever the pieces raise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + BESIDE)
    try:
        with beside.open("wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
