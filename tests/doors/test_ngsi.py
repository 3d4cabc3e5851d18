"""Notifications of context brokers: normalized, concise or key-values, each entity becomes what its type is."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access.city import City
from data_access.readings import readings
from doors.courier import Courier
from doors.ngsi.defaults import device_code
from doors.ngsi.entities import NotEntities, entities, entity, local
from doors.ngsi.models import models
from doors.ngsi.reception import Reception, Unreadable
from doors.serving import create_doors
from doors.state import States
from indicators.library import INDICATORS
from indicators.scope import Scope
from ingest.pack import Pack, Source, read
from tests.asking import ask_all

Rows = Callable[..., list[tuple[Any, ...]]]
WEST = {"type": "Point", "coordinates": [0.005, 0.005]}
TRIED = int(os.environ.get("MALFORMED", "40"))


def pack_with(*types: tuple[str, Any], **more: Any) -> Pack:
    """Smalltown's pack, whose source `test` says what some types are."""
    source = Source.model_validate({
        "key": "test", "name": "Test", "owner": "Town hall", "licence": "CC0-1.0", "kind": "iot",
        "listen": [{"door": "ngsi", "types": dict(types), **more}]})
    return read("newyork").model_copy(update={"sources": [source]})


@pytest.fixture(scope="module")
def client(engine: Engine, town: City) -> FlaskClient:
    """The doors of Smalltown."""
    meaning = {"subject": "messages", "map": {"columns": {
        "id": "id", "channel": {"value": "broker"}, "topic": "topic", "occurred_at": "topic.observedAt", "body": "text.en"},
        "place": {"geometry": "location"}}}
    said = pack_with(("Complaint", meaning), ("Ignored", []), classes={"17": "pothole"}, region="T111")
    return create_doors(engine, States(engine), said=said).test_client()


def send(client: FlaskClient, body: Any, status: int = 200, path: str = "/ngsi-ld/v1/notify", **headers: str) -> dict[str, Any]:
    """Send a notification; the answer."""
    given = {name.replace("_", "-"): value for name, value in (headers or {"X_Auth_Token": "secret"}).items()}
    got = client.post(path, data=body if isinstance(body, bytes) else orjson.dumps(body), headers=given)
    assert got.status_code == status, got.get_data(as_text=True)
    answer: dict[str, Any] = orjson.loads(got.get_data())
    return answer


def record(given: dict[str, Any]) -> dict[str, Any]:
    """An entity's first record."""
    return entity({"id": "urn:x:1", "type": "T"} | given).records[0]


def test_an_attribute_reads_the_same_however_it_is_written() -> None:
    normal_ld = {"t": {"type": "Property", "value": 21.5, "unitCode": "CEL", "observedAt": "2026-03-04T12:00:00Z"}}
    concise = {"t": {"value": 21.5, "unitCode": "CEL", "observedAt": "2026-03-04T12:00:00Z"}}
    normal_v2 = {"t": {"type": "Number", "value": 21.5, "metadata": {
        "unitCode": {"type": "Text", "value": "CEL"}, "observedAt": {"type": "DateTime", "value": "2026-03-04T12:00:00Z"}}}}
    for one in (normal_ld, concise, normal_v2):
        made = record(one)
        assert (made["t"], made["t.unitCode"], made["t.observedAt"]) == (21.5, "CEL", "2026-03-04T12:00:00Z")
    assert record({"t": 21.5})["t"] == 21.5
    assert record({"https://uri.etsi.org/ngsi-ld/default-context/t": {"type": "Property", "value": 21.5}})["t"] == 21.5


def test_relationships_languages_places_and_vocabularies_are_values() -> None:
    made = record({
        "owner": {"type": "Relationship", "object": "urn:x:2"}, "many": {"type": "ListRelationship", "objectList": ["a", "b"]},
        "name": {"type": "LanguageProperty", "languageMap": {"fr": "Eau", "en": "Water", "zh": "水"}},
        "short": {"languageMap": {"fr": "Eau"}}, "location": {"type": "GeoProperty", "value": WEST}, "bare": WEST,
        "kind": {"type": "VocabProperty", "vocab": "river"}, "raw": {"type": "JsonProperty", "json": {"a": 1}},
        "when": {"type": "Property", "value": {"@type": "DateTime", "@value": "2026-03-04T12:00:00Z"}},
        "deep": {"type": "Property", "value": 1, "accuracy": {"type": "Property", "value": 0.5}}})
    assert (made["owner"], made["many"]) == ("urn:x:2", ["a", "b"])
    assert (made["name"], made["name.zh"], made["short"]) == ("Water", "水", "Eau")
    assert (made["location"], made["bare"], made["kind"], made["raw"]) == (WEST, WEST, "river", {"a": 1})
    assert (made["when"], made["deep"], made["deep.accuracy"]) == ("2026-03-04T12:00:00Z", 1, 0.5)


