"""The quality of each source: the same indicators as the city's, of the rows that this source brought.

Rows are counted from the table arrival by the definitions of the metrics; whether a source kept its promise is
asked of its batches at every full hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from data_access.city import City
from data_access.engine import reading, sql
from data_access.flows import Flows, run_count, runs, span_binds
from data_access.material import clock_of
from data_access.verdicts import NEVER, NO_BASE
from indicators.algebra import Amount, Value, evaluate, metric_keys, stock_keys
from indicators.definition import Count, Indicator, Ratio, Standing, Sum, Term
from indicators.metrics import METRICS
from indicators.quality import QUALITY
from indicators.reading import Point, Reading
from indicators.scope import Scope
from indicators.statements import counted, within
from indicators.text import Text
from indicators.windows import Frame, Span, elementary, frame

NO_PROMISE = Text("该来源没有更新承诺", "This source promises nothing")

SOURCES = """
    SELECT s.source_id, s.key, s.simulated, s.refresh_seconds, heard.first_at, heard.last_at,
           (SELECT count(*) FROM finding f
             WHERE f.source_id = s.source_id AND f.since <= :at AND (f.until IS NULL OR f.until > :at)) AS findings
      FROM source s
     CROSS JOIN LATERAL (SELECT min(b.received_at) AS first_at, max(b.received_at) AS last_at
                           FROM batch b
                          WHERE b.source_id = s.source_id AND b.received_at <= :at) AS heard
     ORDER BY s.key"""
CAME = """
    SELECT f.source_id, width_bucket(f.at, CAST(:bounds AS timestamptz[])) AS part, ARRAY[{counts}]::bigint[] AS ns
      FROM arrival f
     WHERE {within}
     GROUP BY 1, 2"""
KEPT = """
    SELECT s.source_id, full_hour AS at, EXISTS (
               SELECT FROM batch b
                WHERE b.source_id = s.source_id AND b.received_at <= full_hour
                  AND b.received_at > full_hour - s.refresh_seconds * interval '1 second') AS kept
      FROM source s
     CROSS JOIN LATERAL (SELECT min(b.received_at) AS first_at FROM batch b WHERE b.source_id = s.source_id) AS heard
     CROSS JOIN LATERAL generate_series(GREATEST(CAST(:since AS timestamptz), date_trunc('hour', heard.first_at)),
                                        CAST(:until AS timestamptz), interval '1 hour') AS full_hour
     WHERE s.refresh_seconds IS NOT NULL AND heard.first_at IS NOT NULL"""


@dataclass(frozen=True)
class Known:
    """One source, and what is known of it at the instant."""

    source_id: int
    simulated: bool
    promised: bool
    first_at: datetime | None
    last_at: datetime | None
    findings: int


def by_source(engine: Engine, city: City, scope: Scope, now: datetime) -> dict[str, dict[str, Reading]]:
    """Read the quality indicators of every source in a scope's window; its region plays no part.

    Returns: by the sources' keys, then by the indicators'; each with its way through the window.
    Raises: DataUnavailable when the database does not answer.
    Source: arrival, batch, finding.
    """
    clock = clock_of(scope, city, now)
    at, window = clock.at, frame(scope.window, city.zone, clock.at, cut=clock.past)
    with reading(engine, "the quality of the sources") as connection:
        sources = {row.key: Known(row.source_id, row.simulated, row.refresh_seconds is not None, row.first_at, row.last_at,
                                  row.findings) for row in connection.execute(sql(SOURCES), {"at": at})}
        came = read(connection, window)
        kept = promises(connection, window, at)
    return {key: {indicator.key: one(indicator, source, window, came, kept.get(source.source_id, {})) for indicator in QUALITY}
            for key, source in sources.items()}


def read(connection: Connection, window: Frame) -> Flows:
    """What came of every source, by the spans of the window; sources stand where regions do."""
    found = Flows(elementary(window.spans))
    keys = list(dict.fromkeys(key for indicator in QUALITY for key in metric_keys(indicator.measure)))
    binds: dict[str, object] = {"bounds": span_binds(list(found.spans))["bounds"]}
    for number, run in enumerate(runs(list(found.spans))):
        binds |= {f"from{number}": run.start, f"to{number}": run.end}
    statement = CAME.format(counts=", ".join(counted(METRICS[key]) for key in keys), within=within("f.at", run_count(binds)))
    for source_id, part, ns in connection.execute(sql(statement), binds):
        for key, n in zip(keys, ns, strict=True):
            found.add(key, source_id, part - 1, Amount(n, 0.0))
    return found


def promises(connection: Connection, window: Frame, at: datetime) -> dict[int, dict[datetime, bool]]:
    """At which full hours each source with a promise kept it."""
    found: dict[int, dict[datetime, bool]] = {}
    first = min(span.start for span in window.spans)
    for row in connection.execute(sql(KEPT), {"since": first.replace(minute=0, second=0, microsecond=0), "until": at}):
        found.setdefault(row.source_id, {})[row.at] = row.kept
    return found


def one(indicator: Indicator, source: Known, window: Frame, came: Flows, kept: Mapping[datetime, bool]) -> Reading:
    """One indicator's reading of one source."""
    if source.first_at is None:
        return Reading(indicator, "no_data", why=NEVER)
    standing = stock_keys(indicator.measure)
    if standing and not isinstance(indicator.measure, Ratio):
        return Reading(indicator, "ok", float(source.findings), source.findings, source.last_at, simulated=source.simulated)
    if standing and not source.promised:
        return Reading(indicator, "not_applicable", why=NO_PROMISE)

    def value(span: Span | None) -> Value:
        if span is None or source.first_at is None or span.end <= source.first_at:
            return Value(None)
        if standing:
            return hours(indicator, span, source.first_at, kept)
        return rows(indicator, source.source_id, span, came)

    whole = value(window.whole)
    status, why = ("no_base", NO_BASE) if whole.value is None else ("ok", None)
    return Reading(
        indicator, status, whole.value, whole.n, source.last_at, simulated=source.simulated, why=why,  # type: ignore[arg-type]
        comparable=value(window.comparable).value, previous=value(window.previous).value, last_week=value(window.last_week).value,
        series=tuple(Point(span.start, value(span).value, complete=not (window.running and span == window.buckets[-1]))
                     for span in window.buckets))


def rows(indicator: Indicator, source_id: int, span: Span, came: Flows) -> Value:
    """A measure over the rows that came within a span."""
    def amount(term: Term) -> Amount | None:
        return came.amount(term.metric, source_id, span) if isinstance(term, Count) else None

    assert isinstance(indicator.measure, Sum | Ratio)  # no quality is a percentile
    return evaluate(indicator.measure, amount)


def hours(indicator: Indicator, span: Span, since: datetime, kept: Mapping[datetime, bool]) -> Value:
    """A share of stocks over the full hours of a span since the source was first heard."""
    told = [word for at, word in kept.items() if span.start <= at < span.end and at >= since]
    assert isinstance(indicator.measure, Ratio)
    base = indicator.measure.base

    def amount(term: Term) -> Amount | None:
        n = len(told) if term in base else sum(told)
        return Amount(n, float(n)) if isinstance(term, Standing) else None

    return evaluate(indicator.measure, amount)
