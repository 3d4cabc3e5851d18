"""XML from strangers as a tree: without document types, entities of its own or anything from elsewhere; in any encoding.

What careless writers do is mended where it can mean one thing only: an ampersand that begins nothing, an entity of HTML, a
control character.
"""

import re
from html.entities import html5
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from readers.encoding import encoding, known
from readers.markup import DECLARATION, DECLARED
from readers.table import Unreadable

HEAD = 1 << 18
OWN = ("amp", "lt", "gt", "quot", "apos")
FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
AMPERSAND = re.compile(r"(<!\[CDATA\[.*?\]\]>)|&(#\d+;|#x[0-9a-fA-F]+;|\w+;)?", re.DOTALL)


class NotXml(ValueError):
    """The text is no XML that is read here; the message says why."""


def parsed(body: bytes) -> Element:
    """The root of a document. Raises: NotXml."""
    text = FORBIDDEN.sub("", DECLARATION.sub("", decoded(body).lstrip("\ufeff \t\r\n\0")))
    try:
        return tree(text)
    except NotXml:
        mended = AMPERSAND.sub(lambda found: found[1] or reference(found[2] or ""), text)
        if mended == text:
            raise
        return tree(mended)


def tree(text: str) -> Element:
    """The root of a text. Raises: NotXml."""
    try:
        root: Element = fromstring(text.encode("utf-8", "replace"), forbid_dtd=True)
    except DefusedXmlException as error:
        raise NotXml("the XML declares a document type or entities of its own, which messages have no use for, so it is refused"
                     ) from error
    except (ParseError, ValueError) as error:
        raise NotXml(f"the XML is damaged: {error}") from error
    return root


def decoded(body: bytes) -> str:
    """The text, in the encoding that the document says or looks like. Raises: NotXml."""
    seen = encoding(body[:HEAD]).name
    said = None if seen.startswith(("utf-16", "utf-32")) else DECLARED.match(
        body[:HEAD].decode("latin-1").removeprefix("ï»¿").lstrip())
    try:
        return body.decode(known(said[1] if said else seen, "the document"), "replace")
    except Unreadable as error:
        raise NotXml(str(error)) from error


def reference(name: str) -> str:
    """What an ampersand and the name after it mean in XML."""
    if name.startswith("#") or name[:-1] in OWN:
        return f"&{name}"
    return html5.get(name) or f"&amp;{name}"
