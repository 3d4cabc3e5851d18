"""The frame of every page: the document with the screen's skeleton, Dash's root behind it, and the browser's icon."""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from dash import Dash
from dash.development.base_component import Component
from flask import Blueprint, Response, send_from_directory

from layouts import table
from layouts.markup import markup
from live import bundle

ICON = "favicon.svg"
FIRST = "theme.js"                    # runs in the head, before anything is painted
FONTS = "vendor/fonts/fonts.css"
LIBRARIES = {"map": "vendor/maplibre-gl.mjs", "charts": "vendor/plotly-basic.min.js",
             "table-words": "vendor/ag-grid-zh-cn.json", "streams": "vendor/hls.light.min.mjs"}    # loaded late, by their scripts
NEEDLESS = re.compile(r'<script src="[^"]*/(?:deps/polyfill@|dash_table/)[^"]*"></script>\n?')   # no old browsers, no Dash tables
LATE = re.compile(rf'<script src="([^"]*/{table.LIBRARY}/[^"]*)"></script>\n?')                # comes with the first long table
EARLY = re.compile(r'<script src="[^"]*/(?:deps/react(?:-dom)?@|assets/all\.js)[^"]*"></script>\n?')   # draw a picture
TABLES, SKELETON = "<!-- tables -->", "<!-- skeleton -->"
BEGINS, ENDS = '<template id="dash">', "</template>"       # dash.js runs what stands between, later

PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
  <head>
    {{%metas%}}
    {libraries}
    <title>{{%title%}}</title>
    <link rel="icon" type="image/svg+xml" href="/assets/{icon}">
    <script src="{first}"></script>
    {{%css%}}
    <link rel="stylesheet" href="{fonts}">{style}
  </head>
  <body>
    <noscript>此页需要 JavaScript · This page needs JavaScript</noscript>
    {skeleton}
    {{%app_entry%}}
    <footer>
      {{%config%}}
      {{%scripts%}}
      {{%renderer%}}
      {ends}
    </footer>
  </body>
</html>
"""


def index(assets: Path, colours: str = "") -> str:
    """The document, for Dash to fill in; `colours` are the city's own, as a style sheet."""
    style = f"\n    <style>{colours}</style>" if colours else ""
    named = ((name, address(assets, file)) for name, file in LIBRARIES.items())
    libraries = "\n    ".join([*(f'<meta name="library-{name}" content="{found}">' for name, found in named), TABLES])
    return PAGE.format(icon=ICON, first=address(assets, FIRST), fonts=address(assets, FONTS), style=style, libraries=libraries,
                       skeleton=SKELETON, ends=ENDS)


def address(assets: Path, name: str) -> str:
    """An asset's address; with its content's mark, so that browsers may keep it."""
    file = assets / name
    return f"/assets/{name}?m={mark(file, file.stat().st_mtime_ns)}" if file.exists() else f"/assets/{name}"


@lru_cache(maxsize=100)
def mark(file: Path, _changed: int) -> str:
    """A short digest of a file's content, taken once for as long as the file stays."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


class Screen(Dash):  # type: ignore[misc]
    """Dash, whose document begins with the skeleton of what is shown, leaves its own scripts for later and those out that nothing
    needs, and names assets by their content instead of their age."""

    def __init__(self, skeleton: Callable[[], Component], **parts: Any) -> None:
        """`skeleton` draws what the request at hand asks for, before anything is known."""
        super().__init__(**parts)
        self._skeleton = skeleton

    def interpolate_index(self, **parts: Any) -> str:
        """The document of a page."""
        assets = Path(str(self.config.assets_folder))
        scripts = NEEDLESS.sub("", parts["scripts"])
        tied = bundle.tied(LATE.sub("", scripts), "js", assets)
        early = "".join(EARLY.findall(tied))
        document: str = super().interpolate_index(**parts | {
            "scripts": early + BEGINS + EARLY.sub("", tied), "css": bundle.tied(parts["css"], "css", assets)})
        late = "".join(f'<meta name="library-tables" content="{found}">' for found in LATE.findall(scripts))
        return document.replace(TABLES, late).replace(SKELETON, markup(self._skeleton()))


def routes(assets: Path) -> Blueprint:
    """`/favicon.ico`, for browsers that ask there without being told."""
    blueprint = Blueprint("frame", __name__)

    @blueprint.get("/favicon.ico")
    def icon() -> Response:
        return send_from_directory(assets, ICON, mimetype="image/svg+xml")

    return blueprint
