"""A click on the map leads on: a region drills down, a case, device, vehicle or warning opens its drawer."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from dash import Dash, Input, Output, State, no_update

from data_access.city import City
from indicators.text import Language
from layouts import ids
from layouts.address.errors import BadAddress
from layouts.links import to_drawer, to_region
from layouts.view import View, parse


def register(app: Dash, city: Callable[[], City | None], language: Callable[[], Language]) -> None:
    """Answer clicks with a new address, which the page then goes to."""

    def follow(click: Mapping[str, Any] | None, address: str | None) -> Any:
        here = city()
        if click is None or address is None or here is None:
            return no_update
        parts = urlsplit(address)
        try:
            view = parse(parts.path, parts.query, here.root.code, language())
        except BadAddress:
            return no_update
        return destination(here, view, click) or no_update

    app.callback(
        Output(ids.ADDRESS, "href"), Input(ids.MAP_CLICK, "data"), State(ids.ADDRESS, "href"), prevent_initial_call=True,
    )(follow)


def destination(city: City, view: View, click: Mapping[str, Any]) -> str | None:
    """Where a click leads; None when it leads nowhere."""
    kind, key = click.get("kind"), str(click.get("key") or "")
    if kind == "region" and key in city.codes and key != view.scope.region:
        return to_region(view, key)
    if kind == "case" and key:
        return to_drawer(view, "case", key)
    if kind == "device" and key:
        return to_drawer(view, "device", key)
    if kind == "warning" and key:
        return to_drawer(view, "warning", key)
    if kind == "vehicle" and key:
        return to_drawer(view, "vehicle", key)
    return None
