"""The picture of a camera in its drawer: opened by the browser, or why it is not."""

import json
from typing import Any

from dash import html

from data_access.devices import DeviceRecord
from indicators.pictures import Picture
from layouts.look import Look
from layouts.phrases.pictures import SHOWN

CAMERA = "camera"
SEEING = "online"       # the property by which a camera says whether it sees


def picture(look: Look, record: DeviceRecord, found: Picture) -> list[Any]:
    """The picture, or one line that says why there is none; nothing for what is no camera and has no address."""
    if found.stranger is not None:
        return [why(look.say("picture.stranger", place=found.stranger))]
    if found.stream is None and found.snapshot is None:
        return [why(look.say("picture.none"))] if record.kind_key == CAMERA else []
    if look.view.scope.at is not None:
        return [why(look.say("picture.past"))]
    words = {name: look.say(f"picture.{name}", value="{value}") for name in SHOWN}
    return [html.Div(**{
        "data-picture": "", "data-name": look.say("picture.name", name=record.name), "data-held": held(look, record),
        "data-stream": found.stream or "", "data-snapshot": found.snapshot or "",
        "data-words": json.dumps(words, ensure_ascii=False)})]


def blind(record: DeviceRecord) -> bool:
    """Whether a camera itself says that it does not see."""
    return record.kind_key == CAMERA and any(channel.key == SEEING and channel.value == 0 for channel in record.channels)


def held(look: Look, record: DeviceRecord) -> str:
    """Why the picture is not opened before somebody asks for it; empty where it is."""
    if not record.enabled:
        return look.say("picture.disabled")
    if blind(record):
        return look.say("picture.offline")
    if record.last_at is not None and not record.online(look.now):
        return look.say("picture.quiet")
    return ""


def why(text: str) -> html.P:
    """One line in the place of the picture."""
    return html.P(text, className="t2 no-picture")
