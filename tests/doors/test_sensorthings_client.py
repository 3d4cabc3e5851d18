"""Our client at another server: one that behaves like FROST, written by hand, and our own."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import Engine, text
from werkzeug.serving import make_server

from data_access.city import City
from data_access.readings import readings
from doors.courier import Courier
from doors.secret import secret
from doors.sensorthings import client as clients
from doors.sensorthings.client import Poller
from doors.sensorthings.model import stream_id
from doors.sensorthings.remote import Remote, read
from doors.sensorthings.server import PREFIX
from doors.serving import create_doors
from doors.state import State, States
from doors.visitors import READABLE, Visitors
from doors.web import Client, Unreachable
from indicators.library import INDICATORS
from indicators.scope import Scope
from ingest.pack.doors.sensorthings import SensorThings
from tests.doors.conftest import wait_until

ROOT = "/FROST-Server/v1.1"
ELSEWHERE = "http://inside.example:8080" + ROOT      # what a server behind another one says of itself
NOW = datetime.now(UTC).replace(microsecond=0)


def ago(**time: float) -> str:
    """An instant before now, as the standard writes it."""
    return (NOW - timedelta(**time)).isoformat().replace("+00:00", "Z")


class Frost:
    """A server like FROST: two entities a page, next links of another host, observations within their Datastreams."""

    def __init__(self) -> None:
        self.streams: dict[int, dict[str, Any]] = {}
        self.observations: dict[int, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.together = True
        self.authorization: str | None = None
        self.answer: bytes | None = None

    def add(self, number: int, thing: int, named: str, unit: str, place: Any, sensor: str = "Air station") -> None:
        """A Datastream of a Thing."""
        self.streams[number] = {
            "@iot.id": number, "name": f"{named} of {thing}", "description": "", "unitOfMeasurement": {
                "name": unit, "symbol": unit, "definition": None},
            "Thing": {"@iot.id": thing, "name": f"Mast {thing}", "Locations": [{"location": place}] if place else []},
            "Sensor": {"name": sensor}, "ObservedProperty": {"name": named, "definition": f"http://example.org/{named}"}}
        self.observations[number] = []

    def observe(self, number: int, time: str, result: Any, result_time: str | None = None) -> None:
        """An Observation."""
        self.observations[number].append({"phenomenonTime": time, "resultTime": result_time, "result": result})

    def page(self, address: str) -> dict[str, Any]:
        """A page of Datastreams, or of the Observations of one."""
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        skip = int(query.get("$skip", 0))
        if parts.path.endswith("/Observations"):
            number = int(parts.path.partition("Datastreams(")[2].partition(")")[0])
            return self.paged(self.matching(number, query["$filter"]), skip, parts, query)
        streams = list(self.streams.values())
        if "Observations" not in query["$expand"]:
            return self.paged(streams, skip, parts, query)
        condition = query["$expand"].partition("$filter=")[2].partition(";")[0]
        return self.paged([self.with_observations(one["@iot.id"], condition) for one in streams], skip, parts, query)

    def with_observations(self, number: int, condition: str) -> dict[str, Any]:
        """A Datastream with the first Observations, and the way to the others."""
        found = self.matching(number, condition)
        made = {"@iot.id": number, "Observations": found[:2]}
        if len(found) > 2:
            made["Observations@iot.nextLink"] = f"{ELSEWHERE}/Datastreams({number})/Observations?$filter={condition}&$skip=2"
        return made

    def matching(self, number: int, condition: str) -> list[dict[str, Any]]:
        """Observations since the instant of the condition, the oldest first."""
        since = condition.partition("phenomenonTime ge ")[2].partition(" ")[0][:19]
        return sorted((one for one in self.observations[number] if str(one["phenomenonTime"])[:19] >= since
                       or str(one["resultTime"] or "")[:19] >= since), key=lambda one: str(one["phenomenonTime"]))

    def paged(self, found: list[Any], skip: int, parts: Any, query: dict[str, str]) -> dict[str, Any]:
        """Two entities, and the way to the next."""
        made: dict[str, Any] = {"value": found[skip:skip + 2]}
        if len(found) > skip + 2:
            following = "&".join(f"{name}={value}" for name, value in (query | {"$skip": str(skip + 2)}).items())
            made["@iot.nextLink"] = f"{ELSEWHERE}{parts.path.removeprefix(ROOT)}?{following}".replace(" ", "%20")
        return made


@pytest.fixture
def frost() -> Iterator[Frost]:
    """Such a server, served; its address is in `url`."""
    made = Frost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            made.authorization = self.headers["Authorization"]
            refused = not made.together and "Observations" in self.path and "$expand" in self.path
            body = json.dumps(made.page(self.path)).encode() if made.answer is None else made.answer
            self.send_response(501 if refused else 200)
            self.end_headers()
            self.wfile.write(b"{}" if refused else body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}{ROOT}"  # type: ignore[attr-defined]
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def poller(frost: Frost, engine: Engine, town: City, courier: Courier) -> Iterator[Poller]:
    """Our client at that server, of a name and devices of each test's own."""
    name = uuid.uuid4().hex[:8]
    entry = SensorThings.model_validate({
        "door": "sensorthings", "key": name, "url": frost.url, "kind": "air", "prefix": f"{name}-",  # type: ignore[attr-defined]
        "properties": {"Fine dust": "pm25"}, "units": {"Micrograms": "µg/m³"}, "kinds": {"Gauge": "water"}})
    client = Client(named=[entry.url])
    yield Poller(entry, "test", courier, State(engine, "test", "sensorthings", name), Remote(entry.url, client))
    client.close()


