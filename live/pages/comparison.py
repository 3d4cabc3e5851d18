"""Regions side by side, or two periods of one."""

from dataclasses import replace
from typing import Any

from data_access.city import Region
from layouts import comparison, periods
from layouts.address.pages import ComparePage
from layouts.comparison import Side
from live.desk import Desk
from live.pages import reads
from live.pages.region import told
from live.pages.shell import Section, page


def shown(desk: Desk) -> ComparePage:
    """The page that the view shows."""
    assert isinstance(desk.view.page, ComparePage)
    return desk.view.page


def regions(desk: Desk) -> tuple[Region, ...]:
    """The regions compared, the view's own first."""
    return (desk.region, *(desk.city.region(code) for code in shown(desk).others))


def name(desk: Desk) -> str:
    """What the page is called."""
    return desk.look.say("page.compare")


def title(desk: Desk) -> list[Any]:
    """What is compared."""
    return comparison.title(desk.look, shown(desk), regions(desk))


def table(desk: Desk) -> list[Any]:
    """The indicators side by side."""
    return comparison.table(desk.look, sides(desk), told(), timed=shown(desk).than is not None)


def sides(desk: Desk) -> tuple[Side, ...]:
    """The columns; only the first where there is nothing to compare with. Raises: DataUnavailable."""
    look, than = desk.look, shown(desk).than
    if than is not None:
        timed = [(window, in_period(desk, window)) for window in (desk.view.scope.window, than)]
        return tuple(Side(periods.named(look, window), one.view, reads.yearly(one, told())) for window, one in timed)
    found = regions(desk)
    return tuple(Side(look.read(one.name), reads.elsewhere(desk, one).view,
                      reads.yearly(reads.elsewhere(desk, one), told()) if len(found) > 1 else {}) for one in found)


def in_period(desk: Desk, window: str) -> Desk:
    """The same in another period."""
    return replace(desk, view=comparison.of_period(desk.view, window))


PARTS = page(name, Section(title), (Section(table, lambda desk: reads.changing(told())),))
