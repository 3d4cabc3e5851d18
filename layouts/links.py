"""Where each thing on the screen leads: real addresses, so that they can be shared, opened anew and gone back from."""

from dataclasses import replace
from typing import Any

from dash import dcc

from indicators import filters
from indicators.definition import Dimension
from indicators.scope import Field, Filter, Scope, Window
from indicators.text import Language
from layouts.address.pages import (
    Against,
    BriefingPage,
    BriefingsPage,
    ComparePage,
    Cut,
    IndicatorPage,
    OrganizationPage,
    OrganizationsPage,
    Page,
    RegionPage,
    Sort,
    SourcePage,
    SourcesPage,
    Span,
    WhyPage,
)
from layouts.view import Kind, Mode, Opened, View, href


def to_region(view: View, code: str) -> str:
    """Another region; the drawer closes, window, indicator and page stay."""
    return href(replace(view, scope=replace(view.scope, region=code), opened=None))


def to_window(view: View, window: Window) -> str:
    """Another window over the same things, from the first page of their rows."""
    opened = None if view.opened is None else replace(view.opened, page=1)
    return href(replace(view, scope=replace(view.scope, window=window), opened=opened))


def to_language(view: View, language: Language) -> str:
    """The same in the other language."""
    return href(replace(view, scope=replace(view.scope, language=language)))


def to_live(view: View) -> str:
    """The same as it is now."""
    return href(replace(view, scope=replace(view.scope, at=None)))


def to_drawer(view: View, kind: Kind, key: str = "") -> str:
    """The same scope on the wall with one drawer open."""
    return href(replace(view, opened=Opened(kind, key), page=None))


def to_indicator(view: View, key: str) -> str:
    """The indicator's drawer, the map coloured by it."""
    return href(replace(view, scope=replace(view.scope, indicator=key), opened=Opened("indicator", key)))


def to_page(view: View, page: int) -> str:
    """Another page of the rows behind the open indicator."""
    return href(view if view.opened is None else replace(view, opened=replace(view.opened, page=page)))


def on_map(view: View, key: str) -> str:
    """The map coloured by an indicator, the drawer as it was."""
    return href(replace(view, scope=replace(view.scope, indicator=key)))


def to_mode(view: View, mode: Mode) -> str:
    """The same, the map drawn in another way."""
    return href(replace(view, mode=mode))


def toggled(view: View, field: Field, value: str) -> str:
    """The same, filtered by one more value; or by one less where it was filtered by it."""
    return filtered(view, filters.toggled(view.scope.filters, field, value))


def without(view: View, field: Field) -> str:
    """The same, no longer filtered by a field."""
    return filtered(view, filters.with_values(view.scope.filters, field, ()))


def unfiltered(view: View) -> str:
    """The same without any filter."""
    return filtered(view, ())


def filtered(view: View, picked: tuple[Filter, ...]) -> str:
    """The same under these filters, from the first page of the rows."""
    opened = None if view.opened is None else replace(view.opened, page=1)
    return href(replace(view, scope=replace(view.scope, filters=picked), opened=opened))


def to_dimension(view: View, dimension: Dimension) -> str:
    """All indicators of one dimension."""
    return to_drawer(view, "dimension", dimension)


def to_closed(view: View) -> str:
    """The same scope, the drawer shut."""
    return href(replace(view, opened=None))


def to_wall(view: View, region: str | None = None) -> str:
    """From a page back to the wall, in the same scope; a page of sources has none, and leads to the city."""
    if view.page is not None and not view.page.scoped:
        return href(View(Scope(view.scope.region, language=view.scope.language)))
    scope = replace(view.scope, indicator=None)
    return href(View(scope if region is None else replace(scope, region=region)))


def to_sources(view: View, sort: Sort = "state", *, reverse: bool = False) -> str:
    """The page of all sources."""
    return href(replace(view, page=SourcesPage(sort, reverse)))


def to_source(view: View, key: str, batch: int | None = None) -> str:
    """The page of one source, with a batch of it."""
    return href(replace(view, page=SourcePage(key, batch)))


def on_page(view: View, page: Page, region: str | None = None) -> str:
    """A page in the same scope, or of another region."""
    scope = replace(view.scope, indicator=None)
    return href(View(scope if region is None else replace(scope, region=region), page=page))


def to_region_page(view: View, code: str | None = None) -> str:
    """How a region is doing; without a code, the view's own."""
    return on_page(view, RegionPage(), code)


def to_indicator_page(view: View, key: str, region: str | None = None, beside: str | None = None) -> str:
    """All about an indicator in a region, or set beside another one."""
    return on_page(view, IndicatorPage(key, beside), region)


def to_why(view: View, key: str, region: str | None = None, against: Against = "previous", by: Cut = "region") -> str:
    """What an indicator's change is made of."""
    return on_page(view, WhyPage(key, against, by), region)


def to_organizations(view: View, region: str | None = None) -> str:
    """The organizations of a region with their scores."""
    return on_page(view, OrganizationsPage(), region)


def to_organization(view: View, code: str) -> str:
    """One organization's work in the view's region."""
    return on_page(view, OrganizationPage(code))


def to_comparison(view: View, first: str, *others: str) -> str:
    """Regions side by side."""
    return on_page(view, ComparePage(others), first)


def to_periods(view: View, than: Window) -> str:
    """The view's period beside another one."""
    return on_page(view, ComparePage(than=than))


def to_briefing(view: View, span: Span = "daily", region: str | None = None) -> str:
    """A region's newest briefing."""
    return on_page(view, BriefingPage(span), region)


def to_briefings(view: View) -> str:
    """The briefings that are kept of the view's region and below."""
    return on_page(view, BriefingsPage())


def link(children: Any, address: str, **properties: Any) -> dcc.Link:
    """A link that the browser follows without loading the page anew."""
    return dcc.Link(children, href=address, **properties)
