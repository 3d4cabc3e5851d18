"""What a viewer looks at: region, window, instant, indicator. A URL is a scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from indicators.text import Language

Window = Literal["24h", "today", "7d", "30d"]
WINDOWS: tuple[Window, ...] = ("24h", "today", "7d", "30d")
DEFAULT_WINDOW: Window = "24h"


@dataclass(frozen=True)
class Scope:
    """One region, one window, one instant; `at` None is live."""

    region: str
    window: Window = DEFAULT_WINDOW
    at: datetime | None = None
    indicator: str | None = None
    language: Language = "zh"
