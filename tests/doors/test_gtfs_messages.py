"""GTFS-realtime messages: what they say of vehicles, stops and alerts, whole or piece by piece, with whatever they leave out."""

import os
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.protobuf import json_format
from google.transit.gtfs_realtime_pb2 import FeedMessage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doors.gtfs import alerts, feed, stop_events, timetable, vehicles
from doors.gtfs.schedule import Schedule
from doors.gtfs.vehicles import Followed, Updates, followed
from readers.content import file
from tests.doors.gtfs_town import NOON, alert, bus, message, packed, stamp, update

Row = dict[str, Any]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    """The bus line's timetable."""
    path = tmp_path_factory.mktemp("gtfs") / "town.zip"
    path.write_bytes(packed())
    return timetable.read(file(path, "town.zip"), ZoneInfo("UTC"))


def told(schedule: Schedule | None, entity: dict[str, Any], minutes: float = 0) -> Followed:
    """What an update says at so many minutes past noon."""
    return followed(schedule, message(entity).entity[0].trip_update, NOON + timedelta(minutes=minutes))


def vehicle(schedule: Schedule | None, entity: dict[str, Any], *updates: Followed) -> Row:
    """The row of a vehicle."""
    return vehicles.row(message(entity).entity[0], schedule, Updates.of(updates), NOON)


def stops(schedule: Schedule | None, entity: dict[str, Any], minutes: float = 60) -> list[tuple[str, float | None]]:
    """The stops that an update tells as served by so many minutes past noon: which, and how many minutes late; None: skipped."""
    now = NOON + timedelta(minutes=minutes)
    made = stop_events.rows(told(schedule, entity, minutes), now, timedelta())
    return [(row["stop"], None if row["skipped"] else (datetime.fromisoformat(row["served_at"])
                                                        - datetime.fromisoformat(row["scheduled_at"])).total_seconds() / 60)
            for row in made]


# messages

def test_a_whole_message_replaces_all_and_a_differential_one_what_it_names() -> None:
    held = feed.Held()
    held.take(message(bus("b1"), bus("b2")))
    news = held.take(message({"id": "vb1", "is_deleted": True}, bus("b3"), differential=True))
    assert [entity.vehicle.vehicle.id for entity in held.entities.values()] == ["b2", "b3"]
    assert [entity.vehicle.vehicle.id for entity in news.deleted] == ["b1"]
    held.take(message(bus("b4")))
    assert [entity.vehicle.vehicle.id for entity in held.entities.values()] == ["b4"]


def test_entities_that_share_an_id_are_all_heard() -> None:
    held = feed.Held()
    held.take(message(bus("b1") | {"id": "x"}, bus("b2") | {"id": "x"}))
    assert [entity.vehicle.vehicle.id for entity in held.entities.values()] == ["b1", "b2"]


def test_a_message_is_read_with_extensions_and_without_ids_and_as_json() -> None:
    made = message(bus())
    body = made.SerializeToString() + b"\xca\x3e\x03abc"     # field 1001: an extension that nobody here knows
    assert feed.read(body).entity[0].vehicle.vehicle.id == "b1"
    assert feed.read(b"\xef\xbb\xbf" + json_format.MessageToJson(made).encode()).entity == made.entity
    assert feed.read(b"\x0a\x05\x0a\x032.0\x12\x02\x18\x00").entity[0].id == ""


@pytest.mark.parametrize(("body", "looks"), [
    (b"", "empty"), (b"<html>Service unavailable</html>", "a text that begins '<html>"), (b'{"error": "no key"', "a text that"),
    (message(bus()).SerializeToString()[:-7], "breaks off"),
])
def test_what_is_no_message_is_told_by_its_looks(body: bytes, looks: str) -> None:
    with pytest.raises(feed.Unreadable, match=looks):
        feed.read(body)


# vehicles

