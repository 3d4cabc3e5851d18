"""Wide-off coordinates: rows of a dataset that were rejected for their place, by what the place looks like.

Three rows are told. Those that came by a door count for a day, those of files until a retry takes them or the file
is loaded anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from indicators.text import Text
from ingest.quality.findings import EXAMPLES, Example, Found, Look
from ingest.quality.wide import SAID

LEAST = 3
RECENT = timedelta(days=1)
ROWS = 20_000           # newest rejects that are looked at

ZH = {"looks_zero": "坐标为 0, 0（空值被读作零）", "looks_swapped": "经纬度似颠倒", "looks_sign_lost": "经纬度似丢失正负号",
      "looks_projected": "坐标似为投影坐标（米或英尺），不是度", "far_outside": "坐标远在城市之外"}
EN = dict(SAID.values())
REJECTED = """
    SELECT r.source_id, COALESCE(r.dataset, b.subject) AS dataset, reason ->> 'code' AS look, count(*) OVER alike AS n,
           min(r.received_at) OVER alike AS since, r.batch_id, r.row_no, r.row::text AS row, row_number() OVER newest AS number
      FROM (SELECT * FROM reject ORDER BY reject_id DESC LIMIT :rows) AS r
      JOIN batch b USING (batch_id)
     CROSS JOIN LATERAL jsonb_array_elements(r.reasons) AS reason
     WHERE r.resolved_at IS NULL AND reason ->> 'code' = ANY(:looks) AND (b.door = 'file' OR r.received_at > :since)
    WINDOW alike AS (PARTITION BY r.source_id, COALESCE(r.dataset, b.subject), reason ->> 'code'),
           newest AS (PARTITION BY r.source_id, COALESCE(r.dataset, b.subject), reason ->> 'code' ORDER BY r.reject_id DESC)"""
SHOWN = 200             # characters of a row


def look(connection: Connection, city: City, now: datetime) -> Look:
    """Find the datasets with coordinates wide off the city."""
    rows = connection.execute(sql(f"""
        SELECT * FROM ({REJECTED}) AS r WHERE number <= :examples AND n >= :least ORDER BY source_id, dataset, look, number"""), {
        "rows": ROWS, "looks": list(ZH), "since": now - RECENT, "examples": EXAMPLES, "least": LEAST}).all()
    groups = groupby(rows, key=lambda row: (row.source_id, row.dataset, row.look))
    return Look("wide_off", [one(city, list(group)) for _, group in groups])


def one(city: City, rows: Sequence[Any]) -> Found:
    """The finding of one dataset and one look."""
    first = rows[0]
    return Found(first.source_id, first.dataset, first.look, city.root.region_id, first.since, first.n,
                 Text(f"{first.n} 行被拒收：{ZH[first.look]}", f"{first.n} rows were rejected: {EN[first.look]}"),
                 tuple(Example(row.batch_id, row.row_no, row.row[:SHOWN]) for row in rows))
