"""Our own scripts and our own style sheets, each sort joined to one file: a cold page asks twice instead of forty times."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response

MEDIA = {"css": "text/css", "js": "text/javascript"}
LINKS = {
    "css": re.compile(r'<link rel="stylesheet" href="/assets/([^"?/]+)\?m=[^"]*">\n?'),
    "js": re.compile(r'<script src="/assets/([^"?/]+)\?m=[^"]*"></script>\n?'),
}
TAGS = {"css": '<link rel="stylesheet" href="{address}">\n', "js": '<script src="{address}"></script>\n'}


def tied(markup: str, kind: str, assets: Path) -> str:
    """Markup with one link in place of those to single files, where the first of them stood; they join in their order."""
    names = LINKS[kind].findall(markup)
    whole = f"/assets/all.{kind}?m={hashlib.sha256(joined(assets, names)).hexdigest()[:12]}"
    tags: Iterator[str] = iter((TAGS[kind].format(address=whole),))
    return LINKS[kind].sub(lambda _: next(tags, ""), markup)


def joined(assets: Path, names: Iterable[str]) -> bytes:
    """Files as they are now, one after another."""
    files = tuple(assets / name for name in names)
    return read(files, tuple(file.stat().st_mtime_ns for file in files))


@lru_cache(maxsize=8)
def read(files: tuple[Path, ...], _changed: tuple[int, ...]) -> bytes:
    """Files, read once for as long as they stay."""
    return b"\n".join(file.read_bytes() for file in files)


def routes(assets: Path, apart: str) -> Blueprint:
    """`/assets/all.css` and `/assets/all.js`, of all files of a folder but one that stands apart, in Dash's order."""
    blueprint = Blueprint("bundle", __name__)

    @blueprint.get("/assets/all.<any(css, js):kind>")
    def whole(kind: str) -> Response:
        names = sorted(file.name for file in assets.glob(f"*.{kind}") if file.name != apart)
        return Response(joined(assets, names), mimetype=MEDIA[kind])

    return blueprint
