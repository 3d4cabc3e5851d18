"""Pile-ups: many rows of a dataset on one exact point, as where an unknown address gets a default.

A point is a pile when it holds at least twenty rows and a hundredth of those looked at, and ten times as many
as the ten points next in rank have in the middle; the point that stands for a region (its label) already with
ten rows and three times as many. Big buildings, which hold a few times what others do, are no piles.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any

from sqlalchemy import Connection

from data_access.city import City, Region
from data_access.engine import sql
from indicators.text import Text
from ingest.quality.findings import Example, Found, Look

RECENT = timedelta(days=7)      # rows that came by a door count for so long, those of files as long as they are the newest
ROWS = 20_000                   # newest rows of a kind that are looked at
LEAST, SHARE, TIMES = 20, 0.01, 10.0
LEAST_AT_LABEL, TIMES_AT_LABEL = 10, 3.0
NEXT = 10                       # points next in rank that a pile is compared with
SAME = 1e-6                     # degrees within which a point is the label itself: a decimetre

# the facts that people place: when they happened, and what a person calls one
PLACED: dict[str, tuple[str, str]] = {
    "city_case": ("reported_at", "external_id || ' ' || title"),
    "message": ("occurred_at", "external_id || ' ' || topic"),
    "enterprise": ("registered_at", "external_id || ' ' || name"),
}
NEWEST = """
    SELECT b.source_id, COALESCE(b.dataset, b.subject) AS dataset, f.geom, f.batch_id, f.row_no, {at} AS at, {told} AS told
      FROM (SELECT * FROM {table} ORDER BY {at} DESC LIMIT :rows) AS f
      JOIN batch b USING (batch_id)
     WHERE f.geom IS NOT NULL AND (b.door = 'file' OR {at} > :since)"""
RANKED = """
    SELECT source_id, dataset, ST_X(geom) AS lon, ST_Y(geom) AS lat, n, total, since, batch_ids, row_nos, tolds
      FROM (SELECT source_id, dataset, geom, count(*) AS n, min(at) AS since,
                   (sum(count(*)) OVER (PARTITION BY source_id, dataset))::bigint AS total,
                   row_number() OVER (PARTITION BY source_id, dataset ORDER BY count(*) DESC) AS rank,
                   (array_agg(batch_id ORDER BY at DESC))[1:5] AS batch_ids, (array_agg(row_no ORDER BY at DESC))[1:5] AS row_nos,
                   (array_agg(told ORDER BY at DESC))[1:5] AS tolds
              FROM ({newest}) AS f
             GROUP BY source_id, dataset, geom) AS points
     WHERE rank <= :ranks
     ORDER BY source_id, dataset, n DESC"""


def look(connection: Connection, city: City, now: datetime) -> Look:
    """Find the piles among the newest rows."""
    found: list[Found] = []
    for table, (at, told) in PLACED.items():
        points = connection.execute(sql(RANKED.format(newest=NEWEST.format(table=table, at=at, told=told))),
                                    {"rows": ROWS, "since": now - RECENT, "ranks": 2 * NEXT}).all()
        for _, ranked in groupby(points, key=lambda row: (row.source_id, row.dataset)):
            found += piles(city, list(ranked))
    return Look("pile_up", found)


def piles(city: City, ranked: Sequence[Any]) -> list[Found]:
    """The piles of one dataset, from its points with the most rows, most first."""
    found = []
    for at, point in enumerate(ranked[:NEXT]):
        label = labelled(city, point.lon, point.lat)
        usual = median([other.n for other in ranked[at + 1:at + 1 + NEXT]] or [0])
        least, share, times = (LEAST_AT_LABEL, 0.0, TIMES_AT_LABEL) if label else (LEAST, SHARE, TIMES)
        if point.n < max(least, share * point.total, times * max(1, usual)):
            continue
        found.append(Found(
            point.source_id, point.dataset, f"{point.lon:.6f}, {point.lat:.6f}", (label or city.root).region_id, point.since,
            point.n, text(point, int(usual), label),
            tuple(Example(*one) for one in zip(point.batch_ids, point.row_nos, point.tolds, strict=True))))
    return found


def labelled(city: City, lon: float, lat: float) -> Region | None:
    """The region whose label stands on this very point."""
    return next((region for region in city.regions.values() if region.label is not None
                 and abs(region.label[0] - lon) <= SAME and abs(region.label[1] - lat) <= SAME), None)


def text(point: Any, usual: int, label: Region | None) -> Text:
    """What a person reads of a pile."""
    share, place = f"{point.n / point.total:.1%}", f"{point.lon:.6f}, {point.lat:.6f}"
    centre_zh, centre_en = (f"（即{label.name.zh}的中心）", f" (the centre of {label.name.en})") if label else ("", "")
    return Text(f"{point.n} 行（{share}）落在同一点 {place}{centre_zh}；其次各点一般为 {usual} 行。可能是默认坐标",
                f"{point.n} rows ({share}) lie on one point, {place}{centre_en}; the points next in rank mostly have {usual}. "
                "It may be a default")
