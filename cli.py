"""The command line: the database, the pack, the servers, the simulator, and all of them at once."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn, cast, get_args

from pydantic import ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

import running
from cluster import guard, private
from cluster.console import Console, Work
from cluster.errors import ClusterError
from cluster.guard import AlreadyRunning
from data_access import engine as engines
from data_access.engine import DataUnavailable
from ingest import pack
from ingest.pack import PackError
from schema import check
from settings import ROOT, Settings

REFUSED = 2
STOP_S = 20
SHOWN = 20  # reasons of rows rejected again
Stage = Literal["basics", "history"]
Command = Callable[[argparse.Namespace, Settings], None]


class Misused(Exception):
    """What was asked for cannot be done; the message says why and what helps."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments say. Returns: the exit code; 2 when refused, with one line that says why."""
    asked, rest = parser().parse_known_args(arguments)
    if rest and asked.command is not simulate:
        parser().error(f"unknown: {' '.join(rest)}")
    asked.rest = rest
    try:
        settings = _settings()
        cast(Command, asked.command)(asked, settings)
    except AlreadyRunning as error:
        print(f"Tonglan: {error}")
    except ValidationError as error:
        return _refuse("; ".join(f"{str(each['loc'][0]).upper()}: {each['msg'].removeprefix('Value error, ')}"
                                 for each in error.errors()))
    except (ClusterError, DataUnavailable, Misused, PackError, check.Unusable) as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser(prog="cli.py", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(command=command)
        return made

    add("run", run, "run everything until Ctrl-C: database, screen, door, load, simulator")
    add("stop", stop, "stop what `run` started")
    add("serve", serve, "serve the screen")
    add("door", door, "serve the ingest door")
    add("listen", listen, "listen to what the pack names: feeds, brokers, streams")
    add("broker", broker, "run a message broker (mosquitto) whose users are the sources with a token")
    load_parser = add("load", load, "load a city pack, or what changed in it")
    load_parser.add_argument("--pack", help="a folder of packs/ (default: PACK)")
    load_parser.add_argument("--stage", choices=get_args(Stage), help="only this part (default: all)")
    load_parser.add_argument("--replace", metavar="SOURCE[/DATASET]", help="load this anew; the old rows are seen until it is in")
    retry_parser = add("retry", retry, "try a source's rejects again, after its mapping was mended")
    retry_parser.add_argument("source", help="the source's key")
    retry_parser.add_argument("--pack", help="a folder of packs/ (default: PACK)")
    tokens = commands.add_parser("token", help="the secret by which a source sends").add_subparsers(
        required=True, metavar="ACTION")
    for name, command, words in (("new", token_new, "make a new one, print it, and refuse the old one"),
                                 ("revoke", token_revoke, "take it away: the source takes nothing over the network")):
        each = tokens.add_parser(name, help=words, description=words)
        each.set_defaults(command=command)
        each.add_argument("source", help="the source's key")
    add("simulate", simulate, "send simulated facts to the door; further options go to the simulator").add_argument(
        "--door", help="the door's URL (default: the one that `run` serves)")
    packs = commands.add_parser("pack", help="a city pack").add_subparsers(required=True, metavar="ACTION")
    words = "write a first draft from a folder of files"
    new = packs.add_parser("new", help=words, description=words)
    new.set_defaults(command=pack_new)
    new.add_argument("name", help="its folder under packs/")
    new.add_argument("--from", dest="folder", required=True, type=Path, help="the files, which are copied into the pack")
    new.add_argument("--city", help="the city's name (default: the pack's)")
    new.add_argument("--zone", help="its time zone, like Asia/Shanghai (default: guessed)")
    words = "try a sample of every file, without a database"
    checked = packs.add_parser("check", help=words, description=words)
    checked.set_defaults(command=pack_check)
    checked.add_argument("name", nargs="?", help="a folder of packs/ (default: PACK)")
    checked.add_argument("--rows", type=int, default=2000, help="of each table (default %(default)s)")
    packs.add_parser("schema", help="write the JSON Schemas of packs to docs/schema").set_defaults(command=pack_schema)
    database = commands.add_parser("db", help="the database").add_subparsers(required=True, metavar="ACTION")
    for name, command, words in (
        ("start", db_start, "start the private cluster"),
        ("stop", db_stop, "stop the private cluster"),
        ("migrate", db_migrate, "bring the schema up to date"),
        ("url", db_url, "print the address for psql and others"),
        ("shell", db_shell, "open psql"),
    ):
        database.add_parser(name, help=words, description=words).set_defaults(command=command)
    return top


def run(asked: argparse.Namespace, settings: Settings) -> None:
    """Run everything in the foreground."""
    _pack(settings.pack)
    running.run(settings, Console())


def stop(asked: argparse.Namespace, settings: Settings) -> None:
    """Stop a running `run`, or what a killed one left behind."""
    if guard.is_held(settings.var):
        if not guard.end(settings.var, STOP_S):
            raise Misused(f"it does not stop within {STOP_S} s: see {settings.var / 'log'}")
        print("Stopped.")
        return
    left_behind = guard.read(settings.var)
    if left_behind is None or not left_behind.owns_cluster or private.status() is None:
        print("Nothing is running.")
        return
    private.stop()
    print("Stopped the private database that a killed run had left.")


def serve(asked: argparse.Namespace, settings: Settings) -> None:
    """Become the screen's server."""
    _become(running.screen_command(settings), settings, settings.port, "PORT")


def door(asked: argparse.Namespace, settings: Settings) -> None:
    """Become the ingest door's server."""
    _become(running.door_command(settings), settings, settings.door_port, "DOOR_PORT")


def listen(asked: argparse.Namespace, settings: Settings) -> None:
    """Listen until told to stop."""
    from doors import listening
    from doors.mqtt.broker import with_own_topics

    said = with_own_topics(pack.read(_pack(settings.pack)), settings)
    engine = _engine(settings, settings.ingest_timeout_ms)
    check.require(engine)
    if not listening.listen(engine, said):
        print(f"Tonglan: the pack {said.key} listens to nothing: no source of it has `listen:`.")


def broker(asked: argparse.Namespace, settings: Settings) -> None:
    """Run a message broker until told to stop."""
    from cluster.broker import serve
    from doors.mqtt.broker import users, with_own_topics

    said = with_own_topics(pack.read(_pack(settings.pack)), settings)
    guard.require_free(settings.host, settings.mqtt_port, "MQTT_PORT")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ended = serve(settings.var, settings.host, settings.mqtt_port, lambda: users(said, settings.var),
                  each=settings.mqtt_save == "message")
    raise ClusterError(f"the message broker has ended with {ended}")


def load(asked: argparse.Namespace, settings: Settings) -> None:
    """Load the pack's stages that are not loaded yet."""
    name = _pack(asked.pack or settings.pack)
    # Here, because pandas takes a second that other commands need not wait.
    from ingest.load import load_pack, replace_in_pack
    from ingest.progress import Progress

    console = Console()
    engine = _engine(settings, settings.ingest_timeout_ms)
    check.require(engine)

    def tell(at: Progress) -> None:
        work = Work(at.title.en, at.unit.en, at.done, at.total)
        console.show(() if at.finished else (work,))

    if asked.replace:
        replace_in_pack(engine, name, asked.replace, progress=tell)
        return
    for stage in (asked.stage,) if asked.stage else get_args(Stage):
        load_pack(engine, name, stage=stage, progress=tell, var=settings.var)


def retry(asked: argparse.Namespace, settings: Settings) -> None:
    """Try a source's rejects again and say what became of them."""
    name = _pack(asked.pack or settings.pack)
    from ingest.mapping.faults import MappingError
    from ingest.pack import read
    from ingest.retry import retry as try_again

    engine = _engine(settings, settings.ingest_timeout_ms)
    check.require(engine)
    try:
        answer = try_again(engine, read(name), asked.source)
    except MappingError as error:
        raise Misused(f"the mapping does not fit the rows: {error}") from error
    print(f"{answer['resolved']} rejects resolved: {answer['taken']} rows taken, {answer['seen']} there already; "
          f"{answer['rejected']} rows rejected again, {answer['left']} rejects that only a mended file can bring.")
    for reason in answer["reasons"][:SHOWN]:
        print(f"  line {reason['row']}: {reason['text']}")


def token_new(asked: argparse.Namespace, settings: Settings) -> None:
    """Give a source a new token and print it."""
    from ingest import tokens

    with _source_named(settings) as connection:
        print(tokens.renew(connection, settings.var, asked.source))


def token_revoke(asked: argparse.Namespace, settings: Settings) -> None:
    """Take a source's token away."""
    from ingest import tokens

    with _source_named(settings) as connection:
        tokens.revoke(connection, settings.var, asked.source)
    print(f"{asked.source} takes nothing over the network any more, within ten seconds.")


@contextmanager
def _source_named(settings: Settings) -> Iterator[Connection]:
    """A transaction about a source. Raises: Misused when there is none of that name."""
    from ingest.tokens import UnknownSource

    engine = _engine(settings, settings.statement_timeout_ms)
    check.require(engine)
    try:
        with engine.begin() as connection:
            yield connection
    except UnknownSource as error:
        raise Misused(str(error)) from error


def simulate(asked: argparse.Namespace, settings: Settings) -> None:
    """Become the simulator."""
    door_option = ("--door", asked.door) if asked.door else ()
    command = (*running.simulate_command(settings), *door_option, *asked.rest)
    os.chdir(ROOT)
    os.execv(command[0], command)


def pack_new(asked: argparse.Namespace, settings: Settings) -> None:
    """Write a first draft of a pack, and say what was taken for what."""
    from ingest.scaffold.making import make
    from ingest.trial.printed import console, tell_made

    tell_made(console(), make(asked.name, asked.folder, name=asked.city, zone=asked.zone))


def pack_check(asked: argparse.Namespace, settings: Settings) -> None:
    """Say what would become of a sample of every file."""
    from ingest.trial.known import known
    from ingest.trial.printed import console, tell, tell_tree
    from ingest.trial.sample import trials

    there = known(pack.read(_pack(asked.name or settings.pack)))
    tell_tree(console(), there)
    for trial in trials(there, asked.rows):
        tell(console(), trial)


def pack_schema(asked: argparse.Namespace, settings: Settings) -> None:
    """Write the JSON Schemas that editors check a pack with."""
    from ingest.pack.schema import write

    for path in write(ROOT / "docs/schema"):
        print(path.relative_to(ROOT))


def db_start(asked: argparse.Namespace, settings: Settings) -> None:
    """Start the private cluster and say where it is."""
    _private_only(settings)
    print(_libpq(private.start()))


def db_stop(asked: argparse.Namespace, settings: Settings) -> None:
    """Stop the private cluster."""
    _private_only(settings)
    if not private.stop():
        raise Misused("PostgreSQL is still writing to disk; it ends by itself")


def db_migrate(asked: argparse.Namespace, settings: Settings) -> None:
    """Bring the schema up to date, from nothing if need be."""
    engine = _engine(settings, settings.ingest_timeout_ms)
    check.prepare(engine, upgrade=True)
    print("The schema is up to date.")


def db_url(asked: argparse.Namespace, settings: Settings) -> None:
    """Print the database's address as psql takes it."""
    print(_running_url(settings))


def db_shell(asked: argparse.Namespace, settings: Settings) -> None:
    """Become psql."""
    _become_program(("psql", _running_url(settings)))


def _running_url(settings: Settings) -> str:
    url = settings.database_url or private.status()
    if url is None:
        raise Misused("the private database does not run: start it with `cli.py db start`")
    return _libpq(url)


def _engine(settings: Settings, timeout_ms: int) -> Engine:
    """An engine on the given server, or on the private one, which is started when it does not run."""
    return engines.create(settings.database_url or private.start(), statement_timeout_ms=timeout_ms)


def _become(command: tuple[str, ...], settings: Settings, port: int, variable: str) -> NoReturn:
    """Check what would make the server fail, then turn into it."""
    guard.require_free(settings.host, port, variable)
    url = settings.database_url or private.start()
    engine = engines.create(url, statement_timeout_ms=settings.statement_timeout_ms)
    check.require(engine)
    engine.dispose()
    os.environ |= {"DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    _become_program(command)


def _become_program(command: tuple[str, ...]) -> NoReturn:
    try:
        os.execvp(command[0], command)
    except FileNotFoundError:
        raise Misused(f"{command[0]} is not installed") from None


def _pack(name: str) -> str:
    """The pack's name, when there is such a folder."""
    names = sorted(folder.parent.name for folder in (ROOT / "packs").glob("*/city.yaml"))
    if name not in names:
        raise Misused(f"there is no city pack {name!r}, only {', '.join(names) or 'none'}")
    return name


def _private_only(settings: Settings) -> None:
    if settings.database_url is not None:
        raise Misused("DATABASE_URL names a server, so the private one is not used")


def _settings() -> Settings:
    """The operator's settings; an empty DATABASE_URL is none."""
    settings = Settings()
    url = _postgres(settings.database_url) if settings.database_url else None
    return settings.model_copy(update={"database_url": url, "var": settings.var.resolve()})


def _postgres(url: str) -> str:
    """The address with the driver that we use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise Misused("DATABASE_URL is not of the form postgresql://user:password@host/name")
    return parsed.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def _libpq(url: str) -> str:
    """The address without the driver's name, as PostgreSQL's own programs take it."""
    return re.sub(r"^postgresql\+\w+:", "postgresql:", url)


def _refuse(why: str) -> int:
    print(f"Tonglan: {why}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
