"""How far each subject's data reaches: since when, until when, and whether it is simulated."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from data_access.city import City
from data_access.engine import sql
from indicators.metrics import METRICS
from indicators.windows import midnight

FEEDS = """
    SELECT f.subject, max(f.last_at) AS last_at, bool_or(s.simulated) AS simulated, min(s.refresh_seconds) AS promised
      FROM feed f JOIN source s USING (source_id)
     WHERE f.last_at IS NOT NULL
     GROUP BY f.subject
     UNION ALL
    SELECT 'arrival', max(f.last_received_at), bool_or(s.simulated), min(s.refresh_seconds)
      FROM feed f JOIN source s USING (source_id)
    HAVING max(f.last_received_at) IS NOT NULL
     UNION ALL
    SELECT 'region', c.loaded_at, FALSE, NULL
      FROM city c"""
REACH = """
    SELECT m.key, first.day, newest.at
      FROM metric m
      LEFT JOIN LATERAL (SELECT min(d.day) AS day
                           FROM rollup_day d
                          WHERE d.metric_id = m.metric_id AND d.region_id = :root) AS first ON TRUE
      LEFT JOIN LATERAL (SELECT max(h.at) AS at
                           FROM rollup_hour h
                          WHERE h.metric_id = m.metric_id AND h.region_id = :root AND h.at <= :at) AS newest ON TRUE
     WHERE m.key = ANY(:keys)"""


@dataclass(frozen=True)
class Feed:
    """One subject's data as known at an instant: its oldest day, its newest datum, and how often the most frequent of its
    sources promises new ones (None where all are archives)."""

    last_at: datetime
    simulated: bool
    began: datetime | None = None
    promised: timedelta | None = None


def feeds(connection: Connection, city: City, subjects: Iterable[str], at: datetime) -> dict[str, Feed]:
    """Read how far the data of subjects reaches, no further than `at`.

    A subject such as "observation" stands for all of "observation:…".
    Returns: the subjects that ever delivered; `began` None for what is not rolled up.
    Source: feed, and the city's own rollups.
    """
    wanted = set(subjects)
    found: dict[str, Feed] = {}
    for subject, last_at, simulated, seconds in connection.execute(sql(FEEDS)):
        heard = Feed(last_at, simulated, promised=None if seconds is None else timedelta(seconds=seconds))
        for name in {subject, subject.partition(":")[0]} & wanted:
            found[name] = both(found[name], heard) if name in found else heard
    reach = reaches(connection, city, found, at)
    return {name: bounded(feed, *reach.get(name, (None, None)), at) for name, feed in found.items()}


def both(one: Feed, other: Feed) -> Feed:
    """What two feeds of one subject are together."""
    promises = [feed.promised for feed in (one, other) if feed.promised is not None]
    return Feed(max(one.last_at, other.last_at), one.simulated or other.simulated, promised=min(promises, default=None))


def reaches(
    connection: Connection, city: City, subjects: Iterable[str], at: datetime,
) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Each subject's oldest instant in the rollups, and the end of its newest hour not after `at`."""
    wanted = set(subjects)
    keys = [metric.key for metric in METRICS.values() if metric.subject in wanted]
    found: dict[str, tuple[datetime | None, datetime | None]] = {}
    rows = connection.execute(sql(REACH), {"root": city.root.region_id, "keys": keys, "at": at}) if keys else ()
    for key, day, hour in rows:
        subject = METRICS[key].subject
        began, until = found.get(subject, (None, None))
        starts = [x for x in (began, None if day is None else midnight(day, city.zone)) if x is not None]
        ends = [x for x in (until, None if hour is None else hour + timedelta(hours=1)) if x is not None]
        found[subject] = (min(starts, default=None), max(ends, default=None))
    return found


def bounded(feed: Feed, began: datetime | None, until: datetime | None, at: datetime) -> Feed:
    """The feed as it stood at an instant: what came later is not known yet."""
    last_at = feed.last_at if feed.last_at <= at else min(at, until or at)
    return replace(feed, last_at=last_at, began=began)
