"""What a message holds, which topic it belongs to, and which messages were stored before: without a broker."""

import json
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import ValidationError

from doors.mqtt.payload import LARGEST, Unreadable, read
from doors.mqtt.quickly import Shared
from doors.mqtt.topics import Message, Sorter
from doors.mqtt.witness import Witness
from ingest.pack.doors.mqtt import Mqtt, Topic

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CAME = "2026-03-04T12:00:00.000000+00:00"
TRIED = int(os.environ.get("MALFORMED", "200"))


def sorter(*topics: dict[str, Any]) -> Sorter:
    return Sorter(Mqtt.model_validate({"door": "mqtt", "topics": list(topics)}))


def message(topic: str, payload: str | bytes = "1", **more: Any) -> Message:
    return Message(topic, payload.encode() if isinstance(payload, str) else payload, NOON, **more)


@pytest.mark.parametrize(("payload", "rows", "spoilt"), [
    ('{"a": 1}', [{"a": 1}], 0), ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}], 0), ("[]", [], 0),
    ('{"a": 1}\n\n{"a": 2}\r\n', [{"a": 1}, {"a": 2}], 0), ('{"a": 1}\nbroken', [{"a": 1}], 1),
    ('[{"a": 1}, 7, null]', [{"a": 1}], 2),
    ("21.5", [{"value": 21.5}], 0), (" -3 ", [{"value": -3}], 0), ('"on"', [{"value": "on"}], 0), ("true", [{"value": True}], 0),
    ("on", [{"value": "on"}], 0), ("21,5 °C", [{"value": "21,5 °C"}], 0), ("NaN", [{"value": "NaN"}], 0),
    ('{"type": "Feature", "properties": {"a": 1}, "geometry": null}', [{"a": 1, "geometry": None}], 0),
    ('\ufeff{"a": 1}\0', [{"a": 1}], 0),
])
def test_a_payload_is_read_as_it_looks(payload: str, rows: list[Any], spoilt: int) -> None:
    made = read(payload.encode())
    assert (made.rows, len(made.spoilt)) == (rows, spoilt)


def test_separated_values_go_by_the_packs_header_or_by_their_first_line() -> None:
    header = ("device", "value")
    assert read(b"a1, 21.5\r\n\r\na2;,3", "csv", header=header).rows == [
        {"device": "a1", "value": "21.5"}, {"device": "a2;", "value": "3"}]
    assert read(b'device;value\n"a;1";\n', "csv").rows == [{"device": "a;1", "value": None}]
    made = read(b"a1,21.5\na2", "csv", header=header)
    assert (made.rows, made.spoilt) == ([{"device": "a1", "value": "21.5"}],
                                        [(["a2"], "has 1 values; 2 were expected: device, value")])


def test_lists_of_values_go_by_the_packs_header() -> None:
    header = ("device", "value")
    assert read(b'["a1", 21.5]', header=header).rows == [{"device": "a1", "value": 21.5}]
    made = read(b'[["a1", 21.5], ["a2", null], {"device": "a3"}, ["a4"]]', header=header)
    assert made.rows == [{"device": "a1", "value": 21.5}, {"device": "a2", "value": None}, {"device": "a3"}]
    assert made.spoilt == [(["a4"], "has 1 values; 2 were expected: device, value")]
    assert read(b'{"rows": [["a1", 1]], "unit": "C"}', records="rows", header=header).rows == [
        {"unit": "C", "device": "a1", "value": 1}]


def test_measurements_of_senml_have_what_the_records_before_them_say() -> None:
    """The second example of RFC 8428, 5.1.2, with a relative time and a record that only tells what holds after it."""
    sent = [{"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1.276020076e+09, "bu": "A", "bver": 5, "n": "voltage", "u": "V",
             "v": 120.1}, {"n": "current", "t": -5, "v": 1.2}, {"n": "current", "v": 1.7}]
    made = read(json.dumps(sent).encode(), "senml", now=NOON)
    assert [(row["name"][-7:], row["unit"], row["value"], row["time"][:19]) for row in made.rows] == [
        ("voltage", "V", 120.1, "2010-06-08T18:01:16"), ("current", "A", 1.2, "2010-06-08T18:01:11"),
        ("current", "A", 1.7, "2010-06-08T18:01:16")]
    later = read(b'[{"bn": "a", "bv": 20, "bs": 1}, {"n": "b", "v": 1.5, "t": -60}, {"n": "c", "vb": true}, '
                 b'{"n": "d", "v": "x"}, 7]', "senml", now=NOON)
    assert [(row["name"], row["value"], row["sum"], row["time"][11:16]) for row in later.rows] == [
        ("ab", 21.5, 1, "11:59"), ("ac", True, 1, "12:00")]
    assert [why[:20] for _, why in later.spoilt] == ["is no measurement: i", "is no object: {…} wa"]
    with pytest.raises(Unreadable, match="SenML"):
        read(b"{}", "senml")


