"""Columns that a mapping has typed are checked like those that came as JSON: every fault told, the rest untouched."""

import numpy as np

from ingest.ahead import ahead
from ingest.checks import check
from ingest.rejects import Rejects
from ingest.rows import Field, optional

NOW = np.datetime64("2026-03-04T12:00:00", "us")
FIELDS = (Field("id", longest=5), optional("amount", "number", minimum=0, maximum=10), Field("at", "time"),
          optional("homes", "whole"), optional("open", "flag"))


def test_every_fault_of_typed_columns_is_told_and_good_values_stay():
    found = Rejects()
    table = check(FIELDS, {
        "id": np.array(["a", None, "too long", "a\0b", ""], object), "amount": np.array([3.5, np.nan, 11, np.inf, 0]),
        "at": np.array(["2026-03-04T11:00", "2026-03-06T00:00", "NaT", "1850-01-01", "2026-03-04T12:30"], "datetime64[s]"),
        "homes": np.array([1, 2.5, np.nan, 4, 5]), "open": np.array([True, False, True, False, True])}, 5, NOW, found)
    assert {row: sorted((reason.field, reason.code) for reason in reasons) for row, reasons in found.reasons.items()} == {
        1: [("at", "range"), ("homes", "type"), ("id", "missing")],
        2: [("amount", "range"), ("at", "missing"), ("id", "too_long")],
        3: [("amount", "type"), ("at", "range"), ("id", "type")], 4: [("id", "missing")]}
    assert table["id"].tolist() == ["a", None, None, None, None]
    assert table["at"][[0, 4]].tolist() == np.array(["2026-03-04T11:00", "2026-03-04T12:30"], "datetime64[us]").tolist()
    assert np.isnat(table["at"][1:4]).all()
    assert np.isnan(table["amount"][1:4]).all() and table["amount"][[0, 4]].tolist() == [3.5, 0]
    assert table["open"].tolist() == [True, False, True, False, True]


def test_texts_that_are_good_or_missing_stay_as_they_are_and_bytes_are_no_text():
    found = Rejects()
    fields = (optional("word", longest=5), optional("kind", allowed=("app", "web")))
    table = check(fields, {"word": np.array(["汉字汉字汉", None, "é"], object), "kind": np.array(["app", "fax", None], object)},
                  3, NOW, found)
    assert table["word"].tolist() == ["汉字汉字汉", None, "é"] and table["kind"].tolist() == ["app", None, None]
    assert {row: [reason.code for reason in reasons] for row, reasons in found.reasons.items()} == {1: ["not_allowed"]}
    bytes_ = Rejects()
    assert check(fields[:1], {"word": np.array([b"a", "b"], object)}, 2, NOW, bytes_)["word"].tolist() == [None, "b"]
    assert [reason.code for reason in bytes_.reasons[0]] == ["type"]


def test_a_field_that_was_refused_before_is_not_told_as_missing_too():
    found = Rejects()
    found.add(0, "at", "type", "at is 'yesterday'")
    check(FIELDS[2:3], {"at": np.array(["NaT", "NaT"], "datetime64[us]")}, 2, NOW, found)
    assert {row: [reason.code for reason in reasons] for row, reasons in found.reasons.items()} == {0: ["type"], 1: ["missing"]}


def test_what_is_made_ahead_comes_in_order_and_its_fault_where_it_is_used():
    def things():
        yield 1
        yield 2
        raise ValueError("no third")

    got = []
    try:
        for thing in ahead(things()):
            got.append(thing)
    except ValueError as error:
        got.append(str(error))
    assert got == [1, 2, "no third"]


def test_making_ahead_ends_with_its_user():
    made = []

    def things():
        for number in range(1000):
            made.append(number)
            yield number

    coming = ahead(things(), most=2)
    assert next(coming) == 0
    coming.close()
    assert len(made) < 10
