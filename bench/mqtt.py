"""How fast messages of a broker become facts, as JSON: `python -m bench.mqtt [--database URL]`.

In a database of its own with New York's tree and 200 stations, the listener as `run` starts it takes messages of one reading
each from a mosquitto with the settings of `cli.py broker`: bare numbers whose topic names station and property, and objects
that say their time; and then messages of a hundred readings. The sender writes packets that are made before, so that nearly
all of the machine is the broker's, the listener's and the database's. Then the same rows are copied into an empty table with
the same index, which is the limit of what the database takes. The goal, on two cores: 10,000 messages a second, acknowledged
when they are stored.
"""

import argparse
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Engine, text

from bench.door import cpu_s, memory_mb, prepared
from bench.ingest import DEVICES, database, limit, pack_of
from cluster import private
from cluster.broker import SETTINGS
from ingest.pack.doors.mqtt import Mqtt

GOALS = {"messages_per_s": 10_000}
READINGS = 100          # of a message that holds many
PIECE = 1 << 15         # bytes that are sent at once
WAIT_S = 600
QUIET_S = 0.1
START = np.datetime64("2025-05-01", "ms")


@dataclass(frozen=True)
class Form:
    """A way of sending readings: what the pack says of it, a message's topic and payload by its number, and its readings."""

    topic: dict[str, Any]
    made: Callable[[int], tuple[str, bytes]]
    readings: int = 1


def bare(number: int) -> tuple[str, bytes]:
    """A number; the time is when it came."""
    return f"bare/bench-{number % DEVICES}/pm25", str(number % 997 / 10).encode()


def dated(number: int) -> tuple[str, bytes]:
    """A reading that says its time."""
    return f"dated/bench-{number % DEVICES}", orjson.dumps({"at": instant(number), "pm25": number % 997 / 10})


def many(number: int) -> tuple[str, bytes]:
    """A list of readings of one station."""
    first = number // DEVICES * READINGS
    return f"many/bench-{number % DEVICES}", orjson.dumps([
        {"at": instant((first + one) * DEVICES, 1), "pm25": one % 997 / 10} for one in range(READINGS)])


def instant(number: int, offset_ms: int = 0) -> str:
    """Of a station's reading: another one each second."""
    return f"{START + np.timedelta64(number // DEVICES * 1000 + offset_ms, 'ms')}Z"


OBJECT: dict[str, Any] = {"columns": {"device": "device", "property": {"value": "pm25"}, "value": "pm25", "observed_at": "at"}}
FORMS = {
    "bare_numbers": Form({"topic": "bare/{device}/{property}"}, bare),
    "objects": Form({"topic": "dated/{device}", "map": OBJECT}, dated),
    "lists_of_100": Form({"topic": "many/{device}", "map": OBJECT}, many, READINGS),
}


def listen(url: str, port: int) -> None:
    """The listener, in a process of its own."""
    from data_access import engine as engines
    from doors import listening

    topics = [one.topic for one in FORMS.values()]
    entry = Mqtt.model_validate({"door": "mqtt", "url": f"mqtt://127.0.0.1:{port}", "topics": topics})
    pack = pack_of(Path())
    sources = [one.model_copy(update={"listen": [entry]}) if one.key == "bench" else one for one in pack.sources]
    engine = engines.create(url, statement_timeout_ms=60_000)
    listening.listen(engine, pack.model_copy(update={"sources": sources}))
    engine.dispose()


@contextmanager
def broker(folder: Path) -> Iterator[tuple[int, int]]:
    """A mosquitto. Lends: its port, and the process's number."""
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("no mosquitto is installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = {"listener": f"{port} 127.0.0.1", **SETTINGS, "allow_anonymous": "true", "persistence_location": f"{folder}/",
            "user": "root"}
    (folder / "mosquitto.conf").write_text("".join(f"{name} {value}\n" for name, value in said.items()))
    process = subprocess.Popen([program, "-c", str(folder / "mosquitto.conf")])
    try:
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def listener(url: str, port: int, engine: Engine) -> Iterator[int]:
    """The listener at work. Lends: its process's number."""
    process: SpawnProcess = get_context("spawn").Process(target=listen, args=(url, port))
    process.start()
    try:
        until(lambda: bool(told(engine, "SELECT count(*) FROM door_state WHERE door = 'mqtt' AND connected")))
        yield process.pid or 0
    finally:
        process.terminate()
        process.join()


