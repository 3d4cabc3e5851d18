"""Files of a hundred rows that are wrong in a hundred ways: each row comes out once, good or unreadable, or the file is refused.

Each row bears a mark, and what is done to the file is never done to a mark. MALFORMED=100000 tries as many rows of each format
instead of the suite's few; how they are made says tests/hostile.py.
"""

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import box

from readers.delimited import Delimited
from readers.encoding import KEPT
from readers.opening import open_tables
from readers.spec import Read
from readers.table import Table, Unreadable
from tests.hostile import TRIED, Hostile, with_hostile

ROWS = 100
MARK = re.compile(r"mark\d{3}")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "gb18030", "latin-1", "big5", "shift_jis")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the file is written, again and again."""
    return tmp_path_factory.mktemp("hostile")


def mark(row: int) -> str:
    """What tells a row."""
    return f"mark{row:03d}"


def marks(text: str) -> Counter[str]:
    """The marks in a text, each as often as it stands there."""
    return Counter(MARK.findall(text))


def out(table: Table) -> str:
    """All that comes out of a table; what is unreadable has its reason, and nothing has the same number."""
    texts: list[str] = []
    numbers: list[int] = []
    for frame in table.frames(37):
        texts += [str(cell) for row in frame.rows.itertuples(index=False) for cell in row if cell is not None]
        texts += [spoilt.text for spoilt in frame.unreadable.values()]
        numbers += [*frame.rows.index, *frame.unreadable]
        assert all(spoilt.reason for spoilt in frame.unreadable.values())
    assert len(numbers) == len(set(numbers))
    return "\n".join(texts)


def read(folder: Path, name: str, data: bytes, **said: object) -> list[Table]:
    """The tables of a file; none where it is refused, with a sentence."""
    (folder / name).write_bytes(data)
    return [*open_tables(Read.model_validate({"path": name, **said}), folder)]


def refused(what: str, rubbish: Hostile, act: Callable[[], None]) -> None:
    """Do it; a refusal of the whole file says why."""
    TRIED[f"rows of {what}"] += ROWS
    try:
        act()
    except Unreadable as error:
        assert str(error)
        TRIED[f"files of {what} refused"] += 1


def behind(rubbish: Hostile, text: bytes, share: float = 0.2) -> bytes:
    """A row's bytes behind its mark, at times damaged."""
    return rubbish.damaged(text, 2) if rubbish.chance(share) else text


# delimited text


def line(rubbish: Hostile, row: int, separator: str, encoding: str) -> bytes:
    """One row: its mark and cells, quoted well, badly or not at all; too few, too many; in any encoding."""
    cells = []
    for _ in range(rubbish.choice((3, 3, 3, 3, 3, 3, 1, 0, 7))):
        cell = rubbish.text() if rubbish.chance(0.5) else str(rubbish.randrange(100))
        kind = rubbish.random()
        cells.append(
            cell
            if kind < 0.6
            else '"' + cell.replace('"', '""') + '"'
            if kind < 0.9
            else f'"{cell}'
            if kind < 0.95
            else f'{cell}"x"'
        )
    spelt = encoding if rubbish.chance(0.95) else rubbish.choice(ENCODINGS)
    text = separator.join(("", *cells)).encode(spelt, "replace")
    return mark(row).encode() + behind(rubbish, text, 0.15) + rubbish.choice((b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b"\r"))


def packed(rubbish: Hostile, data: bytes) -> tuple[str, bytes, bool]:
    """The file as it is or packed, its name, and whether it is whole."""
    kind = rubbish.random()
    if kind < 0.7:
        return "a.csv", data, True
    if kind < 0.8:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", data)
        name, made = "a.zip", held.getvalue()
    else:
        name, made = "a.csv.gz", rubbish.choice((gzip.compress, bz2.compress, lzma.compress))(data)
    if rubbish.chance(0.4):
        return name, rubbish.damaged(made, 2), False
    return name, made, True


