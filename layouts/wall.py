"""The wall's skeleton: where everything stands. What stands there is pushed into it by id."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from data_access.city import City
from indicators.definition import Dimension
from indicators.text import Language
from layouts import ids, page
from layouts.header import brand, header, theme
from layouts.stage import stage
from layouts.words import say, script_words

LEFT: tuple[Dimension, ...] = ("people", "places", "objects")
RIGHT: tuple[Dimension, ...] = ("events", "situation", "organizations")


def wall(city: City, language: Language, drawn: Mapping[str, Any] | None = None, stores: Sequence[Any] = ()) -> html.Main:
    """The whole screen.

    `drawn` holds what is already drawn, children by component id, so that the first paint need
    not wait for the stream; `stores` are further components without a look of their own.
    """
    root = html.Div(
        [
            dcc.Location(id=ids.ADDRESS, refresh="callback-nav"), *stores,
            header(city, language),
            html.Div(cut(language), id=ids.CUT, className="cut", role="status"),
            html.Section(id=ids.ATTENTION, className="att", **{"aria-live": "polite"}),
            column(LEFT, "col l"), middle(), column(RIGHT, "col r"),
            page.skeleton(),
            html.Div(id=ids.TOAST, className="toast", role="status"),
            html.Div(id=ids.NOTICE, className="notice", role="alert"),
        ],
        id=ids.WALL, className="wall", **{"data-zone": str(city.zone)}, **tongue(language),
    )
    for key, children in (drawn or {}).items():
        root[key].children = children
    return root


def tongue(language: Language) -> dict[str, str]:
    """The root's properties that say its language, and the words for its scripts."""
    return {"lang": "zh-CN" if language == "zh" else "en", "data-language": language, "data-words": script_words(language)}


def translated(city: City, language: Language) -> dict[str, dict[str, Any]]:
    """What of the skeleton itself changes with the language: properties by component id."""
    return {ids.WALL: tongue(language), ids.BRAND: {"children": brand(city, language)}, ids.CUT: {"children": cut(language)},
            ids.THEME: {"children": theme(language)}}


def column(dimensions: Sequence[Dimension], name: str) -> html.Div:
    """Three panels, one above the other."""
    return html.Div([html.Div(id=ids.panel(one), className="slot") for one in dimensions], className=name)


def middle() -> html.Div:
    """The stage with the ranking over it, the drawer beside it when one is open, the feed with long work beneath."""
    return html.Div([
        html.Section(stage(html.Div(id=ids.RANKING, className="ranking")), id=ids.STAGE, className="stage"),
        html.Aside(id=ids.DRAWER, className="drawer"),
        html.Section(id=ids.FEED, className="feed"),
        html.Div(id=ids.JOBS, className="jobs"),
    ], className="mid")


def cut(language: Language) -> list[Any]:
    """The strip that is seen only while nothing new comes; the stream's script says since when."""
    return [html.I(className="g g-dead plain", **{"aria-hidden": "true"}), html.B(say("cut", language)),
            html.Span([say("cut.since", language), " ", html.Time("", className="since")])]
