"""What KML shows in a balloon: a table in its description, which is often all that an export left of a feature's columns."""

import re
from collections.abc import Iterator
from html import escape, unescape

END = re.compile(r"</(?:\w+:)?Placemark\s*>")
PLACEMARK = re.compile(r"<(?P<space>\w+:)?Placemark\b.*?</(?:\w+:)?Placemark\s*>", re.DOTALL)
DESCRIPTION = re.compile(r"<(?:\w+:)?description>(.*?)</(?:\w+:)?description>", re.DOTALL)
ROW = re.compile(r"<tr\b[^>]*>((?:(?!<table\b).)*?)</tr>", re.DOTALL | re.IGNORECASE)    # the innermost table's
CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.DOTALL)


def spread(parts: Iterator[str]) -> Iterator[str]:
    """The text of a KML; a placemark without data of its own has those that the table in its description tells."""
    rest = ""
    for part in parts:
        rest += part
        last = max((end.end() for end in END.finditer(rest)), default=0)
        yield PLACEMARK.sub(told, rest[:last])
        rest = rest[last:]
    yield rest


def told(placemark: re.Match[str]) -> str:
    """A placemark with what its description tells as data."""
    text, space = placemark[0], placemark["space"] or ""
    described = DESCRIPTION.search(text)
    cells = {} if described is None or "ExtendedData" in text else pairs(described[1])
    if described is None or not cells:
        return text
    data = "".join(f'<{space}Data name="{escape(name)}"><{space}value>{escape(value)}</{space}value></{space}Data>'
                   for name, value in cells.items())
    return f"{text[:described.start()]}<{space}ExtendedData>{data}</{space}ExtendedData>{text[described.end():]}"


def pairs(description: str) -> dict[str, str]:
    """Names and values of a table with two cells a row; none where a row has other than two, but for a title's one."""
    whole = CDATA.fullmatch(description)
    html = whole[1] if whole else unescape(description)
    rows = [[unescape(TAG.sub("", cell)).strip() for cell in CELL.findall(row)] for row in ROW.findall(html)]
    told = [row for row in rows if len(row) > 1]
    if not told or any(len(row) != 2 or not row[0] for row in told):
        return {}
    return {name.rstrip(": "): value for name, value in told}
