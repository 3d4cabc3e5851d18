"""A dataset anew: what it brought goes and what it brings now comes, in one transaction; readers see the one or the other.

What others lean on stays: a case that has steps from elsewhere or that a message speaks of, and every device and
agency, which are only brought up to date. While it runs, others go on: what all share is written at its end
(`ingest/later.py`). Only who sends the very facts that are replaced waits for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.engine import sql
from indicators.facts import FACTS
from ingest import case_state, latest, snapshots, statistics
from ingest.ahead import ahead
from ingest.batch import Late
from ingest.cases import CASE
from ingest.completion import lock
from ingest.contributions import add
from ingest.indexes import restore
from ingest.later import Later
from ingest.load_dataset import Work, delivery, parts, reading
from ingest.progress import Report, tell
from ingest.quality import arrivals
from ingest.quality.keys import Keys
from ingest.steps import of

BATCHES = "SELECT batch_id FROM batch WHERE source_id = :source AND dataset = :dataset ORDER BY 1"
LEANED_ON = """
    SELECT case_id FROM city_case c
     WHERE batch_id = ANY(:old)
       AND (EXISTS (SELECT FROM case_step s WHERE s.case_id = c.case_id AND s.batch_id <> ALL(:old))
            OR case_id IN (SELECT case_id FROM message WHERE case_id IS NOT NULL))
     ORDER BY case_id"""
TAKEN = """
    SELECT COALESCE(sum(taken), 0) AS taken, COALESCE(sum(rejected), 0) AS rejected, COALESCE(sum(marked), 0) AS marked
      FROM batch WHERE batch_id = ANY(:old)"""
TAKEN_BY_FEED = """
    UPDATE feed
       SET taken = GREATEST(taken - :taken, 0), rejected = GREATEST(rejected - :rejected, 0),
           marked = GREATEST(marked - :marked, 0)
     WHERE source_id = :source AND subject = :feed"""
# Rows that others may change are locked before what they give is taken out of the rollups, in the order in which batches lock.
CHANGING = {"case": "case_id", "message": "message_id", "enterprise": "enterprise_id", "warning": "warning_id",
            "place": "place_id", "building": "building_id", "flight": "flight_id",
            "vehicle": "vehicle_id", "stop_event": "stop_event_id"}


@dataclass(frozen=True)
class Old:
    """What a dataset brought before, within the transaction that replaces it."""

    later: Later
    work: Work
    batches: list[int]

    @property
    def connection(self) -> Connection:
        """The transaction."""
        return self.later.connection

    @property
    def bound(self) -> dict[str, Any]:
        """The batches, for binding."""
        return {"old": self.batches}


def replace_dataset(work: Work, report: Report) -> None:
    """Load a dataset anew. Raises: Unreadable, MappingError; then, and when it is stopped, all is as it was before."""
    restore(work.engine)
    with work.engine.begin() as connection:
        connection.execute(sql("SET LOCAL statement_timeout = 0"))
        ids = connection.execute(sql(BATCHES), {"source": work.source.source_id, "dataset": work.name}).scalars().all()
        later = Later(connection, *work.intake.prepared())
        after = forget(Old(later, work, list(ids)))
        rows = bring(later, work, report)
        later.writes.append(after)
        later.end()
    with work.engine.begin() as connection:
        done = work.progress(rows, rows, finished=True)
        tell(connection, done)
    report(done)


def bring(later: Later, work: Work, report: Report) -> int:
    """Take the dataset's tables, all in this transaction, telling beside it how far that is. Returns: how many rows they have."""
    tables, total = reading(work)
    keys, before = Keys(), 0
    for table in tables:
        for part in ahead(parts(work, table, set())):
            before += part.rows
            assert part.mapped is not None  # none of them is known
            work.intake.take_within(delivery(work, part, part.mapped, keys), later)
            progress = work.progress(before, None if total is None else max(total, before), finished=False)
            with work.engine.begin() as beside:
                tell(beside, progress)
            report(progress)
    return before


