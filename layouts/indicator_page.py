"""All about one indicator in a region: what it is, how it stands, its course beside its map, and the facts behind it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import html

from data_access.readings import ChildReading
from data_access.rows import Rows
from data_access.shapes import Shapes
from indicators.definition import Indicator
from indicators.reading import Reading
from layouts import ages, formats, links, picking, states
from layouts.choropleth import choropleth
from layouts.course import Course, course
from layouts.drawer_indicator import listed
from layouts.look import Look
from layouts.page import part
from layouts.panel import aim, changes, lost, movement, state, value, why


def title(look: Look, reading: Reading) -> list[Any]:
    """The indicator's name with its marks, its definition, and how it stands in the region looked at."""
    found = reading.indicator
    marks = [*picking.not_filtered(look, picking.spared(look, found)),
             *([states.tag("sim", look.language)] if states.any_simulated([reading]) else []),
             *([states.tag("stale" if reading.status == "stale" else "dead", look.language)]
               if reading.status in ("stale", "dead") else [])]
    return [
        html.H1([html.Span(look.say(f"dimension.{found.dimension}"), className="dim"), look.read(found.title), *marks]),
        html.Div([html.Span(value(look, reading), className="now"), html.Div(standing(look, reading), className="m")],
                 className="stand"),
        html.P([look.read(found.definition), " · ", look.read(look.region.name), *age(look, reading)], className="t2 about"),
    ]


def age(look: Look, reading: Reading) -> list[Any]:
    """The age of the data, after a dot."""
    found = ages.data_age(look, reading)
    return [" · ", *found] if found else []


def standing(look: Look, reading: Reading) -> list[Any]:
    """Target and state, then the changes: against the period before, last week, last year."""
    if reading.status in ("no_data", "not_applicable", "no_base"):
        return [html.Div(why(look, reading), className="t3")]
    if reading.status == "dead":
        return lost(look, reading)
    yearly = movement(look, reading, reading.last_year, "since.last_year")
    reasons = [] if reading.previous is None else [html.Div(links.link(
        look.say("why.link"), links.to_why(look.view, reading.indicator.key)))]
    return [html.Div([aim(look, reading), *state(look, reading)]), *changes(look, reading),
            *([] if yearly is None else [yearly]), *reasons]


def way(look: Look, found: Course, shapes: Shapes, parts: Sequence[ChildReading]) -> list[Any]:
    """The course through the period beside the map of the regions below."""
    indicator = found.reading.indicator

    def address(code: str) -> str:
        return links.to_indicator_page(look.view, indicator.key, code)

    drawn = choropleth(look, shapes, parts, address)
    level = look.read(look.city.levels[parts[0].region.level].name) if parts else ""
    return [html.Div([
        html.Section(part(look.say("indicator.way"), course(look, found)), className="wide"),
        html.Section(part(look.say("indicator.map"), drawn, [html.Span(level, className="t3")])),
    ], className="pair")]


def behind(look: Look, found: Indicator, rows: Rows) -> list[Any]:
    """The newest facts that make the number, each with the row that it was; the wall's drawer has them all."""
    if not rows.rows:
        return part(look.say("indicator.rows.title"), [html.P(look.say("indicator.rows.none"), className="t3")])
    wall = replace(look, view=replace(look.view, page=None))     # a case's and a device's record open over the wall
    there = links.to_indicator(wall.view, found.key)
    every = links.link(look.say("indicator.rows.all", n=formats.digits(rows.total, 0)), there, className="more")
    return part(look.say("indicator.rows.title"), [listed(wall, found, rows), every])
