"""`run`: the database, the screen, the ingest door, the load and the simulator, until told to stop."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from sqlalchemy import Engine

from cluster import guard, private
from cluster.console import Console, Work
from cluster.errors import ClusterError
from cluster.guard import Running
from cluster.supervisor import Program, Supervisor
from data_access import city as cities
from data_access import engine as engines
from data_access import jobs
from data_access.engine import DataUnavailable
from doors.mqtt.broker import wanted, with_own_topics
from ingest import pack
from schema import check
from settings import ROOT, Settings

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_S = 0.5
CLUSTER_STOP_S = 9
EVERY_ADDRESS = ("0.0.0.0", "::", "")


def run(settings: Settings, console: Console) -> None:
    """Run everything in the foreground.

    Raises: ClusterError, Unusable or AlreadyRunning, before anything was started.
    """
    with guard.alone(settings.var) as before, _until_told(console):
        guard.require_apart({"PORT": settings.port, "DOOR_PORT": settings.door_port}
                            | ({"MQTT_PORT": settings.mqtt_port} if settings.mqtt else {}))
        guard.require_free(settings.host, settings.port, "PORT")
        guard.require_free(settings.host, settings.door_port, "DOOR_PORT")
        with _database(settings, before, console) as (url, ours):
            engine = engines.create(url, statement_timeout_ms=settings.statement_timeout_ms, pool_size=1)
            if any(program.name == "broker" for program in programs(settings)):
                guard.require_free(settings.host, settings.mqtt_port, "MQTT_PORT")
            check.prepare(engine, upgrade=settings.database_url is None)
            _require_city(engine, settings.pack)
            _supervise(settings, url, engine, console, stop_cluster=ours)


def screen_url(settings: Settings) -> str:
    """Where the screen is, for somebody on this machine."""
    return f"http://{_reachable(settings.host)}:{settings.port}/"


def door_url(settings: Settings) -> str:
    """Where the ingest door is, for a program on this machine."""
    return f"http://{_reachable(settings.host)}:{settings.door_port}"


def screen_command(settings: Settings) -> tuple[str, ...]:
    """Serve the screen: one process, and a thread for each viewer's stream."""
    return _gunicorn("app:server()", settings.host, settings.port, threads=128)


def door_command(settings: Settings) -> tuple[str, ...]:
    """Serve the ingest door, by a server that slow senders cannot keep busy."""
    return (sys.executable, "-m", "doors.server", settings.host, str(settings.door_port))


def listen_command(settings: Settings) -> tuple[str, ...]:
    """Listen to what the pack names."""
    return (sys.executable, str(ROOT / "cli.py"), "listen")


def broker_command(settings: Settings) -> tuple[str, ...]:
    """Pass messages from the sources to the listener."""
    return (sys.executable, str(ROOT / "cli.py"), "broker")


def simulate_command(settings: Settings) -> tuple[str, ...]:
    """Send simulated facts to the door."""
    return (sys.executable, "-m", "simulate", "--door", door_url(settings), "--pack", settings.pack,
            "--token-file", str(settings.var / "tokens.json"), "--seed", str(settings.seed))


def programs(settings: Settings) -> list[Program]:
    """What runs, and what waits for what: nothing can be sent before the regions and the tokens are there."""
    load = (sys.executable, str(ROOT / "cli.py"), "load", "--pack", settings.pack, "--stage")
    chosen = [
        Program("screen", screen_command(settings)),
        Program("basics", (*load, "basics"), ends=True),
        Program("door", door_command(settings), after="basics"),
        Program("history", (*load, "history"), ends=True, after="basics"),
    ]
    said = with_own_topics(pack.read(settings.pack), settings)
    if wanted(said, settings):
        chosen.append(Program("broker", broker_command(settings), after="basics"))
    if any(entry.asks for source in said.sources for entry in source.listen):
        chosen.append(Program("listener", listen_command(settings), after="basics"))
    if settings.simulate and (ROOT / "packs" / settings.pack / "simulation").is_dir():
        chosen.append(Program("simulator", simulate_command(settings), after="basics"))
    return chosen


def _require_city(engine: Engine, name: str) -> None:
    """Raises: PackError when the pack is faulty or the database holds another city."""
    wanted, there = pack.read(name).key, cities.key(engine)
    if there not in (None, wanted):
        raise pack.PackError(f"the database holds the city {there!r}, not {wanted!r} of the pack {name}; one database holds one "
                             "city: give it a database of its own by DATABASE_URL, or a folder by VAR")


def _supervise(settings: Settings, url: str, engine: Engine, console: Console, *, stop_cluster: bool) -> None:
    """Keep the programs running and tell how far they are, until interrupted."""
    environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    supervisor = Supervisor(programs(settings), logs=settings.var / "log", environment=environment, say=console.say)
    announced = False
    try:
        while True:
            supervisor.tend()
            if not announced and _answers(settings):
                announced = True
                console.say(f"The screen is at {screen_url(settings)} (Ctrl-C stops everything).")
            with suppress(DataUnavailable):
                console.show(_work(engine))
            if settings.database_url is None:
                _revive_cluster(console)
            time.sleep(TICK_S)
    finally:
        supervisor.ask()
        engine.dispose()
        if stop_cluster:
            private.stop(seconds=0)  # now, because its last checkpoint takes seconds in which the others can end
        supervisor.stop()


@contextmanager
def _database(settings: Settings, before: Running | None, console: Console) -> Iterator[tuple[str, bool]]:
    """The database's URL, and whether it is ours to stop: whoever started the private one stops it."""
    if settings.database_url is not None:
        guard.note(settings.var, Running(os.getpid(), screen_url(settings), False))
        yield settings.database_url, False
        return
    ours = private.status() is None or (before is not None and before.owns_cluster)
    guard.note(settings.var, Running(os.getpid(), screen_url(settings), ours))
    try:
        console.say("Starting the private database …")
        yield private.start(), ours
    finally:
        if ours and not private.stop(seconds=CLUSTER_STOP_S):
            console.say("PostgreSQL is still writing to disk; it ends by itself.")


def _revive_cluster(console: Console) -> None:
    """Start the private server again after a crash; one that was told to stop stays stopped."""
    if not private.crashed():
        return
    console.say("The private database died; starting it again …")
    try:
        private.start()
    except ClusterError as error:
        console.say(str(error))


def _work(engine: Engine) -> list[Work]:
    """The unfinished jobs. Raises: DataUnavailable."""
    return [Work(job.title.en, job.unit.en, job.done, job.total) for job in jobs.running(engine)]


def _answers(settings: Settings) -> bool:
    """Whether the screen's page comes."""
    connection = http.client.HTTPConnection(_reachable(settings.host), settings.port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _until_told(console: Console) -> Iterator[None]:
    """Turn the first signal to stop into a way out of the block, and ignore the impatient ones after it."""
    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        console.say("Stopping …")
        raise KeyboardInterrupt

    listened = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    before = {each: signal.signal(each, interrupt) for each in listened}
    try:
        yield
    except KeyboardInterrupt:
        console.say("Stopped.")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _gunicorn(application: str, host: str, port: int, *, threads: int) -> tuple[str, ...]:
    """One worker: a hub is one process's. Streams never end, so a stop does not wait for them."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (sys.executable, "-m", "gunicorn", application, "--bind", address, "--worker-class", "live.hearing.Worker",
            "--workers", "1", "--threads", str(threads), "--graceful-timeout", "2", "--timeout", "60",
            "--no-control-socket", "--chdir", str(ROOT))


def _reachable(host: str) -> str:
    """The name under which this machine reaches what listens on the host."""
    if host in EVERY_ADDRESS:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
