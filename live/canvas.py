"""One watched view: its picture as it was last painted, and its viewers."""

import time
from threading import Lock

from live.changes import Mark
from live.mailbox import Mailbox
from live.picture import Encoded, difference, merge
from live.tick import LANES, Lane


class Canvas:
    """Laid over piece by piece by both lanes; every viewer gets each difference once."""

    def __init__(self) -> None:
        self.first = Lock()                  # held while the picture is painted for the first time
        self.due = False                     # has to be painted in full
        self.left_at = time.monotonic()
        self.painted_at = float("-inf")
        self.viewers: list[Mailbox] = []
        self._encoded: Encoded = {}
        self._laying = Lock()
        self._reached: dict[Lane, Mark] = dict.fromkeys(LANES, Mark())

    @property
    def blank(self) -> bool:
        """Whether there is no picture yet."""
        return not self._encoded

    @property
    def picture(self) -> Encoded:
        """All of it, as it is now."""
        with self._laying:
            copy: Encoded = {}
            merge(copy, self._encoded)
            return copy

    def reached(self, lane: Lane | None) -> Mark:
        """Up to which change it is painted, in a lane or in all."""
        marks = self._reached.values() if lane is None else (self._reached[lane],)
        return Mark(min(mark.urgent for mark in marks), min(mark.other for mark in marks))

    def reach(self, mark: Mark, lane: Lane | None) -> None:
        """It is painted up to this change, in a lane or in all; never back."""
        for one in LANES if lane is None else (lane,):
            before = self._reached[one]
            self._reached[one] = Mark(max(before.urgent, mark.urgent), max(before.other, mark.other))

    def lay(self, encoded: Encoded) -> None:
        """Take a newer picture, or a part of one, and post what it changes."""
        with self._laying:
            blank = self.blank
            changed = difference(self._encoded, encoded)
            merge(self._encoded, changed)
            self.painted_at = time.monotonic()
            for mailbox in self.viewers if changed else ():
                mailbox.post(changed, whole=blank)

    def enter(self, mailbox: Mailbox) -> None:
        """A viewer comes: he gets the picture, when there is one, and from now on what changes."""
        with self._laying:
            self.viewers = [*self.viewers, mailbox]
            if not self.blank:
                mailbox.post(self._encoded, whole=True)

    def leave(self, mailbox: Mailbox) -> None:
        """A viewer goes."""
        with self._laying:
            self.viewers = [one for one in self.viewers if one is not mailbox]
            self.left_at = time.monotonic()

    def wipe(self) -> None:
        """Forget the picture: it is too old to be shown."""
        with self._laying:
            self._encoded = {}
