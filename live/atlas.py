"""The city that is shown: read as soon as there is one, and again when it was loaded anew."""

import logging
from collections.abc import Callable
from threading import Condition

from data_access.city import City
from data_access.engine import DataUnavailable

log = logging.getLogger(__name__)

SUBJECTS = frozenset({"region", "statistic", "statistic:population"})   # what is read of the city comes of these
RETRY_S = 1.0


class Atlas:
    """Holds the city; whoever needs it before it is there can wait."""

    def __init__(self, load: Callable[[], City | None]) -> None:
        self._load = load
        self._arrived = Condition()
        self._city: City | None = None

    @property
    def city(self) -> City | None:
        """The city; None until a pack is loaded and the database has answered once."""
        return self._city

    def refresh(self) -> None:
        """Read the city anew; keep the old one when there is no answer, or none any more."""
        try:
            city = self._load()
        except DataUnavailable as error:
            log.warning("%s", error)
            return
        except Exception:
            log.exception("the city cannot be read")
            return
        if city is None:
            return
        with self._arrived:
            self._city = city
            self._arrived.notify_all()

    def wait(self, patience: float) -> City | None:
        """The city, as soon as it is there; None when it is not within `patience` seconds."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._city is not None, patience)
            return self._city
