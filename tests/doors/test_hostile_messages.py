"""What any door is sent, in great numbers and without a database: each message becomes rows, or is refused with a reason.

What it becomes is typed and written as `ingest` would, so that nothing in it can fail later. MALFORMED=100000 tries as many of
each; how they are made says tests/hostile.py.
"""

import struct
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pytest
from google.protobuf import json_format

from doors.cap import document
from doors.cap.rows import Reader, unplaced
from doors.cap.signature import state
from doors.courier import keepable
from doors.gtfs import alerts, feed, stop_events, timetable, vehicles
from doors.gtfs.schedule import Schedule
from doors.gtfs.vehicles import Updates, followed
from doors.markup import NotXml, parsed
from doors.mqtt.topics import Message, Sorter
from doors.ngsi.defaults import City, Refused
from doors.ngsi.entities import NotEntities, entities
from doors.ngsi.reception import carefully, readable
from doors.open311 import answers
from doors.open311 import rows as requests
from doors.open311.client import digest, identified
from doors.open311.personal import without
from doors.rows import of_subject, through
from doors.sensorthings.addresses import NotFound, steps
from doors.sensorthings.filtering import Bound, ordered, where
from doors.sensorthings.functions import FUNCTIONS
from doors.sensorthings.messages import Stream, observation_rows, stream_of
from doors.sensorthings.model import ENTITIES
from doors.sensorthings.query import Malformed, query
from ingest.checks import check
from ingest.mapping.apply import Around
from ingest.mapping.regions import RegionIndex
from ingest.mapping.spec import Mapping as Map
from ingest.pack.doors.cap import Cap
from ingest.pack.doors.mqtt import Mqtt
from ingest.pack.doors.ngsi import Ngsi
from ingest.pack.doors.open311 import Open311
from ingest.rejects import Rejects, written
from ingest.subjects import SUBJECTS
from readers.content import file
from readers.table import Unreadable
from tests.doors.cap_messages import alert, area, info, polygon, reference
from tests.doors.gtfs_town import FILES, NOON, bus, message, packed, update
from tests.doors.gtfs_town import alert as transit_alert
from tests.hostile import TOGETHER, TRIED, Hostile, with_hostile

ZONE = ZoneInfo("America/New_York")
REGIONS = RegionIndex(
    ["T", "T1", "T111"], ["小城", "甲T1", "甲T111"], ["Smalltown", "Area T1", "Area T111"], ["", "T", "T1"], [0, 1, 2],
    ["city", "district", "block"],
)
AROUND = Around(ZONE, regions=REGIONS, units={"pm25": "µg/m³", "level": "m"})
NOW = np.datetime64(NOON.replace(tzinfo=None), "us")
WEST = {"type": "Point", "coordinates": [0.005, 0.005]}


def typed(subject: str, rows: Sequence[Mapping[str, Any]], map: Map | None = None) -> None:
    """Type rows as `ingest` does, and write those that it refuses: each row is good, or has its reasons."""
    if not rows:
        return
    wanted = SUBJECTS[subject]
    found = of_subject(wanted, rows) if map is None else through(map, wanted, rows, AROUND)
    refused = Rejects()
    refused.add_from(found.rejects)
    table = check(wanted.taking(found.columns), found.columns, len(found.lines), NOW, refused)
    assert all(len(column) == len(found.lines) for column in table.values())
    for row, reasons in refused.reasons.items():
        assert reasons and all(reason.text for reason in reasons)
        orjson.loads(written(keepable(dict(rows[int(found.lines[row]) - 1]))))
        orjson.loads(written([reason.text for reason in reasons]))


# MQTT

