"""What a file of unknown make is: one guess for each table in it, with what tells so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readers import formats, layers, workbook
from readers.archive import BESIDE
from readers.cityjson import Buildings
from readers.content import Content, Folder, file
from readers.delimited import Delimited
from readers.json_tables import Objects
from readers.opening import parts, tables
from readers.parquet import Parquet
from readers.spec import Read
from readers.table import Table, Unreadable
from readers.xml_rows import Elements

COMMA = re.compile(r"^\s*[-+]?\d{1,3}(?:[. ]?\d{3})*,\d+\s*$|^\s*[-+]?\d+,\d+\s*$")
POINT = re.compile(r"^\s*[-+]?\d+\.\d+\s*$")
SAMPLE = 500        # rows


@dataclass(frozen=True)
class Guess:
    """One table: how to read it (`path` is the file's name alone), its columns, and why it is taken for that."""

    read: Read
    name: str
    columns: list[str]
    reasons: tuple[str, ...]
    crs: str | None = None


def guess(content: Path | bytes, name: str = "") -> list[Guess]:
    """Every table in a file: sheets, layers, members of an archive; those that cannot be read are told among the reasons.

    Raises: Unreadable when nothing in it can be read.
    """
    whole = _content(content, name)
    found: list[Guess] = []
    faults: list[Unreadable] = []
    for part in _parts(whole, faults):
        try:
            found += _guesses(part, _said(whole, part))
        except Unreadable as fault:
            faults.append(fault)
    if not found:
        raise faults[0] if faults else Unreadable(whole.name, "holds no table")
    left = tuple(f"left out: {fault}" for fault in faults)
    return [Guess(one.read, one.name, one.columns, one.reasons + left, one.crs) for one in found]


def _content(content: Path | bytes, name: str) -> Content:
    """The file. Raises: Unreadable."""
    if isinstance(content, Path):
        if content.suffix.lower() in BESIDE - {".xml"}:
            raise Unreadable(name or content.name, "belongs to another file or explains one; it is no table")
        return file(content, name or content.name)
    folder = Folder()
    path = folder.path / "content"
    path.write_bytes(content)
    return Content(name or "content", path, None, "", (folder,))


def _parts(whole: Content, faults: list[Unreadable]) -> Iterator[Content]:
    """The files in it. Those of a broken archive up to where it breaks."""
    try:
        yield from parts(whole, Read(path=whole.name))
    except Unreadable as fault:
        faults.append(fault)


def _said(whole: Content, part: Content) -> dict[str, Any]:
    """What a pack must say to come to this part."""
    inside = part.name[len(whole.name) + 1:]
    if not inside:
        return {"path": whole.name}
    member, nested, _ = inside.partition(".zip/")
    return {"path": whole.name, "member": f"{member}.zip" if nested else member}


def _guesses(part: Content, said: dict[str, Any]) -> list[Guess]:
    """The tables of one part. Raises: Unreadable."""
    kind, why = formats.format_of(part)
    base = Read(**said, format=kind)
    reasons = (f"{kind}: {why}",)
    if kind == "csv":
        return [_delimited(Delimited(part, base), reasons)]
    if kind == "excel":
        sheets = [sheet for sheet in workbook.workbook(part, base) if not workbook.empty(sheet)]
        if not sheets:
            raise Unreadable(part.name, "holds no table: every sheet is empty")
        return [_sheet(sheet, reasons) for sheet in sheets]
    if kind in layers.KINDS:
        return [_layer(layer, reasons) for layer in layers.all_layers(part, base, kind)]
    (table,) = tables(part, base)
    return [_other(table, base, reasons)]


def _delimited(table: Delimited, reasons: tuple[str, ...]) -> Guess:
    """A text, with everything that was told from it written down."""
    dialect = table.dialect
    comma = decimal_comma(table)
    said = {"encoding": dialect.encoding, "separator": dialect.marks.separator, **({"decimal": ","} if comma else {}),
            **_headed(dialect.skip, dialect.header, dialect.columns)}
    why = ("numbers have decimal commas",) if comma else ()
    return Guess(table.read.model_copy(update=said), table.name, dialect.columns, (*reasons, *dialect.reasons, *why))


def _headed(skip: int, header: int, columns: list[str]) -> dict[str, Any]:
    """What a pack must say of a header that is not simply the first row."""
    named = {"header": header} if header != 1 else {}
    return {**({"skip": skip} if skip else {}), **named, **({"columns": columns} if not header else {})}


def decimal_comma(table: Delimited) -> bool:
    """Whether numbers are written with a comma: some are, and none with a point."""
    first = next(table.frames(SAMPLE), None)
    if first is None:
        return False
    cells = [cell for name in first.rows.columns for cell in first.rows[name].head(SAMPLE) if isinstance(cell, str)]
    return any(COMMA.match(cell) for cell in cells) and not any(POINT.match(cell) for cell in cells)


def _sheet(sheet: workbook.Sheet, reasons: tuple[str, ...]) -> Guess:
    """A sheet of a workbook."""
    header = sheet.header
    said = {"sheet": sheet.sheet, **_headed(header.skip, header.rows, header.columns)}
    return Guess(sheet.read.model_copy(update=said), sheet.name, header.columns, (*reasons, *header.reasons))


def _layer(layer: layers.Layer, reasons: tuple[str, ...]) -> Guess:
    """A layer of shapes."""
    projection = f"the file says {layer.crs}" if layer.crs else "the file does not say which projection"
    texts = (f"texts are {layer.encoding}",) if layer.encoding else ()
    said = {"layer": layer.layer} if layer.several else {}
    return Guess(layer.read.model_copy(update=said), layer.name, layer.columns, (*reasons, projection, *texts), layer.crs)


def _other(table: Table, read: Read, reasons: tuple[str, ...]) -> Guess:
    """JSON, XML, Parquet, CityJSON."""
    said: dict[str, Any] = {}
    if isinstance(table, Objects) and not table.lines:
        reasons = (*reasons, table.place.reason)
        said = {"records": table.place.path} if table.place.path and not table.features else {}
    elif isinstance(table, Elements):
        reasons = (*reasons, f"each <{table.path[-1]}> is a row")
        said = {"records": ".".join(table.path)}
    elif isinstance(table, Parquet | Buildings):
        reasons = (*reasons, f"{table.total:,} rows" if table.total is not None else "buildings with footprint and height")
    return Guess(read.model_copy(update=said), table.name, table.columns, reasons, table.crs)
