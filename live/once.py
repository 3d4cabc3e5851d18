"""Something that is read once, however many ask for it."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Keeps what the first reader got; who asks meanwhile waits for it. A failed read is kept by nobody."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: list[T] = []

    def get(self, read: Callable[[], T]) -> T:
        """What was read, by whomever."""
        with self._lock:
            if not self._found:
                self._found.append(read())
            return self._found[0]