def test_a_vehicle_bears_the_names_of_the_timetable_and_the_delay_of_its_update(town: Schedule) -> None:
    row = vehicle(town, bus(current_stop_sequence=20, vehicle={"id": "b1", "label": "4711"}),
                  told(town, update({"stop_sequence": 20, "departure": {"delay": 120}})))
    assert row == {
        "id": "b1", "observed_at": "2026-03-04T17:00:00+00:00", "lon": 0.005, "lat": 0.005, "label": "4711", "mode": "bus",
        "line": "12", "line_name": "Harbour, loop", "headsign": "Harbour", "trip": "T1", "delay_s": 120, "next_stop": "School",
        "next_stop_at": "2026-03-04T17:13:00+00:00"}


def test_without_a_timetable_a_vehicle_goes_by_its_numbers() -> None:
    row = vehicle(None, bus(stop_id="S2"))
    assert (row["line"], row["trip"], row["next_stop"], "headsign" in row) == ("R1", "T1", "S2", False)


@pytest.mark.parametrize(("said", "name"), [
    ({"vehicle": {"label": "4711"}}, "4711"), ({"vehicle": {"license_plate": "贵A 1"}}, "贵A 1"),
    ({"vehicle": {}}, "trip 20260304 T1"), ({"vehicle": {}, "trip": {}}, "vb1"),
])
def test_a_vehicle_without_an_id_goes_by_the_next_best(town: Schedule, said: Row, name: str) -> None:
    assert vehicle(town, bus(**said))["id"] == name


def test_a_vehicle_of_which_only_the_stop_is_known_stands_there(town: Schedule) -> None:
    entity = bus(stop_id="S3", current_status="STOPPED_AT")
    del entity["vehicle"]["position"]
    row = vehicle(town, entity)
    assert (row["lon"], row["at_stop"], row["placed_by_stop"]) == (0.045, True, True)


@pytest.mark.parametrize(("position", "bearing", "speed"), [
    ({"bearing": 90, "speed": 10}, 90, 36), ({"bearing": -90, "speed": -1}, 270, None),
    ({"bearing": 999, "speed": 1e9}, None, None), ({"bearing": "NaN"}, None, None),
])
def test_a_bearing_or_a_speed_that_cannot_be_is_not_told(town: Schedule, position: Row, bearing: Any, speed: Any) -> None:
    row = vehicle(town, bus(position={"latitude": 0.005, "longitude": 0.005} | position))
    assert (row.get("bearing"), row.get("speed_kmh")) == (bearing, speed)


def test_a_delay_without_a_stop_is_that_of_the_next_stop_by_the_predictions(town: Schedule) -> None:
    """At noon a bus that is 3 minutes late at S1 has not left it yet."""
    row = vehicle(town, bus(), told(town, update({"stop_sequence": 10, "departure": {"delay": 180}})))
    assert (row["delay_s"], row["next_stop"], row["next_stop_at"]) == (180, "Market", "2026-03-04T17:03:00+00:00")


# stops

def test_a_delay_goes_on_to_the_stops_that_are_not_named_until_one_has_its_own(town: Schedule) -> None:
    one = update({"stop_sequence": 10, "departure": {"delay": 60}}, {"stop_sequence": 30, "arrival": {"delay": -120}})
    assert stops(town, one) == [("Market", 1), ("School", 1), ("Harbour", -2)]


def test_times_tell_a_delay_as_well_and_stops_may_go_by_their_names(town: Schedule) -> None:
    one = update({"stop_id": "S2", "departure": {"time": stamp(NOON + timedelta(minutes=17))}})
    assert stops(town, one) == [("School", 6), ("Harbour", 6)]


def test_nothing_is_told_of_stops_before_the_first_that_is_named_nor_where_there_are_no_data(town: Schedule) -> None:
    one = update({"stop_sequence": 20, "schedule_relationship": "NO_DATA"})
    assert stops(town, one) == []


def test_a_stop_is_told_once_it_is_served_and_not_before(town: Schedule) -> None:
    one = update({"stop_sequence": 10, "departure": {"delay": 0}})
    assert [stops(town, one, minutes) for minutes in (-1, 0, 12)] == [[], [("Market", 0)], [("Market", 0), ("School", 0)]]


