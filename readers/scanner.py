"""A JSON text read value by value as it comes, so that one broken value costs itself and not what follows."""

import json
import re
from collections.abc import Iterator
from typing import Any

from readers.encoding import FOREIGN, FOREIGN_BYTES, HALF, HALVES, halved, visible
from readers.limits import MOST_RECORD
from readers.table import Spoilt, Unreadable

DECODER = json.JSONDecoder()
SPACE = re.compile(r"[ \t\r\n\ufeff]*")
MARKS = re.compile(r'["\\{}\[\]]')
NEXT = re.compile(r"\}\s*,?\s*(?=\{)")     # between two objects, whatever went wrong before
BEHIND = re.compile(r"[,\]}\n]")           # what ends a value without brackets and quotes
OPENERS = ("{", "[", '"')
END = ""


class Scanner:
    """Where we are in a text that comes in parts."""

    def __init__(self, parts: Iterator[str], name: str) -> None:
        self.parts, self.name = parts, name
        self.text, self.at = "", 0
        self.lines, self.passed = 1, 0      # of what is no longer held: its lines from 1, its characters
        self.ended = False

    @property
    def line(self) -> int:
        """The line we are at, from 1."""
        return self.lines + self.text.count("\n", 0, self.at)

    @property
    def place(self) -> int:
        """How many characters we have gone."""
        return self.passed + self.at

    def peek(self) -> str:
        """The next character that is no space; "" at the end. Raises: Unreadable."""
        while True:
            self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return END

    def skip(self, character: str) -> bool:
        """Step over the character if it comes next."""
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def expect(self, character: str) -> None:
        """Step over the character. Raises: Unreadable when another one comes."""
        if not self.skip(character):
            raise self.fault(f"{character!r} was expected, not {self.peek()!r}" if self.peek() else "the text is cut off here")

    def value(self) -> Any:
        """The next value, or Spoilt with its text when it is broken. Raises: Unreadable when it is endless."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                if (found := self._broken(error)) is not None:
                    return found
            else:
                if end < len(self.text) or not self.more():
                    begun, self.at = self.at, end
                    return self._checked(found, begun)

    def _checked(self, found: Any, begun: int) -> Any:
        if HALVES.search(self.text, begun, self.at) and halved(found):
            return Spoilt(visible(self.text[begun:self.at]), HALF)
        if self.text.isascii():
            return found
        text = self.text[begun:self.at]
        return Spoilt(visible(text), FOREIGN_BYTES) if FOREIGN.search(text) else found

    def _broken(self, error: Exception) -> Spoilt | None:
        """The value that cannot be decoded, if its end is in sight; else more text is fetched."""
        end = extent(self.text, self.at)
        if end is None and self.more():
            return None
        if end is None:
            found = NEXT.search(self.text, self.at)
            end = found.start() + 1 if found else len(self.text)
        begun, self.at = self.at, max(end, min(self.at + 1, len(self.text)))
        return Spoilt(visible(self.text[begun:self.at]), _reason(error))

    def more(self) -> bool:
        """Fetch as much text again as is held. Raises: Unreadable when one value is larger than can be meant."""
        if self.ended:
            return False
        self.lines += self.text.count("\n", 0, self.at)
        self.passed += self.at
        held = [self.text[self.at:]]
        wanted = len(held[0])
        if wanted > MOST_RECORD:
            raise self.fault(f"one value is longer than {MOST_RECORD:,} characters; is a bracket or a quote missing?")
        self.text, self.at = "", 0
        for part in self.parts:
            held.append(part)
            wanted -= len(part)
            if part and wanted <= 0:
                break
        else:
            self.ended = True
        self.text = "".join(held)
        return len(held) > 1 and any(held[1:])

    def rest(self) -> str:
        """All that is left. Raises: Unreadable when that is more than can be meant."""
        while self.more():
            pass
        found, self.at = self.text[self.at:], len(self.text)
        return found

    def fault(self, text: str) -> Unreadable:
        """A fault at this place."""
        return Unreadable(self.name, f"is no proper JSON: {text}", self.line)


def extent(text: str, at: int) -> int | None:
    """Where the value that begins here ends by its brackets and quotes; None when that is not in the text."""
    if text[at:at + 1] not in OPENERS:
        found = BEHIND.search(text, at)
        return found.start() if found else None
    depth, quoted, skip = 0, False, -1
    for each in MARKS.finditer(text, at):
        mark, place = each[0], each.start()
        if place == skip:
            continue
        if mark == "\\":
            skip = place + 1
        elif mark == '"':
            quoted = not quoted
        elif not quoted:
            depth += 1 if mark in "{[" else -1
        if not quoted and depth <= 0 and mark != "\\":
            return place + 1 if depth == 0 else place
    return None


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is no proper JSON: {error.msg}"
    return "is nested too deep" if isinstance(error, RecursionError) else f"is no proper JSON: {error}"


def elements(scanner: Scanner) -> Iterator[Any]:
    """The values of the list that comes next; what is broken as Spoilt, also when the list is cut off. Raises: Unreadable."""
    scanner.expect("[")
    while not scanner.skip("]"):
        if scanner.peek() == END:
            yield Spoilt("", "the file is cut off here: its list is not closed")
            return
        before = scanner.place
        yield scanner.value()
        scanner.skip(",")
        if scanner.place == before:
            scanner.at += 1


def members(scanner: Scanner) -> Iterator[str]:
    """The keys of the object that comes next; whoever is given one reads its value, or it is skipped. Raises: Unreadable."""
    scanner.expect("{")
    while not scanner.skip("}"):
        key = scanner.value()
        if not isinstance(key, str):
            raise scanner.fault("a key in quotes was expected")
        scanner.expect(":")
        yield key
        if not scanner.skip(",") and scanner.peek() != "}":
            raise scanner.fault("a comma or the end of the object was expected" if scanner.peek() else "the text is cut off here")
