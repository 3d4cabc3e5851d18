"""A batch of a JSON object a line: what cannot be read of it is kept like any other row."""

import gzip
from typing import Any

import orjson
import pytest

from ingest.rejects import Rejects
from ingest.sheet import TooMany, Unreadable, read_lines
from tests.ingest.conftest import Case, Sender

TYPE = "application/x-ndjson"


def lines(*rows: Any) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else orjson.dumps(row) for row in rows)


def test_a_row_a_line_is_taken_like_rows_in_a_list(sender: Sender, case: Case) -> None:
    body = lines(case("n1"), case("n2"), b"")
    assert sender.counts(sender.send_body("cases", body, Content_Type=TYPE)) == (2, 0, 0)
    assert sender.counts(sender.send("cases", [case("n1"), case("n2")])) == (0, 2, 0)
    assert sender.counts(sender.send_body("cases", gzip.compress(body), Content_Encoding="gzip", Content_Type=TYPE)) == (0, 2, 0)


def test_a_spoilt_line_is_kept_whole_and_told_by_its_number(sender: Sender, case: Case) -> None:
    """Of six lines one is blank, one is cut off, one is a list, one lacks its title: two are taken."""
    body = lines(case("s1"), b"  ", b'{"id": "s2", "cl\0\xff', [1], case("s3"), case("s4", title=None))
    answer = sender.send_body("cases", body, Content_Type=TYPE)
    assert sender.counts(answer) == (2, 0, 3)
    assert [(reason["row"], reason["code"]) for reason in answer["reasons"]] == [
        (3, "unreadable"), (4, "not_an_object"), (6, "missing")]
    kept = sender.rows("SELECT row_no, reasons -> 0 ->> 'code', row FROM reject WHERE batch_id = :batch ORDER BY 1",
                       batch=answer["batch"])
    assert [(line, code) for line, code, _ in kept] == [(3, "unreadable"), (4, "not_an_object"), (6, "missing")]
    assert kept[0][2] == '{"id": "s2", "cl␀\ufffd'
    taken = sender.rows("SELECT external_id, row_no FROM city_case WHERE external_id LIKE 's_' ORDER BY 1")
    assert taken == [("s1", 1), ("s3", 5)]


def test_a_byte_order_mark_does_no_harm(sender: Sender, case: Case) -> None:
    mark = b"\xef\xbb\xbf"
    assert sender.counts(sender.send_body("cases", mark + lines(case("m1"), case("m2")), Content_Type=TYPE)) == (2, 0, 0)
    assert sender.counts(sender.send_body("cases", mark + orjson.dumps({"rows": [case("m1")]}))) == (0, 1, 0)


def test_a_batch_of_spoilt_lines_alone_is_kept(sender: Sender) -> None:
    assert sender.counts(sender.send_body("observations", b"{\n}\n", Content_Type=TYPE)) == (0, 0, 2)


@pytest.mark.parametrize("body", [
    b'{"a": 1}\n{"a": 2}\r\n', b'  {"a": 1}\n\n{"a": 2}', b'{"a": 1}\n{"a": 2', b'{"a": [{}\n{}]}', b'{"a": 1},{"a": 2}\n{"a": 3',
    b'{"a":\n1}', b"5\n[]"])
def test_each_line_is_a_row_or_unread(body: bytes) -> None:
    sheet = read_lines(body, ["a"], Rejects())
    assert sheet.count + len(sheet.unread) == sum(1 for line in body.split(b"\n") if line.strip())
    assert len(sheet.lines) == sheet.count == len(sheet.columns["a"])


def test_no_lines_and_too_many_are_refused() -> None:
    with pytest.raises(Unreadable, match="no rows"):
        read_lines(b"\n \n", ["a"], Rejects())
    with pytest.raises(TooMany, match="20001 rows"):
        read_lines(b"{}\n" * 20_001, ["a"], Rejects())
