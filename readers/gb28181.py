"""Catalogues of GB/T 28181: the devices that a video platform tells of, `<CmdType>Catalog</CmdType>` in MANSCDP, decoded.

A platform tells a long catalogue in several messages; a file may hold them one after the other. Each item is a row: cameras,
recorders, districts, organisations and groups alike; the columns `channel.…` say which.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from readers import channel_codes, objects
from readers.base import Filed
from readers.encoding import known, texts, visible
from readers.limits import MOST_DOCUMENT
from readers.markup import encoding
from readers.objects import Numbered
from readers.table import Frame, Spoilt, Unreadable
from readers.xml_rows import local, rows

CODE = "DeviceID"
FIELDS = (CODE, "Name", "Manufacturer", "Model", "Owner", "CivilCode", "Block", "Address", "Parental", "ParentID", "SafetyWay",
          "RegisterWay", "CertNum", "Certifiable", "ErrCode", "EndTime", "Secrecy", "IPAddress", "Port", "Password", "Status",
          "Longitude", "Latitude", "BusinessGroupID", "Event")
SECRET = "Password"                     # of the camera itself: nobody here has a use for it
READ_AT = "channel.read_at"             # a catalogue does not say when it holds; the file's own time does
IS_ONE = re.compile(r"<(?:\w+:)?CmdType>\s*Catalog\s*</", re.IGNORECASE)
COMMAND = re.compile(r"<(?:\w+:)?CmdType>\s*([^<]*?)\s*</")
BEGIN = re.compile(r"<\?xml[^>]*\?>|(?<=</Response>)|(?<=</Notify>)")
ROOT = re.compile(r"<(?![?!])([^\s/>]+)")
DECLARES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
NAMES = {name.lower(): name for name in FIELDS}


@dataclass(frozen=True)
class Catalogue(Filed):
    """The items of one file of catalogue messages, numbered from 1."""

    total: int | None = None
    crs: str | None = None

    @cached_property
    def _text(self) -> str:
        """All of it. Raises: Unreadable."""
        with self.content.stream() as stream:
            size = sum(len(chunk) for chunk in stream.chunks())
        if size > MOST_DOCUMENT:
            raise Unreadable(self.name, f"is larger than {MOST_DOCUMENT:,} bytes")
        text = visible("".join(texts(self.content, self._encoding())))
        if DECLARES.search(text):
            raise Unreadable(self.name, "declares entities of its own, which catalogues have no use for, so it is refused")
        if not IS_ONE.search(text):
            said = COMMAND.search(text)
            raise Unreadable(self.name, "is no catalogue of GB/T 28181: <CmdType>Catalog</CmdType> was expected"
                             + (f", not {said[1]}" if said else ""))
        return text

    def _encoding(self) -> str:
        """What the bytes are in: valid UTF-8 is that whatever is declared; what is declared UTF-8 and is not, is Chinese."""
        if self.read.encoding is not None:
            return known(self.read.encoding, self.name)
        said = encoding(self.content)
        if said.lower().replace("_", "-").startswith("utf-16"):
            return said
        try:
            for text in texts(self.content, "utf-8"):
                text.encode()       # bytes that are not UTF-8 came as lone surrogates
        except UnicodeEncodeError:
            return "gb18030" if said.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig") else said
        return "utf-8"

    @property
    def columns(self) -> list[str]:
        """Those of the standard whether any item has them or not, what else the first items say, and what the codes say."""
        return [*self._said, READ_AT, *channel_codes.COLUMNS]

    @cached_property
    def _said(self) -> list[str]:
        first = [one for _, one in zip(range(objects.KNOWN), self._items(), strict=False)]
        rest = [name for name in objects.columns(first, shapes=False) if name not in FIELDS]
        return [*(name for name in FIELDS if name != SECRET), *rest]

    def _items(self) -> Iterator[Numbered]:
        return enumerate((one for message in messages(self._text) for one in items(message, self.name)), start=1)

    def _pieces(self) -> Iterator[Frame]:
        read_at = datetime.fromtimestamp(int(self.content.path.stat().st_mtime), UTC).isoformat()
        for piece in objects.pieces(self._items(), shapes=False):
            there = piece.rows.reindex(columns=[*self._said, *(name for name in piece.rows if name not in self._said)])
            there = there.astype(object).where(there.notna(), None).assign(**{READ_AT: read_at})
            yield channel_codes.with_parts(replace(piece, held=there), CODE)


def messages(text: str) -> list[str]:
    """The messages of a file, each from its first tag."""
    return [piece.strip() for piece in BEGIN.split(text) if piece.strip()]


def items(message: str, name: str) -> Iterator[dict[str, Any] | Spoilt]:
    """The items of one message; from where it breaks, all of it as one Spoilt. What is no message, too."""
    begin = ROOT.search(message)
    if begin is None:
        yield Spoilt(message, "is no catalogue message: a tag was expected")
        return
    for row in rows(iter([message[begin.start():]]), (local(begin[1]), "DeviceList", "Item"), name, alone=True):
        yield row if isinstance(row, Spoilt) else spelt(row)


def spelt(row: dict[str, Any]) -> dict[str, Any]:
    """An item with the names of the standard, however its tags are written, and without the camera's password."""
    named = {NAMES.get(key.lower(), key): value[0] if isinstance(value, list) and key.lower() in NAMES else value
             for key, value in row.items()}
    return {key: value for key, value in named.items() if key != SECRET}
