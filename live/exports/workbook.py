"""Tables as an Excel workbook, written while it is sent: no row is kept, nothing is written to a disk.

The libraries that write workbooks collect a file before its first byte can go; what is needed of the format is little
(ECMA-376: a package of XML parts, of which the sheets are rows of cells), and is here. Texts are inline, so none is taken for
a formula. A sheet that is full (1,048,576 rows) goes on in another one.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from data_access.every_row import Kind
from live.exports.again import Again
from live.exports.sheet import Sheet

FULL = 1_048_576                      # rows that a sheet can have
LONGEST = 32_767                      # characters that a cell can have
LEVEL = 1                             # of compression: twice as fast as the usual one, a tenth larger
WIDTHS: dict[Kind, int] = {"text": 24, "number": 14, "instant": 20, "flag": 10}
DAY_NOUGHT = datetime(1899, 12, 30)   # from which Excel counts days
SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UNWRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")   # what XML cannot say
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
HEAD, INSTANT = 1, 2                  # styles, by their place in STYLES

DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MIME = f"{CONTENT}.sheet"
STYLES = f"""{DECLARED}<styleSheet xmlns="{MAIN}">\
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>\
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>\
<cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


def workbook(sheets: Iterable[Sheet]) -> Iterator[bytes]:
    """The workbook's bytes, in pieces, as the sheets' rows come."""
    sink = Sink()
    titles: list[str] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as package:
        for sheet in sheets:
            rows = lines(sheet)
            piece = next(rows, None)
            while True:
                titles.append(titled(sheet.title, titles))
                with package.open(f"xl/worksheets/sheet{len(titles)}.xml", "w", force_zip64=True) as sheet_part:
                    sheet_part.write(opening(sheet))
                    count = 1
                    while piece is not None and count + piece.rows <= FULL:
                        sheet_part.write(piece.text)
                        count += piece.rows
                        yield sink.taken()
                        piece = next(rows, None)
                    sheet_part.write(b"</sheetData></worksheet>")
                if piece is None:
                    break
        for name, text in (*directory(titles), ("xl/styles.xml", STYLES)):
            package.writestr(name, text)
    yield sink.taken()


class Sink(io.RawIOBase):
    """Takes what the package writes; it cannot be sought in, so nothing is written twice."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep a piece until it is taken."""
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What has come since it was last asked."""
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found


def titled(title: str, taken: Sequence[str]) -> str:
    """A sheet's title as Excel takes it: short, without its own marks, and there once."""
    plain = NOT_IN_TITLES.sub(" ", title)[:28] or "-"
    number = 1
    while (name := plain if number == 1 else f"{plain} {number}") in taken:
        number += 1
    return name


def opening(sheet: Sheet) -> bytes:
    """A sheet up to its heads, which stay in sight."""
    widths = "".join(f'<col min="{at}" max="{at}" width="{WIDTHS[column.kind]}" customWidth="1"/>'
                     for at, column in enumerate(sheet.columns, start=1))
    heads = "".join(inline(head, HEAD) for head in sheet.heads)
    return (f'{DECLARED}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
            f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
            f"<row>{heads}</row>").encode()


@dataclass(frozen=True)
class Lines:
    """Rows as XML, and how many they are."""

    text: bytes
    rows: int


def lines(sheet: Sheet) -> Iterator[Lines]:
    """A sheet's rows, piece by piece."""
    flags = {value: text(sheet.flagged(value)) for value in (True, False, None)}
    written = [(flags if column.kind == "flag" else Again(WRITTEN[column.kind])).__getitem__ for column in sheet.columns]
    for piece in filter(None, sheet.pieces):
        columns = [map(write, cells) for write, cells in zip(written, zip(*piece, strict=True), strict=True)]
        yield Lines("".join(map(row, zip(*columns, strict=True))).encode(), len(piece))


def row(cells: Iterable[str]) -> str:
    """A row of written cells."""
    return f"<row>{''.join(cells)}</row>"


def inline(value: str, style: int = 0) -> str:
    """A text; without what XML cannot say, and no longer than a cell can be."""
    if len(value) > LONGEST:
        value = f"{value[:LONGEST - 1]}…"
    if SPECIAL.search(value):
        value = escape(UNWRITTEN.sub("\ufffd", value))
    styled = f' s="{style}"' if style else ""
    kept = ' xml:space="preserve"' if value[:1].isspace() or value[-1:].isspace() else ""
    return f'<c t="inlineStr"{styled}><is><t{kept}>{value}</t></is></c>'


def text(value: str | None) -> str:
    """A text, or an empty cell."""
    return "<c/>" if value is None else inline(value)


def number(value: float | None) -> str:
    """A number, or an empty cell; what is no number is nothing."""
    return "<c/>" if value is None or value != value or value in (float("inf"), float("-inf")) else f"<c><v>{value}</v></c>"


def instant(value: datetime | None) -> str:
    """An instant as Excel counts it: days since the end of 1899, by the clock that it is told in."""
    if value is None:
        return "<c/>"
    since = value - DAY_NOUGHT
    return f'<c s="{INSTANT}"><v>{since.days + since.seconds / 86400:.8f}</v></c>'


WRITTEN: dict[Kind, Callable[[Any], str]] = {"text": text, "flag": text, "number": number, "instant": instant}


def directory(titles: Sequence[str]) -> list[tuple[str, str]]:
    """The parts that say which sheets there are."""
    numbered = list(enumerate(titles, start=1))
    kinds = "".join(part(f"xl/worksheets/sheet{at}.xml", "worksheet") for at, _ in numbered)
    sheets = "".join(f'<sheet name={quoteattr(title)} sheetId="{at}" r:id="rId{at}"/>' for at, title in numbered)
    leads = [relation(at, "worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered]
    styles = relation(len(titles) + 1, "styles", "styles.xml")
    return [
        ("[Content_Types].xml", f'''{DECLARED}<Types xmlns="{PACKAGE}/content-types">\
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/>\
{part("xl/workbook.xml", "sheet.main")}{part("xl/styles.xml", "styles")}{kinds}</Types>'''),
        ("_rels/.rels", related(relation(1, "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml", f'{DECLARED}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", related(*leads, styles)),
    ]


def part(name: str, kind: str) -> str:
    """What a part is."""
    return f'<Override PartName="/{name}" ContentType="{CONTENT}.{kind}+xml"/>'


def relation(number: int, kind: str, target: str) -> str:
    """What one part has to do with another."""
    return f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'


def related(*relations: str) -> str:
    """All that a part has to do with others."""
    return f'{DECLARED}<Relationships xmlns="{PACKAGE}/relationships">{"".join(relations)}</Relationships>'
