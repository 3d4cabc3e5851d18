"""All organizations with work in a region."""

from typing import Any

from data_access import organizations
from data_access.organizations import Score
from indicators.scoring import scoring
from layouts import organizations_page
from live.desk import Desk
from live.pages.shell import MINUTELY, Section, page


def name(desk: Desk) -> str:
    """What the page is called."""
    return desk.look.say("agencies")


def scored(desk: Desk) -> tuple[Score, ...]:
    """Every organization's score. Raises: DataUnavailable."""
    return desk.memory.recall(("scores", desk.scope), MINUTELY,
                              lambda: organizations.scores(desk.engine, desk.city, desk.scope, desk.tick.now))


def title(desk: Desk) -> list[Any]:
    """The page's name and the bands."""
    return organizations_page.title(desk.look, scored(desk))


def listing(desk: Desk) -> list[Any]:
    """The organizations."""
    return organizations_page.listing(desk.look, scored(desk), scoring())


PARTS = page(name, Section(title), (Section(listing),))
