"""Asking again and again."""

from collections.abc import Callable
from threading import Event

from doors.state import State


def repeat(every_s: float, once: Callable[[], None], state: State, stop: Event) -> None:
    """Ask until told to stop. Raises: whatever asking raises; the keeper waits then and begins anew."""
    while not stop.is_set():
        once()
        state.connected()
        stop.wait(every_s)
