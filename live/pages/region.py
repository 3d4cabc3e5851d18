"""How a region is doing."""

from typing import Any

from dash import html

from live.desk import Desk
from live.pages.shell import Section, page


def title(desk: Desk) -> list[Any]:
    """The region's name."""
    return [html.H1(desk.look.read(desk.region.name))]


PARTS = page(lambda desk: "", Section(title), ())
