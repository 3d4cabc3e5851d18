"""XML as tables: which elements are rows, what their columns are called, and what is refused."""

import pytest

from readers.guessing import guess
from readers.table import Unreadable

REQUESTS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- of a city's open door -->
<service_requests><source>town</source>
  <request id="7"><code>001</code><title>A &amp; B</title><place><lat>1.5</lat><long>2</long></place><photo/>
    <tag>x</tag><tag>y</tag></request>
  <request id="8"><code>002</code><title>路灯</title><place srs="wgs84"><lat>3</lat><long>4</long></place></request>
</service_requests>"""


def test_the_elements_that_repeat_are_rows_and_nested_ones_columns(read):
    out = read(REQUESTS.encode(), "a.xml")
    assert out.numbers == [1, 2]
    assert out.rows["code"].tolist() == ["001", "002"]
    assert out.rows["title"].tolist() == ["A & B", "路灯"]
    assert out.rows["place.lat"].tolist() == ["1.5", "3"]
    assert out.rows["place.srs"].tolist() == [None, "wgs84"]
    assert out.rows["id"].tolist() == ["7", "8"]
    assert out.rows["tag"].tolist() == [["x", "y"], None]
    assert out.rows["photo"].tolist() == [None, None]
    assert out.rows["source"].tolist() == ["town", "town"], "what stands around the rows goes with each"


def test_a_document_in_which_nothing_repeats_is_one_row_and_prefixes_are_left_out(read):
    alert = ('<c:alert xmlns:c="urn:x"><c:identifier>1</c:identifier><c:info><c:event>Storm</c:event>'
             '<c:area><c:areaDesc>York</c:areaDesc></c:area></c:info></c:alert>')
    out = read(alert.encode(), "a.xml")
    assert out.lists() == [["1", "Storm", "York"]]
    assert out.table.columns == ["identifier", "info.event", "info.area.areaDesc"]


def test_rows_may_say_all_in_attributes(read):
    out = read(b'<posts><row Id="1" Title="x"/><row Id="2" Title="y"/></posts>', "a.xml")
    assert out.lists() == [["1", "x"], ["2", "y"]]


def test_records_say_which_elements_are_rows(read):
    out = read(REQUESTS.encode(), "a.xml", records="service_requests.request.place")
    assert out.rows["lat"].tolist() == ["1.5", "3"]
    with pytest.raises(Unreadable, match=r"no element <item> at feed\.item"):
        read(REQUESTS.encode(), "a.xml", records="feed.item")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_xml_is_read_in_the_encoding_that_it_says(read, encoding):
    text = REQUESTS.replace("UTF-8", {"gb18030": "GB2312"}.get(encoding, "UTF-8" if encoding == "utf-8-sig" else "UTF-16"))
    assert read(text.encode(encoding), "a.xml").rows["title"].tolist()[1] == "路灯"


def test_of_a_text_that_breaks_off_the_whole_rows_are_taken_and_the_rest_is_kept(read):
    broken = REQUESTS[:REQUESTS.index("<long>4")]
    out = read(broken.encode(), "a.xml")
    assert out.numbers == [1] and list(out.unreadable) == [2]
    assert "路灯" in out.unreadable[2].text and "001" not in out.unreadable[2].text
    assert "no proper XML from here on" in out.unreadable[2].reason


def test_rows_far_beyond_one_piece_of_text_come_out_once(read):
    text = "<rows>" + "".join(f"<row><n>{n}</n><text>{'x' * 50}</text></row>" for n in range(5_000)) + "</rows>"
    out = read(text.encode(), "a.xml")
    assert out.rows["n"].tolist() == [str(n) for n in range(5_000)] and not out.unreadable


@pytest.mark.parametrize(("text", "reason"), [
    ('<!DOCTYPE a [<!ENTITY x "y">]><a><b><c>&x;</c></b><b><c>2</c></b></a>', "declares entities"),
    ("<a>" * 200, "more than 100 deep"),
    ("<metadata><idinfo>x</idinfo></metadata>", "describes another file"),
    ("<a", "breaks off"),
])
def test_bombs_and_what_is_no_table_are_refused(read, text, reason):
    with pytest.raises(Unreadable, match=reason):
        read(text.encode(), "a.xml")


def test_a_guess_writes_down_where_the_rows_are():
    (found,) = guess(REQUESTS.encode(), "a.xml")
    assert found.read.format == "xml" and found.read.records == "service_requests.request"
