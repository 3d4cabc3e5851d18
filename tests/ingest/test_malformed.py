"""Whatever is sent: a clear answer, never a 500, and every row accounted for."""

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.rejects import NUL, clipped, plain, written
from ingest.rows import FIELDS
from tests.ingest.conftest import Sender

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from([
    "\0", "a\0b", "a1", "pm25", "T111", "A1", "pothole", "2026-03-04T12:00:00Z", "2026-03-04T12:00:00",
    "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00Z", "2026-03-04T12:00:00+23:59",
    "'; DROP TABLE device; --", "%s", ":x", "{0}", "\\", "\\u0000", "𠮷", "\u202e"])
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.integers(-2**70, 2**70) | FLOATS | st.sampled_from([0, -0.0, 1e308, 5e-324, 2**63])
VALUES = st.recursive(st.none() | st.booleans() | NUMBERS | TEXTS,
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6)

GOOD: dict[str, dict[str, Any]] = {
    "agencies": {"code": "A9", "name_zh": "甲", "name_en": "A", "region": "T"},
    "enterprises": {"id": "e", "name": "x", "industry": "x", "status": "active", "registered_at": "2026-03-04T12:00:00Z",
                    "region": "T"},
    "devices": {"code": "d9", "kind": "air", "name": "x", "interval_s": 60, "lon": 0.005, "lat": 0.005},
    "cases": {"id": "c", "class": "pothole", "channel": "app", "title": "x", "reported_at": "2026-03-04T12:00:00Z",
              "region": "T111", "steps": [{"step": "registered", "at": "2026-03-04T13:00:00Z"}]},
    "steps": {"case": "c", "step": "closed", "at": "2026-03-04T14:00:00Z"},
    "observations": {"device": "a1", "property": "pm25", "observed_at": "2026-03-04T12:00:00Z", "value": 1},
    "messages": {"id": "m", "channel": "app", "topic": "x", "occurred_at": "2026-03-04T12:00:00Z", "region": "T111"},
    "warnings": {"id": "w", "event_zh": "x", "event_en": "x", "severity": "minor", "headline_zh": "x", "headline_en": "x",
                 "sent_at": "2026-03-04T12:00:00Z", "onset_at": "2026-03-04T12:00:00Z", "expires_at": "2026-03-05T12:00:00Z",
                 "region": "T"},
    "warning_ends": {"id": "w", "ended_at": "2026-03-04T18:00:00Z"},
    "places": {"id": "p", "kind": "lot", "name": "x", "units": 3, "lon": 0.005, "lat": 0.005},
    "buildings": {"id": "b", "height_m": 12, "footprint": "POLYGON((0.001 0.001, 0.002 0.001, 0.002 0.002, 0.001 0.001))"},
    "flights": {"id": "f", "scheduled_at": "2026-03-04T12:00:00Z", "origin": "X", "destination": "Y", "carrier": "Z",
                "departure_delay_min": -3, "region": "T111"},
    "vehicles": {"id": "v", "observed_at": "2026-03-04T12:00:00Z", "lon": 0.005, "lat": 0.005, "line": "12"},
    "stop_events": {"id": "s", "trip": "t", "scheduled_at": "2026-03-04T12:00:00Z", "served_at": "2026-03-04T12:01:00Z",
                    "region": "T111"},
    "statistics": {"region": "T111", "key": "residents", "period": 2020, "value": 12},
}


def spoiled(subject: str) -> st.SearchStrategy[Any]:
    """A good row of which a few fields are replaced, or no row at all."""
    names = [field.name for field in FIELDS[subject]]
    return st.dictionaries(st.sampled_from(names), VALUES, max_size=3).map(lambda changes: GOOD[subject] | changes) | VALUES


@pytest.mark.parametrize("subject", FIELDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spoiled_rows_are_refused_one_by_one_and_kept_whole(sender: Sender, subject: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(spoiled(subject), min_size=1, max_size=6))
    body = orjson.dumps(plain_for_orjson({"rows": rows}))
    answer = sender.send_body(subject, body)
    assert answer["taken"] + answer["seen"] + answer["rejected"] == len(rows)
    kept = sender.rows("SELECT row_no, row, reasons FROM reject WHERE batch_id = :batch ORDER BY row_no", batch=answer["batch"])
    assert len(kept) == answer["rejected"]
    assert {row_no for row_no, _, _ in kept} == {reason["row"] for reason in answer["reasons"]}
    for row_no, row, reasons in kept:
        assert reasons
        if isinstance(rows[row_no - 1], dict):
            assert set(row) == {name.replace("\0", NUL) for name in rows[row_no - 1]}


def plain_for_orjson(value: Any) -> Any:
    """Whole numbers beyond 64 bits, which orjson reads but does not write, as real numbers."""
    if isinstance(value, dict):
        return {name: plain_for_orjson(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain_for_orjson(inner) for inner in value]
    return float(value) if isinstance(value, int) and not -2**63 <= value < 2**64 else value


@pytest.mark.parametrize("subject", FIELDS)
def test_the_good_row_of_each_subject_is_taken_among_bad_ones(sender: Sender, subject: str) -> None:
    if subject == "steps":
        sender.send("cases", [GOOD["cases"] | {"id": "good"}])
    fresh = {"code": "good", "id": "good", "case": "good", "key": "good", "observed_at": "2026-04-04T12:00:00Z"}
    good = GOOD[subject] | {name: value for name, value in fresh.items() if name in GOOD[subject]}
    answer = sender.send(subject, [None, good, {}, []])
    assert sender.counts(answer) == (1, 0, 3)


def test_a_row_nested_beyond_reason_is_kept_to_a_depth(sender: Sender) -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    body = b'{"rows": [{"code": ' + b"[" * 900 + b'"x"' + b"]" * 900 + b"}]}"
    answer = sender.send_body("agencies", body)
    assert sender.counts(answer) == (0, 0, 1)
    assert "…" in str(clipped(deep))


@pytest.mark.parametrize(("subject", "field"), [
    ("places", "units"), ("places", "population"), ("flights", "departure_delay_min"), ("statistics", "value"),
    ("observations", "value")])
def test_a_number_too_large_to_be_stored_or_summed_up_is_refused(sender: Sender, subject: str, field: str) -> None:
    answer = sender.send(subject, [GOOD[subject] | {field: 1e308}])
    assert [(reason["field"], reason["code"]) for reason in answer["reasons"]] == [(field, "range")]


def test_a_nul_is_kept_as_its_picture(sender: Sender) -> None:
    answer = sender.send("agencies", [{"code": "a\0b", "name_zh": "\\u0000", "name_en": "x", "region": "T"}])
    assert answer["rejected"] == 1
    kept = sender.value("SELECT row FROM reject WHERE batch_id = :batch", batch=answer["batch"])
    assert kept == {"code": "a␀b", "name_zh": "\\u0000", "name_en": "x", "region": "T"}


def test_numbers_of_many_digits_and_half_characters_are_kept_as_text() -> None:
    assert written({"a": 2**80, "\ud83d": ["x\udc80", 2**63, True]}) == (
        '{"a":"1208925819614629174706176","\\\\ud83d":["x\\\\udc80",9223372036854775808,true]}')


def test_nothing_is_changed_where_nothing_is_wrong() -> None:
    row = {"a": [1, "x", None]}
    assert plain(row) is row
