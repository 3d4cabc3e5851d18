"""Map what was sent to typed columns and say everything that is wrong with it.

A column is checked whole; only where that finds something odd are its values looked at one by one.
Columns that a mapping has typed (numpy's times, numbers and flags; texts as objects) keep their type.
Missing values are None (text, flag, list), NaN (number, whole) or NaT (time).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.rejects import Rejects
from ingest.rows import Field
from ingest.times import Unzoned, instant, instants

Column = NDArray[Any]
Table = dict[str, Column]

EARLIEST = np.datetime64("1900-01-01", "us")
LATEST = np.datetime64("2200-01-01", "us")
AHEAD = np.timedelta64(1, "D")
NOTHING: dict[str, Any] = {"number": np.nan, "whole": np.nan, "time": np.datetime64("NaT", "us")}
TYPES: dict[str, type] = {"number": np.float64, "whole": np.float64}
NOUNS = {"text": "text", "number": "a number", "whole": "a whole number", "flag": "true or false", "list": "a list",
         "time": "a time in ISO 8601 with an offset, such as 2026-03-04T12:00:00-05:00"}


class Bad(ValueError):
    """One value cannot be taken."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def empty(field: Field, count: int) -> Column:
    """A column without any value."""
    dtype: Any = "datetime64[us]" if field.kind == "time" else TYPES.get(field.kind, object)
    return np.full(count, NOTHING.get(field.kind), dtype)


def check(
    fields: Sequence[Field], columns: Mapping[str, Sequence[Any] | Column], count: int, now: np.datetime64, rejects: Rejects
) -> Table:
    """Type every declared column; rows with something wrong are added to `rejects`."""
    return {field.name: column(field, columns.get(field.name), count, now, rejects) for field in fields}


def column(
    field: Field, values: Sequence[Any] | Column | None, count: int, now: np.datetime64, rejects: Rejects
) -> Column:
    """One typed column; its bad values are missing in it and told in `rejects`."""
    if isinstance(values, np.ndarray):
        checked = typed(field, values, now, rejects)
        if checked is not None:
            return checked
    if values is None:
        tell_missing(field, range(count), rejects)
        return empty(field, count)
    values = listed(values)
    quick = at_once(field, values, now)
    if quick is not None:
        return quick
    made = empty(field, count)
    present = range(count) if values.count(None) == 0 else [at for at, value in enumerate(values) if value is not None]
    if len(present) < count:
        tell_missing(field, sorted(set(range(count)) - set(present)), rejects)
    if not len(present):
        return made
    given = values if len(present) == count else [values[at] for at in present]
    quick = at_once(field, given, now) if len(present) < count else None
    if quick is not None:
        made[np.asarray(present)] = quick
        return made
    for row, value in zip(present, given, strict=True):
        try:
            made[row] = one(field, value, now)
        except Bad as bad:
            tell(field, row, bad, rejects)
    return made


def listed(values: Sequence[Any] | Column) -> Sequence[Any]:
    """A column as a list."""
    made: Sequence[Any] = values.tolist() if isinstance(values, np.ndarray) else values
    return made


def tell_missing(field: Field, rows: Iterable[int | np.integer[Any]], rejects: Rejects) -> None:
    """Tell of rows that lack a required field, unless the row was refused whole or the field for what stood in it."""
    if field.required:
        rejects.add_all((row for row in rows if not told(rejects, int(row), field.name)),
                        field.name, "missing", f"{field.name} is missing")


def told(rejects: Rejects, row: int, name: str) -> bool:
    """Whether the field, or the row as a whole, was refused before."""
    return any(reason.field == name or reason.code == "not_an_object" for reason in rejects.reasons.get(row, ()))


