"""Whatever is asked of SensorThings or sent to it: an answer, never a failure, and nothing that was sent is lost.

MALFORMED=100000 tries as many of each instead of the suite's few.
"""

import json
import os
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from data_access.city import City
from doors.courier import Courier
from doors.sensorthings.functions import FUNCTIONS
from doors.sensorthings.model import ENTITIES
from doors.sensorthings.server import PREFIX
from doors.serving import create_doors
from doors.state import States
from doors.visitors import READABLE, Visitors
from tests.asking import ask_all

EXAMPLES = int(os.environ.get("MALFORMED", "60"))
many = settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck))
TOKEN = {"Authorization": "Bearer secret"}

LINKS = sorted({name for entity in ENTITIES.values() for name in entity.links})
NAMES = sorted({name for entity in ENTITIES.values() for name in entity.properties})
PATHS = st.builds(lambda links, name: "/".join([*links, name]), st.lists(st.sampled_from(LINKS), max_size=2),
                  st.sampled_from([*NAMES, "unheard", "@iot.id"]))
LITERALS = st.sampled_from([
    "1", "-2.5", "1e300", "1e999", "99999999999999999999999", "'a'", "''", "'it''s'", "'%'", "'2026-03-04T12:00:00Z'", "true",
    "false", "null", "2026-03-04T12:00:00Z", "2026-03-04T12:00:00+14:00", "2026-03-04", "12:00:00", "duration'P1DT2H'",
    "duration'P99999999D'", "2026-03-04T12:00:00Z/2026-03-05T12:00:00Z", "geography'POINT(0 0)'",
    "geography'POLYGON((0 0,1 1,1 0,0 1,0 0))'",
    "geography'GEOMETRYCOLLECTION EMPTY'", "geography'x'", "'T********'"])
VALUES = st.recursive(PATHS | LITERALS, lambda inner: st.one_of(
    st.builds(lambda name, given: f"{name}({','.join(given)})", st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3)),
    st.builds("({} {} {})".format, inner, st.sampled_from(["add", "sub", "mul", "div", "mod"]), inner)), max_leaves=6)
CONDITIONS = st.recursive(st.one_of(
    VALUES, st.builds("{} {} {}".format, VALUES, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), VALUES),
    st.builds("{} in ({},{})".format, VALUES, VALUES, VALUES)), lambda inner: st.one_of(
    st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner), st.builds("not {}".format, inner)),
    max_leaves=4)
SMALL = st.sampled_from(["0", "1", "2", "-1", "x", "9999999999", "1.5"])
OPTIONS = st.one_of(
    st.builds("$filter={}".format, CONDITIONS), st.builds("$orderby={} desc".format, VALUES), st.builds("$top={}".format, SMALL),
    st.builds("$skip={}".format, SMALL), st.builds("$select={}".format, PATHS), st.sampled_from(["$count=true", "$count=x"]),
    st.builds("$expand={}".format, st.sampled_from(LINKS)))
EXPANDS = st.builds(lambda link, options: f"$expand={link}({';'.join(options)})", st.sampled_from(LINKS),
                    st.lists(OPTIONS, min_size=1, max_size=3))
RUBBISH = st.text(st.sampled_from("$()/,;='\"%&+ abeq10.@-_\\\x00é中"), max_size=40)
IDS = st.sampled_from(["", "(1)", "(32769)", "('air')", "('32769-1772625600000000')", "('')", "(-1)", "(99999999999999999999)"])
STEPS = st.builds("{}{}".format, st.sampled_from(
    [*ENTITIES, *LINKS, "name", "properties", "result", "$value", "$ref", "id"]), IDS)
ADDRESSES = st.one_of(st.builds("/".join, st.lists(STEPS, min_size=1, max_size=4)), st.sampled_from(list(ENTITIES)), RUBBISH)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-10**20, 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["32769", "NaN", "1e999", "12.5", "2026-03-04T12:00:00Z", "2026-03-04T12:00:00Z/..", "9999-12-31T23:59:59Z",
                     "air", "pm25", "m", "\x00", "Datastreams(32769)"]))
FIELDS = st.sampled_from([
    "@iot.id", "id", "name", "description", "properties", "code", "kind", "interval_s", "region", "Locations", "location", "type",
    "coordinates", "Datastreams", "Datastream", "ObservedProperty", "Sensor", "Thing", "unitOfMeasurement", "symbol",
    "Observations", "phenomenonTime", "resultTime", "result", "components", "dataArray", "definition", "metadata", "url",
    "method", "requests", "atomicityGroup", "body"])
ANYTHING: st.SearchStrategy[Any] = st.deferred(lambda: st.one_of(
    SCALARS, SCALARS, st.lists(ANYTHING, max_size=3), st.dictionaries(FIELDS, ANYTHING, max_size=4)))
ONE = st.fixed_dictionaries({}, optional={
    "phenomenonTime": SCALARS, "resultTime": SCALARS, "result": ANYTHING,
    "Datastream": st.one_of(st.just({"@iot.id": 32769}), ANYTHING), "Datastream@iot.navigationLink": SCALARS})
ARRAYS = st.lists(st.fixed_dictionaries({"dataArray": st.one_of(ANYTHING, st.lists(st.lists(SCALARS, max_size=4), max_size=4))},
                                        optional={"Datastream": st.just({"@iot.id": 32769}), "components": st.one_of(
                                            ANYTHING, st.just(["phenomenonTime", "result"]))}), max_size=3)