@pytest.mark.parametrize(("kind", "said", "drawn"), [
    ("geo:point", "2, 1", {"type": "Point", "coordinates": [1, 2]}),
    ("geo:line", ["2,1", "4,3"], {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}),
    ("geo:polygon", ["0,0", "0,1", "1,1", "0,0"], {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}),
    ("geo:box", ["2,1", "4,3"], {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 4], [1, 2]]]}),
    ("geo:line", ["2,1"], {"type": "Point", "coordinates": [1, 2]}), ("geo:line", [], []), ("Text", "2, 1", "2, 1"),
])
def test_places_that_ngsi_v2_writes_short_are_shapes(kind: str, said: Any, drawn: Any) -> None:
    assert record({"location": {"type": kind, "value": said, "metadata": {}}})["location"] == drawn


def test_values_told_as_pairs_with_their_instants_are_told_one_by_one() -> None:
    made = entity({"id": "urn:x:1", "type": "T", "t": {"type": "Property", "unitCode": "CEL", "values": [
        [1, "2026-03-04T12:00:00Z"], [2, "2026-03-04T13:00:00Z"]]}}).records
    assert [(one["t"], one["t.observedAt"][11:13], one["t.unitCode"]) for one in made] == [(1, "12", "CEL"), (2, "13", "CEL")]


def test_each_data_set_of_an_entity_is_a_record_of_its_own() -> None:
    made = entity({"id": "urn:x:1", "type": "T", "location": {"type": "GeoProperty", "value": WEST}, "t": [
        {"type": "Property", "value": 1}, {"type": "Property", "value": 2, "datasetId": "urn:ngsi-ld:Dataset:roof"}]}).records
    assert [(one["t"], one.get("datasetId")) for one in made] == [(1, None), (2, "urn:ngsi-ld:Dataset:roof")]
    assert made[1]["location"] == WEST
    short = entity({"id": "urn:x:1", "type": "T", "t": {"dataset": {"@none": 1, "urn:b": 2}}}).records
    assert [one["t"] for one in short] == [1, 2]


def test_notifications_batches_features_and_single_entities_are_found() -> None:
    one = {"id": "a", "type": "T"}
    feature = {"type": "Feature", "id": "a", "properties": {"type": "T"}, "geometry": WEST}
    bodies: tuple[Any, ...] = (
        {"subscriptionId": "s", "data": [one]}, {"type": "Notification", "data": [one]}, [one], one,
        {"actionType": "append", "entities": [one]}, {"data": {"type": "FeatureCollection", "features": [feature]}})
    for body in bodies:
        (found, _), = entities(body)
        assert (entity(found).id, entity(found).type) == ("a", "T")
    for body in (None, 7, {}, {"data": 7}, {"type": "Notification", "id": "n"}):  # nothing of an entity
        with pytest.raises(NotEntities):
            list(entities(body))
    assert [local(name) for name in ("https://a.b/c#d", "fiware:t", "urn:ngsi-ld:x:1", "plain", "Open311:ServiceRequest")] == [
        "d", "t", "urn:ngsi-ld:x:1", "plain", "ServiceRequest"]


def test_a_station_becomes_a_device_and_its_attributes_observations_in_our_units(client: FlaskClient, rows: Rows) -> None:
    told = send(client, {"type": "Notification", "notifiedAt": "2026-03-04T12:05:00Z", "data": [{
        "id": "urn:ngsi-ld:AirQualityObserved:a", "type": "AirQualityObserved",
        "location": {"type": "GeoProperty", "value": WEST},
        "dateObserved": {"type": "Property", "value": "2026-03-04T11:00:00/2026-03-04T12:00:00Z"},
        "PM2.5": {"type": "Property", "value": 0.02, "unitCode": "GP"}, "no2": {"type": "Property", "value": "41"},
        "relativeHumidity": {"type": "Property", "value": 0.54},
        "temperature": {"type": "Property", "value": 50, "unitCode": "FAH", "observedAt": "2026-03-04T12:01:00Z"},
        "co": {"type": "Property", "value": "much"}}]})
    assert (told["entities"], told["taken"], told["rejected"]) == (1, 5, 1)
    assert [(one["field"], one["code"]) for one in told["reasons"]] == [("co", "type")]
    assert rows("""
        SELECT p.key, o.value, o.observed_at::text
          FROM observation o JOIN property p USING (property_id) JOIN device USING (device_id)
         WHERE code = 'urn:ngsi-ld:AirQualityObserved:a' ORDER BY p.key""") == [
        ("humidity", 54.0, "2026-03-04 11:00:00+00"), ("no2", 41.0, "2026-03-04 11:00:00+00"),
        ("pm25", 20.0, "2026-03-04 11:00:00+00"), ("temperature", 10.0, "2026-03-04 12:01:00+00")]
    assert rows("SELECT name_en, unit FROM property WHERE key = 'humidity'") == [("Humidity", "%")]


