"""Answers in the standard's two formats: JSON, and XML that says the same."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson

from doors.markup import FORBIDDEN
from doors.open311.answers import LISTS

Format = Literal["json", "xml"]
FORMATS: tuple[Format, ...] = ("json", "xml")
TYPES: Mapping[Format, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


def rendered(format_: Format, root: str, value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bytes:
    """An object, or a list of them, whose element in XML is `root`; JSON lists have no name."""
    if format_ == "json":
        return orjson.dumps(value)
    made = Element(root)
    fill(made, value)
    body: bytes = tostring(made, encoding="utf-8", xml_declaration=True, short_empty_elements=True)
    return body


def fill(element: Element, value: Any) -> None:
    """Put a value into an element: a list by the elements that its name stands for, an object by its keys."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            fill(SubElement(element, name), inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            fill(SubElement(element, LISTS[element.tag]), inner)
    elif value is not None:
        element.text = FORBIDDEN.sub("", written(value))


def written(value: Any) -> str:
    """A scalar as XML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
