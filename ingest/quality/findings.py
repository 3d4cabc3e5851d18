"""Findings: what is odd in the data without having been declared, kept while it goes on.

A detector looks at a part of the data and says all that it finds there. What it found before and finds no
more has ended; what it did not look at stays as it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Connection

from data_access.engine import sql
from indicators.text import Text
from ingest.rejects import plain

Kind = Literal["pile_up", "near_duplicate", "spike", "count", "wide_off", "silence"]
EXAMPLES = 5
MOST = 200  # of one kind that are told at once


@dataclass(frozen=True)
class Example:
    """One row that shows what is meant, where it came from, and what it says."""

    batch_id: int | None
    row_no: int | None
    text: str


@dataclass(frozen=True)
class Found:
    """One thing that is odd: `about` says which, so that it is known again."""

    source_id: int
    dataset: str | None
    about: str
    region_id: int
    since: datetime
    n: int
    text: Text
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Look:
    """What a detector found; `looked` are the abouts that it looked at, None for all there are of its kind."""

    kind: Kind
    found: Sequence[Found] = field(default=())
    looked: Collection[str] | None = None


def keep(connection: Connection, look: Look, now: datetime) -> bool:
    """Bring the findings of a kind up to date. Returns: whether a finding began, ended, or says something else."""
    going_on = {(row.source_id, row.dataset, row.about): row for row in connection.execute(sql("""
        SELECT finding_id, source_id, dataset, about, n, text_en FROM finding WHERE kind = :kind AND until IS NULL"""),
        {"kind": look.kind})}
    told = {(one.source_id, one.dataset, one.about): one for one in look.found[:MOST]}
    over = [row.finding_id for key, row in going_on.items()
            if key not in told and (look.looked is None or row.about in look.looked)]
    fresh = [one for key, one in told.items() if key not in going_on]
    changed = [(going_on[key].finding_id, one) for key, one in told.items()
               if key in going_on and (going_on[key].n, going_on[key].text_en) != (one.n, one.text.en)]
    connection.execute(sql("UPDATE finding SET seen_at = :now WHERE finding_id = ANY(:ids)"),
                       {"now": now, "ids": [going_on[key].finding_id for key in told if key in going_on]})
    connection.execute(sql("UPDATE finding SET until = GREATEST(since, CAST(:now AS timestamptz)) WHERE finding_id = ANY(:ids)"),
                       {"now": now, "ids": over})
    for one in fresh:
        connection.execute(sql("""
            INSERT INTO finding (source_id, dataset, kind, about, region_id, since, n, examples, text_zh, text_en, found_at,
                                 seen_at)
            VALUES (:source_id, :dataset, :kind, :about, :region_id, :since, :n, CAST(:examples AS jsonb), :zh, :en, :now,
                    :now)"""),
            {**columns(one), "kind": look.kind, "now": now})
    for finding_id, one in changed:
        connection.execute(sql("""
            UPDATE finding SET region_id = :region_id, n = :n, examples = CAST(:examples AS jsonb), text_zh = :zh, text_en = :en
             WHERE finding_id = :finding_id"""), {**columns(one), "finding_id": finding_id})
    return bool(over or fresh or changed)


def columns(one: Found) -> dict[str, Any]:
    """A finding as values to bind."""
    shown = [asdict(example) for example in one.examples[:EXAMPLES]]
    return {"source_id": one.source_id, "dataset": one.dataset, "about": plain(one.about), "region_id": one.region_id,
            "since": one.since, "n": one.n, "examples": orjson.dumps(plain(shown)).decode(), "zh": plain(one.text.zh),
            "en": plain(one.text.en)}
