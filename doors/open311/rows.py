"""A server's requests as rows of cases: what each says, and which steps it took since it was last seen.

The standard tells a state, never a history. So steps come from comparing: a request that is new is reported; one that is closed
now and was not is closed at its `updated_datetime`; one that is open again is reworked; one that another agency has is
dispatched to it. Where no time is told, that of the look is taken, and the step says so.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from doors.open311.answers import ALIASES
from ingest.mapping import moments, zones
from ingest.mapping.cells import Sheet
from ingest.mapping.evaluate import Context, evaluate
from ingest.pack.doors.open311 import Open311
from ingest.rows import CODE, Field

Request = Mapping[str, Any]

TITLE = 200
ACTOR = 200
UNTIMED = "the server told no time; this is when it was first seen so"
TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
AGENCY = Field("agency", required=False, longest=CODE)
STANDARD = (*dict.fromkeys(ALIASES.values()), "title", "steps")
KEPT = frozenset((  # have a place of their own
    "service_request_id", "description", "status_notes", "service_notice", "agency_responsible", "requested_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url"))
TIMED = ("requested_datetime", "updated_datetime", "expected_datetime")


@dataclass(frozen=True)
class Seen:
    """What a request said when it was last looked at."""

    closed: bool
    agency: str | None
    requested_at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """What the requests of an answer say of times and agencies, one of each a request."""

    requested: Sequence[datetime | None]
    updated: Sequence[datetime | None]
    agencies: Sequence[str | None]          # codes
    expected_unread: Sequence[str | None]   # expected_datetime where it is no time


def told(requests: Sequence[Request], entry: Open311, zone: ZoneInfo, folder: Path) -> Told:
    """The times and agencies of some requests. Raises: MappingError."""
    requested, updated, expected = (instants([one.get(name) for one in requests], entry.times, zone) for name in TIMED)
    unread = [one.get("expected_datetime") if at is None else None for one, at in zip(requests, expected, strict=True)]
    return Told(requested, updated, agencies(requests, entry, zone, folder), unread)


def zone(entry: Open311, city: ZoneInfo) -> ZoneInfo:
    """The zone of times that name none."""
    return ZoneInfo(entry.zone) if entry.zone else city


def instants(written: Sequence[Any], formats: Sequence[str], zone: ZoneInfo) -> list[datetime | None]:
    """Times as they are written; None for those that are none. One without an offset is of the zone."""
    texts = pa.array([one if isinstance(one, str) else None for one in written], pa.string())
    made = moments.read(texts, tuple(formats), texts.is_valid().to_numpy(zero_copy_only=False))
    utc, _, _ = zones.to_utc(made.local, zone)
    utc = np.where(made.zoned, made.local - made.offset.astype("timedelta64[s]"), utc)
    return [aware(one) for one in utc]


def aware(at: np.datetime64) -> datetime | None:
    """An instant as Python has it; None for none, and for one that Python's calendar does not reach."""
    made = None if np.isnat(at) else at.astype("datetime64[us]").item()
    return made.replace(tzinfo=UTC) if isinstance(made, datetime) else None


def agencies(requests: Sequence[Request], entry: Open311, zone: ZoneInfo, folder: Path) -> list[str | None]:
    """The code of the agency that has each request, by the entry's table; None where that says none. Raises: MappingError."""
    if entry.agency is None:
        return [None] * len(requests)
    value = entry.agency.model_copy(update={"if_bad": "empty", "optional": True})
    names = {*value.named(), "agency_responsible"}
    frame = pd.DataFrame([{name: one.get(name) for name in names} for one in requests], columns=sorted(names), dtype=object)
    context = Context(Sheet(frame, {}, ()), zone, "earlier", folder, ".", 0, ())
    return [one if isinstance(one, str) and one else None for one in evaluate(value, AGENCY, context).values]


