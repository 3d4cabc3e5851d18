"""Load a city pack: the basics first, in seconds, then its history behind the live screen.

Both stages may be run at every start: what is in already is left alone.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine

from data_access import city as cities
from data_access.engine import sql
from indicators.text import Text
from ingest import indexes, tokens
from ingest.intake import Intake
from ingest.load_batch import close_batch, open_batch, source_number
from ingest.load_city import write_city, write_sources, write_words
from ingest.load_dataset import Work, load_dataset, missing, prepared
from ingest.load_tree import survey, write_tree
from ingest.mapping.faults import MappingError
from ingest.notify import notify
from ingest.pack import Dataset, Pack, PackError, read
from ingest.progress import Progress, Report, tell
from ingest.quality.watch import Watch
from ingest.replace import replace_dataset
from ingest.rollups import prepare
from ingest.snapshots import recorded
from readers.table import Unreadable
from settings import Settings

Stage = Literal["basics", "history"]

LOCK = 7_065_010
WAIT_S = 0.5
BASICS = "load:basics"
TITLE = Text("载入城市", "Loading the city")
STEP = Text("步", "steps")
STEPS = 4
TURNS = ("agencies", "devices", "statistics", "warnings", "warning_ends", "observations", "flights", "enterprises", "cases",
         "steps", "messages", "places", "buildings", "vehicles", "stop_events")


def load_pack(
    engine: Engine, pack: str | Path, *, stage: Stage, progress: Report | None = None, var: Path | None = None
) -> None:
    """Load one stage of a pack; what is in already is left alone, what was stopped is completed.

    `basics` gives the city, its tree, sources, words, and tokens in `var`; `history` the datasets of its sources, part by part.
    Raises: PackError when the pack is faulty or the database holds another city.
    """
    content = read(pack)
    report = progress or ignore
    with alone(engine):
        if stage == "basics":
            load_basics(engine, content, report)
            with engine.begin() as connection:
                tokens.ensure(connection, var or Settings().var, [source.key for source in content.sources if source.network])
        else:
            load_history(engine, content, report)


def replace_in_pack(engine: Engine, pack: str | Path, wanted: str, *, progress: Report | None = None) -> None:
    """Load a source's datasets anew, or one of them ("source/dataset"); each is replaced at once.

    Raises: PackError when there is no such dataset, or its file cannot be read or mapped: then it is as it was before.
    """
    content = read(pack)
    chosen = [(source, dataset) for source, dataset in ordered(content) if wanted in (source, f"{source}/{dataset.key}")]
    if not chosen:
        there = ", ".join(f"{source}/{dataset.key}" for source, dataset in ordered(content)) or "none"
        raise PackError(f"the pack has no dataset {wanted!r}; it has: {there}")
    with alone(engine):
        each(engine, content, chosen, replace_dataset, progress or ignore)


def each(
    engine: Engine, pack: Pack, chosen: list[tuple[str, Dataset]], work: Callable[[Work, Report], object], report: Report
) -> None:
    """Work on some datasets, one after the other. Raises: PackError with what cannot be read or mapped, the others being done."""
    intake, faults, moved = Intake(engine), [], False
    for source, dataset in chosen:
        try:
            moved |= work(prepared(engine, intake, pack, source, dataset), report) is not False
        except (Unreadable, MappingError) as error:
            faults.append(f"{source}/{dataset.key}: {error}")
    if moved:
        city, now = intake.prepared()[0], datetime.now(UTC)
        recorded(engine, city, now)
        Watch(engine).all(city, now)
    if faults:
        raise PackError("\n".join(faults))


def ignore(_: Progress) -> None:
    """Nobody asked."""


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Wait until no other loader is at work, and keep others waiting."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(sql("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar():
            time.sleep(WAIT_S)
        try:
            yield
        finally:
            connection.execute(sql("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


def load_basics(engine: Engine, pack: Pack, report: Report) -> None:
    """Load what the screen needs to open, in one transaction, unless this very pack is in."""
    key = f"basics@{pack.signature()}"
    with engine.connect() as connection:
        there = batch_exists(connection, key)
    if not there:
        step = Steps(engine, report)
        with engine.begin() as connection:
            connection.execute(sql("SET LOCAL statement_timeout = 0"))
            write_basics(connection, pack, key, step)
            notify(connection, ["region"])
        step.done(STEPS)
    city = cities.load(engine)
    assert city is not None  # just written
    prepare(engine, city)


class Steps:
    """Tells how far the basics are, beside their transaction."""

    def __init__(self, engine: Engine, report: Report) -> None:
        self.engine = engine
        self.report = report

    def done(self, count: int) -> None:
        """So many steps are done."""
        progress = Progress(BASICS, TITLE, STEP, count, STEPS, finished=count == STEPS)
        with self.engine.begin() as connection:
            tell(connection, progress)
        self.report(progress)


def write_basics(connection: Connection, pack: Pack, key: str, step: Steps) -> None:
    """Write city, tree, sources and words, and remember that it was done."""
    step.done(0)
    surveyed = survey(pack)
    step.done(1)
    write_city(connection, pack)
    write_sources(connection, pack)
    tree = write_tree(connection, surveyed.tree)
    step.done(2)
    write_words(connection, pack)
    batch = open_batch(connection, source_number(connection, pack.tree.source), pack.tree.files[-1].read.name, "region", key)
    close_batch(connection, batch, len(tree), 0, 0, {"findings": [asdict(finding) for finding in surveyed.findings]})
    connection.exec_driver_sql("ANALYZE region, region_ancestor")
    step.done(3)


def load_history(engine: Engine, pack: Pack, report: Report) -> None:
    """Load the files of facts, one after the other. Raises: RuntimeError when the basics are not in."""
    if cities.load(engine) is None:
        raise RuntimeError("the basics of a pack are loaded before its history")
    try:
        each(engine, pack, ordered(pack), complete, report)
    finally:
        indexes.restore(engine)


def complete(work: Work, report: Report) -> bool:
    """Load what is not in of a dataset; figures that add up are true only with their last line, so they come in at once."""
    if not work.dataset.add_up:
        return load_dataset(work, report)
    if not missing(work):
        return False
    replace_dataset(work, report)
    return True


def ordered(pack: Pack) -> list[tuple[str, Dataset]]:
    """The datasets with their sources: what others refer to first, then the small ones, whose panels come alive first."""
    every = [(source.key, dataset) for source in pack.sources for dataset in source.datasets]
    return sorted(every, key=lambda one: TURNS.index(one[1].subject))


def batch_exists(connection: Connection, key: str) -> bool:
    """Whether a stage of a pack is in, whole."""
    found = connection.execute(sql("SELECT EXISTS (SELECT 1 FROM batch WHERE idempotency_key = :key)"), {"key": key})
    return bool(found.scalar_one())
