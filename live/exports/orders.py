"""What an address asks to be taken away: which table, of which indicator, in which scope."""

from collections.abc import Mapping
from dataclasses import dataclass

from data_access.city import City, UnknownRegion
from indicators.definition import Indicator
from indicators.library import INDICATORS
from indicators.text import Language
from layouts import take_away
from layouts.address import fields, readers
from layouts.address.errors import BadAddress
from layouts.take_away import What
from layouts.view import View, scoped
from layouts.words import WORDS
from live.address import OFF_LIMITS, Refused, unknown_region
from live.reach import inside

OF_ONE: tuple[What, ...] = ("facts", "regions")   # these are of one indicator


@dataclass(frozen=True)
class Order:
    """One table, of one indicator or of the whole scope."""

    what: What
    view: View
    indicator: Indicator | None = None


def read(city: City, what: What, said: Mapping[str, str], language: Language, within: str | None) -> Order:
    """Read an address; `within` is the region that may be seen. Raises: Refused."""
    try:
        code = said.get("r", city.root.code)
        view = View(scoped(code, said, fields.spoken(said.get("lang", language))))
        region = city.region(code)
        indicator = INDICATORS[readers.indicator(said["i"])] if "i" in said else None
    except BadAddress as error:
        raise Refused(error.words, error.status) from error
    except UnknownRegion as error:
        raise unknown_region(city, error) from error
    if within is not None and not inside(city, region, within):
        raise Refused(OFF_LIMITS, 403)
    if what in OF_ONE and indicator is None:
        raise Refused(WORDS["take.no_indicator"], 400)
    return Order(what, view, indicator if what in OF_ONE else None)


def address(order: Order, kind: str) -> str:
    """The address of an order's file; read() reads it back."""
    return take_away.file(order.view, order.what, kind, None if order.indicator is None else order.indicator.key)
