"""The door of the room: whatever a pack says, as tables."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from readers import archive, layers, workbook
from readers.channel_codes import Coded
from readers.cityjson import Buildings
from readers.content import Content
from readers.database import Selection
from readers.delimited import Delimited
from readers.files import files
from readers.formats import format_of
from readers.gb28181 import Catalogue
from readers.json_tables import Objects
from readers.paging import Pages
from readers.parquet import Parquet
from readers.spec import Format, Read
from readers.table import Table, Unreadable
from readers.web import Client, secret
from readers.xml_rows import Elements

READERS: dict[Format, Callable[[Content, Read], list[Table]]] = {
    "csv": lambda content, read: [Delimited(content, read)],
    "excel": lambda content, read: [*workbook.sheets(content, read)],
    "json": lambda content, read: [Objects(content, read)],
    "geojson": lambda content, read: [Objects(content, read, features=True)],
    "jsonl": lambda content, read: [Objects(content, read, lines=True)],
    "parquet": lambda content, read: [Parquet(content, read)],
    "shapefile": lambda content, read: [*layers.layers(content, read, "shapefile")],
    "geopackage": lambda content, read: [*layers.layers(content, read, "geopackage")],
    "flatgeobuf": lambda content, read: [*layers.layers(content, read, "flatgeobuf")],
    "topojson": lambda content, read: [*layers.layers(content, read, "topojson")],
    "cityjson": lambda content, read: [Buildings(content, read)],
    "kml": lambda content, read: [*layers.layers(content, read, "kml")],
    "xml": lambda content, read: [Elements(content, read)],
    "gb28181": lambda content, read: [Catalogue(content, read)],
}


def open_tables(read: Read, folder: Path, since: datetime | None = None) -> Iterator[Table]:
    """The tables that a pack in this folder means, each opened when it is its turn.

    `since` asks addresses and databases for what has changed, where the pack says how; files are given whole.
    Raises: Unreadable, which says what, where, and what was expected.
    """
    for table in opened(read, folder, since):
        yield table if read.channel_code is None or isinstance(table, Catalogue) else Coded(table, read.channel_code)


def opened(read: Read, folder: Path, since: datetime | None) -> Iterator[Table]:
    """The tables as they are. Raises: Unreadable."""
    now = datetime.now(UTC)
    if read.database is not None:
        yield Selection(read, since, now, folder)
    elif read.url is not None and read.paging is not None:
        yield Pages(read, since, now, read.paging)
    else:
        for content in [downloaded(read)] if read.url is not None else files(read, folder):
            for part in parts(content, read):
                yield from tables(part, read)


def downloaded(read: Read) -> Content:
    """The file at an address. Raises: Unreadable."""
    client = Client(read)
    try:
        return client.download(read.url or "", {key: secret(value, read.name) for key, value in read.parameters.items()})
    finally:
        client.close()


def parts(content: Content, read: Read) -> Iterator[Content]:
    """A file, or the tables in it when it is an archive of such."""
    if not archive.is_zip(content.head(4)):
        if read.member is not None:
            raise Unreadable(content.name, f"is no archive, so it has no member {read.member!r}")
        yield content
        return
    local = content.on_disk()
    if archive.spreadsheet(archive.members(local)):
        yield local
    else:
        yield from archive.tables(local, read.member)


def tables(content: Content, read: Read) -> list[Table]:
    """The tables of one file. Raises: Unreadable."""
    kind = read.format or format_of(content)[0]
    return READERS[kind](content, read)
