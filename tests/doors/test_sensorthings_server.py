"""SensorThings as a sender and a reader meet it, over Smalltown's air stations a1 and a2 and gauge w1."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from data_access.city import City
from data_access.engine import create
from doors.courier import Courier
from doors.sensorthings.server import PREFIX
from doors.sensorthings.service import Service
from doors.serving import create_doors
from doors.state import States
from doors.visitors import READABLE, Visitors
from ingest import door
from ingest.room import Room

TOKEN = {"Authorization": "Bearer secret"}
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
A1, A2, LEVEL = 32769, 65537, 65538      # device 1 and 2 with pm25 (1), device 2 with level (2)


class Client:
    """Asks the service."""

    def __init__(self, http: FlaskClient) -> None:
        self.http = http

    def get(self, address: str, status: int = 200) -> Any:
        """A GET by an address as the standard writes it."""
        path, _, query = address.partition("?")
        got = self.http.get(f"{PREFIX}/{quote(path)}" + (f"?{quote(query, safe='$&=(),;:/')}" if query else ""))
        assert got.status_code == status, got.get_data(as_text=True)
        return orjson.loads(got.get_data()) if got.get_data() else None

    def names(self, address: str, name: str = "name") -> list[Any]:
        """One property of each entity."""
        return [one[name] for one in self.get(address)["value"]]

    def post(self, path: str, body: Any, status: int = 201, **more: Any) -> Any:
        """A POST with the source's token."""
        got = self.http.post(f"{PREFIX}/{quote(path)}", data=orjson.dumps(body), headers=TOKEN, **more)
        assert got.status_code == status, got.get_data(as_text=True)
        return orjson.loads(got.get_data())


@pytest.fixture(scope="module")
def client(engine: Engine, town: City, courier: Courier) -> Client:
    """The service over ten minutes of pm25 of a1 (0 … 9) and of a2 (10 … 19), and of a level of 2 m at a2."""
    station = {"kind": "air", "interval_s": 60, "lat": 0.005, "installed_at": "2026-01-01T00:00:00Z"}
    courier.give("test", "devices", [
        {**station, "code": "a1", "name": "West", "lon": 0.005}, {**station, "code": "a2", "name": "East", "lon": 0.075},
        {"code": "w1", "name": "Gauge", "kind": "water", "interval_s": 60, "region": "T11",
         "installed_at": "2026-01-01T00:00:00Z"}], door="test", origin="test")
    rows = [{"device": device, "property": property_, "observed_at": (NOON + timedelta(minutes=minute)).isoformat(),
             "value": value + minute * (property_ == "pm25")}
            for minute in range(10) for device, property_, value in (("a1", "pm25", 0), ("a2", "pm25", 10), ("a2", "level", 2))]
    courier.give("test", "observations", rows, door="test", origin="test")
    return Client(create_doors(engine, States(engine), visitors=Visitors(READABLE)).test_client())


def test_the_root_lists_the_entity_sets_and_what_it_conforms_to(client: Client) -> None:
    told = client.get("")
    assert [one["name"] for one in told["value"]] == [
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
        "FeaturesOfInterest"]
    assert told["value"][0]["url"] == "http://localhost/sensorthings/v1.1/Things"
    assert "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel" in told["serverSettings"]["conformance"]


def test_a_thing_shows_itself_and_the_ways_on(client: Client) -> None:
    thing = client.get("Things(1)")
    assert thing["@iot.id"] == 1 and thing["name"] == "West"
    assert thing["@iot.selfLink"].endswith("/Things(1)")
    assert thing["Datastreams@iot.navigationLink"].endswith("/Things(1)/Datastreams")
    assert thing["properties"]["code"] == "a1" and thing["properties"]["simulated"] is False


