"""The commands that docs/doors.md shows work as they stand there, against a real server."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from data_access.city import City
from doors.courier import Courier
from doors.keeper import Keeper
from doors.mqtt.broker import own_topics
from doors.serving import create_doors
from doors.state import States
from ingest.mapping import plain_yaml
from ingest.pack import Source, read
from settings import ROOT
from tests.doors.broker import PROGRAM as BROKER
from tests.doors.broker import running
from tests.doors.conftest import wait_until
from tests.ingest.conftest import Sender

SECTIONS = dict(part.partition("\n")[::2] for part in (ROOT / "docs" / "doors.md").read_text(encoding="utf-8").split("\n## ")[1:])
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


@pytest.fixture
def address(engine: Engine, town: City) -> Iterator[str]:
    """Smalltown's door, served."""
    server = make_server("127.0.0.1", 0, create_doors(engine, States(engine)), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def answers_of(section: str, address: str, **variables: str) -> list[str]:
    """What each command of a section prints."""
    printed = []
    for command in re.findall(r"```sh\n(.*?)```", SECTIONS[section], re.DOTALL):
        done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60, env={
            "PATH": "/usr/bin:/bin", "DOOR": address, "TOKEN": "secret", "no_proxy": "*", **variables})
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        printed.append(done.stdout.decode())
    return printed


def test_each_batch_is_answered_as_it_says(address: str, sender: Sender) -> None:
    answers = [json.loads(one) for one in answers_of("HTTP batches", address, REGION="T111")]
    assert [sender.counts(answer) for answer in answers] == [(1, 0, 0), (2, 0, 0), (1, 0, 1)]
    told = json.loads(SECTIONS["HTTP batches"].partition("```json\n")[2].partition("```")[0])
    assert answers[-1] | {"batch": told["batch"]} == told
    assert sender.rows("SELECT value FROM observation JOIN device USING (device_id) WHERE code = 'doors-1' ORDER BY 1") == [
        (11.5,), (12,), (13,)]


def test_a_warning_is_sent_and_taken_back_by_cap(address: str, sender: Sender) -> None:
    answers = [json.loads(one) for one in answers_of("CAP", address, LAT="0.005", LON="0.005")]
    assert [sender.counts(answer) for answer in answers] == [(1, 0, 0), (1, 0, 0)]
    assert sender.rows("""
        SELECT code, ended_at = '2026-03-04T18:00:00Z' FROM warning JOIN region USING (region_id)
         WHERE external_id = 'met@city.example,doors-1,2026-03-04T17:00:00Z'""") == [("T111", True)]


def test_a_request_is_sent_and_read_by_open311(address: str, sender: Sender) -> None:
    services, sent, read, found = answers_of("Open311", address, SERVICE="pothole", LAT="0.005", LONG="0.005")
    assert "pothole" in {one["service_code"] for one in json.loads(services)}
    number = json.loads(sent)[0]["service_request_id"]
    assert f"<service_request_id>{number}</service_request_id>" in read
    assert [one["service_request_id"] for one in json.loads(found)] == [number]


@pytest.mark.skipif(shutil.which("mosquitto_pub") is None or BROKER is None, reason="there is no mosquitto here")
def test_messages_are_sent_by_mqtt(address: str, sender: Sender, engine: Engine) -> None:
    source = Source.model_validate({"key": "test", "name": "Test", "owner": "Town hall", "licence": "CC0-1.0", "kind": "iot"})
    with running() as broker:
        entry = own_topics(source).model_copy(update={"url": broker.url})
        keeper = Keeper(Courier(engine), States(engine))
        keeper.start(read("newyork").model_copy(update={"sources": [source.model_copy(update={"listen": [entry]})]}))
        try:
            wait_until(lambda: bool(keeper.states.of("test", "mqtt", entry.name).up))
            answers_of("MQTT", address, MQTT_PORT=str(broker.port), SOURCE="test", REGION="T111")
            wait_until(lambda: bool(sender.rows("SELECT 1 FROM reject WHERE row->>'device' = 'doors-2'")))
        finally:
            keeper.stop()
    assert sender.rows("SELECT value FROM observation JOIN device USING (device_id) WHERE code = 'doors-2'") == [(14,)]


def test_entities_are_sent_by_ngsi(address: str, sender: Sender) -> None:
    answers = [json.loads(one) for one in answers_of("NGSI", address, LAT="0.005", LON="0.005")]
    assert [sender.counts(answer) for answer in answers] == [(2, 0, 0), (1, 0, 1)]
    assert sender.rows("SELECT value FROM observation JOIN device USING (device_id) WHERE code = 'Station:1' ORDER BY 1") == [
        (11.5,), (12,)]


def test_a_thing_is_sent_and_read_by_sensorthings(address: str, sender: Sender) -> None:
    """0.0115 mg/m³ are 11.5 µg/m³."""
    thing, arrays, newest = (json.loads(one) for one in answers_of("SensorThings", address, LON="0.005", LAT="0.005"))
    assert thing["properties"]["code"] == "doors-mast-1"
    assert [one.rpartition("'")[1] for one in arrays] == ["'", ""] and arrays[1] == "error"
    assert [one["Observations"][0]["result"] for one in newest["value"] if one["properties"]["code"] == "doors-mast-1"] == [12]
    assert sender.rows("SELECT value FROM observation JOIN device USING (device_id) WHERE code = 'doors-mast-1' ORDER BY 1") == [
        (11.5,), (12,)]


def test_vehicles_and_stops_come_by_batches_as_the_section_of_public_transport_shows(address: str, sender: Sender) -> None:
    now = datetime.now(UTC).isoformat()
    answers = [json.loads(one) for one in answers_of("GTFS-realtime", address, NOW=now, LON="0.005", LAT="0.005")]
    assert [sender.counts(answer) for answer in answers] == [(1, 0, 0), (2, 0, 0)]
    assert sender.rows("SELECT served, delay_s FROM stop_event ORDER BY scheduled_at") == [(True, 120), (False, None)]


def test_a_camera_comes_with_the_address_of_its_stream(address: str, sender: Sender) -> None:
    (answer,) = answers_of("GB/T 28181", address, REGION="T111", KIND="air")
    assert sender.counts(json.loads(answer)) == (1, 0, 0)
    assert sender.value("SELECT stream FROM device_picture") == "https://media.example/52010300001310000001/index.m3u8"


def test_the_pack_lines_of_cameras_are_a_source() -> None:
    said = plain_yaml.load(SECTIONS["GB/T 28181"].partition("```yaml\n")[2].partition("```")[0])
    table = Source.model_validate(said).datasets[1].map.columns["value"].table
    assert table is not None and table.entries == {"ON": "1", "OK": "1", "OFF": "0"}
