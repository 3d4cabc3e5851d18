"""The shell of a page: its frame in the document, its head, and its sections laid into the skeleton's containers in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.text import Language
from layouts import ids, page_head, wall
from layouts.links import to_region_page, to_wall
from layouts.page import emptied
from layouts.words import say
from live.desk import Desk
from live.part import Part, quick, thorough
from live.picture import Picture
from live.tick import Lane

MINUTELY: frozenset[str] = frozenset()   # changes with the address and the minute alone
NAMES = frozenset({"region", "agency"})  # what filters are called


def minutely(_: Desk) -> frozenset[str]:
    """The subjects of what is read anew once a minute."""
    return MINUTELY


@dataclass(frozen=True)
class Section:
    """One part of a page: what stands in it (nothing: it is not seen), from which subjects, and in which lane."""

    draw: Callable[[Desk], Sequence[Any]]
    subjects: Callable[[Desk], frozenset[str]] = minutely
    lane: Callable[[Desk], Lane] = thorough


def page(name: Callable[[Desk], str], title: Section, sections: Sequence[Section]) -> tuple[Part, ...]:
    """The parts of a page: its head, its title, and its sections from top to bottom.

    `name` is what the page is called in its document's title and at the end of the way that leads to it; "" where the
    region's own name is enough.
    """
    faces = (ids.PAGE_TITLE, *ids.PAGE_SECTIONS[:len(sections)])
    laid = zip(faces, (title, *sections), strict=True)
    return (_head(name, faces), *(_part(face, section) for face, section in laid))


def _head(name: Callable[[Desk], str], faces: Sequence[str]) -> Part:
    def draw(desk: Desk) -> Picture:
        look, called = desk.look, name(desk)
        names = desk.names() if desk.picked else None
        return {
            **frame(desk, " · ".join(filter(None, (called, look.read(look.region.name)))), above(desk)),
            ids.PAGE_HEAD: {"children": page_head.head(look, called, names)},
            **emptied(faces),
        }

    return Part(ids.PAGE_HEAD, draw, lambda desk: NAMES, quick)


def _part(face: str, section: Section) -> Part:
    return Part(face, lambda desk: {face: {"children": section.draw(desk)}}, section.subjects, section.lane)


def frame(desk: Desk, name: str, parent: str) -> Picture:
    """What of the document itself follows the page: its title, its language, the moment it shows, and where Esc leads."""
    look, view = desk.look, desk.view
    skeleton = wall.translated(look.city, look.language)
    titles = dict.fromkeys((name, look.read(look.city.name), product(look.language)))
    root = {
        **skeleton[ids.WALL],
        "data-page": None if view.page is None else view.page.name,
        "data-title": " · ".join(titles),
        "data-parent": parent,
        "data-now": None if view.scope.at is None else desk.now.isoformat(),
    }
    return {**skeleton, ids.WALL: root, ids.NOTICE: {"children": []}}


def product(language: Language) -> str:
    """What this is called."""
    return say("product", language)


def above(desk: Desk) -> str:
    """Where Esc leads: from what is told of a region to the region, from a region to the one above, from the city to the wall."""
    page = desk.view.page
    if page is not None and page.name != "region":
        return to_region_page(desk.view)
    upper = desk.region.parent_id
    return to_wall(desk.view) if upper is None else to_region_page(desk.view, desk.city.regions[upper].code)
