"""All indicators, by key: dimension after dimension, each with its hero first."""

from indicators.definition import Dimension, Indicator
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
