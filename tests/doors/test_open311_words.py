"""What Open311 servers answer and what becomes of it, without a server: odd answers, odd times, odd titles."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from pydantic import ValidationError

from doors.open311 import answers, rows
from doors.open311.answers import Told, Unreadable, flat
from doors.open311.questions import question
from doors.open311.rows import Seen
from doors.web import asked_wait
from ingest.pack.doors.open311 import Open311
from settings import ROOT

UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ONE = {"service_request_id": "1"}
ENTRY = Open311.model_validate({"door": "open311", "url": "https://city.example/v2", "class": "service_code"})


@pytest.mark.parametrize("body", [
    b'[{"service_request_id": "1"}]', b'{"service_requests": [{"service_request_id": "1"}]}', b'{"service_request_id": "1"}',
    b'{"service_requests": {"request": {"service_request_id": "1"}}}', b'[{"service_request": {"service_request_id": "1"}}]',
    b'\xef\xbb\xbf[{"service_request_id": "1"}]', '[{"service_request_id": "1"}]'.encode("utf-16"),
    b"<service_requests><request><service_request_id> 1 </service_request_id></request></service_requests>",
    b'<?xml version="1.0" encoding="ISO-8859-1"?><requests><request><service_request_id>1</service_request_id></request>'
    b"</requests>",
    b"<request><service_request_id>1</service_request_id></request>",
    b'<a:service_requests xmlns:a="http://wiki.open311.org/GeoReport_v2"><a:request><a:service_request_id>1</a:service_request_id>'
    b"</a:request></a:service_requests>",
])
def test_a_request_is_found_however_it_is_wrapped(body: bytes) -> None:
    assert answers.requests(body) == [ONE]


@pytest.mark.parametrize("body", [
    b"", b" \n", b"[]", b"null", b"{}", b"<service_requests/>", b"<service_requests> </service_requests>", b'{"requests": []}'])
def test_an_answer_without_requests_holds_none(body: bytes) -> None:
    assert answers.requests(body) == []


def test_codes_with_leading_zeros_are_texts_though_they_are_no_json() -> None:
    """As the standard's own examples have them."""
    found = answers.services(b'[{"service_code":001,"description":"at 07:30, [02] x","metadata":true},{"service_code": -010.5 }]')
    assert found == [{"service_code": "001", "description": "at 07:30, [02] x", "metadata": True}, {"service_code": "-010.5"}]


@pytest.mark.parametrize(("body", "told"), [
    (b"<html><head><title>Bad\n Gateway</title></head></html>", "a web page came instead of an answer: Bad"),
    (b"<!-- x --><!DOCTYPE HTML><p>", "a web page"), (b"Fatal error: x", "neither JSON nor XML"), (b"[{", "neither JSON nor XML"),
    (b"5", "a list was expected"), (b'{"a": 1}', "an object with a"), (b"<requests><request>", "the XML is damaged"),
    (b'<!DOCTYPE r [<!ENTITY a "b">]><requests>&a;</requests>', "so it is refused"),
    (b"<x>" * 200 + b"</x>" * 200, "more than 40 levels"),
])
def test_an_answer_of_another_kind_is_told(body: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(told)):
        answers.requests(body)


@pytest.mark.parametrize("body", [
    b'[{"code": 403, "description": "Invalid api_key"}]', b'{"errors": [{"code": "403", "description": "Invalid api_key"}]}',
    b"<errors><error><code>403</code><description>Invalid api_key</description></error></errors>"])
def test_errors_are_told_in_the_servers_words(body: bytes) -> None:
    with pytest.raises(Told, match="403: Invalid api_key"):
        answers.requests(body)


def test_a_definition_keeps_its_attributes_and_their_values() -> None:
    body = b"""<service_definition><service_code>D</service_code><attributes><attribute><code>W</code><values><value><key>1</key>
               <name>Ford</name></value></values></attribute></attributes></service_definition>"""
    assert answers.definition(body) == {
        "service_code": "D", "attributes": [{"code": "W", "values": [{"key": "1", "name": "Ford"}]}]}


def test_careless_xml_is_read() -> None:
    body = (b"<requests><request><service_request_id>1</service_request_id><address>5th & Main\x0b &nbsp;&uuml;</address>"
            b"</request></requests>")
    assert answers.requests(body) == [{"service_request_id": "1", "address": "5th & Main \xa0\xfc"}]


def test_fields_go_by_the_standards_names_and_are_texts() -> None:
    assert flat({"Service_Request_ID": 638344, "LNG": -122.5, "lat ": 37, "status": " ", "zip": ["a"], "ok": True,
                 "address_string": "5th"}) == {
        "address": "5th", "service_request_id": "638344",
        "long": "-122.5", "lat": "37", "status": None, "zip": ["a"], "ok": "true"}