TOPICS = [
    {"topic": "s/{device}"},
    {"topic": "r/+", "payload": "json", "records": "data.items"},
    {"topic": "l", "payload": "lines"},
    {"topic": "t/#", "payload": "text", "encoding": "gb18030"},
    {
        "topic": "m/{station}",
        "map": {
            "columns": {"device": "station", "observed_at": {"column": "time", "format": ["iso", "epoch_s", "epoch_ms"]}},
            "long": {"columns": {"pm25": "air.pm25", "level": {"column": "water", "unit": {"from": "cm"}}}},
        },
    },
]
READING = {
    "device": "a1",
    "property": "pm25",
    "value": 1,
    "observed_at": "2026-03-04T12:00:00Z",
    "time": 1772625600,
    "water": "12",
    "air": {"pm25": 3.5},
    "geometry": WEST,
    "type": "Feature",
    "properties": {"value": 2},
}
NAMES = [*READING, "features", "data", "items", "coordinates"]
PAYLOADS = (
    READING,
    [READING, READING],
    {"data": {"items": [READING], "unit": "m"}},
    {"type": "FeatureCollection", "features": [READING]},
    21.5,
    "on",
    None,
)


def payload(rubbish: Hostile) -> bytes:
    """What a device may send."""
    kind = rubbish.random()
    if kind < 0.02:
        return b""
    if kind < 0.022:
        return rubbish.randbytes(256 << 10)
    if kind < 0.1:
        return b"\n".join(rubbish.body(rubbish.changed(READING, NAMES)) for _ in range(3))
    return rubbish.body(rubbish.changed(rubbish.choice(PAYLOADS), NAMES))


@with_hostile()
def test_every_mqtt_message_becomes_rows_or_is_kept(rubbish: Hostile) -> None:
    sorter = Sorter(Mqtt.model_validate({"door": "mqtt", "topics": TOPICS}))
    rows: dict[int, list[dict[str, Any]]] = {}
    for _ in range(TOGETHER):
        topic = rubbish.choice(("s/a1", "s/\0", "r/1", "l", "t/x", "m/a1", "m/'%s", rubbish.text()))
        sent = Message(topic, payload(rubbish), NOON, rubbish.chance(0.1), 7)
        [(number, heap)] = sorter.sort([sent])
        TRIED["MQTT messages"] += 1
        said = sent.payload.replace(b"\0", b"").strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x1e\x0b\x0c\x1c\x1d\x85")
        if not heap.rows and not heap.kept:  # of nothing, nothing comes
            assert said.startswith(b"[") or b'"features"' in said or b'"items"' in said or number == 2, sent.payload
        for one in heap.kept:
            assert one.text and orjson.loads(written(keepable(one.whole))) is not None
        rows.setdefault(number, []).extend(heap.rows)
    for number, some in rows.items():
        typed(sorter.entry.topics[number].subject, some, sorter.entry.topics[number].map)


# SensorThings

STREAMS: dict[int | str, Stream] = {5: stream_of("a1", "temperature", "°F", "°C"), "x": Stream("a1", "pm25")}
OBSERVATION = {
    "Datastream": {"@iot.id": 5},
    "phenomenonTime": "2026-03-04T10:00:00Z/2026-03-04T11:00:00Z",
    "resultTime": "2026-03-04T11:00:00Z",
    "result": 20.5,
}
ARRAY = {
    "Datastream": {"@iot.id": "x"},
    "components": ["phenomenonTime", "result"],
    "dataArray@iot.count": 2,
    "dataArray": [["2026-03-04T10:00:00Z", 1], ["2026-03-04T11:00:00Z", 2]],
}
SAID = [
    "@iot.id", "id", "@iot.selfLink", "Datastream", "Datastream@iot.navigationLink", "phenomenonTime", "resultTime", "result",
    "components", "dataArray",
]


