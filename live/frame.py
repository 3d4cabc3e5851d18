"""The frame of every page: the document around Dash's root, and the browser's icon."""

import hashlib
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

ICON = "favicon.svg"
FIRST = "theme.js"                    # runs in the head, before anything is painted
FONTS = "vendor/fonts/fonts.css"

PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    {{%metas%}}
    <title>{{%title%}}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/{icon}">
    <script src="{first}"></script>
    {{%css%}}
    <link rel="stylesheet" href="{fonts}">{style}
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


def index(assets: Path, colours: str = "") -> str:
    """The document, for Dash to fill in; `colours` are the city's own, as a style sheet."""
    style = f"\n    <style>{colours}</style>" if colours else ""
    return PAGE.format(icon=ICON, first=address(assets, FIRST), fonts=address(assets, FONTS), style=style)


def address(assets: Path, name: str) -> str:
    """An asset's address; with its content's mark, so that browsers may keep it."""
    file = assets / name
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.exists() else ""
    return f"/assets/{name}?m={mark}" if mark else f"/assets/{name}"


def routes(assets: Path) -> Blueprint:
    """`/favicon.ico`, for browsers that ask there without being told."""
    blueprint = Blueprint("frame", __name__)

    @blueprint.get("/favicon.ico")
    def icon() -> Response:
        return send_from_directory(assets, ICON, mimetype="image/svg+xml")

    return blueprint