@pytest.mark.parametrize(("address", "expected"), [
    ("Things", ["West", "East", "Gauge"]),
    ("Things(2)/Datastreams", ["East · PM2.5", "East · Water level"]),
    ("Things(1)/Locations", ["West"]), ("Things(3)/Locations", []),
    ("Datastreams(65537)/Thing/Datastreams(65538)/ObservedProperty/Datastreams", ["East · Water level"]),
    ("Sensors('air')/Datastreams", ["West · PM2.5", "East · PM2.5", "East · Water level"]),
    ("ObservedProperties(1)/Datastreams?$orderby=id desc", ["East · PM2.5", "West · PM2.5"]),
    ("Things?$filter=name eq 'West'", ["West"]), ("Things?$filter=name ne 'West'", ["East", "Gauge"]),
    ("Things?$filter=id eq 2", ["East"]), ("Things?$filter=@iot.id in (1,3)", ["West", "Gauge"]),
    ("Things?$filter=not (id eq 2) and (id gt 1 or name eq 'West')", ["West", "Gauge"]),
    ("Things?$filter=substringof('as',name)", ["East"]), ("Things?$filter=startswith(tolower(name),'w')", ["West"]),
    ("Things?$filter=endswith(name,'st') eq true", ["West", "East"]), ("Things?$filter=length(name) eq 5", ["Gauge"]),
    ("Things?$filter=properties/code eq 'w1'", ["Gauge"]), ("Things?$filter=properties/unheard eq 'w1'", []),
    ("Things?$filter=properties/simulated eq false", ["West", "East", "Gauge"]),
    ("Things?$filter=name eq 'it''s'", []), ("Things?$filter=null eq null", ["West", "East", "Gauge"]),
    ("Things?$filter=Datastreams/ObservedProperty/name eq 'Water level'", ["East"]),
    ("Things?$filter=Datastreams/Observations/result gt 15", ["East"]),
    ("Things?$filter=Datastreams/id eq 32769 and Datastreams/Observations/result gt 15", []),
    ("Things?$filter=Locations/location eq null", ["Gauge"]),
    ("Things?$orderby=name", ["East", "Gauge", "West"]), ("Things?$orderby=name desc&$top=1", ["West"]),
    ("Things?$skip=2", ["Gauge"]), ("Things?$top=0", []),
    ("Datastreams?$orderby=ObservedProperty/name desc,Thing/name", ["East · Water level", "East · PM2.5", "West · PM2.5"]),
    ("Datastreams?$filter=unitOfMeasurement/symbol eq 'm'", ["East · Water level"]),
    ("Locations?$filter=geo.intersects(location,geography'POLYGON((0 0,0.01 0,0.01 0.01,0 0.01,0 0))')", ["West"]),
    ("Locations?$filter=st_within(location,geography'POLYGON((0.07 0,0.08 0,0.08 0.01,0.07 0.01,0.07 0))')", ["East"]),
    ("Locations?$filter=geo.distance(location,geography'POINT(0 0.005)') lt 0.006", ["West"]),
    ("Things?$filter=geo.distance(Locations/location,geography'POINT(0.075 0.005)') lt 0.001", ["East"]),
    ("FeaturesOfInterest?$filter=st_relate(feature,geography'POINT(0.005 0.005)','T********')", ["West"]),
])
def test_an_address_gives_what_it_says(client: Client, address: str, expected: list[str]) -> None:
    assert client.names(address) == expected


@pytest.mark.parametrize(("condition", "expected"), [
    ("result ge 8 and result lt 11", [8, 9, 10]), ("result mul 2 eq 14", [7]), ("result div 2 eq 4.5", [9]),
    ("result mod 9 eq 1", [1, 10, 19]), ("result sub 1 eq -1", [0]), ("result div 0 eq 1", []), ("5 eq result", [5]),
    ("phenomenonTime lt 2026-03-04T12:01:00Z", [0, 10]), ("phenomenonTime ge 2026-03-04T20:09:00+08:00", [9, 19]),
    ("phenomenonTime gt '2026-03-04T12:08:00Z'", [9, 19]), ("phenomenonTime lt 2026-03-04", []),
    ("phenomenonTime gt now() sub duration'PT1H'", []),
    ("during(phenomenonTime,2026-03-04T12:03:00Z/2026-03-04T12:05:00Z)", [3, 4, 13, 14]),
    ("before(resultTime,2026-03-04T12:01:00Z)", [0, 10]), ("minute(phenomenonTime) eq 7", [7, 17]),
    ("date(phenomenonTime) eq 2026-03-04 and time(phenomenonTime) eq 12:02:00", [2, 12]),
    ("phenomenonTime lt 2026-03-04T12:01:00Z/2026-03-04T12:05:00Z", [0, 10]),
    ("Datastream/id eq 32769 and result gt 7", [8, 9]), ("Datastream/Thing/name eq 'West' and result gt 7", [8, 9]),
    ("FeatureOfInterest/id eq 1 and result lt 1", [0]), ("round(result div 10) eq 2 and result lt 16", [15]),
    ("id eq '32769-1772625600000000'", [0]),
])
def test_observations_are_found_by_value_and_time(client: Client, condition: str, expected: list[float]) -> None:
    asked = f"ObservedProperties(1)/Datastreams?$select=id&$expand=Observations($filter={condition})"
    found = client.names(asked, "Observations")
    assert sorted(one["result"] for each in found for one in each) == expected


