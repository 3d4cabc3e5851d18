"""What Open311 shows of the city: the classes of cases as services, and cases as requests, without what is personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from data_access.engine import reading, sql
from indicators.text import Text

Status = Literal["open", "closed"]


@dataclass(frozen=True)
class Service:
    """What can be asked of the city: a class that no other is part of."""

    code: str
    name: Text
    group: Text | None
    due_hours: float | None


@dataclass(frozen=True)
class Asked:
    """Which requests are wanted; None where nothing is said. `ids` alone count where they are given."""

    ids: tuple[int, ...] | None = None
    codes: tuple[str, ...] | None = None
    made: tuple[datetime, datetime] | None = None
    updated: tuple[datetime, datetime] | None = None
    status: Status | None = None
    limit: int = 1000
    offset: int = 0


@dataclass(frozen=True)
class Request:
    """A case as Open311 shows it."""

    case_id: int
    closed: bool
    state: str
    status_notes: str | None
    service_code: str
    service_name: Text
    description: str
    agency: Text | None
    service_notice: str | None
    requested_at: datetime
    updated_at: datetime
    expected_at: datetime | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lon: float | None
    lat: float | None
    media_url: str | None
    simulated: bool


COLUMNS = """f.case_id, f.closed_at IS NOT NULL AS closed, f.state, r.status_notes, f.class_code, k.name_zh AS class_zh,
             k.name_en AS class_en, COALESCE(r.description, f.title) AS description, a.name_zh AS agency_zh,
             a.name_en AS agency_en, r.agency AS agency_told, r.service_notice, f.reported_at, f.state_at, f.due_at, f.address,
             r.address_id, r.zipcode, ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat, r.media_url, s.simulated"""
TABLES = """city_case f
            JOIN case_class k ON k.code = f.class_code
            JOIN source s ON s.source_id = f.source_id
            LEFT JOIN agency a ON a.agency_id = f.agency_id
            LEFT JOIN service_request r ON r.case_id = f.case_id"""
PATIENCE = "SET LOCAL statement_timeout = '5s'"     # anybody may ask, beside what is being taken
OURS = "r.digest IS NULL"   # what another Open311 server told us is read there; two that listen to each other would never end


def loaded_at(engine: Engine) -> datetime:
    """When the city, and with it its services, was loaded. Raises: DataUnavailable. Source: city."""
    with reading(engine, "the city") as connection:
        found: datetime = connection.execute(sql("SELECT loaded_at FROM city")).scalar_one()
    return found


def services(engine: Engine) -> tuple[Service, ...]:
    """Read all services, by code. Raises: DataUnavailable. Source: case_class."""
    with reading(engine, "the services") as connection:
        rows = connection.execute(sql("""
            SELECT k.code, k.name_zh, k.name_en, p.name_zh AS group_zh, p.name_en AS group_en, k.due_hours
              FROM case_class k LEFT JOIN case_class p ON p.code = k.parent_code
             WHERE NOT EXISTS (SELECT FROM case_class c WHERE c.parent_code = k.code)
             ORDER BY k.code""")).all()
    return tuple(Service(row.code, Text(row.name_zh, row.name_en), named(row.group_zh, row.group_en), row.due_hours)
                 for row in rows)


def requests(engine: Engine, asked: Asked) -> tuple[Request, ...]:
    """Read the requests that are wanted, the newest first. Raises: DataUnavailable. Source: city_case, service_request."""
    order = "f.state_at" if asked.updated and not asked.made and asked.ids is None else "f.reported_at"
    with reading(engine, "the requests", transaction=True) as connection:
        connection.execute(sql(PATIENCE))
        rows = connection.execute(sql(f"""
            SELECT {COLUMNS} FROM {TABLES}
             WHERE {" AND ".join(wanted(asked))}
             ORDER BY {order} DESC, f.case_id LIMIT :limit OFFSET :offset"""), bound(asked)).all()
    return tuple(request(row) for row in rows)


def wanted(asked: Asked) -> Sequence[str]:
    """The conditions of a question."""
    if asked.ids is not None:
        return [OURS, "f.case_id = ANY(:ids)"]
    every = {"f.reported_at BETWEEN :made_from AND :made_to": asked.made, "f.state_at BETWEEN :updated_from AND :updated_to":
             asked.updated, "f.class_code = ANY(:codes)": asked.codes, "f.closed_at IS NULL": asked.status == "open",
             "f.closed_at IS NOT NULL": asked.status == "closed"}
    return [OURS, *(condition for condition, said in every.items() if said)]


def bound(asked: Asked) -> dict[str, object]:
    """What the conditions are held against."""
    made, updated = asked.made or (None, None), asked.updated or (None, None)
    return {"ids": list(asked.ids or ()), "codes": list(asked.codes or ()), "made_from": made[0], "made_to": made[1],
            "updated_from": updated[0], "updated_to": updated[1], "limit": asked.limit, "offset": asked.offset}


def request(row: object) -> Request:
    """Read a request off a row that selected COLUMNS."""
    values = row._mapping  # type: ignore[attr-defined]
    told = values["agency_told"]
    return Request(
        values["case_id"], values["closed"], values["state"], values["status_notes"], values["class_code"],
        Text(values["class_zh"], values["class_en"]), values["description"],
        named(values["agency_zh"], values["agency_en"]) or (Text(told, told) if told else None), values["service_notice"],
        values["reported_at"], values["state_at"], values["due_at"], values["address"], values["address_id"], values["zipcode"],
        values["lon"], values["lat"], values["media_url"], values["simulated"])


def named(zh: str | None, en: str | None) -> Text | None:
    """A name, where there is one."""
    return None if zh is None or en is None else Text(zh, en)
