"""A region's briefing of a day, a week or a month."""

from typing import Any

from dash import html

from layouts.address.pages import BriefingPage
from live.desk import Desk
from live.pages.shell import Section, page


def name(desk: Desk) -> str:
    """What the page is called."""
    assert isinstance(desk.view.page, BriefingPage)
    return desk.look.say(f"page.briefing.{desk.view.page.span}")


def title(desk: Desk) -> list[Any]:
    """The page's name."""
    return [html.H1(name(desk))]


PARTS = page(name, Section(title), ())
