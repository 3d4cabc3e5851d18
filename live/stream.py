"""One viewer's stream: the whole picture of an address first, then what changes, and a beat while nothing does."""

import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from data_access.city import City
from data_access.engine import DataUnavailable
from data_access.jobs import Job
from indicators.text import Language
from layouts import ids, notice, wall
from layouts.view import View, href
from live import address, events, gate
from live.atlas import Atlas
from live.hub import Hub
from live.language import preferred
from live.mailbox import Mailbox
from live.picture import Picture

BEAT_S = 1.5
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


Within = Callable[[View, str], bool]


@dataclass(frozen=True)
class Limit:
    """The region that a viewer may see, and who knows whether a view lies in it."""

    region: str
    holds: Within


def routes(hub: Hub[View], atlas: Atlas, jobs: Callable[[], tuple[Job, ...]], within: Within) -> Blueprint:
    """`/live` followed by the path and query of the address to be streamed; who wants JSON gets its first picture alone."""
    blueprint = Blueprint("live", __name__)

    @blueprint.get("/live/", defaults={"page": ""})
    @blueprint.get("/live/<path:page>")
    def stream(page: str) -> Response:
        search = request.query_string.decode(errors="replace")
        language = preferred(request.accept_languages)
        region = gate.scope()
        limit = None if region is None else Limit(region, within)
        if request.accept_mimetypes.best == "application/json":
            found = ahead(hub, atlas, f"/{page}", search, language, limit)
            return Response(found, 204 if found is None else 200, HEADERS, mimetype="application/json")
        if request.method == "HEAD":
            return Response(mimetype="text/event-stream", headers=HEADERS)   # its body would never end
        body = viewing(hub, atlas, jobs, f"/{page}", search, language, limit)
        return Response(body, mimetype="text/event-stream", headers=HEADERS)

    return blueprint


def ahead(
    hub: Hub[View], atlas: Atlas, pathname: str, search: str, language: Language, limit: Limit | None,
) -> bytes | None:
    """What somebody is likely to look at next, as the stream of it would begin. Returns: None while there is no live picture
    of it, and for who is held to a region: he waits until he is there and was judged."""
    city = atlas.city
    if city is None or limit is not None:
        return None
    with suppress(address.Refused):
        view = address.read(city, pathname, search, language)
        props = hub.prepare(view)
        if props and hub.cut_since is None:
            return events.whole(props, href(view))
    return None


def viewing(
    hub: Hub[View], atlas: Atlas, jobs: Callable[[], tuple[Job, ...]], pathname: str, search: str, language: Language,
    limit: Limit | None = None,
) -> Generator[bytes]:
    """Everything that one viewer is told, until he leaves."""
    yield events.hello()
    spoken = address.spoken(pathname, search, language)
    city = yield from _arrival(hub, atlas, jobs, spoken)
    try:
        view = address.read(city, pathname, search, language, limit.region if limit else None)
        if limit:
            yield from _admission(hub, view, limit, spoken)
    except address.Refused as refused:
        yield events.notice("refusal", covering(notice.refusal(refused.words, spoken), spoken))
        while True:
            yield events.beat(hub.cut_since)
            time.sleep(BEAT_S)
    with hub.watch(view) as mailbox:
        yield from _watching(hub, view, mailbox)


def _arrival(
    hub: Hub[View], atlas: Atlas, jobs: Callable[[], tuple[Job, ...]], language: Language,
) -> Generator[bytes, None, City]:
    """Tell how the loading goes until there is a city. Returns: the city."""
    while (city := atlas.city) is None:
        try:
            yield events.notice("waiting", covering(notice.loading(jobs(), language), language))
        except DataUnavailable:
            yield events.notice("waiting", covering(notice.unreachable(language), language))
        yield events.beat(hub.cut_since)
        atlas.wait(BEAT_S)
    return city


def _admission(hub: Hub[View], view: View, limit: Limit, language: Language) -> Generator[bytes]:
    """Wait for the database to say that the view lies within the limit. Raises: Refused when it does not."""
    while True:
        try:
            if limit.holds(view, limit.region):
                return
            raise address.Refused(address.OFF_LIMITS, 403)
        except DataUnavailable:
            yield events.notice("waiting", covering(notice.unreachable(language), language))
            yield events.beat(hub.cut_since)
            time.sleep(BEAT_S)


def _watching(hub: Hub[View], view: View, mailbox: Mailbox) -> Generator[bytes]:
    painted, patience, language = False, 0.0, view.scope.language
    while True:
        parcel = mailbox.take(patience)
        patience = BEAT_S
        if parcel.props:
            yield events.picture(parcel.props, href(view)) if parcel.whole else events.change(parcel.props)
            painted = painted or parcel.whole
        if not painted:
            yield events.notice("waiting", covering(notice.unreachable(language), language))
        yield events.beat(hub.cut_since)


def covering(children: list[Any], language: Language) -> Picture:
    """A notice over the whole screen, in the viewer's language."""
    return {ids.WALL: {**wall.tongue(language), "data-parent": None, "data-title": None},
            ids.NOTICE: {"children": children}}
