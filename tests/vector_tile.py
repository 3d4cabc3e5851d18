"""Reads Mapbox vector tiles back, so that tests can see what a browser would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from struct import unpack
from typing import Any


@dataclass
class Feature:
    """One feature: its id, its properties and the corners of its geometry in tile units."""

    identity: int | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    corners: list[tuple[int, int]] = field(default_factory=list)


def decode(tile: bytes) -> dict[str, list[Feature]]:
    """The features of each layer."""
    layers = (dict_of(body) for number, body in fields(tile) if number == 3)
    return {layer[1][0].decode(): [feature(body, layer) for body in layer.get(2, [])] for layer in layers}


def dict_of(message: bytes) -> dict[int, list[Any]]:
    """A message's values by field number."""
    found: dict[int, list[Any]] = {}
    for number, value in fields(message):
        found.setdefault(number, []).append(value)
    return found


def fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """A message's fields in order: number and value."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(message, at)
            yield number, value
        else:
            size, at = varint(message, at) if kind == 2 else (8 if kind == 1 else 4, at)
            yield number, message[at:at + size]
            at += size


def varint(message: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where the next field begins."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def feature(message: bytes, layer: dict[int, list[Any]]) -> Feature:
    """One feature with its properties looked up in its layer."""
    parts = dict_of(message)
    keys, values = layer.get(3, []), layer.get(4, [])
    tags = numbers(parts.get(2, [b""])[0])
    properties = {keys[key].decode(): plain(values[value]) for key, value in zip(tags[::2], tags[1::2], strict=True)}
    return Feature(parts.get(1, [None])[0], properties, corners(numbers(parts.get(4, [b""])[0])))


def numbers(packed: bytes) -> list[int]:
    """Packed numbers."""
    found, at = [], 0
    while at < len(packed):
        value, at = varint(packed, at)
        found.append(value)
    return found


def plain(message: bytes) -> Any:
    """A property's value."""
    number, value = next(fields(message))
    readers: dict[int, Callable[[Any], Any]] = {
        1: lambda v: v.decode(), 2: lambda v: unpack("<f", v)[0], 3: lambda v: unpack("<d", v)[0],
        6: lambda v: (v >> 1) ^ -(v & 1), 7: bool}
    return readers.get(number, lambda v: v)(value)


def corners(commands: list[int]) -> list[tuple[int, int]]:
    """Every corner that the pen visits."""
    found, x, y, at = [], 0, 0, 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 7:
            continue
        for _ in range(count):
            dx, dy = commands[at], commands[at + 1]
            x, y, at = x + ((dx >> 1) ^ -(dx & 1)), y + ((dy >> 1) ^ -(dy & 1)), at + 2
            found.append((x, y))
    return found
