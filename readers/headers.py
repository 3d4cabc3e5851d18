"""Which of a table's first rows name its columns, and what the columns are called."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from readers.limits import MOST_COLUMNS
from readers.table import Unreadable

NUMBER = re.compile(r"^\s*[-+−]?[\d\s.,'’]*\d[\d\s.,'’]*(?:[eE][-+]?\d+)?\s*%?\s*$")
MOMENT = re.compile(r"^\s*\d{1,4}\s*[-/.年]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,4}\s*日?)?(?:[ T]\s*\d{1,2}[:时].*)?\s*$"
                    r"|^\s*\d{1,2}:\d{2}")
YEAR = re.compile(r"(?:1[89]|20)\d\d")
LOOKED_AT = 200         # rows below the header that are compared with it
JOIN = " / "


@dataclass(frozen=True)
class Header:
    """How many rows stand above the header, how many it takes, the columns' names, and what tells so."""

    skip: int
    rows: int
    columns: list[str]
    reasons: tuple[str, ...]


Row = Sequence[object]


def find(rows: Sequence[Row], name: str, skip: int | None = None, header: int | None = None,
         columns: Sequence[str] | None = None, spanning: Collection[int] = ()) -> Header:
    """The header of a table that begins so; what is said is taken, the rest is guessed.

    `spanning` are the rows with a cell over several columns. Raises: Unreadable.
    """
    reasons = []
    if skip is None:
        skip = titles(rows, spanning)
        if skip:
            reasons.append(f"above the table: {skip} with fewer cells than it has")
    rest = rows[skip:]
    if header is None:
        header = 0 if columns is not None else heads(rest, skip in spanning)
        reasons.append({0: "the first row looks like the others: no header", 1: "the first row names the columns"}.get(
            header, f"{header} rows name the columns together"))
    lengths = Counter(map(len, rest[header:LOOKED_AT]))
    width = max(len(rest[0]) if header and rest else 0, lengths.most_common(1)[0][0] if lengths else 0)
    if not any(map(used, rest)):
        raise Unreadable(name, "holds no table: no row with cells was found")
    if width > MOST_COLUMNS:
        raise Unreadable(name, f"has {width:,} columns; {MOST_COLUMNS:,} is the most")
    if columns is not None and len(columns) != width:
        raise Unreadable(name, f"has {width} columns, `columns` names {len(columns)}")
    return Header(skip, header, list(columns) if columns is not None else names(rest[:header], width), tuple(reasons))


def titles(rows: Sequence[Row], spanning: Collection[int] = ()) -> int:
    """How many rows stand above the table: those with far fewer cells than most rows have, but for groups of columns."""
    counts = Counter(count for row in rows[:LOOKED_AT] if (count := used(row)) > 0)
    if not counts:
        return 0
    usual = max(counts, key=lambda count: (counts[count] * count, count))
    for at, row in enumerate(rows[:LOOKED_AT]):
        if used(row) * 2 > usual or (used(row) > 1 and (used(row) * 2 == usual or at in spanning)):
            return at
    return 0


def heads(rows: Sequence[Row], spanning: bool = False) -> int:
    """How many of the first rows name columns: 0, 1 or 2."""
    if not rows or not any(is_text(cell) for cell in rows[0]):
        return 1 if rows and _sequence(rows[0]) else 0
    below = rows[1:LOOKED_AT]
    if not below or not _like(rows[0], below):
        return 2 if _continued(rows, spanning) else 1
    return 1 if _sequence(rows[0]) or _years(rows[0], below) else 0


def _years(row: Row, below: Sequence[Row]) -> bool:
    """Whether a row's numbers are years one after the other, as of censuses, above numbers that are none."""
    at = [place for place, cell in enumerate(row) if is_typed(cell)]
    years = [str(row[place]).strip().removesuffix(".0") for place in at]
    under = [str(other[place]).strip() for other in below for place in at if place < len(other) and used([other[place]])]
    rising = years == sorted(set(years)) or years == sorted(set(years), reverse=True)
    return len(years) > 1 and rising and all(map(YEAR.fullmatch, years)) and (
        sum(YEAR.fullmatch(cell) is not None for cell in under) < len(under) / 2)


def _like(first: Row, below: Sequence[Row]) -> bool:
    """Whether the first row has a number or a moment wherever the others do, and there is such a column."""
    typed = 0
    for at, cell in enumerate(first):
        others = [row[at] for row in below if at < len(row) and row[at] not in (None, "")]
        if others and sum(map(is_typed, others)) > len(others) / 2:
            if not is_typed(cell):
                return False
            typed += 1
    return typed > 0


def _sequence(row: Row) -> bool:
    """Years, days or hours in a row head the columns of a wide table."""
    values = [str(cell).strip() for cell in row if is_typed(cell)]
    if len(values) < 2 or len(set(values)) < len(values):
        return False
    if all(value.isdigit() for value in values):
        return all(int(right) - int(left) == 1 for left, right in pairwise(values))
    return all(MOMENT.match(value) for value in values) and values == sorted(values)


def _continued(rows: Sequence[Row], spanning: bool) -> bool:
    """Whether a second row of texts fills what the first leaves empty: under a cell over columns, or above numbers."""
    if len(rows) < 3 or any(is_typed(cell) for cell in rows[1]):
        return False
    first, second, third = rows[:3]
    gaps = [at for at in range(1, filled(second)) if at >= len(first) or first[at] in (None, "")]
    return bool(gaps) and all(second[at] not in (None, "") for at in gaps) and (spanning or any(map(is_typed, third)))


def names(rows: Sequence[Row], width: int) -> list[str]:
    """One name a column, each once: rows joined, a cell over several columns said for each."""
    parts = [_spread(row, width, last=at == len(rows) - 1) for at, row in enumerate(rows)]
    found: list[str] = []
    for at in range(width):
        said = list(dict.fromkeys(part[at] for part in parts if part[at]))
        found.append(JOIN.join(said) or f"column{at + 1}")
    return unique(found)


def _spread(row: Row, width: int, last: bool) -> list[str]:
    """A header row's texts; above the last, a text holds until the next one."""
    texts = [" ".join(str(cell).split()).strip("\ufeff") if cell is not None else "" for cell in row[:width]]
    texts += [""] * (width - len(texts))
    if not last:
        for at in range(1, width):
            texts[at] = texts[at] or texts[at - 1]
    return texts


def unique(names: Sequence[str]) -> list[str]:
    """The names with a number behind those that come again."""
    found: list[str] = []
    taken = set(names)
    for name in names:
        said, number = name, 1
        while name in found and said in taken:
            number += 1
            said = f"{name} ({number})"
        taken.add(said)
        found.append(said)
    return found


def used(row: Row) -> int:
    """How many cells of a row hold something."""
    return sum(cell is not None and cell != "" for cell in row)


def filled(row: Row) -> int:
    """How far to the right a row goes."""
    return max((at + 1 for at, cell in enumerate(row) if cell not in (None, "")), default=0)


def is_text(cell: object) -> bool:
    """Whether a cell holds words, neither a number nor a moment."""
    return isinstance(cell, str) and bool(cell.strip()) and not is_typed(cell)


def is_typed(cell: object) -> bool:
    """Whether a cell holds a number or a moment, as such or as text."""
    if isinstance(cell, str):
        return len(cell) < 40 and bool(NUMBER.match(cell) or MOMENT.match(cell))
    return isinstance(cell, int | float | date | datetime | time)