POINT = {"type": "Point", "coordinates": [0.005, 0.005]}


def values(engine: Engine, poller: Poller) -> list[tuple[str, str, float]]:
    """What is stored of a test's devices: the code's end, the property, and the value, by time."""
    with engine.connect() as connection:
        return [(row.code.removeprefix(poller.entry.prefix), row.key, row.value) for row in connection.execute(text("""
            SELECT d.code, p.key, o.value FROM observation o JOIN device d USING (device_id) JOIN property p USING (property_id)
             WHERE starts_with(d.code, :prefix) ORDER BY d.code, p.key, observed_at"""), {"prefix": poller.entry.prefix})]


def refused(engine: Engine, poller: Poller) -> list[tuple[Any, str]]:
    """What was refused of a test's server: what was sent, and why."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("""
            SELECT COALESCE(r.row->'message'->'result', r.row->'@iot.id'), r.reasons->0->>'code'
              FROM reject r JOIN batch b USING (batch_id) WHERE b.origin = :url ORDER BY reject_id"""),
            {"url": poller.entry.url})]


def test_things_become_devices_and_results_the_citys_units(frost: Frost, poller: Poller, engine: Engine) -> None:
    """Three Datastreams are two pages; 250 cm is 2.5 m; five values of one Datastream are three pages."""
    frost.add(1, 7, "Fine dust", "Micrograms", POINT)
    frost.add(2, 7, "Water level", "cm", POINT)
    frost.add(3, 8, "Wasserstand", "m", {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [
        [[0.01, 0], [0.02, 0], [0.02, 0.01], [0.01, 0]]]}}, "Gauge")
    for minute in range(5):
        frost.observe(1, ago(minutes=50 - minute), minute)
    frost.observe(2, ago(minutes=9), 250)
    frost.observe(3, f"{ago(minutes=9)}/{ago(minutes=4)}", "1.5")
    poller.round()
    assert values(engine, poller) == [("7", "level", 2.5), *(("7", "pm25", float(minute)) for minute in range(5)),
                                      ("8", "level", 1.5)]
    with engine.connect() as connection:
        told = connection.execute(text("""
            SELECT d.kind, d.name, r.code FROM device d JOIN region r USING (region_id)
             WHERE starts_with(d.code, :prefix) ORDER BY d.code"""), {"prefix": poller.entry.prefix}).all()
        at = connection.execute(text("""
            SELECT last_at FROM device WHERE code = :code"""), {"code": f"{poller.entry.prefix}8"}).scalar_one()
    assert [tuple(row) for row in told] == [("air", "Mast 7", "T111"), ("water", "Mast 8", "T112")]
    assert at == datetime.fromisoformat(ago(minutes=9))


def test_what_comes_late_or_again_is_right_in_the_end(frost: Frost, poller: Poller, engine: Engine) -> None:
    frost.add(1, 7, "Fine dust", "µg/m³", POINT)
    frost.observe(1, ago(minutes=10), 1)
    poller.round()
    poller.round()
    frost.observe(1, ago(minutes=30), 2)                            # late, within the overlap
    frost.observe(1, ago(minutes=10), 1)                            # again
    frost.observe(1, ago(days=3), 3, result_time=ago(minutes=1))    # made of long ago, just now
    frost.observe(1, ago(hours=20), 4)                              # later than the overlap
    poller.round()
    assert values(engine, poller) == [("7", "pm25", 3), ("7", "pm25", 2), ("7", "pm25", 1)]
    with engine.begin() as connection:
        connection.execute(text("UPDATE door_cursor SET cursor = cursor || :old WHERE name = :name"), {
            "old": json.dumps({"looked_back": ago(hours=2)}), "name": poller.entry.name})
    poller.round()
    assert values(engine, poller) == [("7", "pm25", 3), ("7", "pm25", 4), ("7", "pm25", 2), ("7", "pm25", 1)]
    assert refused(engine, poller) == []


def test_what_is_no_number_or_contradicts_is_kept_once(frost: Frost, poller: Poller, engine: Engine) -> None:
    frost.add(1, 7, "Fine dust", "µg/m³", POINT)
    for minute, result in enumerate([1, "much", True, {"a": 1}, None, 5000]):
        frost.observe(1, ago(minutes=30 - minute), result)
    frost.observe(1, "yesterday", 1, result_time=ago(minutes=1))
    poller.round()
    frost.observe(1, ago(minutes=30), 9)
    poller.round()
    poller.round()
    assert values(engine, poller) == [("7", "pm25", 1), ("7", "pm25", 1)]
    assert sorted(map(str, refused(engine, poller))) == [
        "('much', 'type')", "(1, 'type')", "(5000, 'range')", "(9, 'conflict')", "(None, 'missing')", "({'a': 1}, 'type')"]


def test_what_the_city_does_not_know_is_kept_and_not_asked_again(frost: Frost, poller: Poller, engine: Engine) -> None:
    """A Datastream of an unknown property, one of a unit that cannot be, one without a Thing, and a Thing out of town."""
    frost.add(1, 7, "Radiation", "Sv", POINT)
    frost.add(2, 7, "Fine dust", "kg", POINT)
    frost.add(3, 8, "Fine dust", "µg/m³", {"type": "Point", "coordinates": [9, 9]})
    frost.add(4, 9, "Fine dust", "µg/m³", None)
    frost.add(5, 7, "Fine dust", "µg/m³", POINT)
    del frost.streams[5]["Thing"]
    for number in frost.streams:
        frost.observe(number, ago(minutes=1), 1)
    poller.round()
    poller.known_at = None
    poller.round()
    assert sorted(code for _, code in refused(engine, poller)) == [
        "missing", "nothing_measured", "nothing_measured", "nothing_measured", "outside_city"]
    assert values(engine, poller) == []


def test_a_server_that_cannot_expand_is_asked_datastream_by_datastream(frost: Frost, poller: Poller, engine: Engine) -> None:
    frost.together = False
    for number in (1, 2):
        frost.add(number, number, "Fine dust", "µg/m³", POINT)
        for minute in range(3):
            frost.observe(number, ago(minutes=minute + 1), minute)
    poller.round()
    assert values(engine, poller) == [(thing, "pm25", value) for thing in "12" for value in (2, 1, 0)]


def test_no_other_host_is_asked_whatever_a_link_says(frost: Frost, poller: Poller) -> None:
    for number in range(5):
        frost.add(number + 1, number + 1, "Fine dust", "µg/m³", POINT)
    poller.know()
    assert len(poller.streams) == 5 and len(frost.asked) == 3


@pytest.mark.parametrize("answer", [
    b"", b"<html>", b"[]", b'{"value": 5}', b"[" * 100_000, b'{"value": [], "@iot.nextLink": "?x"}'],
    ids=["empty", "page", "list", "number", "deep", "circle"])
def test_an_answer_that_is_none_is_told_and_nothing_is_taken_for_read(frost: Frost, poller: Poller, answer: bytes) -> None:
    frost.answer = answer
    with pytest.raises(Unreachable):
        poller.round()
    assert poller.courier.cursor("test", "sensorthings", poller.entry.name) is None


def test_odd_json_is_read_as_far_as_it_goes() -> None:
    assert read('{"a": "é"}'.encode("utf-16")) == {"a": "é"}
    assert read(b'{"a": "\\ud800"}') == {"a": "?"}
    assert read(b'{"a": 100000000000000000000000}') == {"a": 1e23}


@pytest.mark.parametrize(("how", "expected"), [("bearer", "Bearer a:b"), ("basic", "Basic YTpi")])
def test_the_secret_opens_the_server(
    frost: Frost, poller: Poller, monkeypatch: pytest.MonkeyPatch, how: str, expected: str
) -> None:
    monkeypatch.setenv("FROST_SECRET", "a:b")
    entry = poller.entry.model_copy(update={"secret": "FROST_SECRET", "authorization": how})
    headers = clients.authorized(entry, secret(entry))
    poller.remote.client.session.headers.update(headers)
    poller.know()
    assert frost.authorization == expected


def test_our_own_server_is_such_a_server_and_the_panel_changes(engine: Engine, town: City, courier: Courier) -> None:
    """The stations of source `test` are copied from our server to ourselves, as devices of source `sim`; what is sent to the
    server is read there, and twice in the panel's mean."""
    def mean() -> float | None:
        return readings(engine, town, [INDICATORS["place_pm25"]], Scope("T", "24h"), datetime.now(UTC))["place_pm25"].value

    station = {"kind": "air", "interval_s": 60, "lat": 0.005, "lon": 0.015, "installed_at": "2026-01-01T00:00:00Z"}
    courier.give("test", "devices", [station | {"code": f"own{n}", "name": f"Own {n}"} for n in range(3)], door="t", origin="t")
    courier.give("test", "observations", [
        {"device": f"own{n}", "property": "pm25", "observed_at": ago(minutes=minute), "value": n * 100 + minute}
        for n in range(3) for minute in range(1, 251)], door="t", origin="t")
    server = make_server("127.0.0.1", 0, create_doors(engine, States(engine), visitors=Visitors(READABLE)), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    entry = SensorThings.model_validate({
        "door": "sensorthings", "url": f"http://127.0.0.1:{server.port}{PREFIX}", "kind": "air", "page": 2, "every": 0.1,
        "filter": "properties/source eq 'test' and startswith(properties/code,'own')"})
    stop, state = Event(), State(engine, "sim", "sensorthings", "sensorthings")
    polling = Thread(target=clients.run, args=(entry, "sim", courier, state, stop))
    polling.start()
    try:
        wait_until(lambda: copied(engine) == (3, 750))
        before = mean()
        number = stream_of_own1(engine)
        sent = requests.post(f"{entry.url}/Datastreams({number})/Observations", timeout=30, headers={
            "Authorization": "Bearer secret"}, json={"phenomenonTime": ago(seconds=30), "result": 990})
        assert sent.status_code == 201
        wait_until(lambda: copied(engine) == (3, 751))
        wait_until(lambda: state.up is True)
    finally:
        stop.set()
        polling.join()
        server.shutdown()
        thread.join()
        server.server_close()
    after = mean()
    assert before is not None and after is not None and after > before
    with engine.connect() as connection:
        assert connection.execute(text("""
            SELECT count(*) FROM observation a JOIN device da USING (device_id)
              JOIN device db ON db.name = da.name AND db.source_id <> da.source_id
              JOIN observation b ON (b.device_id, b.property_id, b.observed_at, b.value)
                                  = (db.device_id, a.property_id, a.observed_at, a.value)
             WHERE starts_with(da.code, 'own')""")).scalar_one() == 751


def stream_of_own1(engine: Engine) -> int:
    """The Datastream of the second station."""
    with engine.connect() as connection:
        device = connection.execute(text("SELECT device_id FROM device WHERE code = 'own1'")).scalar_one()
    return stream_id(int(device), 1)


def copied(engine: Engine) -> tuple[int, int]:
    """How many devices and observations source `sim` has."""
    with engine.connect() as connection:
        row = connection.execute(text("""
            SELECT count(DISTINCT d.device_id), count(o.observed_at)
              FROM device d LEFT JOIN observation o USING (device_id)
              JOIN source s ON s.source_id = d.source_id WHERE s.key = 'sim'""")).one()
        return int(row[0]), int(row[1])
