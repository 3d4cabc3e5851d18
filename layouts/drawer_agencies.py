"""All agencies with cases in a region, the most overdue first."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.agencies import AgencyLoad
from layouts import formats, header, links, picking, states
from layouts.drawer import sheet, table
from layouts.look import Look


def agencies(look: Look, loads: Sequence[AgencyLoad]) -> list[Any]:
    """Draw the list."""
    if not loads:
        return sheet(look, [], "", look.say("agencies"), [html.P(look.say("agency.none"), className="t3")])
    heads = [look.say("agency"), look.say("agency.open"), look.say("agency.overdue"), look.say("agency.on_time")]
    marks = [*picking.not_filtered(look, bool(look.view.scope.filters)),
             *states.simulated(any(load.simulated for load in loads), look.language)]
    return sheet(look, marks, str(len(loads)), look.say("agencies"),
                 [header.leaving(look, "load.all", links.to_organizations(look.view), "chip opens"),
                  table(heads, [row(look, load) for load in loads], "numbers")])


def row(look: Look, load: AgencyLoad) -> list[Any]:
    """One agency: open, overdue, share closed on time."""
    share = look.say("state.no_base") if load.due == 0 else f"{formats.digits(100 * load.closed_on_time / load.due, 1)}%"
    return [links.link(look.read(load.name), links.to_drawer(look.view, "agency", load.code)),
            formats.digits(load.open, 0),
            html.Span([formats.digits(load.overdue, 0), *([" ", states.glyph("bad")] if load.overdue else [])]), share]