@with_hostile()
def test_every_observation_of_sensorthings_is_a_row(rubbish: Hostile) -> None:
    rows: list[Mapping[str, Any]] = []
    for _ in range(TOGETHER):
        sent = rubbish.body(rubbish.changed(rubbish.choice((OBSERVATION, OBSERVATION, [ARRAY, ARRAY], [OBSERVATION])), SAID))
        TRIED["SensorThings messages"] += 1
        try:
            said = orjson.loads(sent)
        except orjson.JSONDecodeError:
            continue
        made = observation_rows(
            said,
            lambda ids: {one: STREAMS[one] for one in ids if one in STREAMS},
            NOON,
            stream=rubbish.choice((None, 5)),
            when=rubbish.choice(("start", "end")),
        )
        wanted = sum(
            len(one["dataArray"]) if isinstance(one, dict) and isinstance(one.get("dataArray"), list) else 1
            for one in (said if isinstance(said, list) else [said])
        )
        assert len(made) == wanted, sent
        for row, whole in made:
            rows.append(row)
            written(keepable(whole))
    typed("observations", rows)


WORDS = (
    "(", ")", ",", ";", "/", "$", "=", "'", '"', " ", "$filter=", "$orderby=", "$expand=", "$select=", "$top=", "$skip=",
    "$count=", "$resultFormat=", "&", "name", "@iot.id", "result", "phenomenonTime", "properties/a", "eq", "ne", "gt", "le",
    "and", "or", "not", "in", "add", "div", "mod", "'a'", "''", "null", "true", "1", "-1.5e3", "1e999", "99999999999999999999",
    "2026-03-04T12:00:00Z", "2026-02-30", "duration'P1D'", "duration'P99999999999D'", "geography'POINT(1 2)'",
    "geography'POINT(x'", "%00", "%ff", "%2", "desc", "any", "all",
    *ENTITIES,
    *FUNCTIONS,
    *sorted({name for entity in ENTITIES.values() for name in entity.links}),
)
GOOD_QUERIES = (
    "$filter=result gt 5 and (phenomenonTime ge 2026-03-04T12:00:00Z or not startswith(Datastream/name,'a'))&$top=3",
    "$expand=Datastreams($filter=name eq 'x';$expand=Observations($orderby=phenomenonTime desc;$top=1))&$count=true",
    "$filter=st_within(Locations/location,geography'POLYGON((0 0,1 0,1 1,0 0))')&$orderby=name asc,Datastreams/name desc",
    "$select=name,Thing/name&$skip=5&$filter=year(phenomenonTime) eq 2026 and result mod 2 eq 1 or name in ('a','b')",
)


@with_hostile()
def test_every_question_to_sensorthings_is_read_or_told_why_not(rubbish: Hostile) -> None:
    for _ in range(TOGETHER):
        TRIED["SensorThings questions"] += 1
        if rubbish.chance(0.5):
            sent = rubbish.damaged(rubbish.choice(GOOD_QUERIES).encode(), 2).decode("utf-8", "replace")
        else:
            name = rubbish.choice(("$filter=", "$orderby=", "$expand=", ""))
            sent = name + rubbish.choice((" ", "")).join(
                rubbish.choice(WORDS) if rubbish.chance(0.9) else rubbish.text() for _ in range(rubbish.randrange(12))
            )
        entity = rubbish.choice(list(ENTITIES.values()))
        try:
            steps(sent)
        except (NotFound, Malformed) as error:
            assert str(error)
        try:
            read, bound = query(sent), Bound()
            if read.filter is not None:
                where(entity, "t0", read.filter, bound)
            ordered(entity, "t0", read.orderby, bound)
        except Malformed as error:
            assert str(error)


# NGSI

