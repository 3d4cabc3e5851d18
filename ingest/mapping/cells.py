"""A table's columns as texts in Arrow's memory; where cells repeat, each text stands there once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.mapping.faults import MappingError
from ingest.mapping.values import Reading

Places = NDArray[np.int32]

SPACES = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\ufeff\u200b\u200e\u200f\u2060"
SAMPLE = 1000          # cells looked at to see whether they repeat
REPEATING = 0.5        # so many of them distinct, at most
FEW = 256              # a column this short is not worth it
WHOLE = 2.0**53        # a float beyond is no longer exact


@dataclass(frozen=True)
class Cells:
    """A column: its texts (null: empty), which of them each row has, and which were typed in the file instead of text."""

    texts: pa.StringArray
    places: Places | None = None        # None: one text a row
    native: NDArray[np.bool_] | None = None
    numbers: NDArray[np.float64] | None = None   # the column itself, one a row, where it is one of numbers

    def rows(self) -> int:
        """How many rows the column has."""
        return len(self.texts) if self.places is None else len(self.places)

    def by_row(self) -> pa.StringArray:
        """One text a row."""
        return self.texts if self.places is None else self.texts.take(pa.array(self.places))


@dataclass
class Sheet:
    """A frame of rows, its columns turned into cells when they are first asked for; `constants` are the same in every row."""

    frame: pd.DataFrame
    constants: dict[str, str] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    known: dict[tuple[str, tuple[str, ...]], Cells] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        """Whether there is such a column."""
        return name == "@line" or name in self.constants or name in self.frame.columns

    def cells(self, name: str, empty: Sequence[str] | None = None) -> Cells:
        """A column's cells, those that mean nothing being null. Raises: MappingError."""
        blanks = tuple(self.empty if empty is None else empty)
        if (name, blanks) not in self.known:
            self.known[name, blanks] = blanked(self.raw(name), blanks, empty is not None)
        return self.known[name, blanks]

    def read(self, name: str, reading: Reading) -> Cells:
        """A column's cells, those that mean nothing to a reading being null. Raises: MappingError."""
        if not reading.also_empty:
            return self.cells(name, reading.empty)
        return self.cells(name, (*(self.empty if reading.empty is None else reading.empty), *reading.also_empty))

    def raw(self, name: str) -> Cells:
        """A column's cells as they came. Raises: MappingError."""
        if name in self.constants:
            return constant(self.constants[name], len(self.frame))
        if name == "@line":
            return Cells(pc.cast(pa.array(self.frame.index.to_numpy(np.int64)), pa.string()))
        if name not in self.frame.columns:
            raise MappingError(f"there is no column {name!r}; there are: {', '.join(map(str, self.frame.columns))}")
        column = self.frame[name]
        return cells(column if isinstance(column, pd.Series) else column.iloc[:, 0])

    def objects(self, name: str) -> NDArray[np.object_]:
        """A column's cells one object each, None where nothing stands."""
        column = self.frame[name]
        made: NDArray[np.object_] = (pa.array(column).to_numpy(zero_copy_only=False) if isinstance(column.dtype, pd.ArrowDtype)
                                     else column.to_numpy(object))
        return made

    def with_constants(self, constants: dict[str, str]) -> "Sheet":
        """The same rows with more constants."""
        return Sheet(self.frame, self.constants | constants, self.empty,
                     {key: known for key, known in self.known.items() if key[0] not in constants})


def constant(text: str, count: int) -> Cells:
    """The same text in every row."""
    return Cells(pa.array([text], pa.string()), np.zeros(count, np.int32), np.ones(1, bool))


def cells(column: "pd.Series[Any]") -> Cells:
    """A column of any type as texts."""
    if isinstance(column.dtype, pd.ArrowDtype):
        return factored(in_one(pa.array(column)))
    kind = column.dtype.kind
    if kind in "iuf":
        return of_numbers(column)
    if kind == "b":
        return whole(pa.array(np.where(column.to_numpy(bool), "true", "false"), pa.string()))
    if kind == "M":
        return of_times(column)
    return of_objects(column)


def whole(texts: pa.StringArray) -> Cells:
    """Texts that were typed in the file."""
    return Cells(texts, native=np.ones(len(texts), bool))


