"""Listening to another city's Open311 server, a real one in a thread: every request becomes one case and stays right."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Thread
from typing import Any

import pytest
import requests
from sqlalchemy import Engine
from werkzeug.serving import make_server

from data_access.city import City
from data_access.readings import readings
from doors.courier import Courier
from doors.open311.client import Poller, run
from doors.open311.endpoint import Endpoint
from doors.serving import create_doors
from doors.state import State, States
from doors.visitors import READABLE, Visitors
from doors.web import Client, Unreachable
from indicators.library import INDICATORS
from indicators.scope import Scope
from ingest.pack import read
from ingest.pack.doors.open311 import Open311
from ingest.retry import retry
from tests.doors.conftest import wait_until
from tests.doors.elsewhere import Answer, Elsewhere, served

Rows = Callable[..., list[tuple[Any, ...]]]
Listen = Callable[..., Poller]
Ago = Callable[..., str]
CLASSES = {"column": "service_code", "table": {"006": "pothole", "007": "noise"}}


@pytest.fixture
def city() -> Elsewhere:
    """The other city."""
    return Elsewhere()


@pytest.fixture
def endpoint(city: Elsewhere) -> Iterator[str]:
    """Its address."""
    with served(city) as address:
        yield address


@pytest.fixture
def poller(courier: Courier, state: State, endpoint: str) -> Iterator[Listen]:
    """Makes a listener to the other city; each test has a cursor of its own."""
    clients = []

    key = uuid.uuid4().hex

    def made(**changes: Any) -> Poller:
        entry = Open311.model_validate({
            "door": "open311", "key": key, "url": endpoint, "class": CLASSES, "recheck": 50, **changes})
        clients.append(Client(named=[endpoint]))
        return Poller(entry, "test", courier, state, Endpoint(entry, clients[-1], "k3y", Event()))
    yield made
    for client in clients:
        client.close()


@pytest.fixture
def now() -> datetime:
    """Now, in whole seconds as servers tell it."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def ago(now: datetime) -> Ago:
    """So long ago, on a clock of another zone."""
    return lambda **how: (now - timedelta(**how)).astimezone(timezone(timedelta(hours=-5))).isoformat()


CASE = """SELECT f.state, f.class_code, f.title, f.channel, f.due_at, f.closed_at, g.code
            FROM city_case f LEFT JOIN agency g USING (agency_id) WHERE external_id = :id"""
STEPS = """SELECT step, at, actor, note FROM case_step JOIN city_case USING (case_id)
            WHERE external_id = :id AND step <> 'amended' ORDER BY at, step"""


@pytest.mark.parametrize("format_", ["json", "xml"])
def test_a_request_becomes_a_case_and_closes_when_it_is_closed(
    city: Elsewhere, poller: Listen, rows: Rows, format_: str, now: datetime, ago: Ago,
) -> None:
    """Reported two days ago and due in three; an agency takes it a day ago; closed an hour ago."""
    name = f"life-{format_}"
    city.add(name, ago(days=2), expected_datetime=(now + timedelta(days=3)).isoformat())
    other = poller(format=format_, agency={"column": "agency_responsible", "table": {"Streets & Roads": "A1"}})
    other.round()
    assert rows(CASE, id=name) == [
        ("reported", "pothole", f"Number {name}", "open311", now + timedelta(days=3), None, None)]
    city.requests[name] |= {"agency_responsible": "Streets & Roads", "updated_datetime": ago(days=1)}
    other.round()
    assert rows(CASE, id=name)[0][0::6] == ("dispatched", "A1")
    city.requests[name] |= {"status": "closed", "updated_datetime": ago(hours=1), "status_notes": "Filled."}
    other.round()
    other.round()
    assert rows(CASE, id=name)[0][0] == "closed" and rows(CASE, id=name)[0][5] == now - timedelta(hours=1)
    assert [(step, at) for step, at, *_ in rows(STEPS, id=name)] == [
        ("reported", now - timedelta(days=2)), ("dispatched", now - timedelta(days=1)), ("closed", now - timedelta(hours=1))]
    assert rows("SELECT status_notes, agency, closed FROM service_request WHERE external_id = :id", id=name) == [
        ("Filled.", "Streets & Roads", True)]