STATION: dict[str, Any] = {
    "id": "urn:ngsi-ld:AirQualityObserved:a",
    "type": "AirQualityObserved",
    "location": {"type": "GeoProperty", "value": WEST},
    "dateObserved": {"type": "Property", "value": "2026-03-04T12:00:00Z"},
    "PM2.5": {"type": "Property", "value": 0.02, "unitCode": "GP", "observedAt": "2026-03-04T12:00:00Z"},
    "temperature": {"type": "Number", "value": 5, "metadata": {"unitCode": {"type": "Text", "value": "FAH"}}},
    "no2": 41,
    "co": [{"type": "Property", "value": 1}, {"type": "Property", "value": 2, "datasetId": "urn:d:roof"}],
}
MODELS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Device", {"controlledProperty": ["fillingLevel", "temperature"], "value": "l%3D0.22%3Bt%3D21.2"}),
    ("NoiseLevelObserved", {"measurand": ["LAeq | 67.5 | A-weighted"]}),
    ("Streetlight", {"powerState": "on", "status": "ok"}),
    (
        "TrafficFlowObserved",
        {"intensity": 197, "occupancy": 0.76, "dateObserved": "2026-03-04T11:10:00/2026-03-04T11:15:00Z"},
    ),
    (
        "Alert",
        {
            "category": "traffic",
            "severity": "high",
            "validTo": "2026-03-05T12:00:00Z",
            "description": {"languageMap": {"zh": "堵"}},
        },
    ),
    ("Vehicle", {"vehicleType": "bus", "speed": 50, "heading": 180, "vehiclePlateIdentifier": "X 1"}),
    ("Building", {"name": "Town hall", "category": ["office"]}),
    ("OffStreetParking", {"availableSpotNumber": 3}),
    (
        "Open311:ServiceRequest",
        {
            "service_code": 17,
            "description": "A hole",
            "status": "closed",
            "requested_datetime": "2026-03-04T12:00:00Z",
            "updated_datetime": "2026-03-04T13:00:00Z",
        },
    ),
    ("WeatherObserved", {"temperature": {"@value": 3}}),
    ("X", {"x": 1}),
)
OTHERS = tuple(
    {"id": f"x{at}", "type": kind, "location": WEST, "dateObserved": "2026-03-04T12:00:00Z"} | more
    for at, (kind, more) in enumerate(MODELS)
)
ATTRIBUTES = sorted(
    {name for one in (STATION, *OTHERS) for name in one}
    | {
        "value", "object", "languageMap", "observedAt", "unitCode", "datasetId", "metadata", "@value", "@list", "coordinates",
        "data",
    }
)
CITY = City({"pm25": "µg/m³", "temperature": "°C"}, "T", NOON)


@with_hostile()
def test_every_entity_becomes_rows_or_is_refused(rubbish: Hostile) -> None:
    said = Ngsi(door="ngsi", classes={"17": "pothole"}, region="T111")
    given = []
    for _ in range(TOGETHER):
        one = rubbish.changed(rubbish.choice((STATION, *OTHERS)), ATTRIBUTES)
        body = rubbish.body(
            rubbish.choice(
                (
                    {"data": [one], "notifiedAt": rubbish.scalar()},
                    [one],
                    one,
                    {"entities": [one]},
                    {"type": "FeatureCollection", "features": [one]},
                )
            )
        )
        TRIED["NGSI messages"] += 1
        try:
            given += list(entities(orjson.loads(body)))
        except (orjson.JSONDecodeError, NotEntities) as error:
            assert str(error)
    known, bad = readable(given)
    assert len(known) + len(bad) == len(given)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for one in known:
        made = carefully(one, said, CITY)
        assert made, one.whole
        for each in made:
            if isinstance(each, Refused):
                assert each.code != "failed" and each.sentence, one.whole
                written(keepable([one.whole]))
            else:
                rows.setdefault(each.subject, []).append(each.fields)
    for subject, some in rows.items():
        typed(subject, some)
    for whole, reason in bad:
        assert reason.text and written(keepable(whole))


# CAP

