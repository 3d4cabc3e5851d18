"""One agency and its load."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text


class UnknownAgency(LookupError):
    """No agency has this code."""


@dataclass(frozen=True)
class AgencyLoad:
    """What an agency has in hand, and how it did over the window."""

    code: str
    name: Text
    region_id: int
    open: int
    overdue: int
    longest_overdue: timedelta | None
    suspended: int
    closed: int
    due: int
    closed_on_time: int
    mean_hours: float | None   # from dispatch to disposal, of the cases disposed in the window
    returned: int
    simulated: bool


def load(engine: Engine, region_id: int, since: datetime, now: datetime, code: str | None = None) -> tuple[AgencyLoad, ...]:
    """The load of the agencies with cases in a region, the most overdue first; with `code`, of that one.

    Returns: open, overdue and suspended as they stand at `now`; the rest over (since, now].
    Raises: DataUnavailable.
    Source: city_case.
    """
    with reading(engine, "agencies") as connection:
        rows = connection.execute(sql("""
            WITH inside AS (SELECT region_id FROM region_ancestor WHERE ancestor_id = :region),
            touched AS (
                SELECT * FROM city_case WHERE closed_at IS NULL AND reported_at <= :now
                UNION ALL
                SELECT * FROM city_case WHERE closed_at > :since
                UNION ALL
                SELECT * FROM city_case WHERE closed_at <= :since AND due_at > :since AND due_at <= :now)
            SELECT a.code, a.name_zh, a.name_en, a.region_id,
                   count(*) FILTER (WHERE f.closed_at IS NULL OR f.closed_at > :now) AS open,
                   count(*) FILTER (WHERE (f.closed_at IS NULL OR f.closed_at > :now) AND f.suspended_at IS NULL
                                      AND f.due_at <= :now) AS overdue,
                   min(f.due_at) FILTER (WHERE (f.closed_at IS NULL OR f.closed_at > :now) AND f.suspended_at IS NULL
                                           AND f.due_at <= :now) AS first_due,
                   count(*) FILTER (WHERE f.closed_at IS NULL AND f.suspended_at IS NOT NULL) AS suspended,
                   count(*) FILTER (WHERE f.closed_at > :since AND f.closed_at <= :now) AS closed,
                   count(*) FILTER (WHERE f.due_at > :since AND f.due_at <= :now) AS due,
                   count(*) FILTER (WHERE f.due_at > :since AND f.due_at <= :now AND f.closed_at <= f.due_at) AS on_time,
                   avg(extract(epoch FROM f.disposed_at - f.dispatched_at) / 3600)
                       FILTER (WHERE f.disposed_at > :since AND f.disposed_at <= :now) AS mean_hours,
                   coalesce(sum(f.return_count) FILTER (WHERE f.closed_at IS NULL), 0) AS returned,
                   bool_or(s.simulated) AS simulated
              FROM touched f
              JOIN agency a ON a.agency_id = f.agency_id
              JOIN source s ON s.source_id = f.source_id
             WHERE f.region_id IN (SELECT region_id FROM inside)
               AND (CAST(:code AS text) IS NULL OR a.code = :code)
             GROUP BY a.agency_id
             ORDER BY overdue DESC, open DESC, a.code"""),
            {"region": region_id, "since": since, "now": now, "code": code}).all()
    return tuple(AgencyLoad(
        r.code, Text(r.name_zh, r.name_en), r.region_id, r.open, r.overdue,
        None if r.first_due is None else now - r.first_due, r.suspended, r.closed, r.due, r.on_time,
        None if r.mean_hours is None else float(r.mean_hours), r.returned, r.simulated) for r in rows)


def agency(engine: Engine, code: str, region_id: int, since: datetime, now: datetime) -> AgencyLoad:
    """One agency's load; zeros when it has no case in the region. Raises: UnknownAgency; DataUnavailable."""
    with reading(engine, "the agency") as connection:
        row = connection.execute(sql("""
            SELECT a.name_zh, a.name_en, a.region_id, s.simulated
              FROM agency a JOIN source s USING (source_id) WHERE a.code = :code"""), {"code": code}).first()
    if row is None:
        raise UnknownAgency(code)
    found = load(engine, region_id, since, now, code)
    return found[0] if found else AgencyLoad(
        code, Text(row.name_zh, row.name_en), row.region_id, 0, 0, None, 0, 0, 0, 0, None, 0, row.simulated)
