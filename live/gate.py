"""The gate for walls: a token in place of a login, which reads, and reads its own region only.

A browser that was let in bears a cookie made from the token. Whoever bears one is held to it;
whoever bears none is not the gate's concern: the screen as such is open, or a proxy in front of it asks.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any

from flask import Flask, Request, Response, g, has_request_context, request

from data_access.city import City
from data_access.tile_reach import touches
from live.mount import Wsgi
from settings import WallToken

COOKIE = "tonglan_wall"
YEAR_S = 365 * 86400
CALLBACKS = "/_dash-update-component"     # what a person's action asks: it changes nothing on the server
READING = ("GET", "HEAD", "OPTIONS")
PAGES = ("/", "/sources")                 # not the pages of single sources: their rows come from anywhere
OPEN = ("/live/", "/tiles/", "/assets/", "/_dash", "/_favicon", "/favicon.ico", "/healthz", "/r/", "/wall",
        "/region", "/indicator/", "/organization", "/compare", "/why/", "/briefing/", "/briefings", "/export/", "/print/")


class Gate:
    """Knows the tokens; empty, it lets everybody through."""

    def __init__(self, tokens: Sequence[WallToken], city: Callable[[], City | None]) -> None:
        self._tokens = {mark(one.token): one for one in tokens}
        self._city = city

    @property
    def locked(self) -> bool:
        """Whether a wall needs a token."""
        return bool(self._tokens)

    def admit(self, token: str) -> WallToken | None:
        """Whose token it is."""
        return self._match(mark(token))

    def bearer(self, asked: Request) -> WallToken | None:
        """Who was let in before."""
        return self._match(asked.cookies.get(COOKIE, ""))

    def _match(self, given: str) -> WallToken | None:
        """Compare with every token, in the same time whether one fits or not."""
        found = None
        for kept, one in self._tokens.items():
            if hmac.compare_digest(kept.encode(), given.encode("utf-8", "surrogatepass")):
                found = one
        return found

    def guard(self, server: Flask) -> None:
        """Judge every request of a browser that bears the cookie; /wall judges its own."""
        if self.locked:
            server.before_request(self._judge)

    def _judge(self) -> Response | None:
        if COOKIE not in request.cookies or request.path == "/wall" or request.path.startswith("/wall/"):
            return None
        bearer = self.bearer(request)
        if bearer is None:
            return forget(refusal(401, "this wall's token is not valid any more"))
        g.wall_region = bearer.region
        if request.method not in READING and request.path != CALLBACKS:
            return refusal(403, "a wall only reads")
        if request.path not in PAGES and not request.path.startswith(OPEN):
            return refusal(403, "not for walls")
        return self._judge_tile(bearer)

    def _judge_tile(self, bearer: WallToken) -> Response | None:
        """Marks of tiles off the wall's region are left out; borders are no secret."""
        city, asked = self._city(), request.view_args or {}
        if request.endpoint != "tiles.tile" or city is None or asked["layer"].startswith("region-"):
            return None
        here = city.codes.get(bearer.region)
        if here is not None and touches(asked["z"], asked["x"], asked["y"], city.regions[here]):
            return None
        return Response(status=204, headers={"Cache-Control": "no-store"})


def scope() -> str | None:
    """The region to which this request's wall is limited; None where there is no limit."""
    return g.get("wall_region") if has_request_context() else None


def mark(token: str) -> str:
    """What the browser keeps in place of a token."""
    return hmac.new(b"tonglan wall", token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def remember(response: Response, one: WallToken) -> Response:
    """Let the browser in for a year; every visit of /wall begins the year anew."""
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(COOKIE, mark(one.token), max_age=YEAR_S, httponly=True, samesite="Lax", secure=secure)
    return response


def forget(response: Response) -> Response:
    """Take the cookie back."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")
    return response


def refusal(status: int, text: str) -> Response:
    """A short answer that no cache keeps."""
    return Response(text, status, headers={"Cache-Control": "no-store"}, mimetype="text/plain")


def without_walls(other: Wsgi) -> Wsgi:
    """Another application that no browser of a wall may ask."""
    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if COOKIE in cookies(environ):
            return refusal(403, "a wall only reads")(environ, start_response)
        return other(environ, start_response)

    return choose


def cookies(environ: dict[str, Any]) -> SimpleCookie:
    """The request's cookies; none when they cannot be read."""
    try:
        return SimpleCookie(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return SimpleCookie()