TAGS = (
    b"identifier", b"sender", b"sent", b"status", b"msgType", b"references", b"info", b"language", b"event", b"severity",
    b"expires", b"onset", b"headline", b"area", b"areaDesc", b"polygon", b"circle", b"geocode", b"valueName", b"value",
    b"responseType", b"alert",
)
WHERE = area(polygon(0.1, 0.9) + "<circle>0.005,0.005 1</circle><geocode><valueName>T</valueName><value>T111</value></geocode>")
WARNINGS = tuple(
    one.encode()
    for one in (
        alert("w1", info(areas=WHERE), info("zh", headline="大雨")),
        alert("w2", kind="Update", references=reference("w1") + " " + reference("w0")),
        alert("w3", kind="Cancel", references=reference("w1")),
        f"<feed>{alert('w4')}{alert('w5', info(areas=area('<polygon>0,0 1,1 0,1 1,0 0,0</polygon>')))}</feed>",
    )
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "latin-1", "utf-32")
DECLARED = (
    "",
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<?xml version="1.0" encoding="GBK"?>',
    '<?xml version="1.1" encoding="klingon"?>',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
)


def marked_up(rubbish: Hostile, good: bytes, tags: Sequence[bytes]) -> bytes:
    """XML like a good one: with other texts in it, other tags, damaged, in another encoding than it says."""
    made = good
    for _ in range(rubbish.randrange(4)):
        tag, said = rubbish.choice(tags), rubbish.text().encode("utf-8", "replace")
        begin = made.find(b"<" + tag + b">")
        end = made.find(b"</" + tag + b">", begin)
        if 0 <= begin < end:
            inside = rubbish.choice(
                (
                    said, b"", said.replace(b"<", b"&lt;").replace(b"&", b"&amp;"), made[begin:end],
                    b"<![CDATA[" + said + b"]]>", b"&nbsp;&b;&#0;&#xD800;",
                    b"<" + rubbish.choice(tags) + b"/>" * rubbish.randrange(2),
                )
            )
            made = (
                made[:begin]
                + (b"<" + tag + b">" + inside + b"</" + tag + b">") * rubbish.choice((1, 1, 2))
                + made[end + len(tag) + 3 :]
            )
    if rubbish.chance(0.4):
        made = rubbish.damaged(made, 2)
    if rubbish.chance(0.3):
        made = rubbish.choice(DECLARED).encode() + made
    return made.decode("utf-8", "replace").encode(rubbish.choice(ENCODINGS), "replace") if rubbish.chance(0.15) else made


@with_hostile()
def test_every_cap_message_is_a_warning_or_refused(rubbish: Hostile) -> None:
    reader = Reader(Cap(door="cap"), ZONE, REGIONS)
    warnings: list[Mapping[str, Any]] = []
    ends: list[Mapping[str, Any]] = []
    for _ in range(TOGETHER):
        body = marked_up(rubbish, rubbish.choice(WARNINGS), TAGS)
        TRIED["CAP messages"] += 1
        try:
            found = document.alerts(parsed(body))
        except NotXml as error:
            assert str(error)
            continue
        for one in found:
            state(one, body, None)
            told = reader.read(one)
            assert told.warnings or told.ends or told.reason or unplaced(told, one, reader.entry), body
            warnings += told.warnings
            ends += told.ends
    typed("warnings", warnings)
    typed("warning_ends", ends)


# Open311

REQUEST = {
    "service_request_id": "1",
    "status": "closed",
    "service_code": "006",
    "service_name": "Pothole",
    "description": "A hole",
    "agency_responsible": "x",
    "requested_datetime": "2026-03-04T12:00:00Z",
    "updated_datetime": "2026-03-04T13:00:00Z",
    "expected_datetime": "2026-03-05T12:00:00Z",
    "address": "Main St",
    "zipcode": "1",
    "lat": "0.005",
    "long": 0.005,
    "media_url": "http://a.test/b.jpg",
    "status_notes": "done",
    "attributes": [{"code": "A", "values": ["1"]}],
    "token": "t",
}
MEMBERS = [*REQUEST, "LNG", "longitude", "email", "phone", "group", "title", "steps"]
REQUEST_XML = (
    "<service_requests><request>"
    + "".join(f"<{name}>{value}</{name}>" for name, value in REQUEST.items() if isinstance(value, str))
    + "<lat>0.005</lat><long>0.005</long></request></service_requests>"
).encode()


