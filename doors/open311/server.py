"""What the city's Open311 server answers, and how a form becomes a case."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy import Connection

from data_access import service_requests as shown
from data_access.engine import reading, sql
from data_access.service_requests import Asked, Service
from doors.courier import Unavailable
from doors.desk import Desk
from doors.open311 import showing
from doors.open311.fault import Fault, bad, missing
from doors.open311.forms import Form, checked, fields
from doors.open311.questions import identity, question
from doors.open311.questions import told as parameters
from doors.open311.rendering import FORMATS, TYPES, Format, rendered
from indicators.text import Language
from ingest import service_requests
from ingest.batch import Source
from ingest.door import RETRY_AFTER, Refused, as_refused
from ingest.door import key as idempotency_key
from ingest.identity import identities
from ingest.rejects import Rejects
from ingest.room import Room
from ingest.service_requests import Word

log = logging.getLogger("tonglan.doors")

DOOR = "open311"
READERS = 8                     # questions that are answered at once
LONGEST_WAIT_S = 5.0
SAME_S = 600                    # the same form within ten minutes is the same request, sent again
Content = Mapping[str, Any] | Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Server:
    """The server of one process."""

    desk: Desk
    room: Room = field(default_factory=lambda: Room(READERS, LONGEST_WAIT_S))

    def answer(self, ending: str, made: Callable[[], tuple[str, Content]]) -> Response:
        """What a resource says in the format that its address ends with, or why it says nothing."""
        format_ = known(ending)
        try:
            if ending not in FORMATS:
                raise missing("an address ends with its format, .json or .xml, such as /open311/v2/services.json")
            self.belongs()
            status, root, content, headers = 200, *made(), dict[str, str]()
        except Exception as error:
            fault = told(error)
            if fault.status >= 500:
                log.error("open311: %s", type(error).__name__, exc_info=error if fault.status == 500 else None)
            status, root, content, headers = fault.status, "errors", fault.listed(), dict(fault.headers)
        return Response(rendered(format_, root, content), status, {
            "Content-Type": TYPES[format_], "Access-Control-Allow-Origin": "*", "Vary": "Accept-Language", **headers})

    def belongs(self) -> None:
        """The question is of this city. Raises: Fault."""
        given = request.args.get("jurisdiction_id", "").strip()
        self.of_city(given)

    def of_city(self, jurisdiction: str) -> None:
        """A jurisdiction is this city, or none was said. Raises: Fault; NoCity."""
        city, _ = self.desk.hall.intake.prepared()
        if jurisdiction and jurisdiction.casefold() != city.key.casefold():
            raise missing(f"jurisdiction_id {jurisdiction[:100]!r} was not found; this server is of {city.key}")

    def discovery(self) -> tuple[str, Content]:
        """Where the server is."""
        with self.room.hold(1):
            changed = shown.loaded_at(self.desk.courier.engine)
        return "discovery", showing.discovery(request.url_root, changed)

    def services(self) -> tuple[str, Content]:
        """The list of services."""
        with self.room.hold(1):
            return "services", showing.services(shown.services(self.desk.courier.engine), language())

    def definition(self, code: str) -> tuple[str, Content]:
        """A service's definition. Raises: Fault."""
        return "service_definition", showing.definition(self.service(code))

    def service(self, code: str) -> Service:
        """A service by its code. Raises: Fault."""
        with self.room.hold(1):
            found = {one.code: one for one in shown.services(self.desk.courier.engine)}
        if code not in found:
            raise missing(f"service_code {code[:100]!r} was not found")
        return found[code]

    def requests(self) -> tuple[str, Content]:
        """The requests that are asked for. Raises: Fault."""
        self.let_read()
        city, _ = self.desk.hall.intake.prepared()
        wanted = question(parameters(request.args), city.zone, datetime.now(UTC))
        with self.room.hold(1):
            found = shown.requests(self.desk.courier.engine, wanted.asked)
        return "service_requests", showing.requests(found, language(), wanted.extensions)

    def request(self, number: str) -> tuple[str, Content]:
        """One request. Raises: Fault."""
        self.let_read()
        wanted = identity(number)
        with self.room.hold(1):
            found = () if wanted is None else shown.requests(self.desk.courier.engine, Asked(ids=(wanted,)))
        if not found:
            raise missing(f"service_request_id {number[:100]!r} was not found")
        extensions = request.args.get("extensions", "").lower() in ("true", "1", "yes")
        return "service_requests", showing.requests(found, language(), extensions)

    def token(self, token: str) -> tuple[str, Content]:
        """The request that was sent with this Idempotency-Key, whichever source sent it. Raises: Fault."""
        self.let_read()
        engine = self.desk.courier.engine
        with self.room.hold(1), reading(engine, "the sources") as connection:
            sources = connection.execute(sql("SELECT key FROM source")).scalars().all()
            name = named(chosen(token))
            ids = [int(identities(source, [name])[0]) for source in sources]
            found = shown.requests(engine, Asked(ids=tuple(ids)))
        if not found:
            raise missing(f"token {token[:100]!r} was not found")
        return "service_requests", [{"service_request_id": str(one.case_id), "token": token} for one in found]

    def let_read(self) -> None:
        """Pass when who asks may read requests. Raises: Fault."""
        key = request.args.get("api_key", "").strip()
        try:
            self.desk.let_read(DOOR, key)
        except Refused as error:
            said = key or request.headers.get("Authorization")
            raise Fault(403, (f"{'invalid' if said else 'missing'} api_key: requests are read by the token of a source or a "
                              "reader of this city",)) from error

    def nothing(self) -> tuple[str, Content]:
        """What an address that is none of the standard's answers. Raises: Fault."""
        if request.method not in ("GET", "HEAD"):
            raise Fault(405, (f"there is nothing to {request.method} here; a request for service is a POST to requests",))
        raise missing("there is no such address; there are discovery, services, requests and tokens")

    def take(self) -> tuple[str, Content]:
        """Take a form: it is stored when this returns. Raises: Fault, Refused, Unavailable."""
        with self.desk.hall.body() as body:
            given = fields(body, request.mimetype, request.mimetype_params)
            source = self.sender(given.get("api_key", ""))
            self.of_city(given.get("jurisdiction_id", "").strip())
            form = checked(given)
            service = self.service(form.service_code)
            number = self.store(source, form, service)
        return "service_requests", [{"service_request_id": str(number), "service_notice": showing.notice(service, language()),
                                     "account_id": form.contact.get("account_id")}]

    def sender(self, key: str) -> Source:
        """The source that a form comes from: by api_key, or by a token as for batches. Raises: Fault."""
        key = key.strip() or request.args.get("api_key", "").strip()
        header = f"Bearer {key}" if key else request.headers.get("Authorization")
        try:
            return self.desk.hall.keeper.admit(header)
        except Refused as error:
            text = f"{'invalid' if header else 'missing'} api_key: it is the token of a source of this city"
            raise Fault(403, (text,)) from error

    def store(self, source: Source, form: Form, service: Service) -> int:
        """Store a form, or find that it was. Returns: the case's number. Raises: Fault, Unavailable."""
        now = datetime.now(UTC)
        given = idempotency_key()
        key = chosen(given) if given is not None else self.recent(source, form, now)
        name, city = named(key), self.desk.hall.intake.prepared()[0]
        answered = self.desk.courier.give(
            source.key, "cases", [form.row(name, service.name, city.root.code, now)], door=DOOR, origin=request.remote_addr or "",
            key=key, whole=[form.sent], also=partial(self.keep, source=source, form=form, name=name, now=now))
        self.desk.states.of(source.key, DOOR, DOOR, connects=False).message(1, now)
        if answered.rejected:
            raise bad(*dict.fromkeys(str(reason["text"]) for reason in answered.reasons))
        return int(identities(source.key, [name])[0])

    def keep(
        self, connection: Connection, batch_id: int, found: Rejects, *, source: Source, form: Form, name: str, now: datetime
    ) -> None:
        """Keep what the form says beyond the case, in its transaction; nothing personal of one that was refused."""
        if found.reasons:
            return
        service_requests.keep(connection, source.key, [Word(name, True, False, now, form.texts, form.attributes, None)])
        service_requests.contact(connection, source.key, name, form.contact)

    def recent(self, source: Source, form: Form, now: datetime) -> str:
        """The key of a form without one: that of the same form of a moment ago, where there is one."""
        said = hashlib.blake2b(orjson.dumps([form.sent, form.contact], option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
        turn = int(now.timestamp()) // SAME_S
        before = f"{DOOR}:{said}:{turn - 1}"
        with reading(self.desk.courier.engine, "what was sent") as connection:
            at = connection.execute(sql("SELECT received_at FROM batch WHERE source_id = :source AND idempotency_key = :key"),
                                    {"source": source.source_id, "key": before}).scalar()
        return before if at is not None and (now - at).total_seconds() < SAME_S else f"{DOOR}:{said}:{turn}"


def chosen(key: str) -> str:
    """The batch's key for a key that the sender chose."""
    return f"{DOOR}:{key}"


def named(key: str) -> str:
    """The name of a case whose form had this key: the same form again is the same case."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=10).hexdigest()


def known(ending: str) -> Format:
    """The format of an answer; where the address does not say, what the reader prefers, or XML, which the standard requires."""
    if ending in FORMATS:
        return "json" if ending == "json" else "xml"
    return "json" if request.accept_mimetypes.best_match(["text/xml", "application/json"]) == "application/json" else "xml"


def language() -> Language:
    """The language in which names are given."""
    return "zh" if request.accept_languages.best_match(["en", "zh"]) == "zh" else "en"


def told(error: Exception) -> Fault:
    """What an error means to whoever asks."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, Unavailable):
        return Fault(503, (f"{error}; nothing was stored, send again",), {"Retry-After": RETRY_AFTER})
    refused = as_refused(error)
    return Fault(refused.status, (str(refused),), refused.headers)
