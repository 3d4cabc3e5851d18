"""From an operator's server to the screen: a feed is asked over HTTP, its rows are facts, readings and tiles."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from google.transit.gtfs_realtime_pb2 import FeedMessage
from sqlalchemy import Engine

from data_access.city import City
from data_access.readings import readings
from data_access.tiles import Address, Tiles
from doors.courier import Courier
from doors.gtfs.clock import beginning
from doors.gtfs.listening import Listening, opened
from doors.keeper import Keeper
from doors.secret import Misconfigured
from doors.state import State, States
from doors.web import Unreachable
from geo.tiling import unit_square
from indicators.library import INDICATORS
from indicators.reading import Reading
from indicators.scope import Scope
from ingest.pack.doors.gtfs_realtime import GtfsRealtime, Timetable
from tests.doors.conftest import wait_until
from tests.doors.gtfs_town import FILES, alert, bus, message, packed, update
from tests.vector_tile import decode

NEW_YORK = ZoneInfo("America/New_York")
Rows = Callable[..., list[tuple[Any, ...]]]
EVERY_DAY = {"calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
                             "W,1,1,1,1,1,1,1,20200101,20991231\n", "calendar_dates.txt": ""}


@dataclass
class Operator:
    """A server with a feed, an answer for each address, and what it was asked."""

    answers: dict[str, bytes | FeedMessage | int]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, bytes, str]:
        """Status, body and ETag; 304 for who has it, 403 without the key."""
        self.asked.append((path, headers))
        found = self.answers[path]
        if isinstance(found, int):
            return found, b"", ""
        if headers.get("x-api-key") != "open sesame" and path != "/gtfs.zip":
            return 403, b"no key", ""
        body = found if isinstance(found, bytes) else found.SerializeToString()
        tag = f'"{hash(body):x}"'
        return (304, b"", tag) if headers.get("if-none-match") == tag else (200, body, tag)


@pytest.fixture
def operator() -> Iterator[Operator]:
    """A real server in a thread."""
    made = Operator({"/gtfs.zip": packed({**FILES, **EVERY_DAY})})

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, tag = made.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()


@pytest.fixture
def entry(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> GtfsRealtime:
    """What a pack says of it: three addresses, a timetable, a key."""
    monkeypatch.setenv("BUS_KEY", "open sesame")
    for name in ("positions", "updates", "alerts"):
        operator.answers[f"/{name}"] = message(at=datetime.now(UTC))
    return GtfsRealtime(door="gtfs_realtime", url=[f"{operator.url}/{name}" for name in ("positions", "updates", "alerts")],
                        every=0.05, secret="BUS_KEY", timetable=Timetable(url=f"{operator.url}/gtfs.zip"))


@pytest.fixture
def listen(entry: GtfsRealtime, courier: Courier, engine: Engine) -> Callable[[], Listening]:
    """A listener as one is that has just been started."""
    return lambda: opened(entry, "test", courier, State(engine, "test", "gtfs_realtime", entry.name))


def run_of_the_beach(now: datetime) -> dict[str, Any]:
    """A run of F2, which is repeated at exact times: due at S1 25 minutes ago and at S3 10 minutes ago."""
    begins = now - timedelta(minutes=25)
    day = begins.astimezone(NEW_YORK).date()
    seconds = int((begins - beginning(day, NEW_YORK)).total_seconds())
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return {"trip_id": "F2", "start_date": day.strftime("%Y%m%d"), "start_time": clock}


def test_a_bus_goes_from_its_feed_to_the_map_and_its_stops_to_the_share_of_those_on_time(
    operator: Operator, listen: Callable[[], Listening], engine: Engine, town: City, rows: Rows
) -> None:
    """A bus that left S1 two minutes late came to S3 eight minutes late: half of its stops are on time."""
    now = datetime.now(UTC).replace(microsecond=0)
    before = reading(engine, town)
    late = [{"stop_sequence": 1, "departure": {"delay": 120}}, {"stop_sequence": 2, "arrival": {"delay": 480}}]
    operator.answers["/positions"] = message(bus(trip=run_of_the_beach(now), at=now), at=now)
    operator.answers["/updates"] = message(update(*late, trip=run_of_the_beach(now)), at=now)
    listening = listen()
    listening.once()
    assert (before.status, reading(engine, town).value, reading(engine, town).n) == ("no_data", 50, 2)
    assert rows("SELECT line, headsign, delay_s FROM vehicle WHERE external_id = 'b1'") == [("12", "Beach", 480)]
    operator.answers["/positions"] = message(bus(lon=0.015, trip=run_of_the_beach(now), at=now + timedelta(seconds=1)), at=now)
    listening.once()
    marks = decode(Tiles(engine, town).draw(Address("vehicle", 14, *column_and_row(14, 0.015, 0.005)), "1", now))["vehicle"]
    assert [tuple(mark.properties[name] for name in ("line", "state", "delay")) for mark in marks] == [("12", "late", 480)]


def column_and_row(z: int, lon: float, lat: float) -> tuple[int, int]:
    """The tile under a place."""
    x, y = (unit_square(np.array([[lon, lat]])) * (1 << z)).astype(int)[0]
    return int(x), int(y)


def reading(engine: Engine, town: City) -> Reading:
    """How many of the stops of the last day were served on time."""
    return readings(engine, town, [INDICATORS["object_transit_on_time"]], Scope("T"), datetime.now(UTC))["object_transit_on_time"]


def test_what_was_told_before_is_not_stored_twice_however_often_the_door_begins_anew(
    operator: Operator, listen: Callable[[], Listening], rows: Rows
) -> None:
    now = datetime.now(UTC)
    operator.answers["/positions"] = message(bus("b7", at=now), at=now)
    for _ in range(3):
        one = listen()
        one.once()
        one.once()
    assert rows("SELECT count(*) FROM vehicle WHERE external_id = 'b7'") == [(1,)]
    asked = [headers for path, headers in operator.asked if path == "/positions"]
    assert ["if-none-match" in headers for headers in asked] == [False, True] * 3
    assert {headers["x-api-key"] for headers in asked} == {"open sesame"}


def test_an_alert_holds_until_the_feed_has_it_no_more_though_the_door_began_anew(
    operator: Operator, listen: Callable[[], Listening], rows: Rows
) -> None:
    now = datetime.now(UTC)
    operator.answers["/alerts"] = message(alert("end to end", informed_entity=[{"stop_id": "S1"}]), at=now)
    listen().once()
    told = """SELECT event_en, headline_zh, code, ended_at IS NULL FROM warning JOIN region USING (region_id)
               WHERE external_id = 'end to end'"""
    assert rows(told) == [("Detour", "12路改走大桥", "T111", True)]
    operator.answers["/alerts"] = message(at=now + timedelta(seconds=30))
    listen().once()
    assert rows(told) == [("Detour", "12路改走大桥", "T111", False)]


def test_a_deleted_vehicle_is_gone_at_once(operator: Operator, listen: Callable[[], Listening], rows: Rows) -> None:
    now = datetime.now(UTC)
    listening = listen()
    operator.answers["/positions"] = message(bus("b8", at=now), at=now, differential=True)
    listening.once()
    operator.answers["/positions"] = message({"id": "vb8", "is_deleted": True}, at=now, differential=True)
    listening.once()
    assert rows("SELECT gone FROM vehicle WHERE external_id = 'b8'") == [(True,)]


def test_what_is_no_message_is_kept_once_and_the_other_addresses_go_on(
    operator: Operator, listen: Callable[[], Listening], rows: Rows
) -> None:
    now = datetime.now(UTC)
    operator.answers |= {"/updates": b"<html>try later</html>", "/alerts": 503, "/positions": message(bus("b9", at=now), at=now)}
    listening = listen()
    listening.once()
    listening.once()
    assert rows("SELECT row->>'message' FROM reject WHERE reasons->0->>'code' = 'unreadable'") == [("<html>try later</html>",)]
    assert rows("SELECT count(*) FROM vehicle WHERE external_id = 'b9'") == [(1,)]
    assert listening.state.error is not None
    operator.answers |= {"/updates": 500, "/positions": 500}
    with pytest.raises(Unreachable, match="500"):
        listening.once()


def test_a_vehicle_outside_the_city_is_kept_with_its_reason_or_not_asked_about_as_the_pack_says(
    operator: Operator, entry: GtfsRealtime, courier: Courier, engine: Engine, rows: Rows
) -> None:
    now = datetime.now(UTC)
    kept = "SELECT row->'message'->'vehicle'->'vehicle'->>'id', reasons->0->>'code' FROM reject WHERE row->>'id' = 'far'"
    for outside, wanted in (("leave_out", []), ("reject", [("far", "outside_city")])):
        said = entry.model_copy(update={"outside": outside})
        listening = opened(said, "test", courier, State(engine, "test", "gtfs_realtime", "x"))
        for seconds in (1, 2):
            operator.answers["/positions"] = message(bus("far", lon=3.0, at=now + timedelta(seconds=seconds)), at=now)
            listening.once()
        assert rows(kept) == wanted, "told once, however often it says that it is there"


def test_a_timetable_that_cannot_be_had_is_told_and_vehicles_go_by_their_numbers(
    operator: Operator, listen: Callable[[], Listening], rows: Rows
) -> None:
    now = datetime.now(UTC)
    operator.answers |= {"/gtfs.zip": b"<html>moved</html>", "/positions": message(bus("b10", at=now), at=now)}
    listening = listen()
    listening.once()
    assert rows("SELECT line FROM vehicle WHERE external_id = 'b10'") == [("R1",)]
    assert "is no zip archive" in (listening.state.error or "")


def test_the_keeper_runs_it_and_a_key_that_is_not_set_is_named(
    operator: Operator, entry: GtfsRealtime, courier: Courier, engine: Engine, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    operator.answers["/positions"] = message(bus("b11", at=now), at=now)
    keeper = Keeper(courier, States(engine))
    runner = threading.Thread(target=keeper.run, args=("test", entry), daemon=True)
    runner.start()
    wait_until(lambda: rows("SELECT count(*) FROM vehicle WHERE external_id = 'b11'") == [(1,)])
    keeper.stopping.set()
    runner.join(30)
    assert not runner.is_alive()
    monkeypatch.delenv("BUS_KEY")
    with pytest.raises(Misconfigured, match="BUS_KEY"):
        opened(entry, "test", courier, State(engine, "test", "gtfs_realtime", "x"))
