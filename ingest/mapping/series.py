"""Tables with one column per sensor or quantity, told by the quantities in the columns' names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingest.mapping.languages import beside
from ingest.mapping.scripts import simplified, unparted

FILE = Path(__file__).parent / "properties.yaml"
FEWEST = 2         # columns that make a series
ANY_REMARK = r"(?: *[(\[][^)\]]*[)\]])?"
REMARK = re.compile(ANY_REMARK)
LATIN = "A-Za-z0-9"
PARTED = rf"{LATIN}\u00c0-\u024f\u0370-\u0dff\u1e00-\u1fff"      # letters of scripts that set spaces between words
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Named:
    """A column's name, taken apart at the quantity that it speaks of."""

    column: str
    before: str
    word: str
    after: str
    key: str       # the property's


@dataclass(frozen=True)
class Series:
    """What the columns of a wide table mean, as YAML has it; `device` is None where the names tell no devices apart."""

    long: dict[str, Any]
    property: dict[str, Any] | None
    device: bool
    columns: tuple[str, ...]


@cache
def known() -> dict[str, list[str]]:
    """The words for each property, by its key."""
    return beside(yaml.safe_load(FILE.read_text(encoding="utf-8")), "properties")


def called(key: str) -> tuple[str, str]:
    """What a property is called in Chinese and in English; one that is not known, by its key."""
    words = known().get(key, [key])
    return next((word for word in words if CHINESE.search(word)), words[0]), next(
        (word for word in words if not CHINESE.search(word)), words[0])


@cache
def quantities() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each property's key and what its words look like, the longest word first."""
    words = sorted(((simplified(word), key) for key, listed in known().items() for word in listed),
                   key=lambda pair: -len(pair[0]))
    return tuple((key, re.compile(rf"(?<![{beside_it}]){spaced(word)}(?![{beside_it}])", re.IGNORECASE))
                 for word, key in words for beside_it in [LATIN if unparted(word) else PARTED])


def spaced(word: str) -> str:
    """The pattern of a word whose parts may be run together or joined otherwise, as in water_level and waterLevel."""
    return "[ _-]?".join(map(re.escape, word.split(" ")))


def named(column: str) -> Named | None:
    """A name taken apart; None where it speaks of no quantity that is known."""
    simple = simplified(column)
    text = simple if len(simple) == len(column) else column     # so that places in it are places in the name
    for key, pattern in quantities():
        found = pattern.search(text)
        if found is not None:
            return Named(column, column[:found.start()], column[found.start():found.end()], column[found.end():], key)
    return None


def keys(texts: Sequence[str]) -> dict[str, str]:
    """How the properties are called that texts of a column name: each by its key, the rest as they are.

    Nothing where none is called otherwise.
    """
    told = {text: one.key for text in texts if (one := named(text)) is not None and not one.before.strip()
            and not REMARK.sub("", one.after).strip()}
    once = {text: key for text, key in told.items() if list(told.values()).count(key) == 1 and key not in texts}
    return {text: once.get(text, text) for text in texts} if once else {}


def series(columns: Sequence[str], readings: Sequence[dict[str, Any]], *, of_one: bool = False) -> Series | None:
    """What these columns of numbers mean together; `readings` say how each is read. None where too few speak of a quantity.

    With `of_one` another column says the device: what is measured twice, as of the air and of the ground, is two properties.
    """
    told = [(one, reading) for column, reading in zip(columns, readings, strict=True) if (one := named(column)) is not None]
    if len(told) < (1 if of_one else FEWEST):
        return None
    if of_one:
        firsts = {one.key: one for one, _ in reversed(told)}
        told = [(one if firsts[one.key] is one else replace(one, key=one.column), reading) for one, reading in told]
    names = [one for one, _ in told]
    keys = {one.key for one in names}
    if len(keys) == len(names):
        read = {one.key: {"column": one.column, **reading} if reading else one.column for one, reading in told}
        return Series({"columns": read}, None, False, tuple(one.column for one in names))
    pattern = spelled(names)
    if pattern is None:
        return None
    reading = next((reading for _, reading in told if reading), {})
    long = {"pattern": pattern, **({"value": reading} if reading else {})}
    words = {one.word: one.key for one in names}
    quantity = {"value": keys.pop()} if len(keys) == 1 else {"column": "@quantity", "table": words}
    return Series(long, quantity, True, tuple(one.column for one in names))


def spelled(names: Sequence[Named]) -> str | None:
    """The pattern of the names: where the device stands, and where the quantity; None where no device can be told."""
    words = sorted({one.word for one in names}, key=lambda word: (-len(word), word))
    quantity = f"(?P<quantity>{'|'.join(map(plainly, words))})" if len(words) > 1 else plainly(words[0])
    if len({remark(one.after) for one in names}) > 1:      # each quantity's own unit
        names = [replace(one, after=one.after[len(remark(one.after)):]) for one in names]
        quantity += ANY_REMARK
    before, after = sorted({one.before for one in names}), sorted({one.after for one in names})
    if len(before) > 1:
        return f"^{device(before)}{quantity}{plainly(after[0]) if len(after) == 1 else '.*'}$"
    return f"^{plainly(before[0])}{quantity}{device(after)}$" if len(after) > 1 else None


def remark(text: str) -> str:
    """What stands in brackets at the text's beginning, as units do."""
    found = REMARK.match(text)
    return found[0] if found else ""


def device(parts: Sequence[str]) -> str:
    """The pattern of the part that tells devices apart: what all have in common stays outside of the device."""
    start = re.sub(r"(?:[^\W_]|-)+$", "", shared(parts))   # of CZ-01 and CZ-02 nothing is left out
    rest = [part[len(start):] for part in parts]
    end = re.sub(r"^(?:[^\W_]|-)+", "", shared([part[::-1] for part in rest])[::-1])
    return f"{plainly(start)}(?P<device>.+?){plainly(end)}"


def shared(texts: Sequence[str]) -> str:
    """The letters that all texts begin with."""
    first, last = min(texts), max(texts)   # what these two share, all in between share too
    length = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:length]


def plainly(text: str) -> str:
    """The text as a pattern that a person can read: only what has a meaning in patterns is escaped."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)
