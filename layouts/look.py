"""What every drawing needs to know beside its own data."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from data_access.city import City, Region
from indicators.text import Language, Text
from layouts.view import View
from layouts.words import say


@dataclass(frozen=True)
class Look:
    """One viewer's view of the city at an instant.

    `now` decides states (overdue, another day), never a text that changes by the second: ages
    and clocks tick in the browser, so that a drawing changes only when its data does.
    """

    view: View
    city: City
    now: datetime

    @property
    def language(self) -> Language:
        """The language of the interface."""
        return self.view.scope.language

    @property
    def zone(self) -> ZoneInfo:
        """The city's clock."""
        return self.city.zone

    @property
    def region(self) -> Region:
        """The region looked at. Raises: UnknownRegion."""
        return self.city.region(self.view.scope.region)

    def say(self, key: str, /, **values: object) -> str:
        """An interface string in this language."""
        return say(key, self.language, **values)

    def read(self, text: Text) -> str:
        """A phrase of the data in this language."""
        return text[self.language]

    def place(self, region_id: int) -> str:
        """A region's name with the one above it, as far as they lie below the region looked at."""
        path = self.city.path(self.city.regions[region_id])
        below = [region for region in path if region.level > self.region.level] or [path[-1]]
        upper, name = self.read(below[0].name), self.read(below[min(1, len(below) - 1)].name)
        return name if name.startswith(upper) else f"{upper} · {name}"

    def spot(self, region_id: int) -> str:
        """A region's own name, or its ancestor's two levels below the region looked at: as exact as one name can be read."""
        path = self.city.path(self.city.regions[region_id])
        return self.read(path[min(self.region.level + 2, len(path) - 1)].name)