@with_hostile(few=3, together=ROWS)
def test_every_row_of_delimited_text_comes_out(folder: Path, rubbish: Hostile) -> None:
    separator, encoding = rubbish.choice(",,,;\t|"), rubbish.choice(ENCODINGS)
    head = separator.join(("id", "a", "b", "c")).encode() + b"\n"
    body = [line(rubbish, row, separator, encoding) for row in range(ROWS)]
    if rubbish.chance(0.1):
        body.insert(rubbish.randrange(ROWS), head)
    data = rubbish.choice((b"", b"", b"\xef\xbb\xbf", b"\n\n", b"A title\n")) + head + b"".join(body)
    name, sent, whole = packed(rubbish, data)
    said = rubbish.choice(({}, {"separator": separator}, {"header": 1, "skip": 0}, {"encoding": encoding}, {"quote": ""}))

    def act() -> None:
        for table in read(folder, name, sent, format="csv", **said):
            found = marks(out(table))
            assert isinstance(table, Delimited)
            below = data.decode(table.dialect.encoding, KEPT)[table.dialect.start :]
            assert found == marks(below) or not whole, (name, said)

    refused("delimited text", rubbish, act)


# JSON


def record(rubbish: Hostile, row: int, feature: bool) -> bytes:
    """One object with its mark, and anything beside it."""
    value = rubbish.value(("a", "b", "properties", "type"), 3)
    said = b'"id": "' + mark(row).encode() + b'"'
    rest = behind(
        rubbish, b', "a": ' + rubbish.json(value).lstrip(b"\xef\xbb\xbf\xff\xfe\0") + b', "b": {"c": [1, {"d": "x"}]}}', 0.15
    )
    if not feature:
        return b"{" + said + rest
    shape = rubbish.choice(
        (b'{"type": "Point", "coordinates": [1, 2]}', b"null", rubbish.json(rubbish.value(("type", "coordinates"))))
    )
    return (
        b'{"type": "Feature", "geometry": ' + shape.lstrip(b"\xef\xbb\xbf\xff\xfe\0") + b', "properties": {' + said + rest + b"}"
    )


@with_hostile(few=3, together=ROWS)
def test_every_record_of_json_comes_out(folder: Path, rubbish: Hostile) -> None:
    shape = rubbish.choice(("list", "rows", "lines", "features"))
    records = [record(rubbish, row, shape == "features") for row in range(ROWS)]
    around = {
        "list": (b"[", b"]"),
        "rows": (b'{"ok": true, "rows": [', b"]}"),
        "lines": (b"", b""),
        "features": (b'{"type": "FeatureCollection", "features": [', b"]}"),
    }[shape]
    comma = b"\n" if shape == "lines" else rubbish.choice((b",", b",\n", b" , "))
    data = around[0] + comma.join(records) + rubbish.choice((around[1], around[1], around[1], b"", b"}}]]"))
    said: dict[str, object] = {"encoding": "utf-8", "format": {"lines": "jsonl", "features": "geojson"}.get(shape, "json")}
    if shape == "rows":
        said["records"] = "rows"

    def act() -> None:
        for table in read(folder, "a.json", data, **said):
            assert marks(out(table)) == marks(data.decode("utf-8", KEPT)), shape

    refused("JSON", rubbish, act)


# XML


@with_hostile(few=3, together=ROWS)
def test_every_element_of_xml_comes_out(folder: Path, rubbish: Hostile) -> None:
    rows = []
    for row in range(ROWS):
        cell = rubbish.text().encode("utf-8", "replace")
        inside = (
            b"<a>"
            + (cell if rubbish.chance(0.02) else escape(rubbish.text()).encode("utf-8", "replace"))
            + b"</a><b c='1'><d/></b>"
        )
        rows.append(b"<row><id>" + mark(row).encode() + b"</id>" + behind(rubbish, inside, 0.02) + b"</row>")
    declared = rubbish.choice((b"", b'<?xml version="1.0" encoding="UTF-8"?>', b'<?xml version="1.0" encoding="GBK"?>'))
    data = declared + b"<all><rows>" + b"\n".join(rows) + rubbish.choice((b"</rows></all>", b"", b"</all>"))

    def act() -> None:
        for table in read(folder, "a.xml", data, format="xml", encoding="utf-8", records="all.rows.row"):
            assert marks(out(table)) == marks(data.decode("utf-8", KEPT))

    refused("XML", rubbish, act)


