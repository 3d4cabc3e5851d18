"""How far long work is, for the screen to tell."""

from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.engine import sql
from ingest.checks import check
from ingest.notify import notify
from ingest.rejects import Rejects
from ingest.rows import JOB


def write(connection: Connection, key: str, sent: dict[str, Any]) -> Rejects:
    """Write one job's progress. Returns: what is wrong with it; then nothing was written."""
    rejects = Rejects()
    table = check(JOB, {field.name: [sent.get(field.name)] for field in JOB}, 1, np.datetime64("now", "us"), rejects)
    if rejects.reasons:
        return rejects
    total = table["total"][0]
    connection.execute(sql("""
        INSERT INTO job AS j (job_key, title_zh, title_en, unit_zh, unit_en, done, total, finished_at)
        VALUES (:key, :title_zh, :title_en, :unit_zh, :unit_en, :done, :total, CASE WHEN :finished THEN now() END)
        ON CONFLICT (job_key) DO UPDATE
           SET title_zh = excluded.title_zh, title_en = excluded.title_en,
               unit_zh = excluded.unit_zh, unit_en = excluded.unit_en,
               done = excluded.done, total = excluded.total, updated_at = now(),
               started_at = CASE WHEN j.finished_at IS NOT NULL AND excluded.finished_at IS NULL THEN now() ELSE j.started_at END,
               finished_at = CASE WHEN excluded.finished_at IS NOT NULL
                                  THEN COALESCE(j.finished_at, excluded.finished_at) END"""), {
        "key": key, **{name: table[name][0] for name in ("title_zh", "title_en", "unit_zh", "unit_en")},
        "done": int(table["done"][0]), "total": None if np.isnan(total) else int(total), "finished": bool(table["finished"][0])})
    notify(connection, [f"job:{key}"])
    return rejects
