"""A message's payload as rows: JSON of any shape, JSON lines, a bare number or a text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from readers.objects import feature, is_feature

LARGEST = 8 << 20       # bytes of one payload
VALUE = "value"         # the column of a payload that is one value


class Unreadable(ValueError):
    """Nothing can be made of a payload; the message says why."""


@dataclass
class Rows:
    """What a payload says: rows, and pieces of it that are none, each with the reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    spoilt: list[tuple[Any, str]] = field(default_factory=list)

    def add(self, value: Any) -> None:
        """One more piece."""
        if isinstance(value, dict):
            self.rows.append(feature(value) if is_feature(value) else value)
        else:
            self.spoilt.append((value, "is no object: {…} was expected"))


def read(payload: bytes, form: str = "auto", records: str | None = None, encoding: str | None = None) -> Rows:
    """The rows of a payload. Raises: Unreadable."""
    if len(payload) > LARGEST:
        raise Unreadable(f"the message has {len(payload):,} bytes; at most {LARGEST:,} are taken")
    text = decoded(payload, encoding)
    if not text:
        raise Unreadable("the message is empty")
    if form == "text":
        return Rows([{VALUE: text}])
    if form == "lines":
        return of_lines(text)
    structured = text[0] in "{["
    try:
        return of_value(orjson.loads(text), records)
    except orjson.JSONDecodeError as error:
        if form == "auto" and not structured:
            return Rows([{VALUE: text}])
        if form == "auto" and "\n" in text:
            return of_lines(text)
        raise Unreadable(f"the message is no JSON: {error}") from None


def decoded(payload: bytes, encoding: str | None) -> str:
    """The payload as text, without blanks around it. Raises: Unreadable."""
    marked = payload[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        return payload.decode(encoding or ("utf-16" if marked else "utf-8")).strip("\ufeff\0 \t\r\n")
    except (UnicodeDecodeError, LookupError):
        raise Unreadable(f"the message is no text in {encoding or 'UTF-8'}; say its `encoding`") from None


def of_lines(text: str) -> Rows:
    """A value a line; lines that are none are spoilt."""
    made = Rows()
    for line in text.splitlines():
        if not (piece := line.strip("\x1e \t")):
            continue
        try:
            made.add(orjson.loads(piece))
        except orjson.JSONDecodeError as error:
            made.spoilt.append((piece, f"the line is no JSON: {error}"))
    return made


def of_value(value: Any, records: str | None) -> Rows:
    """A JSON value as rows: an object or a list of them; anything else is one value. Raises: Unreadable."""
    made = Rows()
    for one in listed(value, records):
        made.add(one)
    return made


def listed(value: Any, records: str | None) -> Iterator[Any]:
    """The pieces of a JSON value. Raises: Unreadable."""
    if isinstance(value, list):
        for one in value:
            yield from inside(one, records) if records else (one,)
    elif not isinstance(value, dict):
        yield {VALUE: value}
    elif records:
        yield from inside(value, records)
    elif value.get("type") == "FeatureCollection" and isinstance(value.get("features"), list):
        yield from value["features"]
    else:
        yield value


def inside(value: Any, path: str) -> Iterator[Any]:
    """The rows in a list within an object, with what stands beside each list on the way. Raises: Unreadable."""
    around: dict[str, Any] = {}
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            raise Unreadable(f"the message has no {path}")
        around |= {name: other for name, other in value.items() if name != step}
        value = value[step]
    for one in value if isinstance(value, list) else [value]:
        yield {**around, **one} if isinstance(one, dict) else one
