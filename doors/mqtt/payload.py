"""A message's payload as rows: JSON of any shape, JSON lines, SenML, separated values, a bare number or a text."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from doors.mqtt.senml import measurements
from readers.objects import feature, is_feature

LARGEST = 8 << 20       # bytes of one payload
VALUE = "value"         # the column of a payload that is one value
SEPARATORS = ",;\t|"


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


def read(
    payload: bytes, form: str = "auto", records: str | None = None, encoding: str | None = None, header: Sequence[str] = (),
    now: datetime | None = None,
) -> Rows:
    """The rows of a payload; `header` names the values of what is a list of them, `now` is when it came. Raises: Unreadable."""
    if len(payload) > LARGEST:
        raise Unreadable(f"the message has {len(payload):,} bytes; at most {LARGEST:,} are taken")
    text = decoded(payload, encoding)
    if not text:
        raise Unreadable("the message is empty")
    if form == "text":
        return Rows([{VALUE: text}])
    if form == "lines":
        return of_lines(text)
    if form == "csv":
        return of_cells(text, header)
    structured = text[0] in "{["
    try:
        value = orjson.loads(text)
        return of_senml(value, now or datetime.now(UTC)) if form == "senml" else of_value(value, records, header)
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


def of_value(value: Any, records: str | None, header: Sequence[str]) -> Rows:
    """A JSON value as rows: an object or a list of them; anything else is one value. Raises: Unreadable."""
    made = Rows()
    if header and isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        value = [value]
    for one in listed(value, records):
        around, inner = one if isinstance(one, tuple) else ({}, one)
        if header and isinstance(inner, list):
            named(made, inner, header, around)
        else:
            made.add({**around, **inner} if isinstance(inner, dict) else inner)
    return made


def of_senml(value: Any, now: datetime) -> Rows:
    """Measurements. Raises: Unreadable."""
    if not isinstance(value, list):
        raise Unreadable("the message is no SenML, which is a list of records")
    made = Rows()
    for one in measurements(value, now):
        if isinstance(one, dict):
            made.rows.append(one)
        else:
            made.spoilt.append(one)
    return made


def of_cells(text: str, header: Sequence[str]) -> Rows:
    """Separated values, a row a line; the first names them where nobody else does. An empty one says nothing.

    Raises: Unreadable.
    """
    lines = text.splitlines()
    separator = max(SEPARATORS, key=lines[0].count)
    made = Rows()
    try:
        for cells in csv.reader(lines, delimiter=separator, skipinitialspace=True):
            if any(cells) and header:
                named(made, [cell.strip() or None for cell in cells], header)
            elif any(cells):
                header = [cell.strip() for cell in cells]
    except csv.Error as error:
        raise Unreadable(f"the message is no separated values: {error}") from None
    return made


def named(made: Rows, values: Sequence[Any], header: Sequence[str], around: Mapping[str, Any] | None = None) -> None:
    """Add values by their names, with what stands around them."""
    if len(values) == len(header):
        made.rows.append({**(around or {}), **dict(zip(header, values, strict=True))})
    else:
        made.spoilt.append((values, f"has {len(values)} values; {len(header)} were expected: {', '.join(header)}"[:500]))


def listed(value: Any, records: str | None) -> Iterator[Any]:
    """The pieces of a JSON value; of one within another, what stands around it and itself. Raises: Unreadable."""
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


def inside(value: Any, path: str) -> Iterator[tuple[dict[str, Any], Any]]:
    """The rows in a list within an object, with what stands beside each list on the way. Raises: Unreadable."""
    around: dict[str, Any] = {}
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            raise Unreadable(f"the message has no {path}")
        around |= {name: other for name, other in value.items() if name != step}
        value = value[step]
    for one in value if isinstance(value, list) else [value]:
        yield around, one
