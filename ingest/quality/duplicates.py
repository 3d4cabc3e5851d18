"""Near-duplicates: the same class, title and point within minutes, under different identities.

Some come by chance where much is reported. Of a group of k alike rows within the time looked at, chance brings
k (k - 1) × WITHIN ÷ that time; a dataset is told when it has at least five, and five times as many as chance brings.
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
from ingest.quality.piles import RECENT, ROWS

WITHIN = timedelta(minutes=10)
LEAST, TIMES = 5, 5.0

# what makes two facts alike, when they happened
ALIKE: dict[str, tuple[str, str]] = {
    "city_case": ("class_code, title", "reported_at"),
    "message": ("topic, body", "occurred_at"),
}
PAIRS = """
    WITH newest AS (
        SELECT b.source_id, COALESCE(b.dataset, b.subject) AS dataset, {alike}, f.geom, f.{at} AS at, f.external_id, f.batch_id,
               f.row_no
          FROM (SELECT * FROM {table} ORDER BY {at} DESC LIMIT :rows) AS f
          JOIN batch b USING (batch_id)
         WHERE f.geom IS NOT NULL AND (b.door = 'file' OR f.{at} > :since)),
    followed AS (
        SELECT *, lag(at) OVER alike AS before_at, lag(external_id) OVER alike AS before_id,
               count(*) OVER (PARTITION BY source_id, dataset, {alike}, geom) AS k,
               row_number() OVER alike AS number
          FROM newest
        WINDOW alike AS (PARTITION BY source_id, dataset, {alike}, geom ORDER BY at)),
    chance AS (
        SELECT source_id, dataset,
               sum(k * (k - 1)) FILTER (WHERE number = 1) * EXTRACT(EPOCH FROM CAST(:within AS interval))
               / GREATEST(EXTRACT(EPOCH FROM max(at) - min(at)), EXTRACT(EPOCH FROM CAST(:within AS interval))) AS expected,
               count(*) FILTER (WHERE at - before_at <= :within) AS n
          FROM followed
         GROUP BY source_id, dataset)
    SELECT c.source_id, c.dataset, c.n, c.expected, f.at, f.before_at, f.external_id, f.before_id, f.batch_id, f.row_no
      FROM chance c
      JOIN LATERAL (SELECT * FROM followed p
                     WHERE p.source_id = c.source_id AND p.dataset = c.dataset AND p.at - p.before_at <= :within
                     ORDER BY p.at DESC
                     LIMIT :examples) AS f ON TRUE
     WHERE c.n >= :least AND c.n >= :times * c.expected
     ORDER BY c.source_id, c.dataset, f.at DESC"""


def look(connection: Connection, city: City, now: datetime) -> Look:
    """Find the datasets with near-duplicates among their newest rows."""
    found: list[Found] = []
    for table, (alike, at) in ALIKE.items():
        pairs = connection.execute(sql(PAIRS.format(table=table, alike=alike, at=at)), {
            "rows": ROWS, "since": now - RECENT, "within": WITHIN, "examples": EXAMPLES, "least": LEAST, "times": TIMES}).all()
        found += [one(city, list(group)) for _, group in groupby(pairs, key=lambda row: (row.source_id, row.dataset))]
    return Look("near_duplicate", found)


def one(city: City, pairs: Sequence[Any]) -> Found:
    """The finding of one dataset, from its newest pairs."""
    first, minutes = pairs[0], int(WITHIN.total_seconds() // 60)
    expected = round(float(first.expected))
    examples = tuple(Example(pair.batch_id, pair.row_no, f"{pair.external_id} ~ {pair.before_id} "
                             f"({(pair.at - pair.before_at).total_seconds():.0f} s)") for pair in pairs)
    since = min(pair.before_at for pair in pairs)
    return Found(first.source_id, first.dataset, first.dataset, city.root.region_id, since, first.n,
                 Text(f"{first.n} 行与 {minutes} 分钟内另一编号的行类别、标题、地点均相同；偶然预期约 {expected} 行",
                      f"{first.n} rows say the same class, title and place as another identity within {minutes} minutes; "
                      f"chance would bring about {expected}"), examples)