THINGS = st.fixed_dictionaries({"name": st.just("fuzz")}, optional={
    "properties": st.one_of(st.just({"kind": "air"}), ANYTHING), "Datastreams": ANYTHING,
    "Locations": st.one_of(ANYTHING, st.builds(
        lambda lon, lat: [{"location": {"type": "Point", "coordinates": [lon, lat]}}], SCALARS, SCALARS))})


@pytest.fixture(scope="module")
def http(engine: Engine, town: City, courier: Courier) -> FlaskClient:
    """The service over one station with one reading."""
    station = {"code": "a1", "name": "West", "kind": "air", "interval_s": 60, "lon": 0.005, "lat": 0.005}
    reading = {"device": "a1", "property": "pm25", "observed_at": "2026-03-04T12:00:00Z", "value": 1}
    courier.give("test", "devices", [station], door="test", origin="test")
    courier.give("test", "observations", [reading], door="test", origin="test")
    return create_doors(engine, States(engine), visitors=Visitors(READABLE)).test_client()


def ask(http: FlaskClient, address: str, query: str) -> None:
    """A GET, which is answered or told why not."""
    got = http.get(f"{PREFIX}/{quote(address)}?{quote(query, safe='$&=(),;:/')}")
    assert got.status_code in (200, 204, 308, 400, 404), (address, query, got.get_data(as_text=True))


@many
@given(plural=st.sampled_from(list(ENTITIES)), options=st.lists(st.one_of(OPTIONS, EXPANDS), min_size=1, max_size=4))
def test_every_query_is_answered_or_told_why_not(http: FlaskClient, plural: str, options: list[str]) -> None:
    ask(http, plural, "&".join(options))


@many
@given(address=ADDRESSES, query=st.one_of(st.just(""), RUBBISH))
def test_every_address_is_answered_or_told_why_not(http: FlaskClient, address: str, query: str) -> None:
    ask(http, address, query)


def send(http: FlaskClient, engine: Engine, path: str, body: Any) -> None:
    """A POST: what is not taken is kept, and said to be refused."""
    before = kept(engine)
    got = http.post(f"{PREFIX}/{path}", data=json.dumps(body).encode(), headers=TOKEN)
    assert got.status_code in (201, 400, 409), (path, body, got.get_data(as_text=True))
    refused = got.status_code != 201 or b'"error"' in got.get_data()
    assert (kept(engine) > before) == refused, (path, body, got.get_data(as_text=True))


def kept(engine: Engine) -> int:
    """How many messages are kept as refused."""
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM reject")).scalar_one())


@many
@given(path=st.sampled_from(["Observations", "Datastreams(32769)/Observations"]), body=st.one_of(ONE, ANYTHING))
def test_an_observation_is_stored_or_kept(http: FlaskClient, engine: Engine, path: str, body: Any) -> None:
    send(http, engine, path, body)


@many
@given(body=st.one_of(ARRAYS, ANYTHING))
def test_data_arrays_are_stored_or_kept(http: FlaskClient, engine: Engine, body: Any) -> None:
    send(http, engine, "CreateObservations", body)


@many
@given(path=st.sampled_from(["Things", "Things(1)/Datastreams", "Things(1)/Locations", "Datastreams", "Sensors"]),
       body=st.one_of(THINGS, ANYTHING))
def test_an_entity_is_created_or_kept(http: FlaskClient, engine: Engine, path: str, body: Any) -> None:
    send(http, engine, path, body)


@many
@given(body=st.one_of(ANYTHING, st.fixed_dictionaries({"requests": st.lists(st.fixed_dictionaries(
    {"method": st.sampled_from(["get", "post", "x"]), "url": ADDRESSES}, optional={"id": SCALARS, "body": ONE})) | ANYTHING})))
def test_a_batch_is_answered(http: FlaskClient, body: Any) -> None:
    got = http.post(f"{PREFIX}/$batch", data=json.dumps(body).encode(), headers=TOKEN)
    assert got.status_code in (200, 400), got.get_data(as_text=True)
    assert b'"status":500' not in got.get_data()


@many
@given(body=st.lists(st.sampled_from([
    b"--b\r\n", b"--b--", b"Content-Type: application/http\r\n", b"\r\n", b"GET Things HTTP/1.1\r\n", b"POST Observations\r\n",
    b"{}", b"Content-Type: multipart/mixed; boundary=c\r\n", b"--c\r\n", b"--c--\r\n", b"Content-ID: <1>\r\n",
    b"\xff\x00", b"$1/"])))
def test_a_batch_in_parts_is_answered(http: FlaskClient, body: list[bytes]) -> None:
    got = http.post(f"{PREFIX}/$batch", data=b"".join(body), headers=TOKEN | {"Content-Type": "multipart/mixed; boundary=b"})
    assert got.status_code in (200, 400), got.get_data(as_text=True)


def test_whatever_is_asked_is_answered_as_described(http: FlaskClient) -> None:
    """Made-up questions of every operation, good and bad ones: each is answered, none by a fault, all as the description says."""
    assert {200, 400} <= set(ask_all(http.application, f"{PREFIX}/openapi.json", lambda: TOKEN, 2))
