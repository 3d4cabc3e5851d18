"""The broker beside: each sender by its token, on its own topics, as long as the token holds."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

import running
from cluster.broker import CONFIGURATION, configuration, pause_s
from cluster.place import Account, Place
from doors.mqtt.broker import FILE, LISTENER, beside, own_topics, users, wanted, with_own_topics
from ingest import tokens
from ingest.pack import read
from settings import ROOT, Settings
from tests.doors.broker import PROGRAM, free_port

PATIENCE_S = 120     # a program begins, on a machine as slow as may be
NOT_AUTHORISED = 135


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder with the tokens of two sources, which a broker's own account may enter."""
    made = Path(tempfile.mkdtemp(prefix="tonglan-test-", dir="/tmp"))
    made.chmod(0o755)
    tokens.write(made / tokens.FILE, {"sim-iot": "a" * 20, "sim-cases": "b" * 20})
    yield made
    shutil.rmtree(made)


def test_every_source_with_a_token_gets_topics_where_mqtt_is_asked_for(var: Path) -> None:
    pack = read("newyork")
    assert not wanted(pack, Settings(mqtt=False)) and with_own_topics(pack, Settings(mqtt=False)) is pack
    assert {"broker", "listener"} <= {program.name for program in running.programs(Settings(mqtt=True))}
    said = with_own_topics(pack, Settings(mqtt=True))
    assert wanted(said, Settings(mqtt=True)) and not wanted(said, Settings(mqtt=True, mqtt_url="mqtt://elsewhere"))
    made = users(said, var)
    assert set(made) == {LISTENER, "sim-iot", "sim-cases"}       # only who has a token
    assert "tonglan/sim-iot/observations" in made["sim-iot"].writes and not made["sim-iot"].reads
    assert all(topic.startswith("tonglan/sim-cases/") for topic in made["sim-cases"].writes)
    assert {topic.subject for topic in own_topics(said.source("sim-iot")).topics} >= {"observations", "devices", "cases"}


@pytest.mark.skipif(PROGRAM is None, reason="no mosquitto is installed")
def test_a_sender_writes_its_own_topics_by_its_token_until_that_is_taken_away(var: Path) -> None:
    port = free_port()
    environment = os.environ | {"VAR": str(var), "MQTT": "1", "MQTT_PORT": str(port), "PYTHONPATH": str(ROOT), "PACK": "newyork"}
    broker = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), "broker"], cwd=ROOT, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wait(lambda: sent(port, "sim-iot", "a" * 20, "tonglan/sim-iot/observations") == 0)
        assert sent(port, "sim-iot", "a" * 20, "tonglan/sim-cases/cases") == NOT_AUTHORISED
        assert sent(port, "sim-iot", "b" * 20, "tonglan/sim-iot/observations") is None
        assert sent(port, None, None, "tonglan/sim-iot/observations") is None
        tokens.write(var / tokens.FILE, {"sim-cases": "b" * 20})
        wait(lambda: sent(port, "sim-iot", "a" * 20, "tonglan/sim-iot/observations") is None)
        assert sent(port, "sim-cases", "b" * 20, "tonglan/sim-cases/cases") == 0
    finally:
        broker.terminate()
        said = broker.communicate(timeout=PATIENCE_S)[0]
    assert broker.returncode == 0, said
    assert (var / "mqtt" / "mosquitto.db").exists()


