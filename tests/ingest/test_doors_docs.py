"""The commands that docs/doors.md shows work as they stand there, against a real server."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from threading import Thread

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from data_access.city import City
from doors.serving import create_doors
from doors.state import States
from settings import ROOT
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