def forget(old: Old) -> Callable[[], None]:
    """Take out what the dataset brought. Returns: what is to be put right when its new facts are in."""
    later = old.later
    arrivals.take_back(later.connection, later.city, later.book.metrics["arrival"], old.batches)
    after = OUT[old.work.subject.name](old)
    forget_feed(old)
    for table in ("reject", "mark"):
        old.connection.execute(sql(f"DELETE FROM {table} WHERE batch_id = ANY(:old)"), old.bound)
    old.connection.execute(sql("""
        UPDATE batch SET idempotency_key = NULL WHERE batch_id = ANY(:old)"""), old.bound)
    old.connection.execute(sql("""
        DELETE FROM batch b WHERE batch_id = ANY(:old) AND batch_id <> ALL(ARRAY(
            SELECT DISTINCT batch_id FROM city_case WHERE batch_id = ANY(:old)))"""), old.bound)
    return after


def forget_feed(old: Old) -> None:
    """Take the old rows out of the feeds; where no other batch spoke of the subject, the feed begins anew."""
    taken = old.connection.execute(sql(TAKEN), old.bound).mappings().one()
    old.later.writes.append(lambda: leave_feed(old, {
        "source": old.work.source.source_id, "feed": old.work.subject.feed, "subject": old.work.subject.name,
        "dataset": old.work.name, **taken}))


def leave_feed(old: Old, bound: dict[str, Any]) -> None:
    """The same, at the end of the transaction."""
    others = old.connection.execute(sql("""
        SELECT EXISTS (SELECT FROM batch
                        WHERE source_id = :source AND subject = :subject AND dataset IS DISTINCT FROM :dataset)"""), bound)
    if others.scalar_one():
        old.connection.execute(sql(TAKEN_BY_FEED), bound)
    else:
        old.connection.execute(sql("""
            DELETE FROM feed WHERE source_id = :source AND (subject = :feed OR starts_with(subject, :feed || ':'))"""), bound)


def nothing() -> None:
    """Nothing is to be put right."""


def forget_nothing(old: Old) -> Callable[[], None]:
    """Registers are brought up to date by what comes; others lean on their rows."""
    return nothing


def forget_facts(fact: str, table: str, *counted_as: str) -> Callable[[Old], Callable[[], None]]:
    """What takes out the facts of a table, with what they gave to the rollups and to the snapshots (`counted_as`, or as such)."""
    def out(old: Old) -> Callable[[], None]:
        hold(old, fact, table)
        contribute(old, fact, "f.batch_id = ANY(:old)", old.bound, -1)
        make_dirty(old, fact, counted_as)
        old.connection.execute(sql(f"DELETE FROM {table} WHERE batch_id = ANY(:old)"), old.bound)
        return nothing
    return out


def hold(old: Old, fact: str, table: str) -> None:
    """Lock the old facts, where they may change; what else is asked of them then is as it stays."""
    if fact in CHANGING:
        old.connection.execute(sql(f"""
            SELECT count(*)
              FROM (SELECT FROM {table} WHERE batch_id = ANY(:old) ORDER BY {CHANGING[fact]} FOR UPDATE) AS held"""), old.bound)


def contribute(old: Old, fact: str, condition: str, bound: dict[str, Any], sign: int) -> None:
    """Bring facts into the rollups or take them out, at the end of the transaction."""
    later = old.later
    add(later.connection, later.city.zone, fact, later.book.metrics.get(fact, ()), condition, bound, sign)


def make_dirty(old: Old, fact: str, counted_as: Sequence[str] = ()) -> None:
    """Mark the snapshots that the old facts were counted in."""
    since = old.connection.execute(sql(f"""
        SELECT min({FACTS[fact].at}::timestamptz) FROM {FACTS[fact].relation} AS f WHERE batch_id = ANY(:old)"""),
        old.bound).scalar()
    for name in counted_as or (fact,):
        mark_since(old, name, since)


