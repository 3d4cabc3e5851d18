"""What lies in an archive: its tables, without the junk that systems leave there, by names as they were meant."""

import fnmatch
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from readers.content import FAULTS, Content, Folder, plain
from readers.limits import FREE_BYTES, MOST_MEMBERS, MOST_NESTED, MOST_RATIO, MOST_UNPACKED
from readers.table import Unreadable

JUNK = {"thumbs.db", "desktop.ini", "__macosx"}
# What belongs to a shapefile or explains the data; never a table of its own.
BESIDE = {".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".xml", ".pdf", ".doc", ".docx", ".md", ".htm",
          ".html", ".png", ".jpg", ".jpeg", ".tif", ".lyr", ".sld", ".qml", ".qmd", ".mxd", ".qgz", ".log", ".ini"}
PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
TEXT = ".txt"


def is_zip(head: bytes) -> bool:
    """Whether bytes that begin so are a zip archive; many a spreadsheet is one too."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def members(content: Content) -> dict[str, str]:
    """The files of an archive: the name as it was meant → as the directory spells it; junk left out.

    Raises: Unreadable for damaged, locked and absurd ones, and for names that lead out of the archive.
    """
    try:
        with zipfile.ZipFile(content.path) as archive:
            found = [one for one in archive.infolist() if not one.filename.endswith("/")]
    except FAULTS as error:
        raise Unreadable(content.name, plain(error)) from error
    if not all(one.filename for one in found):
        raise Unreadable(content.name, "is damaged: a file in it has no name")
    if len(found) > MOST_MEMBERS:
        raise Unreadable(content.name, f"holds {len(found):,} files; {MOST_MEMBERS:,} is the most")
    unpacked = sum(one.file_size for one in found)
    packed = content.path.stat().st_size
    if unpacked > MOST_UNPACKED or unpacked > FREE_BYTES + MOST_RATIO * packed:
        raise Unreadable(content.name, f"would unpack to {unpacked:,} bytes from {packed:,}; it is refused: no table does that")
    names = {meant(one): one for one in found}
    for name, one in names.items():
        if ".." in PurePosixPath(name).parts or name.startswith("/") or name[1:2] == ":":
            raise Unreadable(content.name, f"holds a file whose name leads out of the archive ({name!r}), so it is refused")
        if one.flag_bits & 1 and not is_junk(name):
            raise Unreadable(f"{content.name}/{name}", "is protected by a password; unpack it first")
    return {name: one.filename for name, one in names.items() if not is_junk(name)}


def meant(entry: zipfile.ZipInfo) -> str:
    """A member's name: archives made on a Chinese Windows hold GB18030 that is read as if it were code page 437."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename.replace("\\", "/")
    for encoding in ("utf-8", "gb18030"):
        try:
            return entry.filename.encode("cp437").decode(encoding).replace("\\", "/")
        except UnicodeError:
            continue
    return entry.filename.replace("\\", "/")


def is_junk(name: str) -> bool:
    """Whether a file was left by a system and not put there by a person."""
    return any(part.startswith((".", "~$")) or part.lower() in JUNK for part in PurePosixPath(name).parts)


def spreadsheet(names: dict[str, str]) -> bool:
    """Whether the archive is an Excel or OpenDocument workbook."""
    return ("[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)) or (
        "mimetype" in names and "content.xml" in names)


def tables(content: Content, chosen: str | None, depth: int = 0) -> Iterator[Content]:
    """The files with tables in them: those chosen, or all that are none of another's parts; archives in it opened too.

    Raises: Unreadable, also when nothing is left.
    """
    names = members(content)
    wanted = [name for name in names if is_meant(name, chosen)] if chosen else worth_reading(list(names))
    if not wanted:
        there = ", ".join(sorted(names)[:10]) or "nothing"
        raise Unreadable(content.name, f"holds no {chosen or 'table'}; there is: {there}")
    for name in sorted(wanted):
        yield from unfolded(Content(f"{content.name}/{name}", content.path, names[name], content.stamp, content.keeps), depth)


def is_meant(name: str, chosen: str) -> bool:
    """Whether a member is the one that is chosen, by its name, its last part, or a pattern."""
    return chosen in (name, PurePosixPath(name).name) or fnmatch.fnmatch(name, chosen)


def unfolded(content: Content, depth: int) -> Iterator[Content]:
    """A member itself, or the tables in it when it is an archive of tables."""
    if not is_zip(content.head(4)):
        yield content
        return
    if depth + 1 >= MOST_NESTED:
        raise Unreadable(content.name, f"is an archive in an archive, {MOST_NESTED} deep; unpack it first")
    copy = replace(content.on_disk(), name=content.name)
    if spreadsheet(members(copy)):
        yield copy
    else:
        yield from tables(copy, None, depth + 1)


def worth_reading(names: list[str]) -> list[str]:
    """Those that may be tables; plain text only when there is nothing better."""
    rest = [name for name in names if suffix(name) not in BESIDE]
    return [name for name in rest if suffix(name) != TEXT] or rest


def suffix(name: str) -> str:
    """The end of a name, in small letters."""
    return PurePosixPath(name).suffix.lower()


def shapefile(content: Content) -> Content:
    """A shapefile of an archive unpacked beside its other parts, under names of our own. Raises: Unreadable."""
    names = members(content)
    stem = next(name for name, spelled in names.items() if spelled == content.member)[:-4].lower()
    folder = Folder()
    for name, spelled in names.items():
        if name[:-4].lower() == stem and suffix(name) in PARTS:
            part = Content(f"{content.name[:-4]}{suffix(name)}", content.path, spelled)
            with part.stream() as stream, (folder.path / f"part{suffix(name)}").open("wb") as out:
                out.writelines(stream.chunks())
    return Content(content.name, folder.path / "part.shp", None, content.stamp, (folder,))
