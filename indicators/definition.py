"""What an indicator is: one declarative definition for number, map, ranking, trend, drill and export.

An indicator's value is algebra over *terms* that add up the region tree, so a city's ratio is
the ratio of the city's sums and never a mean of its districts' ratios.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args

from indicators.text import Text

Dimension = Literal["people", "places", "events", "objects", "situation", "organizations"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Direction = Literal["higher", "lower", "neither"]
Place = Literal["hero", "support", "library"]
IF_HEARD = "if_heard"   # a tag: not listed in a city of which nothing of the kind was ever told


@dataclass(frozen=True)
class Metric:
    """A flow: facts counted (or summed) at the instant they happened.

    `fact` names a table of `data_access/facts.py`; `at`, `where` and `value` are SQL over that
    table's columns, alias `f`. Every metric is rolled up by hour and day, and the same three
    fragments list the rows behind any number; a fact whose `at` is NULL is not counted. With
    `sketch`, the values are also kept as a log histogram, for percentiles. `ahead` marks an
    instant that may lie in the future (a deadline): what has not come yet is never read.
    `of` repeats which one property of the devices `where` lets through. `weight`, where a row stands for
    several facts that were counted before, is how many.
    """

    key: str
    fact: str
    at: str
    where: str | None = None
    value: str | None = None
    sketch: bool = False
    ahead: bool = False
    of: str | None = None
    weight: str | None = None

    @property
    def subject(self) -> str:
        """The feed that this metric counts."""
        return self.fact if self.of is None else f"{self.fact}:{self.of}"


@dataclass(frozen=True)
class Stock:
    """A state at an instant: facts for which `among` and `where` hold at `:at` (SQL, alias `f`).

    `among` is what the stocks of a fact have in common, told apart so that it is judged once for all
    of them. `recorded` marks facts too many to count at every look: the newest snapshot is read instead.
    """

    key: str
    fact: str
    where: str = "TRUE"
    value: str | None = None
    recorded: bool = False
    among: str = "TRUE"

    @property
    def condition(self) -> str:
        """All that must hold."""
        return f"({self.among}) AND ({self.where})"


@dataclass(frozen=True)
class Count:
    """How many facts of a metric fell in the window."""

    metric: str


@dataclass(frozen=True)
class Total:
    """The sum of a metric's values over the window."""

    metric: str


@dataclass(frozen=True)
class Standing:
    """How many facts are in a stock at the scope's instant."""

    stock: str


@dataclass(frozen=True)
class Statistic:
    """A published figure of a region (a census count), of the newest period not after the scope."""

    key: str


@dataclass(frozen=True)
class Area:
    """The region's area in km²."""


Term = Count | Total | Standing | Statistic | Area


@dataclass(frozen=True)
class Sum:
    """Terms added up, times a scale."""

    terms: tuple[Term, ...]
    scale: float = 1.0


@dataclass(frozen=True)
class Ratio:
    """Terms added up over terms added up, times a scale; no base, no value."""

    over: tuple[Term, ...]
    base: tuple[Term, ...]
    scale: float = 1.0


@dataclass(frozen=True)
class Percentile:
    """A quantile of a sketched metric's values, within 3 % (bins of 1/20 e-fold)."""

    metric: str
    q: float


Measure = Sum | Ratio | Percentile


@dataclass(frozen=True)
class Target:
    """Good at or beyond `good`, bad beyond `bad`, watch between."""

    good: float
    bad: float


@dataclass(frozen=True)
class Indicator:
    """One number of the city, completely said.

    `subject` names the feed whose age is the indicator's age: a fact ("case"), a property
    ("observation:pm25") or a statistic ("statistic:population").
    `levels` limits it to levels of the region tree, 0 being the city; None means every level.
    `archive` marks a closed historical data set, read over its newest whole year.
    """

    key: str
    title: Text
    dimension: Dimension
    measure: Measure
    unit: str
    subject: str
    definition: Text
    better: Direction = "neither"
    target: Target | None = None
    stale_after: timedelta | None = None
    decimals: int = 0
    place: Place = "library"
    max_level: int | None = None
    archive: bool = False
    tags: tuple[str, ...] = field(default=())