def test_the_newest_value_of_every_datastream_comes_in_one_answer(client: Client) -> None:
    told = client.get("Datastreams?$select=id&$expand=Observations($top=1;$orderby=phenomenonTime desc;$select=result)&$top=1000")
    assert [(one["@iot.id"], one["Observations"][0]["result"]) for one in told["value"]] == [(A1, 9), (A2, 19), (LEVEL, 2)]
    further = told["value"][0]["Observations@iot.nextLink"].partition("/v1.1/")[2]
    assert [one["result"] for one in orjson.loads(client.http.get(f"{PREFIX}/{further}").get_data())["value"]] == [8]


def test_what_is_expanded_may_be_expanded_itself(client: Client) -> None:
    told = client.get("Locations(1)?$select=name&$expand=Things($select=name;$expand=Datastreams($select=name;$expand="
                      "Observations($filter=result ge 3;$orderby=result desc;$top=2;$count=true;$select=result),"
                      "ObservedProperty($select=name)))")
    assert told == {"name": "West", "Things": [{"name": "West", "Datastreams": [{
        "name": "West · PM2.5", "Observations": [{"result": 9}, {"result": 8}], "Observations@iot.count": 7,
        "Observations@iot.nextLink": told["Things"][0]["Datastreams"][0]["Observations@iot.nextLink"],
        "ObservedProperty": {"name": "PM2.5"}}]}]}


def test_paths_in_an_expand_that_begin_alike_are_shown_together(client: Client) -> None:
    told = client.get("Datastreams(32769)?$expand=Thing/Locations,Thing/Datastreams($select=id),Sensor")
    assert [len(told["Thing"]["Locations"]), told["Thing"]["Datastreams"], told["Sensor"]["name"]] == [
        1, [{"@iot.id": A1, "@iot.selfLink": f"http://localhost{PREFIX}/Datastreams({A1})"}], "Air station"]


def test_pages_follow_each_other_until_all_is_shown(client: Client) -> None:
    found, address = [], f"{PREFIX}/Observations?$top=7&$count=true&$orderby=result%20desc&$select=id"
    for _ in range(5):
        told = orjson.loads(client.http.get(address).get_data())
        assert told["@iot.count"] == 30
        found += [one["@iot.id"] for one in told["value"]]
        address = told.get("@iot.nextLink", "").removeprefix("http://localhost")
    assert address == "" and len(set(found)) == len(found) == 30


def test_the_newest_of_all_are_found_whatever_their_age(client: Client) -> None:
    """A condition that few meet is looked for further and further back."""
    told = client.get("Observations?$orderby=phenomenonTime desc&$top=3&$count=true&$select=phenomenonTime")
    assert told["@iot.count"] >= 30 and len(told["value"]) == 3
    times = [one["phenomenonTime"] for one in told["value"]]
    assert times == sorted(times, reverse=True)
    asked = "Observations?$orderby=phenomenonTime desc,id desc&$filter=result eq 2 and phenomenonTime lt 2026-03-04T12:02:00Z"
    assert client.names(asked, "phenomenonTime") == ["2026-03-04T12:01:00Z", "2026-03-04T12:00:00Z"]


def test_a_property_is_shown_alone_and_as_it_is(client: Client) -> None:
    assert client.get("Things(1)/properties/code") == {"code": "a1"}
    assert client.http.get(f"{PREFIX}/Things(1)/name/$value").get_data() == b"West"
    assert client.http.get(f"{PREFIX}/Observations('32769-1772625600000000')/result/$value").get_data() == b"0.0"
    assert client.http.get(f"{PREFIX}/Datastreams(32769)/properties/sent_unit").status_code == 204


