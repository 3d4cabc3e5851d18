"""All about one indicator in a region."""

from typing import Any

from dash import html

from indicators.definition import Indicator
from indicators.library import INDICATORS
from layouts.address.pages import IndicatorPage
from live.desk import Desk
from live.pages.shell import Section, page


def shown(desk: Desk) -> Indicator:
    """The page's indicator."""
    assert isinstance(desk.view.page, IndicatorPage)
    return INDICATORS[desk.view.page.key]


def name(desk: Desk) -> str:
    """What the indicator is called."""
    return desk.look.read(shown(desk).title)


def title(desk: Desk) -> list[Any]:
    """The indicator's name and definition."""
    return [html.H1(name(desk)), html.P(desk.look.read(shown(desk).definition), className="t2 about")]


PARTS = page(name, Section(title), ())
