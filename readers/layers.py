"""Shapefiles, GeoPackages, FlatGeobuf, TopoJSON and KML: each layer a table, features numbered from 1 as they come."""

import codecs
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from readers import arrow, markup
from readers.archive import PARTS, shapefile
from readers.base import Filed
from readers.content import Content, Folder
from readers.crs import named
from readers.encoding import FOREIGN, FOREIGN_BYTES, KEPT, known, visible
from readers.encoding import encoding as told
from readers.headers import unique
from readers.objects import GEOMETRY, written
from readers.spec import Format, Read
from readers.table import Frame, Spoilt, Unreadable, alike

TOGETHER = 5_000
HEAD = 1 << 16
BYTES = "ISO-8859-1"        # gives every byte as a character of its own, so that we decode them ourselves
FAULTS = (DataSourceError, DataLayerError, FieldError, GeometryError, pa.ArrowException, OSError, RuntimeError, ValueError)
DRAWING = {"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}   # of KML: how, not what
KINDS = ("geopackage", "flatgeobuf", "topojson", "kml", "shapefile")
ENDINGS: dict[str, str] = {"geopackage": ".gpkg", "flatgeobuf": ".fgb", "topojson": ".json", "shapefile": ".shp"}

# What the library only remarks on is no fault of the file's that a user could mend.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"pyogrio\.")


@dataclass(frozen=True)
class Layer(Filed):
    """One layer of a file of shapes."""

    kind: Format
    layer: str
    several: bool
    aliases: dict[str, str] = field(default_factory=dict)     # what fields of KML stand for

    @property
    def name(self) -> str:
        """The file's name, and the layer's when there are several."""
        return f"{self.content.name} · {self.layer}" if self.several else self.content.name

    @cached_property
    def _about(self) -> dict[str, Any]:
        """What the library says of the layer. Raises: Unreadable."""
        with self._faults():
            return dict(pyogrio.read_info(self.content.path, layer=self.layer, **self._options))

    @property
    def _options(self) -> dict[str, Any]:
        return {"encoding": BYTES} if self.kind == "shapefile" else {}

    @property
    def total(self) -> int | None:
        """The features, when the file says."""
        found = int(self._about["features"])
        return found if found >= 0 else None

    @property
    def crs(self) -> str | None:
        """The projection that the file names."""
        return named(self._about["crs"]) or ("EPSG:4326" if self.kind == "topojson" else None)

    @cached_property
    def encoding(self) -> str | None:
        """In which encoding a shapefile's texts are: as said, as its .cpg says, or guessed. Raises: Unreadable."""
        if self.kind != "shapefile":
            return None
        return known(self.read.encoding or declared(self.content.path) or _guessed(self.content.path), self.name)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Field → column; what KML says about drawing is left out."""
        fields = [str(name) for name in self._about["fields"] if not (self.kind == "kml" and name in DRAWING)]
        meant = [self.aliases.get(name) or _decoded(name, self.encoding) for name in fields]
        return dict(zip(fields, unique(meant), strict=True))

    @property
    def columns(self) -> list[str]:
        """The columns' names. Raises: Unreadable."""
        return [*self._names.values(), *([GEOMETRY] if self._about["geometry_type"] else [])]

    def _pieces(self) -> Iterator[Frame]:
        at = 1
        with self._faults(), pyogrio.open_arrow(self.content.path, layer=self.layer, batch_size=TOGETHER, use_pyarrow=True,
                                                **self._options) as (about, batches):
            shape = (about["geometry_name"] or "wkb_geometry") if self._about["geometry_type"] else None
            for batch in batches:
                kept = [*self._names, *([shape] if shape else [])]
                found = arrow.piece(batch.select(kept), at, shape)
                yield self._readable(Frame(found.rows.rename(columns=self._names), found.unreadable))
                at += batch.num_rows

    def _readable(self, piece: Frame) -> Frame:
        """A shapefile's texts in their encoding; features with bytes that are not of it are spoilt."""
        if self.encoding is None:
            return piece
        rows = piece.rows
        texts = {name: [_decoded(cell, self.encoding) for cell in rows[name]]
                 for name in rows.columns if rows[name].dtype == object and name != GEOMETRY}
        rows = rows.assign(**{name: pd.Series(cells, rows.index, dtype=object) for name, cells in texts.items()})
        foreign = np.zeros(len(rows), bool)
        for cells in texts.values():
            foreign |= np.fromiter((isinstance(cell, str) and bool(FOREIGN.search(cell)) for cell in cells), bool, len(rows))
        spoilt = {int(number): Spoilt(visible(written({**row, GEOMETRY: str(row.get(GEOMETRY))})), FOREIGN_BYTES)
                  for number, row in rows[foreign].to_dict("index").items()}
        return Frame(rows[~foreign], piece.unreadable | spoilt)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except Unreadable:
            raise
        except FAULTS as error:
            raise Unreadable(self.name, f"is damaged or no {self.kind}: {error}") from error


def layers(content: Content, read: Read, kind: Format) -> list[Layer]:
    """The layers that are asked for, or all of them, which then must have the same columns. Raises: Unreadable."""
    every = all_layers(content, read, kind)
    if read.layer is not None:
        wanted = [read.layer] if isinstance(read.layer, str) else read.layer
        there = {one.layer: one for one in every}
        if missing := [name for name in wanted if name not in there]:
            raise Unreadable(content.name, f"has no layer {missing[0]!r}, only {', '.join(there)}")
        return [there[name] for name in wanted]
    alike(content.name, "layer", {one.layer: one.columns for one in every})
    return every


def all_layers(content: Content, read: Read, kind: Format) -> list[Layer]:
    """Every layer of a file. Raises: Unreadable."""
    local, aliases = prepared(content, kind)
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(local.path)]
    except FAULTS as error:
        raise Unreadable(content.name, f"is damaged or no {kind}: {error}") from error
    if not names:
        raise Unreadable(content.name, "is damaged or holds no layer")
    return [Layer(local, read, kind, name, len(names) > 1, aliases) for name in names]


