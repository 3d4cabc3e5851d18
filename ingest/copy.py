"""COPY many rows at once in PostgreSQL's binary format, built by numpy.

Every column gives the bytes of its values, each with its length before it, and Arrow joins them row by row.
Nothing is quoted, so nothing can be quoted wrongly.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psycopg2.sql
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
ROWS = 20_000            # rows in one stream
EPOCH = np.datetime64("2000-01-01", "us")
DAY_US = 86_400_000_000
POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<i4"), ("lon", "<f8"), ("lat", "<f8")])  # EWKB
INTEGERS = {"int2": ">i2", "int4": ">i4", "int8": ">i8"}
FLOATS = {"float4": ">f4", "float8": ">f8"}
TEXTS = {"text", "varchar", "bpchar", "jsonb"}
SIZE = np.dtype(">i4")   # before each value

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


class Uncopyable(ValueError):
    """A column's values cannot become its type; the message names the column."""


@dataclass(frozen=True)
class Fixed:
    """A column of values of one width, as they go over the wire; `null` says where there is none, None: nowhere."""

    values: NDArray[Any]
    null: NDArray[np.bool_] | None

    def cut(self, rows: slice) -> "Fixed":
        """Some rows of it."""
        return Fixed(self.values[rows], None if self.null is None else self.null[rows])

    @property
    def even(self) -> bool:
        """Whether all rows have a value, or none has."""
        return self.null is None or bool(self.null.all())

    def cells(self) -> list["Cell"]:
        """Length and value of each row, of one width, where the column is even."""
        if self.null is not None:
            return [(SIZE, -1)]
        return [(SIZE, self.values.dtype.itemsize), (self.values.dtype, self.values)]

    def sizes(self) -> NDArray[np.int32]:
        """The values' lengths."""
        width = np.int32(self.values.dtype.itemsize)
        return np.full(len(self.values), width) if self.null is None else np.where(self.null, np.int32(-1), width)

    def pieces(self) -> pa.Array:
        """The values one by one; a NULL is empty."""
        ends = np.cumsum(np.maximum(self.sizes(), 0), dtype=np.int64)
        held = self.values if self.null is None else self.values[~self.null]
        return binary(np.append(0, ends), held.view(np.uint8))


@dataclass(frozen=True)
class Variable:
    """A column of values of different lengths, one behind the other, between `offsets`; a length of -1 is NULL."""

    data: Bytes
    offsets: Places         # one more than there are values
    lengths: NDArray[np.int32]
    even = False

    def cut(self, rows: slice) -> "Variable":
        """Some rows of it."""
        return Variable(self.data, self.offsets[rows.start:rows.stop + 1], self.lengths[rows])

    def sizes(self) -> NDArray[np.int32]:
        """The values' lengths."""
        return self.lengths

    def pieces(self) -> pa.Array:
        """The values one by one; a NULL is empty."""
        return binary(self.offsets, self.data)


Encoded = Fixed | Variable
Cell = tuple[np.dtype[Any], Any]  # a type of one width, and the value in every row or one for all


def points(lon: NDArray[np.float64], lat: NDArray[np.float64], srid: int = 4326) -> NDArray[np.void]:
    """Points for a geometry column; NaN in either coordinate is NULL."""
    made = np.zeros(len(lon), POINT)
    made["order"], made["type"], made["srid"] = 1, 0x20000001, srid
    made["lon"], made["lat"] = lon, np.where(np.isnan(lon), np.nan, lat)
    made["lon"][np.isnan(made["lat"])] = np.nan
    return made


