"""All indicators, by key: dimension after dimension, each with its hero first."""

from indicators.definition import Dimension, Indicator
from indicators.events import EVENTS
from indicators.objects import OBJECTS
from indicators.organizations import ORGANIZATIONS
from indicators.people import PEOPLE
from indicators.places import PLACES
from indicators.situation import SITUATION
from indicators.text import Text

DIMENSIONS: dict[Dimension, Text] = {
    "people": Text("人", "People"),
    "places": Text("地", "Places"),
    "events": Text("事", "Events"),
    "objects": Text("物", "Objects"),
    "situation": Text("情", "Situation"),
    "organizations": Text("组织", "Organizations"),
}
INDICATORS: dict[str, Indicator] = {
    indicator.key: indicator
    for indicator in (*PEOPLE, *PLACES, *EVENTS, *OBJECTS, *SITUATION, *ORGANIZATIONS)
}


def of(dimension: Dimension) -> tuple[Indicator, ...]:
    """A dimension's indicators: the hero, its supports, the rest."""
    return tuple(indicator for indicator in INDICATORS.values() if indicator.dimension == dimension)
