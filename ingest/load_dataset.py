"""A dataset of a pack into the database: read → map → check → take, in parts of one transaction each.

A part is remembered by its batch's idempotency key (dataset, table, its stamp, the first line), so a load that was
stopped goes on where it was, and one that is done does nothing. While the database takes parts, the next
ones are read, mapped and judged in a thread of their own.
"""

import math
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from datetime import time as clock_time
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Engine

from data_access.city import City
from data_access.engine import sql
from indicators.text import Text
from ingest import indexes, updates
from ingest.ahead import ahead
from ingest.batch import Medians, Novelty, Options, Source
from ingest.intake import Also, Delivery, Intake, Judged, Turn
from ingest.mapping.apply import Around, apply
from ingest.mapping.fitting import prepare
from ingest.mapping.mapped import Mapped
from ingest.mapping.regions import RegionIndex
from ingest.pack import Dataset, Pack
from ingest.progress import Progress, Report, tell
from ingest.quality.keys import Keys
from ingest.quality.spec import Unique
from ingest.rejects import Kept, Reason
from ingest.subjects import SUBJECTS, Subject
from readers.opening import open_tables
from readers.table import Frame, Spoilt, Table

LAST = "end"
PART_CELLS = 500_000     # cells of the file in one part: so many that it takes less than a second
MOST_ROWS = 50_000       # six such parts are in memory at once
AT_ONCE = 3              # parts whose transactions are open: one is prepared, of one the facts are written, of one the rollups
SWITCH_S = 0.0005        # a thread that the database has answered waits so long at most for one that computes
TABLES = {"cases": "city_case", "messages": "message", "places": "place", "flights": "flight"}  # with indexes that may wait
ROWS = Text("行", "rows")


@dataclass(frozen=True)
class Work:
    """A dataset on its way into the database, and all that its rows are mapped with."""

    engine: Engine
    intake: Intake
    city: City
    pack: Pack
    source: Source
    dataset: Dataset
    around: Around
    novelty: Novelty = field(default_factory=Novelty)

    @property
    def name(self) -> str:
        """How its batches call it."""
        return f"{self.source.key}/{self.dataset.key}"

    @property
    def subject(self) -> Subject:
        """What its rows are."""
        return SUBJECTS[self.dataset.subject]

    def progress(self, done: int, total: int | None, *, finished: bool) -> Progress:
        """How far it is."""
        unit = self.dataset.unit.text if self.dataset.unit else ROWS
        return Progress(f"load:{self.source.key}:{self.dataset.key}", self.dataset.title.text, unit, done, total, finished)


@dataclass(frozen=True)
class Part:
    """A piece of a table: where it is, and what it was mapped to; `mapped` is None for one that is in already."""

    table: Table
    frame: Frame
    key: str
    first: int          # rows of the table before it
    mapped: Mapped | None

    @property
    def rows(self) -> int:
        """How many rows of the table it holds."""
        return len(self.frame.held) + len(self.frame.unreadable)


def prepared(engine: Engine, intake: Intake, pack: Pack, source: str, dataset: Dataset) -> Work:
    """A dataset with all that its rows are mapped with."""
    city, _ = intake.prepared()
    with engine.connect() as connection:
        number = connection.execute(sql("SELECT source_id FROM source WHERE key = :key"), {"key": source}).scalar_one()
    around = replace(surroundings(engine, city, pack), decimal=dataset.read.decimal)
    return Work(engine, intake, city, pack, Source(int(number), source), dataset, around)


def surroundings(engine: Engine, city: City, pack: Pack) -> Around:
    """What a mapping may know of a city and its pack."""
    with engine.connect() as connection:
        units = {row.key: row.unit for row in connection.execute(sql("SELECT key, unit FROM property"))}
    return Around(zone=city.zone, datum=pack.datum, folder=pack.folder, regions=region_index(city),
                  drawn=city.root.bounds is not None, units=units)


