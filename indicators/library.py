"""All indicators, by key: dimension after dimension, each with its hero first."""

from collections.abc import Mapping
from dataclasses import replace

from indicators.definition import Dimension, Indicator, Target
from indicators.events import EVENTS
from indicators.objects import OBJECTS
from indicators.organizations import ORGANIZATIONS
from indicators.people import PEOPLE
from indicators.places import PLACES
from indicators.quality import QUALITY
from indicators.situation import SITUATION

INDICATORS: dict[str, Indicator] = {
    indicator.key: indicator
    for indicator in (*PEOPLE, *PLACES, *EVENTS, *OBJECTS, *SITUATION, *ORGANIZATIONS, *QUALITY)
}


def of(dimension: Dimension) -> tuple[Indicator, ...]:
    """A dimension's indicators: the hero, its supports, the rest."""
    return tuple(indicator for indicator in INDICATORS.values() if indicator.dimension == dimension)


def aim(targets: Mapping[str, Target]) -> None:
    """Give indicators the city's own targets; once, before anything is read."""
    for key, target in targets.items():
        INDICATORS[key] = replace(INDICATORS[key], target=target)
