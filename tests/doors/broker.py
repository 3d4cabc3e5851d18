"""A real mosquitto for tests, and a sender."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
PATIENCE_S = 30


@dataclass
class Broker:
    """A broker on a port of its own; `stop` and `start` as often as wanted."""

    folder: Path
    port: int
    more: str = ""
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        assert PROGRAM is not None
        own = self.folder / "mosquitto.conf"
        own.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
                       f"persistence_location {self.folder}/\nuser root\nmax_queued_messages 0\n{self.more}\n")
        self.process = subprocess.Popen([PROGRAM, "-c", str(own)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("mosquitto does not answer")

    def stop(self) -> None:
        """Stop it; it writes down what it keeps."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """Kill it; it forgets what it did not write down."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        (self.folder / "mosquitto.db").unlink(missing_ok=True)

    def publish(self, *messages: tuple[str, str | bytes], retain: bool = False, qos: int = 1) -> None:
        """Send messages, each acknowledged by the broker."""
        client = Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        for sent in [client.publish(topic, payload, qos, retain) for topic, payload in messages]:
            sent.wait_for_publish(PATIENCE_S)
        client.disconnect()
        client.loop_stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(more: str = "") -> Iterator[Broker]:
    """Lends a broker; the test is left out where no mosquitto is installed."""
    if PROGRAM is None:
        pytest.skip("no mosquitto is installed")
    folder = Path(tempfile.mkdtemp(prefix="tonglan-broker-"))
    folder.chmod(0o777)
    made = Broker(folder, free_port(), more)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