def test_sent_twice_it_is_stored_once(client: FlaskClient) -> None:
    meter = {"id": "n1", "type": "NoiseLevelObserved", "location": WEST, "LAeq": 61, "dateObserved": "2026-03-04T12:00:00Z"}
    body = {"data": [meter]}
    assert send(client, body, path="/ngsi/v2/notify")["taken"] == 2
    again = send(client, body, path="/ngsi/v2/notify", Authorization="Bearer secret")
    assert (again["taken"], again["seen"]) == (0, 2)


@pytest.mark.parametrize(("type_", "attributes", "wanted"), [
    ("NoiseLevelObserved", {"measurand": ["LAeq | 67.5 | A-weighted", "LAmax | 94.5 | highest"]},
     {"leq": 67.5, "noise_max": 94.5}),
    ("AirQualityObserved", {"NO": 45}, {"no": 45}),
    ("AirQualityObserved", {"measurand": ["NO2, 22, GQ, Nitrogen dioxide"]}, {"no2": 22}),
    ("WaterQualityObserved", {"temperature": 12.5, "pH": 7.1, "O2": 9}, {"water_temperature": 12.5, "ph": 7.1, "oxygen": 9}),
    ("WeatherObserved", {"atmosphericPressure": 1013.2, "windSpeed": 2, "precipitation": 0},
     {"pressure": 1013.2, "wind_speed": 2, "precipitation": 0}),
    ("Device", {"controlledProperty": ["fillingLevel", "temperature"], "value": "l%3D0.22%3Bt%3D21.2", "batteryLevel": 0.75},
     {"fill": 22, "temperature": 21.2, "battery": 75}),
    ("Device", {"controlledProperty": "temperature", "value": "21"}, {"temperature": 21}),
    ("DeviceMeasurement", {"controlledProperty": "temperature", "numValue": 3.5, "unit": "CEL"}, {"temperature": 3.5}),
    ("Streetlight", {"powerState": "on", "status": "defectiveLamp", "illuminanceLevel": 0.8},
     {"lit": 1, "faulty": 1, "brightness": 80}),
    ("OffStreetParking", {"availableSpotNumber": 132, "totalSpotNumber": 414}, {"free_spots": 132, "spots": 414}),
    ("OnStreetParking", {"availableSpotNumber": 3}, {"free_spots": 3}),
    ("ParkingSpot", {"status": "occupied"}, {"occupied": 1}),
    ("WasteContainer", {"fillingLevel": 0.4, "temperature": 23}, {"fill": 40, "temperature": 23}),
    ("TrafficFlowObserved", {"intensity": 197, "averageVehicleSpeed": 52.6, "occupancy": 0.76, "congested": False,
                             "dateObserved": "2026-03-04T11:10:00/2026-03-04T11:15:00Z"},
     {"flow": 2364, "speed": 52.6, "road_occupancy": 76, "congested": 0}),
    ("CrowdFlowObserved", {"peopleCount": 100}, {"count": 100}),
    ("OnStreetParking", {"occupiedSpotNumber": 3, "occupancy": 0.5}, {"taken_spots": 3, "parking_use": 50}),
    ("BikeHireDockingStation", {"availableBikeNumber": 20, "freeSlotNumber": 10, "totalSlotNumber": 30},
     {"bikes": 20, "free_docks": 10, "docks": 30}),
    ("EVChargingStation", {"capacity": 2, "availableCapacity": 1}, {"chargers": 2, "free_chargers": 1}),
    ("StreetlightControlCabinet", {"energyConsumed": 162456}, {"energy_total": 162456}),
    ("NoiseLevelObserved", {"LAeq": 67.8, "LAeq_d": 65.4}, {"leq": 67.8}),      # of the day is not of this hour
    ("WeatherObserved", {"windDirection": -45}, {"wind_direction": 315}),
    ("AirQualityObserved", {"pm25": 8, "location": None, "observationSpace": WEST}, {"pm25": 8}),
    ("RiverObserved", {"waterLevel": 1.2}, {"level": 1.2}),
])
def test_the_models_families_are_known(
    client: FlaskClient, rows: Rows, type_: str, attributes: dict[str, Any], wanted: dict[str, float],
) -> None:
    code = f"{type_}:{sorted(attributes)[0]}:{len(str(attributes))}"
    told = send(client, [{"id": code, "type": type_, "location": WEST, "dateObserved": "2026-03-04T11:10:00Z"} | attributes])
    assert (told["taken"], told["reasons"]) == (1 + len(wanted), [])
    found = rows("""SELECT p.key, o.value FROM observation o JOIN property p USING (property_id) JOIN device USING (device_id)
                     WHERE code = :code""", code=code)
    assert dict(found) == wanted


