"""What is still to be told: events of the past and of the days ahead, by the instant at which they fall due."""

from threading import Lock
from typing import Any

import numpy as np

Events = np.ndarray[Any, np.dtype[np.void]]  # a structured array with a field "at", sorted by it


class Agenda:
    """Events by time; added to by one thread, taken from by another."""

    def __init__(self, kind: np.dtype[np.void]) -> None:
        self._events: Events = np.empty(0, kind)
        self._lock = Lock()

    def add(self, events: Events) -> None:
        """Put events in their places."""
        with self._lock:
            mixed = np.concatenate([self._events, events])
            self._events = mixed[np.argsort(mixed["at"], kind="stable")]

    def take(self, until: int) -> Events:
        """Remove and return what falls due up to an instant."""
        with self._lock:
            cut = int(np.searchsorted(self._events["at"], until, side="right"))
            due, self._events = self._events[:cut], self._events[cut:]
        return due

    def __len__(self) -> int:
        return len(self._events)