def prepared(content: Content, kind: Format) -> tuple[Content, dict[str, str]]:
    """The file on disk with all of its parts, and what names in it stand for. Raises: Unreadable."""
    if kind == "kml":
        markup.harmless(content, r"<(?:\w+:)?kml\b")
        return markup.renamed(content)
    if kind != "shapefile":
        return _with_ending(content.on_disk(), kind), {}
    return _indexed(shapefile(content) if content.member is not None else content), {}


def _with_ending(content: Content, kind: Format) -> Content:
    """A copy of ours under the ending by which the library knows its kind; a file of the user's stays as it is."""
    if content.path.suffix:
        return content
    return replace(content, path=content.path.rename(content.path.with_suffix(ENDINGS[kind])))


def _indexed(content: Content) -> Content:
    """A shapefile that has its index: the library writes a missing one, which it must not beside the user's file."""
    siblings = {one.suffix.lower(): one for one in content.path.parent.iterdir() if one.stem == content.path.stem}
    if ".shx" in siblings:
        return content
    folder = Folder()
    for suffix in PARTS & set(siblings):
        shutil.copyfile(siblings[suffix], folder.path / f"part{suffix}")
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    return Content(content.name, folder.path / "part.shp", None, content.stamp, (folder,))


def declared(shape: Path) -> str | None:
    """The encoding that a shapefile's .cpg names, as Python calls it."""
    found = next((one for one in shape.parent.iterdir() if one.stem == shape.stem and one.suffix.lower() == ".cpg"), None)
    if found is None:
        return None
    said = found.read_text("ascii", "ignore").strip().lower().removeprefix("ansi ").removeprefix("ansi_").removeprefix("oem ")
    name = {"65001": "utf-8", "936": "gb18030", "950": "big5", "932": "cp932", "949": "cp949"}.get(said, said)
    for candidate in (name, f"cp{name}"):
        try:
            return codecs.lookup(candidate).name
        except LookupError:
            continue
    return None


def _guessed(shape: Path) -> str:
    """The encoding of a shapefile's texts, told from the beginning of its table."""
    table = next((one for one in shape.parent.iterdir() if one.stem == shape.stem and one.suffix.lower() == ".dbf"), None)
    if table is None:
        return "utf-8"
    with table.open("rb") as file:
        head = file.read(HEAD)
    texts = re.sub(rb"[\x00-\x1f]+| {2,}", b"\n", head[32:])
    return told(texts).name


def _decoded(cell: Any, encoding: str | None) -> Any:
    """A text that came as bytes in disguise."""
    return cell.encode("latin-1").decode(encoding, KEPT) if encoding and isinstance(cell, str) else cell