@pytest.mark.skipif(PROGRAM is None, reason="no mosquitto is installed")
@pytest.mark.parametrize("save", ["second", "message"])
def test_what_it_has_acknowledged_and_nobody_has_taken_survives_its_kill(var: Path, save: str) -> None:
    """Written every second: all but what came after the last writing. Written for each message: all but the last."""
    port, kept = free_port(), var / "mqtt" / "mosquitto.db"
    users(read("newyork"), var)
    password = tokens.read(var / FILE)[LISTENER]
    with at_work(var, port, MQTT_SAVE=save) as broker:
        wait(lambda: taken(port, password, 0) == [])      # from now on it is remembered
        send(port, "sim-iot", "a" * 20, "tonglan/sim-iot/observations", [str(number) for number in range(20)])
        acknowledged = time.time()
        if save == "second":
            wait(lambda: kept.exists() and kept.stat().st_mtime > acknowledged)
        os.kill(children(broker.pid)[0], signal.SIGKILL)
        assert broker.wait(PATIENCE_S) != 0               # `run` starts it again then
    with subprocess.Popen([str(PROGRAM), "-c", CONFIGURATION], cwd=var / "mqtt") as again:
        wait(lambda: reachable(port))
        found = taken(port, password, 19)
        again.terminate()
    assert found is not None and found[:19] == [str(number) for number in range(19)]


def test_the_more_there_is_the_less_often_all_of_it_is_written(tmp_path: Path) -> None:
    here = Place(tmp_path, tmp_path, Account("me", os.geteuid(), os.getegid()))
    assert pause_s(here) == 1
    for size, pause in ((19 << 20, 1), (100 << 20, 6), (1 << 30, 52)):
        with (tmp_path / "mosquitto.db").open("wb") as file:
            file.truncate(size)
        assert pause_s(here) == pause
    assert "autosave_interval 52\n" in configuration(here, "127.0.0.1", 1883, 52)
    assert "autosave_on_changes true\n" in configuration(here, "127.0.0.1", 1883, 52, each=True)


def test_the_listener_waits_for_the_brokers_first_beginning(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAR", str(var))
    monkeypatch.setenv("MQTT_URL", "mqtt://broker:1234")
    with pytest.raises(Exception, match="has not begun"):
        beside("me")
    users(read("newyork"), var)
    found = beside("me")
    assert (found.host, found.port, found.user) == ("broker", 1234, LISTENER) and found.password


@contextmanager
def at_work(var: Path, port: int, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Lends the broker as `run` starts it."""
    environment = os.environ | {"VAR": str(var), "MQTT": "1", "MQTT_PORT": str(port), "PYTHONPATH": str(ROOT), "PACK": "newyork"}
    broker = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), "broker"], cwd=ROOT, env=environment | more,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield broker
    finally:
        broker.terminate()
        broker.wait(PATIENCE_S)


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(one) for one in told.stdout.split()]


def reachable(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def taken(port: int, password: str, at_least: int) -> list[str] | None:
    """What the broker has kept for the listener; None where that is not let in."""
    got: list[str] = []
    allowed: list[bool] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id="listener", clean_session=False)
    client.on_message = lambda *said: got.append(said[2].payload.decode())
    client.on_subscribe = lambda *said: allowed.append(True)
    client.username_pw_set(LISTENER, password)
    try:
        client.connect("127.0.0.1", port)
    except OSError:
        return None
    client.subscribe("tonglan/#", 1)
    until = time.monotonic() + PATIENCE_S
    while not (allowed and len(got) >= at_least) and client.loop(0.2) == 0 and time.monotonic() < until:
        pass
    client.disconnect()
    return got if allowed else None


def send(port: int, user: str, password: str, topic: str, payloads: list[str]) -> None:
    """Send messages, each after the one before was acknowledged."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, 1).wait_for_publish(PATIENCE_S)
    client.disconnect()
    client.loop_stop()


def sent(port: int, user: str | None, password: str | None, topic: str) -> int | None:
    """What the broker says of a message: 0 or 16 (nobody listens) is well; None where the sender is not let in."""
    told: list[int] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_publish = lambda *said: told.append(said[3].value)
    client.username_pw_set(user, password)
    try:
        client.connect("127.0.0.1", port)
    except OSError:
        return None
    until = time.monotonic() + PATIENCE_S
    client.publish(topic, "{}", qos=1)
    while not told and client.loop(0.2) == 0 and time.monotonic() < until:
        pass
    client.disconnect()
    return None if not told else 0 if told[0] in (0, 16) else told[0]


def wait(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.2)
