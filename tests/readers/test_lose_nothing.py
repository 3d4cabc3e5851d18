"""Malformed input of every kind: whatever is in a file comes out, as a row or as unreadable, once, and nothing crashes.

MALFORMED=100000 tries as many of each instead of the suite's few.
"""

import json
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from readers.content import Content
from readers.delimited import Delimited
from readers.encoding import KEPT, visible
from readers.json_tables import Objects
from readers.spec import Read
from readers.table import Table, Unreadable
from readers.xml_rows import Elements

EXAMPLES = int(os.environ.get("MALFORMED", "150"))
many = settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck))
tried: Counter[str] = Counter()

PIECES = [b"a", b"b1", b"007", b"12,5", b"\xe4\xb8\xad", b'"', b'""', b'"x"', b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\n\n",
          b" ", b"\x00", b"\xff", b"\xc4\xe3", b"\\", b"'", b"2025-01-02", b"1.5", b",,,", b'"y\nz"', b"a,b,c\n", b"1,2,3\n",
          b'"1","2","3"\n', b"\x1a", b"\xef\xbb\xbf", "\u2028".encode(), b"|"]
LINES = [b'{"a": 1}', b'{"a": {"b": [1, 2]}}', b'{"a": "x', b"[1]", b"nul", b"NaN", b"\xff", b'{"a": NaN}', b"", b"  ", b'"text"',
         b'{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}', b"\x1e{}", b"[" * 3000,
         b'{"type": "Feature", "geometry": {"type": "Pt"}}', b'{"a":1}{"a":2}']
MUTATIONS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(
    [b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\n", b"\xff", b"\x00", b"NaN", b"null", b"1e999", b"tru", b" ", b"x"]),
    st.sampled_from(["insert", "delete", "replace"])), max_size=4)
SAFE = re.compile(r"[\s\",;|\t\ufeff\x00]")     # what is a matter of writing, not of content


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """Say what was tried, when many were asked for."""
    yield
    if "MALFORMED" in os.environ:
        print(dict(tried))


def content(data: bytes) -> Content:
    path = Path(tempfile.gettempdir()) / f"malformed-{os.getpid()}"
    path.write_bytes(data)
    return Content("malformed", path)


def everything(table: Table) -> list[tuple[int, str]]:
    """What comes out of a table, in order: the number, and the row's cells or the unreadable text."""
    found: list[tuple[int, str]] = []
    for frame in table.frames(3):
        found += [(int(number), "".join(str(cell) for cell in row if cell is not None))
                  for number, row in zip(frame.rows.index, frame.rows.itertuples(index=False), strict=True)]
        found += [(number, spoilt.text) for number, spoilt in frame.unreadable.items()]
        assert all(spoilt.reason for spoilt in frame.unreadable.values())
    tried["rows"] += len(found)
    return sorted(found)


@many
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from([None, "utf-8", "gb18030", "utf-16-le"]),
       st.sampled_from([None, ","]), st.sampled_from([None, 0, 1]))
def test_of_delimited_text_every_letter_comes_out_once(pieces, encoding, separator, header):
    data = b"".join(pieces)
    table = Delimited(content(data), Read(path="x", encoding=encoding, separator=separator, header=header))
    tried["delimited"] += 1
    try:
        out = everything(table)
    except Unreadable:
        tried["delimited refused"] += 1
        return
    below = data.decode(table.dialect.encoding, KEPT)[table.dialect.start:]
    assert SAFE.sub("", visible("".join(text for _, text in out))) == SAFE.sub("", visible(below)), data


@many
@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_of_json_lines_every_line_comes_out_once(lines):
    tried["lines"] += 1
    table = Objects(content(b"\n".join(lines)), Read(path="x"), lines=True)
    try:
        numbers = [number for number, _ in everything(table)]
    except Unreadable:
        tried["lines refused"] += 1
        return
    holding = [at for at, line in enumerate(lines, start=1) if line.strip(b" \x1e")]
    headed = table.listed is not None and table.listed[1]
    assert numbers == holding or (headed and len(numbers) == len(holding) - 1)


@many
@given(st.integers(1, 6), MUTATIONS, st.sampled_from(["list", "records", "features"]))
def test_of_a_damaged_json_document_every_record_comes_out_once(count, mutations, shape):
    data = bytearray(document(count, shape))
    for place, piece, how in mutations:
        at = int(place * len(data))
        if not any(start - 1 <= at <= end for start, end in marks(bytes(data))):
            data[at:at + (how != "insert")] = b"" if how == "delete" else piece
    tried["documents"] += 1
    table = Objects(content(bytes(data)), Read(path="x", encoding="utf-8", records=None if shape == "list" else "rows"))
    try:
        out = "".join(text for _, text in everything(table))
    except Unreadable:
        tried["documents refused"] += 1
        return
    there = Counter(bytes(data[start:end]).decode() for start, end in marks(bytes(data)))
    found = Counter(re.findall(r"mark\d\d", out))
    assert found == there, bytes(data)


@many
@given(st.integers(2, 6), MUTATIONS)
def test_of_damaged_xml_every_row_comes_out_once(count, mutations):
    """Up to the damage as rows, from there on as one text."""
    rows = "".join(f"<row n='{at}'><id>mark{at:02d}</id><in><a>x &lt; y</a><a/></in></row>" for at in range(count))
    data = bytearray(f"<all><rows>{rows}</rows></all>".encode())
    for place, piece, how in mutations:
        at = int(place * len(data))
        if not any(start - 1 <= at <= end for start, end in marks(bytes(data))):
            data[at:at + (how != "insert")] = b"" if how == "delete" else piece
    tried["xml"] += 1
    table = Elements(content(bytes(data)), Read(path="x", encoding="utf-8", records="all.rows.row"))
    try:
        out = "".join(text for _, text in everything(table))
    except Unreadable:
        tried["xml refused"] += 1
        return
    there = Counter(bytes(data[start:end]).decode() for start, end in marks(bytes(data)))
    assert Counter(re.findall(r"mark\d\d", out)) == there, bytes(data)


def document(count: int, shape: str) -> bytes:
    """Records that can be told from each other by a mark."""
    records = [{"id": f"mark{at:02d}", "n": at, "place": {"street": 'A "B"', "list": [1, {"x": None}]}} for at in range(count)]
    rows = [{"type": "Feature", "properties": one, "geometry": {"type": "Point", "coordinates": [1, 2]}} for one in records
            ] if shape == "features" else records
    return json.dumps(rows if shape == "list" else {"ok": True, "rows": rows}).encode()


def marks(data: bytes) -> list[tuple[int, int]]:
    """Where the marks stand."""
    return [found.span() for found in re.finditer(rb"mark\d\d", data)]
