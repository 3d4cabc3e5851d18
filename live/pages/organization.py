"""One organization's work in a region."""

from typing import Any

from dash import html

from layouts.address.pages import OrganizationPage
from live.desk import Desk
from live.pages.shell import Section, page


def name(desk: Desk) -> str:
    """What the organization is called; its code where it is not known."""
    assert isinstance(desk.view.page, OrganizationPage)
    code = desk.view.page.code
    found = desk.names().agencies.get(code)
    return code if found is None else desk.look.read(found)


def title(desk: Desk) -> list[Any]:
    """The organization's name, or that there is none with this code."""
    assert isinstance(desk.view.page, OrganizationPage)
    code = desk.view.page.code
    known = code in desk.names().agencies
    return [html.H1(name(desk) if known else desk.look.say("missing.agency", key=code))]


PARTS = page(name, Section(title), ())
