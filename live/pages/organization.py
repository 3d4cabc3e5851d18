"""One organization's work in a region."""

from dataclasses import replace
from typing import Any

from data_access import cases as records
from data_access import organizations, shares
from data_access.in_hand import Hand
from indicators.filters import with_values
from indicators.library import INDICATORS
from indicators.scoring import scoring
from indicators.splits import By
from indicators.text import Text
from layouts import organization_page, take_away
from layouts.address.pages import OrganizationPage
from layouts.view import href
from live.desk import CASE, Desk
from live.pages import reads
from live.pages.shell import MINUTELY, Section, page

CASES = 12
PARTED: tuple[By, ...] = ("class", "channel")
REPORTED = INDICATORS["event_reported"]
OVERDUE = "event_overdue"


def code(desk: Desk) -> str:
    """The organization's code."""
    assert isinstance(desk.view.page, OrganizationPage)
    return desk.view.page.code


def named(desk: Desk) -> Text | None:
    """Its name; None where there is none with this code. Raises: DataUnavailable."""
    return desk.names().agencies.get(code(desk))


def name(desk: Desk) -> str:
    """What the page is called: the organization's name, or its code where it is not known."""
    found = named(desk)
    return code(desk) if found is None else desk.look.read(found)


def of_it(desk: Desk) -> Desk:
    """The same desk with this organization's cases alone."""
    scope = desk.view.scope
    picked = with_values(scope.filters, "agency", [code(desk)])
    return replace(desk, view=replace(desk.view, scope=replace(scope, filters=picked)))


def hand(desk: Desk) -> tuple[Hand | None, bool]:
    """What it has in hand in the region now, and whether that is simulated; nothing of the past. Raises: DataUnavailable."""
    if desk.past:
        return None, False
    found = reads.in_hands(desk)
    own = next((one for one in found.hands if one.code == code(desk)), None)
    known = named(desk)
    return Hand(code(desk), known) if own is None and known is not None else own, found.simulated


def title(desk: Desk) -> list[Any]:
    """Its name and its load, or that there is none with this code."""
    own, simulated = hand(desk)
    return organization_page.title(desk.look, named(desk), code(desk), own, simulated=simulated)


def score(desk: Desk) -> list[Any]:
    """Its score, and how it comes about."""
    if named(desk) is None:
        return []
    alone = of_it(desk)
    found = desk.memory.recall(("scores", alone.scope), MINUTELY, lambda: organizations.scores(
        alone.engine, alone.city, alone.scope, alone.tick.now))
    return organization_page.score(alone.look, next((one for one in found if one.code == code(desk)), None), scoring())


def work(desk: Desk) -> list[Any]:
    """The clocks that it kept and missed."""
    return [] if named(desk) is None else organization_page.clocks(of_it(desk).look, done(desk))


def done(desk: Desk) -> Any:
    """The readings of what it did. Raises: DataUnavailable."""
    return reads.yearly(of_it(desk), [INDICATORS[key] for key in organization_page.READ])


def returns(desk: Desk) -> list[Any]:
    """What came back and what was done twice."""
    return [] if named(desk) is None else organization_page.returns(of_it(desk).look, done(desk))


def parted(desk: Desk) -> list[Any]:
    """What it works on."""
    if named(desk) is None:
        return []
    alone = of_it(desk)

    found = desk.memory.recall(("shares", alone.scope, REPORTED.key, PARTED), MINUTELY, lambda: shares.shares_by_each(
        desk.engine, desk.city, REPORTED, alone.scope, desk.tick.now, PARTED))
    return organization_page.parted(desk.look, found, take_away.files(alone.look, "breakdown", REPORTED.key))


def cases(desk: Desk) -> list[Any]:
    """Its cases past their clock."""
    if named(desk) is None:
        return []
    alone = of_it(desk)
    found = () if desk.past else desk.memory.recall(
        ("late of one", desk.scope.region, alone.picked), CASE,
        lambda: records.most_overdue(desk.engine, desk.region.region_id, desk.now, CASES, alone.picked))
    return organization_page.cases(desk.look, found, href(replace(alone.view, page=None)),
                                   take_away.files(alone.look, "facts", OVERDUE), past=desk.past)


PARTS = page(name, Section(title, lambda desk: CASE), (
    Section(score), Section(work), Section(returns), Section(parted), Section(cases, lambda desk: CASE),
))
