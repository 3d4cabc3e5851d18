"""Long work in progress, for the screen to tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text


@dataclass(frozen=True)
class Job:
    """One long piece of work: `total` None while nobody knows how long."""

    key: str
    title: Text
    unit: Text
    done: int
    total: int | None
    started_at: datetime
    updated_at: datetime

    def left(self) -> timedelta | None:
        """The time it will still take at its mean pace; None when unknown."""
        if self.total is None or self.done <= 0:
            return None
        return (self.updated_at - self.started_at) * (max(self.total - self.done, 0) / self.done)


def running(engine: Engine) -> tuple[Job, ...]:
    """The unfinished jobs, the oldest first. Raises: DataUnavailable. Source: job."""
    with reading(engine, "jobs") as connection:
        rows = connection.execute(sql("""
            SELECT job_key, title_zh, title_en, unit_zh, unit_en, done, total, started_at, updated_at
              FROM job WHERE finished_at IS NULL ORDER BY started_at""")).all()
    return tuple(Job(r.job_key, Text(r.title_zh, r.title_en), Text(r.unit_zh, r.unit_en), r.done, r.total,
                     r.started_at, r.updated_at) for r in rows)