def region_index(city: City) -> RegionIndex:
    """The city's regions by code and name."""
    regions = list(city.regions.values())
    codes = {region.region_id: region.code for region in regions}
    return RegionIndex(
        [region.code for region in regions], [region.name.zh for region in regions], [region.name.en for region in regions],
        ["" if region.parent_id is None else codes[region.parent_id] for region in regions],
        [region.level for region in regions], [level.key for level in city.levels])


def load_dataset(work: Work, report: Report) -> bool:
    """Load what is not in yet of each of a dataset's tables. Returns: whether there was any. Raises: Unreadable, MappingError."""
    new = missing(work)
    if not new:
        return False
    stored = TABLES.get(work.subject.name)
    if stored is not None:
        with work.engine.begin() as connection:
            work.novelty.likely = indexes.defer(connection, stored)
    try:
        load_tables(work, new, report)
    finally:
        indexes.restore(work.engine)
    if stored is not None:
        with work.engine.begin() as connection:
            connection.exec_driver_sql(f'ANALYZE "{stored}"')
    return True


def missing(work: Work) -> list[Table]:
    """The dataset's tables that are not in, or not whole. Raises: Unreadable."""
    asked = updates.since(work.engine, work.source.source_id, work.name, work.dataset.read)
    tables, _ = reading(work, asked)
    return [table for table in tables if stamped(work, table, LAST) not in parts_done(work, table) and not updates.silent(table)]


def load_tables(work: Work, tables: Sequence[Table], report: Report) -> None:
    """Load what is not in yet of some tables: while the rollups of one part are written, the facts of the next are."""
    total = rows_of(tables)
    before, turn = 0, Turn.first()
    with switching(SWITCH_S), ThreadPoolExecutor(AT_ONCE) as writers:
        under_way: deque[tuple[Future[Any], Progress]] = deque()
        for ready in ahead(judged(work, tables)):
            part, last = ready.part, ready.part.key.endswith(f":{LAST}")
            before += part.rows
            finished = last and part.table is tables[-1]
            progress = work.progress(before, None if total is None else max(total, before), finished=finished)
            while len(under_way) >= AT_ONCE:
                settled(*under_way.popleft(), report)
            if ready.came is not None and ready.judged is not None:
                if last:  # it says that all are in
                    turn = replace(turn, others=partial(wait, [taken for taken, _ in under_way]))
                under_way.append((writers.submit(
                    work.intake.take_in_turn, ready.came, ready.judged, turn, telling(progress)), progress))
                turn = turn.next()
        while under_way:
            settled(*under_way.popleft(), report)


@contextmanager
def switching(seconds: float) -> Iterator[None]:
    """Let Python's threads take turns so often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def wait(parts: Sequence["Future[Any]"]) -> None:
    """Wait until some parts are in. Raises: what went wrong with the first that is not."""
    for part in parts:
        part.result()


def settled(taken: "Future[Any]", progress: Progress, report: Report) -> None:
    """Wait until a part is in, and report it. Raises: what went wrong with it."""
    taken.result()
    report(progress)


def telling(progress: Progress) -> Also:
    """What writes the progress in the transaction of its part."""
    return lambda connection, *_: tell(connection, progress)


@dataclass(frozen=True)
class Ready:
    """A part with its delivery, judged; both are None for one that is in already."""

    part: Part
    came: Delivery | None = None
    judged: Judged | None = None


def judged(work: Work, tables: Sequence[Table]) -> Iterator[Ready]:
    """The parts of some tables, judged in their order, those that are in too as far as later ones must know their keys."""
    keys = Keys()
    for table in tables:
        done = parts_done(work, table)
        for part in parts(work, table, done):
            if part.mapped is None:
                yield Ready(part)
                continue
            came = delivery(work, part, part.mapped, keys)
            found = work.intake.fitted(came)
            yield Ready(part) if part.key in done else Ready(part, came, found)


def reading(work: Work, since: datetime | None = None) -> tuple[list[Table], int | None]:
    """The dataset's tables, or what changed in them since, and how many rows they have, when that is known.

    Raises: Unreadable.
    """
    tables = list(open_tables(work.dataset.read, work.pack.folder, since))
    return tables, rows_of(tables)


def rows_of(tables: Sequence[Table]) -> int | None:
    """How many rows some tables have; None when one of them does not know."""
    counts = [table.total for table in tables]
    return None if None in counts else sum(count or 0 for count in counts)


def stamped(work: Work, table: Table, where: str) -> str:
    """The idempotency key of a part of a table."""
    return f"{work.dataset.key}:{table.name}@{table.stamp}:{where}"


def parts_done(work: Work, table: Table) -> set[str]:
    """The keys of the table's parts that are in."""
    with work.engine.connect() as connection:
        rows = connection.execute(sql("""
            SELECT idempotency_key FROM batch WHERE source_id = :source AND starts_with(idempotency_key, :stamp)"""),
            {"source": work.source.source_id, "stamp": stamped(work, table, "")})
        return set(rows.scalars())


