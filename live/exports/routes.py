"""`/export/<what>.csv` and `.xlsx`: a table as a file, sent while it is read."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from threading import BoundedSemaphore

from flask import Blueprint, Response, request

from data_access.city import City
from data_access.engine import DataUnavailable
from layouts.take_away import KINDS, WHATS, What
from layouts.view import View
from layouts.words import say
from live import gate
from live.address import Refused
from live.desk import Desk
from live.exports import files, names, orders
from live.exports.orders import Order
from live.language import asked
from live.sources import NO_STORE, told

AT_ONCE = 3            # files on their way; each holds a connection and most of a core
PATIENCE_S = 5.0       # how long a further one waits for its turn
AHEAD = 4              # pieces: a file's beginning, and the first that was read


def routes(city: Callable[[], City | None], desk: Callable[[View], Desk]) -> Blueprint:
    """`desk` is where an order's numbers are read, with time enough for long reads."""
    blueprint = Blueprint("exports", __name__)
    turns = BoundedSemaphore(AT_ONCE)

    @blueprint.get(f"/export/<any({', '.join(WHATS)}):what>.<any({', '.join(KINDS)}):kind>")
    def export(what: What, kind: str) -> Response:
        language, here = asked(request), city()
        if here is None:
            return told(503, say("notice.loading", language))
        try:
            order = orders.read(here, what, request.args.to_dict(), language, gate.scope())
        except Refused as refused:
            return told(refused.status, refused.words[language])
        if not turns.acquire(timeout=PATIENCE_S):
            return told(503, say("take.busy", language))
        try:
            return sent(desk(order.view), order, kind, turns.release)
        except Refused as refused:
            turns.release()
            return told(refused.status, refused.words[language])
        except DataUnavailable:
            turns.release()
            return told(503, say("notice.unreachable", language))
        except BaseException:
            turns.release()
            raise

    return blueprint


def sent(desk: Desk, order: Order, kind: str, done: Callable[[], None]) -> Response:
    """The file; its first piece is read before anything is answered, so that what cannot be read is no file."""
    pieces = files.pieces(desk, order, kind, bare="bare" in request.args)
    response = Response(Sending(pieces, done), mimetype=files.MIMES[kind], headers=NO_STORE)
    response.headers["Content-Disposition"] = names.attached(names.of(desk.look, order, kind))
    return response


class Sending:
    """A body whose beginning is there already, and that gives its turn to the next when it is sent, or broken off."""

    def __init__(self, pieces: Iterator[bytes], done: Callable[[], None]) -> None:
        self._begun = list(islice(pieces, AHEAD))
        self._pieces, self._done, self._over = pieces, done, False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from filter(None, chain(self._begun, self._pieces))
        finally:
            self.close()

    def close(self) -> None:
        """Whatever way it ended."""
        if self._over:
            return
        self._over = True
        try:
            getattr(self._pieces, "close", lambda: None)()
        finally:
            self._done()