def typed(field: Field, values: Column, now: np.datetime64, rejects: Rejects) -> Column | None:
    """A column that has the field's type already, checked at once; None when it has another."""
    kind = values.dtype.kind
    if field.kind == "time" and kind == "M":
        made: Column = values.astype("datetime64[us]")
        return sifted(field, made, np.isnat(made), (made < EARLIEST) | (made > latest(field, now)), now, rejects)
    if field.kind in ("number", "whole") and kind in "iuf":
        made = values.astype(np.float64)
        return sifted(field, made, np.isnan(made), ~within(field, made), now, rejects)
    if field.kind == "flag" and kind == "b":
        return values.astype(object)
    if field.kind == "text" and kind == "O":
        return typed_texts(field, values, now, rejects)
    return None


def sifted(
    field: Field, made: Column, absent: Column, bad: Column, now: np.datetime64, rejects: Rejects
) -> Column:
    """The column without its bad values, which are told one by one."""
    tell_missing(field, np.flatnonzero(absent), rejects)
    for row in np.flatnonzero(bad & ~absent):
        value = str(made[row].astype("datetime64[s]")) + "Z" if field.kind == "time" else float(made[row])
        tell(field, int(row), fault(field, value, now), rejects)
        made[row] = NOTHING[field.kind]
    return made


def typed_texts(field: Field, values: Column, now: np.datetime64, rejects: Rejects) -> Column:
    """Texts, all looked at together; where that finds something odd, each different one once."""
    missing = plainly_good(field, values)
    if missing is not None:
        tell_missing(field, np.flatnonzero(missing), rejects)
        return values
    places, distinct = pd.factorize(values)
    tell_missing(field, np.flatnonzero(places < 0), rejects)
    made = np.array([*distinct, None], object)
    if len(distinct) and (set(map(type, distinct)) != {str} or texts(field, distinct.tolist()) is None):
        faults = [fault(field, value, now) for value in distinct]
        wrong = np.array([bad is not None for bad in (*faults, None)], bool)
        made[wrong] = None
        for row in np.flatnonzero(wrong[places]):
            tell(field, int(row), faults[places[row]], rejects)
    sorted_out: Column = made[places]
    return sorted_out


def plainly_good(field: Field, values: Column) -> NDArray[np.bool_] | None:
    """Where texts are missing (None), when all the others are good; None when that must be looked at closer."""
    try:
        together = pa.array(values, from_pandas=False)
    except (pa.ArrowException, UnicodeError, OverflowError):
        return None
    if together.type != pa.string():  # something else among them, or too much for one
        return None
    if field.allowed and not pc.all(pc.is_in(together.drop_null(), pa.array(field.allowed, pa.string()))).as_py():
        return None
    lengths = pc.min_max(pc.utf8_length(together))
    if together.null_count < len(together) and (lengths["min"].as_py() == 0 or lengths["max"].as_py() > field.longest):
        return None
    content = together.buffers()[2]
    if content is not None and not np.frombuffer(content, np.uint8).all():  # a NUL
        return None
    return together.is_null().to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def fault(field: Field, value: Any, now: np.datetime64) -> Bad | None:
    """Why a value cannot be taken; None when it can."""
    try:
        one(field, value, now)
    except Bad as bad:
        return bad
    return None


def tell(field: Field, row: int, bad: Bad | None, rejects: Rejects) -> None:
    """Tell a value's fault, if it has one."""
    if bad is not None:
        rejects.add(row, field.name, bad.code, f"{field.name} {bad}")


def at_once(field: Field, values: Sequence[Any], now: np.datetime64) -> Column | None:
    """The values typed, when all of them are plainly good; otherwise None."""
    types = set(map(type, values))
    if field.kind in ("text", "time"):
        if types != {str}:
            return None
        return texts(field, values) if field.kind == "text" else times(field, values, now)
    if field.kind in ("number", "whole"):
        return numbers(field, values) if types <= {int, float} else None
    return None


def texts(field: Field, values: Sequence[str]) -> Column | None:
    """Texts that are neither empty nor too long, hold no NUL and are among the allowed ones."""
    distinct = set(values)  # many rows say the same
    lengths = set(map(len, distinct))
    if min(lengths) == 0 or max(lengths) > field.longest or "\0" in "".join(distinct):
        return None
    if field.allowed and not distinct <= set(field.allowed):
        return None
    return np.array(values, dtype=object)


