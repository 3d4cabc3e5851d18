"""Arrow's columns as cells, typed where every value is there."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from readers.framing import frame
from readers.objects import GEOMETRY, written
from readers.table import Frame, Spoilt

SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
FIRST, LAST = -62_135_596_800, 253_402_300_799  # seconds from 1970 to the first of the year 1, and to the last of 9999


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
    if pa.types.is_timestamp(kind) and not beyond(column):
        return column.to_pandas().array if kind.tz else column.to_numpy(zero_copy_only=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        found = column.to_numpy(zero_copy_only=False)
        found[found == ""] = None
        return found
    return objects(listed(column))


def beyond(instants: Any) -> bool:
    """Whether some instants are of no year from 1 to 9999, which Python's calendar does not know."""
    found = pc.min_max(instants.cast(pa.int64()))
    second = SECOND[instants.type.unit]
    return found["min"].is_valid and not FIRST * second <= found["min"].as_py() <= found["max"].as_py() <= LAST * second


def listed(column: Any) -> list[Any]:
    """A column's values as Python's; as their number and its type those beyond its calendar, as a day of the year 12026 is."""
    try:
        found: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):
        found = [one_of(value) for value in column]
    return found


def one_of(value: Any) -> Any:
    """One value, or else its number: Arrow's own text of a far year is another year's."""
    try:
        return value.as_py()
    except (OverflowError, ValueError):
        return f"{getattr(value, 'value', value)} ({value.type})"


def objects(values: list[Any]) -> Any:
    """Values as they are, lists too, one a cell."""
    found = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        found[at] = value
    return found
