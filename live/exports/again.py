"""Cells that were written before: names, kinds and hours come again and again."""

from collections.abc import Callable
from typing import Any

KEPT = 5000   # written cells of one column


class Again(dict[Any, Any]):
    """What cells become, by what they are; when it is full, it begins anew."""

    def __init__(self, write: Callable[[Any], Any]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> Any:
        if len(self) >= KEPT:
            self.clear()
        found = self[value] = self._write(value)
        return found
