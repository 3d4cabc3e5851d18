"""The city's own Open311 server: what apps list, ask for and read, in JSON and in XML."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from data_access.city import City
from doors.courier import Courier
from doors.desk import Desk
from doors.open311.server import Server
from doors.serving import create_doors
from doors.state import States
from doors.visitors import READABLE, Visitors
from ingest.door import Hall
from ingest.identity import identities
from ingest.room import Room

BASE = "/open311/v2"
HOLE = {"api_key": "secret", "service_code": "pothole", "lat": "0.005", "long": "0.005", "description": "A deep hole\nsince May"}
Rows = Callable[..., list[tuple[Any, ...]]]
Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def app(engine: Engine, town: City) -> FlaskClient:
    """Smalltown's doors."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO case_class (code, name_zh, name_en) VALUES ('roads', '道路', 'Roads')"))
        connection.execute(text("UPDATE case_class SET parent_code = 'roads' WHERE code = 'pothole'"))
    return create_doors(engine, States(engine), visitors=Visitors(READABLE)).test_client()


@pytest.fixture
def ask(app: FlaskClient) -> Ask:
    """Asks for a service: a hole, with changes; a field that is None is left out."""
    def send(ending: str = "json", headers: dict[str, str] | None = None, **changes: str | None) -> TestResponse:
        form = {name: value for name, value in {**HOLE, **changes}.items() if value is not None}
        return app.post(f"{BASE}/requests.{ending}", data=form, headers=headers or {})
    return send


def read(answer: TestResponse) -> Any:
    """An answer in JSON."""
    assert answer.headers["Content-Type"].startswith("application/json")
    return answer.json


