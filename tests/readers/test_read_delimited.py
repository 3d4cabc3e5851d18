"""Delimited text as it comes: any encoding, separator and header, and every faulty line kept with its number."""

import bz2
import gzip
import lzma
import random

import pytest

from readers import delimited
from readers.dialect import Dialect
from readers.records import Marks
from readers.table import Unreadable

ROWS = [["编号", "类别", "描述"], ["0012", "道路", "路面坑洞"], ["0013", "噪声", "夜间施工"]]


def text(separator: str = ",", rows: list[list[str]] = ROWS) -> str:
    return "".join(separator.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gbk", "gb18030",
                                      "big5"])
def test_chinese_is_read_in_any_encoding_without_being_told(read, encoding):
    rows = [["編號", "類別", "描述"], ["0012", "道路", "路面坑洞需要維修"]] if encoding == "big5" else ROWS
    found = read(text(rows=rows).encode(encoding))
    assert found.table.columns == rows[0]
    assert found.lists() == rows[1:]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_letters_are_not_taken_for_chinese(read, encoding):
    rows = [["name", "größe"], ["Straße", "5"], ["Müller", "6"], ["Café", "7"]]
    assert read(text(";", rows).encode(encoding)).lists() == rows[1:]


def test_a_few_western_letters_are_not_taken_for_those_of_another_alphabet(read):
    """Byte E8 is è or č: a handful of letters tells no language, and the commoner one is taken."""
    rows = [["code", "nom"], ["1", "Quartier de la Guillotière"], ["2", "Près de l’école"], ["3", "Forêt — 5 €"]]
    assert read(text(";", rows).encode("cp1252")).lists() == rows[1:]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^", "~", "\x01", "，"])
def test_the_separator_is_told_from_the_rows(read, separator):
    found = read(text(separator).encode())
    assert found.table.columns == ROWS[0]
    assert found.lists() == ROWS[1:]


def test_a_first_line_that_declares_the_separator_is_obeyed(read):
    found = read(b"sep=;\r\nid;x,y\r\n1;2,3\r\n")
    assert found.table.columns == ["id", "x,y"]
    assert found.numbers == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_byte_order_mark_is_no_letter_even_when_the_encoding_is_said(read, encoding):
    assert read('\ufeff"id","n"\n"1","2"\n'.encode(encoding), encoding=encoding).table.columns == ["id", "n"]


def test_decimal_commas_stay_text_and_do_not_separate(read):
    found = read(b"id;x;y\n1;12,5;13,75\n2;1,5;2,5\n")
    assert found.lists() == [["1", "12,5", "13,75"], ["2", "1,5", "2,5"]]


def test_codes_keep_their_zeros_and_empty_cells_are_none(read):
    assert read(b"code,n,t\n007,,NA\n,1,\"\"\n").lists() == [["007", None, "NA"], [None, "1", None]]


def test_titles_above_the_header_are_skipped(read):
    found = read("全市工单统计\n导出时间：2025-03-01 10:00\n\n编号,类别,数量\n1,道路,5\n2,噪声,6\n".encode())
    assert found.table.columns == ["编号", "类别", "数量"]
    assert found.numbers == [5, 6]


def test_what_is_said_about_the_header_goes_before_what_is_guessed(read):
    content = b"a,b\nc,d\ne,f\n"
    assert read(content, skip=1).table.columns == ["c", "d"]
    assert read(content, header=0).lists() == [["a", "b"], ["c", "d"], ["e", "f"]]
    assert read(content, columns=["x", "y"]).table.columns == ["x", "y"]
    assert read(content, header=2).table.columns == ["a / c", "b / d"]


def test_a_file_without_a_header_gets_numbered_columns(read):
    found = read(b"1,2025-01-02,3.5\n2,2025-01-03,4.5\n3,2025-01-04,5.5\n")
    assert found.table.columns == ["column1", "column2", "column3"]
    assert found.numbers == [1, 2, 3]


def test_years_in_the_first_row_are_a_header(read):
    assert read("区,2019,2020,2021\n甲,5,6,7\n乙,6,7,8\n".encode()).table.columns == ["区", "2019", "2020", "2021"]


def test_two_rows_that_name_columns_together_are_joined(read):
    found = read("区,PM2.5,,SO2,\n,min,max,min,max\n甲,1,2,3,4\n".encode())
    assert found.table.columns == ["区", "PM2.5 / min", "PM2.5 / max", "SO2 / min", "SO2 / max"]
    assert found.lists() == [["甲", "1", "2", "3", "4"]]


def test_a_name_that_comes_twice_and_one_that_is_missing_are_made_up(read):
    assert read(b"id,x,x,\na,b,c,d\n").table.columns == ["id", "x", "x (2)", "column4"]


def test_rows_are_numbered_by_their_line_even_with_line_breaks_in_quotes(read):
    found = read(b'id,note,x\n1,"two\nlines",a\n2,plain,b\n3,"a ""word"", and\r\nmore\r\n",c\n4,z,d\n')
    assert found.numbers == [2, 4, 5, 8]
    assert found.rows.loc[2, "note"] == "two\nlines"
    assert found.rows.loc[5, "note"] == 'a "word", and\r\nmore\r\n'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do_and_empty_lines_are_no_rows(read, end):
    found = read(end.join(["a,b", "1,2", "", "3,4", ",", "5,6"]).encode())
    assert found.lists() == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert found.numbers == [2, 4, 6]


