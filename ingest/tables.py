"""Delimited files, read as text so that a row can be kept as it came; rows are named by their line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Formatter
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HEADER_LINES = 1
FIRST_LINE = HEADER_LINES + 1
SEPARATOR = "\x1f"
BLANK = frozenset({"", "-", "NA", "NaN", "nan", "NULL"})  # how data sets write "no value"


def frame(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The whole file, or some of its columns; the index is each row's line in the file."""
    read = pd.read_csv(path, dtype=object, keep_default_na=False, usecols=columns)
    read.index = pd.RangeIndex(FIRST_LINE, FIRST_LINE + len(read))
    return read


def frames(path: Path, size: int) -> Iterator[pd.DataFrame]:
    """The file in parts of at most `size` rows."""
    with pd.read_csv(path, dtype=object, keep_default_na=False, chunksize=size) as parts:
        for part in parts:
            part.index = part.index + FIRST_LINE
            yield part


def count(path: Path) -> int:
    """How many rows a file has, by its line ends."""
    if path.suffix == ".zip":
        with ZipFile(path) as archive, archive.open(archive.namelist()[0]) as content:
            return line_ends(content) - HEADER_LINES
    with path.open("rb") as content:
        return line_ends(content) - HEADER_LINES


def line_ends(content: IO[bytes]) -> int:
    """The lines of a stream, the last one counted with or without its end."""
    lines, last = 0, b"\n"
    while block := content.read(1 << 20):
        lines, last = lines + block.count(b"\n"), block[-1:]
    return lines + (last != b"\n")


def numbers(column: "pd.Series[Any]") -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The column's numbers, NaN where there is none; and which cells hold something that is no number."""
    blank = column.isin(BLANK).to_numpy()
    made = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    made = np.where(np.isinf(made), np.nan, made)
    return made, np.isnan(made) & ~blank


def joined(table: pd.DataFrame, columns: Sequence[str], between: str = "-") -> "pd.Series[Any]":
    """Several columns of text as one."""
    made = table[columns[0]]
    for column in columns[1:]:
        made = made + between + table[column]
    return made


def patterned(table: pd.DataFrame, pattern: str) -> "pd.Series[Any]":
    """A text for each row, its {column}s filled in."""
    names = fields(pattern)
    places, distinct = pd.factorize(joined(table, names, between=SEPARATOR))
    made = [pattern.format(**dict(zip(names, one.split(SEPARATOR), strict=True))) for one in distinct]
    return pd.Series(np.array(made, dtype=object)[places], table.index, dtype=object)


def fields(pattern: str) -> list[str]:
    """The columns that a pattern is filled from."""
    return list(dict.fromkeys(name for _, name, _, _ in Formatter().parse(pattern) if name))


def whole(table: pd.DataFrame, line: int) -> dict[str, str]:
    """One row as it came."""
    return {str(name): str(value) for name, value in table.loc[line].items()}
