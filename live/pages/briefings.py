"""The briefings that are kept of a region and all below it, and what is planned."""

from typing import Any

from data_access.city import Region
from layouts import kept
from live.briefings import office
from live.desk import Desk
from live.pages.shell import Section, page
from live.part import quick


def name(desk: Desk) -> str:
    """What the page is called."""
    return desk.look.say("page.briefings")


def regions(desk: Desk) -> list[Region]:
    """The region and all below it."""
    found, waiting = [], [desk.region]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(desk.city.children(found[-1]))
    return found


def title(desk: Desk) -> list[Any]:
    """Whose they are."""
    return kept.title(desk.look)


def planned(desk: Desk) -> list[Any]:
    """What is made by itself."""
    there = office.office(desk.city)
    return kept.planned(desk.look, () if there is None else there.plans)


def every(desk: Desk) -> list[Any]:
    """What is kept."""
    return kept.every(desk.look, office.kept(desk.city, regions(desk)))


PARTS = page(name, Section(title, lane=quick), (Section(planned, lane=quick), Section(every, lane=quick)))