CODES = (
    "52010300001320000001", "5201030000132000000", "52010300002160000002", "5201", "520103", "99999999999999999999",
    "3.40201E+19", "",
)


@with_hostile(few=2, together=ROWS)
def test_every_item_of_a_camera_catalogue_comes_out(folder: Path, rubbish: Hostile) -> None:
    items = []
    for row in range(ROWS):
        code = rubbish.choice(CODES) if rubbish.chance(0.9) else rubbish.text()
        said = escape(rubbish.text()) if rubbish.chance(0.3) else "ON"
        inside = (
            f"<DeviceID>{escape(code)}</DeviceID><Status>{said}</Status><Longitude>{rubbish.choice(('106.7', said))}</Longitude>"
            f"<Info><PTZType>1</PTZType></Info>"
        ).encode("gb18030", "replace")
        items.append(b"<Item><Name>" + mark(row).encode() + b"</Name>" + behind(rubbish, inside, 0.02) + b"</Item>")
    data = (
        b'<?xml version="1.0" encoding="GB2312"?><Response><CmdType>Catalog</CmdType><SN>1</SN>'
        b'<DeviceID>52010000002000000001</DeviceID><SumNum>100</SumNum><DeviceList Num="100">'
        + b"\n".join(items)
        + b"</DeviceList></Response>"
    )

    def act() -> None:
        for table in read(folder, "a.xml", data, format="gb28181"):
            assert marks(out(table)) == marks(data.decode("gb18030", KEPT))

    refused("camera catalogues", rubbish, act)


# workbooks and Parquet

OPEN = "http://schemas.openxmlformats.org"
RELATIONS = f"{OPEN}/officeDocument/2006/relationships"
BOOK = {
    "[Content_Types].xml": f'<Types xmlns="{OPEN}/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OPEN}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{OPEN}/spreadsheetml/2006/main" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OPEN}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def sheet_cell(rubbish: Hostile) -> str:
    """A cell of a sheet: a text, a number, a flag, an error, a formula, or, rarely, what no program writes."""
    said, kind = escape("".join(one for one in rubbish.text() if one.isprintable())), rubbish.random()
    if kind < 0.4:
        return f'<c t="inlineStr"><is><t>{said}</t></is></c>'
    if kind < 0.7:
        return f"<c><v>{rubbish.choice(('1', '-0', '45356.5', '1e400', 'NaN', '9' * 400, said))}</v></c>"
    if kind < 0.999:
        made, value = rubbish.choice((("b", "1"), ("e", "#DIV/0!"), ("d", "2026-03-04T12:00:00"), ("str", said), ("str", "")))
        return f'<c t="{made}"><f>1/0</f><v>{value}</v></c>'
    return f'<c t="{rubbish.choice(("b", "e", "d", "s", "x"))}"><v>{rubbish.choice(("1", "99999", said))}</v></c>'


@with_hostile(few=2, together=ROWS)
def test_every_row_of_a_workbook_comes_out(folder: Path, rubbish: Hostile) -> None:
    """Damaged, its XML or its zip, it is refused or what comes out of it comes once."""
    rows = [
        '<row><c t="inlineStr"><is><t>id</t></is></c>'
        + "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in "abc")
        + "</row>"
    ]
    for row in range(ROWS):
        cells = "".join(sheet_cell(rubbish) for _ in range(rubbish.choice((3, 3, 3, 3, 0, 1, 6))))
        rows.append(f'<row><c t="inlineStr"><is><t>{mark(row)}</t></is></c>{cells}</row>')
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join(rows)
        + "</sheetData>"
        + rubbish.choice(("", '<mergeCells><mergeCell ref="B3:B5"/><mergeCell ref="C1:ZZZ9"/></mergeCells>'))
        + "</worksheet>"
    )
    text, whole = sheet.encode("utf-8", "replace"), rubbish.chance(0.7)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside in BOOK.items():
            archive.writestr(name, inside)
        archive.writestr("xl/worksheets/sheet1.xml", text if whole else rubbish.damaged(text))
    data = held.getvalue() if whole or rubbish.chance(0.5) else rubbish.damaged(held.getvalue())

    def act() -> None:
        for table in read(folder, "a.xlsx", data, header=1, skip=0):
            assert not whole or set(marks(out(table))) == {mark(row) for row in range(ROWS)}

    refused("workbooks", rubbish, act)


