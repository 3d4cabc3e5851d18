"""A region's briefing of a day, a week or a month."""

from dataclasses import replace
from typing import Any

from data_access.movers import movers
from data_access.scorecards import Line
from indicators import briefing as spans
from indicators.windows import day_of
from layouts import briefing, movement, region_page
from layouts import kept as kept_layout
from layouts.address.pages import BriefingPage
from layouts.page import part
from layouts.scorecard import scorecard
from live.briefings import office
from live.desk import Desk
from live.pages import reads
from live.pages.region import heroes, told
from live.pages.shell import Section, page
from live.part import quick


def name(desk: Desk) -> str:
    """What the page is called."""
    return desk.look.say(f"page.briefing.{asked(desk).span}")


def asked(desk: Desk) -> BriefingPage:
    """What the address asks for."""
    assert isinstance(desk.view.page, BriefingPage)
    return desk.view.page


def over(desk: Desk) -> Desk:
    """The desk with the briefing's own days as its period: what it says is read, and leads, there."""
    wanted = asked(desk)
    window = spans.window(wanted.span, wanted.day, day_of(desk.now, desk.city.zone))
    return replace(desk, view=replace(desk.view, scope=replace(desk.view.scope, window=window)))


def lines(desk: Desk) -> dict[str, Line]:
    """The readings that are told of. Raises: DataUnavailable."""
    return reads.lines(desk, told())


def title(desk: Desk) -> list[Any]:
    """Whose it is and of when."""
    there = over(desk)
    return briefing.title(there.look, asked(desk), lines(there))


def moved(desk: Desk) -> list[Any]:
    """What got better and what got worse."""
    there = over(desk)
    found = lines(there)
    drawn = movement.movement(there.look, movers(line.reading for line in found.values()), found)
    return part(there.look.say("briefing.moved"), [drawn])


def dimensions(desk: Desk) -> list[Any]:
    """What each dimension says."""
    there = over(desk)
    return briefing.dimensions(there.look, lines(there))


def card(desk: Desk) -> list[Any]:
    """The leading indicators."""
    there = over(desk)
    found = lines(there)
    return part(there.look.say("briefing.card"), scorecard(there.look, [found[one.key] for one in heroes()]))


def below(desk: Desk) -> list[Any]:
    """The regions right below."""
    there = over(desk)
    return region_page.below(there.look, there.city.children(there.region), heroes(), reads.children(there, heroes()))


def kept(desk: Desk) -> list[Any]:
    """What is kept of the region's briefings as files."""
    return kept_layout.beside(desk.look, office.kept(desk.city, [desk.region]))


NUMBERS = reads.changing(told())
PARTS = page(name, Section(title, lambda desk: NUMBERS), (
    Section(dimensions, lambda desk: NUMBERS), Section(moved, lambda desk: NUMBERS), Section(card, lambda desk: NUMBERS),
    Section(below, lambda desk: NUMBERS), Section(kept, lane=quick),
))
