"""Another SensorThings server: its collections page by page, asked at its own address alone."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import orjson

from doors.web import Client, Unreachable

MOST_PAGES = 100_000
DIGITS = 19              # of numbers that every store can hold
NEXT = "@iot.nextLink"
WRITTEN = "$(),;/:'="    # what stands in a question as the standard writes it

Entity = Mapping[str, Any]


@dataclass
class Remote:
    """A server's root and the way to it; `clock` is what it last said the time was."""

    root: str
    client: Client
    clock: datetime | None = None

    def collection(self, path: str, options: Mapping[str, str]) -> Iterator[Entity]:
        """All entities of a collection, over all its pages. Raises: Unreachable."""
        query = "&".join(f"{name}={quote(value, safe=WRITTEN)}" for name, value in options.items())
        return self.pages(f"{self.root}/{path}" + (f"?{query}" if query else ""))

    def within(self, entity: Entity, name: str) -> Iterator[Entity]:
        """All that is expanded within an entity, with what its next link leads to. Raises: Unreachable."""
        yield from entities(entity.get(name))
        following = entity.get(f"{name}{NEXT}")
        if isinstance(following, str) and following:
            yield from self.pages(self.own(following, self.root))

    def pages(self, address: str) -> Iterator[Entity]:
        """Entities from an address on. Raises: Unreachable, also for links that lead in a circle."""
        seen: set[str] = set()
        while address:
            if address in seen or len(seen) >= MOST_PAGES:
                raise Unreachable(f"{urlsplit(self.root).hostname} leads from page to page without an end")
            seen.add(address)
            page = self.ask(address)
            yield from entities(page.get("value"))
            following = page.get(NEXT)
            address = self.own(following, address) if isinstance(following, str) and following else ""

    def own(self, link: str, base: str) -> str:
        """A link as an address of this server: whatever host it names, no other one is asked. Raises: Unreachable."""
        try:
            to, here = urlsplit(urljoin(base, link)), urlsplit(self.root)
        except ValueError as error:
            raise Unreachable(f"{urlsplit(self.root).hostname} leads to what is no address") from error
        return urlunsplit((here.scheme, here.netloc, to.path, quote(to.query, safe=WRITTEN + "&%+@!*~?"), ""))

    def ask(self, address: str) -> dict[str, Any]:
        """One page. Raises: Unreachable."""
        got = self.client.get(address, headers={"Accept": "application/json"})
        self.clock = date_of(got.headers.get("Date")) or self.clock
        try:
            page = read(got.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"{urlsplit(self.root).hostname} answered with what is no JSON") from error
        if not isinstance(page, dict) or not isinstance(page.get("value"), list):
            raise Unreachable(f"{urlsplit(self.root).hostname} answered with what is no collection of SensorThings")
        return page


def read(body: bytes) -> Any:
    """JSON in any of its encodings; halves of characters are made visible, numbers beyond all bounds become floats.

    Raises: ValueError; RecursionError.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        text = body.decode(json.detect_encoding(body), "replace")
        found = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < DIGITS else float(digits))
        return json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))


def entities(told: Any) -> Iterator[Entity]:
    """The objects of a list."""
    for one in told if isinstance(told, list) else []:
        if isinstance(one, dict):
            yield one


def date_of(written: str | None) -> datetime | None:
    """The instant in an answer's head; None where it is not understood."""
    try:
        read = parsedate_to_datetime(written or "")
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