def test_skipped_stops_and_cancelled_runs_are_told_as_such_when_they_were_due(town: Schedule) -> None:
    skipped = update({"stop_sequence": 10, "departure": {"delay": 0}}, {"stop_sequence": 20, "schedule_relationship": "SKIPPED"})
    assert stops(town, skipped) == [("Market", 0), ("School", None), ("Harbour", 0)]
    for relation in ("CANCELED", "DELETED"):
        run = update(trip={"trip_id": "T1", "start_date": "20260304", "schedule_relationship": relation})
        assert stops(town, run, 12) == [("Market", None), ("School", None)]


def test_a_run_past_midnight_belongs_to_the_day_before(town: Schedule) -> None:
    """N1 leaves at 24:30 of Tuesday, half past midnight of Wednesday; at ten past it is nine minutes early to be asked."""
    night = update({"stop_sequence": 1, "departure": {"delay": 0}}, trip={"trip_id": "N1"})
    found = told(town, night, minutes=-12 * 60 + 40)
    assert (found.run.day, found.stops[0].due) == (NOON.date() - timedelta(days=1), NOON - timedelta(hours=11, minutes=30))


def test_a_run_that_names_no_day_is_that_of_a_day_on_which_it_runs(town: Schedule) -> None:
    """Thursday 5 March is taken out of the calendar: at noon of that day Wednesday's run is meant."""
    one = update({"stop_sequence": 10, "departure": {"delay": 0}}, trip={"trip_id": "T1"})
    assert told(town, one).run.day == NOON.date()
    assert told(town, one, minutes=24 * 60).run.day == NOON.date()


def test_a_repeated_run_is_timed_by_its_start_and_only_where_it_keeps_exact_times(town: Schedule) -> None:
    """F2 is written from 6:00 and repeated every 20 minutes: the run of 11:40 is due at S3 at 11:55."""
    delay = {"stop_sequence": 2, "arrival": {"delay": 60}}
    exact = update(delay, trip={"trip_id": "F2", "start_date": "20260304", "start_time": "11:40:00"})
    assert told(town, exact).stops[0].due == NOON - timedelta(minutes=5)
    assert stops(town, exact) == [("Harbour", 1)]
    loose = update(delay, trip={"trip_id": "F1", "start_date": "20260304", "start_time": "11:40:00"})
    adrift = update(delay, trip={"trip_id": "F2", "start_date": "20260304"})
    assert stops(town, loose) == stops(town, adrift) == []


def test_two_runs_of_one_trip_are_two(town: Schedule) -> None:
    runs = [told(town, update({"stop_sequence": 2, "arrival": {"delay": late}}, trip={
        "trip_id": "F2", "start_date": "20260304", "start_time": start}))
        for start, late in (("11:40:00", 60), ("12:00:00", 120))]
    assert vehicle(town, bus(trip={"trip_id": "F2", "start_date": "20260304", "start_time": "12:00:00"}), *runs)["delay_s"] == 120
    assert len({row["id"] for run in runs for row in stop_events.rows(run, NOON + timedelta(hours=1), timedelta())}) == 2


@pytest.mark.parametrize("relation", ["ADDED", "UNSCHEDULED", "NEW", "REPLACEMENT"])
def test_a_run_outside_the_timetable_is_due_when_it_says_so_itself(town: Schedule, relation: str) -> None:
    trip = {"trip_id": "X1", "route_id": "R1", "schedule_relationship": relation}
    time = {"time": stamp(NOON + timedelta(minutes=4)), "scheduled_time": stamp(NOON)}
    assert stops(town, update({"stop_id": "S1", "departure": time}, trip=trip)) == [("Market", 4)]
    assert stops(town, update({"stop_id": "S1", "departure": {"time": stamp(NOON)}}, trip=trip)) == []


