"""An address that gives its rows page by page: how to ask for the next one, and for what has changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson

from readers import document, objects
from readers.base import Asked
from readers.document import Place
from readers.objects import Numbered
from readers.scanner import Scanner
from readers.spec import Paging
from readers.table import Frame, Unreadable
from readers.web import Answer, Client, secret

ROWS = {"socrata": 10_000, "ckan": 10_000, "offset": 1_000, "page": None, "next": None}
WIDEST_ZONE = timedelta(hours=14)       # a time without a zone may be meant so much earlier
FAILED = ("error", "exceptions")         # what ArcGIS and WFS answer with status 200 when they fail
COLUMN = re.compile(r"^:?[A-Za-z_]\w*$")


@dataclass(frozen=True)
class Pages(Asked):
    """The rows of a paged address, numbered from 1 as they come; a stamp of its own for each time it is opened."""

    paging: Paging
    total: int | None = None

    @property
    def crs(self) -> str | None:
        """WGS 84 when GeoJSON comes."""
        return "EPSG:4326" if self.shapes else None

    @cached_property
    def _first(self) -> list[Any]:
        """The first page. Raises: Unreadable."""
        return next(self._pages(), [])

    @cached_property
    def shapes(self) -> bool:
        """Whether the rows are GeoJSON features."""
        return any(map(objects.is_feature, self._first[:20]))

    @cached_property
    def columns(self) -> list[str]:
        """The columns of the first page. Raises: Unreadable."""
        return objects.columns(enumerate(self._first), self.shapes)

    def _pieces(self) -> Iterator[Frame]:
        return objects.pieces(self._objects(), self.shapes)

    def _objects(self) -> Iterator[Numbered]:
        number = 0
        for page in self._pages():
            for value in page:
                number += 1
                yield number, value

    def _pages(self) -> Iterator[list[Any]]:
        """Page after page until one is empty or none is named. Raises: Unreadable."""
        client = Client(self.read)
        try:
            yield from self._asked(client)
        finally:
            client.close()

    def _asked(self, client: Client) -> Iterator[list[Any]]:
        place: Place | None = None
        before: bytes | None = None
        url, taken = self.name, 0
        for turn in range(self.paging.most):
            answer = client.get(url, self._parameters(turn, taken) if url == self.name else {}, may_be_gone=turn > 0)
            if answer is None or (answer.body == before and turn > 1):
                return
            if answer.body == before:
                raise Unreadable(self.name, "gives the same page again: the parameters of `paging` do nothing there")
            value = parsed(answer.body, self.name)
            place = place or self._place(answer.body, value)
            page = list(rows_of(value, place)) if place else []
            if not page:
                return
            kept = self._new(page)
            yield kept
            taken, before = taken + len(page), answer.body
            following = self._following(answer, value, url)
            if following is None or (len(kept) < len(page) and self.paging.kind == "ckan"):
                return
            url = following
        raise Unreadable(self.name, f"has more than {self.paging.most:,} pages")

    def _place(self, body: bytes, value: Any) -> Place | None:
        """Where in the answer the rows are; None when there are none yet. Raises: Unreadable."""
        if self.read.records is None and self.paging.kind == "ckan":
            return Place("result.records", "list", "CKAN says so")
        if self.read.records is None and isinstance(value, dict) and isinstance(value.get("features"), list):
            return Place("features", "list", "ArcGIS and WFS say so, however long their list of fields is")
        found = document.locate(Scanner(iter([body.decode("utf-8", "replace")]), self.name), self.read.records)
        if found.shape == "list":
            return found
        if isinstance(value, dict) and any(inner == [] for inner in value.values()):
            return None
        raise Unreadable(self.name, "its answer holds no list of rows; say where it is in `records`")

    def _parameters(self, turn: int, taken: int) -> dict[str, str]:
        """The parameters of a page: what the pack says, then what the way of paging needs."""
        said = {key: secret(value, self.name) for key, value in self.read.parameters.items()}
        return {**said, **self._paged(turn, taken), **self._changed(said)}

    def _paged(self, turn: int, taken: int) -> dict[str, str]:
        paging = self.paging
        many = paging.rows or ROWS[paging.kind]
        if paging.kind == "socrata":
            return {"$limit": str(many), "$offset": str(taken), "$order": self.read.parameters.get("$order", ":id")}
        if paging.kind == "next":
            return {paging.size: str(many)} if many else {}
        if paging.kind == "page":
            found = {paging.at or "page": str((1 if paging.first is None else paging.first) + turn)}
        else:
            found = {paging.at or "offset": str((paging.first or 0) + taken)}
        return {**found, **({paging.size: str(many)} if many else {})}

    def _changed(self, said: dict[str, str]) -> dict[str, str]:
        """What asks for rows that changed since; nothing when everything is wanted. Raises: Unreadable."""
        updates = self.read.updates
        if self.since is None or updates is None:
            return {}
        if not COLUMN.match(updates.column):
            raise Unreadable(self.name, f"`updates` names the column {updates.column!r}; letters, digits and _ were expected")
        since = self.since.astimezone(UTC)
        if self.paging.kind == "socrata":
            moment = since if updates.column.startswith(":") else since - WIDEST_ZONE
            asked = f"{updates.column} > '{moment:%Y-%m-%dT%H:%M:%S}{'Z' if moment is since else ''}'"
            return {"$where": f"({said['$where']}) AND {asked}" if "$where" in said else asked}
        if self.paging.kind == "ckan":
            return {"sort": f"{updates.column} desc"}
        return {updates.parameter: f"{since:%Y-%m-%dT%H:%M:%SZ}"} if updates.parameter else {}

    def _new(self, page: list[Any]) -> list[Any]:
        """CKAN cannot be asked for newer rows only: it gives the newest first, and what is older is left."""
        if self.since is None or self.read.updates is None or self.paging.kind != "ckan":
            return page
        column, since = self.read.updates.column, self.since
        return [row for row in page if not (isinstance(row, dict) and older(row.get(column), since))]

    def _following(self, answer: Answer, value: Any, url: str) -> str | None:
        """The next page's address; the same, with other parameters, where the way of paging counts."""
        if self.paging.kind != "next":
            return self.name
        found = answer.next or linked(value, self.paging.next)
        if found is None:
            return None
        following = urljoin(url, found)
        if urlsplit(following).hostname != urlsplit(self.name).hostname:
            raise Unreadable(self.name, f"names a next page at another host, {urlsplit(following).hostname}; it is not followed")
        return following


def parsed(body: bytes, name: str) -> Any:
    """An answer's JSON. Raises: Unreadable, also where it says that it failed: that is no end of the rows."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        start = body[:80].decode("utf-8", "replace")
        raise Unreadable(name, f"answered with what is no JSON ({error}); it begins: {start!r}") from error
    if isinstance(value, dict):
        fault = next((value[key] for key in FAILED if value.get(key)), None)
        if fault is not None or value.get("success") is False:
            raise Unreadable(name, f"answered that it failed: {orjson.dumps(fault).decode()[:400]}")
    return value


def rows_of(value: Any, place: Place) -> list[Any]:
    """The rows of a page; none when there is no list at their place."""
    for key in place.path.split(".") if place.path else []:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def linked(value: Any, path: str) -> str | None:
    """The address under a path of keys, or the one that a list of links calls next."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, list):
        value = next((link.get("href") for link in value if isinstance(link, dict) and link.get("rel") == "next"), None)
    return value if isinstance(value, str) and value else None


def older(said: Any, since: datetime) -> bool:
    """Whether a time is surely before another; without a zone it gets the widest berth."""
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return False
    return moment.replace(tzinfo=UTC) < since - WIDEST_ZONE if moment.tzinfo is None else moment < since
