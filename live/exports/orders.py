"""What an address asks to be taken away: which table, of which indicator, in which scope."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data_access.city import City, Region, UnknownRegion
from indicators.definition import Indicator
from indicators.library import INDICATORS
from indicators.text import Language
from layouts import take_away
from layouts.address import fields, pages, readers
from layouts.address.errors import BadAddress
from layouts.address.pages import Page, SourcePage
from layouts.take_away import What
from layouts.view import View, scoped
from layouts.words import WORDS
from live.address import OFF_LIMITS, Refused, unknown_region
from live.reach import inside

OF_ONE: tuple[What, ...] = ("facts", "regions", "breakdown", "reasons")   # these are of one indicator
ANYBODYS: tuple[What, ...] = ("sources",)                                  # these say nothing of a region


@dataclass(frozen=True)
class Order:
    """One table, of one indicator or of the whole scope."""

    what: What
    view: View
    indicator: Indicator | None = None


def read(city: City, what: What, said: Mapping[str, str], language: Language, within: str | None) -> Order:
    """Read an address; `within` is the region that may be seen. Raises: Refused."""
    try:
        indicator = INDICATORS[readers.indicator(said["i"])] if "i" in said else None
        if what in OF_ONE and indicator is None:
            raise Refused(WORDS["take.no_indicator"], 400)
        page, code = paged(what, said, city.root.code)
        view = View(scoped(code, said, fields.spoken(said.get("lang", language))), page=page)
        shown = [city.region(one) for one in ((code,) if page is None else pages.regions(page, code))]
    except BadAddress as error:
        raise Refused(error.words, error.status) from error
    except UnknownRegion as error:
        raise unknown_region(city, error) from error
    if within is not None and not open_to(city, what, shown, within):
        raise Refused(OFF_LIMITS, 403)
    return Order(what, view, indicator if what in OF_ONE else None)


def open_to(city: City, what: What, shown: Sequence[Region], within: str) -> bool:
    """Whether a table may be seen by whoever sees a region alone: a source's rows come from anywhere, as its page says."""
    if what in take_away.OF_SOURCE:
        return False
    return what in ANYBODYS or all(inside(city, region, within) for region in shown)


def paged(what: What, said: Mapping[str, str], home: str) -> tuple[Page | None, str]:
    """The page whose table is asked for, where it takes as much to say as the page, and the region's code. Raises: BadAddress."""
    if what in take_away.OF_SOURCE:
        return SourcePage(said.get("s", "")), home
    if what == "comparison":
        return readers.a_comparison("", said, home)
    if what == "reasons":
        return readers.a_reason(said["i"], said, home)
    return None, said.get("r", home)


def address(order: Order, kind: str) -> str:
    """The address of an order's file; read() reads it back."""
    return take_away.file(order.view, order.what, kind, None if order.indicator is None else order.indicator.key)
