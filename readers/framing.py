"""Pieces of a table as they come, cut into frames of the size asked for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from readers.table import ARROW, Frame, Spoilt, objects


def frame(columns: dict[str, Any], numbers: NDArray[np.int64] | Sequence[int]) -> pd.DataFrame:
    """Cells as they are under their columns, indexed by where they stand; objects stay objects."""
    index = pd.Index(np.asarray(numbers, np.int64))
    if all(values.dtype == object for values in columns.values()):
        return pd.DataFrame(columns, index=index, dtype=object)
    return pd.DataFrame({name: pd.Series(values, index=index, dtype=object if values.dtype == object else None)
                         for name, values in columns.items()})


def in_arrow(columns: dict[str, pa.ChunkedArray], numbers: NDArray[np.int64]) -> pd.DataFrame:
    """Texts where Arrow holds them, indexed by where they stand."""
    return pd.DataFrame({name: pd.arrays.ArrowExtensionArray(texts) for name, texts in columns.items()}, index=pd.Index(numbers))


def from_rows(rows: Sequence[Sequence[Any]], numbers: Sequence[int], columns: Sequence[str]) -> pd.DataFrame:
    """Rows of cells as a piece of a table; "" is an empty cell."""
    found = {}
    for at, name in enumerate(columns):
        values = np.empty(len(rows), dtype=object)
        values[:] = [None if row[at] == "" else row[at] for row in rows]
        found[name] = values
    return frame(found, numbers)


def framed(pieces: Iterable[Frame], rows: int, columns: Sequence[str]) -> Iterator[Frame]:
    """Frames of at most so many rows; what is unreadable goes with the rows around it.

    Columns that only come up later stand behind the known ones.
    """
    held: list[pd.DataFrame] = []
    spoilt: dict[int, Spoilt] = {}
    for piece in pieces:
        spoilt |= piece.unreadable
        if len(piece.held):
            held.append(piece.held)
        while sum(map(len, held)) >= rows:
            whole = together(held, columns)
            cut, held = whole.iloc[:rows], [whole.iloc[rows:]]
            yield Frame(cut, {number: spoilt.pop(number) for number in sorted(spoilt) if number <= cut.index[-1]})
        if len(spoilt) >= rows:
            yield Frame(together(held, columns), spoilt)
            held, spoilt = [], {}
    if sum(map(len, held)) or spoilt:
        yield Frame(together(held, columns), spoilt)


def together(pieces: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """The pieces under each other, with all columns, empty cells None."""
    if len({piece.dtypes.tolist() == [ARROW] * piece.shape[1] for piece in pieces}) > 1:
        pieces = [objects(piece) for piece in pieces]
    whole = pieces[0] if len(pieces) == 1 else pd.concat(pieces) if pieces else frame({}, [])
    late = [name for name in whole.columns if name not in columns]
    if list(whole.columns) == [*columns, *late] and len({tuple(piece.columns) for piece in pieces}) == 1:
        return whole
    whole = whole.reindex(columns=[*columns, *late]).astype(object)
    return whole.where(whole.notna(), None)
