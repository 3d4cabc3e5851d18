"""Whatever another server answers or an app sends: no fault, and nothing lost.

MALFORMED=100000 tries as many of each instead of the suite's few.
"""

import json
import os
import uuid
from collections.abc import Callable
from threading import Event
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access.city import City
from doors.courier import Courier
from doors.open311 import answers
from doors.open311.answers import Told, Unreadable
from doors.open311.client import Poller, identified
from doors.open311.endpoint import Endpoint
from doors.open311.personal import without
from doors.serving import create_doors
from doors.state import State, States
from doors.visitors import READABLE, Visitors
from doors.web import Client
from ingest.identity import identities
from ingest.pack.doors.open311 import Open311
from tests.asking import ask_all

EXAMPLES = int(os.environ.get("MALFORMED", "25"))
FEW = settings(max_examples=EXAMPLES, database=None, phases=[Phase.generate], derandomize=True,
               suppress_health_check=list(HealthCheck))
Rows = Callable[..., list[tuple[Any, ...]]]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from([
    "\0", "a\0b", "0", "-0", "1e400", "NaN", "null", "<b>x</b>", "&amp;&nope;", "]]>", "'; DROP TABLE city_case; --",
    "%s", ":x", "2026-03-04T12:00:00Z", "2026-03-04", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "20260304",
    "1772625600", "\u202e", "𠮷" * 99, "x" * 700, "006", "closed", "open", "pothole", "0.005", "181", "T111"])
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-2**70, 2**70) | FLOATS | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5)
NAMES = st.sampled_from([
    "status", "service_code", "service_name", "description", "agency_responsible", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url", "attributes", "title", "steps", "token",
    "status_notes", "LNG", "email"]) | TEXTS
GOOD = {"status": "open", "service_code": "pothole", "requested_datetime": "2026-03-04T12:00:00Z", "lat": "0.005", "long": 0.005}
SPOILT = st.dictionaries(NAMES, VALUES, max_size=5).map(lambda changes: GOOD | changes)
REQUESTS = st.lists(st.tuples(st.integers(0, 20) | VALUES, SPOILT) | VALUES, max_size=6)
BODIES = st.binary(max_size=200) | st.builds(
    lambda text, at, what: text[:at] + what + text[at:], st.sampled_from([
        b'[{"service_request_id": 1, "code": 006, "description": "x \\u00e9"}]', b'{"errors": [{"code": 4, "description": "x"}]}',
        b'<?xml version="1.0" encoding="utf-8"?><requests><request><service_request_id>1</service_request_id></request>'
        b"</requests>"]),
    st.integers(0, 120), st.binary(max_size=6) | st.sampled_from([
        b"<", b"&", b"]]>", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", b"0", b'"', b"\xff", b"\x00", b"{" * 50,
        b"<a>" * 50]))


@pytest.fixture(scope="module")
def app(engine: Engine, town: City) -> FlaskClient:
    """Smalltown's doors."""
    return create_doors(engine, States(engine), visitors=Visitors(READABLE)).test_client()


@pytest.fixture(scope="module")
def take(courier: Courier, engine: Engine) -> Callable[[list[Any]], set[str]]:
    """Hands answers to a listener, and says which requests it told them apart by."""
    entry = Open311.model_validate({"door": "open311", "url": "http://127.0.0.1:9/v2", "class": "service_code",
                                    "agency": {"column": "agency_responsible", "table": {"x": "A1"}}})
    entry_state = State(engine, "test", "open311", "open311")
    poller = Poller(entry, "test", courier, entry_state, Endpoint(entry, Client(named=[entry.url]), None, Event()))

    def told(found: list[Any]) -> set[str]:
        poller.take(found)
        return {identified(poller.completed(without(answers.flat(one)))) for one in found if isinstance(one, dict)}

    return told


@FEW
@given(body=BODIES)
def test_any_answer_is_a_list_or_told(body: bytes) -> None:
    for read in (answers.requests, answers.services, answers.definition):
        try:
            found = read(body)
        except (Unreadable, Told) as error:
            assert str(error)
        else:
            assert isinstance(found, list | dict)


@FEW
@given(drawn=REQUESTS)
def test_any_requests_are_taken_or_kept(take: Callable[[list[Any]], set[str]], rows: Rows, drawn: list[Any]) -> None:
    """Each object is a case or a reject, by its number; anything else is a reject."""
    found = [{"service_request_id": one[0], **one[1]} if isinstance(one, tuple) else one for one in drawn]
    found = answers.requests(json.dumps({"requests": found}).encode())
    names = sorted(take(found))
    ids = identities("test", names).tolist()
    known = rows("SELECT case_id, taken FROM service_request WHERE case_id = ANY(:ids)", ids=ids)
    kept: dict[int, bool] = dict(known)
    cases = {one for one, in rows("SELECT case_id FROM city_case WHERE case_id = ANY(:ids)", ids=ids)}
    assert set(kept) == set(ids) and {one for one, taken in kept.items() if taken} == cases
    batches, refused = rows("SELECT count(*) FROM batch"), rows("SELECT count(*) FROM reject")
    assert refused[0][0] >= sum(not taken for taken in kept.values())
    take(found)
    assert (rows("SELECT count(*) FROM batch"), rows("SELECT count(*) FROM reject")) == (batches, refused)


@FEW
@given(form=st.dictionaries(st.sampled_from([
    "service_code", "lat", "long", "address_string", "address_id", "description", "media_url", "email", "phone",
    "jurisdiction_id", "attribute[A]", "attribute[A][]", "attribute[", "zipcode"]) | TEXTS,
    TEXTS | st.lists(TEXTS, max_size=3), max_size=6),
    ending=st.sampled_from(["json", "xml"]))
def test_any_form_is_stored_or_told_why_not(app: FlaskClient, rows: Rows, form: dict[str, Any], ending: str) -> None:
    sent = {"service_code": "pothole", "lat": "0.005", "long": "0.005", **form, "api_key": "secret"}
    pairs = [(name, one) for name, value in sent.items() for one in (value if isinstance(value, list) else [value])]
    body = "&".join(f"{quoted(name)}={quoted(one)}" for name, one in pairs).encode()
    got = app.post(f"/open311/v2/requests.{ending}", data=body, content_type="application/x-www-form-urlencoded")
    assert got.status_code in (200, 400, 404), got.get_data(as_text=True)
    if got.status_code == 200 and ending == "json":
        number = orjson.loads(got.data)[0]["service_request_id"]
        assert rows("SELECT 1 FROM city_case WHERE case_id = :id", id=int(number))
        assert app.get(f"/open311/v2/requests/{number}.xml").status_code == 200


def quoted(text: str) -> str:
    """A text as a form has it, whatever letters it has."""
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def test_whatever_is_asked_is_answered_as_described(app: FlaskClient) -> None:
    """Made-up questions of every operation, good and bad ones: each is answered, none by a fault, all as the description says."""
    tried = ask_all(app.application, "/open311/v2/openapi.json",
                    lambda: {"Authorization": "Bearer secret", "Idempotency-Key": uuid.uuid4().hex}, 2)
    assert {200, 400, 404} <= set(tried)
