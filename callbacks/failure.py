"""What a person is told whose action failed."""

import logging
from collections.abc import Callable

from dash import set_props

from indicators.text import Language
from layouts import ids
from layouts.words import say

log = logging.getLogger(__name__)


def tell(language: Callable[[], Language]) -> Callable[[Exception], None]:
    """Log the failure whole; on screen stands one line without a trace of the program."""

    def failed(error: Exception) -> None:
        log.error("an action failed", exc_info=error)
        set_props(ids.TOAST, {"children": say("failed", language())})

    return failed