def test_what_says_nothing_new_makes_no_batch(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    city.add("quiet", ago(days=1))
    other = poller()
    other.round()
    before = rows("SELECT count(*) FROM batch")
    other.round()
    poller().round()
    assert rows("SELECT count(*) FROM batch") == before


def test_a_request_that_is_opened_again_is_reworked(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    city.add("again", ago(days=3), status="closed", updated_datetime=ago(days=2))
    other = poller(sweep_hours=0)
    other.round()
    assert rows(CASE, id="again")[0][0] == "closed"
    city.requests["again"] |= {"status": "open", "updated_datetime": ago(days=1)}
    other.round()
    assert rows("SELECT state, closed_at, rework_count FROM city_case WHERE external_id = 'again'") == [("reworked", None, 1)]


def test_a_closing_whose_time_is_not_told_is_taken_from_the_look(
    city: Elsewhere, poller: Listen, rows: Rows, now: datetime, ago: Ago,
) -> None:
    city.add("timeless", ago(days=3), status="Closed", updated_datetime=None)
    poller().round()
    (_, reported, *_), (step, at, _, note) = rows(STEPS, id="timeless")
    assert (reported, step) == (now - timedelta(days=3), "closed")
    assert at >= now and "told no time" in note


def test_a_case_that_left_the_window_is_asked_for_by_its_number_until_it_closes(
    city: Elsewhere, poller: Listen, rows: Rows, now: datetime, ago: Ago,
) -> None:
    """Made 30 days ago; the second round looks back an hour. The first server takes lists of numbers, the other one by one."""
    for lists in (True, False):
        name = f"old-{lists}"
        city.lists = lists
        city.add(name, ago(days=30))
        other = poller(overlap_hours=1, since=(now - timedelta(days=40)).date(), key=name)
        other.round()
        city.requests[name] |= {"status": "closed", "updated_datetime": ago(hours=2)}
        other.round()
        assert rows(CASE, id=name)[0][0] == "closed"
    assert any("/v2/requests/old-False.json" in path for path in city.asked)


def test_updates_are_asked_for_where_the_server_knows_them(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    city.add("updated", ago(days=1))
    other = poller(updated_after=True, overlap_hours=0)
    other.round()
    city.requests["updated"] |= {"status": "closed", "updated_datetime": ago(hours=1)}
    city.found = lambda given: list(city.requests.values()) if "updated_after" in given else []  # type: ignore[method-assign]
    other.round()
    assert rows(CASE, id="updated")[0][0] == "closed"


@pytest.mark.parametrize(("most", "count"), [(50, 170), (100, 100), (1000, 1003)])
def test_a_server_that_stops_after_so_many_is_asked_in_narrower_windows(
    city: Elsewhere, poller: Listen, rows: Rows, most: int, count: int, ago: Ago,
) -> None:
    city.most = most
    for at in range(count):
        city.add(f"many-{most}-{at}", ago(days=6, minutes=-7 * at))
    poller(recheck=0).round()
    assert rows("SELECT count(*) FROM city_case WHERE starts_with(external_id, :many)", many=f"many-{most}-") == [(count,)]
    assert len(city.asked) < 100


def test_pages_are_turned_until_one_brings_nothing_new(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    city.pages, city.most = True, 10
    for at in range(35):
        city.add(f"page-{at}", ago(hours=3, minutes=at))
    poller(paging="pages", page_size=10, recheck=0).round()
    assert rows("SELECT count(*) FROM city_case WHERE starts_with(external_id, 'page-')") == [(35,)]


def test_a_server_that_looks_at_no_dates_is_not_asked_for_ever(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    for at in range(50):
        city.add(f"deaf-{at}", ago(days=300, minutes=at))
    city.found = lambda given: list(city.requests.values())  # type: ignore[method-assign]
    poller(recheck=0).round()
    assert rows("SELECT count(*) FROM city_case WHERE starts_with(external_id, 'deaf-')") == [(50,)]
    assert len(city.asked) < 40


def test_faults_of_a_server_lose_nothing_and_are_told(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    """Each fault breaks the round off; the next one goes on where it was."""
    city.add("patient", ago(days=1))
    page = b"<!DOCTYPE html><html><head><title>Service is down</title></head></html>"
    faults: dict[str, Answer] = {
        "answered 500": (500, {}, b"oops"), "answered 503": (503, {}, b""), "Service is down": (200, {}, page),
        "neither JSON nor XML": (200, {}, b'[{"service_request'),
        "jurisdiction_id was not found": (404, {}, b'[{"code": 404, "description": "jurisdiction_id was not found"}]'),
        "403: bad key": (403, {}, b"<errors><error><code>403</code><description>bad key</description></error></errors>")}
    other = poller()
    for words, answer in faults.items():
        city.instead = [answer]
        with pytest.raises(Unreachable, match=words):
            other.round()
        assert "k3y" not in words
    other.round()
    assert len(rows(CASE, id="patient")) == 1


def test_a_server_that_asks_to_wait_is_waited_for(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    city.add("waited", ago(days=1))
    city.instead = [(429, {"Retry-After": "0"}, b""), (200, {}, b""), (429, {"Retry-After": "0"}, b"")]
    poller().round()
    assert len(rows(CASE, id="waited")) == 1


def test_times_without_a_zone_are_those_of_the_city_or_of_the_pack(city: Elsewhere, poller: Listen, rows: Rows) -> None:
    """Noon in January is 17:00 UTC in New York, and 04:00 in Shanghai."""
    for zone, hour in ((None, 17), ("Asia/Shanghai", 4)):
        name = f"unzoned-{hour}"
        city.found = lambda given: list(city.requests.values())  # type: ignore[method-assign]
        city.add(name, "2026-01-15 12:00:00", status="closed", updated_datetime="2026-01-16T12:00:00")
        poller(zone=zone, recheck=0, key=name).round()
        assert [at for _, at, *_ in rows(STEPS, id=name)] == [
            datetime(2026, 1, 15, hour, tzinfo=UTC), datetime(2026, 1, 16, hour, tzinfo=UTC)]
        city.requests.clear()


def test_a_request_that_cannot_be_taken_is_kept_once_and_taken_when_it_can_be(
    city: Elsewhere, poller: Listen, rows: Rows, ago: Ago,
) -> None:
    city.add("unknown", ago(days=1), service_code="099", email="ann@example.org")
    city.add("placeless", ago(days=1), lat=None, long=None)
    city.wrapped = lambda found: [*found, "no request", {"status": "open"}]
    poller().round()
    poller().round()
    kept = rows("SELECT row, reasons FROM reject JOIN batch USING (batch_id) WHERE door = 'open311'")
    kept = [(row, reasons) for row, reasons in kept if "Number quiet" not in str(row)]
    mine = [reasons[0]["text"] for row, reasons in kept if "099" in str(row) or "placeless" in str(row) or row == "no request"]
    assert len(mine) == 3 and "ann@" not in str(kept)
    assert any("'099', which the table does not have" in one for one in mine)
    assert any("a place is missing" in one for one in mine)
    poller(**{"class": CLASSES | {"default": "noise"}, "region": {"column": "zipcode", "default": "T1"}}).round()
    assert rows(CASE, id="unknown")[0][1] == "noise" and len(rows(CASE, id="placeless")) == 1


def test_a_request_that_was_refused_is_taken_by_a_retry_and_goes_on_from_there(
    city: Elsewhere, poller: Listen, rows: Rows, engine: Engine, ago: Ago,
) -> None:
    """The pack did not know 555; with a default it does. Then the request closes."""
    city.add("mended", ago(days=2), service_code="555")
    other = poller(sweep_hours=1000)
    other.round()
    assert not rows(CASE, id="mended")
    entry = other.entry.model_copy(update={"class_": other.entry.class_.model_copy(update={"default": "noise"})})
    source = read("newyork").sources[0].model_copy(update={"key": "test", "datasets": [], "listen": [entry]})
    ids = [one for one, in rows("SELECT reject_id FROM reject WHERE row->>'service_request_id' = 'mended'")]
    answer = retry(engine, read("newyork").model_copy(update={"sources": [source]}), "test", ids)
    assert (answer["taken"], answer["resolved"]) == (1, 1)
    city.requests["mended"] |= {"status": "closed", "updated_datetime": ago(hours=1)}
    Poller(entry, "test", other.courier, other.state, other.endpoint).round()
    assert rows(CASE, id="mended")[0][:2] == ("closed", "noise")
    assert [step for step, *_ in rows(STEPS, id="mended")] == ["reported", "closed"]


def test_media_attributes_and_odd_words_are_kept(city: Elsewhere, poller: Listen, rows: Rows, ago: Ago) -> None:
    """The answers to a service's questions bear their words; a status that nobody knows is open, and kept."""
    city.services = [{"service_code": "006", "service_name": "Sidewalk", "metadata": True, "group": "street"}]
    city.definitions = {"006": {"service_code": "006", "attributes": [
        {"code": "W", "description": "How wide?", "values": [{"key": 1, "name": "A metre"}]}]}}
    city.add("rich", ago(days=1), status="In Progress", media_url=["https://example.org/1.jpg", "https://example.org/2.jpg"],
             service_name=None, attributes=[{"code": "W", "value": "1"}], description="<b>Broken</b> &amp; wet\nsince May")
    poller(registered=True).round()
    assert rows(CASE, id="rich")[0][:3] == ("registered", "pothole", "Broken & wet".replace("Broken", "Broken ", 1))
    media, attributes = rows("SELECT media_url, attributes FROM service_request WHERE external_id = 'rich'")[0]
    assert media == "https://example.org/1.jpg https://example.org/2.jpg"
    assert attributes["status"] == "In Progress" and attributes["group"] == "street"
    assert attributes["attributes"] == [{"code": "W", "value": "1", "description": "How wide?", "value_name": "A metre"}]


def test_the_clock_of_a_class_runs_where_a_request_counts_as_registered(
    city: Elsewhere, poller: Listen, rows: Rows, now: datetime, ago: Ago,
) -> None:
    """A pothole is due 24 hours after its registration."""
    city.add("clock", ago(hours=30))
    poller(registered=True).round()
    assert rows(CASE, id="clock")[0][4] == now - timedelta(hours=6)


def test_our_own_server_is_a_counterpart_and_the_panel_changes(
    engine: Engine, town: City, courier: Courier, state: State, rows: Rows, now: datetime,
) -> None:
    """A form sent to our server comes back through our client as a case of another source: both count as reported."""
    def reported() -> float | None:
        now = datetime.now(UTC)
        return readings(engine, town, [INDICATORS["event_reported"]], Scope("T11", "24h"), now)["event_reported"].value

    server = make_server("127.0.0.1", 0, create_doors(engine, States(engine), visitors=Visitors(READABLE)), threaded=True)
    serving, stop, before = Thread(target=server.serve_forever), Event(), reported() or 0
    entry = Open311.model_validate({"door": "open311", "url": f"http://127.0.0.1:{server.port}/open311/v2", "every": 0.05,
                                    "class": "service_code", "format": "xml", "since": now.date()})
    listener = Thread(target=run, args=(entry, "sim", courier, state, stop))
    serving.start()
    try:
        sent = requests.post(f"{entry.url}/requests.json", timeout=30, data={
            "api_key": "secret", "service_code": "noise", "lat": 0.005, "long": 0.015, "description": "Loud"})
        number = sent.json()[0]["service_request_id"]
        listener.start()
        wait_until(lambda: state.up is True and bool(rows("SELECT 1 FROM city_case WHERE external_id = :id", id=number)))
    finally:
        stop.set()
        listener.join()
        server.shutdown()
        serving.join()
        server.server_close()
    assert reported() == before + 2