def test_a_run_that_is_doubled_begins_at_its_own_time(town: Schedule) -> None:
    """T1 once more at 13:00: it is due at S3 at 13:20."""
    one = update({"stop_sequence": 30, "arrival": {"delay": 60}}, trip={
        "trip_id": "T1", "start_date": "20260304", "schedule_relationship": "DUPLICATED"},
        trip_properties={"trip_id": "T1b", "start_date": "20260304", "start_time": "13:00:00"})
    assert told(town, one).stops[0].due == NOON + timedelta(minutes=80)


def test_a_trip_without_an_id_is_found_by_line_direction_day_and_start(town: Schedule) -> None:
    one = update({"stop_sequence": 20, "arrival": {"delay": 0}}, trip={
        "route_id": "R1", "direction_id": 0, "start_date": "20260304", "start_time": "12:00:00"})
    assert stops(town, one) == [("School", 0), ("Harbour", 0)]


def test_a_delay_of_days_is_a_mistake_and_says_nothing(town: Schedule) -> None:
    assert stops(town, update({"stop_sequence": 10, "departure": {"delay": 10**6}})) == []


# alerts

def warning(town: Schedule | None, entity: dict[str, Any], before: Row | None = None, hours: float = 0) -> Row:
    """The row of an alert so many hours after noon; its region is named by how many places it is about."""
    return alerts.row(message(entity).entity[0], town, NOON + timedelta(hours=hours), lambda places: f"T{len(places)}", before)


def test_an_alert_is_a_warning_in_both_languages_from_when_until_when(town: Schedule) -> None:
    row = warning(town, alert(severity_level="SEVERE", active_period=[
        {"start": stamp(NOON - timedelta(days=2)), "end": stamp(NOON - timedelta(days=1))},
        {"start": stamp(NOON - timedelta(hours=1)), "end": stamp(NOON + timedelta(hours=3))}]))
    assert row == {
        "id": "a1", "event_zh": "绕行", "event_en": "Detour", "severity": "severe", "headline_zh": "12路改走大桥",
        "headline_en": "Line 12 goes by the bridge", "sent_at": "2026-03-04T16:00:00+00:00",
        "onset_at": "2026-03-04T16:00:00+00:00", "expires_at": "2026-03-04T20:00:00+00:00", "region": "T0",
        "infos": [{"language": "en", "headline": "Line 12 goes by the bridge"},
                  {"language": "zh-Hans", "headline": "12路改走大桥"}]}


def test_an_alert_without_an_end_is_put_off_before_it_is_over_and_not_each_time_it_is_heard(town: Schedule) -> None:
    first = warning(town, alert())
    assert first["expires_at"] == "2026-03-05T17:00:00+00:00"
    assert warning(town, alert(), first, hours=11) == first
    later = warning(town, alert(), first, hours=13)
    assert (later["onset_at"], later["expires_at"]) == (first["onset_at"], "2026-03-06T06:00:00+00:00")


def test_an_alert_about_stops_is_there_and_one_without_words_says_what_it_can(town: Schedule) -> None:
    assert warning(town, alert(informed_entity=[{"stop_id": "S1"}, {"stop_id": "S3"}, {"stop_id": "?"}]))["region"] == "T2"
    bare = warning(town, {"id": "a2", "alert": {"informed_entity": [{"route_id": "R1"}]}})
    assert (bare["headline_zh"], bare["headline_en"], bare["severity"]) == ("公交公告 12", "Transit notice 12", "unknown")


def test_a_text_in_one_language_is_told_in_both_and_an_endless_one_is_cut(town: Schedule) -> None:
    row = warning(town, alert(header_text={"translation": [{"text": "長 " * 600, "language": "ja"}]}))
    assert row["headline_zh"] == row["headline_en"] and len(row["headline_en"]) == 500


def test_a_text_that_is_not_utf_8_costs_only_its_own_letters() -> None:
    body = message(alert()).SerializeToString().replace("桥".encode(), b"\xc7\xc5\xff")
    told = feed.read(body).entity[0].alert.header_text.translation
    assert [one.text for one in told] == ["Line 12 goes by the bridge", "12路改走大\N{REPLACEMENT CHARACTER}"
                                          "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"]


