"""The head of a page: the way to it down the tree of regions, its neighbours, its period, language, theme, and the way out."""

from typing import Any

from dash import html

from data_access.case_names import CaseNames
from layouts import header, links, periods, picking, take_away
from layouts.address.pages import BriefingPage, BriefingsPage
from layouts.look import Look

OWN_DAYS = (BriefingPage, BriefingsPage)   # pages whose days are not the scope's period


def head(look: Look, name: str, names: CaseNames | None) -> list[Any]:
    """Draw the head. `name` is the page's own, "" for that of the region itself; `names` are those of filters, if any."""
    return [
        html.Div([
            links.link(header.brand(look.city, look.language), links.to_wall(look.view), className="brand"),
            html.Nav(way(look, name), className="crumb", **{"aria-label": look.say("page.way")}),
            html.Div(take_away.actions(look), className="take"),
            html.Div(header.languages(look), className="lang"), html.Div(header.theme(look.language), className="theme"),
        ], className="head-row"),
        html.Div([
            html.Nav(neighbours(look), className="tabs", **{"aria-label": look.say("page.parts")}),
            *([] if isinstance(look.view.page, OWN_DAYS) else [periods.choice(look)]),
        ], className="head-row under"),
        *([] if names is None else [html.Div(picking.chips(look, names), className="chips")]),
    ]


def way(look: Look, name: str) -> list[Any]:
    """From the city down to the region, each step its page; then this page."""
    steps: list[Any] = []
    path = look.city.path(look.region)
    for region in path if name else path[:-1]:
        steps += [links.link(header.step_name(look, region), links.to_region_page(look.view, region.code), className="step"),
                  html.I("›", **{"aria-hidden": "true"})]
    return [*steps, html.B(name or header.step_name(look, path[-1]))]


def neighbours(look: Look) -> list[Any]:
    """The pages of the region, the one shown without a link; then the wall."""
    page = look.view.page
    shown = "" if page is None else page.name
    ways = (("region", links.to_region_page(look.view)), ("organizations", links.to_organizations(look.view)),
            ("compare", links.to_comparison(look.view, look.region.code)), ("briefing", links.to_briefing(look.view)))
    return [*(html.B(look.say(f"page.{key}"), **{"aria-current": "page"}) if key == shown
              else links.link(look.say(f"page.{key}"), address) for key, address in ways),
            links.link([look.say("page.to_wall"), html.I(" ↗", **{"aria-hidden": "true"})], links.to_wall(look.view))]
