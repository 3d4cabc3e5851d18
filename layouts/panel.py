"""A dimension's panel: its leading indicator in full, and three more beneath."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.readings import ChildReading
from indicators.definition import Dimension
from indicators.reading import Reading
from indicators.scope import Window
from layouts import ages, formats, ids, links, periods, picking, states
from layouts.look import Look
from layouts.trend import chart

SUPPORTS = 3
WITHOUT_VALUE = ("no_data", "not_applicable", "no_base")


def panel(look: Look, dimension: Dimension, hero: Reading, supports: Sequence[Reading],
          parts: Sequence[ChildReading] = ()) -> html.Section:
    """Draw a dimension: rule, name and age, value against target, course, three supporting figures.

    `parts` are the child regions' readings of the leading indicator, where they shall be compared.
    """
    shown = supports[:SUPPORTS]
    mixed = len({picking.spared(look, reading.indicator) for reading in (hero, *shown)}) > 1
    one_mark = hero.simulated and all(reading.simulated for reading in shown)  # else each figure is marked by itself
    return html.Section(
        [heading(look, dimension, hero), leading(look, hero), chart(look, hero, parts),
         html.Div([support(look, reading, marked=not one_mark, mixed=mixed) for reading in shown], className="sup")],
        className=f"p is-{hero.status}" if hero.status in ("stale", "dead") else "p",
    )


def broken(look: Look, dimension: Dimension, why: str) -> html.Section:
    """A panel that cannot be drawn: it says why on its own face."""
    return html.Section(
        [html.Header([character(look, dimension)]),
         html.Div([html.B(look.say("failed")), html.P(why)], className="fault", role="alert")],
        className="p is-broken",
    )


def character(look: Look, dimension: Dimension) -> Any:
    """The dimension's own character, which leads to all its indicators."""
    return links.link(look.say(f"dimension.{dimension}"), links.to_dimension(look.view, dimension), className="c",
                      id=ids.name(ids.panel(dimension)))


def heading(look: Look, dimension: Dimension, hero: Reading) -> html.Header:
    """Character, indicator, marks and age."""
    faulty = hero.status in ("stale", "dead")
    marks = [states.short_mark(look.language)] if states.any_simulated([hero]) else []
    if faulty:
        marks.append(states.tag("stale" if hero.status == "stale" else "dead", look.language))
    marks = [*picking.not_filtered(look, picking.spared(look, hero.indicator), "filter.not.short"), *marks]
    title = html.H2(links.link(look.read(hero.indicator.title), links.to_indicator(look.view, hero.indicator.key)),
                    title=look.read(hero.indicator.definition))
    return html.Header([character(look, dimension), title, html.Span([*marks, *ages.data_age(look, hero)], className="age")])


def leading(look: Look, reading: Reading) -> html.Div:
    """Value and unit on the left, target, state and changes on the right."""
    return html.Div([*value(look, reading), html.Div(judgement(look, reading), className="m")], className="hero")


def value(look: Look, reading: Reading) -> list[html.Span]:
    """The number, or the word that stands in its place."""
    if reading.status in WITHOUT_VALUE:
        return [html.Span(look.say(f"state.{reading.status}"), className="v word")]
    if reading.status == "dead" or reading.value is None:
        return [html.Span(formats.NONE, className="v none")]
    shown = formats.quantity(reading.value, reading.indicator, look.language)
    return [html.Span(shown.digits, className="v long" if len(shown.digits) > 6 else "v"), html.Span(shown.unit, className="u")]


def judgement(look: Look, reading: Reading) -> list[Any]:
    """What to think of the value: target and state, then the changes; or why there is no judging."""
    if reading.status == "stale":
        pending = look.say("stale.pending")
        return [html.Div(pending if reading.indicator.target is None else [aim(look, reading), f" · {pending}"], className="t3"),
                html.Div(look.say("stale.no_comparison"), className="t3")]
    if reading.status == "dead":
        return lost(look, reading)
    if reading.status in WITHOUT_VALUE:
        return [html.Div(why(look, reading), className="t3 wrap")]
    return [html.Div([aim(look, reading), *state(look, reading)]), *changes(look, reading)]