def number(answer: TestResponse) -> str:
    """The number that an answer gives."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: str = read(answer)[0]["service_request_id"]
    return found


def tree(answer: TestResponse) -> Element:
    """An answer in XML."""
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    return fromstring(answer.data)


def test_classes_that_no_other_is_part_of_are_services_with_the_others_as_groups(app: FlaskClient) -> None:
    found = read(app.get(f"{BASE}/services.json"))
    assert [(one["service_code"], one["service_name"], one["group"]) for one in found] == [
        ("noise", "Noise", None), ("pothole", "Pothole", "Roads")]
    assert {(one["metadata"], one["type"]) for one in found} == {(False, "realtime")}


def test_names_come_in_the_language_of_the_reader(app: FlaskClient) -> None:
    found = read(app.get(f"{BASE}/services.json", headers={"Accept-Language": "zh-CN,zh;q=0.9"}))
    assert [one["service_name"] for one in found] == ["噪声扰民", "路面坑洞"]


def test_xml_says_the_same_as_json(app: FlaskClient) -> None:
    root = tree(app.get(f"{BASE}/services.xml"))
    assert (root.tag, [one.tag for one in root]) == ("services", ["service", "service"])
    assert root.findtext("service/service_code") == "noise" and root.findtext("service/metadata") == "false"
    definition = tree(app.get(f"{BASE}/services/pothole.xml"))
    assert (definition.tag, definition.findtext("service_code")) == ("service_definition", "pothole")


def test_discovery_tells_where_the_server_is_and_what_it_speaks(app: FlaskClient) -> None:
    endpoint = read(app.get("/open311/discovery.json"))["endpoints"][0]
    assert endpoint["url"] == "http://localhost/open311/v2" and endpoint["formats"] == ["text/xml", "application/json"]
    root = tree(app.get(f"{BASE}/discovery.xml"))
    assert [one.text for one in root.iterfind("endpoints/endpoint/formats/format")] == ["text/xml", "application/json"]


def test_a_form_becomes_a_case_that_can_be_read(app: FlaskClient, ask: Ask, rows: Rows) -> None:
    answer = ask(address_string="1 Main St", media_url="https://example.org/a.jpg", zipcode="00501")
    assert read(answer)[0]["service_notice"] == "Expected to be dealt with within 24 hours of its registration."
    found = read(app.get(f"{BASE}/requests/{number(answer)}.json"))[0]
    assert found["requested_datetime"] == found["updated_datetime"] and found["requested_datetime"].endswith("Z")
    assert {name: value for name, value in found.items() if not name.endswith("_datetime")} == {
        "service_request_id": number(answer), "status": "open", "status_notes": None, "service_name": "Pothole",
        "service_code": "pothole", "description": "A deep hole\nsince May", "agency_responsible": None, "service_notice": None,
        "address": "1 Main St", "address_id": None, "zipcode": "00501", "lat": 0.005, "long": 0.005,
        "media_url": "https://example.org/a.jpg"}
    case = rows("""SELECT title, channel, state, code FROM city_case JOIN region USING (region_id) WHERE case_id = :id""",
                   id=int(number(answer)))
    assert case == [("A deep hole", "app", "reported", "T111")]


def test_who_asks_is_kept_apart_and_never_shown(app: FlaskClient, ask: Ask, rows: Rows) -> None:
    """Neither in what is read, nor among attributes, nor among what is refused."""
    person = {"email": "ann@example.org", "first_name": "Annabel", "last_name": "Exampleton", "phone": "+1 555 0100",
              "device_id": "phone-of-ann", "account_id": "account-7"}
    kept = ask(description="With a name", **person)
    assert rows("SELECT contact FROM service_contact WHERE case_id = :id", id=int(number(kept))) == [(person,)]
    for ending in ("json?extensions=true", "xml"):
        shown = app.get(f"{BASE}/requests/{number(kept)}.{ending}").get_data(as_text=True)
        assert "With a name" in shown and not any(secret in shown for secret in person.values())
    assert ask(description="Elsewhere", lat="50", **person).status_code == 400
    assert rows("SELECT count(*) FROM service_contact") == [(1,)]
    refused = str(rows("SELECT row FROM reject") + rows("SELECT attributes FROM service_request"))
    assert "Elsewhere" in refused and not any(secret in refused for secret in person.values())


def test_the_same_form_again_is_the_same_request(ask: Ask, rows: Rows) -> None:
    before = rows("SELECT count(*) FROM city_case")[0][0]
    first, second = ask(description="Sent twice"), ask(description="Sent twice")
    assert number(first) == number(second) and first.json == second.json
    assert number(ask(description="Sent twice", device_id="another phone")) != number(first)
    assert rows("SELECT count(*) FROM city_case") == [(before + 2,)]


def test_a_key_of_the_senders_own_tells_requests_apart_and_finds_them_again(
    app: FlaskClient, ask: Ask,
) -> None:
    one, other = (number(ask(headers={"Idempotency-Key": key}, description="By key")) for key in ("k-1", "k-2"))
    assert one != other and number(ask(headers={"Idempotency-Key": "k-1"}, description="By key")) == one
    assert read(app.get(f"{BASE}/tokens/k-1.json")) == [{"service_request_id": one, "token": "k-1"}]
    assert app.get(f"{BASE}/tokens/k-3.json").status_code == 404


def test_the_token_of_batches_opens_the_door_too(app: FlaskClient) -> None:
    form = {name: value for name, value in HOLE.items() if name != "api_key"} | {"description": "By header"}
    assert app.post(f"{BASE}/requests.json", data=form, headers={"Authorization": "Bearer secret"}).status_code == 200
    assert app.post(f"{BASE}/requests.json?api_key=secret", data=form).status_code == 200


def test_a_place_without_a_coordinate_is_the_citys(ask: Ask, rows: Rows) -> None:
    """There is nobody here who knows addresses, so a case stands where it surely is."""
    answer = ask(lat=None, long=None, address_string="Behind the town hall")
    assert rows("SELECT code, address FROM city_case JOIN region USING (region_id) WHERE case_id = :id",
                id=int(number(answer))) == [("T", "Behind the town hall")]


def test_answers_to_questions_of_a_service_are_kept(ask: Ask, rows: Rows) -> None:
    answer = ask(description="Asked", **{"attribute[DEPTH]": "3", "attribute[KIND][]": "round", "odd": "kept"})
    assert rows("SELECT attributes FROM service_request WHERE case_id = :id", id=int(number(answer))) == [
        ({"DEPTH": "3", "KIND": ["round"], "odd": "kept"},)]


@pytest.mark.parametrize(("changes", "status", "told"), [
    ({"api_key": None}, 403, "missing api_key"), ({"api_key": "wrong"}, 403, "invalid api_key"),
    ({"service_code": None}, 400, "service_code was not provided"),
    ({"service_code": "unicorns"}, 404, "'unicorns' was not found"), ({"service_code": "roads"}, 404, "'roads' was not found"),
    ({"lat": None, "long": None}, 400, "a location was not provided"), ({"lat": None}, 400, "lat and long come together"),
    ({"lat": "north"}, 400, "lat must be a number"), ({"lat": "91"}, 400, "lat must be a number"),
    ({"long": "nan"}, 400, "long must"),
    ({"lat": "40"}, 400, "outside the city"), ({"description": "x" * 4001}, 400, "4001 characters"),
    ({"media_url": "javascript:alert(1)"}, 400, "media_url must begin"),
    ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
])
def test_a_form_that_cannot_be_taken_is_told_why(
    ask: Ask, changes: dict[str, str | None], status: int, told: str,
) -> None:
    plain = ask(**changes)
    assert plain.status_code == status
    assert read(plain)[0]["code"] == status and told in read(plain)[0]["description"]
    error = tree(ask("xml", **changes)).find("error")
    assert error is not None and error.findtext("code") == str(status) and told in (error.findtext("description") or "")


def test_all_that_is_wrong_is_told_at_once(ask: Ask) -> None:
    assert len(read(ask(service_code=None, lat="x", media_url="ftp://x"))) == 3


def test_what_is_no_form_is_refused(app: FlaskClient) -> None:
    assert "application/x-www-form-urlencoded" in read(app.post(f"{BASE}/requests.json", json=HOLE))[0]["description"]
    many = app.post(f"{BASE}/requests.json", data=b"a=1&" * 300, content_type="application/x-www-form-urlencoded")
    assert many.status_code == 413
    assert app.post(f"{BASE}/requests.json", data={**HOLE, "x": "y" * (9 << 20)}).status_code == 413


def test_a_form_may_come_in_parts_and_what_is_a_file_in_it_is_let_be(app: FlaskClient) -> None:
    form = {**HOLE, "description": "In parts", "picture": (BytesIO(b"no picture"), "a.jpg")}
    assert app.post(f"{BASE}/requests.json", data=form, content_type="multipart/form-data").status_code == 200
    for body, boundary in ((b"--x\r\n", "; boundary=x"), (b"--x", ""), (b"\xff" * 99, "; boundary=\xff")):
        broken = app.post(f"{BASE}/requests.json", data=body, content_type=f"multipart/form-data{boundary}")
        assert broken.status_code in (400, 403)     # nothing of it is read, not even the api_key


def test_an_address_that_is_none_is_told_in_the_format_asked_for(app: FlaskClient) -> None:
    assert read(app.get(f"{BASE}/unicorns.json"))[0]["code"] == 404
    assert tree(app.put(f"{BASE}/services.xml")).findtext("error/code") == "405"
    assert "ends with its format" in (tree(app.get(f"{BASE}/requests")).findtext("error/description") or "")
    assert read(app.get(f"{BASE}/requests", headers={"Accept": "application/json"}))[0]["code"] == 404


def test_whoever_asks_when_too_many_do_is_told_to_come_again(engine: Engine, town: City) -> None:
    hall = Hall.of(engine)
    server = Server(Desk(hall, Courier(engine, None, hall.intake), States(engine), Visitors(READABLE)), Room(1, 0.05))
    app = Flask("full")
    with app.test_request_context("/"), server.room.hold(1):
        answer = server.answer("json", server.services)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0


def test_an_unknown_format_an_unknown_number_and_another_city_are_not_found(app: FlaskClient) -> None:
    for path in ("services.html", "requests/1.json", "requests/x.xml", "requests/99999999999999999999.json", "services/x.json",
                 "services.json?jurisdiction_id=elsewhere"):
        answer = app.get(f"{BASE}/{path}")
        assert answer.status_code == 404 and b"404" in answer.data, path
    assert app.get(f"{BASE}/services.json?jurisdiction_id=Smalltown").status_code == 200
    assert app.get(f"{BASE}/services.json?jurisdiction_id=").status_code == 200


@pytest.fixture(scope="module")
def cases(app: FlaskClient) -> Iterator[dict[str, str]]:
    """Three cases of March 2026 by the batch door, and their numbers: a (noise, open), b (closed on the 3rd), c (of January)."""
    def case(name: str, reported: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "class": "pothole", "channel": "phone", "title": f"Case {name}", "reported_at": reported,
                "lon": 0.001, "lat": 0.001, **more}

    closed = [{"step": "dispatched", "at": "2026-03-02T13:00:00Z", "agency": "A1"},
              {"step": "closed", "at": "2026-03-03T12:00:00Z"}]
    sent = app.post("/ingest/v1/cases", headers={"Authorization": "Bearer secret"}, json={"rows": [
        case("a", "2026-03-01T12:00:00Z", **{"class": "noise"}, due_at="2026-03-08T12:00:00Z"),
        case("b", "2026-03-02T12:00:00Z", steps=closed), case("c", "2026-01-02T12:00:00Z")]})
    assert read(sent)["taken"] == 3
    yield {name: str(one) for name, one in zip("abc", identities("test", "abc").tolist(), strict=True)}


MARCH = "start_date=2026-03-01T00:00:00Z&end_date=2026-03-31T00:00:00Z"


@pytest.mark.parametrize(("query", "expected"), [
    (MARCH, "ba"), (f"{MARCH}&status=open", "a"), (f"{MARCH}&status=closed", "b"), (f"{MARCH}&status=open,closed", "ba"),
    (f"{MARCH}&status=open&status=closed", "ba"), (f"{MARCH}&service_code=noise&service_code=,pothole", "ba"),
    (f"{MARCH}&service_code=&service_code=noise", "a"),
    (f"{MARCH}&service_code=noise", "a"), (f"{MARCH}&service_code=noise,pothole", "ba"), (f"{MARCH}&service_code=unicorns", ""),
    (f"{MARCH}&page_size=1", "b"), (f"{MARCH}&page_size=1&page=2", "a"), (f"{MARCH}&page=2", ""),
    ("start_date=2026-03-02&end_date=2026-03-02", "b"), ("start_date=2026-01-01", "bac"), ("end_date=2026-01-31", "c"),
    ("start_date=2026-03-01T20:00:00+08:00&end_date=2026-03-01T20:00:00 08:00", "a"),
    ("start_date=2026-01&end_date=2026-01", "c"),
    ("updated_after=2026-03-03T00:00:00Z&updated_before=2026-03-04T00:00:00Z", "b"),
    (f"{MARCH}&status=&service_code=", "ba"),
])
def test_requests_are_filtered_as_the_standard_says(app: FlaskClient, cases: dict[str, str], query: str, expected: str) -> None:
    found = read(app.get(f"{BASE}/requests.json?{query.replace('+', '%2B')}"))
    assert [one["service_request_id"] for one in found] == [cases[name] for name in expected]


def test_a_list_of_numbers_overrides_all_other_filters(app: FlaskClient, cases: dict[str, str]) -> None:
    found = read(app.get(f"{BASE}/requests.json?service_request_id={cases['c']},{cases['a']},x,7&status=closed&{MARCH}"))
    assert [one["service_request_id"] for one in found] == [cases["a"], cases["c"]]


def test_numbers_that_are_named_one_by_one_are_a_list_too(app: FlaskClient, cases: dict[str, str]) -> None:
    found = read(app.get(f"{BASE}/requests.json?service_request_id={cases['c']}&service_request_id={cases['a']}"))
    assert [one["service_request_id"] for one in found] == [cases["a"], cases["c"]]


def test_a_request_tells_its_agency_its_clock_and_when_it_was_closed(app: FlaskClient, cases: dict[str, str]) -> None:
    found = {name: read(app.get(f"{BASE}/requests/{cases[name]}.json?extensions=true"))[0] for name in "ab"}
    assert found["a"]["expected_datetime"] == "2026-03-08T12:00:00Z" and found["a"]["agency_responsible"] is None
    assert (found["b"]["status"], found["b"]["updated_datetime"], found["b"]["agency_responsible"]) == (
        "closed", "2026-03-03T12:00:00Z", "Roads")
    assert found["b"]["extended_attributes"] == {"state": "closed", "simulated": False}
    assert found["b"]["description"] == "Case b"


@pytest.mark.parametrize(("query", "told"), [
    ("start_date=yesterday", "start_date must be a time"), ("start_date=2026-03-02&end_date=2026-03-01", "is after"),
    ("start_date=2025-01-01&end_date=2026-01-01", "90 days"), ("status=lost", "status must be"), ("page=0", "page must be"),
    ("page_size=many", "page_size must be"), ("start_date=2026-02-30", "start_date must be"),
    ("start_date=0000", "start_date must be"),
    ("service_request_id=" + "1," * 1001, "at most 1000")])
def test_a_filter_that_makes_no_sense_is_told(app: FlaskClient, query: str, told: str) -> None:
    answer = app.get(f"{BASE}/requests.json?{query}")
    assert answer.status_code == 400 and told in read(answer)[0]["description"]


def test_tags_in_a_description_stay_text(app: FlaskClient, ask: Ask, rows: Rows) -> None:
    evil = "<script>alert(1)</script> & ]]> \x01 '; DROP TABLE city_case"
    got = number(ask(description=evil))
    assert tree(app.get(f"{BASE}/requests/{got}.xml")).findtext("request/description") == evil.replace("\x01", "")
    assert read(app.get(f"{BASE}/requests/{got}.json"))[0]["description"] == evil
    assert rows("SELECT title FROM city_case WHERE case_id = :id", id=int(got)) == [
        ("alert(1)  & ]]>   '; DROP TABLE city_case",)]


def test_how_the_door_stands_is_told(engine: Engine, ask: Ask, rows: Rows) -> None:
    states = States(engine)
    app = create_doors(engine, states, visitors=Visitors(READABLE)).test_client()
    app.post(f"{BASE}/requests.json", data={**HOLE, "description": "Counted"})
    states.write()
    assert rows("SELECT door, connected, messages FROM door_state WHERE door = 'open311'") == [("open311", None, 1)]


def test_without_a_database_a_form_is_not_taken_and_may_be_sent_again(database_url: str, town: City) -> None:
    from data_access import engine as engines

    gone = engines.create(database_url.replace("tonglan_", "gone_"), statement_timeout_ms=1000)
    app = create_doors(gone, States(gone), visitors=Visitors(READABLE)).test_client()
    for answer in (app.post(f"{BASE}/requests.json", data=HOLE), app.get(f"{BASE}/services.json")):
        assert answer.status_code == 503 and answer.headers["Retry-After"] and read(answer)[0]["code"] == 503
    gone.dispose()