def of_numbers(column: "pd.Series[Any]") -> Cells:
    """Numbers as texts: a whole one without a point."""
    numbers = column.to_numpy(np.float64, na_value=np.nan)
    there = ~np.isnan(numbers)
    if column.dtype.kind in "iu":
        texts = pc.cast(pa.array(column.to_numpy(), from_pandas=True), pa.string())
    elif (np.abs(numbers[there]) < WHOLE).all() and (np.mod(numbers[there], 1) == 0).all():
        texts = pc.cast(pa.array(np.where(there, numbers, 0).astype(np.int64), mask=~there), pa.string())
    else:
        texts = pa.array([written(number) for number in numbers.tolist()], pa.string())
    return Cells(texts, native=np.ones(len(texts), bool), numbers=numbers)


def of_times(column: "pd.Series[Any]") -> Cells:
    """Times as ISO 8601, with an offset when they have one."""
    zoned = column.dt.tz is not None
    plain = (column.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else column).to_numpy("datetime64[us]")
    there = ~np.isnat(plain)
    texts = np.char.add(np.datetime_as_string(plain[there], unit="us"), "Z" if zoned else "")
    made = np.full(len(plain), None, object)
    made[there] = texts
    return whole(pa.array(made, pa.string()))


def of_objects(column: "pd.Series[Any]") -> Cells:
    """Texts, or cells of mixed types each written plainly."""
    try:
        return factored(in_one(pa.array(column, pa.string(), from_pandas=True)))
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError):
        values = column.to_numpy(object)
        native = np.array([not isinstance(value, str) for value in values], bool)
        return Cells(pa.array([written(value) for value in values], pa.string()), native=native)


def in_one(texts: pa.StringArray | pa.ChunkedArray) -> pa.StringArray:
    """Texts in one piece of memory."""
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def factored(texts: pa.StringArray) -> Cells:
    """Each text once, where they repeat."""
    if len(texts) < FEW:
        return Cells(texts)
    step = max(1, len(texts) // SAMPLE)
    sample = texts.take(pa.array(np.arange(0, len(texts), step)))
    if len(pc.unique(sample)) > REPEATING * len(sample):
        return Cells(texts)
    coded = texts.dictionary_encode(null_encoding="encode")
    return Cells(coded.dictionary, coded.indices.to_numpy(zero_copy_only=False))


def joined(columns: Sequence[pa.StringArray], between: str) -> pa.StringArray:
    """Columns put together, empty cells left out; null where all are.

    Arrow drops rows that are null throughout, so every row begins with a text that is cut off again.
    """
    start = pa.array(np.full(len(columns[0]), "", object), pa.string())
    together = pc.binary_join_element_wise(start, *columns, between, null_handling="skip")
    made = pc.utf8_slice_codeunits(together, len(between))
    return pc.if_else(pc.equal(made, ""), pa.scalar(None, pa.string()), made)


def written(value: Any) -> str | None:
    """One cell of any type as a text; None where there is nothing."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        if np.isnan(number):
            return None
        return str(int(number)) if number.is_integer() and abs(number) < WHOLE else repr(number)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace") if value.isascii() else value.hex()
    return listed(value)


def listed(value: Any) -> str:
    """Lists and objects as JSON, everything else as Python writes it."""
    if isinstance(value, list | dict | tuple):
        try:
            return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()
        except (orjson.JSONEncodeError, RecursionError):
            return str(value).encode("utf-8", "replace").decode()
    return str(value).encode("utf-8", "replace").decode()


def blanked(given: Cells, blanks: Sequence[str], declared: bool) -> Cells:
    """The cells without spaces around them, null where nothing is left or what is left means nothing."""
    texts = pc.utf8_trim(given.texts, characters=SPACES)
    nothing = pc.is_in(texts, value_set=pa.array(["", *blanks], pa.string()))
    texts = pc.if_else(nothing, pa.scalar(None, pa.string()), texts)
    numbers = given.numbers
    if declared and numbers is not None:
        numbers = np.where(texts.is_null().to_numpy(zero_copy_only=False), np.nan, numbers)
    return Cells(texts, given.places, given.native, numbers)
