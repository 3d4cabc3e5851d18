"""`POST /cap/v1`: a document of CAP by whoever has a token, taken before it is answered."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response

from doors.cap import openapi
from doors.cap.taking import DOOR, NoAlert, Taker
from doors.courier import Answer, Unavailable
from doors.desk import Desk
from doors.markup import NotXml
from ingest.door import RETRY_AFTER, Refused, answer, key
from ingest.pack.doors.cap import Cap

OWN = Cap(door="cap")


def counter(desk: Desk) -> Blueprint:
    """The door for a city's CAP messages."""
    made = Blueprint("cap", __name__)

    @made.post("/cap/v1")
    def take() -> Response:
        source = desk.hall.admit()
        taker = Taker(desk.courier, source.key, entry_of(desk, source.key))
        with desk.hall.body() as body:
            try:
                taker.read(body)
                harvest = taker.harvest([body])
                given = taker.give(harvest, origin="/cap/v1", key=key())
            except (NotXml, NoAlert) as error:
                keep(desk, source.key, body, str(error))
                raise Refused(400, "unreadable", f"{error}; it is kept") from error
            except Unavailable as error:
                raise again(error) from error
        desk.states.of(source.key, DOOR, connects=False).message(harvest.count, harvest.newest)
        return answer(200, told(given))

    @made.get("/cap/v1/openapi.json")
    def describe() -> Response:
        return answer(200, openapi.description())

    return made


def keep(desk: Desk, source: str, body: bytes, why: str) -> None:
    """Keep a document that nobody can read. Raises: Refused, when the database does not take it now."""
    try:
        desk.courier.refuse(source, "warnings", body, code="unreadable", text=why, door=DOOR, origin="/cap/v1")
    except Unavailable as error:
        raise again(error) from error


def again(error: Unavailable) -> Refused:
    """What is answered when nothing can be stored now."""
    return Refused(503, "unavailable", f"{error}; nothing was stored, send again", {"Retry-After": RETRY_AFTER})


def entry_of(desk: Desk, source: str) -> Cap:
    """How the pack says that a source's messages are read: by its entry without an address before others."""
    pack = desk.courier.pack
    there = [] if pack is None else [entry for one in pack.sources if one.key == source
                                     for entry in one.listen if isinstance(entry, Cap)]
    return min(there, key=lambda entry: entry.asks, default=OWN)


def told(given: Answer) -> dict[str, Any]:
    """The answer."""
    made = asdict(given)
    del made["newest"]
    return made
