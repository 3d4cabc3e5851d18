"""COPY many rows at once in PostgreSQL's binary format, built by numpy.

Every value has a width, so some rows are one table of bytes: each column writes its length and its
value, and the bytes of NULLs and of shorter texts are left out. Nothing is quoted, so nothing can
be quoted wrongly.
"""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psycopg2.sql
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
ROWS = 20_000            # rows in one stream
MOST_PADDING = 4         # a table of bytes may be so many times its content …
SMALL = 8 << 20          # … or so large in any case; beyond that rows are put together one by one
EPOCH = np.datetime64("2000-01-01", "us")
POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<i4"), ("lon", "<f8"), ("lat", "<f8")])  # EWKB
INTEGERS = {"int2": ">i2", "int4": ">i4", "int8": ">i8"}
FLOATS = {"float4": ">f4", "float8": ">f8"}
TEXTS = {"text", "varchar", "bpchar", "jsonb"}


class Uncopyable(ValueError):
    """A column's values cannot become its type; the message names the column."""


@dataclass(frozen=True)
class Fixed:
    """A column of values of one width; a size of -1 is NULL."""

    data: NDArray[np.uint8]  # rows x width
    sizes: NDArray[np.int32]

    def cut(self, rows: slice) -> "Fixed":
        """Some rows of it."""
        return Fixed(self.data[rows], self.sizes[rows])

    def cells(self) -> NDArray[np.uint8]:
        """The values side by side, rows x width."""
        return self.data

    def pieces(self) -> list[bytes]:
        """The values one by one."""
        return [row.tobytes() if size >= 0 else b"" for row, size in zip(self.data, self.sizes, strict=True)]


@dataclass(frozen=True)
class Variable:
    """A column of values of different lengths; a size of -1 is NULL."""

    plain: list[bytes]
    sizes: NDArray[np.int32]

    def cut(self, rows: slice) -> "Variable":
        """Some rows of it."""
        return Variable(self.plain[rows], self.sizes[rows])

    def cells(self) -> NDArray[np.uint8]:
        """The values side by side, padded to the longest."""
        width = max(1, int(self.sizes.max(initial=1)))
        return np.array(self.plain, f"S{width}").view(np.uint8).reshape(len(self.plain), width)

    def pieces(self) -> list[bytes]:
        """The values one by one."""
        return self.plain


Encoded = Fixed | Variable


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
    encoded = [encode(column, types[column], values[column]) for column in columns]
    statement = psycopg2.sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        psycopg2.sql.Identifier(*table.split(".")), psycopg2.sql.SQL(", ").join(map(psycopg2.sql.Identifier, columns)))
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        for stream in streams(encoded, lengths.pop()):
            cursor.copy_expert(statement, io.BytesIO(stream), size=1 << 20)
    return len(encoded[0].sizes)


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
    data = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), values.dtype.itemsize)
    return Fixed(data, np.where(null, -1, values.dtype.itemsize).astype(np.int32))


def present(values: Any, filler: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The values with NULLs filled, and where the NULLs are."""
    series = pd.Series(values, dtype=getattr(values, "dtype", object))  # a list is not guessed: 2**62 beside None is no float
    null = series.isna().to_numpy()
    if null.any():
        series = series.astype(object).where(~null, filler)
    return series.to_numpy(), null


def integers(values: Any, target: np.dtype[Any]) -> Encoded:
    """Whole numbers; a fraction or one too large for the column is an error, never cut."""
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
    times = pd.Series(values)
    stamps = pd.to_datetime(times, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    null = np.isnat(stamps)
    offset = np.where(null, EPOCH, stamps) - EPOCH
    if days:
        return fixed(offset.astype("timedelta64[D]").astype(np.int64).astype(">i4"), null)
    return fixed(offset.astype(np.int64).astype(">i8"), null)


def texts(values: Any, *, as_json: bool) -> Encoded:
    """UTF-8, as wide as the longest; jsonb has a version byte before it."""
    series = pd.Series(values, dtype=object)
    null = series.isna().to_numpy() if not as_json else np.array([value is None for value in series], bool)
    plain = [b"" if gone else as_bytes(value, as_json) for value, gone in zip(series, null, strict=True)]
    return variable(plain, null)


def as_bytes(value: Any, as_json: bool) -> bytes:
    """One text in UTF-8. Raises: ValueError on a NUL, which PostgreSQL cannot hold."""
    if as_json:
        made = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if "\\u0000" in made:
            raise ValueError("a text holds a NUL character")
        return b"\x01" + made.encode()
    written = str(value)
    if "\0" in written:
        raise ValueError(f"a text holds a NUL character: {written[:80]!r}")
    return written.encode()


def geometries(values: Any) -> Encoded:
    """Points made by `points`, or shapely objects of any kind."""
    if isinstance(values, np.ndarray) and values.dtype == POINT:
        return fixed(values, np.isnan(values["lon"]))
    shapes = shapely.set_srid(np.asarray(values, dtype=object), 4326)
    null = shapely.is_missing(shapes)
    wkb = shapely.to_wkb(shapes, include_srid=True)
    return variable([b"" if gone else value for value, gone in zip(wkb, null, strict=True)], null)


def variable(plain: list[bytes], null: NDArray[np.bool_]) -> Variable:
    """Values of different lengths."""
    sizes = np.fromiter(map(len, plain), np.int32, len(plain))
    return Variable(plain, np.where(null, -1, sizes).astype(np.int32))


def streams(columns: Sequence[Encoded], count: int) -> Iterator[bytes]:
    """Complete COPY streams, each of a bounded number of rows."""
    for start in range(0, count, ROWS):
        part = [column.cut(slice(start, start + ROWS)) for column in columns]
        rows = min(ROWS, count - start)
        filled = sum(int(np.maximum(column.sizes, 0).sum()) for column in part)
        padded = rows * sum(int(column.sizes.max(initial=1)) for column in part)
        body = at_once(part, rows) if padded <= MOST_PADDING * filled + SMALL else one_by_one(part, rows)
        yield HEADER + body + TRAILER


def at_once(columns: Sequence[Encoded], count: int) -> bytes:
    """The rows' bytes (column count, then length and value of each column), cut out of one table."""
    cells = [column.cells() for column in columns]
    width = 2 + sum(4 + cell.shape[1] for cell in cells)
    table = np.empty((count, width), np.uint8)
    table[:, :2] = np.frombuffer(len(columns).to_bytes(2, "big"), np.uint8)
    used = np.ones((count, width), bool)
    at = 2
    for column, cell in zip(columns, cells, strict=True):
        end = at + 4 + cell.shape[1]
        table[:, at:at + 4] = column.sizes.astype(">i4").view(np.uint8).reshape(count, 4)
        table[:, at + 4:end] = cell
        if (column.sizes != cell.shape[1]).any():
            used[:, at + 4:end] = np.arange(cell.shape[1]) < column.sizes[:, None]
        at = end
    return table.tobytes() if used.all() else table[used].tobytes()


def one_by_one(columns: Sequence[Encoded], count: int) -> bytes:
    """The same bytes, for rows of very different lengths."""
    sizes = [column.sizes.astype(">i4").view("S4").tolist() for column in columns]
    lengths = [[size.ljust(4, b"\0") for size in listed] for listed in sizes]  # numpy drops closing zeros
    pieces = [column.pieces() for column in columns]
    start = len(columns).to_bytes(2, "big")
    return b"".join(
        start + b"".join(part for length, piece in zip(lengths, pieces, strict=True) for part in (length[row], piece[row]))
        for row in range(count))