def test_an_attribute_told_several_times_is_as_many_observations_and_a_deleted_one_is_none(
    client: FlaskClient, rows: Rows,
) -> None:
    def at(minute: int) -> str:
        return f"2026-03-04T14:{minute:02}:00Z"

    roof = {"datasetId": "urn:ngsi-ld:Dataset:roof"}
    told = send(client, [{
        "id": "twice", "type": "AirQualityObserved", "location": WEST, "dateObserved": at(9),
        "pm25": [{"value": 1, "observedAt": at(1)}, {"value": 2, "observedAt": at(2)}, {"value": 3, **roof}],
        "no2": {"type": "Property", "value": "urn:ngsi-ld:null"}}])
    assert told["reasons"] == []
    assert rows("""SELECT code, value, extract(minute FROM observed_at)::int FROM observation JOIN device USING (device_id)
                    WHERE starts_with(code, 'twice') ORDER BY value""") == [
        ("twice", 1.0, 1), ("twice", 2.0, 2), ("twice#roof", 3.0, 9)]


def test_a_container_is_as_full_as_when_it_is_told_and_not_as_when_it_was_emptied(client: FlaskClient, rows: Rows) -> None:
    can = {"id": "can", "type": "WasteContainer", "location": WEST, "dateLastEmptying": "2026-03-01T12:00:00Z"}
    for minute, level in ((1, 0.4), (2, 0.5)):
        told = send(client, {"notifiedAt": f"2026-03-04T12:0{minute}:00Z", "data": [can | {"fillingLevel": level}]})
        assert told["reasons"] == []
    assert rows("""SELECT value, observed_at::text FROM observation JOIN device USING (device_id) WHERE code = 'can'
                    ORDER BY observed_at""") == [(40.0, "2026-03-04 12:01:00+00"), (50.0, "2026-03-04 12:02:00+00")]


def test_what_the_models_call_their_kinds_and_properties_are_texts() -> None:
    known = models()
    named = [*known.kinds.values(), *known.properties.values()]
    assert all(isinstance(one[language], str) and one[language] for one in named for language in ("zh", "en"))


@pytest.mark.parametrize(("end", "steady"), [
    ("A-28079004-2016-03-15T11:00:00", "A-28079004"), ("Valladolid.2016-11-30T07-00-00.00Z", "Valladolid"),
    ("V-2016-12-28T11:00:00_2016-12-28T12:00:00", "V"), ("A:2016-03-15T11:00:00+08:00", "A"), ("A-2016-03-15", "A-2016-03-15"),
])
def test_a_station_whose_entities_bear_the_instant_in_their_id_is_one_device(end: str, steady: str) -> None:
    assert device_code(entity({"id": f"urn:ngsi-ld:X:{end}", "type": "AirQualityObserved"}), {}) == f"urn:ngsi-ld:X:{steady}"