def row(request: Request, before: Seen | None, at: int, said: Told, entry: Open311, now: datetime) -> dict[str, Any]:
    """One request as the mapping reads it: its own fields, a title, and the steps that are new."""
    made = dict.fromkeys(STANDARD) | dict(request)
    number = request.get("service_request_id")
    made["service_request_id"] = number if isinstance(number, str) else None
    return made | {"title": title(request), "steps": steps(request, before, at, said, entry, now)}


def steps(request: Request, before: Seen | None, at: int, said: Told, entry: Open311, now: datetime) -> list[dict[str, Any]]:
    """The steps that a request took since it was last seen."""
    requested, updated = said.requested[at] or (before and before.requested_at), said.updated[at]
    changed = max(updated, requested) if updated and requested else updated
    who = responsible(request, said.agencies[at])
    shut, was_shut = is_closed(request, entry), before is not None and before.closed
    if before is None:
        begun = [{"step": "reported", "at": stamp(requested)}] if requested else []
        if entry.registered and requested:
            begun.append({"step": "registered", "at": stamp(requested)})
        if begun and not shut:
            begun[-1] |= who
        return [*begun, *([timed("closed", changed, now) | who] if shut else [])]
    if shut and not was_shut:
        return [timed("closed", changed, now) | who]
    if was_shut and not shut:
        return [timed("reworked", changed, now) | who]
    if who and request.get("agency_responsible") != before.agency:
        return [timed("dispatched", changed, now) | who] if not shut else []
    return []


def timed(step: str, at: datetime | None, now: datetime) -> dict[str, Any]:
    """A step at its time, or at the look where that is not told."""
    return {"step": step, "at": stamp(at or now)} | ({} if at else {"note": UNTIMED})


def responsible(request: Request, code: str | None) -> dict[str, Any]:
    """Who has a request: an agency that is known, or the name that the server gives."""
    named = request.get("agency_responsible")
    if code is not None:
        return {"agency": code}
    return {"actor": named[:ACTOR]} if isinstance(named, str) and named else {}


def is_closed(request: Request, entry: Open311) -> bool:
    """Whether a request's status says that it is closed; what nobody knows is open."""
    said = request.get("status")
    return isinstance(said, str) and said.strip().casefold() in {word.casefold() for word in entry.closed}


def title(request: Request) -> str | None:
    """What a case is called: a title of its own, the first line of its description, else its service."""
    said = request.get("description")
    lines = plain(said).splitlines() if isinstance(said, str) else []
    words = request["title"] if isinstance(request.get("title"), str) else None
    words = words or next((line.strip() for line in lines if line.strip()), None)
    for other in ("service_name", "service_code"):
        words = words or (str(request[other]).strip() if request.get(other) else None)
    return words if words is None or len(words) <= TITLE else f"{words[:TITLE - 1]}…"


def rest(request: Request, expected: Any) -> dict[str, Any]:
    """What a request says beyond the standard's fields, and an expected_datetime that is no time."""
    made = {name: value for name, value in request.items() if name not in KEPT and value is not None}
    return made | ({"expected_datetime": expected} if expected else {})


def worded(attributes: Sequence[Any], defined: Mapping[str, Request]) -> list[Any]:
    """Attributes with the words of the service's definition: what was asked, and what the chosen values are called."""
    return [answered(one, defined.get(str(one.get("code")))) if isinstance(one, dict) else one for one in attributes]


def answered(attribute: Request, asked: Request | None) -> Any:
    """One attribute, with the words of its definition."""
    if asked is None:
        return attribute
    options = asked.get("values")
    listed = [one for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    names = {str(one.get("key")): one.get("name") for one in listed}
    chosen = attribute.get("value")
    words = [names[str(one)] for one in (chosen if isinstance(chosen, list) else [chosen]) if names.get(str(one))]
    return {**attribute, **({"description": asked["description"]} if asked.get("description") else {}),
            **({"value_name": words[0] if len(words) == 1 else words} if words else {})}


def plain(text: str) -> str:
    """A text without tags, its entities as letters, and no letter that does not show."""
    bare = html.unescape(TAG.sub(" ", text))
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in bare.replace("\r", "\n"))


def stamp(at: datetime) -> str:
    """An instant as rows have it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
