"""Where each thing on the screen leads: real addresses, so that they can be shared, opened anew and gone back from."""

from dataclasses import replace
from typing import Any

from dash import dcc

from indicators import filters
from indicators.definition import Dimension
from indicators.scope import Field, Filter, Scope, Window
from indicators.text import Language
from layouts.view import Kind, Mode, Opened, Page, Sort, View, href


def to_region(view: View, code: str) -> str:
    """Another region; the drawer closes, window and indicator stay."""
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
    """The same scope with one drawer open."""
    return href(replace(view, opened=Opened(kind, key)))


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


def to_wall(view: View) -> str:
    """From a page back to the city."""
    return href(View(Scope(view.scope.region, language=view.scope.language)))


def to_sources(view: View, sort: Sort = "state", *, reverse: bool = False) -> str:
    """The page of all sources."""
    return href(replace(view, page=Page(sort=sort, reverse=reverse)))


def to_source(view: View, key: str, batch: int | None = None) -> str:
    """The page of one source, with a batch of it."""
    return href(replace(view, page=Page(key, batch=batch)))


def link(children: Any, address: str, **properties: Any) -> dcc.Link:
    """A link that the browser follows without loading the page anew."""
    return dcc.Link(children, href=address, **properties)
