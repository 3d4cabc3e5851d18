"""What was found odd in the data without having been declared."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text

Kind = Literal["pile_up", "near_duplicate", "spike", "count", "wide_off", "silence"]

KINDS: dict[Kind, Text] = {
    "pile_up": Text("坐标堆积", "Pile-up on one point"),
    "near_duplicate": Text("近似重复", "Near-duplicates"),
    "spike": Text("数值突跳", "Spikes"),
    "count": Text("数量反常", "Odd count"),
    "wide_off": Text("坐标远离", "Wide-off coordinates"),
    "silence": Text("突然静默", "Sudden silence"),
}
MOST = 200


@dataclass(frozen=True)
class Example:
    """A row that shows what is meant; one that is about no row has neither batch nor number."""

    batch_id: int | None
    row_no: int | None
    text: str


@dataclass(frozen=True)
class Finding:
    """One oddity; it goes on while `until` is None. `n` counts the rows, or devices, that it is about."""

    finding_id: int
    source_key: str
    source: Text
    dataset: str | None
    kind: Kind
    region_id: int
    since: datetime
    until: datetime | None
    n: int
    examples: tuple[Example, ...]
    text: Text


def findings(engine: Engine, *, source: str | None = None, ended: bool = False, limit: int = MOST) -> tuple[Finding, ...]:
    """Read what goes on, of all sources or one; with `ended` also what is over.

    Returns: what goes on first, newest first; at most `limit`.
    Raises: DataUnavailable when the database does not answer.
    """
    with reading(engine, "the findings") as connection:
        rows = connection.execute(sql("""
            SELECT f.*, s.key, s.name_zh, s.name_en
              FROM finding f
              JOIN source s USING (source_id)
             WHERE (CAST(:source AS text) IS NULL OR s.key = :source) AND (:ended OR f.until IS NULL)
             ORDER BY f.until DESC NULLS FIRST, f.since DESC, f.finding_id DESC
             LIMIT :limit"""), {"source": source, "ended": ended, "limit": limit}).all()
    return tuple(Finding(
        row.finding_id, row.key, Text(row.name_zh, row.name_en), row.dataset, row.kind, row.region_id, row.since, row.until,
        row.n, tuple(Example(**example) for example in row.examples), Text(row.text_zh, row.text_en)) for row in rows)