def test_vehicles_requests_and_alerts_of_the_newer_models_are_read_too(client: FlaskClient, rows: Rows) -> None:
    now = datetime.now(UTC).replace(microsecond=0)      # vehicles that were not heard for a week are forgotten
    alert = {"id": "al9", "type": "Alert", "category": "weather", "location": WEST, "dateIssued": "2026-03-04T12:00:00Z"}
    told = send(client, [
        {"id": "v8", "type": "Vehicle", "location": WEST, "bearing": -90, "observationDateTime": now.isoformat(),
         "speed": {"type": "Property", "value": 10, "unitCode": "MTS"}},
        {"id": "s9", "type": "FleetVehicleStatus", "fleetVehicle": "v9", "lastKnownPosition": WEST, "speed": 60,
         "lastKnownPositionUpdatedAt": (now - timedelta(minutes=1)).isoformat()},
        {"id": "r8", "type": "Open311ServiceRequest", "service_code": "17", "description": "A kerb", "status": "closed",
         "expected_datetime": {"@type": "DateTime", "@value": "2026-03-05T12:00:00-08:00Z"}, "location": WEST,
         "requested_datetime": "2026-03-04T12:00:00Z"},
        {"id": "r9", "type": "IssueReporting", "categoryCode": "112", "titleCode": "17", "comments": "Road in a bad state",
         "resolutionStatus": "Assigned", "observationDateTime": "2026-03-04T12:00:00+05:30", "location": WEST}, alert])
    assert (told["taken"], told["reasons"]) == (5, [])
    assert rows("""SELECT external_id, bearing, speed_kmh, observed_at FROM vehicle
                    WHERE external_id IN ('v8', 'v9') ORDER BY 1""") == [
        ("v8", 270.0, 36.0, now), ("v9", None, 60.0, now - timedelta(minutes=1))]
    assert rows("""SELECT external_id, class_code, title, state, due_at::text FROM city_case
                    WHERE external_id IN ('r8', 'r9') ORDER BY 1""") == [
        ("r8", "pothole", "A kerb", "closed", "2026-03-05 20:00:00+00"),
        ("r9", "pothole", "Road in a bad state", "reported", None)]
    assert send(client, [alert | {"deletedAt": "2026-03-04T13:00:00Z"}])["taken"] == 1
    assert rows("SELECT ended_at::text FROM warning WHERE external_id = 'al9'") == [("2026-03-04 13:00:00+00",)]


def test_alerts_buildings_places_vehicles_and_requests_are_what_they_are(client: FlaskClient, rows: Rows) -> None:
    told = send(client, [
        {"id": "al1", "type": "Alert", "category": "traffic", "subCategory": "trafficJam", "severity": "high", "location": WEST,
         "dateIssued": "2026-03-04T12:00:00Z",
         "description": {"type": "LanguageProperty", "languageMap": {"en": "Jam", "zh": "拥堵了"}}},
        {"id": "b1", "type": "Building", "name": "Town hall", "category": ["office"], "location": WEST},
        {"id": "p1", "type": "PointOfInterest", "name": "Museum", "category": ["museum"], "location": "0.005, 0.075"},
        {"id": "v1", "type": "Vehicle", "vehicleType": "bus", "vehiclePlateIdentifier": "X 1", "speed": 50, "heading": 180,
         "location": {"type": "geo:json", "value": WEST, "metadata": {
             "TimeInstant": {"type": "DateTime", "value": "2026-03-04T12:00:00Z"}}}},
        {"id": "r1", "type": "Open311:ServiceRequest", "service_code": 17, "description": "A hole", "status": "closed",
         "requested_datetime": "2026-03-04T12:00:00Z", "updated_datetime": "2026-03-04T13:00:00Z", "location": WEST}])
    assert (told["taken"], told["reasons"]) == (5, [])
    assert rows("SELECT class_code, state FROM city_case WHERE external_id = 'r1'") == [("pothole", "closed")]
    assert rows("""SELECT event_zh, event_en, severity, headline_zh, headline_en, expires_at - onset_at = '24 hours'
                     FROM warning WHERE external_id = 'al1'""") == [
        ("交通拥堵", "Traffic jam", "severe", "拥堵了", "Jam", True)]
    assert rows("SELECT name, kind FROM place ORDER BY name") == [("Museum", "museum"), ("Town hall", "building")]


def test_a_type_that_the_pack_maps_goes_its_way_and_an_unknown_one_is_kept(client: FlaskClient, rows: Rows) -> None:
    told = send(client, {"data": [
        {"id": "c1", "type": "Complaint", "topic": {"value": "noise", "observedAt": "2026-03-04T12:00:00Z"},
         "text": {"languageMap": {"en": "Loud", "zh": "吵"}}, "location": {"type": "GeoProperty", "value": WEST}},
        {"id": "i1", "type": "Ignored"}, {"id": "u1", "type": "Unheard", "x": 1}, 7, {"id": "no type"}]})
    assert (told["entities"], told["taken"], told["rejected"]) == (5, 1, 3), told
    assert sorted(one["code"] for one in told["reasons"]) == ["unknown_type", "unreadable", "unreadable"]
    assert rows("SELECT topic, body, r.code FROM message JOIN region r USING (region_id) WHERE external_id = 'c1'") == [
        ("noise", "Loud", "T111")]
    assert rows("SELECT row->0->>'x' FROM reject WHERE row->0->>'id' = 'u1'") == [("1",)]


