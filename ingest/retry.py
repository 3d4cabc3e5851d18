"""Kept rejects once more, through the mapping and the checks as they are now.

A row that is taken is told so on its reject; one that is not keeps what was said of it last.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, Engine

from data_access.engine import sql
from ingest.batch import Options, Source
from ingest.intake import Delivery, Intake
from ingest.load_dataset import Work, options, prepared, surroundings
from ingest.mapping import objects
from ingest.mapping.apply import apply
from ingest.mapping.fitting import prepare
from ingest.pack import Dataset, Pack, PackError
from ingest.pack.doors.base import Terms
from ingest.rejects import Rejects, by_line, written
from ingest.sheet import by_row
from ingest.subjects import SUBJECTS
from readers.opening import open_tables
from readers.table import Unreadable

# A row that came a second time is no fault of the mapping; text that is no row needs a mended file, and a message that no row
# could be made of a mended sender.
HOPELESS = ["repeated", "unreadable", "unknown_topic", "unknown_type", "nothing_measured"]
SUCH = "EXISTS (SELECT FROM jsonb_array_elements(r.reasons) AS one WHERE one->>'code' = ANY(:hopeless))"
OPEN = f"""
    SELECT r.reject_id, r.row_no, r.row, b.batch_id, b.dataset, b.subject, b.origin
      FROM reject r
      JOIN batch b USING (batch_id)
      JOIN source s ON s.source_id = r.source_id
     WHERE s.key = :source AND r.resolved_at IS NULL AND (CAST(:ids AS bigint[]) IS NULL OR r.reject_id = ANY(:ids))
       AND jsonb_typeof(r.row) = 'object' AND NOT {SUCH}
     ORDER BY b.batch_id, r.row_no"""
RESOLVE = """
    UPDATE reject SET resolved_at = now(), resolved_batch = :batch WHERE reject_id = ANY(:ids)"""
RENEW = """
    UPDATE reject SET reasons = CAST(t.reasons AS jsonb)
      FROM unnest(CAST(:ids AS bigint[]), CAST(:reasons AS text[])) AS t (id, reasons)
     WHERE reject_id = t.id"""


@dataclass(frozen=True)
class Again:
    """Rejects of one batch: their numbers, lines and rows."""

    batch_id: int
    dataset: str | None
    subject: str
    origin: str
    ids: tuple[int, ...]
    lines: tuple[int, ...]
    rows: tuple[dict[str, Any], ...]

    @property
    def by_line(self) -> dict[int, int]:
        """The number of the reject of each line."""
        return dict(zip(self.lines, self.ids, strict=True))


def retry(engine: Engine, pack: Pack, source: str, ids: Sequence[int] | None = None) -> dict[str, Any]:
    """Try a source's rejects again (only these, when their numbers are given).

    Returns: how many output rows were taken, seen and rejected, how many rejects are resolved by that, the newest
        reasons of the first others, and how many rejects were left out (repeated rows, texts that are no rows).
    Raises: PackError when the pack has no such source or dataset, MappingError when a mapping does not fit the rows.
    """
    if source not in {one.key for one in pack.sources}:
        raise PackError(f"the pack has no source {source!r}; it has: {', '.join(one.key for one in pack.sources)}")
    intake = Intake(engine)
    answers = [take(engine, intake, pack, source, again) for again in waiting(engine, source, ids)]
    total = {name: sum(answer[name] for answer in answers) for name in ("taken", "seen", "rejected", "resolved")}
    return total | {"reasons": [reason for answer in answers for reason in answer["reasons"]], "left": left(engine, source, ids)}


def waiting(engine: Engine, source: str, ids: Sequence[int] | None) -> list[Again]:
    """The rejects that can be tried again, batch by batch."""
    with engine.connect() as connection:
        rows = connection.execute(sql(OPEN), {
            "source": source, "ids": None if ids is None else list(ids), "hopeless": HOPELESS}).all()
    made = []
    for _, batch in pd.DataFrame(rows, columns=["id", "line", "row", "batch", "dataset", "subject", "origin"]).groupby("batch"):
        first = batch.iloc[0]
        made.append(Again(int(first["batch"]), first["dataset"], first["subject"], first["origin"],
                          tuple(map(int, batch["id"])), tuple(map(int, batch["line"])), tuple(batch["row"])))
    return made


def left(engine: Engine, source: str, ids: Sequence[int] | None) -> int:
    """How many rejects wait that a retry cannot try."""
    with engine.connect() as connection:
        return int(connection.execute(sql(f"""
            SELECT count(*) FROM reject r JOIN source s USING (source_id)
             WHERE s.key = :source AND r.resolved_at IS NULL AND (CAST(:ids AS bigint[]) IS NULL OR r.reject_id = ANY(:ids))
               AND (jsonb_typeof(r.row) <> 'object' OR {SUCH})"""),
            {"source": source, "ids": None if ids is None else list(ids), "hopeless": HOPELESS}).scalar_one())


def take(engine: Engine, intake: Intake, pack: Pack, source: str, again: Again) -> dict[str, Any]:
    """Try the rejects of one batch."""
    terms = terms_of(pack, source, again.dataset)
    if again.dataset is None:
        came = sent(engine, source, again)
    else:
        came = mapped(engine, intake, pack, source, again) if terms is None else heard(engine, intake, pack, source, again, terms)
    resolved = 0

    def settle(connection: Connection, batch_id: int, found: Rejects) -> None:
        nonlocal resolved
        resolved = mend(connection, came, again, batch_id, found)

    answer = intake.take(came, settle)
    return answer | {"resolved": resolved}


def sent(engine: Engine, source: str, again: Again) -> Delivery:
    """Rows that came over HTTP, whose columns are the subject's fields."""
    found, subject = Rejects(), SUBJECTS[again.subject]
    sheet = by_row(list(again.rows), [field.name for field in subject.fields], found)
    return Delivery(Source(number(engine, source), source), subject, sheet.columns, np.array(again.lines, np.int64), sheet.whole,
                    "retry", again.origin, rejects=found, again=again.by_line)