def test_references_are_addresses_alone(client: Client) -> None:
    assert client.get("Things/$ref?$top=1")["value"] == [{"@iot.selfLink": f"http://localhost{PREFIX}/Things(1)"}]


def test_a_data_array_holds_the_observations_of_each_datastream(client: Client) -> None:
    told = client.get("Observations?$resultFormat=dataArray&$filter=result eq 2&$select=result")
    assert [(one["components"], one["dataArray@iot.count"]) for one in told["value"]] == [(["result"], 1), (["result"], 10)]


def test_a_device_without_a_point_has_a_feature_within_its_region(client: Client) -> None:
    feature = client.get("FeaturesOfInterest(3)")
    assert feature["properties"] == {"region": "T11", "exact": False}
    assert feature["feature"]["coordinates"] == pytest.approx([0.01, 0.005])


@pytest.mark.parametrize("address", [
    "Nothings", "Things(99)", "Things('x')", "Things(99999999999999)", "Things(1)/Nothings", "Things/Datastreams",
    "Things(1)/Datastreams(65537)", "Observations('1')", "Observations('32769-9999999999999999')", "Sensors(1)",
    "Datastreams(32769)/Thing(1)", "Things(1)/name/deeper", "Things(1)(2)", "Things(1", "Things(1)/$value", "$batch",
    "Things(-1)", "Things(\r\n)", "Things\n"])
def test_what_is_not_there_is_404(client: Client, address: str) -> None:
    assert client.get(address, 404)["error"]["code"] == "not_found"


@pytest.mark.parametrize("query", [
    "$filter=name", "$filter=name eq", "$filter=nothing eq 1", "$filter=name eq 5", "$filter=name add 1 eq 5",
    "$filter=unheard(name)", "$filter=substringof(name)", "$filter=Datastreams eq 1", "$filter=properties eq 1",
    "$filter=length(name) gt 'x'", "$orderby=Datastreams/name", "$orderby=Nothing", "$top=-1", "$top=x", "$skip=1.5",
    "$count=maybe", "$select=nothing", "$expand=Nothing", "$expand=Datastreams($top=x)", "$expand=Datastreams($unheard=1)",
    "$unheard=1", "$top=1&$top=2", "$resultFormat=dataArray", "$resultFormat=csv", "$filter=name eq 'a", "$filter=%00 eq 1",
    "$filter=id eq 1 and", "$filter=st_relate(Locations/location,Locations/location,name)",
    "$filter=geo.distance(Locations/location,geography'POINT(1') lt 1", "$expand=Datastreams($expand=Observations($top=-1))",
    "$filter=" + "not " * 100 + "true", "$filter=" + "1 add " * 100 + "1 eq 1"])
def test_what_cannot_be_understood_is_400_with_words(client: Client, query: str) -> None:
    told = client.get(f"Things?{query}", 400)
    assert told["error"]["code"] == "malformed" and len(told["error"]["message"]) > 10


def test_a_value_is_bound_and_never_read_as_sql(client: Client) -> None:
    assert client.names("Things?$filter=name eq 'x'' OR true --'") == []
    assert client.names("Things?$filter=name eq '%(v0)s%25s'") == []


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_entities_are_not_changed_here(client: Client, method: str) -> None:
    assert getattr(client.http, method)(f"{PREFIX}/Things(1)", headers=TOKEN).status_code == 405


def test_without_a_token_nothing_is_created(client: Client) -> None:
    got = client.http.post(f"{PREFIX}/Observations", data=b"{}")
    assert got.status_code == 401 and orjson.loads(got.get_data())["error"]["code"] == "no_token"


Rows = Callable[..., list[tuple[Any, ...]]]


def observation(result: Any, minute: int, **more: Any) -> dict[str, Any]:
    """An Observation of a1 in the afternoon."""
    return {"phenomenonTime": f"2026-03-04T15:{minute:02}:00Z", "result": result, "Datastream": {"@iot.id": A1}} | more


