"""An Open311 server as it is asked: its resources, by the standard's addresses, with its faults told in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any, TypeVar
from urllib.parse import quote

from doors.open311 import answers
from doors.open311.answers import Told, Unreadable
from doors.web import Client, Unreachable
from ingest.pack.doors.open311 import Open311

Found = TypeVar("Found")

PATIENCE = 3                # times that a server may ask to wait
LONGEST_WAIT_S = 300.0
AGAIN = 2                   # askings for an answer that is empty
BUSY = (429, 503)


@dataclass(frozen=True)
class Endpoint:
    """One server; `key` is its api_key."""

    entry: Open311
    client: Client
    key: str | None
    stop: Event

    def services(self) -> list[Any]:
        """What can be asked of the city. Raises: Unreachable."""
        return self.asked("services", {}, answers.services)

    def definition(self, code: str) -> answers.Plain:
        """What a service wants to be told. Raises: Unreachable."""
        return self.asked(f"services/{quote(code, safe='')}", {}, answers.definition)

    def requests(self, parameters: Mapping[str, str]) -> list[Any]:
        """The requests that some parameters ask for. Raises: Unreachable."""
        try:
            return self.asked("requests", parameters, answers.requests)
        except Missing as error:
            if error.told and "jurisdiction" not in str(error).lower():
                return []           # so some servers say that there are none
            raise

    def request(self, identity: str) -> list[Any]:
        """One request; none when the server does not have it any more. Raises: Unreachable."""
        try:
            return self.asked(f"requests/{quote(identity, safe='')}", {}, answers.requests)
        except Missing:
            return []

    def asked(self, resource: str, parameters: Mapping[str, str], read: Callable[[bytes], Found]) -> Found:
        """What a resource answers. Raises: Unreachable, Missing."""
        body = b""
        for _ in range(AGAIN):
            body = self.body(resource, parameters)
            if body.strip():
                break
        try:
            return read(body)
        except (Unreadable, Told) as error:
            raise Unreachable(f"{resource}: {error}") from error

    def body(self, resource: str, parameters: Mapping[str, str]) -> bytes:
        """The bytes of an answer; a server that asks to wait is waited for. Raises: Unreachable, Missing."""
        said = {"jurisdiction_id": self.entry.jurisdiction, "api_key": self.key}
        url = f"{self.entry.url.rstrip('/')}/{resource}.{self.entry.format}"
        for left in reversed(range(PATIENCE + 1)):
            try:
                return self.client.get(url, {name: value for name, value in said.items() if value} | dict(parameters)).body
            except Unreachable as error:
                if not left or error.status not in BUSY or error.retry_after_s is None:
                    raise self.explained(resource, error) from error
                if self.stop.wait(min(error.retry_after_s, LONGEST_WAIT_S)):
                    raise
        raise AssertionError("the last try returns or raises")

    def explained(self, resource: str, error: Unreachable) -> Unreachable:
        """The error with what the server said of it."""
        try:
            answers.requests(error.body)
            said = ""
        except (Unreadable, Told) as inner:
            said = str(inner)
        text = f"{resource}: {error}{f': {said}' if said else ''}"
        return Missing(text, told=bool(said)) if error.status == 404 else Unreachable(text, status=error.status)


class Missing(Unreachable):
    """The server has no such thing; `told` when it says so in the standard's words."""

    def __init__(self, text: str, told: bool) -> None:
        super().__init__(text, status=404)
        self.told = told


def w3(at: datetime) -> str:
    """An instant as the standard writes it, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
