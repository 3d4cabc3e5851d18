"""What a viewer looks at: region, window, instant, indicator, filters. A URL is a scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indicators.text import Language

# One of the names below, or two dates such as "2026-10-01..2026-10-31"; `windows.known` tells what is one.
Window = str
WINDOWS: tuple[Window, ...] = ("24h", "today", "7d", "30d")                                   # that a wall offers
PERIODS: tuple[Window, ...] = ("today", "24h", "7d", "30d", "90d", "month", "quarter", "year")  # that a page offers
DEFAULT_WINDOW: Window = "24h"
DEFAULT_PERIOD: Window = "30d"
Field = Literal["class", "agency", "state", "channel"]


@dataclass(frozen=True)
class Filter:
    """Cases of which one field has one of these values."""

    field: Field
    values: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """One region, one window, one instant; `at` None is live."""

    region: str
    window: Window = DEFAULT_WINDOW
    at: datetime | None = None
    indicator: str | None = None
    language: Language = "zh"
    filters: tuple[Filter, ...] = ()