def test_an_observation_is_stored_once_and_can_be_read_at_its_address(client: Client, rows: Rows) -> None:
    sent = observation(21.5, 0)
    first = client.post("Observations", sent)
    again = client.post("Observations", sent)
    assert first == again and first["result"] == 21.5
    assert client.get(first["@iot.selfLink"].partition("/v1.1/")[2])["phenomenonTime"] == "2026-03-04T15:00:00Z"
    assert rows("SELECT count(*) FROM observation WHERE observed_at = '2026-03-04T15:00:00Z'") == [(1,)]
    assert client.get("Datastreams(32769)/Observations?$top=1&$orderby=phenomenonTime desc")["value"][0]["result"] == 21.5


def test_another_value_for_the_same_instant_is_a_conflict_and_kept(client: Client, rows: Rows) -> None:
    client.post("Observations", observation(1, 1))
    assert client.post("Observations", observation(2, 1), 409)["error"]["code"] == "conflict"
    assert rows("SELECT row->'message'->>'result' FROM reject ORDER BY reject_id DESC LIMIT 1") == [("2",)]


@pytest.mark.parametrize(("sent", "told"), [
    (observation("much", 2), "value must be a number"), (observation({"a": 1}, 2), "value must be a number"),
    (observation(5000, 2), "lies between 0 and 1000"), (observation(1, 2, Datastream={"@iot.id": 99}), "no device"),
    ({"result": 1, "phenomenonTime": "2026-03-04T15:02:00Z"}, "device is missing"),
    (observation(1, 2, phenomenonTime="x"), "time"),
    (observation(1, 2, phenomenonTime="2026-03-04T15:02:00"), "without an offset"), (observation(None, 2), "value is missing")])
def test_what_is_no_observation_is_refused_with_the_reason_and_kept(client: Client, rows: Rows, sent: Any, told: str) -> None:
    assert told in client.post("Observations", sent, 400)["error"]["message"]
    assert rows("SELECT row->'message' FROM reject ORDER BY reject_id DESC LIMIT 1") == [(sent,)]


@pytest.mark.parametrize(("result", "stored"), [("22.5", 22.5), (True, 1.0), (3, 3.0)])
def test_a_number_may_come_as_text_or_truth(client: Client, result: Any, stored: float) -> None:
    minute = 10 + int(stored)
    assert client.post("Datastreams(32769)/Observations", observation(result, minute))["result"] == stored


def test_of_an_interval_the_beginning_counts(client: Client) -> None:
    sent = observation(4, 0, phenomenonTime="2026-03-04T16:00:00Z/2026-03-04T17:00:00Z")
    assert client.post("Observations", sent)["phenomenonTime"] == "2026-03-04T16:00:00Z"


def test_an_observation_without_a_time_is_of_now(client: Client) -> None:
    told = client.post("Datastreams(65538)/Observations", {"result": 2.5})
    assert abs(datetime.fromisoformat(told["phenomenonTime"]) - datetime.now(UTC)) < timedelta(minutes=5)


def test_data_arrays_are_answered_row_by_row(client: Client) -> None:
    told = client.post("CreateObservations", [
        {"Datastream": {"@iot.id": A2}, "components": ["phenomenonTime", "result", "FeatureOfInterest/id"],
         "dataArray@iot.count": 3,
         "dataArray": [["2026-03-04T15:30:00Z", 1, 1], ["2026-03-04T15:31:00Z", "much", 1], ["2026-03-04T15:32:00Z", 3, 1]]},
        {"Datastream": {"@iot.id": 99}, "components": ["phenomenonTime", "result"], "dataArray": [["2026-03-04T15:30:00Z", 1]]}])
    assert [one.rpartition("/")[2] for one in told] == [
        "Observations('65537-1772638200000000')", "error", "Observations('65537-1772638320000000')", "error"]


def test_data_arrays_of_nothing_good_are_all_errors_and_kept(client: Client, rows: Rows) -> None:
    before = rows("SELECT count(*) FROM reject")[0][0]
    sent = {"Datastream": {"@iot.id": 99}, "components": ["result"], "dataArray": [[1], [2], "x"]}
    assert client.post("CreateObservations", [sent]) == ["error"] * 3
    assert rows("SELECT count(*) FROM reject") == [(before + 3,)]


