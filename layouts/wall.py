"""The wall's skeleton: where everything stands. What stands there is pushed into it by id."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from data_access.city import City
from indicators.definition import Dimension
from indicators.text import Language
from layouts import ids
from layouts import page as pages
from layouts.header import brand, header, theme
from layouts.stage import stage
from layouts.words import say, script_words

LEFT: tuple[Dimension, ...] = ("people", "places", "objects")
RIGHT: tuple[Dimension, ...] = ("events", "situation", "organizations")


def wall(city: City, language: Language, drawn: Mapping[str, Any] | None = None, page: str | None = None) -> html.Div:
    """The whole screen; `page` names the page that stands in the wall's place.

    `drawn` holds what is already drawn, children by component id.
    """
    root = html.Div(
        [
            html.Nav(skip(language), id=ids.SKIP, className="skip"), header(city, language),
            html.Div(cut(language), id=ids.CUT, className="cut", role="status"),
            html.Section(id=ids.ATTENTION, className="att", **named(ids.ATTENTION)),
            column(LEFT, "col l"), middle(), column(RIGHT, "col r"),
            pages.skeleton(),
            html.Div(id=ids.NOTICE, className="notice", role="alert"),
            html.Div(id=ids.NEWS, className="unseen", role="status"),
        ],
        id=ids.WALL, className="wall", **{"data-zone": str(city.zone), "data-page": page}, **tongue(language),
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
            ids.THEME: {"children": theme(language)}, ids.SKIP: {"children": skip(language)}}


def skip(language: Language) -> list[Any]:
    """For the keyboard: straight to what it is here for; assets/keys.js leads there."""
    return [html.A(say(f"skip.{part}", language), href=f"#{part}") for part in (ids.ATTENTION, ids.RANKING, ids.FEED)]


def named(*parts: str) -> dict[str, str]:
    """Called by the words that stand in these parts."""
    return {"aria-labelledby": " ".join(map(ids.name, parts))}


def column(dimensions: Sequence[Dimension], name: str) -> html.Section:
    """Three panels, one above the other."""
    faces = [ids.panel(one) for one in dimensions]
    return html.Section([html.Div(id=face, className="slot") for face in faces], className=name, **named(*faces))


def middle() -> html.Main:
    """The stage with the ranking over it, the drawer beside it when one is open, the feed with long work beneath."""
    return html.Main([
        html.Section(stage(html.Div(id=ids.RANKING, className="ranking")), id=ids.STAGE, className="stage", **named(ids.STAGE)),
        html.Section(id=ids.DRAWER, className="drawer", tabIndex=-1, **named(ids.DRAWER)),
        html.Section(id=ids.FEED, className="feed", **named(ids.FEED)),
        html.Div(id=ids.JOBS, className="jobs"),
    ], className="mid")


def cut(language: Language) -> list[Any]:
    """The strip that is seen only while nothing new comes; the stream's script says since when."""
    return [html.I(className="g g-dead plain", **{"aria-hidden": "true"}), html.B(say("cut", language)),
            html.Span([say("cut.since", language), " ", html.Time("", className="since")])]
