"""A table on its way into a file: what it is called, its columns, and its rows in pieces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data_access.every_row import Column, Line
from indicators.text import Language, Text

YES = {True: Text("是", "yes"), False: Text("否", "no")}
ITEM = (Column(Text("项目", "Item")), Column(Text("内容", "Content")))


@dataclass(frozen=True)
class Sheet:
    """One table; its rows may be taken once."""

    title: str
    columns: Sequence[Column]
    pieces: Iterable[Sequence[Line]]
    language: Language

    @property
    def heads(self) -> list[str]:
        """The names of the columns."""
        return [column.name[self.language] for column in self.columns]

    def flagged(self, value: bool | None) -> str | None:
        """Yes or no in words."""
        return None if value is None else YES[value][self.language]


Facts = Sequence[tuple[str, str]]   # what a file says of itself: names and contents


def about(title: str, facts: Facts, language: Language) -> Sheet:
    """What a file says of itself, as its first table."""
    return Sheet(title, ITEM, [facts], language)
