"""What the change of an indicator is made of."""

from typing import Any

from data_access import decomposition
from data_access.decomposition import Decomposition
from indicators.definition import Indicator
from indicators.library import INDICATORS
from layouts import why_page
from layouts.address.pages import WhyPage
from layouts.why_page import Asked
from live import subjects
from live.desk import Desk
from live.pages import reads
from live.pages.shell import MINUTELY, Section, page


def shown(desk: Desk) -> Indicator:
    """The page's indicator."""
    assert isinstance(desk.view.page, WhyPage)
    return INDICATORS[desk.view.page.key]


def asked(desk: Desk) -> Asked:
    """Against when, and by what."""
    assert isinstance(desk.view.page, WhyPage)
    return Asked(desk.view.page.against, desk.view.page.by)


def name(desk: Desk) -> str:
    """What the page is called."""
    return desk.look.say("page.why", title=desk.look.read(shown(desk).title))


def depends(desk: Desk) -> frozenset[str]:
    """The notices that may change it."""
    return subjects.of(shown(desk))


def found(desk: Desk) -> Decomposition:
    """The change, taken apart. Raises: DataUnavailable."""
    indicator, wanted = shown(desk), asked(desk)
    scope = desk.scope_of(indicator)
    return desk.memory.recall(
        ("reasons", scope, indicator.key, wanted, reads.calm(desk)), MINUTELY,
        lambda: decomposition.decompose(desk.engine, desk.city, indicator, scope, desk.tick.now, wanted.by, wanted.against))


def title(desk: Desk) -> list[Any]:
    """The page's name and the number now."""
    indicator = shown(desk)
    return why_page.title(desk.look, reads.yearly(desk, [indicator])[indicator.key], name(desk), asked(desk),
                          found(desk).after)


def body(desk: Desk) -> list[Any]:
    """The parts of the change."""
    return why_page.body(desk.look, found(desk), asked(desk))


PARTS = page(name, Section(title, depends), (Section(body, depends),))
