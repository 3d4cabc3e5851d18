"""The frame of every page: the document around Dash's root, and the browser's icon."""

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

ICON = "favicon.svg"

INDEX = f"""<!DOCTYPE html>
<html>
  <head>
    {{%metas%}}
    <title>{{%title%}}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/{ICON}">
    {{%css%}}
  </head>
  <body>
    <noscript>此页需要 JavaScript · This page needs JavaScript</noscript>
    {{%app_entry%}}
    <footer>
      {{%config%}}
      {{%scripts%}}
      {{%renderer%}}
    </footer>
  </body>
</html>
"""


def routes(assets: Path) -> Blueprint:
    """`/favicon.ico`, for browsers that ask there without being told."""
    blueprint = Blueprint("frame", __name__)

    @blueprint.get("/favicon.ico")
    def icon() -> Response:
        return send_from_directory(assets, ICON, mimetype="image/svg+xml")

    return blueprint
