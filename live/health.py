"""Whether the application and its database answer, for load balancers and for pages that wait."""

from typing import Any

from flask import Blueprint, Response, jsonify

from live.atlas import Atlas
from live.hub import Hub
from live.version import version


def routes(hub: Hub[Any], atlas: Atlas) -> Blueprint:
    """`/healthz`: 200 while the application runs; `database` says whether it answered within the last seconds."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        since = hub.cut_since
        answer = jsonify(
            application="ok", version=version(), database="ok" if since is None else "cut",
            city=None if atlas.city is None else atlas.city.key, cut_since=None if since is None else since.isoformat(),
            viewers=hub.viewers, views=hub.views, ticks=hub.ticks, paintings=hub.paintings,
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return blueprint
