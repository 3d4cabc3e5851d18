"""Where a city's briefings are planned and kept; pages ask it what there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from data_access.city import City, Region
from indicators.editions import Edition, Plan
from live.briefings.shelf import Shelf


@dataclass(frozen=True)
class Office:
    """The plans of the city with this key, and its shelf."""

    city: str
    plans: Sequence[Plan]
    shelf: Shelf


_open: list[Office] = []


def adopt(office: Office | None) -> None:
    """From now on this one is asked; None: nothing is planned or kept."""
    _open[:] = [] if office is None else [office]


def office(city: City) -> Office | None:
    """The office of this city; None where there is none, or the database holds another city than the pack."""
    return next((one for one in _open if one.city == city.key), None)


def kept(city: City, regions: Sequence[Region]) -> tuple[Edition, ...]:
    """What is kept of these regions, the newest first."""
    found = office(city)
    if found is None:
        return ()
    codes = [region.code for region in regions]
    return tuple(part for one in found.shelf.editions() if (part := one.within(codes)).copies)


def of(plan: Plan, city: City) -> tuple[str, ...]:
    """The codes of the regions that a plan is for, the city first; a code that the city does not have stays, to be told of."""
    levels = {level.number for level in city.levels if level.key in plan.levels}
    below = sorted((region.level, region.code) for region in city.regions.values() if region.level in levels)
    return tuple(dict.fromkeys((*plan.regions, *(code for _, code in below))))
