"""Malformed inputs in great numbers.

Drawing each input by itself costs hypothesis milliseconds. So it draws a seed and a few texts, and from these a random
generator makes a hundred inputs: a failure names the seed, from which the same inputs come again.

MALFORMED=100000 makes as many of each kind instead of the suite's few.
"""

import codecs
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

MALFORMED = "MALFORMED"
TOGETHER = 100  # inputs that are made of one seed
TRIED: Counter[str] = Counter()  # what was made in this run; told at its end where so many were asked for

TEXTS = (
    "", " ", "\0", "a\0b", "\ufeff", "\u202e", "\u200fabc\u200e", "\ud800", "x\udcff", "\u2028", "\x1b[31m", "\x7f", "\r\n",
    "\x0b", "é", "e\u0301", "𠮷", "中文", "﷽" * 20, "🏳️\u200d🌈", "İ", "ß", "１２", "٣", "x" * 300, "中" * 5000, "-", "NA", "null",
    "None", "NaN", "-Infinity", "true", "0", "-0", "00", "007", "+1", "1e400", "-1e-400", "0x1F", "1_000", "１", "1,5", "1.234,5",
    "12 %", "½", "1" * 400, "9223372036854775808", "-170141183460469231731687303715884105729", "3.2万", "=1+1", "@SUM(A1)",
    "+cmd|' /C calc'!A0", "'; DROP TABLE region; --", "%s%n", "%(a)s", ":x", "{0}", "{{7*7}}", "${jndi:x}", "\\", "\\u0000",
    "<script>alert(1)</script>", "<!--", "]]>", "&amp;&nope;&#0;", "../../etc/passwd", "file:///etc/passwd", "C:\\nul",
    "2026-03-04T12:00:00Z", "2026-03-04T12:00:00", "2026-03-04T12:00:00+23:59", "2026-03-04T12:00:00+99:99", "2026-02-30",
    "2026-03-04T24:00:00Z", "2026-03-04T23:59:60Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "0000-00-00",
    "10000-01-01T00:00:00Z", "-0044-03-15", "1772625600", "1772625600000", "45356.5", "04/03/26", "25:61", "2026-W10-3", "P1D",
    "2026-03-04T12:00:00Z/2026-03-05T12:00:00Z", "0.005", "0.005,0.005", "0,005", "181", "-91", "31°12′N", "0.005 0.005",
    "1e308", "POINT(0.005 0.005)", "POINT(NaN NaN)", "POINT(1e400 0)", "POINT Z (1 2 3)", "SRID=4326;POINT(0 0)", "POINT(",
    "POLYGON((0 0,1 1,0 1,1 0,0 0))", "POLYGON((0 0))", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY", "((((((",
    "0101000000000000000000F03F0000000000000040", "T111", "T", "a1", "pm25", "pothole", "A1", "air", "test",
)
NUMBERS: tuple[float, ...] = (
    0, -0.0, 1, -1, 0.005, 1e308, -1e308, 5e-324, 2**31, -(2**31) - 1, 2**53 + 1, 2**63, -(2**63), 2**64, 10**30, 1772625600,
    1772625600000, 253402300800, -62135596801, 181, -91, 0.1 + 0.2,
)
NO_NUMBERS = (float("nan"), float("inf"), float("-inf"))
MARKS = (
    '"', "'", "{", "}", "[", "]", ",", ":", ";", "|", "\t", "\n", "\r", "\r\n", " ", "\\", "<", ">", "&", "/", "=", "-", "0",
    "1e999", "NaN", "null", "tru", '""', "\\u0000", "\\ud800", "]]>", "<!--", "&#0;", "\u202e", "中", "\ufeff",
)
PIECES = (
    *(mark.encode() for mark in MARKS),
    b"\0", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xd6\xd0", b"\x80", b"\xc0\x80", b"\xed\xa0\x80", b"\x1a", b"\x1f\x8b\x08",
    b"PK\x03\x04", b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"[" * 2000, b'{"a":' * 2000, b"x" * 5000,
)
WIDE = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0")


class Hostile(Random):
    """Makes malformed things of a seed, and of texts that were drawn."""

    texts: Sequence[str] = TEXTS

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.random() < share

    def text(self) -> str:
        """A text that somebody somewhere stumbles over, at times two of them in one."""
        made = self.choice(self.texts)
        return made + self.choice(self.texts) if self.chance(0.1) else made

    def scalar(self) -> Any:
        """Any value that is neither a list nor an object."""
        kind = self.random()
        if kind < 0.55:
            return self.text()
        if kind < 0.8:
            return self.choice(NUMBERS)
        return self.choice((None, True, False, self.randint(-9, 99), self.uniform(-200, 200), self.choice(NO_NUMBERS)))

    def value(self, names: Sequence[str] = ("a", "b"), depth: int = 3) -> Any:
        """Any value, with objects that have these names among others."""
        kind = self.random()
        if depth == 0 or kind < 0.6:
            return self.scalar()
        if kind < 0.78:
            return [self.value(names, depth - 1) for _ in range(self.randrange(4))]
        return {self.name(names): self.value(names, depth - 1) for _ in range(self.randrange(5))}

    def name(self, names: Sequence[str]) -> str:
        """One of these names, at times misspelt or another text."""
        kind, known = self.random(), self.choice(names)
        if kind < 0.8:
            return known
        return self.choice((known.upper(), f" {known} ", known + "\0", self.text()))

    def changed(self, good: Any, names: Sequence[str] = ("a", "b")) -> Any:
        """Something like a good value: parts of it left out, doubled, wrapped, or another value."""
        kind = self.random()
        if isinstance(good, dict) and kind < 0.9:
            return self.changed_object(good, names)
        if isinstance(good, list) and good and kind < 0.9:
            made = list(good)
            at = self.randrange(len(made))
            made[at : at + 1] = self.choice(
                ([], [made[at]] * 2, [self.changed(made[at], names)], [list(good)], [self.value(names)])
            )
            return made
        return self.choice((self.value(names), self.scalar(), [good], {self.name(names): good}, str(good)))

    def changed_object(self, good: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
        """An object with some of its members changed."""
        made = dict(good)
        for _ in range(self.choice((1, 1, 1, 2, 3))):
            name = self.choice((*made, *names)) if made else self.name(names)
            kind = self.random()
            if kind < 0.15:
                made.pop(name, None)
            elif kind < 0.3:
                made[self.name(names)] = made.get(name)
            elif kind < 0.7 and isinstance(made.get(name), dict | list):
                made[name] = self.changed(made[name], names)
            else:
                made[name] = self.value(names, 2)
        return made

    def damaged(self, data: bytes, most: int = 4) -> bytes:
        """Bytes with pieces put in, taken out, turned round, doubled, swapped, or the end cut off."""
        made = bytearray(data)
        for _ in range(self.randint(0, most)):
            at, kind = self.randint(0, len(made)), self.random()
            length = self.choice((1, 1, 1, 2, 4, 16, 64))
            if kind < 0.35:
                made[at:at] = self.choice(PIECES)
            elif kind < 0.5:
                made[at : at + length] = self.choice(PIECES)
            elif kind < 0.65:
                made[at : at + length] = self.randbytes(length)
            elif kind < 0.8:
                del made[at : at + length]
            elif kind < 0.9:
                made[at:at] = made[at : at + self.choice((length, 200))]
            elif kind < 0.95:
                del made[at:]
            else:
                made[:at] = made[at:] + made[:at]
        return bytes(made)

    def json(self, value: Any) -> bytes:
        """A value as JSON, as careless writers send it: NaN in it, lone surrogates, members twice, in any encoding."""
        text = json.dumps(value, ensure_ascii=self.chance(0.5))
        if self.chance(0.05):
            text = text.replace('"a"', '"b"').replace('"id"', '"type"', 1)  # the same name twice
        if self.chance(0.9):
            return text.encode("utf-8", self.choice(("replace", "surrogatepass")))
        return self.choice(WIDE) + text.encode(self.choice(("utf-8", "utf-16-le", "utf-16-be", "gb18030", "utf-32")), "replace")

    def body(self, value: Any) -> bytes:
        """A body that holds a value, at times damaged, at times nothing but bytes."""
        kind = self.random()
        if kind < 0.7:
            return self.json(value)
        return self.damaged(self.json(value)) if kind < 0.95 else self.randbytes(self.randrange(60))


def asked() -> int | None:
    """How many malformed inputs of each kind were asked for."""
    return int(os.environ[MALFORMED]) if MALFORMED in os.environ else None


def rounds(few: int, together: int = TOGETHER) -> settings:
    """So many rounds as the asked number of inputs needs; the suite's few where none was asked for."""
    wanted = asked()
    return settings(
        max_examples=few if wanted is None else max(1, -(-wanted // together)),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def hostile() -> st.SearchStrategy[Hostile]:
    """Makers of malformed inputs."""
    return st.builds(made, st.integers(0, 2**64 - 1), st.lists(st.text(max_size=12), max_size=8))


def made(seed: int, texts: list[str]) -> Hostile:
    """A maker of malformed inputs. Hypothesis draws the same seed again and again: with other texts it makes all else anew."""
    one = Hostile(f"{seed} {texts!r}")
    one.texts = (*TEXTS, *texts)
    return one


def with_hostile(few: int = 2, together: int = TOGETHER) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test that gets a maker as `rubbish`, once a round, and makes so many inputs of it."""

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        held: Callable[..., None] = rounds(few, together)(given(rubbish=hostile())(test))
        return held

    return decorated
