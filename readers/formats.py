"""What a file is: told by how it begins, and by its name only where that says more."""

import re
from pathlib import PurePosixPath

from readers.archive import is_zip, members, spreadsheet
from readers.content import Content
from readers.encoding import encoding, visible
from readers.gb28181 import IS_ONE
from readers.spec import Format
from readers.table import Unreadable

HEAD = 1 << 16
MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", "parquet"), (b"SQLite format 3\x00", "geopackage"), (b"fgb\x03fgb", "flatgeobuf"),
    (b"\x00\x00\x27\x0a", "shapefile"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"))
OTHERS = ((b"%PDF", "a PDF; tables in it must be exported as CSV or a workbook"), (b"Rar!", "a RAR archive; unpack it first"),
          (b"7z\xbc\xaf", "a 7z archive; unpack it first"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"),
          (b"GIF8", "a picture"), (b"II*\x00", "a picture"), (b"MM\x00*", "a picture"), (b"\x7fELF", "a program"))
KINDS = re.compile(r'"type"\s*:\s*"(FeatureCollection|Feature|Topology|CityJSON|CityJSONFeature)"')
JSON_KINDS: dict[str, Format] = {"FeatureCollection": "geojson", "Feature": "json", "Topology": "topojson",
                                 "CityJSON": "cityjson", "CityJSONFeature": "cityjson"}
ABOUT = re.compile(r"(?:<[?!][^>]*>\s*)*<(?:\w+:)?(?:metadata|MD_Metadata|PAMDataset)\b")    # of other files
LINED = {".jsonl", ".ndjson", ".geojsonl", ".geojsons", ".jsonlines", ".ldjson"}
DELIMITED = {".csv", ".tsv", ".tab", ".psv", ".txt"}


def format_of(content: Content) -> tuple[Format, str]:
    """A file's format and what tells it. Raises: Unreadable when it is none that can be read, and says what it is."""
    head = content.head(HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Unreadable(content.name, "is empty")
    for magic, found in MAGIC:
        if head.startswith(magic):
            return found, "it begins as such files do"
    for magic, what in OTHERS:
        if head.startswith(magic):
            raise Unreadable(content.name, f"is {what}")
    if is_zip(head):
        return _zipped(content)
    return _text(content, head)


def _zipped(content: Content) -> tuple[Format, str]:
    if spreadsheet(members(content)):
        return "excel", "it is a workbook inside"
    raise Unreadable(content.name, "is an archive; name the member")


def _text(content: Content, head: bytes) -> tuple[Format, str]:
    """The format of a text."""
    text = visible(head.decode(encoding(head).name, "replace")).lstrip("\ufeff \t\r\n\x1e")
    ending = PurePosixPath(content.name.partition("?")[0].removesuffix(".gz")).suffix.lower()
    if ending in DELIMITED and text[:1] not in ("{", "<"):
        return "csv", f"its name ends in {ending}"
    if text.startswith("<"):
        return _marked(content, text)
    if text[:1] in ("{", "["):
        return _json(text, ending)
    return "csv", "it is text"


def _marked(content: Content, text: str) -> tuple[Format, str]:
    if re.search(r"<(?:\w+:)?kml\b", text):
        return "kml", "it is XML that says KML"
    if re.search(r"<!doctype html|<html\b|<table\b", text, re.IGNORECASE):
        raise Unreadable(content.name, "is a web page, not a table; save it as a workbook or CSV, or ask for the file itself")
    if "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise Unreadable(content.name, "is an XML spreadsheet of 2003; save it as .xlsx")
    if ABOUT.match(text):
        raise Unreadable(content.name, "describes another file; it is no table")
    if IS_ONE.search(text):
        return "gb28181", "it is XML that says <CmdType>Catalog</CmdType>"
    return "xml", "it is XML"


def _json(text: str, ending: str) -> tuple[Format, str]:
    lined = ending in LINED or _lined(text)
    kind = KINDS.search(text)
    if kind and JSON_KINDS[kind[1]] in ("topojson", "cityjson"):
        return JSON_KINDS[kind[1]], f"it says {kind[1]}"
    if lined:
        return "jsonl", "every line is an object of its own"
    if kind and kind[1] == "FeatureCollection":
        return "geojson", "it says FeatureCollection"
    return "json", "it begins like JSON"


def _lined(text: str) -> bool:
    """Whether the first lines are objects of their own."""
    lines = [line.strip() for line in text.split("\n")[:5] if line.strip()]
    whole = [line for line in (lines[:-1] if len(lines) > 1 else []) if line.startswith("{") and line.endswith("}")]
    return len(whole) > 0 and len(whole) == len(lines[:-1])
