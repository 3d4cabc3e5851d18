"""What an Open311 server answers, in JSON or XML and however it is wrapped, as plain objects.

Servers differ: one gives a list, the next an object around it, a third a single request without any list; numbers stand where
texts are meant, and codes with leading zeros (001), as the standard's own examples have them, are no JSON at all.
"""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

import orjson

from doors.markup import NotXml, parsed
from ingest.mapping.cells import SPACES
from readers.encoding import encoding

Plain = dict[str, Any]

LISTS = {"services": "service", "service_requests": "request", "requests": "request", "errors": "error",
         "attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format",
         "service_definitions": "service_definition"}
AROUND = ("services", "service", "service_requests", "requests", "request", "service_request", "errors", "error",
          "service_definitions", "service_definition", "results", "data", "items")
PAGE = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
ZEROS = re.compile(r'("(?:[^"\\]|\\.)*")|(?<=[\s:,\[])(-?0\d[\d.]*)(?=\s*[,}\]])')
EDGES = re.compile(rf"^[\s{SPACES}]+|[\s{SPACES}]+$")     # what a mapping cuts off, too
DEEPEST = 40        # levels of an answer
SHOWN = 120         # characters of an answer in an error


class Unreadable(ValueError):
    """The answer is none of the standard's; the message says what it looks like."""


class Told(ValueError):
    """The server answered with errors of its own; the message holds them."""


def requests(body: bytes) -> list[Any]:
    """The requests of an answer, as they came. Raises: Unreadable, Told."""
    return listed(body, ("service_request_id", "token"))


def services(body: bytes) -> list[Any]:
    """The services of an answer. Raises: Unreadable, Told."""
    return listed(body, ("service_code",))


def definition(body: bytes) -> Plain:
    """A service's definition: its code and its attributes. Raises: Unreadable, Told."""
    found = listed(body, ("service_code", "attributes"))
    if len(found) != 1 or not isinstance(found[0], dict):
        raise Unreadable(f"one service definition was expected, not {len(found)}")
    return found[0]


def listed(body: bytes, known_by: Sequence[str]) -> list[Any]:
    """The objects of an answer; none in an empty one. Raises: Unreadable, Told."""
    value = unwrapped(content(body), known_by)
    faults = [one for one in value if is_error(one, known_by)]
    if faults and len(faults) == len(value):
        raise Told("; ".join(f"{one.get('code') or 'error'}: {one['description'] or 'no reason given'}" for one in faults)[:500])
    return value


def content(body: bytes) -> Any:
    """An answer's value, whichever of the two formats it is in; None for an empty one. Raises: Unreadable."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if not start:
        return None
    if PAGE.match(start):
        said = TITLE.search(text_of(body))
        raise Unreadable(f"a web page came instead of an answer{f': {one_line(said[1])}' if said else ''}")
    return of_xml(body) if start[:1] == b"<" or b"\0<" in start[:4] else of_json(body)


def of_json(body: bytes) -> Any:
    """JSON; whole numbers with leading zeros are taken as texts. Raises: Unreadable."""
    text = text_of(body).strip("\ufeff \t\r\n\0")
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
        mended = ZEROS.sub(lambda found: found[1] or f'"{found[2]}"', text)
        try:
            return orjson.loads(mended.encode("utf-8", "replace"))
        except orjson.JSONDecodeError:
            raise Unreadable(f"what came is neither JSON nor XML ({error}); it begins: {one_line(text)!r}") from error


def of_xml(body: bytes) -> Any:
    """XML as the standard maps it to JSON. Raises: Unreadable."""
    try:
        root = parsed(body)
    except NotXml as error:
        raise Unreadable(str(error)) from error
    return {name(root): plain(root, DEEPEST)}


def plain(element: Element, depth: int) -> Any:
    """An element as a text, an object or a list: one that is named so, or whose children all bear one name more than once.

    Raises: Unreadable when it nests too deep.
    """
    children = list(element)
    if depth == 0:
        raise Unreadable(f"the answer nests more than {DEEPEST} levels")
    if not children:
        return [] if name(element) in LISTS and not (element.text or "").strip() else (element.text or "").strip() or None
    if name(element) in LISTS:
        return [plain(child, depth - 1) for child in children]
    made: Plain = {}
    for child in children:
        tag, value = name(child), plain(child, depth - 1)
        made[tag] = value if tag not in made else [*(made[tag] if isinstance(made[tag], list) else [made[tag]]), value]
    return made


def name(element: Element) -> str:
    """A tag without its namespace; comments and instructions have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def unwrapped(value: Any, known_by: Sequence[str], depth: int = DEEPEST) -> list[Any]:
    """The list inside an answer. Raises: Unreadable."""
    if value is None:
        return []
    if isinstance(value, list):
        inner = [one for one in value if isinstance(one, dict) and not set(known_by) & set(one) and around(one)]
        return value if not inner or depth == 0 else [
            found for one in value for found in (unwrapped(one, known_by, depth - 1) if one in inner else [one])]
    if isinstance(value, dict):
        if set(known_by) & set(value) or is_error(value, known_by):
            return [value]
        held = around(value)
        if held is not None and depth:
            return unwrapped(value[held], known_by, depth - 1)
        if not value:
            return []
    raise Unreadable(f"a list was expected, not {one_line(shown(value))}")


def around(value: Plain) -> str | None:
    """The key of an object that holds the list, or the one thing in it."""
    return next((key for key in AROUND if key in value), None)


def is_error(value: Any, known_by: Sequence[str]) -> bool:
    """Whether an object is an error as the standard has it."""
    return isinstance(value, dict) and "description" in value and not set(known_by) & set(value) and (
        "code" in value or len(value) == 1)


def flat(request: Plain) -> Plain:
    """A request's fields as texts, under the standard's names; what is a list or an object stays one."""
    made: Plain = {}
    for key, value in request.items():
        known = ALIASES.get(key.strip().lower(), key.strip())
        if made.get(known) is None:
            made[known] = text(value)
    return made


ALIASES = {**{name: name for name in (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat",
    "long", "media_url", "token")}, "lon": "long", "lng": "long", "longitude": "long", "latitude": "lat",
    "address_string": "address"}


def text(value: Any) -> Any:
    """A scalar as text, None for nothing; anything else as it is."""
    if isinstance(value, str):
        return EDGES.sub("", value).encode("utf-8", "replace").decode() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value or None


def text_of(body: bytes) -> str:
    """An answer's text, in whatever encoding it is."""
    return body.decode(encoding(body[:1 << 18]).name, "replace")


def one_line(text: str) -> str:
    """The beginning of a text, on one line and without what a terminal would act upon."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:SHOWN]).strip()


def shown(value: Any) -> str:
    """A value as an error may show it."""
    return f"an object with {', '.join(map(str, list(value)[:5]))}" if isinstance(value, dict) else repr(value)
