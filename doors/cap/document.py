"""A CAP message as it is written: whatever its namespace, its prefix or its version, with what is optional left out.

China's national warning system (GB/T 35965.1) writes `sendTime` and `eventType` for `sent` and `eventCode`, and gives senders a
code beside their name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from xml.etree.ElementTree import Element, tostring

BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h\d)\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
LINES = re.compile(r"\s*\n\s*")
MOST = 500                      # info blocks, areas of one, or shapes of one, that are looked at
DSIG = "http://www.w3.org/2000/09/xmldsig#"


@dataclass(frozen=True)
class Area:
    """Where one info block holds."""

    description: str
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()      # scheme, value


@dataclass(frozen=True)
class Info:
    """What is said in one language, of one part of the message; texts are plain, and empty where nothing is said."""

    language: str = ""
    event: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    category: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    urgency: str = ""
    severity: str = ""
    certainty: str = ""
    audience: str = ""
    effective: str = ""
    onset: str = ""
    expires: str = ""
    sender_name: str = ""
    web: str = ""
    contact: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    resources: tuple[tuple[str, str], ...] = ()     # what it is, its address
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Alert:
    """One message."""

    identifier: str
    sender: str
    sender_code: str
    sent: str
    status: str
    kind: str
    references: str
    note: str
    infos: tuple[Info, ...]
    signed: bool
    xml: str


def alerts(root: Element) -> list[Alert]:
    """The messages of a document: the root itself, or those that it holds."""
    return [alert(element) for element in elements(root)]


def elements(root: Element) -> list[Element]:
    """The elements that are messages; one within another is a part of it."""
    found: list[Element] = []
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if named(one) == "alert":
            found.append(one)
        else:
            waiting.extend(reversed(one))
    return found


def alert(element: Element) -> Alert:
    """One message."""
    return Alert(
        word(element, "identifier"), word(element, "sender"), word(element, "senderCode"),
        word(element, "sent") or word(element, "sendTime"), word(element, "status"),
        word(element, "msgType"), word(element, "references"), text(element, "note"),
        tuple(info(one) for one in below(element, "info")), any(one.tag == f"{{{DSIG}}}Signature" for one in element),
        written(element))


def info(element: Element) -> Info:
    """One info block."""
    return Info(
        word(element, "language"), text(element, "event"), text(element, "headline"), text(element, "description"),
        text(element, "instruction"), words(element, "category"), words(element, "responseType"), word(element, "urgency"),
        word(element, "severity"), word(element, "certainty"), text(element, "audience"), word(element, "effective"),
        word(element, "onset"), word(element, "expires"), text(element, "senderName"), word(element, "web"),
        text(element, "contact"), (*pairs(element, "eventCode", "value"), *pairs(element, "eventType", "value")),
        pairs(element, "parameter", "value"), tuple(resources(element)),
        tuple(area(one) for one in below(element, "area")))


def resources(element: Element) -> Iterator[tuple[str, str]]:
    """What stands beside a block elsewhere: what it is, and its address."""
    for one in below(element, "resource"):
        said = text(one, "resourceDesc"), word(one, "uri")
        if any(said):
            yield said


def area(element: Element) -> Area:
    """One area."""
    return Area(text(element, "areaDesc"), words(element, "polygon"), words(element, "circle"),
                pairs(element, "geocode", "value"))


def named(element: Element) -> str:
    """An element's name without its namespace; a comment has none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def below(element: Element, name: str) -> Iterator[Element]:
    """The first elements of a name right below."""
    found = (one for one in element if named(one) == name)
    return (one for one, _ in zip(found, range(MOST), strict=False))


def word(element: Element, name: str) -> str:
    """The first text of a name, with single blanks."""
    return next(iter(words(element, name)), "")


def words(element: Element, name: str) -> tuple[str, ...]:
    """All texts of a name that say something, with single blanks."""
    return tuple(made for one in below(element, name) if (made := " ".join("".join(one.itertext()).split())))


def text(element: Element, name: str) -> str:
    """The first text of a name, line by line and without tags of HTML."""
    return next((plain("".join(one.itertext())) for one in below(element, name)), "")


def plain(written: str) -> str:
    """A text without the tags and entities of HTML that some senders put into it."""
    made = BREAK.sub("\n", written)
    made = unescape(TAG.sub("", made)) if made != written or "&" in made or TAG.search(made) else made
    return LINES.sub("\n", BLANKS.sub(" ", made)).strip()


def pairs(element: Element, name: str, value: str) -> tuple[tuple[str, str], ...]:
    """Named values: as CAP 1.1 and 1.2 write them, or as CAP 1.0 does, NAME=VALUE."""
    made = []
    for one in below(element, name):
        if len(one):
            made.append((word(one, "valueName"), word(one, value)))
        else:
            before, mark, after = "".join(one.itertext()).strip().partition("=")
            made.append((before.strip(), after.strip()) if mark else ("", before))
    return tuple((scheme, said) for scheme, said in made if said)


def written(element: Element) -> str:
    """The message as XML."""
    try:
        return tostring(element, encoding="unicode").strip()
    except RecursionError:
        return "".join(element.itertext())