def send(port: int, form: str, count: int) -> float:
    """Send messages as fast as the broker takes them, each acknowledged by it. Returns: the instant when it began."""
    packets = [published(*FORMS[form].made(number), number % 65_535 + 1) for number in range(count)]
    with socket.create_connection(("127.0.0.1", port)) as link:
        greeting = string(b"MQTT") + bytes([4, 2]) + struct.pack(">H", 600) + string(f"bench-{form}".encode())
        link.sendall(bytes([0x10, len(greeting)]) + greeting)
        link.recv(4)
        answers = Thread(target=drain, args=(link, 4 * count))
        answers.start()
        began = time.time()
        piece = bytearray()
        for packet in packets:
            piece += packet
            if len(piece) > PIECE:
                link.sendall(piece)
                piece.clear()
        link.sendall(piece)
        answers.join()
    return began


def published(topic: str, payload: bytes, number: int) -> bytes:
    """A message at least once, as MQTT writes it."""
    body = string(topic.encode()) + struct.pack(">H", number) + payload
    head, rest = bytearray([0x32]), len(body)
    while True:
        head.append(rest % 128 | (128 if rest > 127 else 0))
        rest //= 128
        if not rest:
            return bytes(head) + body


def string(content: bytes) -> bytes:
    """A text as MQTT writes it."""
    return struct.pack(">H", len(content)) + content


def drain(link: socket.socket, size: int) -> None:
    """Read answers of so many bytes."""
    while size > 0:
        size -= len(link.recv(1 << 16))


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds. Raises: RuntimeError when it never does."""
    last = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > last:
            raise RuntimeError("the listener does not get on")
        time.sleep(QUIET_S)


def told(engine: Engine, statement: str) -> int:
    """The number that a query says."""
    with engine.connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def taken(engine: Engine) -> int:
    """How many readings came by messages and are stored."""
    return told(engine, "SELECT COALESCE(sum(taken), 0) FROM batch WHERE door = 'mqtt'")


def timed(engine: Engine, sender: ProcessPoolExecutor, port: int, listener: int, form: str, count: int) -> dict[str, Any]:
    """Send messages of a form and say how long it took until all were stored."""
    before, rows, batches = cpu_s(listener), taken(engine), told(engine, "SELECT count(*) FROM batch WHERE door = 'mqtt'")
    sent = sender.submit(send, port, form, count)
    wanted = rows + count * FORMS[form].readings
    until(lambda: taken(engine) >= wanted)
    seconds = time.time() - sent.result()
    size = sum(len(FORMS[form].made(number)[1]) for number in range(count))
    return {"messages": count, "readings": taken(engine) - rows, "seconds": round(seconds, 2),
            "messages_per_s": round(count / seconds), "readings_per_s": round(count * FORMS[form].readings / seconds),
            "transactions": told(engine, "SELECT count(*) FROM batch WHERE door = 'mqtt'") - batches,
            "payload_megabytes": round(size / 1e6, 1), "listener_cpu_s": round(cpu_s(listener) - before, 2),
            "listener_memory_mb": memory_mb(listener)}


def measure(server: str, count: int) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="tonglan-bench-") as temporary, database(server) as engine:
        folder, url, load = Path(temporary), engine.url.render_as_string(hide_password=False), os.getloadavg()[0]
        prepared(engine, folder)
        figures: dict[str, Any] = {}
        with (broker(folder) as (port, passing), listener(url, port, engine) as hearing,
              ProcessPoolExecutor(1, get_context("spawn")) as sender):
            for form, one in FORMS.items():
                figures[form] = timed(engine, sender, port, hearing, form, count // one.readings * min(one.readings, 5))
            figures["broker_memory_mb"] = memory_mb(passing)
        rows = told(engine, "SELECT count(*) FROM observation")
        bound = limit(engine, "observation", folder)
        for form in FORMS:
            figures[form]["of_copy_limit"] = round(figures[form]["readings_per_s"] / bound["indexes_kept_up"], 2)
        return {"cores": os.cpu_count(), "load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1),
                "goals": GOALS, "observations_at_the_end": rows, **figures, "copy_limit_rows_per_s": bound}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="a database of a server where a further one may be made (default: a private one)")
    parser.add_argument("--messages", type=int, default=200_000, help="of each form (default %(default)s)")
    asked = parser.parse_args()
    if asked.database:
        print(json.dumps(measure(asked.database, asked.messages), indent=1))
        return
    with private.running("bench") as server:
        print(json.dumps(measure(server, asked.messages), indent=1))


if __name__ == "__main__":
    main()