@with_hostile(few=2, together=ROWS)
def test_every_row_of_parquet_comes_out(folder: Path, rubbish: Hostile) -> None:
    texts = [rubbish.text().encode("utf-8", rubbish.choice(("replace", "surrogatepass"))) for _ in range(ROWS)]
    columns = {
        "id": pa.array([mark(row) for row in range(ROWS)]),
        "a": pa.array(texts, pa.binary()).view(pa.string())
        if rubbish.chance(0.3)
        else pa.array([one.decode("utf-8", "replace") for one in texts]),
        "b": pa.array([rubbish.uniform(-1e308, 1e308) if rubbish.chance(0.8) else float("nan") for _ in range(ROWS)]),
        "c": pa.array(
            [rubbish.randrange(-(2**63), 2**63) for _ in range(ROWS)],
            rubbish.choice(
                (pa.int64(), pa.timestamp("us"), pa.timestamp("us", "Asia/Shanghai"), pa.duration("s"), pa.time64("us"))
            ),
        ),
        "d": pa.array([[{"x": rubbish.randrange(9)}] * rubbish.randrange(3) for _ in range(ROWS)]),
        "f": pa.array([rubbish.randrange(-(2**31), 2**31) for _ in range(ROWS)], pa.date32()),
        "e": pa.array(texts, pa.binary()),
    }
    chosen = ["id", *rubbish.sample("abcdef", rubbish.randint(1, 6))]
    held = io.BytesIO()
    pq.write_table(
        pa.table({name: columns[name] for name in chosen}), held, compression=rubbish.choice(("snappy", "gzip", "none"))
    )
    whole = rubbish.chance(0.6)
    data = held.getvalue() if whole else rubbish.damaged(held.getvalue())

    def act() -> None:
        for table in read(folder, "a.parquet", data):
            found = marks(out(table))
            assert not whole or found == Counter(mark(row) for row in range(ROWS))

    refused("Parquet", rubbish, act)


# shapes


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A good file of each format, of ten squares."""
    where = tmp_path_factory.mktemp("shapes")
    squares = gpd.GeoDataFrame(
        {"id": [mark(row) for row in range(10)], "n": range(10)},
        geometry=[box(at, 0, at + 1, 1) for at in range(10)],
        crs="EPSG:4326",
    )
    made: dict[str, bytes] = {}
    for name in ("a.gpkg", "a.fgb", "a.geojson", "a.shp"):
        squares.to_file(where / name)
        made[name] = (where / name).read_bytes()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for part in sorted(where.glob("a.*")):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                archive.writestr(f"roads{part.suffix}", part.read_bytes())
    del made["a.shp"]
    return made | {"a.zip": held.getvalue()}


@pytest.mark.filterwarnings("ignore")  # of the library, about what is damaged
@with_hostile(few=2, together=10)
def test_a_damaged_file_of_shapes_is_read_or_refused(folder: Path, shapes: dict[str, bytes], rubbish: Hostile) -> None:
    """A library that is not ours may take a damaged row for another; nothing comes twice, and nothing is raised."""
    name = rubbish.choice(sorted(shapes))
    TRIED["rows of files of shapes"] += 10
    try:
        for table in read(folder, name, rubbish.damaged(shapes[name])):
            out(table)
    except Unreadable as error:
        assert str(error)
        TRIED["files of shapes refused"] += 1
