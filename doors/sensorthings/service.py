"""One request of the service, alone or within a batch; every error is an answer in the standard's form."""

import logging
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from data_access.engine import DataUnavailable
from doors.courier import Unavailable
from doors.sensorthings.addresses import NotFound
from doors.sensorthings.answering import Reply, answer
from doors.sensorthings.query import Malformed
from doors.sensorthings.reading import Budget
from doors.sensorthings.writing import Declined, NotHere, Writer
from ingest.door import Refused, as_refused, unavailable

log = logging.getLogger("tonglan.doors")

TOO_SLOW = "57014"      # SQLSTATE of a statement that took too long
DATA_FAULTS = ("22", "XX")  # SQLSTATE classes of a condition that cannot be computed: a division, a geometry, a number too large
RETRY_AFTER = {"Retry-After": "2"}


@dataclass
class Service:
    """What one sender asks; `writer` is None for a sender without a token, who may only read."""

    engine: Engine
    root: str
    writer: Writer | None = None
    budget: Budget = field(default_factory=Budget)

    def ask(self, method: str, path: str, query: str, body: Any = None) -> Reply:
        """Answer a request; every error is an answer."""
        try:
            if method in ("GET", "HEAD"):
                with self.engine.connect() as connection:   # every statement for itself, which saves two round trips
                    return answer(connection.execution_options(isolation_level="AUTOCOMMIT"), self.root, path, query, self.budget)
            if method != "POST":
                return failure(405, "not_allowed", f"{method} is not allowed; entities are read and created here, not changed",
                               {"Allow": "GET, POST"})
            if self.writer is None:
                raise Refused(401, "no_token", "send Authorization: Bearer <token>", {"WWW-Authenticate": "Bearer"})
            return self.writer.create(path, body)
        except Exception as error:
            return explained(error)


def explained(error: Exception) -> Reply:
    """An error as an answer."""
    if isinstance(error, NotFound):
        return failure(404, "not_found", str(error))
    if isinstance(error, Malformed):
        return failure(400, "malformed", str(error))
    if isinstance(error, Declined):
        return failure(409 if error.conflict else 400, "conflict" if error.conflict else "rejected", str(error))
    if isinstance(error, NotHere):
        return failure(400, "not_here", str(error))
    if isinstance(error, Unavailable | DataUnavailable):
        return failure(503, "unavailable", "the database does not answer; nothing was stored, send again", RETRY_AFTER)
    if isinstance(error, DBAPIError):
        return of_database(error)
    refused = as_refused(error)
    if refused.status >= 500:
        log.error("%s: %s", refused.code, type(error).__name__, exc_info=error if refused.status == 500 else None)
    return failure(refused.status, refused.code, str(refused), refused.headers)


def of_database(error: DBAPIError) -> Reply:
    """What the database's error means to whoever asked."""
    code = str(getattr(error.orig, "pgcode", None) or "")
    if code == TOO_SLOW:
        return failure(503, "too_slow", "this takes too long; ask for less, or with a narrower $filter", RETRY_AFTER)
    if code[:2] in DATA_FAULTS:
        return failure(400, "malformed", "the condition cannot be computed: a number is too large, or a geometry is none")
    if unavailable(error):
        return failure(503, "unavailable", "the database does not answer; nothing was stored, send again", RETRY_AFTER)
    log.error("failed: %s", type(error).__name__, exc_info=error)
    return failure(500, "failed", "this failed inside; nothing was stored")


def failure(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    """An error in the form of the standard."""
    return Reply(status, {"error": {"code": code, "message": message}}, headers or {})
