"""XML whose elements are rows: what they say, by the path of their tags; lists stay lists.

A row's columns are the texts and attributes in it; what the elements around it have said before goes with each row, so that
an alert's sender stands beside each of its areas. Names are taken without their namespace's prefix.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any
from xml.parsers import expat

from readers import objects
from readers.base import Filed
from readers.encoding import texts, visible
from readers.limits import MOST_RECORD
from readers.markup import encoding, harmless
from readers.objects import Numbered
from readers.table import Frame, Spoilt, Unreadable

HEAD = 1 << 22          # characters that the place of the rows is told from
CHUNK = 1 << 16
MOSTLY = 0.6            # of all elements belong to rows
DEEPEST = 100           # elements in elements
ROOT = r"<[A-Za-z_]"
Tags = tuple[str, ...]


@dataclass
class Element:
    """An element that is open: its place in the text, its tag, what it has said so far."""

    start: int
    tag: str
    said: dict[str, Any] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)

    def add(self, name: str, value: Any) -> None:
        """One more value under a name; several are a list."""
        if name not in self.said:
            self.said[name] = value
        elif isinstance(self.said[name], list):
            self.said[name].append(value)
        else:
            self.said[name] = [self.said[name], value]


@dataclass(frozen=True)
class Elements(Filed):
    """The rows of one XML file, numbered from 1."""

    total: int | None = None
    crs: str | None = None

    @cached_property
    def path(self) -> Tags:
        """The tags from the root to the rows: as said, else the outermost elements that repeat and hold most of all."""
        harmless(self.content, ROOT)
        if self.read.records is not None:
            return tuple(self.read.records.split("."))
        return place(self._texts(), self.name)

    @cached_property
    def sample(self) -> list[Numbered]:
        """The first rows. Raises: Unreadable."""
        return list(islice(self._rows(), objects.KNOWN))

    @cached_property
    def columns(self) -> list[str]:
        """The columns' names. Raises: Unreadable."""
        found = objects.columns(self.sample, shapes=False)
        if not found:
            reason = next((value.reason for _, value in self.sample if isinstance(value, Spoilt)),
                          f"no element <{self.path[-1]}> at {'.'.join(self.path)}")
            raise Unreadable(self.name, f"holds no rows: {reason}")
        return found

    def _pieces(self) -> Iterator[Frame]:
        return objects.pieces(self._rows(), shapes=False)

    def _texts(self) -> Iterator[str]:
        return (visible(text) for text in texts(self.content, encoding(self.content), CHUNK))

    def _rows(self) -> Iterator[Numbered]:
        return enumerate(rows(self._texts(), self.path, self.name), start=1)


def parser() -> Any:
    """A parser of UTF-8, whatever the text says it is in."""
    made = expat.ParserCreate("utf-8")
    made.buffer_text = True
    return made


def local(tag: str) -> str:
    """A name without its namespace's prefix."""
    return tag.rpartition(":")[2]


def place(parts: Iterator[str], name: str) -> Tags:
    """Where the rows are; the root alone when nothing in it repeats. Raises: Unreadable."""
    counts, below = Counter[Tags](), Counter[Tags]()
    way: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        way.append(local(tag))
        if len(way) > DEEPEST:
            raise Unreadable(name, f"has elements in elements, more than {DEEPEST} deep")
        counts[tuple(way)] += 1
        for depth in range(1, len(way) + 1):
            below[tuple(way[:depth])] += (depth < len(way)) + len(attributes)

    reader, seen = parser(), 0
    reader.StartElementHandler = start
    reader.EndElementHandler = lambda tag: way.pop()
    try:
        for text in parts:
            reader.Parse(text.encode(), False)
            seen += len(text)
            if seen > HEAD:
                break
    except expat.ExpatError as error:
        if not counts:
            raise Unreadable(name, f"is no proper XML: {error}") from error
    if not counts:
        raise Unreadable(name, "is no proper XML: it breaks off within its first tag")
    root = next(iter(counts))
    every = counts[root] + below[root]
    rows = [path for path, count in counts.items()
            if count > 1 and below[path] and count + below[path] > MOSTLY * every and counts[path[:-1]] == 1]
    return min(rows, key=len, default=root)


def rows(parts: Iterator[str], path: Tags, name: str, *, alone: bool = False) -> Iterator[dict[str, Any] | Spoilt]:
    """The elements at a path, each as soon as it is closed; from where the text breaks, all of it as one Spoilt.

    `alone`: without what the elements around them say.
    """
    reader, open_elements, closed = parser(), list[Element](), list[tuple[int, dict[str, Any]]]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_elements) >= DEEPEST:
            raise Unreadable(name, f"has elements in elements, more than {DEEPEST} deep")
        said = {local(key): value for key, value in attributes.items() if not key.startswith("xmlns")}
        open_elements.append(Element(reader.CurrentByteIndex, local(tag), said))

    def end(_: str) -> None:
        way = tuple(one.tag for one in open_elements)
        element = open_elements.pop()
        if way == path:
            around = {} if alone else {key: value for one in open_elements for key, value in one.said.items()}
            closed.append((reader.CurrentByteIndex, around | told(element)))
        elif open_elements and path[:len(way)] != way:
            give(open_elements[-1], element)

    reader.StartElementHandler, reader.EndElementHandler = start, end
    reader.CharacterDataHandler = lambda text: open_elements[-1].text.append(text)
    kept, begin = b"", 0
    for text in parts:
        piece = text.encode()
        kept += piece
        try:
            reader.Parse(piece, False)
        except expat.ExpatError as error:
            yield from (row for _, row in closed)
            yield broken(kept, begin, open_elements, closed, parts, error)
            return
        yield from (row for _, row in closed)
        begin, kept = forgotten(begin, kept, open_elements, closed, len(path))
        closed.clear()
        if len(kept) > MOST_RECORD:
            raise Unreadable(name, f"has a row of more than {MOST_RECORD:,} bytes")
    try:
        reader.Parse(b"", True)
    except expat.ExpatError as error:
        yield broken(kept, begin, open_elements, closed, parts, error)


def told(element: Element) -> dict[str, Any]:
    """What an element says: a text of its own stands under its tag."""
    text = "".join(element.text).strip()
    return {**element.said, **({element.tag: text} if text else {})}


def give(outer: Element, inner: Element) -> None:
    """What an element inside says goes to the one around it, under its tag."""
    text = "".join(inner.text).strip()
    if text or not inner.said:
        outer.add(inner.tag, text or None)
    for key, value in inner.said.items():
        outer.add(f"{inner.tag}.{key}", value)


def forgotten(begin: int, kept: bytes, open_elements: list[Element], closed: list[tuple[int, dict[str, Any]]],
              depth: int) -> tuple[int, bytes]:
    """The text from the row on that is still open: what was told already is not kept."""
    last = open_elements[depth - 1].start if len(open_elements) >= depth else closed[-1][0] if closed else begin
    return last, kept[last - begin:]


def broken(kept: bytes, begin: int, open_elements: list[Element], closed: list[tuple[int, dict[str, Any]]],
           parts: Iterator[str], error: expat.ExpatError) -> Spoilt:
    """All that follows the last whole row of a text that is no proper XML from some place on."""
    rest = kept[closed[-1][0] - begin if closed else 0:].decode() + "".join(parts)
    return Spoilt(rest, f"is no proper XML from here on: {error}")
