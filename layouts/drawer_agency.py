"""One agency: what it has in hand, how it does, and its most urgent cases."""

from collections.abc import Sequence
from typing import Any

from dash import html

from data_access.agencies import AgencyLoad
from data_access.cases import CaseLine
from layouts import formats, header, links, periods, picking, states
from layouts.drawer import big, case_list, pairs, sheet, state
from layouts.look import Look


def agency(look: Look, load: AgencyLoad, cases: Sequence[CaseLine]) -> list[Any]:
    """Draw an agency's load."""
    mark = state("bad", "bad", f"{look.say('agency.overdue')} {formats.digits(load.overdue, 0)}") if load.overdue else state(
        "good", "good", f"{look.say('agency.overdue')} 0")
    return sheet(
        look,
        [mark, *picking.not_filtered(look, bool(look.view.scope.filters)), *states.simulated(load.simulated, look.language)],
        load.code, look.read(load.name),
        [big(formats.digits(load.open, 0), look.say("agency.open"), share(look, load)), figures_of(look, load),
         header.leaving(look, "page.agency", links.to_organization(look.view, load.code), "chip opens"),
         html.H3(look.say("agency.cases")), case_list(look, cases),
         picking.pick(look, "agency", load.code, look.say("agency.only"), name="btn"),
         links.link(look.say("agencies"), links.to_drawer(look.view, "agencies"), className="btn")])


def share(look: Look, load: AgencyLoad) -> list[Any]:
    """The share closed on time, with its base."""
    return [html.Div(look.say("agency.on_time"), className="t2"), html.B(on_time(look, load))]


def on_time(look: Look, load: AgencyLoad) -> str:
    """Closed on time over due, in per cent; no base when nothing was due."""
    if load.due == 0:
        return look.say("state.no_base")
    return f"{formats.digits(100 * load.closed_on_time / load.due, 1)}% ({load.closed_on_time}/{load.due})"


def figures_of(look: Look, load: AgencyLoad) -> html.Dl:
    """The other counts of its load."""
    longest = None if load.longest_overdue is None else formats.span(load.longest_overdue, look.language)
    return pairs([
        (look.say("agency.overdue"), formats.digits(load.overdue, 0)),
        (look.say("agency.longest"), longest),
        (look.say("agency.suspended"), formats.digits(load.suspended, 0)),
        (f"{look.say('agency.closed')} · {periods.named(look, look.view.scope.window)}", formats.digits(load.closed, 0)),
        (look.say("agency.hours"), None if load.mean_hours is None else
         f"{formats.digits(load.mean_hours, 1)} {look.say('hours')}"),
        (look.say("agency.returned"), formats.digits(load.returned, 0)),
    ])
