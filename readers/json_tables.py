"""JSON documents, JSON lines and GeoJSON as tables."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import orjson

from readers import document, objects
from readers.base import Filed
from readers.content import Content
from readers.document import Place
from readers.encoding import FOREIGN, FOREIGN_BYTES, HALF, HALVES, beginning, halved, known, texts, visible
from readers.encoding import guess as guess_encoding
from readers.limits import MOST_RECORD
from readers.objects import Numbered
from readers.scanner import Scanner
from readers.table import Frame, Spoilt, Unreadable

HEAD = 1 << 22          # characters that the place of the rows is told from
AUTHORITY = re.compile(r'"crs"\s*:\s*\{[^{}]*\{[^{}]*?"name"\s*:\s*"[^"]*?(?:EPSG:{1,2}|epsg/\d+/|(CRS84))(\d*)"', re.IGNORECASE)
WGS84 = "EPSG:4326"     # of every GeoJSON that says nothing else
RECORD_MARK = "\x1e"    # of GeoJSON text sequences


@dataclass(frozen=True)
class Objects(Filed):
    """A JSON text whose rows are objects; they are numbered from 1, those of JSON lines by their line."""

    lines: bool = False
    features: bool = False      # a FeatureCollection, whose rows need not be looked for
    total: int | None = None

    @property
    def crs(self) -> str | None:
        """The projection of GeoJSON; of others none is known."""
        return self._crs if self.shapes else None

    @cached_property
    def encoding(self) -> str:
        """The encoding, guessed when it is not said. Raises: Unreadable."""
        return known(self.read.encoding or guess_encoding(self.content).name, self.name)

    @cached_property
    def place(self) -> Place:
        """Where in the document the rows are. Raises: Unreadable."""
        if self.features and self.read.records is None:
            return Place("features", "list", "it says FeatureCollection")
        head, complete = beginning(self.content, self.encoding, HEAD)
        return document.locate(Scanner(iter([head]), self.name), self.read.records, complete)

    @cached_property
    def sample(self) -> list[Numbered]:
        """The first rows, as they stand. Raises: Unreadable."""
        return list(islice(self._objects(), objects.KNOWN))

    @cached_property
    def shapes(self) -> bool:
        """Whether the rows are GeoJSON features."""
        return any(objects.is_feature(value) for _, value in self.sample[:20])

    @cached_property
    def listed(self) -> tuple[list[str], bool] | None:
        """The columns when rows are lists, and whether the first row names them."""
        return objects.listed([value for _, value in self.sample])

    @cached_property
    def columns(self) -> list[str]:
        """The columns' names."""
        if self.listed is not None:
            return self.read.columns or self.listed[0]
        found = objects.columns(self.sample, self.shapes)
        if not found:
            reason = next((value.reason for _, value in self.sample if isinstance(value, Spoilt)), "no objects were found")
            raise Unreadable(self.name, f"holds no rows: {reason}")
        return found

    @cached_property
    def _crs(self) -> str:
        head, _ = beginning(self.content, self.encoding, HEAD)
        found = AUTHORITY.search(head)
        return f"EPSG:{found[2]}" if found and found[2] else WGS84

    def _pieces(self) -> Iterator[Frame]:
        named = self._named() if self.listed is not None else self._objects()
        return objects.pieces(named, self.shapes)

    def _objects(self) -> Iterator[Numbered]:
        if self.lines:
            return parsed(lines(self.content, self.encoding))
        return document.rows(Scanner(texts(self.content, self.encoding), self.name), self.place)

    def _named(self) -> Iterator[Numbered]:
        """Rows that are lists, with the columns' names."""
        width, headed = len(self.columns), self.listed is not None and self.listed[1]
        for number, value in self._objects():
            if headed:
                headed = not isinstance(value, list)
            elif isinstance(value, list) and len(value) == width:
                yield number, dict(zip(self.columns, value, strict=True))
            else:
                yield number, value if isinstance(value, Spoilt) else Spoilt(
                    objects.written(value), f"is no list of {width} values")


def lines(content: Content, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers from 1. Raises: Unreadable."""
    rest, number = "", 0
    for text in texts(content, encoding):
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            number += 1
            if found := line.strip().lstrip(RECORD_MARK):
                yield number, found
        if len(rest) > MOST_RECORD:
            raise Unreadable(content.name, f"goes on for more than {MOST_RECORD:,} characters without an end of line", number + 1)
    if found := rest.strip().lstrip(RECORD_MARK):
        yield number + 1, found


def parsed(lines: Iterator[tuple[int, str]]) -> Iterator[Numbered]:
    """What each line says; as Spoilt when that is no JSON."""
    for number, line in lines:
        yield number, value(line)


def value(line: str) -> Any:
    """One line's value: quick when it is proper, with Python's NaN and Infinity let through."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        if FOREIGN.search(line):
            return Spoilt(visible(line), FOREIGN_BYTES)
        found = json.loads(line)
        return Spoilt(line, HALF) if HALVES.search(line) and halved(found) else found
    except (ValueError, RecursionError) as error:
        return Spoilt(line, f"is no proper JSON: {error}")
