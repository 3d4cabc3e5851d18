"""The unattended mode's door: /wall and /wall/<name> lead to the scene that is due, /wall/<name>/scenes tells them all."""

from collections.abc import Callable
from html import escape
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, jsonify, redirect, request

from data_access.city import City
from indicators.text import LANGUAGES, Language, Text
from layouts.words import say
from live import gate as gates
from live.gate import Gate
from live.language import preferred
from live.playlist import Clock, Walls, find, staged, wall_clock

NO_STORE = {"Cache-Control": "no-store"}
RETRY_S = "2"

PAGE = """<!DOCTYPE html>
<html lang="{language}">
  <head>
    <meta charset="utf-8"><title>{words}</title>
    <link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/assets/wall.css">
  </head>
  <body><main class="wall"><div class="notice" role="alert"><b>{words}</b></div></main></body>
</html>
"""


def routes(programme: Walls, gate: Gate, city: Callable[[], City | None], clock: Clock = wall_clock) -> Blueprint:
    """Let walls in; `programme` is what the pack plans for them."""
    blueprint = Blueprint("walls", __name__)

    @blueprint.get("/wall", defaults={"name": ""})
    @blueprint.get("/wall/<name>")
    def enter(name: str) -> Response:
        """Let in whom a token lets in, and lead him on."""
        token = request.args.get("token")
        if token is None or not gate.locked:
            return arrive(name)
        admitted = gate.admit(token)
        if admitted is None:
            return refused(401, "wall.wrong_token")
        said = f"?{urlencode({'lang': language()})}" if "lang" in request.args else ""
        return gates.remember(led(f"/wall/{quote(name or admitted.wall, safe='')}{said}"), admitted)

    def arrive(name: str) -> Response:
        """Lead to the scene that is due."""
        bearer, here = gate.bearer(request), city()
        if gate.locked and bearer is None:
            return refused(401, "wall.no_token")
        chosen = name or (bearer.wall if bearer else programme.first(here))
        if bearer and chosen != bearer.wall:
            return refused(403, "wall.another")
        within = bearer.region if bearer else None
        if here is None:
            return led(f"/?{urlencode({'lang': language(), 'wall': chosen})}")
        if within is not None and within not in here.codes:
            return refused(403, "wall.no_region")
        found = find(programme, here, chosen, within)
        if found is None:
            return refused(404, "wall.unknown")
        answer = led(staged(found.due(clock()), chosen, language()))
        return answer if bearer is None else gates.remember(answer, bearer)

    @blueprint.get("/wall/<name>/scenes")
    def scenes(name: str) -> Response:
        """The playlist as the browser's script needs it."""
        bearer, here = gate.bearer(request), city()
        if gate.locked and (bearer is None or bearer.wall != name):
            return gates.refusal(403, "this wall needs its token")
        if here is None:
            return Response("no city is loaded", 503, {**NO_STORE, "Retry-After": RETRY_S}, mimetype="text/plain")
        within = bearer.region if bearer else None
        known = within is None or within in here.codes
        found = find(programme, here, name, within) if known else None
        if found is None:
            return gates.refusal(404, "no wall has this name")
        spoken = language()
        answer = jsonify(
            scenes=[{"address": staged(scene, name, spoken), "seconds": scene.seconds} for scene in found.scenes],
            resume_s=found.resume_s, paused=say("wall.paused", spoken, n="{n}"))
        answer.headers.update(NO_STORE)
        return answer if bearer is None else gates.remember(answer, bearer)

    return blueprint


def language() -> Language:
    """The language that the address names, or else the browser's."""
    said = request.args.get("lang")
    return next((known for known in LANGUAGES if known == said), preferred(request.accept_languages))


def led(address: str) -> Response:
    """A way on that no cache keeps."""
    answer = redirect(address, 302)
    answer.headers.update(NO_STORE)
    return answer  # type: ignore[return-value]


def refused(status: int, key: str) -> Response:
    """A page that says why not; whatever cookie there was is taken back when it is no good."""
    words = Text(say(key, "zh"), say(key, "en"))[language()]
    page = Response(PAGE.format(language=language(), words=escape(words)), status, NO_STORE, mimetype="text/html")
    return gates.forget(page) if status == 401 else page
