"""What of a page can be taken along: its tables as files, itself on paper, its address; its charts by assets/take.js."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from dash import html

from indicators import briefing
from indicators.windows import day_of
from layouts.address import fields
from layouts.address.pages import (
    BriefingPage,
    ComparePage,
    IndicatorPage,
    OrganizationPage,
    OrganizationsPage,
    RegionPage,
    SourcePage,
    SourcesPage,
    WhyPage,
)
from layouts.look import Look
from layouts.view import View, href, timed

What = Literal["facts", "regions", "breakdown", "reasons", "scorecard", "below", "organizations", "briefing", "comparison",
               "sources", "datasets", "batches"]
WHATS: tuple[What, ...] = get_args(What)
KINDS = ("csv", "xlsx")
OF_SOURCE: tuple[What, ...] = ("datasets", "batches")   # what came from one source: of no region and no period
ASKED: tuple[What, ...] = ("comparison", "reasons")   # tables that ask for what their page asks for


def actions(look: Look) -> list[Any]:
    """What stands in a page's head: the page on paper, its own tables, its address."""
    return [
        html.A(look.say("take.pdf"), href=printed(look.view), className="plain-button", download="",
               **{"data-busy": look.say("take.printing_now")}),
        html.Button(look.say("page.print"), type="button", className="plain-button", **{"data-print": ""}),
        html.Button(look.say("take.link"), type="button", className="plain-button", **{"data-copy": look.say("take.copied")}),
        html.Button(look.say("take.charts"), type="button", className="plain-button",
                    **{"data-charts": "", "aria-haspopup": "dialog", "data-place": look.read(look.region.name),
                       "data-chart": look.say("take.chart", name="{name}"), "data-close": look.say("close"),
                       "data-none": look.say("take.no_charts")}),
        *(one for what, key in own(look) for one in files(look, what, key)),
    ]


def own(look: Look) -> Sequence[tuple[What, str | None]]:
    """The tables that a page as a whole stands for."""
    page = look.view.page
    if isinstance(page, IndicatorPage):
        return (("regions", page.key), ("facts", page.key))
    if isinstance(page, OrganizationsPage | OrganizationPage):
        return (("organizations", None),)
    if isinstance(page, BriefingPage):
        return (("briefing", None),)
    if isinstance(page, ComparePage):
        return (("comparison", None),) if page.others or page.than else ()
    if isinstance(page, WhyPage):
        return (("reasons", page.key),)
    if isinstance(page, SourcesPage):
        return (("sources", None),)
    return (("scorecard", None),) if isinstance(page, RegionPage) else ()


def period(look: Look) -> View:
    """The view with the period that its page speaks of: a briefing's days are its own."""
    page, scope = look.view.page, look.view.scope
    if not isinstance(page, BriefingPage):
        return look.view
    return replace(look.view, scope=replace(scope, window=briefing.window(page.span, page.day, day_of(look.now, look.zone))))


def files(look: Look, what: What, key: str | None = None) -> list[Any]:
    """The links to a table's files; `key` is the indicator's, of a table of one."""
    name, view = look.say(f"take.{what}"), period(look)
    return [html.Span([html.Span(name, className="t3"), *(
        html.A(look.say(f"take.{kind}"), href=file(view, what, kind, key), download="",
               **{"aria-label": f"{name} {look.say(f'take.{kind}')}"})
        for kind in KINDS)], className="files no-print")]


def file(view: View, what: What, kind: str, key: str | None = None) -> str:
    """The address of a table's file; live/exports reads it back."""
    scope = view.scope
    if what in OF_SOURCE and isinstance(view.page, SourcePage):
        return f"/export/{what}.{kind}?{urlencode({'s': view.page.key, 'lang': scope.language})}"
    asked = {"r": scope.region} if view.page is None or what not in ASKED else view.page.query(scope.region)
    query = ({} if key is None else {"i": key}) | asked | timed(scope, "p", "")
    return f"/export/{what}.{kind}?{urlencode(query | fields.filters_told(scope) | {'lang': scope.language}, safe=',')}"


def printed(view: View) -> str:
    """The address of a page as PDF: its own, behind another word."""
    return f"/print{href(view)}"

