"""Whatever is said to be CAP is answered, and taken or kept: MALFORMED=n tries so many."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sqlalchemy import Engine

from data_access.city import City
from doors.serving import create_doors
from doors.state import States
from ingest.openapi import ANSWER, ERROR
from tests.doors.cap_messages import NAMESPACE, alert, info

EXAMPLES = int(os.environ.get("MALFORMED", "60"))
NAMES = ("identifier", "sender", "sent", "status", "msgType", "scope", "references", "info", "language", "event", "severity",
         "expires", "onset", "effective", "headline", "area", "areaDesc", "polygon", "circle", "geocode", "valueName", "value",
         "responseType", "description", "eventCode", "alert", "Signature")
WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="<&\0"), max_size=12),
    st.sampled_from(["Actual", "Alert", "Update", "Cancel", "zh", "0,0 0,0.01 0.01,0.01 0,0", "0.005,0.005 1", "NaN,inf 1e400",
                     "1e308,1 2", "2026-03-04T12:00:00Z", "9999-12-31T23:59:59-14:00",
                     "0001-01-01T00:00:00+14:00", "a,b,2026-03-04T12:00:00Z",
                     "a,b,c d,e", "T111", "Area T1", "\x0b", "#2"]))


def element(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """An element of CAP's with something in it."""
    return st.builds(lambda name, inside: f"<{name}>{''.join(inside)}</{name}>", st.sampled_from(NAMES),
                     st.lists(children, max_size=4))


MADE_UP = st.recursive(WORDS, element, max_leaves=25).map(lambda inside: f'<alert xmlns="{NAMESPACE}">{inside}</alert>'.encode())


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """A good message with elements that say something else, twice, or nothing; cut off, or with bytes turned round."""
    made = alert(draw(WORDS.filter(lambda word: "]]>" not in word)), info(), info("zh"))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        begin, end = made.find(f"<{name}>"), made.find(f"</{name}>")
        if 0 <= begin < end:
            made = made[:begin] + f"<{name}>{draw(WORDS)}" * draw(st.integers(1, 2)) + made[end:]
    body = made.encode("utf-8", "replace")
    cut = draw(st.integers(0, len(body)))
    return draw(st.sampled_from([body, body, body[:cut], body[:cut] + draw(st.binary(max_size=4)) + body[cut:]]))


@pytest.fixture(scope="module")
def told(engine: Engine, town: City) -> Any:
    return create_doors(engine, States(engine)).test_client()


@given(body=MADE_UP | bent() | st.binary(max_size=60))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_comes_is_answered_and_what_is_a_message_is_taken_or_kept(told: Any, body: bytes) -> None:
    got = told.post("/cap/v1", data=body, headers={"Authorization": "Bearer secret"})
    assert got.status_code in (200, 400), got.get_data(as_text=True)
    if got.status_code == 200:
        answer = got.get_json()
        assert answer["taken"] + answer["seen"] + answer["rejected"] >= 1
        assert not [one for one in answer["reasons"] if one["code"] == "failed"]
        Draft202012Validator(ANSWER).validate(answer)
    else:
        Draft202012Validator(ERROR).validate(got.get_json())


def test_the_door_is_described(told: Any) -> None:
    description = told.get("/cap/v1/openapi.json").get_json()
    assert set(description["paths"]) == {"/cap/v1"}
    for status in description["paths"]["/cap/v1"]["post"]["responses"].values():
        reference = status["content"]["application/json"]["schema"]["$ref"]
        assert reference.rpartition("/")[2] in description["components"]["schemas"]
