"""What a viewer looks at: region, window, instant, indicator, filters. A URL is a scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indicators.text import Language

Window = Literal["24h", "today", "7d", "30d"]
WINDOWS: tuple[Window, ...] = ("24h", "today", "7d", "30d")
DEFAULT_WINDOW: Window = "24h"
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