def test_a_faulty_line_is_kept_whole_and_its_neighbours_are_read(read):
    found = read(b'a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,"11,12\n13,14,15\n16,"1"7",18\n19,20,21,,\n22,23,24\n')
    assert found.numbers == [2, 6, 8, 9]
    assert {number: (spoilt.text, spoilt.reason) for number, spoilt in found.unreadable.items()} == {
        3: ("4,5", "has 2 cells, the header has 3"),
        4: ("6,7,8,9", "has 4 cells, the header has 3"),
        5: ('10,"11,12', 'a quote (") is opened and not closed'),
        7: ('16,"1"7",18', 'a quote (") inside of a quoted cell is not doubled')}


def test_a_quote_that_is_never_closed_costs_its_own_line_only(read):
    lines = [f"{n},x{n},y" for n in range(3_000)]
    lines[10] = '10,"x10,y'
    found = read(("a,b,c\n" + "\n".join(lines)).encode())
    assert list(found.unreadable) == [12]
    assert len(found.rows) == 2_999


def test_a_stray_quote_that_another_one_closes_does_not_swallow_the_rows_between(read):
    lines = ["1,2,3", '4,5,"six', "7,8,9", "10,11,12", '13,14,15"', "16,17,18"]
    found = read(("a,b,c\n" + "\n".join(lines)).encode())
    assert list(found.unreadable) == [3]
    assert found.numbers == [2, 4, 5, 6, 7]


def test_a_quote_within_a_cell_is_a_letter(read):
    assert read(b'id,what,x\n1,5" pipe,a\n2,6" pipe,b\n').rows["what"].tolist() == ['5" pipe', '6" pipe']


def test_spaces_before_quotes_are_no_part_of_cells(read):
    found = read(b'"id", "place, name"\n"1", "A, B"\n"2", "C"\n')
    assert found.table.columns == ["id", "place, name"]
    assert found.lists() == [["1", "A, B"], ["2", "C"]]


def test_quotes_can_be_declared_to_mean_nothing(read):
    assert read(b'a,b\n"1,2\n3,4"\n', quote="").lists() == [['"1', "2"], ["3", '4"']]


def test_a_line_that_is_not_of_the_encoding_is_kept_with_its_bytes(read):
    found = read("名,值\n甲,1\n乙,2\n".encode() + b"\xff\xfe,3\n" + "丙,4\n".encode())
    assert found.unreadable[4].text == r"\xff\xfe,3"
    assert "encoding" in found.unreadable[4].reason
    assert found.rows["值"].tolist() == ["1", "2", "4"]


def test_what_only_comes_late_in_the_file_tells_the_encoding_too(read):
    content = "id,name\n" + "1,abc\n" * 100_000 + "2,路面坑洞\n3,噪声\n"
    found = read(content.encode("gb18030"))
    assert found.rows["name"].tolist()[-2:] == ["路面坑洞", "噪声"]
    assert not found.unreadable


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_text_is_unpacked(read, pack):
    assert read(pack(text().encode()), "a.csv.gz").lists() == ROWS[1:]


def test_a_packed_file_that_is_cut_off_says_so(read):
    with pytest.raises(Unreadable, match="damaged or cut off"):
        read(gzip.compress(random.Random(1).randbytes(4000).hex().encode())[:1000], "a.csv.gz")


def test_rows_come_in_frames_of_the_size_asked_for(tables):
    content = b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(25))
    found, = tables(content, "a.csv", frame=10)
    assert [len(frame.rows) for frame in found.table.frames(10)] == [10, 10, 5]
    assert found.table.stamp


@pytest.mark.parametrize(("content", "why"), [
    (b"", "is empty"), (b"%PDF-1.7 x", "is a PDF"), (b"<html><table>", "is a web page"), (b"Rar!\x1a\x07", "RAR"),
    (b"\x00\x05\x02\x03" * 50, "is not text"), (b"\n\n\n", "is empty")])
def test_what_is_no_table_is_named(read, content, why):
    with pytest.raises(Unreadable, match=why):
        read(content, "a.dat")


def test_an_unknown_encoding_or_a_missing_file_is_named(read):
    with pytest.raises(Unreadable, match="encoding 'klingon' is unknown"):
        read(b"a,b\n", encoding="klingon")
    with pytest.raises(Unreadable, match="no such file"):
        read(None, "none.csv")
    with pytest.raises(Unreadable, match="leads out of the folder"):
        read(None, "../secret.csv")


DIALECT = Dialect("utf-8", Marks(",", '"'), "\n", 0, 1, ["a", "b", "c"], 1, 0, ())


def test_the_fast_way_gives_what_the_careful_way_gives():
    """Texts made of the signs that matter: whenever the fast way takes one, it agrees with the careful one on every cell."""
    chance = random.Random(4)
    taken = 0
    for _ in range(600):
        rows = []
        for _ in range(chance.randrange(1, 6)):
            cells = ["".join(chance.choice(["a", "é", "中", " ", '""', ",", "\n", "\r\n"]) for _ in range(chance.randrange(4)))
                     for _ in range(3)]
            rows.append(",".join(f'"{cell}"' if chance.random() < 0.7 else cell.strip('",\r\n') for cell in cells))
        data = ("\n".join(rows) + "\n").encode()
        if chance.random() < 0.2:
            at = chance.randrange(len(data))
            data = data[:at] + chance.choice([b'"', b",", b"\n", b"\r"]) + data[at:]
        fast = delimited.plain(data, DIALECT, 1, True)
        if fast is not None:
            taken += 1
            slow = delimited.careful(data, DIALECT, 1, True)
            assert fast[0].rows.to_dict("index") == slow[0].rows.to_dict("index"), data
            assert fast[0].unreadable == slow[0].unreadable and fast[1] == len(data), data
    assert taken > 150