# whatever comes

NUMBERS = st.integers(-2**31, 2**31 - 1)
KNOWN = ("T1", "N1", "F1", "F2", "S1", "S3", "R1", "20260304", "12:00:00", "99:99:99", "\0")
TEXTS = st.text(max_size=8) | st.sampled_from(KNOWN)
EVENT = st.fixed_dictionaries({}, optional={"delay": NUMBERS, "time": st.integers(-2**63, 2**63 - 1)})
TRIP = st.fixed_dictionaries({}, optional={
    "trip_id": TEXTS, "route_id": TEXTS, "start_date": TEXTS, "start_time": TEXTS, "direction_id": st.integers(0, 2),
    "schedule_relationship": st.sampled_from([0, 1, 2, 3, 5, 6, 7, 8])})
FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False) | st.sampled_from(["NaN", "Infinity", "-Infinity"])
ENTITY = st.fixed_dictionaries({"id": st.sampled_from(["a", "b", ""])}, optional={
    "is_deleted": st.booleans(),
    "trip_update": st.fixed_dictionaries({"trip": TRIP}, optional={"delay": NUMBERS, "stop_time_update": st.lists(
        st.fixed_dictionaries({}, optional={"stop_sequence": st.integers(0, 40), "stop_id": TEXTS, "arrival": EVENT,
                                            "departure": EVENT, "schedule_relationship": st.integers(0, 3)}), max_size=4)}),
    "vehicle": st.fixed_dictionaries({}, optional={
        "trip": TRIP, "vehicle": st.fixed_dictionaries({}, optional={"id": TEXTS, "label": TEXTS}), "stop_id": TEXTS,
        "position": st.fixed_dictionaries({"latitude": FLOATS, "longitude": FLOATS},
                                          optional={"bearing": FLOATS, "speed": FLOATS}),
        "timestamp": st.integers(0, 2**64 - 1), "current_stop_sequence": st.integers(0, 40)}),
    "alert": st.fixed_dictionaries({}, optional={
        "active_period": st.lists(st.fixed_dictionaries({}, optional={
            "start": st.integers(0, 2**64 - 1), "end": st.integers(0, 2**64 - 1)}), max_size=3),
        "informed_entity": st.lists(st.fixed_dictionaries({}, optional={"stop_id": TEXTS, "route_id": TEXTS}), max_size=3),
        "header_text": st.fixed_dictionaries({"translation": st.lists(
            st.fixed_dictionaries({"text": TEXTS}, optional={"language": TEXTS}), max_size=3)})}),
})


@given(entities=st.lists(ENTITY, max_size=6), cut=st.integers(0, 200), differential=st.booleans())
@settings(max_examples=int(os.environ.get("MALFORMED", "60")), deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_feed_says_becomes_rows_or_is_told_as_unreadable(
    town: Schedule, entities: list[dict[str, Any]], cut: int, differential: bool
) -> None:
    body = message(*entities, differential=differential).SerializePartialToString()
    for one in (body, body[:len(body) - min(cut, len(body))]):
        try:
            read = feed.read(one)
        except feed.Unreadable:
            continue
        held = feed.Held()
        held.take(read)
        here = list(held.entities.values())
        updates = Updates.of(followed(town, entity.trip_update, NOON) for entity in here if entity.HasField("trip_update"))
        rows = [vehicles.row(entity, town, updates, NOON) for entity in here if entity.HasField("vehicle")]
        rows += [row for update in updates.every for row in stop_events.rows(update, NOON, timedelta(days=3))]
        rows += [alerts.row(entity, town, NOON, lambda places: "T") for entity in here if entity.HasField("alert")]
        assert all("id" in row for row in rows)


def test_a_message_of_the_future_is_passed_over_where_it_is_not_known() -> None:
    assert isinstance(feed.read(message(bus()).SerializeToString() + b"\xf8\x3f\x01"), FeedMessage)
