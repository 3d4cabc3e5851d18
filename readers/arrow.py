"""Arrow's columns as cells, typed where every value is there."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from readers.framing import frame
from readers.objects import GEOMETRY, written
from readers.table import Frame, Spoilt


def piece(batch: Any, first: int, shape: str | None) -> Frame:
    """A batch as a piece of a table numbered from `first`; the column of shapes is WKB."""
    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
    names = [name for name in batch.schema.names if name != shape]
    rows = frame({name: cells(batch.column(name)) for name in names}, numbers)
    spoilt: dict[int, Spoilt] = {}
    if shape is not None:
        wkb = batch.column(shape)
        shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
        rows[GEOMETRY] = shapes
        bad = wkb.is_valid().to_numpy(zero_copy_only=False) & shapely.is_missing(shapes)
        for at in np.flatnonzero(bad):
            whole = {**rows.iloc[at].to_dict(), GEOMETRY: wkb[int(at)].as_py().hex()}
            spoilt[int(numbers[at])] = Spoilt(written(whole), "its shape is damaged or of an unknown kind")
        rows = rows[~bad]
    return Frame(rows, spoilt)


def cells(column: Any) -> Any:
    """A column's values: numpy's types where that loses nothing, else objects with None."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return cells(column.cast(kind.value_type))
    if pa.types.is_floating(kind) or (not column.null_count and (pa.types.is_integer(kind) or pa.types.is_boolean(kind))):
        return column.to_numpy(zero_copy_only=False)
    if pa.types.is_decimal(kind) and kind.scale > 0:
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if pa.types.is_timestamp(kind):
        return column.to_pandas().array if kind.tz else column.to_numpy(zero_copy_only=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        found = column.to_numpy(zero_copy_only=False)
        found[found == ""] = None
        return found
    return objects(listed(column))


def listed(column: Any) -> list[Any]:
    """A column's values as Python's; as text those beyond its calendar, such as a day of the year 12026."""
    try:
        found: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        found = [one_of(value, text) for value, text in zip(column, column.cast(pa.string()), strict=True)]
    return found


def one_of(value: Any, text: Any) -> Any:
    """One value, or else its text."""
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return text.as_py()


def objects(values: list[Any]) -> Any:
    """Values as they are, lists too, one a cell."""
    found = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        found[at] = value
    return found
