"""Regions side by side, or two periods of one."""

from typing import Any

from dash import html

from live.desk import Desk
from live.pages.shell import Section, page


def name(desk: Desk) -> str:
    """What the page is called."""
    return desk.look.say("page.compare")


def title(desk: Desk) -> list[Any]:
    """The page's name."""
    return [html.H1(name(desk))]


PARTS = page(name, Section(title), ())