def mapped(engine: Engine, intake: Intake, pack: Pack, source: str, again: Again) -> Delivery:
    """Rows of a dataset, mapped as the pack says now."""
    work = prepared(engine, intake, pack, source, dataset_of(pack, source, again.dataset))
    spec = work.dataset.map
    frame = pd.DataFrame(list(again.rows), index=pd.Index(again.lines), dtype=object).astype(object)
    frame = frame.where(frame.notna(), None)
    if spec.place is not None and spec.place.geometry is not None:
        frame[spec.place.geometry] = [None if shape is None else shapely.from_wkt(shape) for shape in frame[spec.place.geometry]]
    prepare(spec, [str(name) for name in frame.columns], work.subject.fields, pack.folder)
    made = apply(spec, frame, work.subject.fields, replace(work.around, crs=projection(work, again.origin), table=again.origin))
    whole = dict(zip(again.lines, again.rows, strict=True))
    return Delivery(work.source, work.subject, made.columns, made.lines, lambda row: whole[int(made.lines[row])], "retry",
                    again.origin, None, again.dataset, made.rejects, made.marks, (), options(work.dataset), work.dataset.checks,
                    again=again.by_line)


def heard(engine: Engine, intake: Intake, pack: Pack, source: str, again: Again, terms: Terms) -> Delivery:
    """Messages that a live door heard, mapped as the pack says now."""
    subject, city = SUBJECTS[terms.subject], intake.prepared()[0]
    made = objects.mapped(terms.map, subject.fields, again.rows, surroundings(engine, city, pack))
    lines, whole = np.array(again.lines, np.int64)[made.lines - 1], dict(zip(again.lines, again.rows, strict=True))
    return Delivery(Source(number(engine, source), source), subject, made.columns, lines, lambda row: whole[int(lines[row])],
                    "retry", again.origin, None, again.dataset, made.rejects, made.marks, (), Options(terms.nearest_m),
                    terms.checks, again=again.by_line)


def terms_of(pack: Pack, source: str, name: str | None) -> Terms | None:
    """How a live door reads what a batch calls so; None for what is no door's."""
    told = (name or "").removeprefix(f"{source}/")
    return next((found for entry in pack.source(source).listen if (found := entry.terms(told)) is not None), None)


def dataset_of(pack: Pack, source: str, name: str | None) -> Dataset:
    """The dataset that a batch calls so. Raises: PackError."""
    there = {f"{source}/{dataset.key}": dataset for dataset in pack.source(source).datasets}
    if name is None or name not in there:
        raise PackError(f"the pack has no dataset {name!r} any more; it has: {', '.join(there) or 'none'}")
    found = there[name]
    if any(value.start is not None for value in found.map.columns.values()):
        raise PackError(f"{name}: its times are counted from row to row, so single rows cannot be tried again; mend the file "
                        f"and run load --replace {name}")
    return found


def projection(work: Work, origin: str) -> str | None:
    """What the table that the rows came from says of its coordinates, if it is still there."""
    try:
        return next((table.crs for table in open_tables(work.dataset.read, work.pack.folder) if table.name == origin), None)
    except Unreadable:
        return None


def mend(connection: Connection, came: Delivery, again: Again, batch_id: int, found: Rejects) -> int:
    """Tell on each reject what became of it. Returns: how many are resolved."""
    still = {kept.line: kept.reasons for kept in by_line(found.reasons, came.lines, lambda row: None)}
    resolved = [one for one, line in zip(again.ids, again.lines, strict=True) if line not in still]
    others = [(one, still[line]) for one, line in zip(again.ids, again.lines, strict=True) if line in still]
    if resolved:
        connection.execute(sql(RESOLVE), {"batch": batch_id, "ids": resolved})
    if others:
        connection.execute(sql(RENEW), {"ids": [one for one, _ in others], "reasons": [
            written([asdict(reason) for reason in reasons]) for _, reasons in others]})
    connection.execute(sql("UPDATE feed SET rejected = 0 WHERE source_id = :source AND rejected < 0"),
                       {"source": came.source.source_id})
    return len(resolved)


def number(engine: Engine, source: str) -> int:
    """The number of a source."""
    with engine.connect() as connection:
        return int(connection.execute(sql("SELECT source_id FROM source WHERE key = :key"), {"key": source}).scalar_one())
