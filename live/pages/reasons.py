"""What the change of an indicator is made of."""

from typing import Any

from dash import html

from indicators.library import INDICATORS
from layouts.address.pages import WhyPage
from live.desk import Desk
from live.pages.shell import Section, page


def name(desk: Desk) -> str:
    """What the page is called."""
    assert isinstance(desk.view.page, WhyPage)
    return desk.look.say("page.why", title=desk.look.read(INDICATORS[desk.view.page.key].title))


def title(desk: Desk) -> list[Any]:
    """The page's name."""
    return [html.H1(name(desk))]


PARTS = page(name, Section(title), ())