def numbers(field: Field, values: Sequence[float]) -> Column | None:
    """Finite numbers within the field's limits."""
    made = np.array(values, dtype=np.float64)
    return made if within(field, made).all() else None


def within(field: Field, numbers: Column) -> Column:
    """Which numbers are finite, whole where they must be, and within the field's limits."""
    fine = np.isfinite(numbers)
    if field.kind == "whole":
        fine &= numbers == np.floor(numbers)
    if field.minimum is not None:
        fine &= numbers >= field.minimum
    if field.maximum is not None:
        fine &= numbers <= field.maximum
    return fine


def times(field: Field, values: Sequence[str], now: np.datetime64) -> Column | None:
    """Zoned instants within the field's span; many rows speak of the same instant, which is read once."""
    places, distinct = pd.factorize(np.array(values, dtype=object))
    made, understood = instants(distinct.tolist())
    if not understood.all():
        return None
    return made[places] if made.min() >= EARLIEST and made.max() <= latest(field, now) else None


def latest(field: Field, now: np.datetime64) -> np.datetime64:
    """The last instant that the field can speak of."""
    return now + AHEAD if field.span == "past" else LATEST


def one(field: Field, value: Any, now: np.datetime64) -> Any:
    """One value, typed. Raises: Bad."""
    if field.kind == "text":
        return one_text(field, value)
    if field.kind in ("number", "whole"):
        return one_number(field, value)
    if field.kind == "time":
        return one_time(field, value, now)
    if not isinstance(value, bool if field.kind == "flag" else list):
        raise Bad("type", f"must be {NOUNS[field.kind]}, not {shown(value)}")
    if isinstance(value, list) and len(value) > field.longest:
        raise Bad("too_long", f"has {len(value)} items, {field.longest} are taken at most")
    return value


def one_text(field: Field, value: Any) -> str:
    """A text. Raises: Bad."""
    if not isinstance(value, str):
        raise Bad("type", f"must be text, not {shown(value)}")
    if not value:
        raise Bad("missing", "is empty")
    if len(value) > field.longest:
        raise Bad("too_long", f"has {len(value)} characters, {field.longest} are taken at most")
    if "\0" in value:
        raise Bad("type", "holds a NUL character")
    if field.allowed and value not in field.allowed:
        raise Bad("not_allowed", f"is {shown(value)}, but must be one of {', '.join(field.allowed)}")
    return value


def one_number(field: Field, value: Any) -> float:
    """A finite number. Raises: Bad."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Bad("type", f"must be {NOUNS[field.kind]}, not {shown(value)}")
    number = float(value)
    if not np.isfinite(number) or (field.kind == "whole" and not number.is_integer()):
        raise Bad("type", f"must be {NOUNS[field.kind]}, not {shown(value)}")
    if field.minimum is not None and number < field.minimum:
        raise Bad("range", f"is {shown(value)}, the least is {field.minimum:g}")
    if field.maximum is not None and number > field.maximum:
        raise Bad("range", f"is {shown(value)}, the most is {field.maximum:g}")
    return number


def one_time(field: Field, value: Any, now: np.datetime64) -> np.datetime64:
    """A zoned instant. Raises: Bad."""
    if not isinstance(value, str):
        raise Bad("type", f"must be {NOUNS['time']}, not {shown(value)}")
    try:
        read = instant(value)
    except Unzoned:
        raise Bad("no_zone", f"is {shown(value)}, without an offset; write 2026-03-04T12:00:00-05:00 or …Z") from None
    except (ValueError, OverflowError):
        raise Bad("type", f"must be {NOUNS['time']}, not {shown(value)}") from None
    if read < EARLIEST:
        raise Bad("range", f"is {shown(value)}, before 1900")
    if read > latest(field, now):
        raise Bad("range", f"is {shown(value)}, " + ("more than a day ahead" if field.span == "past" else "after 2200"))
    return read


def shown(value: Any) -> str:
    """A value as an error may show it: short."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