def mark_since(old: Old, fact: str, since: datetime | None) -> None:
    """Mark what was recorded of a fact since an instant; without one, nothing."""
    if since is not None:
        late = Late(np.datetime64(since.astimezone(UTC).replace(tzinfo=None), "us"))
        old.later.writes.append(
            lambda: snapshots.mark(old.connection, old.later.book, fact, late, np.datetime64("now", "us")))


def forget_cases(old: Old) -> Callable[[], None]:
    """Take out cases and their steps; a case that others lean on stays as its other steps leave it."""
    hold(old, "case", "city_case")
    contribute(old, "case", "f.batch_id = ANY(:old)", old.bound, -1)
    make_dirty(old, "case")
    stay = np.array(old.connection.execute(sql(LEANED_ON), old.bound).scalars().all(), np.int64)
    old.connection.execute(sql("DELETE FROM case_step WHERE batch_id = ANY(:old)"), old.bound)
    old.connection.execute(sql("DELETE FROM city_case WHERE batch_id = ANY(:old) AND case_id <> ALL(:stay)"),
                           old.bound | {"stay": stay.tolist()})
    if len(stay):
        case_state.update(old.connection, stay, of(old.connection, stay))
        contribute(old, "case", "f.case_id = ANY(:ids)", {"ids": stay.tolist()}, 1)
    return nothing


def forget_steps(old: Old) -> Callable[[], None]:
    """Take steps out of their cases."""
    moved = np.array(old.connection.execute(sql("""
        SELECT DISTINCT case_id FROM case_step WHERE batch_id = ANY(:old) ORDER BY 1"""), old.bound).scalars().all(), np.int64)
    if len(moved):
        lock(old.connection, CASE, moved)
        contribute(old, "case", "f.case_id = ANY(:ids)", {"ids": moved.tolist()}, -1)
        mark_since(old, "case", old.connection.execute(sql("""
            SELECT min(at) FROM case_step WHERE batch_id = ANY(:old)"""), old.bound).scalar())
        old.connection.execute(sql("DELETE FROM case_step WHERE batch_id = ANY(:old)"), old.bound)
        case_state.update(old.connection, moved, of(old.connection, moved))
        contribute(old, "case", "f.case_id = ANY(:ids)", {"ids": moved.tolist()}, 1)
    return nothing


def forget_observations(old: Old) -> Callable[[], None]:
    """Take out observations; the newest values of their devices are looked for again at the end."""
    spoke = old.connection.execute(sql("""
        SELECT DISTINCT device_id FROM observation WHERE batch_id = ANY(:old)"""), old.bound).scalars().all()
    forget_facts("observation", "observation", "device", "latest")(old)
    return lambda: latest.find(old.connection, list(spoke))


def forget_statistics(old: Old) -> Callable[[], None]:
    """Take out figures; what others tell of the same is added up again at the end."""
    statistics.alone(old.connection)
    there = old.connection.execute(sql("""
        SELECT DISTINCT key, period FROM statistic WHERE batch_id = ANY(:old)"""), old.bound).all()
    keys, periods = sorted({row.key for row in there}), sorted({row.period for row in there})
    old.connection.execute(sql("""
        DELETE FROM statistic WHERE batch_id = ANY(:old) OR summed AND key = ANY(:keys) AND period = ANY(:periods)"""),
        old.bound | {"keys": keys, "periods": periods})
    city, _ = old.work.intake.prepared()
    return lambda: statistics.add_up_again(old.connection, city, keys, periods)


OUT: dict[str, Callable[[Old], Callable[[], None]]] = {
    "agencies": forget_nothing, "devices": forget_nothing, "enterprises": forget_facts("enterprise", "enterprise"),
    "cases": forget_cases, "steps": forget_steps, "observations": forget_observations,
    "messages": forget_facts("message", "message"), "warnings": forget_facts("warning", "warning"),
    "warning_ends": forget_nothing,
    "places": forget_facts("place", "place"), "buildings": forget_facts("building", "building"),
    "flights": forget_facts("flight", "flight"), "vehicles": forget_facts("vehicle", "vehicle"),
    "stop_events": forget_facts("stop_event", "stop_event"), "statistics": forget_statistics,
}