def parts(work: Work, table: Table, done: set[str]) -> Iterator[Part]:
    """The table in parts, mapped; the last one's key says that it is. Raises: Unreadable, MappingError."""
    fields = work.subject.fields
    prepare(work.dataset.map, table.columns, fields, work.pack.folder)
    coming = table.frames(max(1, min(MOST_ROWS, PART_CELLS // max(1, len(table.columns)))))
    first, frame = 0, next(coming, None)
    while frame is not None:
        after = next(coming, None)
        lines = [*frame.held.index[:1].tolist(), *frame.unreadable]
        key = stamped(work, table, LAST if after is None else str(min(lines)))
        around = replace(work.around, crs=table.crs, table=table.name, before=first, gaps=sorted(frame.unreadable))
        needed = key not in done or remembers(work.dataset)
        yield Part(table, frame, key, first, apply(work.dataset.map, frame.held, fields, around) if needed else None)
        first += len(frame.held) + len(frame.unreadable)
        frame = after


def remembers(dataset: Dataset) -> bool:
    """Whether checks of later parts must know what earlier ones held."""
    return any(isinstance(check, Unique) for check in dataset.checks)


def delivery(work: Work, part: Part, mapped: Mapped, keys: Keys) -> Delivery:
    """A part as a door hands it over."""
    frame = part.frame
    dataset = work.dataset
    return Delivery(
        work.source, work.subject, mapped.columns, mapped.lines, lambda row: as_came(frame.held, int(mapped.lines[row])),
        "file", part.table.name, part.key, work.name, mapped.rejects, mapped.marks,
        [unread(line, spoilt) for line, spoilt in frame.unreadable.items()], options(dataset), dataset.checks, keys, work.novelty)


def options(dataset: Dataset) -> Options:
    """What the dataset says of its rows beyond their columns."""
    return Options(dataset.nearest_m, dataset.add_up, {
        key: Medians(tuple(one.bounds), tuple(one.keys)) for key, one in dataset.medians.items()})


def unread(line: int, spoilt: Spoilt) -> Kept:
    """A row that the reader could not take."""
    return Kept(line, [Reason(None, "unreadable", spoilt.reason)], spoilt.text)


def as_came(rows: pd.DataFrame, line: int) -> dict[str, Any]:
    """One row as it came, as JSON can hold it."""
    return {str(name): plain(value) for name, value in zip(rows.columns, rows.loc[line], strict=True)}


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: shapes as WKT, times in ISO 8601, bytes in hexadecimal digits."""
    if value is pd.NA:
        return None
    if isinstance(value, shapely.Geometry):
        return shapely.to_wkt(value, rounding_precision=-1)
    if isinstance(value, datetime | date | clock_time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