@with_hostile()
def test_every_request_of_open311_becomes_a_row(rubbish: Hostile) -> None:
    entry = Open311.model_validate(
        {
            "door": "open311",
            "url": "http://a.test/v2",
            "class": "service_code",
            "agency": {"column": "agency_responsible", "table": {"x": "A1"}},
        }
    )
    found: dict[str, Any] = {}
    for _ in range(TOGETHER):
        one = rubbish.changed(REQUEST, MEMBERS)
        body = (
            marked_up(rubbish, REQUEST_XML, [name.encode() for name in REQUEST])
            if rubbish.chance(0.3)
            else rubbish.body(rubbish.choice(([one], {"requests": [one]}, {"service_requests": {"request": one}}, one, [[one]])))
        )
        TRIED["Open311 answers"] += 1
        for read in (answers.services, answers.definition):
            try:
                assert isinstance(read(body), list | dict)
            except (answers.Unreadable, answers.Told) as error:
                assert str(error)
        try:
            listed = answers.requests(body)
        except (answers.Unreadable, answers.Told) as error:
            assert str(error)
            continue
        for each in listed:
            if isinstance(each, dict):
                request = without(answers.flat(each))
                found[identified(request)] = request
            else:
                assert digest(each, "") and written(keepable(each))
    some = list(found.values())
    told = requests.told(some, entry, ZONE, AROUND.folder)
    rows = [
        requests.row(one, requests.Seen(rubbish.chance(0.5), "x", NOON) if rubbish.chance(0.3) else None, at, told, entry, NOON)
        for at, one in enumerate(some)
    ]
    for at, one in enumerate(some):
        assert written(requests.rest(one, told.expected_unread[at]))
    typed("cases", rows, entry.mapping)


# GTFS-realtime and static GTFS

TRANSIT = (update({"stop_sequence": 10, "departure": {"delay": 60}}), bus(), transit_alert("a1"))
NUMBERED = [*range(1, 60), 0, 1000, 1999, 2**29 - 1]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Schedule:
    """The bus line's timetable."""
    path = tmp_path_factory.mktemp("gtfs") / "town.zip"
    path.write_bytes(packed())
    return timetable.read(file(path, "town.zip"), ZONE)