def test_what_the_pack_says_of_a_payload_counts_more_than_its_looks() -> None:
    assert read(b"21.5", "text").rows == [{"value": "21.5"}]
    assert read(b'{"a": 1}', "text").rows == [{"value": '{"a": 1}'}]
    assert read("一".encode("gb18030"), encoding="gb18030").rows == [{"value": "一"}]
    assert read('{"a": 1}'.encode("utf-16")).rows == [{"a": 1}]
    deep = b'{"station": "s", "data": {"unit": "C", "items": [{"v": 1}, {"v": 2, "unit": "F"}]}}'
    assert read(deep, records="data.items").rows == [
        {"station": "s", "unit": "C", "v": 1}, {"station": "s", "unit": "F", "v": 2}]
    for payload, form, records in ((b"\xff", "auto", None), (b"", "auto", None), (b"on", "json", None), (b"{", "auto", None),
                                   (b"{}", "auto", "data.items"), (b" " * (LARGEST + 1), "auto", None)):
        with pytest.raises(Unreadable):
            read(payload, form, records)


def test_a_topic_is_found_by_its_levels_and_the_first_that_fits_counts() -> None:
    found = sorter({"topic": "a/{device}/b"}, {"topic": "a/+/{what}"}, {"topic": "$share/us/c/#"}, {"topic": "d.e/{x}"}).find
    assert found("a/7/b") == (0, {"device": "7"})
    assert found("a/7/c") == (1, {"what": "c"})
    assert [found(topic) for topic in ("c", "c/d/e", "a/7", "a/7/b/c", "dxe/1", "d.e/1\n2")] == [
        (2, {}), (2, {}), None, None, None, (3, {"x": "1\n2"})]
    assert [Topic(topic=topic).filter for topic in ("a/{b}/#", "$share/g/a/{b}")] == ["a/+/#", "$share/g/a/+"]


@pytest.mark.parametrize("wrong", [
    {"topics": [{"topic": "a/#/b"}]}, {"topics": [{"topic": "a/b+"}]}, {"topics": [{"topic": "{a}/{a}"}]}, {"topics": []},
    {"topics": [{"topic": "a/{b}"}, {"topic": "a/+"}]}, {"topics": [{"topic": "a", "subject": "birds"}]},
    {"url": "http://x", "topics": [{"topic": "a"}]}, {"url": "mqtt://u:p@x", "topics": [{"topic": "a"}]},
    {"url": "mqtt://x:port", "topics": [{"topic": "a"}]}, {"topics": [{"topic": "a", "encoding": "klingon"}]},
])
def test_an_entry_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Mqtt.model_validate({"door": "mqtt"} | wrong)


def test_rows_bear_what_the_topic_says_and_a_message_of_no_topic_is_kept() -> None:
    made = dict(sorter({"topic": "s/{device}"}, {"topic": "r", "subject": "devices"}).sort([
        message("s/a", '{"value": 1, "device": "forged"}'), message("r", '{"code": "a"}'), message("elsewhere")]))
    assert list(made) == [1, 0]      # devices before what they observed
    assert (made[0].rows[0]["device"], made[0].rows[0]["observed_at"]) == ("a", CAME)
    assert [(one.code, one.whole["@topic"]) for one in made[0].kept] == [("unknown_topic", "elsewhere")]


@pytest.mark.parametrize(("retained", "observed_at"), [("dated", [None]), ("now", [CAME]), ("skip", [])])
def test_what_the_broker_kept_is_as_old_as_nobody_knows(retained: str, observed_at: list[str | None]) -> None:
    made = dict(sorter({"topic": "s/{device}", "retained": retained}).sort([message("s/a", retained=True)]))
    assert [row["observed_at"] for row in made[0].rows] == observed_at


def test_a_witness_knows_what_was_stored_but_nothing_else() -> None:
    now = [0.0]
    first, other = message("a", "1", number=7, again=True), message("a", "2", number=7, again=True)
    witness = Witness(2, lambda: now[0])
    assert not witness.knows(first)
    witness.add([first])
    later = Witness.of(witness.cursor(), 2, lambda: now[0])
    assert later.knows(first) and not later.knows(other) and not later.knows(message("a", "1", number=7))
    later.add([message("b", number=8), message("b", number=9)])
    assert list(later.stored) == [8, 9]
    now[0] = 11.0
    later.add([message("b", number=10)])
    assert list(later.stored) == [10]


def test_properties_are_read_as_the_library_reads_them() -> None:
    plain: Any = Properties
    said = plain(PacketTypes.PUBLISH)
    said.UserProperty, said.ContentType = [("a", "b"), ("c", "d")], "text/plain"
    for whole in (said.pack(), b"\0"):
        mine, length = Shared(PacketTypes.PUBLISH).unpack(whole + b"rest")
        theirs = plain(PacketTypes.PUBLISH).unpack(whole + b"rest")[0]
        assert (mine.json(), length) == (theirs.json(), len(whole))
    assert getattr(_packet, "Properties") is Shared  # noqa: B009


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "geometry", "properties", "features", "data", "value"]) | st.text(max_size=5), inner,
        max_size=4), max_leaves=12)


@settings(max_examples=TRIED)
@given(payload=st.binary(max_size=80) | JSON.map(lambda body: json.dumps(body).encode()) | st.lists(JSON, max_size=3).map(
    lambda lines: "\n".join(map(json.dumps, lines)).encode()), form=st.sampled_from(["auto", "json", "lines", "text"]),
    records=st.sampled_from([None, "data", "data.value"]))
def test_whatever_a_message_holds_is_rows_or_kept(payload: bytes, form: str, records: str | None) -> None:
    made = dict(sorter({"topic": "s/{device}", "payload": form, "records": records}).sort([message("s/a", payload)]))
    empty = b"[" in payload or form == "lines"       # a list of nothing says nothing
    assert made[0].rows or made[0].kept or empty