HALL = {"name": "Hall", "description": "", "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [0.015, 0.005]}}
OVEN = {
    "name": "Oven", "description": "Of the town hall", "properties": {"code": "oven", "kind": "air"}, "Locations": [HALL],
    "Datastreams": [{
        "name": "Oven's level", "description": "How high it stands", "unitOfMeasurement": {
            "name": "Centimetre", "symbol": "cm", "definition": "ucum:cm"},
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "ObservedProperty": {"name": "Water level", "definition": "http://example.org/level", "description": ""},
        "Sensor": {"name": "Air station", "description": "", "encodingType": "text/html", "metadata": "x"},
        "Observations": [{"phenomenonTime": "2026-03-04T15:00:00Z", "result": 250}]}]}


def test_a_thing_comes_with_all_that_is_in_it_in_the_unit_of_the_city(client: Client, rows: Rows) -> None:
    """250 cm is a level of 2.5 m."""
    thing = client.post("Things", OVEN)
    assert client.post("Things", OVEN)["@iot.id"] == thing["@iot.id"]
    told = client.get(f"Things({thing['@iot.id']})?$expand=Locations,Datastreams($expand=Observations)")
    stream = told["Datastreams"][0]
    assert told["Locations"][0]["location"]["coordinates"] == [0.015, 0.005]
    assert stream["name"] == "Oven's level"
    assert (stream["unitOfMeasurement"]["symbol"], stream["properties"]["sent_unit"]) == ("m", "cm")
    assert [one["result"] for one in stream["Observations"]] == [2.5]
    assert rows("SELECT region.code FROM device JOIN region USING (region_id) WHERE device.code = 'oven'") == [("T112",)]


def test_a_thing_without_a_code_is_known_by_its_name_and_place(client: Client) -> None:
    nameless = {**OVEN, "properties": {"kind": "Water gauge"}, "Datastreams": []}
    assert client.post("Things", nameless)["@iot.id"] == client.post("Things", nameless)["@iot.id"]


def test_a_datastream_is_there_before_it_speaks(client: Client) -> None:
    made = client.post("Things(1)/Datastreams", {
        "name": "Height", "description": "", "unitOfMeasurement": {"name": "m", "symbol": "m", "definition": ""},
        "ObservedProperty": {"@iot.id": 2}, "Sensor": {"@iot.id": "air"}})
    assert made["@iot.id"] == 32770
    assert client.get("Datastreams(32770)?$expand=Observations")["Observations"] == []
    assert client.post("Datastreams(32770)/Observations", {"phenomenonTime": "2026-03-04T15:00:00Z", "result": 1})["result"] == 1
    assert len(client.get("Things(1)/Datastreams")["value"]) == 2


@pytest.mark.parametrize(("path", "body", "told"), [
    ("Things", {"name": "x", "properties": {"kind": "rocket"}}, "properties.kind"),
    ("Things", {"properties": {"kind": "air"}}, "needs a name"),
    ("Things", {"name": "x", "properties": {"kind": "air"}, "Locations": [
        {"location": {"type": "Point", "coordinates": [1, 1]}}]}, "city"),
    ("Things", {"name": "x", "Locations": [{"location": 5}]}, "GeoJSON"), ("Things", [], "JSON object"),
    ("Locations", HALL, "Things(…)/Locations"),
    ("ObservedProperties", {"name": "Radiation"}, "level, pm25"), ("FeaturesOfInterest", {}, "where a device stands"),
    ("Things(1)/Datastreams", {"ObservedProperty": {"@iot.id": 2}, "unitOfMeasurement": {"symbol": "kg"}}, "cannot become m"),
    ("Things(1)/Datastreams", {"ObservedProperty": {"@iot.id": 77}}, "no ObservedProperty"),
    ("Datastreams", {"ObservedProperty": {"@iot.id": 2}}, "needs Thing"), ("Things(1)", {}, "collection"),
    ("CreateObservations", {}, "list of objects"), ("CreateObservations", [], "no observations")])
def test_what_does_not_fit_the_city_is_told_why(client: Client, path: str, body: Any, told: str) -> None:
    assert told in client.post(path, body, 400)["error"]["message"]


def test_a_location_is_corrected_by_its_thing_or_by_naming_it(client: Client) -> None:
    """Within block T111, as a device stays in its region for life."""
    moved = HALL | {"location": {"type": "Point", "coordinates": [0.006, 0.005]}}
    assert client.post("Things(1)/Locations", moved)["location"]["coordinates"] == [0.006, 0.005]
    back = HALL | {"location": {"type": "Point", "coordinates": [0.005, 0.005]}, "Things": [{"@iot.id": 1}]}
    assert client.post("Locations", back)["location"]["coordinates"] == [0.005, 0.005]
    assert "another region" in client.post("Things(1)/Locations", HALL, 400)["error"]["message"]


def test_a_sensor_that_the_city_has_is_found_again(client: Client) -> None:
    assert client.post("Sensors", {"name": "water gauge"})["@iot.id"] == "water"
    assert client.post("ObservedProperties", {"name": "x", "definition": "http://example.org/PM2.5"})["@iot.id"] == 1


BALCONY = {
    "name": "Temperature monitoring", "description": "On a balcony", "properties": {"Deployment": "third floor"},
    "Locations": [{"name": "Home", "encodingType": "application/geo+json",
                   "location": {"type": "Point", "coordinates": [0.015, 0.005]}}]}
AIR = {"name": "Air temperature", "unitOfMeasurement": {"name": "Degree Fahrenheit", "symbol": "°F"},
       "ObservedProperty": {"name": "Air Temperature", "definition": "http://example.org/air_temperature"},
       "Sensor": {"name": "DHT22", "encodingType": "application/pdf", "metadata": "https://example.org/DHT22.pdf"},
       "Observations": [{"phenomenonTime": "2026-03-04T12:00:00Z", "result": 50}]}


def test_a_thing_by_the_book_needs_no_word_of_this_city(client: Client, rows: Rows) -> None:
    """What it measures is one of the public models' properties, and comes to be one of the city's."""
    made = client.post("Things", BALCONY | {"Datastreams": [AIR]})
    assert made["properties"]["kind"] == "sensor"
    assert rows("""SELECT p.key, p.unit, o.value FROM observation o JOIN property p USING (property_id)
                    WHERE device_id = :id""", id=made["@iot.id"]) == [("temperature", "°C", 10.0)]
    assert client.post("Sensors", {"name": "DHT22", "metadata": "x"})["@iot.id"] == "sensor"
    humid = client.post("ObservedProperties", {"name": "Relative humidity", "definition": "http://example.org/RH"})
    assert humid["properties"]["unit"] == "%"


def test_a_thing_may_come_within_its_datastream(client: Client) -> None:
    other = BALCONY | {"name": "Within"}
    made = client.post("Datastreams", AIR | {"Thing": other})
    assert client.get(f"Datastreams({made['@iot.id']})/Thing")["name"] == "Within"
    assert client.get(f"Datastreams({made['@iot.id']})/Observations")["value"][0]["result"] == 10


def test_a_thing_of_another_source_is_not_announced_for(client: Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("""
            INSERT INTO device (code, source_id, kind, name, region_id, interval_s) VALUES ('s1', 2, 'air', 'Other', 8, 60)"""))
        other = connection.execute(text("SELECT device_id FROM device WHERE code = 's1'")).scalar_one()
    assert "another source" in client.post(f"Things({other})/Datastreams", {"ObservedProperty": {"@iot.id": 1}},
                                           400)["error"]["message"]


def test_a_batch_refers_to_what_it_created(client: Client) -> None:
    told = client.post("$batch", {"requests": [
        {"id": "thing", "atomicityGroup": "a", "method": "post", "url": "Things",
         "body": {**OVEN, "properties": {"code": "batched", "kind": "air"}, "Datastreams": []}},
        {"id": "stream", "atomicityGroup": "a", "method": "post", "url": "$thing/Datastreams",
         "body": {"ObservedProperty": {"@iot.id": 1}}},
        {"id": "said", "atomicityGroup": "a", "method": "post", "url": f"http://localhost{PREFIX}/Observations",
         "body": {"result": 7, "phenomenonTime": "2026-03-04T15:00:00Z", "Datastream": {"@iot.id": "$stream"}}},
        {"id": "back", "method": "get", "url": "$thing/Datastreams?$expand=Observations"}, {"id": "odd", "method": "get"},
    ]}, 200)["responses"]
    assert [(one["id"], one["status"]) for one in told] == [("thing", 201), ("stream", 201), ("said", 201), ("back", 200),
                                                           ("odd", 400)]
    assert told[3]["body"]["value"][0]["Observations"][0]["result"] == 7


def test_after_a_failure_the_rest_of_a_group_is_not_begun(client: Client) -> None:
    told = client.post("$batch", {"requests": [
        {"id": "1", "atomicityGroup": "a", "method": "post", "url": "Observations", "body": observation("much", 40)},
        {"id": "2", "atomicityGroup": "a", "method": "post", "url": "Observations", "body": observation(1, 40)},
        {"id": "3", "method": "get", "url": "Things(1)/name"}]}, 200)["responses"]
    assert [one["status"] for one in told] == [400, 424, 200]


def test_a_batch_without_a_token_only_reads(client: Client) -> None:
    got = client.http.post(f"{PREFIX}/$batch", data=orjson.dumps({"requests": [
        {"id": "1", "method": "get", "url": "/Things(1)/name"}, {"id": "2", "method": "post", "url": "Things", "body": OVEN}]}))
    assert [one["status"] for one in orjson.loads(got.get_data())["responses"]] == [200, 401]


MULTIPART = """--b
Content-Type: application/http

GET /sensorthings/v1.1/Things(1)/name HTTP/1.1
Host: localhost


--b
Content-Type: multipart/mixed;boundary=c

--c
Content-Type: application/http
Content-ID: t

POST Things(1)/Datastreams HTTP/1.1
Content-Type: application/json

{"ObservedProperty": {"@iot.id": 2}}
--c
Content-Type: application/http
Content-ID: 2

POST $t/Observations HTTP/1.1

{"result": 3, "phenomenonTime": "2026-03-04T18:00:00Z"}
--c--
--b--
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_batch_in_parts_is_answered_in_parts(client: Client, ending: str) -> None:
    got = client.http.post(f"{PREFIX}/$batch", data=MULTIPART.replace("\n", ending).encode(),
                           headers=TOKEN | {"Content-Type": "multipart/mixed;boundary=b"})
    body = got.get_data(as_text=True)
    assert got.status_code == 200 and got.headers["Content-Type"].startswith("multipart/mixed; boundary=batch_")
    assert '{"name":"West"}' in body and body.count("HTTP/1.1 201") == 2 and '"result":3.0' in body


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"requests": 5}', b"\xff"])
def test_what_is_no_batch_is_told(client: Client, body: bytes) -> None:
    assert client.http.post(f"{PREFIX}/$batch", data=body, headers=TOKEN).status_code == 400


def test_senders_are_told_of_on_the_sources_page(client: Client, engine: Engine) -> None:
    states = States(engine)
    http = create_doors(engine, states, visitors=Visitors(READABLE)).test_client()
    http.post(f"{PREFIX}/Observations", data=orjson.dumps(observation(1, 50)), headers=TOKEN)
    states.write()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT messages FROM door_state WHERE door = 'sensorthings'")).scalar_one() == 1


def test_without_its_database_the_service_says_come_again() -> None:
    nowhere = create("postgresql+psycopg2://tonglan@127.0.0.1:1/none", statement_timeout_ms=1000)
    reply = Service(nowhere, "http://localhost").ask("GET", "Things", "")
    nowhere.dispose()
    assert (reply.status, reply.headers["Retry-After"], reply.body["error"]["code"]) == (503, "2", "unavailable")


def test_a_full_door_says_come_again(engine: Engine, town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "Room", lambda most, longest_s: Room(most, 0.01, used=most))
    http = create_doors(engine, States(engine), visitors=Visitors(READABLE)).test_client()
    for got in (http.get(f"{PREFIX}/Things"), http.post(f"{PREFIX}/Observations", data=b"{}", headers=TOKEN)):
        assert (got.status_code, got.headers.get("Retry-After")) == (429, "2")


def test_a_question_that_takes_too_long_is_broken_off(engine: Engine, town: City) -> None:
    hasty = create(engine.url.render_as_string(hide_password=False), statement_timeout_ms=1)
    slow = "$filter=" + " and ".join(["Datastreams/Observations/FeatureOfInterest/Observations/Datastream/Thing/name ne 'x'"] * 9)
    replies = {Service(hasty, "http://localhost").ask("GET", "Things", slow).body["error"]["code"] for _ in range(3)}
    hasty.dispose()
    assert "too_slow" in replies