def varint(number: int) -> bytes:
    """A number as protobuf writes it."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def wired(rubbish: Hostile, depth: int = 4) -> bytes:
    """A message of protobuf whose fields have any number and any type."""
    made = b""
    for _ in range(rubbish.randrange(4)):
        kind = rubbish.choice((0, 0, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7))
        made += varint(rubbish.choice(NUMBERED if rubbish.chance(0.2) else NUMBERED[:9]) << 3 | kind)
        if kind == 0:
            made += rubbish.choice((varint(rubbish.randrange(9)), varint(rubbish.getrandbits(64)), b"\xff" * 11))
        elif kind in (1, 5):
            made += rubbish.choice((struct.pack("<f", rubbish.uniform(-200, 200)), rubbish.randbytes(4), b"\0\0\xc0\x7f")) * (
                2 if kind == 1 else 1
            )
        elif kind == 2:
            inside = (
                wired(rubbish, depth - 1) if depth and rubbish.chance(0.7) else rubbish.text().encode("utf-8", "surrogatepass")
            )
            made += varint(len(inside) if rubbish.chance(0.95) else rubbish.getrandbits(31)) + inside
    return made


def spoken(rubbish: Hostile) -> bytes:
    """What a feed may send."""
    kind, sent = rubbish.random(), message(*rubbish.sample(TRANSIT, rubbish.randint(1, 3)), differential=rubbish.chance(0.3))
    if kind < 0.35:
        return rubbish.damaged(sent.SerializeToString(), 3)
    if kind < 0.7:
        return sent.SerializeToString() + b"".join(
            b"\x12" + varint(len(one)) + one
            for one in (
                b"\x0a\x01z" + varint(rubbish.choice((3, 4, 5)) << 3 | 2) + varint(len(inner)) + inner
                for inner in (wired(rubbish), wired(rubbish))
            )
        )
    if kind < 0.8:
        return wired(rubbish)
    said = json_format.MessageToDict(sent, preserving_proto_field_name=True)
    return rubbish.body(
        rubbish.changed(said, ["header", "entity", "id", "trip_update", "vehicle", "alert", "trip", "position", "timestamp"])
    )


@with_hostile()
def test_every_message_of_a_transit_feed_becomes_rows_or_is_told_as_unreadable(line: Schedule, rubbish: Hostile) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"vehicles": [], "stop_events": [], "warnings": []}
    held = feed.Held()
    for _ in range(TOGETHER):
        body, schedule = spoken(rubbish), rubbish.choice((line, line, None))
        TRIED["GTFS-realtime messages"] += 1
        try:
            read = feed.read(body)
        except feed.Unreadable as error:
            assert str(error)
            continue
        held.take(read)
        feed.told_at(read, NOON)
        here = list(held.entities.values())
        updates = Updates.of(followed(schedule, entity.trip_update, NOON) for entity in here if entity.HasField("trip_update"))
        rows["vehicles"] += [vehicles.row(entity, schedule, updates, NOON) for entity in here if entity.HasField("vehicle")]
        rows["stop_events"] += [row for one in updates.every for row in stop_events.rows(one, NOON, timedelta(days=3))]
        rows["warnings"] += [
            alerts.row(entity, schedule, NOON, lambda places: "T") for entity in here if entity.HasField("alert")
        ]
    for subject, some in rows.items():
        typed(subject, some)


CELLS = (
    "T1", "S1", "R1", "W", "10", "-1", "1e3", "12:00:00", "99:99:99", "240:00:00", "20260304", "20261332", "0.005", "nan", "700",
    "America/New_York", "Europe", "../x",
)


ROWS = 1000


@with_hostile(few=1, together=ROWS)
def test_every_row_of_a_timetable_is_read_or_left_out(tmp_path_factory: pytest.TempPathFactory, rubbish: Hostile) -> None:
    """A zip of files with wrong rows; each of a thousand rows is counted."""
    files = dict(FILES)
    for name in files:
        width = files[name].splitlines()[0].count(",") + 1
        lines = [
            ",".join(
                rubbish.choice(CELLS) if rubbish.chance(0.8) else rubbish.text()
                for _ in range(rubbish.choice((width, width, width, 1, 9)))
            )
            for _ in range(ROWS // len(FILES))
        ]
        files[name] += "\n".join(lines) + "\n"
        if rubbish.chance(0.1):
            head, _, rest = files[name].partition("\n")
            files[name] = (
                rubbish.choice((head + "," + head.upper(), head.replace("_", " "), rubbish.text(), head + ",")) + "\n" + rest
            )
    if rubbish.chance(0.1):
        files.pop(rubbish.choice(list(files)))
    TRIED["rows of timetables"] += ROWS
    body = packed({name: text.encode("utf-8", "replace").decode() for name, text in files.items()})
    path = tmp_path_factory.getbasetemp() / "hostile.zip"
    path.write_bytes(rubbish.damaged(body, 2) if rubbish.chance(0.2) else body)
    try:
        read = timetable.read(file(path, "town.zip"), ZONE)
    except Unreadable as error:
        assert str(error)
        return
    for trip in list(read.trips.values())[:3]:
        followed(
            read,
            message(update({"stop_sequence": 10, "departure": {"delay": 60}}, trip={"trip_id": trip.id})).entity[0].trip_update,
            NOON,
        )
