"""One case under disposal, and lists of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from data_access.engine import reading, sql
from data_access.trace import TRACE_COLUMNS, Trace, trace
from indicators.clocks import DUE_SOON
from indicators.filters import sieve
from indicators.scope import Filter
from indicators.text import Text

Lateness = Literal["overdue", "due_soon", "open", "closed"]


class UnknownCase(LookupError):
    """No case has this number."""


@dataclass(frozen=True)
class Step:
    """One step of a case's disposal."""

    at: datetime
    step: str
    agency: Text | None
    actor: str | None
    note: str | None
    row_no: int
    batch_id: int


@dataclass(frozen=True)
class CaseLine:
    """A case in a list."""

    case_id: int
    external_id: str
    title: str
    class_name: Text
    state: str
    state_at: datetime
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    suspended_at: datetime | None
    region_id: int
    agency_code: str | None
    agency: Text | None
    lon: float | None
    lat: float | None
    simulated: bool
    class_code: str = ""

    def lateness(self, now: datetime) -> Lateness:
        """Where the case stands against its clock."""
        if self.closed_at is not None and self.closed_at <= now:
            return "closed"
        if self.due_at is None or self.suspended_at is not None:
            return "open"
        if self.due_at <= now:
            return "overdue"
        return "due_soon" if self.due_at - now <= DUE_SOON else "open"


@dataclass(frozen=True)
class CaseRecord:
    """Everything known of one case."""

    line: CaseLine
    channel: str
    address: str | None
    steps: tuple[Step, ...]
    messages: int
    trace: Trace


LINE_COLUMNS = """f.case_id, f.external_id, f.title, f.class_code, k.name_zh AS class_zh, k.name_en AS class_en,
                  f.state, f.state_at, f.reported_at, f.due_at, f.closed_at, f.suspended_at, f.region_id, a.code AS agency_code,
                  a.name_zh AS agency_zh, a.name_en AS agency_en, ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat"""
LINE_TABLES = """city_case f
                 JOIN case_class k ON k.code = f.class_code
                 JOIN source s ON s.source_id = f.source_id
                 LEFT JOIN agency a ON a.agency_id = f.agency_id"""
INSIDE = "f.region_id IN (SELECT region_id FROM region_ancestor WHERE ancestor_id = :region)"


def line(row: object) -> CaseLine:
    """Read a line off a row that selected LINE_COLUMNS and s.simulated."""
    values = row._mapping  # type: ignore[attr-defined]
    return CaseLine(
        case_id=values["case_id"], external_id=values["external_id"], title=values["title"],
        class_name=Text(values["class_zh"], values["class_en"]), state=values["state"], state_at=values["state_at"],
        reported_at=values["reported_at"], due_at=values["due_at"], closed_at=values["closed_at"],
        suspended_at=values["suspended_at"], region_id=values["region_id"], agency_code=values["agency_code"],
        agency=None if values["agency_zh"] is None else Text(values["agency_zh"], values["agency_en"]),
        lon=values["lon"], lat=values["lat"], simulated=values["simulated"],
        class_code=values["class_code"],
    )


def case(engine: Engine, case_id: int) -> CaseRecord:
    """Read one case with its steps, oldest first.

    Raises: UnknownCase; DataUnavailable.
    Source: city_case, case_step.
    """
    with reading(engine, "the case") as connection:
        head = connection.execute(sql(f"""
            SELECT {LINE_COLUMNS}, f.channel, f.address, f.row_no, {TRACE_COLUMNS},
                   (SELECT count(*) FROM message m WHERE m.case_id = f.case_id) AS messages
              FROM {LINE_TABLES} JOIN batch b ON b.batch_id = f.batch_id
             WHERE f.case_id = :case_id"""), {"case_id": case_id}).first()
        if head is None:
            raise UnknownCase(case_id)
        steps = connection.execute(sql("""
            SELECT c.at, c.step, a.name_zh, a.name_en, c.actor, c.note, c.row_no, c.batch_id
              FROM case_step c LEFT JOIN agency a ON a.agency_id = c.agency_id
             WHERE c.case_id = :case_id
             ORDER BY c.at, array_position(ARRAY['reported', 'registered', 'dispatched', 'disposed', 'verified', 'closed'],
                                           c.step) NULLS LAST"""), {"case_id": case_id}).all()
    return CaseRecord(
        line=line(head), channel=head.channel, address=head.address,
        steps=tuple(Step(s.at, s.step, None if s.name_zh is None else Text(s.name_zh, s.name_en), s.actor, s.note,
                         s.row_no, s.batch_id) for s in steps),
        messages=head.messages, trace=trace(head),
    )


def newest(
    engine: Engine, region_id: int, now: datetime, limit: int, filters: tuple[Filter, ...] = (),
) -> tuple[CaseLine, ...]:
    """The cases of a region whose state changed last, newest first. Raises: DataUnavailable."""
    through = sieve(filters, now)
    return lines(engine, f"{INSIDE} AND f.state_at <= :now AND {through.condition}", "f.state_at DESC",
                 {"region": region_id, "now": now, "limit": limit, **through.binds})


def most_overdue(
    engine: Engine, region_id: int, now: datetime, limit: int, filters: tuple[Filter, ...] = (),
) -> tuple[CaseLine, ...]:
    """The open cases of a region past their clock, the longest first. Raises: DataUnavailable."""
    through = sieve(filters, now)
    late = f"f.closed_at IS NULL AND f.suspended_at IS NULL AND f.due_at <= :now AND {through.condition}"
    return lines(engine, f"{INSIDE} AND {late}", "f.due_at",
                 {"region": region_id, "now": now, "limit": limit, **through.binds})


def of_agency(engine: Engine, agency_code: str, now: datetime, limit: int) -> tuple[CaseLine, ...]:
    """The open cases that an agency has, the most urgent first. Raises: DataUnavailable."""
    return lines(engine, "a.code = :agency AND f.closed_at IS NULL AND f.reported_at <= :now", "f.due_at NULLS LAST",
                 {"agency": agency_code, "now": now, "limit": limit})


def lines(engine: Engine, where: str, order: str, parameters: dict[str, object]) -> tuple[CaseLine, ...]:
    """Cases that satisfy a condition of this module's own."""
    with reading(engine, "cases") as connection:
        rows = connection.execute(sql(f"""
            SELECT {LINE_COLUMNS}, s.simulated FROM {LINE_TABLES}
             WHERE {where} ORDER BY {order} LIMIT :limit"""), parameters).all()
    return tuple(line(row) for row in rows)
