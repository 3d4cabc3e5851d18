"""Where each thing on the screen leads: real addresses, so that they can be shared, opened anew and gone back from."""

from dataclasses import replace
from typing import Any

from dash import dcc

from indicators.definition import Dimension
from indicators.scope import Window
from indicators.text import Language
from layouts.view import Kind, Mode, Opened, View, href


def to_region(view: View, code: str) -> str:
    """Another region; the drawer closes, window and indicator stay."""
    return href(replace(view, scope=replace(view.scope, region=code), opened=None))


def to_window(view: View, window: Window) -> str:
    """Another window over the same things."""
    return href(replace(view, scope=replace(view.scope, window=window)))


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


def on_map(view: View, key: str) -> str:
    """The map coloured by an indicator, the drawer as it was."""
    return href(replace(view, scope=replace(view.scope, indicator=key)))


def to_mode(view: View, mode: Mode) -> str:
    """The same, the map drawn in another way."""
    return href(replace(view, mode=mode))


def to_dimension(view: View, dimension: Dimension) -> str:
    """All indicators of one dimension."""
    return to_drawer(view, "dimension", dimension)


def to_closed(view: View) -> str:
    """The same scope, the drawer shut."""
    return href(replace(view, opened=None))


def link(children: Any, address: str, **properties: Any) -> dcc.Link:
    """A link that the browser follows without loading the page anew."""
    return dcc.Link(children, href=address, **properties)