def copy_rows(connection: Connection, table: str, columns: Sequence[str], data: Mapping[str, Any] | pd.DataFrame) -> int:
    """Append rows to a table; `data` holds one array-like per column, all of one length.

    None, NaN and NaT are NULL. Times are zoned datetimes, or datetime64 in UTC; geometries are `points(…)`
    or shapely objects; jsonb takes any JSON value.

    Returns: how many rows were written.
    Raises: Uncopyable, before anything is sent; SQLAlchemy's or psycopg2's errors on broken constraints.
    """
    types = column_types(connection, table)
    missing = [column for column in columns if column not in types]
    if missing:
        raise Uncopyable(f"{table} has no column {', '.join(missing)}")
    values = {column: data[column] for column in columns}
    lengths = {len(column) for column in values.values()}
    if len(lengths) != 1:
        raise Uncopyable(f"the columns of {table} differ in length: {sorted(lengths)}")
    encoded = {column: encode(column, types[column], values[column]) for column in columns}
    order = sorted(columns, key=lambda column: not encoded[column].even)  # what has one width in all rows is written at once
    statement = psycopg2.sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        psycopg2.sql.Identifier(*table.split(".")), psycopg2.sql.SQL(", ").join(map(psycopg2.sql.Identifier, order)))
    driver: Any = connection.connection.driver_connection
    count = lengths.pop()
    with driver.cursor() as cursor:
        for stream in streams([encoded[column] for column in order], count):
            cursor.copy_expert(statement, io.BytesIO(stream), size=1 << 20)
    return count


def column_types(connection: Connection, table: str) -> dict[str, str]:
    """The table's columns and the names of their types. Raises: Uncopyable when there is no such table."""
    rows = connection.execute(text("""
        SELECT attname, typname
          FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
         WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped"""), {"table": table}).all()
    if not rows:
        raise Uncopyable(f"there is no table {table}")
    return {row.attname: row.typname for row in rows}


def encode(column: str, type_name: str, values: Any) -> Encoded:
    """One column's values in the wire format of its type. Raises: Uncopyable."""
    try:
        if type_name in INTEGERS:
            return integers(values, np.dtype(INTEGERS[type_name]))
        if type_name in FLOATS:
            return floats(values, np.dtype(FLOATS[type_name]))
        if type_name in TEXTS:
            return texts(values, as_json=type_name == "jsonb")
        if type_name == "geometry":
            return geometries(values)
        if type_name in ("timestamptz", "date"):
            return instants(values, days=type_name == "date")
        if type_name == "bool":
            return integers(values, np.dtype("?"))
    except (ValueError, TypeError, OverflowError) as error:
        raise Uncopyable(f"{column}: {error}") from error
    raise Uncopyable(f"{column} is of type {type_name}, which is not copied here")


def fixed(values: NDArray[Any], null: NDArray[np.bool_]) -> Encoded:
    """Values of one width, some of them NULL."""
    return Fixed(np.ascontiguousarray(values), null if null.any() else None)


