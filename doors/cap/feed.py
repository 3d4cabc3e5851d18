"""Feeds that lead to CAP messages: Atom, RSS 1 and 2, and whatever else has entries with links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from doors.cap.document import elements, named, written
from doors.markup import NotXml, parsed

ENTRIES = ("entry", "item")
BASE = "{http://www.w3.org/XML/1998/namespace}base"
HREF = "{http://www.w3.org/1999/xlink}href"
STAMPS = ("updated", "pubDate", "published", "date", "modified")
LOOKS_LIKE_CAP = re.compile(r"\.(?:cap|xml)(?:$|[?#])|/cap(?:/|$|[?#])", re.IGNORECASE)
MOST_ENTRIES = 5_000


@dataclass(frozen=True)
class Entry:
    """One entry: what tells it from others and from itself as it was before, where its message is, or the message itself."""

    mark: str
    link: str | None
    inline: tuple[bytes, ...] = field(default=(), repr=False)


def entries(root: Element, address: str) -> list[Entry]:
    """The entries of a feed, the oldest first as far as feeds begin with the newest; those that lead nowhere are left out."""
    base = urljoin(address, root.get(BASE, ""))
    found = (entry(element, base) for element in islice(below(root), MOST_ENTRIES))
    return [one for one in found if one is not None][::-1]


def below(root: Element) -> Iterator[Element]:
    """The elements that are entries."""
    return (element for element in root.iter() if named(element) in ENTRIES)


def entry(element: Element, base: str) -> Entry | None:
    """One entry; None where it has neither a message nor a link to one."""
    inline = messages(element)
    link = None if inline else linked(element, base)
    if not inline and link is None:
        return None
    stamp = next((text for name in STAMPS for one in element if named(one) == name and (text := (one.text or "").strip())), "")
    return Entry(marked(b"".join(inline) or f"{link} {stamp}".encode("utf-8", "replace")), link, inline)


def marked(said: bytes) -> str:
    """What tells an entry from others, and from itself as it was before."""
    return blake2b(said, digest_size=12).hexdigest()


def messages(element: Element) -> tuple[bytes, ...]:
    """The messages that stand in an entry, as elements or as text."""
    found = tuple(written(one).encode("utf-8", "replace") for one in elements(element))
    if found:
        return found
    texts = (one.text.strip() for one in element.iter() if named(one) in ("content", "description", "encoded") and one.text)
    documents = (text.encode("utf-8", "replace") for text in texts if text.startswith("<") and "alert" in text)
    return tuple(document for document in documents if holds(document))


def holds(document: bytes) -> bool:
    """Whether a document has messages."""
    try:
        return bool(elements(parsed(document)))
    except NotXml:
        return False


def linked(element: Element, base: str) -> str | None:
    """The address of an entry's message: what is said to be CAP or XML before what looks like it, and that before the rest."""
    found = [(rank, urljoin(base, address)) for address, rank in links(element)]
    usable = [(rank, address) for rank, address in found if urlsplit(address).scheme in ("http", "https")]
    return min(usable, key=lambda one: one[0])[1] if usable else None


def links(element: Element) -> Iterator[tuple[str, int]]:
    """The addresses that an entry names, each with how likely it is the message: the less, the likelier."""
    for one in element:
        name = named(one)
        text = (one.text or "").strip()
        address = one.get("href") or one.get(HREF) or one.get("url") or one.get("src") or (
            text if name in ("link", "guid", "id") and text.startswith(("http://", "https://")) else "")
        if not address or name not in ("link", "enclosure", "content", "guid", "id"):
            continue
        kind, relation = (one.get("type") or "").lower(), (one.get("rel") or "").lower()
        if relation in ("self", "edit", "next", "previous", "hub", "license"):
            continue
        looks = bool(LOOKS_LIKE_CAP.search(address))
        yield address, (0 if "cap" in kind else 1 if "xml" in kind else 6 if "html" in kind else 2 if looks else 4) + (
            1 if name in ("guid", "id") else 0)
