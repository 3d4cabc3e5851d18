"""The HTTP door, as its clients see it: one kept-open connection that tries again until it is answered."""

import json
import logging
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import orjson

log = logging.getLogger(__name__)

PATIENCE_S = 120.0     # for one answer
PAUSE_S = 1.0          # before trying again, unless the door names another
LONGEST_PAUSE_S = 30.0


class Refused(Exception):
    """The door will not take what was sent, however often; the text says why."""


class Stopped(Exception):
    """The simulator is being stopped."""


class BadTokens(Exception):
    """The file with the sources' tokens is missing or incomplete."""


@dataclass(frozen=True)
class Answer:
    """What became of a batch."""

    taken: int
    seen: int
    rejected: int
    reasons: tuple[dict[str, Any], ...]


@dataclass
class Door:
    """One connection to the door; not to be shared between threads. `tokens` by subject."""

    url: str
    tokens: Mapping[str, str]
    stop: Event
    _line: HTTPConnection | None = field(default=None, init=False)

    def post(self, subject: str, body: bytes, *, keyed: bool = True) -> Answer:
        """Send a batch until it is answered. The body's own digest is its key, so the same batch counts once.

        Raises: Refused; Stopped.
        """
        headers = {"Idempotency-Key": blake2b(subject.encode() + body, digest_size=16).hexdigest()} if keyed else {}
        said = self._send("POST", f"/ingest/v1/{subject}", body, self.tokens[subject], headers)
        answer = Answer(said["taken"], said["seen"], said["rejected"], tuple(said["reasons"]))
        if answer.rejected:
            log.warning("%s: %d of %d rows rejected, first: %s", subject, answer.rejected,
                        answer.taken + answer.seen + answer.rejected, answer.reasons[:1])
        return answer

    def tell_job(self, key: str, body: Mapping[str, Any]) -> None:
        """Say how far a long work is. Raises: Refused; Stopped."""
        self._send("PUT", f"/ingest/v1/jobs/{key}", orjson.dumps(body), self.tokens["cases"], {})

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _send(self, method: str, path: str, body: bytes, token: str, more: Mapping[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **more}
        waited = False
        while not self.stop.is_set():
            kept = self._line is not None
            try:
                status, pause, said = self._once(method, path, body, headers)
            except (OSError, HTTPException) as error:
                self.close()
                if kept:         # servers hang up on a line that was quiet for a while: a new one may do
                    continue
                status, pause, said = 0, PAUSE_S, f"{type(error).__name__}: {error}".encode()
            if status == 200:
                if waited:
                    log.info("the door answers again")
                answer: dict[str, Any] = orjson.loads(said) if said else {}
                return answer
            if 400 <= status < 500 and status != 429:
                raise Refused(f"{method} {path}: {status} {said[:500].decode(errors='replace')}")
            if not waited:
                log.warning("%s %s: %s; waiting", method, path, status or said.decode(errors="replace"))
            waited = True
            self.stop.wait(pause)
        raise Stopped

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float, bytes]:
        """Ask once: status, seconds to wait when it is not an answer, body."""
        if self._line is None:
            self._line = _connection(self.url)
        self._line.request(method, urlsplit(self.url).path.rstrip("/") + path, body, dict(headers))
        response = self._line.getresponse()
        said = response.read()
        if response.will_close:
            self.close()
        return (200 if response.status in (201, 204) else response.status), _pause(response), said


def tokens(file: Path, sources: Mapping[str, str]) -> dict[str, str]:
    """Each subject's token: that of the source it is sent as. Raises: BadTokens."""
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadTokens(f"cannot read the tokens in {file}: {error}") from error
    missing = sorted(set(sources.values()) - set(known))
    if missing:
        raise BadTokens(f"{file} has no token for {', '.join(missing)}")
    return {subject: known[source] for subject, source in sources.items()}


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    line = kind(parts.hostname or "127.0.0.1", parts.port, timeout=PATIENCE_S)
    line.connect()
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _pause(response: HTTPResponse) -> float:
    said = response.getheader("Retry-After", "")
    return min(float(said), LONGEST_PAUSE_S) if said.replace(".", "", 1).isdigit() else PAUSE_S
