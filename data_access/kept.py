"""What costs much to read and serves many: read once, and kept until it is the one that was not used for longest."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Holds the values of the keys used last. Who asks for a key that is being read waits for it; others do not."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = Lock()
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._turns: dict[Hashable, Lock] = {}

    def get(self, key: Hashable, read: Callable[[], T]) -> T:
        """The key's value, read when nobody has yet. Raises: whatever `read` raises; the next one tries again."""
        with self._guard:
            turn = self._turns.setdefault(key, Lock())
        try:
            with turn:
                with self._guard:
                    if key in self._values:
                        self._values.move_to_end(key)
                        return self._values[key]
                value = read()
                with self._guard:
                    self._values[key] = value
                    if len(self._values) > self._most:
                        self._values.popitem(last=False)
                return value
        finally:
            with self._guard:
                self._turns.pop(key, None)
