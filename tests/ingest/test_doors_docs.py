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
from ingest.door import create_door
from settings import ROOT
from tests.ingest.conftest import Sender

SHOWN = (ROOT / "docs" / "doors.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.*?)```", SHOWN, re.DOTALL)


@pytest.fixture
def address(engine: Engine, town: City) -> Iterator[str]:
    """Smalltown's door, served."""
    server = make_server("127.0.0.1", 0, create_door(engine), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_each_command_is_answered_as_it_says(address: str, sender: Sender) -> None:
    answers = []
    for command in COMMANDS:
        done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=60, env={
            "PATH": "/usr/bin:/bin", "DOOR": address, "TOKEN": "secret", "REGION": "T111", "no_proxy": "*"})
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        answers.append(json.loads(done.stdout))
    assert [sender.counts(answer) for answer in answers] == [(1, 0, 0), (2, 0, 0), (1, 0, 1)]
    told = json.loads(SHOWN.partition("```json\n")[2].partition("```")[0])
    assert answers[-1] | {"batch": told["batch"]} == told
    assert sender.rows("SELECT value FROM observation JOIN device USING (device_id) WHERE code = 'doors-1' ORDER BY 1") == [
        (11.5,), (12,), (13,)]
