"""The regions of a city: where their codes, names and shapes are."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ingest.pack.parts import Key, Part
from readers.spec import Read

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Filled = Annotated[str, Field(min_length=1)]

# Of a pattern: {column}, or {column:0>3} for zeros before what stands there.
HOLE = re.compile(r"\{(?P<name>[^{}:]+)(?::(?P<format>[^{}]*))?\}")


class LevelColumn(Part):
    """A column that says each row's level: by the level's key, by its number (the city being 0), or by `values`."""

    column: Filled
    values: dict[str, Key] = {}


class Prefix(Part):
    """The parent's code is the beginning of the child's, filled up with zeros where codes have a fixed length."""

    prefix: Annotated[int, Field(gt=0)]
    fill: Annotated[int, Field(gt=0)] | None = None


class Lengths(Part):
    """Codes of one length, filled up with zeros: what is left without them is as long as its level, and so its parent's code."""

    lengths: Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=2)]

    @field_validator("lengths")
    @classmethod
    def rising(cls, lengths: tuple[int, ...]) -> tuple[int, ...]:
        """From the uppermost level down."""
        if list(lengths) != sorted(set(lengths)):
            raise ValueError("expected the lengths from the uppermost level down, like [6, 9, 12]")
        return lengths

    def parent(self, code: str) -> str:
        """The code that a code hangs on; none of the uppermost, and none that does not fit into the lengths."""
        own = next((at for at, length in enumerate(self.lengths) if not code[length:].strip("0")), 0)
        return code[:self.lengths[own - 1]].ljust(self.lengths[-1], "0") if own else ""


class Position(Part):
    """The parent is the region that a point inside the child lies in."""

    position: Literal[True]


class ParentName(Part):
    """The parent is the region of the level above that is called what stands in a column."""

    name: Filled


class TreeName(Part):
    """The columns or patterns of a region's names; one may be missing."""

    zh: Filled | None = None
    en: Filled | None = None


class TreeFile(Part):
    """A table of regions, with or without shapes. A column is named, or a pattern is given: "District {number}"."""

    read: Read
    level: Key | LevelColumn | None = Field(None, description="A level's key for all rows, or the column that says it; "
                                                               "left out, a region is one level below its parent")
    where: dict[str, str | list[str]] = Field({}, description="Only rows that hold one of these values in these columns")
    code: Filled
    parent: Filled | Prefix | Lengths | Position | ParentName | None = Field(
        None, description="The column of the parent's code, or how it follows; left out, it is the city")
    name: Filled | TreeName | None = Field(None, description="Left out, the code")
    shape: Filled | None = Field(
        None, description="The column of the shapes, as WKT, WKB in hex or GeoJSON; left out, those that a file of shapes brings")
    shapes_only: bool = Field(False, description="Gives shapes to regions that other files name, by their code")
    repeated: bool = Field(False, description="A region stands on many lines, as in a table of villages that repeats its streets")
    crs: Filled | None = Field(None, description="Of the shapes, like EPSG:4490, when the file does not say")
    datum: Datum | None = Field(None, description="Of the shapes, when it is not the city's")

    @field_validator("code")
    @classmethod
    def fillable(cls, code: str) -> str:
        """How the cells of a pattern are written is known."""
        for hole in HOLE.finditer(code):
            format("0", hole["format"] or "")
        return code

    @property
    def names(self) -> tuple[str, str]:
        """The columns or patterns of both names; what is missing falls back to the other, then to the code."""
        if not isinstance(self.name, TreeName):
            return self.name or self.code, self.name or self.code
        zh = self.name.zh or self.name.en or self.code
        return zh, self.name.en or zh


class Tree(Part):
    """The regions: one file for all levels, or one for each; shapes where there are any."""

    source: Key = Field(description="Whose regions these are: the key of a source")
    city: Filled | None = Field(None, description="The city's own code; left out, it is the pack's key")
    files: Annotated[list[TreeFile], Field(min_length=1)]
