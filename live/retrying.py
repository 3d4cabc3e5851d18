"""A source's rejects, tried once more because somebody asked for it on its page."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Request, Response, jsonify, request

from indicators.text import Language
from layouts.formats import digits
from layouts.words import say
from live.language import asked

log = logging.getLogger(__name__)

Retry = Callable[[str], Mapping[str, Any]]   # a source's key → how many rejects are resolved, rejected again, left out


class CannotRetry(Exception):
    """The source's rejects cannot be tried again as things are; the message says why."""


class Turns:
    """One retry of a source at a time."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._lock = Lock()

    @contextmanager
    def turn(self, source: str) -> Iterator[bool]:
        """Say whether it is this one's turn; afterwards it is anybody's."""
        with self._lock:
            mine = source not in self._taken
            self._taken.add(source)
        try:
            yield mine
        finally:
            if mine:
                with self._lock:
                    self._taken.discard(source)


def routes(retry: Retry) -> Blueprint:
    """POST `/sources/<key>/retry`, from a page of this server only. Answers `{"text"}`, for a person."""
    blueprint = Blueprint("retrying", __name__)
    turns = Turns()

    @blueprint.post("/sources/<key>/retry")
    def again(key: str) -> tuple[Response, int]:
        language = asked(request)
        if not from_this_server(request):
            return jsonify(text=say("rejects.elsewhere", language)), 403
        with turns.turn(key) as mine:
            status, text = attempt(retry, key, language) if mine else (409, say("rejects.busy", language))
        return jsonify(text=text), status

    return blueprint


def attempt(retry: Retry, key: str, language: Language) -> tuple[int, str]:
    """Try again. Returns: HTTP's status, and what came of it in words."""
    try:
        done = retry(key)
    except CannotRetry as error:
        return 409, say("rejects.failed", language, why=str(error))
    except Exception:
        log.exception("the rejects of %s cannot be retried", key)
        return 503, say("rejects.failed", language, why=say("rejects.broken", language))
    counts = {name: digits(done[name], 0) for name in ("resolved", "rejected", "left")}
    return 200, say("rejects.retried", language, **counts)


def from_this_server(request: Request) -> bool:
    """Whether the browser says that a page of this very server asks: another site's page may not."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == request.host
