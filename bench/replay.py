"""A real picture, read once from the running screen's stream, and played to a page as often as wanted."""

import json
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

FEEDER = Path(__file__).with_name("feeder.js")
PATIENCE_S = 60.0
WHOLE = {"feed", "ranking", "map-state", "panel-events", "panel-people"}   # a picture without these is not all of it
SIZE = (1920, 1080)


class Incomplete(Exception):
    """The stream ended before the picture was whole."""


def messages(lines: Iterable[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a stream: name and body."""
    name = ""
    for line in lines:
        if line.startswith(b"event: "):
            name = line[7:].strip().decode()
        elif line.startswith(b"data: "):
            yield name, json.loads(line[6:])


def recorded(lines: Iterable[bytes]) -> dict[str, Any]:
    """The greeting and the picture with all that came after until it was whole. Raises: Incomplete."""
    hello: dict[str, Any] = {}
    picture: dict[str, Any] = {}
    for name, body in messages(lines):
        if name == "hello":
            hello = body
        elif name == "picture":
            picture = body
        elif name == "change":
            for component, values in body["props"].items():
                picture["props"].setdefault(component, {}).update(values)
        if picture and picture["props"].keys() >= WHOLE:
            return {"hello": hello, "pictures": [picture]}
    raise Incomplete("the stream ended before the picture was whole")


def record(url: str, *addresses: str) -> dict[str, Any]:
    """What the screen at `url` shows at these addresses: its greeting, and a picture of each."""
    found: list[dict[str, Any]] = []
    for address in addresses:
        with urllib.request.urlopen(f"{url}/live{address}", timeout=PATIENCE_S) as stream:
            found.append(recorded(stream))
    return {"hello": found[0]["hello"], "pictures": [picture for one in found for picture in one["pictures"]]}


def opened(browser: Browser, url: str, address: str, told: dict[str, Any]) -> Page:
    """A page of the running screen that is fed by the bench instead of by its stream, once it stands.

    `address` is that of the first picture told.
    """
    context = browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}, device_scale_factor=1)
    page = context.new_page()
    page.add_init_script(f"{FEEDER.read_text()}\nfeeder.recorded = {json.dumps(told)};")
    page.goto(url + address)
    page.wait_for_selector(".p .hero .v", timeout=PATIENCE_S * 1000)
    page.wait_for_selector(".plot .drawing", timeout=PATIENCE_S * 1000)
    page.evaluate("feeder.drawn()")
    return page
