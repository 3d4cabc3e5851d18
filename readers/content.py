"""The bytes of one file wherever they lie: on disk, packed, in an archive, fetched."""

import bz2
import gzip
import lzma
import shutil
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from readers.limits import FREE_BYTES, MOST_RATIO, MOST_UNPACKED
from readers.table import Unreadable

PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError,
          struct.error)
CHUNK = 1 << 20


class Counted:
    """A stream that refuses to unpack to more than can be meant."""

    def __init__(self, stream: IO[bytes], name: str, packed: int) -> None:
        self.stream, self.name, self.packed, self.read_so_far = stream, name, packed, 0

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many, none at the end. Raises: Unreadable."""
        try:
            found = self.stream.read(size)
        except FAULTS as error:
            raise Unreadable(self.name, f"is damaged or cut off after {self.read_so_far:,} bytes: {error}") from error
        self.read_so_far += len(found)
        if self.read_so_far > MOST_UNPACKED or self.read_so_far > FREE_BYTES + MOST_RATIO * self.packed:
            raise Unreadable(self.name, f"unpacks to more than {self.read_so_far:,} bytes from {self.packed:,}; "
                                        "no table does that, so it is refused")
        return found

    def chunks(self) -> Iterator[bytes]:
        """All that is left, piece by piece. Raises: Unreadable."""
        while chunk := self.read(CHUNK):
            yield chunk


@dataclass(frozen=True)
class Content:
    """One file: a path on disk, and the member of it when it is an archive; `name` is for people."""

    name: str
    path: Path
    member: str | None = None           # as the archive's directory spells it
    stamp: str = ""
    keeps: tuple[object, ...] = field(default=(), repr=False, compare=False)    # what must outlive it

    @contextmanager
    def stream(self) -> Iterator[Counted]:
        """Its bytes, unpacked where packed. Raises: Unreadable."""
        with ExitStack() as open_files:
            try:
                opened = self._open(open_files)
            except FAULTS as error:
                raise Unreadable(self.name, plain(error)) from error
            yield opened

    def _open(self, open_files: ExitStack) -> Counted:
        if self.member is None:
            raw: IO[bytes] = open_files.enter_context(self.path.open("rb"))
            size = self.path.stat().st_size
        else:
            archive = open_files.enter_context(zipfile.ZipFile(self.path))
            raw, size = open_files.enter_context(archive.open(self.member)), archive.getinfo(self.member).compress_size
        packed = packing(raw.read(6))
        raw.seek(0)
        opener = OPENERS.get(packed or "")
        return Counted(open_files.enter_context(opener(raw)) if opener else raw, self.name, max(1, size))

    def head(self, size: int) -> bytes:
        """Its first bytes. Raises: Unreadable."""
        with self.stream() as stream:
            return stream.read(size)

    def on_disk(self) -> "Content":
        """The same as a plain file, for libraries that must seek; a copy is deleted when nobody holds it any more."""
        if self.member is None and not packing(_start(self.path)):
            return self
        folder = Folder()
        target = folder.path / "content"
        with self.stream() as stream, target.open("wb") as out:
            out.writelines(stream.chunks())
        return Content(self.name, target, None, self.stamp, (folder,))


class Folder:
    """A folder of its own that goes when nobody holds it any more."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="tonglan-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def file(path: Path, name: str) -> Content:
    """A file on disk, stamped with its size and time. Raises: Unreadable."""
    try:
        found = path.stat()
    except OSError as error:
        raise Unreadable(name, plain(error)) from error
    return Content(name, path, None, f"{found.st_size}-{found.st_mtime_ns}")


def packing(start: bytes) -> str | None:
    """How bytes that begin so are packed."""
    return next((kind for magic, kind in PACKED.items() if start.startswith(magic)), None)


def plain(error: BaseException) -> str:
    """What a failure to open or unpack means to a person."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "may not be read by this user"
    if "password required" in str(error) or "encrypted" in str(error):
        return "is protected by a password; unpack it first"
    return f"is damaged or not what it seems: {error}"


def _start(path: Path) -> bytes:
    with path.open("rb") as raw:
        return raw.read(6)
