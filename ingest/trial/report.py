"""What becomes of a sample: for people to read before anything is loaded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A field as the sample fills it: of which columns, what kind, how often, and with what."""

    name: str
    origin: str
    kind: str
    filled: float
    example: str


@dataclass(frozen=True)
class Why:
    """A reason against rows, or a mark on them: how many, and the first line."""

    field: str
    code: str
    text: str
    rows: int
    line: int


@dataclass(frozen=True)
class Trial:
    """What becomes of a sample of one table."""

    source: str
    dataset: str
    subject: str
    table: str
    total: int | None
    rows: int
    taken: int
    rejected: int
    marked: int
    columns: tuple[Column, ...] = ()
    unused: tuple[str, ...] = ()
    reasons: tuple[Why, ...] = ()
    marks: tuple[Why, ...] = ()
    inside: tuple[int, int] | None = None     # points in the city, and points
    hints: tuple[str, ...] = ()
    fault: str | None = None                  # why nothing could be tried
