"""Odd counts: an hour in which a source brought far more, or far fewer, rows than is its way.

The newest whole hour is compared with the same hour of the day in the four weeks before, or, of a source that
is not known for a week yet, with the day before. It is odd when it is three times as many, or a third, and more
than eight robust standard deviations off; the deviation counts as no smaller than chance makes it (the root of
the median). An hour in which nothing came is for silence to tell.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from indicators.text import Text
from ingest.quality.findings import Found, Look
from ingest.quality.robust import spread

WEEKS = timedelta(days=28)
HOURS_LEAST, DAYS_LEAST = 12, 7     # hours, or days of the same hour, without which nothing is said
TIMES, FAR = 3.0, 8.0
HOUR = timedelta(hours=1)

CAME = """
    SELECT source_id, dataset, at, sum(came)::bigint AS n
      FROM arrival
     WHERE part = 0 AND at >= :since AND at < :until
     GROUP BY source_id, dataset, at
     ORDER BY source_id, dataset, at"""


def look(connection: Connection, city: City, now: datetime) -> Look:
    """Find what brought an odd number of rows in the newest whole hour."""
    hour = now.replace(minute=0, second=0, microsecond=0) - HOUR
    rows = connection.execute(sql(CAME), {"since": hour - WEEKS, "until": hour + HOUR}).all()
    series = [list(group) for _, group in groupby(rows, key=lambda row: (row.source_id, row.dataset))]
    return Look("count", [found for one in series if (found := odd(city, one, hour)) is not None])


def odd(city: City, rows: Sequence[Any], hour: datetime) -> Found | None:
    """The finding of one dataset of a source, from its hours; None when its newest one is as usual."""
    last = rows[-1]
    if last.at != hour:
        return None
    usual = compared(rows, hour)
    if len(usual) == 0:
        return None
    middle, deviation = spread(usual)
    many, few = last.n > TIMES * middle, last.n * TIMES < middle
    if not (many or few) or abs(last.n - middle) <= FAR * max(deviation, np.sqrt(middle)):
        return None
    return Found(last.source_id, last.dataset, f"{last.dataset} {hour:%Y-%m-%dT%H}Z", city.root.region_id, hour, last.n, Text(
        f"一小时内到达 {last.n} 行，平时约 {middle:g} 行，{'骤增' if many else '骤减'}",
        f"{last.n} rows came within the hour, where mostly {middle:g} do: far {'more' if many else 'fewer'} than usual"))


def compared(rows: Sequence[Any], hour: datetime) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The numbers that an hour is compared with; none when too little is known. Hours in which nothing came count as 0."""
    known = {row.at: row.n for row in rows}
    first = rows[0].at
    days = [hour - timedelta(days=back) for back in range(1, WEEKS.days + 1)]
    same = [known.get(at, 0) for at in days if at >= first]
    if len(same) >= DAYS_LEAST:
        return np.array(same, np.float64)
    hours = [hour - back * HOUR for back in range(1, 25)]
    near = [known.get(at, 0) for at in hours if at > first]
    return np.array(near if len(near) >= HOURS_LEAST else [], np.float64)
