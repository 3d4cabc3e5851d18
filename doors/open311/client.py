"""Listens to an Open311 server: round after round what is new, what was updated, and what was open when it was last seen."""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from typing import Any

import orjson
from sqlalchemy import Connection

from doors.courier import Courier, Cursor, telling
from doors.open311 import rows
from doors.open311.answers import Plain, flat
from doors.open311.endpoint import Endpoint, w3
from doors.open311.personal import without
from doors.open311.rows import Seen, Told, is_closed
from doors.open311.windows import Search, beginning, spans
from doors.polling import repeat
from doors.secret import secret
from doors.state import State
from doors.web import Client, Unreachable
from ingest import service_requests
from ingest.pack.doors.open311 import Open311
from ingest.rejects import Rejects, plain
from ingest.service_requests import TEXTS, Said, Word

DOOR = "open311"
DAYS = 90               # that are fetched at first
TOGETHER = 50           # requests that are asked for by their numbers at once
SERVICES_S = 3600.0     # how long the list of services is taken for true
MARGIN = timedelta(hours=1)     # a server's clock may be ahead by so much
MOST_ROWS = 5_000       # of one transaction


def run(entry: Open311, source: str, courier: Courier, state: State, stop: Event) -> None:
    """Ask until told to stop. Raises: Unreachable, Unavailable, Misconfigured."""
    client = Client(named=[entry.url])
    try:
        poller = Poller(entry, source, courier, state, Endpoint(entry, client, secret(entry), stop))
        repeat(entry.every, poller.round, state, stop)
    finally:
        client.close()


@dataclass(frozen=True)
class Way:
    """How far a server was asked: until when, and when everything of the last 90 days was."""

    until: datetime | None = None
    swept: datetime | None = None

    @classmethod
    def of(cls, cursor: Any) -> "Way":
        """As the cursor says; the beginning where it says nothing."""
        said = cursor if isinstance(cursor, dict) else {}
        until, swept = (datetime.fromisoformat(said[name]) if said.get(name) else None for name in ("until", "swept"))
        return cls(until, swept)

    def sweeps(self, entry: Open311, now: datetime) -> bool:
        """Whether it is time to ask for everything of the last 90 days."""
        return self.swept is not None and now - self.swept >= timedelta(hours=entry.sweep_hours)

    def start(self, entry: Open311, now: datetime) -> datetime:
        """From when a round asks."""
        if self.until is None:
            return beginning(entry, now, DAYS)
        return now - timedelta(days=DAYS) if self.sweeps(entry, now) else self.until - timedelta(hours=entry.overlap_hours)


