"""Where context brokers send their notifications: /ngsi/v2/notify and /ngsi-ld/v1/notify, by a source's token."""

from flask import Blueprint, Response, request

from doors.courier import Unavailable
from doors.desk import Desk
from doors.ngsi import openapi
from doors.ngsi.reception import DOOR, Reception, Unreadable
from ingest.batch import Source
from ingest.door import RETRY_AFTER, Refused, answer


def counter(desk: Desk) -> Blueprint:
    """The notifications' door, as part of the process of the doors."""
    blueprint = Blueprint(DOOR, __name__)
    reception = Reception(desk.courier)

    @blueprint.get("/ngsi/openapi.json")
    def describe() -> Response:
        return answer(200, openapi.description())

    @blueprint.post("/ngsi/v2/notify")
    @blueprint.post("/ngsi-ld/v1/notify")
    def notified() -> Response:
        source = admitted(desk)
        with desk.hall.body() as body:
            try:
                told = reception.take(source.key, body, request.remote_addr or "")
            except Unreadable as error:
                raise Refused(400, "unreadable", f"{error}; it is kept") from error
            except Unavailable as error:
                again = {"Retry-After": RETRY_AFTER}
                raise Refused(503, "unavailable", f"{error}; not all of it was stored, send again", again) from error
        desk.states.of(source.key, DOOR, connects=False).message(told["entities"])
        return answer(200, told)

    return blueprint


def admitted(desk: Desk) -> Source:
    """The source whose token the request bears, in either header that a subscription can set. Raises: Refused."""
    token = request.headers.get("X-Auth-Token")
    return desk.hall.admit() if token is None else desk.hall.keeper.admit(f"Bearer {token}")