def lost(look: Look, reading: Reading) -> list[Any]:
    """Since when the source is lost, and what it said last, small."""
    if reading.data_at is None:
        return [html.Div(html.B(look.say("dead.for")))]
    last = [f"{look.say('dead.last')} {formats.quantity(reading.value, reading.indicator, look.language)} · "] if (
        reading.value is not None) else []
    return [html.Div(html.B([look.say("dead.for"), " ", ages.since(look, reading.data_at)])),
            html.Div([*last, ages.at_time(look, reading.data_at)], className="t3")]


def why(look: Look, reading: Reading) -> str:
    """Why there is no value."""
    if reading.why is not None:
        return look.read(reading.why)
    level = look.read(look.city.levels[look.region.level].name)
    return look.say(f"{reading.status}.why", level=level)


def aim(look: Look, reading: Reading) -> html.Span:
    """The target, or that there is none."""
    if reading.indicator.target is None:
        return html.Span(look.say("target.none"), className="t3")
    return html.Span(f"{look.say('target')} {formats.target(reading.indicator)}", className="t2")


def state(look: Look, reading: Reading) -> list[Any]:
    """The state's shape and word; a value on target keeps the word in text colour."""
    found = reading.target_state
    if found is None:
        return []
    return [html.B([states.glyph(found), look.say(f"state.{found}")], className=f"st {'' if found == 'good' else found}")]


def changes(look: Look, reading: Reading) -> list[html.Div]:
    """Against the period before, and against the same weekday last week where that is another."""
    window = look.view.scope.window
    found = [(reading.previous, "since.period" if reading.period or reading.indicator.archive else periods.since(window))]
    if distinct(window, reading):
        found.append((reading.last_week, "since.last_week"))
    moved = [movement(look, reading, before, words) for before, words in found]
    return [one for one in moved if one is not None]


def distinct(window: Window, reading: Reading) -> bool:
    """Whether a week ago is another period than the one before."""
    return window != "7d" and not reading.indicator.archive


def movement(look: Look, reading: Reading, before: float | None, words: str) -> html.Div | None:
    """One change in words: ↑ 6.2% 较前一日."""
    now = reading.value if reading.comparable is None else reading.comparable
    change = formats.change(reading.indicator, now, before, look.language)
    if change is None:
        return None
    return html.Div([html.Span(f"{change.arrow} {change.size}".strip()), html.Span(look.say(words), className="t3")])


def support(look: Look, reading: Reading, *, marked: bool, mixed: bool = False) -> Any:
    """A supporting figure: name, value with unit, and its state's shape; it leads to its indicator."""
    mark = [*picking.of_all(look, mixed and picking.spared(look, reading.indicator)),
            *([states.short_mark(look.language)] if marked and states.any_simulated([reading]) else [])]
    address = links.to_indicator(look.view, reading.indicator.key)
    return links.link([html.Span([html.Span(look.read(reading.indicator.title)), *mark], className="dt"),
                       html.Span(small(look, reading), className="dd")], address)


def small(look: Look, reading: Reading) -> list[Any]:
    """A value in small, or the word in its place."""
    if reading.status in WITHOUT_VALUE:
        return [html.Span(look.say(f"state.{reading.status}"), className="word")]
    if reading.status == "dead" or reading.value is None:
        return [html.Span(formats.NONE, className="none"), states.glyph("dead")]
    shown = formats.quantity(reading.value, reading.indicator, look.language)
    mark = states.reading_glyph(reading)
    return [html.Span(shown.digits, className="t3" if reading.status == "stale" else ""), html.Small(shown.unit),
            *([] if mark is None else [mark])]