@dataclass
class Poller:
    """One server of one source, and what is known of its services."""

    entry: Open311
    source: str
    courier: Courier
    state: State
    endpoint: Endpoint
    services: Mapping[str, Plain] = field(default_factory=dict)
    services_at: float | None = None
    definitions: dict[str, Mapping[str, Plain]] = field(default_factory=dict)

    def round(self) -> None:
        """Ask for everything once. Raises: Unreachable, Unavailable."""
        began = datetime.now(UTC)
        self.know_services()
        way = Way.of(self.courier.cursor(self.source, DOOR, self.entry.name))
        for begin, end in spans(way.start(self.entry, began), began, timedelta(days=self.entry.window_days)):
            self.window(begin, end + MARGIN if end == began else end)
            self.remember(replace(way, until=max(end, way.until or end)))
            self.state.connected()
        if not self.entry.updated_after:
            self.recheck(began)
        elif way.until is not None:
            self.updated(way.until - timedelta(hours=self.entry.overlap_hours))
        self.remember(Way(began, began if way.sweeps(self.entry, began) else way.swept or began))

    def window(self, start: datetime, end: datetime) -> None:
        """Ask for all that was made in a span of time. Raises: Unreachable, Unavailable."""
        search = Search(self.endpoint.requests, self.requested, self.entry)
        for found in search.answers(start, end):
            self.take(found)
        for text in search.short:
            self.state.failed(text)

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """A transaction. Raises: Unavailable."""
        with telling(), self.courier.engine.begin() as connection:
            yield connection

    def remember(self, way: "Way") -> None:
        """Write how far it is. Raises: Unavailable."""
        self.courier.remember(self.source, Cursor(DOOR, self.entry.name, {
            name: at and at.isoformat() for name, at in (("until", way.until), ("swept", way.swept))}))

    def updated(self, since: datetime) -> None:
        """Ask for what was updated since. Raises: Unreachable, Unavailable."""
        search = Search(self.endpoint.requests, self.requested, self.entry)
        for found in search.pages({"updated_after": w3(since)}):
            self.take(found)

    def recheck(self, before: datetime) -> None:
        """Ask again for requests that were open and did not come in this round. Raises: Unreachable, Unavailable."""
        with self.database() as connection:
            waiting = service_requests.waiting(connection, self.source, before, self.entry.recheck)
        for at in range(0, len(waiting), TOGETHER):
            asked = waiting[at:at + TOGETHER]
            found = self.endpoint.requests({"service_request_id": ",".join(asked)})
            told = {str(one.get("service_request_id")) for one in found if isinstance(one, dict)}
            self.take(found)
            for identity in asked:
                if identity not in told:
                    self.take(self.endpoint.request(identity))
            with self.database() as connection:
                service_requests.looked_at(connection, self.source, asked)

    def know_services(self) -> None:
        """Read the list of services, now and then; requests come without it, too."""
        if self.services_at is not None and time.monotonic() - self.services_at < SERVICES_S:
            return
        try:
            listed = self.endpoint.services()
        except Unreachable as error:
            self.state.failed(error)
            return
        known = [flat(one) for one in listed if isinstance(one, dict)]
        self.services = {one["service_code"]: one for one in known if isinstance(one.get("service_code"), str)}
        self.services_at, self.definitions = time.monotonic(), {}

    def defined(self, code: str) -> Mapping[str, Plain]:
        """The attributes that a service asks for, by their codes; none where it has no definition or cannot be asked."""
        if code not in self.definitions:
            try:
                found = self.endpoint.definition(code).get("attributes")
            except Unreachable as error:
                self.state.failed(error)
                found = None
            listed = found if isinstance(found, list) else []
            asked = [one for one in listed if isinstance(one, dict) and one.get("code") is not None]
            self.definitions[code] = {str(one["code"]): one for one in asked}
        return self.definitions[code]

    def requested(self, found: Sequence[Any]) -> Sequence[datetime | None]:
        """When some requests were made."""
        written = [flat(one).get("requested_datetime") for one in found if isinstance(one, dict)]
        return rows.instants(written, self.entry.times, rows.zone(self.entry, self.courier.around().zone))

    def take(self, found: Sequence[Any]) -> None:
        """Take an answer's requests: those that say something new. Raises: Unavailable."""
        objects: dict[str, Plain] = {}
        for one in found:
            if isinstance(one, dict):
                request = self.completed(without(flat(one)))
                objects[identified(request)] = request
            else:
                self.refuse(one)
        changed = list(objects.items())
        for at in range(0, len(changed), MOST_ROWS):
            self.take_some(dict(changed[at:at + MOST_ROWS]))

    def refuse(self, other: Any) -> None:
        """Keep what is no request, once."""
        self.courier.refuse(self.source, "cases", other, code="not_an_object", text="a request must be an object of fields",
                            door=DOOR, origin=self.entry.url, key=f"{self.entry.name}:{digest(other, '')}")

    def take_some(self, objects: Mapping[str, Plain]) -> None:
        """Take requests by their numbers. Raises: Unavailable."""
        fingerprint = self.entry.model_dump_json(by_alias=True)
        with self.database() as connection:
            before = service_requests.said(connection, self.source, list(objects))
        digests = {name: digest(request, fingerprint) for name, request in objects.items()}
        new = {name: request for name, request in objects.items() if name not in before or before[name].digest != digests[name]}
        with self.database() as connection:
            service_requests.looked_at(connection, self.source, objects.keys() - new.keys())
        if not new:
            return
        around, requests, now = self.courier.around(), list(new.values()), datetime.now(UTC)
        said = rows.told(requests, self.entry, rows.zone(self.entry, around.zone), around.folder)
        made = [rows.row(request, seen(before.get(name)), at, said, self.entry, now)
                for at, (name, request) in enumerate(new.items())]
        self.courier.give(
            self.source, "cases", made, door=DOOR, origin=self.entry.url, map=self.entry.mapping, checks=self.entry.checks,
            nearest_m=self.entry.nearest_m, dataset=f"{self.source}/{self.entry.name}",
            also=partial(self.keep, names=list(new), requests=requests, said=said, digests=digests))
        self.state.message(len(made), max((at for at in (*said.requested, *said.updated) if at is not None), default=None))

    def keep(
        self, connection: Connection, batch_id: int, found: Rejects, *, names: Sequence[str], requests: Sequence[Plain],
        said: Told, digests: Mapping[str, str],
    ) -> None:
        """Keep what the requests said, in the transaction of their rows."""
        service_requests.keep(connection, self.source, [
            Word(name, at not in found.reasons, is_closed(request, self.entry), said.requested[at],
                 {field: shown(request.get("agency_responsible" if field == "agency" else field)) for field in TEXTS},
                 rows.rest(request, said.expected_unread[at]), digests[name])
            for at, (name, request) in enumerate(zip(names, requests, strict=True))])

    def completed(self, request: Plain) -> Plain:
        """A request with what the list of services says of its service, and its attributes in words."""
        code = request.get("service_code")
        service = self.services.get(code, {}) if isinstance(code, str) else {}
        more = {"service_name": request.get("service_name") or service.get("service_name"), "group": request.get("group") or
                service.get("group")}
        made = {**request, **{name: value for name, value in more.items() if value}}
        if isinstance(code, str) and service.get("metadata") == "true" and isinstance(request.get("attributes"), list):
            made["attributes"] = rows.worded(request["attributes"], self.defined(code))
        return made


def seen(said: Said | None) -> Seen | None:
    """What a request was when it was last taken; None for one that never was."""
    return Seen(said.closed, said.agency, said.requested_at) if said is not None and said.taken else None


def identified(request: Plain) -> str:
    """The number of a request; of one without, a number made of what it says, so that it is kept once."""
    given = request.get("service_request_id")
    return given if isinstance(given, str) else f"?{digest(request, '')}"


def digest(value: Any, fingerprint: str) -> str:
    """What tells a request's word from its next one, and from the same word read in another way."""
    said = orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.blake2b(said + fingerprint.encode(), digest_size=16).hexdigest()


def shown(value: Any) -> str | None:
    """A field as text, whatever it is."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    return value if value is None or isinstance(value, str) else orjson.dumps(value, default=str).decode()
