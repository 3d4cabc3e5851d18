"""How a region is doing."""

from collections.abc import Mapping
from typing import Any

from dash import html

from data_access import cases
from data_access.movers import movers
from data_access.readings import ChildReading
from indicators.definition import DIMENSIONS, Indicator
from indicators.library import INDICATORS, of
from indicators.reading import Reading
from layouts import movement, region_page
from layouts.scorecard import scorecard
from live import outlines
from live.desk import CASE, Desk, shown
from live.pages import reads
from live.pages.shell import Section, page
from live.part import quick

LATE = "event_overdue"
LEAD = "event_closed_on_time"   # drawn in full: the promise that a city makes to whoever reports something


def heroes() -> tuple[Indicator, ...]:
    """Each dimension's leading indicator."""
    return tuple(of(dimension)[0] for dimension in DIMENSIONS)


def told() -> tuple[Indicator, ...]:
    """The indicators that are judged and told of: each dimension's leading one and those beneath it on the wall."""
    return tuple(indicator for dimension in DIMENSIONS for indicator in shown(dimension))


def title(desk: Desk) -> list[Any]:
    """The region's name and state."""
    return region_page.title(desk.look, reads.lines(desk, told()))


def moved(desk: Desk) -> list[Any]:
    """What got better and what got worse."""
    lines = reads.lines(desk, told())
    return [movement.movement(desk.look, movers(line.reading for line in lines.values()), lines)]


def card(desk: Desk) -> list[Any]:
    """The scorecard of the six dimensions."""
    lines = reads.lines(desk, told())
    return scorecard(desk.look, [lines[one.key] for one in heroes()])


def work(desk: Desk) -> list[Any]:
    """What is late, and who works there."""
    late = () if desk.past else desk.memory.recall(
        ("late", desk.scope.region, desk.picked), CASE,
        lambda: cases.most_overdue(desk.engine, desk.region.region_id, desk.now, region_page.CASES, desk.picked))
    overdue = reads.yearly(desk, told())[LATE]
    return [html.Div([html.Div(region_page.late(desk.look, late, overdue, past=desk.past)),
                      html.Div(hands(desk))], className="two")]


def hands(desk: Desk) -> list[Any]:
    """What each organization has in hand in the region."""
    if desk.past:
        return region_page.organizations(desk.look, (), simulated=False, past=True)
    found = reads.in_hands(desk)
    return region_page.organizations(desk.look, found.hands, simulated=found.simulated, past=False)


def lead(desk: Desk) -> list[Any]:
    """One indicator's course beside that of the region above, and its map."""
    found, upper = reads.yearly(desk, told())[LEAD], desk.region.parent_id
    above = None if upper is None else reads.yearly(reads.elsewhere(desk, desk.city.regions[upper]), [INDICATORS[LEAD]])[LEAD]
    parts = [ChildReading(region, below(desk)[LEAD][region.region_id]) for region in desk.city.children(desk.region)]
    drawn = outlines.within(desk, desk.region.level + 1) if parts and desk.city.root.bounds else None
    return region_page.lead(desk.look, found, above, parts, drawn)


def below(desk: Desk) -> Mapping[str, Mapping[int, Reading]]:
    """What is shown of the regions right below. Raises: DataUnavailable."""
    return reads.children(desk, (*heroes(), INDICATORS[LEAD]))


def regions(desk: Desk) -> list[Any]:
    """The regions right below."""
    return region_page.below(desk.look, desk.city.children(desk.region), heroes(), below(desk))


def index(desk: Desk) -> list[Any]:
    """Every indicator."""
    lines = reads.lines(desk, told())
    return [*region_page.index(desk.look), *region_page.foot(desk.look, tuple(lines.values()))]


NUMBERS = reads.changing(tuple(INDICATORS.values()))
PARTS = page(lambda desk: "", Section(title, lambda desk: NUMBERS), (
    Section(moved, lambda desk: NUMBERS),
    Section(card, lambda desk: NUMBERS),
    Section(lead, lambda desk: CASE),
    Section(work, lambda desk: CASE),
    Section(regions, lambda desk: NUMBERS),
    Section(index, lane=quick),
))