def test_what_is_no_notification_is_kept_and_said_and_a_wrong_token_is_refused(client: FlaskClient, rows: Rows) -> None:
    assert send(client, b'{"data": [', 400)["error"] == "unreadable"
    assert send(client, {"hello": 1}, 400)["error"] == "unreadable"
    assert rows("SELECT count(*) FROM reject WHERE jsonb_typeof(row) = 'string'") == [(2,)]
    assert send(client, [], 401, X_Auth_Token="wrong")["error"] == "wrong_token"
    assert send(client, [], 200)["entities"] == 0


def test_a_device_stands_where_it_was_when_a_notification_says_no_place(client: FlaskClient, rows: Rows) -> None:
    station = {"id": "w1", "type": "WeatherObserved", "location": {"type": "Point", "coordinates": [0.075, 0.005]}}
    assert send(client, [station | {"temperature": 3, "dateObserved": "2026-03-04T12:00:00Z"}])["taken"] == 2
    told = send(client, [{"id": "w1", "type": "WeatherObserved", "temperature": 4, "dateObserved": "2026-03-04T13:00:00Z"}])
    assert (told["taken"], told["rejected"]) == (1, 1) or told["rejected"] == 0
    assert rows("SELECT r.code FROM device JOIN region r USING (region_id) WHERE device.code = 'w1'") == [("T222",)]


def written(body: Any) -> bytes:
    """JSON as others write it, with whole numbers of any length."""
    return json.dumps(body).encode()


def test_the_panel_shows_what_a_broker_notified_of(client: FlaskClient, engine: Engine, town: City) -> None:
    def mean() -> float | None:
        return readings(engine, town, [INDICATORS["place_pm25"]], Scope("T21", "24h"), datetime.now(UTC))["place_pm25"].value

    station = {"id": "shown", "type": "AirQualityObserved", "location": {"type": "Point", "coordinates": [0.045, 0.005]}}
    for value, shown in ((30, 30), (50, 40)):
        at = datetime.now(UTC).isoformat()
        assert send(client, [station | {"pm25": {"type": "Property", "value": value, "observedAt": at}}])["rejected"] == 0
        assert mean() == shown


NAMES = ["id", "type", "value", "object", "languageMap", "location", "coordinates", "observedAt", "unitCode", "datasetId",
         "metadata", "temperature", "@value", "data", "status", "dateObserved"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5), max_leaves=15)
ENTITIES = st.lists(st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=150) | JSON, "type": st.sampled_from(["AirQualityObserved", "Device", "Vehicle", "Alert",
     "Building", "Open311:ServiceRequest", "TrafficFlowObserved", "X"]) | JSON},
    optional={"temperature": JSON, "location": JSON, "value": JSON, "controlledProperty": JSON, "dateObserved": JSON,
              "measurand": JSON, "category": JSON, "validTo": JSON, "name": JSON}), max_size=4)


@settings(max_examples=TRIED)
@given(body=ENTITIES.map(written) | JSON.map(written) | st.binary(max_size=60))
def test_whatever_a_broker_sends_is_stored_or_kept(client: FlaskClient, body: bytes) -> None:
    got = client.post("/ngsi/v2/notify", data=body, headers={"X-Auth-Token": "secret"})
    assert got.status_code in (200, 400), got.get_data(as_text=True)
    told = orjson.loads(got.get_data())
    assert got.status_code == 400 or told["entities"] == 0 or told["taken"] + told["seen"] + told["rejected"] > 0
    assert "failed" not in {one["code"] for one in told.get("reasons", ())}, told


def test_whatever_is_sent_is_answered_as_described(client: FlaskClient) -> None:
    tried = ask_all(client.application, "/ngsi/openapi.json", lambda: {"Authorization": "Bearer secret"}, 8)
    assert {200, 400} <= set(tried)


@schemathesis.serializer("application/ld+json", "application/geo+json")
def as_json(context: object, value: object) -> bytes:
    """What schemathesis makes up for a body of linked data."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def test_a_notification_that_nobody_could_read_is_told_to_whoever_asks(engine: Engine, town: City) -> None:
    with pytest.raises(Unreadable, match="not JSON"):
        Reception(Courier(engine)).take("test", b"\xff", "here")
