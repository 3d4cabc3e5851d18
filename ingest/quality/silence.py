"""Sudden silence: a source, or the devices of one kind in one district, that stop against their own rhythm.

A source has stopped when nothing came for five times the gap that 95 of its last 100 gaps did not exceed, and for
longer than all its pauses of two weeks but the longest: nights and weekends in which it rests are its rhythm, one
outage is not. A group of devices has stopped when four fifths of them have been silent for five times the gap that
is usual in it. How much either promises plays no part: that is judged on the screen anyway. A source that promises
nothing new is an archive: it does not fall silent, and neither do its devices.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from indicators.text import Text
from ingest.quality.findings import Example, Found, Look

GAPS = timedelta(days=14)
BATCHES = 101                   # newest ones of a source that are looked at
GAPS_LEAST = 20                 # gaps without which nothing is said
TIMES, MOSTLY = 5.0, 0.95
SHORTEST = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DISTRICT = 1                    # level of the regions by which devices are grouped
DEVICES_LEAST, SILENT = 3, 0.8
SAMPLE, READINGS = 3, 20        # devices of a group, and readings of each, by which its gap is known

CAME = """
    SELECT s.source_id, b.received_at
      FROM source s
     CROSS JOIN LATERAL (SELECT received_at
                           FROM batch b
                          WHERE b.source_id = s.source_id AND b.received_at > :since AND b.door NOT IN ('file', 'retry')
                          ORDER BY b.received_at DESC
                          LIMIT :batches) AS b
     WHERE s.refresh_seconds IS NOT NULL
     ORDER BY s.source_id, b.received_at"""
HOURS = """
    SELECT DISTINCT at
      FROM arrival
     WHERE source_id = :source_id AND part = 0 AND at > :since
     ORDER BY at"""
GROUPS = """
    SELECT d.source_id, d.kind, k.name_zh, k.name_en, a.ancestor_id AS region_id, count(*) AS n,
           percentile_disc(CAST(:silent AS float8)) WITHIN GROUP (ORDER BY d.last_at) AS last_at,
           (array_agg(d.device_id ORDER BY d.last_at DESC))[1:3] AS sample,
           (array_agg(d.code ORDER BY d.last_at DESC))[1:5] AS codes
      FROM device d
      JOIN device_kind k USING (kind)
      JOIN region_ancestor a ON a.region_id = d.region_id AND a.level = LEAST(:district, (SELECT max(level) FROM region))
     WHERE d.enabled AND d.last_at > :since
       AND d.source_id IN (SELECT source_id FROM source WHERE refresh_seconds IS NOT NULL)
     GROUP BY d.source_id, d.kind, k.name_zh, k.name_en, a.ancestor_id
    HAVING count(*) >= :least"""
GAP = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS gap, count(gap) AS n
      FROM (SELECT d.device_id, EXTRACT(EPOCH FROM o.observed_at - lag(o.observed_at) OVER (PARTITION BY d.device_id
                                                                                           ORDER BY o.observed_at)) AS gap
              FROM unnest(CAST(:sample AS int[])) AS d (device_id)
             CROSS JOIN LATERAL (SELECT property_id FROM latest_observation l WHERE l.device_id = d.device_id LIMIT 1) AS p
             CROSS JOIN LATERAL (SELECT o.observed_at
                                   FROM observation o
                                  WHERE o.device_id = d.device_id AND o.property_id = p.property_id AND o.observed_at > :since
                                  ORDER BY o.observed_at DESC
                                  LIMIT :readings) AS o) AS gaps"""


def look(connection: Connection, city: City, now: datetime) -> Look:
    """Find what has stopped."""
    rows = connection.execute(sql(CAME), {"since": now - GAPS, "batches": BATCHES}).all()
    sources = [one for source_id, group in groupby(rows, key=lambda row: row.source_id)
               if (one := of_source(connection, city, source_id, [row.received_at for row in group], now)) is not None]
    stopped = {one.source_id for one in sources}
    groups = connection.execute(sql(GROUPS), {
        "silent": SILENT, "district": DISTRICT, "since": now - GAPS, "least": DEVICES_LEAST}).all()
    return Look("silence", [*sources, *(one for group in groups if group.source_id not in stopped
                                        and (one := of_group(connection, group, now)) is not None)])


def of_source(connection: Connection, city: City, source_id: int, came: Sequence[datetime], now: datetime) -> Found | None:
    """The finding that a source has stopped; None while it goes on, or when too little is known of it."""
    gaps = np.diff(np.array([at.timestamp() for at in came]))
    silent = now - came[-1]
    if len(gaps) < GAPS_LEAST or silent <= SHORTEST:
        return None
    usual = timedelta(seconds=float(np.quantile(gaps, MOSTLY)))
    if silent <= TIMES * usual or silent <= pause(connection, source_id, now):
        return None
    (zh, en), (usual_zh, usual_en) = length(silent), length(usual)
    return Found(source_id, None, "source", city.root.region_id, came[-1], 1, Text(
        f"来源静默已 {zh}；平时间隔不超过 {usual_zh}", f"nothing has come for {en}; mostly something comes within {usual_en}"))


def pause(connection: Connection, source_id: int, now: datetime) -> timedelta:
    """The longest pause of a source but one, in hours in which nothing came."""
    hours = connection.execute(sql(HOURS), {"source_id": source_id, "since": now - GAPS}).scalars().all()
    pauses = sorted(later - earlier - HOUR for earlier, later in pairwise(hours))
    return pauses[-2] if len(pauses) > 1 else timedelta(0)


def of_group(connection: Connection, group: Any, now: datetime) -> Found | None:
    """The finding that a group of devices has stopped; None while it goes on, or when too little is known of it."""
    silent = now - group.last_at
    if silent <= SHORTEST:
        return None
    known = connection.execute(sql(GAP), {"sample": group.sample, "since": now - GAPS, "readings": READINGS}).one()
    if known.n < GAPS_LEAST or silent.total_seconds() <= TIMES * known.gap:
        return None
    (zh, en), (usual_zh, usual_en) = length(silent), length(timedelta(seconds=known.gap))
    text = Text(f"{group.n} 台{group.name_zh}设备中至少五分之四静默已 {zh}；平时每 {usual_zh} 一次",
                f"at least four fifths of {group.n} devices ({group.name_en}) have been silent for {en}; "
                f"mostly they speak every {usual_en}")
    about = f"{group.kind} {group.region_id}"
    return Found(group.source_id, "observations", about, group.region_id, group.last_at, group.n, text,
                 tuple(Example(None, None, code) for code in group.codes))


def length(time: timedelta) -> tuple[str, str]:
    """A length of time in both languages, in its largest whole unit."""
    seconds = time.total_seconds()
    for unit, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {zh}", f"{seconds / unit:.0f} {en}"
    return f"{seconds:.0f} 秒", f"{seconds:.0f} s"
