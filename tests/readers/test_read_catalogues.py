"""Catalogues of cameras by GB/T 28181, and codes of channels in any table: what the digits say, and what is refused."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from readers.channel_codes import decoded
from readers.content import Content
from readers.gb28181 import Catalogue
from readers.guessing import guess
from readers.spec import Read
from readers.table import Unreadable

CAMERA = "52010300001310000001"


def message(items: str, declared: str = '<?xml version="1.0" encoding="GB2312"?>', root: str = "Response") -> str:
    """A message as a platform answers a query for its catalogue; its own code stands beside the list."""
    return (f"{declared}\r\n<{root}>\r\n<CmdType>Catalog</CmdType>\r\n<SN>17430</SN>\r\n<DeviceID>52010000002000000001</DeviceID>"
            f'\r\n<SumNum>9</SumNum>\r\n<DeviceList Num="2">\r\n{items}\r\n</DeviceList>\r\n</{root}>\r\n')


def item(**said: str) -> str:
    return "<Item>" + "".join(f"<{name}>{value}</{name}>" for name, value in said.items()) + "</Item>"


TWO = item(DeviceID=CAMERA, Name="中山西路口", Status="ON", Longitude="106.71", Password="secret") \
    + item(DeviceID="52010300012160000001", Name="云岩分局")


@pytest.mark.parametrize(("code", "kind", "district"), [
    (CAMERA, "camera", "520103"), ("52010300001320000001", "camera", "520103"), ("34020000001110000001", "recorder", "340200"),
    ("34020000001180000001", "recorder", "340200"), ("34020000001340000001", "peripheral", "340200"),
    ("34020000002000000001", "platform", "340200"), ("34020000002150000001", "group", "340200"),
    ("34020000002160000001", "organisation", "340200"), ("34020000003000000001", "operator", "340200"),
    ("34020000004000000001", "viewer", "340200"), ("34020000005000000001", "server", "340200"),
    ("34020000006000000001", "other", "340200"), ("34020000000000000001", "other", "340200"),
    ("52", "district", "52"), ("5201", "district", "5201"), ("520103", "district", "520103"), ("52010301", "district", "520103")])
def test_a_code_says_what_it_stands_for_and_where(code, kind, district):
    found = decoded(code)
    assert (found.kind, found.district) == (kind, district)


def test_the_digits_of_a_channel_are_its_parts():
    found = decoded("52010301051317000042")
    assert (found.centre, found.industry, found.type, found.network, found.serial) == ("52010301", "05", "131", "7", "000042")


@pytest.mark.parametrize(("code", "why"), [
    ("", "is empty"), ("5201030000131000000", "these are 19"), ("520103000013100000011", "these are 21"),
    ("520103000013100000O1", "is no channel code: 20 digits were expected"), ("3.402E+19", "has lost its digits"),
    ("５２０１０３", "is no channel code"), ("520", "these are 3"), ("x" * 500, "…' is no channel code")])
def test_what_is_no_code_is_refused_with_what_was_expected(code, why):
    with pytest.raises(ValueError, match=why):
        decoded(code)


@pytest.mark.parametrize(("declared", "encoding"), [
    ("GB2312", "gb18030"), ("GBK", "gb18030"), ("gb18030", "gb18030"), ("UTF-8", "utf-8"), ("GB2312", "utf-8"),
    ("UTF-8", "gb18030"), ("UTF-16", "utf-16")])
def test_names_are_read_whatever_encoding_is_declared(read, declared, encoding):
    out = read(message(TWO, f'<?xml version="1.0" encoding="{declared}"?>').encode(encoding), "catalogue.xml")
    assert out.rows["Name"].tolist() == ["中山西路口", "云岩分局"]


def test_every_item_is_a_row_that_says_what_it_is_without_passwords(read):
    out = read(message(TWO).encode("gbk"), "catalogue.xml")
    assert out.rows["DeviceID"].tolist() == [CAMERA, "52010300012160000001"]
    assert out.rows["channel.is"].tolist() == ["camera", "organisation"]
    assert out.rows["channel.camera"].tolist() == ["camera", None]
    assert out.rows["channel.district"].tolist() == ["520103", "520103"]
    assert out.rows["Status"].tolist() == ["ON", None]
    assert out.rows["Latitude"].tolist() == [None, None], "columns of the standard are there whether an item has them or not"
    assert "Password" not in out.rows and "secret" not in out.rows.to_string()
    (found,) = guess(message(TWO).encode("gbk"), "catalogue.xml")
    assert found.read.format == "gb28181"


def test_several_messages_in_one_file_are_one_catalogue_and_a_broken_one_costs_only_itself(read):
    second, third = (item(DeviceID=f"5201030000132000000{n}", Name="x") for n in (2, 3))
    broken = message(second).replace("</Item>", "</Itm>")
    out = read((message(TWO) + broken + message(third, "") + message(third, "", "Notify")).encode("gbk"), "catalogue.xml")
    assert out.rows["DeviceID"].tolist() == [CAMERA, "52010300012160000001", "52010300001320000003", "52010300001320000003"]
    (spoilt,) = out.unreadable.values()
    assert "52010300001320000002" in spoilt.text and "no proper XML" in spoilt.reason


def test_an_item_without_a_code_does_not_take_the_platforms_and_one_with_a_bad_code_is_kept_whole(read):
    items = item(Name="无码") + item(DeviceID="42", Name="短") + item(DeviceID="420", Name="坏")
    out = read(message(items).encode("gbk"), "a.xml")
    assert out.rows["channel.is"].tolist() == ["district"]
    assert {line: spoilt.reason.partition(":")[0] for line, spoilt in out.unreadable.items()} == {1: "DeviceID", 3: "DeviceID"}
    assert "坏" in out.unreadable[3].text


def test_tags_in_other_spelling_in_namespaces_and_repeated_are_understood(read):
    items = f"<g:Item><g:DeviceId>{CAMERA}</g:DeviceId><g:NAME>a</g:NAME><g:NAME>b</g:NAME>"
    items = f"{items}<g:Info><g:PTZType>1</g:PTZType></g:Info></g:Item>"
    body = f'<g:Response xmlns:g="urn:x"><g:CmdType> Catalog </g:CmdType><g:DeviceList>{items}</g:DeviceList></g:Response>'
    out = read(body.encode(), "a.xml")
    assert out.rows[["DeviceID", "Name", "Info.PTZType"]].to_numpy().tolist() == [[CAMERA, "a", "1"]]


def test_an_empty_catalogue_has_columns_and_no_rows(read):
    out = read(message("").encode(), "a.xml")
    assert len(out.rows) == 0 and "DeviceID" in out.table.columns


@pytest.mark.parametrize(("body", "why"), [
    (message("").replace("Catalog", "DeviceInfo"), "was expected, not DeviceInfo"),
    ('<!DOCTYPE x [<!ENTITY a "b">]>' + message("", ""), "declares entities"),
    (message("", "") + '<!DOCTYPE x [<!ENTITY a "b">]>' + message("", ""), "declares entities")])
def test_what_is_no_catalogue_and_what_declares_entities_is_refused(read, body, why):
    with pytest.raises(Unreadable, match=why):
        read(body.encode(), "a.xml", format="gb28181")


def test_a_platforms_table_is_decoded_by_the_column_that_is_named(read):
    table = f"设备编码,名称\n{CAMERA},一号\n 52010300001180000001 ,录像机\n3.402E+19,坏\n,空\n"
    out = read(table.encode("gb18030"), "cameras.csv", channel_code="设备编码")
    assert out.rows["channel.is"].tolist() == ["camera", "recorder"]
    assert out.numbers == [2, 3]
    assert out.unreadable[4].reason.startswith("设备编码: '3.402E+19' has lost its digits")
    assert out.unreadable[5].reason == "设备编码: is empty: a code of 20 digits was expected"


def test_a_column_of_codes_that_is_not_there_is_said(read):
    with pytest.raises(Unreadable, match="no column 'code' for channel_code; there are: a, b"):
        read(b"a,b\n1,2\n3,4\n", "cameras.csv", channel_code="code")


PIECES = [b"<", b">", b"/", b"&", b"&amp;", b"\xff", b"\x00", b"\xd6\xd0", b"<Item>", b"</Item>", b"</DeviceList>",
          b"</Response>", b"<?xml version='1.0'?>",
          b"<!--", b"]]>", b"<![CDATA[", b"<DeviceID>", b"</DeviceID>", b"1", b"\xef\xbb\xbf", b"\n",
          b'<a b="c">', b"&#0;", b"&#xD800;", b"xmlns:g='urn:x'", b"<Name/>", b"<g:Item>"]
SPOTS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 30)), max_size=5)


@given(SPOTS)
@settings(max_examples=int(os.environ.get("MALFORMED", "100")), deadline=None, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))
def test_however_a_catalogue_is_mangled_it_comes_out_or_is_refused_as_a_whole(spots):
    body = (message(TWO) + message(item(DeviceID="52010300001320000009", Name="末"), "")).encode("gbk")
    for where, piece, gone in spots:
        at = int(where * len(body))
        body = body[:at] + piece + body[at + gone:]
    path = Path(tempfile.gettempdir()) / f"catalogue-{os.getpid()}.xml"
    path.write_bytes(body)
    try:
        table = Catalogue(Content("catalogue.xml", path), Read(path="catalogue.xml"))
        frames = list(table.frames(2))
    except Unreadable:
        return
    for frame in frames:
        assert {str(code)[:6] for code in frame.rows["DeviceID"]} == set(frame.rows["channel.district"])
        assert all(spoilt.text and spoilt.reason for spoilt in frame.unreadable.values())
    if not spots:
        assert sum(len(frame.rows) for frame in frames) == 3