@pytest.mark.parametrize(("written", "expected"), [
    ("2026-03-04T12:00:00Z", NOON), ("2026-03-04T07:00:00-0500", NOON), ("2026-03-04 12:00", NOON), ("1772625600", NOON),
    ("1772625600000", NOON), ("Wed, 04 Mar 2026 12:00:00 +0000", NOON), ("2026-03-04T12:00:00.000+00:00", NOON),
    ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)), ("0000-00-00 00:00:00", None), ("soon", None), (None, None)])
def test_times_are_read_however_they_are_written(written: str | None, expected: datetime | None) -> None:
    assert rows.instants([written], ENTRY.times, UTC_ZONE) == [expected]


@pytest.mark.parametrize(("request_", "title"), [
    ({"description": "\r\n <p>A <b>hole</b></p>\nmore"}, "A  hole"), ({"description": "a < b & c > d"}, "a < b & c > d"),
    ({"description": " ", "service_name": "Road"}, "Road"), ({"service_code": "6"}, "6"), ({}, None),
    ({"title": "Mine", "description": "x"}, "Mine"), ({"description": "x" * 300}, "x" * 199 + "…"),
    ({"description": "\u202eevil\x00"}, "evil")])
def test_a_case_is_called_by_its_first_words(request_: dict[str, str], title: str | None) -> None:
    assert rows.title(request_) == title


REQUESTED, UPDATED = "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(("before", "says", "expected"), [
    (None, {}, [("reported", REQUESTED)]),
    (None, {"status": "closed", "updated_datetime": UPDATED}, [("reported", REQUESTED), ("closed", UPDATED)]),
    (None, {"status": "closed", "updated_datetime": "2026-02-01T12:00:00Z"}, [("reported", REQUESTED), ("closed", REQUESTED)]),
    (Seen(False, None), {"status": "CLOSED ", "updated_datetime": UPDATED}, [("closed", UPDATED)]),
    (Seen(False, None), {"status": "closed"}, [("closed", "2026-03-04T12:00:00Z")]),
    (Seen(True, None), {"status": "open", "updated_datetime": UPDATED}, [("reworked", UPDATED)]),
    (Seen(True, None), {"status": "closed", "updated_datetime": UPDATED}, []),
    (Seen(False, "B"), {"agency_responsible": "A", "updated_datetime": UPDATED}, [("dispatched", UPDATED)]),
    (Seen(False, "A"), {"agency_responsible": "A", "updated_datetime": UPDATED}, []),
    (Seen(False, None), {"status": "in progress", "updated_datetime": UPDATED}, []),
])
def test_steps_come_from_comparing(before: Seen | None, says: dict[str, str], expected: list[tuple[str, str]]) -> None:
    request_ = {**ONE, "status": "open", "requested_datetime": REQUESTED, **says}
    said = rows.told([request_], ENTRY, UTC_ZONE, Path())
    made = rows.steps(request_, before, 0, said, ENTRY, NOON)
    assert [(one["step"], one["at"]) for one in made] == expected


def test_a_server_says_how_long_to_wait_in_seconds_or_by_a_date() -> None:
    assert asked_wait({"Retry-After": "120"}) == 120
    assert asked_wait({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert asked_wait({"Retry-After": "soon"}) is None and asked_wait({}) is None


def test_what_the_guide_shows_is_understood() -> None:
    section = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8").partition("\n## Open311\n")[2]
    shown = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert shown is not None
    entry = Open311.model_validate(yaml.safe_load(shown[1])["listen"][0])
    assert (entry.name, entry.secret, entry.class_.default) == ("open311", "OTHER_CITY_KEY", "other")


@pytest.mark.parametrize(("changes", "told"), [
    ({"url": "ftp://city.example"}, "http"), ({"url": "https://city.example/v2/services.json"}, "the endpoint alone"),
    ({"zone": "Mars/Base"}, "time zone"), ({"times": ["%Q"]}, "%Q"), ({"window_days": 91}, "90"),
    ({"api_key": "x"}, "Extra"), ({"class": {"table": {"1": "a"}}}, "is needed")])
def test_a_mistake_in_the_pack_is_told(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Open311.model_validate({"door": "open311", "url": "https://city.example/v2", **changes})


def test_without_a_span_the_last_ninety_days_are_meant() -> None:
    asked = question({}, UTC_ZONE, NOON).asked
    assert asked.made is not None and (asked.made[1], (asked.made[1] - asked.made[0]).days) == (NOON, 90)
    assert (asked.limit, asked.offset) == (1000, 0)