def present(values: Any, filler: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The values with NULLs filled, and where the NULLs are."""
    series = pd.Series(values, dtype=getattr(values, "dtype", object))  # a list is not guessed: 2**62 beside None is no float
    null = series.isna().to_numpy()
    if null.any():
        series = series.astype(object).where(~null, filler)
    return series.to_numpy(), null


def integers(values: Any, target: np.dtype[Any]) -> Encoded:
    """Whole numbers; a fraction or one too large for the column is an error, never cut."""
    kind = values.dtype.kind if isinstance(values, np.ndarray) else "O"
    if kind in "iu":
        filled, null = values, np.zeros(len(values), bool)
    elif kind == "f":
        null = np.isnan(values)
        filled = np.where(null, 0, values)
    else:
        filled, null = present(values, 0)
    if filled.dtype == object and target.kind != "b":
        filled = np.array([whole(value) for value in filled], np.int64)
    narrow = filled.astype(target)
    if (narrow != filled).any():
        raise OverflowError(f"{filled[narrow != filled][0]} does not fit in {target.itemsize} bytes of whole number")
    return fixed(narrow, null)


def whole(value: Any) -> int:
    """The value as a whole number. Raises: ValueError when it has a fraction."""
    if value != int(value):
        raise ValueError(f"{value} is not whole")
    return int(value)


def floats(values: Any, target: np.dtype[Any]) -> Encoded:
    """Real numbers; NaN is NULL."""
    numbers = pd.Series(values).to_numpy(np.float64, na_value=np.nan)
    return fixed(numbers.astype(target), np.isnan(numbers))


def instants(values: Any, *, days: bool) -> Encoded:
    """Microseconds (or days) since 2000; times without a zone are UTC."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        stamps = values.astype("datetime64[us]")
    else:
        stamps = pd.to_datetime(pd.Series(values), utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    null = np.isnat(stamps)
    since = np.where(null, 0, (stamps - EPOCH).astype(np.int64))
    return fixed((since // DAY_US).astype(">i4") if days else since.astype(">i8"), null)


def texts(values: Any, *, as_json: bool) -> Encoded:
    """UTF-8; jsonb has a version byte before it."""
    if as_json:
        return variable([None if value is None else as_json_bytes(value) for value in values])
    try:
        made = pa.array(np.asarray(values, dtype=object), pa.large_string(), from_pandas=True)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        made = pa.array([None if gone else str(value) for value, gone in zip(values, pd.isna(np.asarray(values, object)),
                                                                            strict=True)], pa.large_string())
    _, offsets, content = made.buffers()
    places = np.frombuffer(offsets, np.int64)[:len(made) + 1] if len(made) else np.zeros(1, np.int64)
    data = np.frombuffer(content, np.uint8)[:places[-1]] if content is not None else np.empty(0, np.uint8)
    if (data == 0).any():
        at = int(np.searchsorted(places, np.flatnonzero(data == 0)[0], side="right")) - 1
        raise ValueError(f"a text holds a NUL character: {str(made[at])[:80]!r}")
    return Variable(data, places, np.where(np.asarray(made.is_null()), -1, np.diff(places)).astype(np.int32))


def as_json_bytes(value: Any) -> bytes:
    """One JSON value in UTF-8. Raises: ValueError on a NUL, which PostgreSQL cannot hold."""
    made = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in made:
        raise ValueError("a text holds a NUL character")
    return b"\x01" + made.encode()


def geometries(values: Any) -> Encoded:
    """Points made by `points`, or shapely objects of any kind."""
    if isinstance(values, np.ndarray) and values.dtype == POINT:
        return fixed(values, np.isnan(values["lon"]))
    shapes = shapely.set_srid(np.asarray(values, dtype=object), 4326)
    return variable(shapely.to_wkb(shapes, include_srid=True).tolist())


def variable(pieces: list[bytes | None]) -> Variable:
    """Values of different lengths; None is NULL."""
    sizes = np.fromiter((-1 if piece is None else len(piece) for piece in pieces), np.int32, len(pieces))
    data = np.frombuffer(b"".join(piece for piece in pieces if piece is not None), np.uint8)
    return Variable(data, np.append(0, np.cumsum(np.maximum(sizes, 0), dtype=np.int64)), sizes)


def binary(offsets: Places, data: Bytes) -> pa.Array:
    """Bytes between offsets, for Arrow."""
    return pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, [
        None, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(np.ascontiguousarray(data))])


def streams(columns: Sequence[Encoded], count: int) -> Iterator[bytes]:
    """Complete COPY streams, each of a bounded number of rows."""
    for start in range(0, count, ROWS):
        part = [column.cut(slice(start, start + ROWS)) for column in columns]
        yield b"".join((HEADER, body(part, min(ROWS, count - start)), TRAILER))


def body(columns: Sequence[Encoded], count: int) -> memoryview:
    """The rows' bytes: the number of columns, then length and value of each. What has one width is put together first."""
    pieces: list[pa.Array] = []
    cells: list[Cell] = [(np.dtype(">i2"), len(columns))]
    for column in columns:
        if isinstance(column, Fixed) and column.even:
            cells += column.cells()
        else:
            pieces += [block([*cells, (SIZE, column.sizes())], count), column.pieces()]
            cells = []
    if cells:
        pieces.append(block(cells, count))
    joined = pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.large_binary()))
    _, offsets, content = joined.buffers()
    return memoryview(content)[:int(np.frombuffer(offsets, np.int64)[count])]


def block(cells: Sequence[Cell], count: int) -> pa.Array:
    """Values of one width a row, side by side."""
    table = np.empty(count, np.dtype([(f"f{at}", kind) for at, (kind, _) in enumerate(cells)]))
    for at, (_, value) in enumerate(cells):
        table[f"f{at}"] = value
    return binary(np.arange(count + 1, dtype=np.int64) * table.dtype.itemsize, table.view(np.uint8))
