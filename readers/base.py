"""What tables have in common: they are read in pieces, and are called as the file or the address that they come from."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from readers.content import Content
from readers.framing import framed
from readers.spec import Read
from readers.table import Frame


class Pieced(ABC):
    """A table that is read in pieces of any length."""

    @property
    @abstractmethod
    def columns(self) -> list[str]:
        """The columns' names. Raises: Unreadable."""

    @abstractmethod
    def _pieces(self) -> Iterator[Frame]:
        """The rows as they come. Raises: Unreadable."""

    def frames(self, rows: int) -> Iterator[Frame]:
        """The rows in pieces of so many. Raises: Unreadable."""
        return framed(self._pieces(), rows, self.columns)


@dataclass(frozen=True)
class Filed(Pieced):
    """A table of one file: called as the file, and another when the file is."""

    content: Content
    read: Read

    @property
    def name(self) -> str:
        """The file's name."""
        return self.content.name

    @property
    def stamp(self) -> str:
        """The file's."""
        return self.content.stamp


@dataclass(frozen=True)
class Asked(Pieced):
    """A table that is asked for each time; what has changed `since`, or everything."""

    read: Read
    since: datetime | None
    opened: datetime

    @property
    def name(self) -> str:
        """The address, or the database and the table."""
        return self.read.name

    @property
    def stamp(self) -> str:
        """The moment of asking: what comes then may differ."""
        return self.opened.isoformat()
