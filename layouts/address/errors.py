"""What can be wrong with an address, each with words for the screen and the status that HTTP has for it."""

from typing import ClassVar

from indicators.text import Text


class BadAddress(ValueError):
    """The address says something that no view can be; `words` says what, for the screen."""

    status: ClassVar[int] = 400

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


class UnknownPage(BadAddress):
    """The path names neither the wall nor one of the pages."""

    status = 404


class UnknownIndicator(BadAddress):
    """The library has no such indicator."""

    status = 404


class UnknownWindow(BadAddress):
    """No such time window."""


class BadInstant(BadAddress):
    """Not an instant with an offset, nor a day."""


class UnknownLanguage(BadAddress):
    """Neither zh nor en."""


class UnknownDimension(BadAddress):
    """None of the six dimensions."""


class UnknownMode(BadAddress):
    """No such way to draw the map."""


class BadPage(BadAddress):
    """Not a page's number, nor a batch's."""


class UnknownSort(BadAddress):
    """Not a column to sort by."""


class UnknownChoice(BadAddress):
    """A page offers other choices than this."""


class BadComparison(BadAddress):
    """Too many regions, one of them twice, or regions and periods at once."""


class UnknownFilter(BadAddress):
    """Not a field to filter by, or not a value of it."""


class TwoDrawers(BadAddress):
    """More than one drawer asked for."""
