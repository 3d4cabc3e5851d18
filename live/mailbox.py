"""What waits for one viewer: never more than one picture, whoever is slow."""

from dataclasses import dataclass
from threading import Condition

from live.picture import Encoded, merge


@dataclass(frozen=True)
class Parcel:
    """Everything that came since the viewer last looked; empty when only time has passed."""

    props: Encoded
    whole: bool = False


class Mailbox:
    """Newest wins, property by property: a slow viewer skips what he has missed, and nobody waits for him."""

    def __init__(self) -> None:
        self._arrived = Condition()
        self._props: Encoded = {}
        self._whole = False
        self._knocked = False

    def post(self, props: Encoded, *, whole: bool = False) -> None:
        """Leave changed properties, or a whole picture."""
        with self._arrived:
            merge(self._props, props)
            self._whole = self._whole or whole
            self._knocked = True
            self._arrived.notify()

    def knock(self) -> None:
        """Wake the viewer without a picture: something else changed."""
        with self._arrived:
            self._knocked = True
            self._arrived.notify()

    def take(self, patience: float) -> Parcel:
        """Wait for a post or a knock, at most `patience` seconds, and empty the box."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._knocked, patience)
            parcel = Parcel(self._props, self._whole)
            self._props, self._whole, self._knocked = {}, False, False
        return parcel
