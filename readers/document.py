"""Where the rows of a JSON document are: a list, a list somewhere inside, columns, keyed objects, or one object alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from readers.encoding import visible
from readers.objects import Numbered
from readers.scanner import Scanner, elements, members
from readers.table import Spoilt, Unreadable

Shape = Literal["list", "columns", "keyed", "single"]
KEY = "key"
DEEPEST = 6
SHARED = 0.5        # of their keys two objects share when they are rows of one table


@dataclass(frozen=True)
class Place:
    """Where a document's rows are: in the list at this path, or how the object at this path holds them."""

    path: str
    shape: Shape
    reason: str


@dataclass
class List:
    """A list of objects or lists that was met on the way, how many of them were seen, and whether it goes on unseen."""

    path: str
    seen: int = 0
    cut: bool = False


def locate(scanner: Scanner, path: str | None, complete: bool = True) -> Place:
    """Where the rows are; the longest list of objects is taken when nothing is said.

    `complete` when the scanner holds all of the text. Raises: Unreadable, also when what encloses the rows is broken: what
    seems to be that may be a row itself.
    """
    if path is not None:
        go(scanner, path)
        if scanner.peek() == "[":
            return Place(path, "list", f"`records` says {path}")
        return Place(path, _shape(scanner.value(), scanner), f"`records` says {path}")
    if scanner.peek() == "[":
        return Place("", "list", "the document is a list")
    if scanner.peek() != "{":
        raise scanner.fault("a list [ or an object { was expected")
    lists: list[List] = []
    try:
        _walk(scanner, "", lists, 0)
        if scanner.peek():
            return Place("", "single", "one object follows the other")
    except Unreadable:
        if complete and not any(one.cut for one in lists):
            raise
        if not lists:
            raise scanner.fault("one object is larger than can be looked through; say `records`") from None
    if lists:
        longest = max(lists, key=lambda one: one.seen)
        return Place(longest.path, "list", f"the longest list of objects is at {longest.path}")
    return Place("", "single", "the document is one object")


def _walk(scanner: Scanner, path: str, lists: list[List], depth: int) -> None:
    """Note the lists of objects under an object. Raises: Unreadable where the text ends or is broken."""
    for key in members(scanner):
        below = f"{path}.{key}" if path else key
        if scanner.peek() == "[":
            _count(scanner, below, lists)
        elif scanner.peek() == "{" and depth < DEEPEST:
            _walk(scanner, below, lists, depth + 1)
        else:
            scanner.value()


def _count(scanner: Scanner, path: str, lists: list[List]) -> None:
    """Note a list of objects; one that begins with a plain value, or holds as many of them, is a cell of something."""
    found, plain, at_first = List(path), 0, False
    for value in elements(scanner):
        at_first = at_first or (not found.seen and isinstance(value, str | int | float))
        plain += isinstance(value, str | int | float)
        if isinstance(value, dict | list) or (isinstance(value, Spoilt) and value.text[:1] in ("{", "[")):
            if not found.seen and isinstance(value, list | dict) and (isinstance(value, dict) or _texts(value)):
                lists.append(found)
            found.seen += 1
        found.cut = isinstance(value, Spoilt) and not value.text
    if (at_first or plain >= found.seen) and found in lists:
        lists.remove(found)


def _texts(value: list[Any]) -> bool:
    """Whether a list may be a row: positions of a geometry are not."""
    return any(isinstance(cell, str) for cell in value)


def go(scanner: Scanner, path: str) -> None:
    """Step to the value at a path. Raises: Unreadable when there is none."""
    for key in path.split(".") if path else []:
        there: list[str] = []
        for name in members(scanner):
            if name == key:
                break
            there.append(name)
            if isinstance(broken := scanner.value(), Spoilt):
                raise scanner.fault(f"the value of {name!r}, which stands before the rows, {broken.reason}")
        else:
            raise Unreadable(scanner.name, f"has no {key!r} (`records` says {path}), only {', '.join(there[:20]) or 'nothing'}")


def rows(scanner: Scanner, place: Place) -> Iterator[Numbered]:
    """The document's rows, numbered from 1; broken ones as Spoilt. Raises: Unreadable."""
    go(scanner, place.path)
    yield from enumerate(_values(scanner, place), start=1)


def _values(scanner: Scanner, place: Place) -> Iterator[Any]:
    if place.shape == "list":
        yield from elements(scanner)
    else:
        value = scanner.value()
        yield from held(value, _shape(value, scanner)) if isinstance(value, dict) else [value]
    yield from _unclosed(scanner, place.path)
    while not place.path and (scanner.skip(",") or scanner.peek()):     # one document after the other
        before = scanner.place
        if scanner.peek() == "[":
            yield from elements(scanner)
        elif scanner.peek():
            yield scanner.value()
        if scanner.place == before:
            scanner.at += 1


def _unclosed(scanner: Scanner, path: str) -> Iterator[Spoilt]:
    """What follows the rows in a document, when it does not close it properly: there may be more of them in it."""
    if not path:
        return
    depth = path.count(".") + 1
    rest = scanner.rest()
    try:
        json.loads('{"":' * (depth - 1) + '{"":0' + rest)
    except (ValueError, RecursionError) as error:
        yield Spoilt(visible(rest), f"what follows the rows is no proper JSON: {error}")


def _shape(value: Any, scanner: Scanner) -> Shape:
    """How an object holds rows."""
    if not isinstance(value, dict):
        raise scanner.fault("a list or an object was expected")
    inner = list(value.values())
    if inner and all(isinstance(one, list) for one in inner) and len({len(one) for one in inner}) == 1:
        return "columns"
    if len(inner) > 1 and all(isinstance(one, dict) for one in inner):
        keys = set(inner[0])
        if all(set(one) == keys for one in inner) and keys == {str(at) for at in range(len(keys))}:
            return "columns"
        if all(len(keys & set(one)) >= SHARED * max(1, len(keys | set(one))) for one in inner[1:]):
            return "keyed"
    return "single"


def held(value: dict[str, Any], shape: Shape) -> Iterator[dict[str, Any]]:
    """The rows that an object holds."""
    if shape == "keyed":
        yield from ({KEY: key, **row} for key, row in value.items())
    elif shape == "columns":
        columns = {name: list(cells.values()) if isinstance(cells, dict) else cells for name, cells in value.items()}
        yield from (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    else:
        yield value
