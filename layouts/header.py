"""The head of the wall: city and place, window, sources, weather, language, clock; and long work under way."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.city import City, Region
from data_access.jobs import Job
from data_access.sources import Source
from data_access.weather import Weather
from indicators.scope import WINDOWS, Window
from indicators.text import LANGUAGES, Language
from layouts import formats, ids, links, periods, states
from layouts.look import Look
from layouts.words import say


def brand(city: City, language: Language) -> list[Any]:
    """The city's name and the product's."""
    return [html.B(city.name[language]), html.Span(say("product", language))]


def crumbs(look: Look) -> list[Any]:
    """The way from the city to the region, each step a link, and what lies below."""
    path = look.city.path(look.region)
    steps: list[Any] = []
    for region in path[:-1]:
        steps += [links.link(step_name(look, region), links.to_region(look.view, region.code), className="step"),
                  html.I("›", **{"aria-hidden": "true"})]
    page = leaving(look, "page.region", links.to_region_page(look.view))
    return [*steps, html.B(step_name(look, path[-1])), *below(look), page]


def leaving(look: Look, key: str, address: str, name: str = "leaving") -> Any:
    """A way from the wall to a page, for who wants to read on."""
    return links.link([look.say(key), html.I(" ↗", **{"aria-hidden": "true"})], address, className=name)


def step_name(look: Look, region: Region) -> str:
    """A region's name in the way; the city's own stands beside it already, so it says its level."""
    return look.read(look.city.levels[0].name if region.parent_id is None else region.name)


def below(look: Look) -> list[Any]:
    """How many regions the next level has."""
    children = look.city.children(look.region)
    if not children:
        return []
    level = formats.many(look.city.levels[look.region.level + 1].name, len(children), look.language)
    return [html.Span(look.say("children.one", n=len(children), level=level), className="below")]


def windows(look: Look) -> list[Any]:
    """The windows to choose from; in the past, the instant and the way back."""
    choice: list[Any] = [html.Span(look.say("window"), className="unseen", id=ids.name(ids.WINDOW)), *(
        html.B(window_name(look, window), **{"aria-current": "true"}) if window == look.view.scope.window
        else links.link(look.say(f"window.{window}"), links.to_window(look.view, window))
        for window in offered(look.view.scope.window)
    )]
    at = look.view.scope.at
    if at is None:
        return choice
    shown = f"{formats.whole_date(at, look.zone, look.language)} {formats.clock(at, look.zone)}"
    return [*choice, html.Span(look.say("as_of", at=shown), className="past"),
            links.link(look.say("back_to_live"), links.to_live(look.view), className="chip")]


def offered(shown: Window) -> tuple[Window, ...]:
    """The windows that a wall offers, and the one that a link has brought."""
    return WINDOWS if shown in WINDOWS else (*WINDOWS, shown)


def window_name(look: Look, window: Window) -> str:
    """What a window is called on the wall."""
    return look.say(f"window.{window}") if window in WINDOWS else periods.named(look, window)


def source_health(look: Look, sources: Sequence[Source]) -> list[Any]:
    """How many sources are live, stale and lost; it leads to the page of them."""
    found = [source.state(look.now) for source in sources]
    counts: list[tuple[states.Shape, str, int]] = [
        ("good", "live", found.count("live")), ("stale", "stale", found.count("stale")), ("dead", "dead", found.count("dead")),
    ]
    shown = [html.Span([states.glyph(shape), html.B(str(n)), html.Span(look.say(f"sources.{key}"), className="word")])
             for shape, key, n in counts if n or key == "live"]
    return [links.link([html.Span(look.say("sources")), *shown], links.to_sources(look.view))]


def weather(look: Look, now: Weather | None) -> list[Any]:
    """Temperature, wind and rain, as the city's stations say."""
    if now is None:
        return [html.Span(look.say("no_weather"), className="t3")]
    parts = [html.B(f"{formats.digits(now.temperature_c, 0)} °C")] if now.temperature_c is not None else []
    told = [phrase for phrase in (wind(look, now), rain(look, now)) if phrase]
    return [*parts, html.Span(" · ".join(told)), *([states.short_mark(look.language)] if now.simulated else [])]


def wind(look: Look, now: Weather) -> str:
    """The wind's direction and strength, by Beaufort's scale in Chinese."""
    if now.wind_speed_ms is None:
        return ""
    if now.wind_direction_deg is None or formats.beaufort(now.wind_speed_ms) == 0:
        return look.say("calm") if formats.beaufort(now.wind_speed_ms) == 0 else ""
    return look.say("wind", direction=formats.compass(now.wind_direction_deg, look.language),
                    force=formats.beaufort(now.wind_speed_ms), speed=formats.digits(now.wind_speed_ms, 0))


def rain(look: Look, now: Weather) -> str:
    """The rain, when it rains."""
    return look.say("rain", n=formats.digits(now.precipitation_mm, 1)) if now.precipitation_mm and (
        now.precipitation_mm >= 0.05) else ""


def jobs(look: Look, running: Sequence[Job]) -> list[Any]:
    """Long work in progress: what, how far, and how long it will take."""
    return [html.Span(job_parts(one, look.language)) for one in running[:1]]


def job_parts(one: Job, language: Language) -> list[Any]:
    """One piece of long work: its name, its share or count done, the time left."""
    told: list[Any] = [html.Span(one.title[language])]
    if one.total:
        told.append(html.Progress(value=str(one.done), max=str(one.total)))
        told.append(html.B(f"{min(100 * one.done // one.total, 100)}%"))
    else:
        told.append(html.B(f"{''.join(formats.scaled(one.done, 0, language))} {one.unit[language]}"))
    left = one.left()
    if left is not None:
        told.append(html.Span(say("job.left", language, time=formats.span(left, language))))
    return told


def languages(look: Look) -> list[Any]:
    """The two languages, the other one a link."""
    return [switch(look, language) for language in LANGUAGES]


def switch(look: Look, language: Language) -> Any:
    """The way to one language."""
    if language == look.language:
        return html.B(look.say(f"language.{language}"), title=look.say(f"language.{language}.name"))
    return links.link(look.say(f"language.{language}"), links.to_language(look.view, language),
                      title=look.say(f"language.{language}.name"))


def theme(language: Language) -> list[Any]:
    """The switch between light and dark; assets/theme.js turns it, the style sheet shows where it leads."""
    return [html.Button([html.Span(say(f"theme.{one}", language), className=f"to-{one}") for one in ("light", "dark")],
                        type="button", **{"data-theme-switch": ""})]


def clock(city: City) -> list[Any]:
    """The city's date and time; the browser lets them tick."""
    zone = str(city.zone)
    return [html.Span("", **{"data-date": zone}), html.B("", **{"data-clock": zone})]


def header(city: City, language: Language) -> html.Header:
    """The header's parts in their order, empty but for what the city itself says."""
    return html.Header([
        html.H1(brand(city, language), id=ids.BRAND, className="brand"),
        html.Nav(id=ids.CRUMBS, className="crumb", **{"aria-labelledby": ids.BRAND}),
        html.Nav(id=ids.WINDOW, className="win", **{"aria-labelledby": ids.name(ids.WINDOW)}),
        html.Div(className="sp"),
        html.Div(id=ids.SOURCES, className="src"),
        html.Div(id=ids.WEATHER, className="wx"), html.Div(id=ids.LANGUAGE, className="lang"),
        html.Div(theme(language), id=ids.THEME, className="theme"),
        html.Div(clock(city), id=ids.CLOCK, className="clock"),
    ], id=ids.HEADER, className="head")
