"""Archives: what is in them is found, and what would harm is refused."""

import gzip
import io
import zipfile

import pytest

from readers import content, limits
from readers.table import Unreadable


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def test_every_table_of_an_archive_is_read_and_junk_is_not(tables):
    found = tables(zipped(("b.csv", b"a,b\n3,4\n"), ("x/a.csv", b"a,b\n1,2\n"), ("__MACOSX/._a.csv", b"junk"),
                          (".DS_Store", b"junk"), ("Thumbs.db", b"junk"), ("readme.txt", b"read me"),
                          ("about.pdf", b"%PDF")), "a.zip")
    assert [one.table.name for one in found] == ["a.zip/b.csv", "a.zip/x/a.csv"]
    assert [one.lists() for one in found] == [[["3", "4"]], [["1", "2"]]]


def test_a_member_is_chosen_by_name_or_pattern(tables):
    data = zipped(("data/2024.csv", b"a,b\n1,2\n"), ("data/2025.csv", b"a,b\n3,4\n"))
    assert [one.table.name for one in tables(data, "a.zip", member="2025.csv")] == ["a.zip/data/2025.csv"]
    assert len(tables(data, "a.zip", member="data/20*")) == 2
    with pytest.raises(Unreadable, match=r"holds no x\.csv; there is: data/2024\.csv, data/2025\.csv"):
        tables(data, "a.zip", member="x.csv")


def test_names_of_a_chinese_windows_are_read_as_they_were_meant(tables):
    raw = "工单".encode("gbk")
    plain = zipped(("abcd.csv", b"a,b\n1,2\n")).replace(b"abcd", raw)      # without the mark for UTF-8 names
    assert [one.table.name for one in tables(plain, "a.zip")] == ["a.zip/工单.csv"]


def test_archives_in_archives_are_opened_but_not_without_end(tables):
    inner = zipped(("a.csv", b"a,b\n1,2\n"))
    found, = tables(zipped(("in.zip", inner)), "a.zip")
    assert found.table.name == "a.zip/in.zip/a.csv"
    assert found.lists() == [["1", "2"]]
    for _ in range(limits.MOST_NESTED):
        inner = zipped(("in.zip", inner))
    with pytest.raises(Unreadable, match="archive in an archive"):
        tables(inner, "a.zip")


def test_a_packed_text_in_an_archive_is_unpacked(read):
    assert read(zipped(("a.csv.gz", gzip.compress(b"a,b\n1,2\n"))), "a.zip").lists() == [["1", "2"]]


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "C:/a.csv"])
def test_names_that_lead_out_of_the_archive_are_refused(tables, name):
    with pytest.raises(Unreadable, match="leads out of the archive"):
        tables(zipped((name, b"a,b\n1,2\n")), "a.zip")


def test_bombs_are_refused_before_they_are_unpacked(tables, monkeypatch):
    monkeypatch.setattr("readers.archive.FREE_BYTES", 1_000_000)
    with pytest.raises(Unreadable, match="no table does that"):
        tables(zipped(("a.csv", b"a,b\n" + b"1,2\n" * 2_000_000)), "a.zip")


def test_bombs_that_do_not_say_so_are_stopped(tables, monkeypatch):
    monkeypatch.setattr(content, "FREE_BYTES", 1_000_000)
    with pytest.raises(Unreadable, match="no table does that"):
        tables(gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000), "a.csv.gz")


def test_a_locked_or_damaged_archive_is_named(tables):
    data = zipped(("a.csv", b"a,b\n1,2\n"))
    locked = bytearray(data)
    locked[6] |= 1
    locked[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable, match="password"):
        tables(bytes(locked), "a.zip")
    with pytest.raises(Unreadable, match="damaged"):
        tables(data[:-30], "a.zip")
    packed = data.index(b"a.csv") + len(b"a.csv")
    with pytest.raises(Unreadable, match="damaged"):
        tables(data[:packed] + b"\xff\xff" + data[packed + 2:], "a.zip")


def test_an_archive_without_tables_says_what_is_there(tables):
    with pytest.raises(Unreadable, match=r"holds no table; there is: x\.pdf"):
        tables(zipped(("x.pdf", b"%PDF")), "a.zip")
