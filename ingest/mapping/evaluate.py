"""One field's value for every row: where it comes from, the words of its reading, and its type."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.mapping import flags, moments, numbers, zones
from ingest.mapping.cells import Cells, Sheet, constant, factored, joined
from ingest.mapping.cut import CODED, TOLD, cut
from ingest.mapping.durations import seconds
from ingest.mapping.faults import Fault, Faults, MappingError, Outcome
from ingest.mapping.values import PIECE, ClockChange, Reading, Value
from ingest.mapping.words import worked
from ingest.rows import Field, Kind

Values = NDArray[Any]
FARTHEST = 200 * 366 * 86400.0          # seconds that a counter may lead away from the start
EPOCH = np.datetime64("1970-01-01", "us")


@dataclass(frozen=True)
class Context:
    """What every value of a mapping may know."""

    sheet: Sheet
    zone: ZoneInfo
    clock_change: ClockChange
    folder: Path
    decimal: str
    before: int                     # rows of the table before this frame
    gaps: Sequence[int]             # lines of this frame that nobody could read


def evaluate(value: Value, field: Field, context: Context, wanted: str | None = None) -> Outcome:
    """The field's values. `wanted` is the unit that numbers become when the reading does not say. Raises: MappingError."""
    if value.sum is not None:
        return or_default(added(value, value.sum, context, wanted), value, field.kind, context, wanted)
    if value.date is not None:
        return or_default(two_columns(value, value.date, value.time, context), value, field.kind, context, wanted)
    if value.start is not None:
        return or_default(paced(value, value.start, context), value, field.kind, context, wanted)
    cells = source(value, context.sheet)
    if field.kind == "list":
        return or_default(lists(value, cells, context), value, field.kind, context, wanted)
    made = read(cells, value, field.kind, origin(value), context, wanted)
    return uncut(made, cells, origin(value)) if field.name in CODED else made


def uncut(made: Outcome, cells: Cells, where: str) -> Outcome:
    """The outcome of a column of codes, without those that a spreadsheet cut."""
    lost = Faults(where, cells.texts)
    lost.add(cut(cells.texts), "cut", TOLD)
    return Outcome(made.values, (*made.faults, *lost.by_row(cells.places)), made.marks) if lost.found else made


def origin(value: Value) -> str:
    """How a person finds where a value comes from."""
    return " + ".join(dict.fromkeys(value.named())) or "the constant"


def source(value: Value, sheet: Sheet) -> Cells:
    """The cells that a value is read from."""
    if value.value is not None:
        return constant(value.value, len(sheet.frame))
    names = value.join or value.first or ((value.column,) if value.column is not None else tuple(value.named()))
    if value.optional and any(name not in sheet for name in names):
        names = tuple(name for name in names if name in sheet)
        if not names or value.template is not None:
            return Cells(pa.array([None], pa.string()), np.zeros(len(sheet.frame), np.int32))
    cells = [sheet.read(name, value) for name in names]
    if value.column is not None or (len(cells) == 1 and value.template is None):
        return cells[0]
    texts = [one.by_row() for one in cells]
    if value.first is not None:
        return factored(pc.coalesce(*texts))
    if value.join is not None:
        return factored(joined(texts, value.with_))
    return filled(value.template or "", names, texts)


SEPARATOR = "\x1f"


def filled(template: str, names: Sequence[str], texts: Sequence[pa.StringArray]) -> Cells:
    """A template filled in for every distinct row; null where a part is missing."""
    together = pc.binary_join_element_wise(*texts, SEPARATOR) if len(texts) > 1 else texts[0]
    coded = together.dictionary_encode(null_encoding="encode")
    made = [None if one is None else in_place(template, dict(zip(names, one.split(SEPARATOR), strict=False)))
            for one in coded.dictionary.to_pylist()]
    return Cells(pa.array(made, pa.string()), coded.indices.to_numpy(zero_copy_only=False))


def in_place(template: str, parts: Dict[str, str]) -> str:
    """One template filled in."""
    return PIECE.sub(lambda piece: format(parts[piece[1]], piece[2] or ""), template)


def read(cells: Cells, reading: Reading, kind: Kind, where: str, context: Context, wanted: str | None = None) -> Outcome:
    """Cells worked on and typed."""
    faults = Faults(where, cells.texts)
    later = Faults(where, cells.texts)       # what is only marked
    if kind in ("number", "whole") and cells.numbers is not None and not worded(reading):
        values, places = of_numbers(cells.numbers, reading, wanted, faults), None
    else:
        texts = worked(cells.texts, reading, context.folder, faults)
        values, places = typed(texts, cells.native, reading, kind, context, wanted, faults, later), cells.places
    if reading.default is not None:
        values = defaulted(values, faults.bad(), reading, kind, context, wanted, where)
    if places is not None:
        values = values[places]
    told, marks = tuple(faults.by_row(places)), tuple(later.by_row(places))
    return Outcome(values, told, marks) if reading.if_bad == "reject" else Outcome(values, (), told + marks)


def worded(reading: Reading) -> bool:
    """Whether the reading works on texts."""
    return any(one is not None for one in (reading.split, reading.match, reading.replace, reading.letters, reading.pad,
                                           reading.table, reading.cut))


def of_numbers(given: NDArray[np.float64], reading: Reading, wanted: str | None, faults: Faults) -> NDArray[np.float64]:
    """A column of numbers as the reading wants them."""
    if reading.unit is not None:
        given = numbers.in_unit(given, ~np.isnan(given), reading.unit, reading.unit.to or wanted, faults)
    return numbers.finished(given, reading, faults)


def typed(
    texts: pa.StringArray, native: NDArray[np.bool_] | None, reading: Reading, kind: Kind, context: Context, wanted: str | None,
    faults: Faults, marks: Faults,
) -> Values:
    """Texts as values of a kind."""
    if kind in ("number", "whole"):
        return numbers.parsed(texts, native, reading, reading.decimal or context.decimal, wanted, faults)
    if kind == "time":
        return instants(texts, native, reading, context, faults, marks)
    if kind == "flag":
        return flags.parsed(texts, reading, faults)
    made: Values = texts.to_numpy(zero_copy_only=False)
    return made


def defaulted(
    values: Values, bad: NDArray[np.bool_], reading: Reading, kind: Kind, context: Context, wanted: str | None, where: str
) -> Values:
    """The values with the default where there is nothing and nothing is bad. Raises: MappingError when it cannot be read."""
    empty = Outcome(values).empty() & ~bad
    if not empty.any():
        return values
    wrong = Faults(f"the default of {where}", pa.array([reading.default], pa.string()))
    plain = Reading(when_true=reading.when_true, when_false=reading.when_false, format=reading.format, zone=reading.zone)
    made = typed(wrong.texts, np.ones(1, bool), plain, kind, context, wanted, wrong, Faults("", wrong.texts))
    for fault in wrong.by_row(None):
        raise MappingError(fault.text(0))
    values = values.copy()
    values[empty] = made[0]
    return values


def instants(
    texts: pa.StringArray, native: NDArray[np.bool_] | None, reading: Reading, context: Context, faults: Faults, marks: Faults
) -> NDArray[np.datetime64]:
    """Texts as UTC instants."""
    there = texts.is_valid().to_numpy(zero_copy_only=False)
    formats = reading.format or ("iso",)
    made = moments.Moments.none(len(texts))
    if native is not None and "iso" not in formats:      # what a sheet keeps as a time is one, whatever texts look like
        made = moments.read(texts, ("iso",), there & native & ~digits_alone(texts))
    rest = moments.read(texts, formats, there & np.isnat(made.local))
    made.put(np.arange(len(texts)), rest)
    faults.add(there & np.isnat(made.local), "time", no_time(formats))
    return in_utc(made, reading, context, faults, marks)


def digits_alone(texts: pa.StringArray) -> NDArray[np.bool_]:
    """Which texts are bare numbers."""
    bare: NDArray[np.bool_] = pc.fill_null(pc.match_substring_regex(texts, r"^[\d.]+$"), False).to_numpy(zero_copy_only=False)
    return bare


def no_time(formats: Sequence[str]) -> str:
    """What was expected instead of a cell."""
    if formats == ("iso",):
        return "which is no time such as 2024-03-05 14:05; say its `format`"
    return f"which is no time written as {' or '.join(formats)}"


def in_utc(made: moments.Moments, reading: Reading, context: Context, faults: Faults, marks: Faults) -> NDArray[np.datetime64]:
    """Times as they were read, in UTC; what a clock change skips or repeats is refused or marked as declared."""
    zone = ZoneInfo(reading.zone) if reading.zone else context.zone
    choice = reading.clock_change or context.clock_change
    utc, skipped, twice = zones.to_utc(made.local, zone, later=choice == "later")
    utc = np.where(made.zoned, made.local - made.offset.astype("timedelta64[s]"), utc)
    for odd, does in ((skipped & ~made.zoned, "does not exist"), (twice & ~made.zoned, "stands twice on the clock")):
        if choice in ("mark", "reject"):
            told = faults if choice == "reject" else marks
            told.add(odd, "clock_change", f"which {does} in {zone.key}, because the clocks change")
        if choice == "reject":
            utc = np.where(odd, moments.NOT_A_TIME, utc)
    return utc


def two_columns(value: Value, day: str, time: str | None, context: Context) -> Outcome:
    """A time whose date and time of day stand in two columns; without a time of day it is midnight."""
    days, faults = read_moments(day, value, value.format or ("iso",), context)
    wrong = list(faults)
    if time is not None:
        hours, more = read_moments(time, value, value.time_format, context, day=False)
        wrong += more
        of_day = np.where(np.isnat(hours.local), np.timedelta64(0, "us"), hours.local - EPOCH)
        days = moments.Moments(days.local.astype("datetime64[D]").astype("datetime64[us]") + of_day, days.offset | hours.offset,
                               days.zoned | hours.zoned)
    where = origin(value)
    texts = joined([context.sheet.read(name, value).by_row() for name in value.named()], " ")
    later, told = Faults(where, texts), Faults(where, texts)
    values = in_utc(days, value, context, told, later)
    return Outcome(values, (*wrong, *told.by_row(None)), tuple(later.by_row(None)))


def read_moments(name: str, value: Value, formats: Sequence[str] | None, context: Context, day: bool = True
                 ) -> tuple[moments.Moments, list[Fault]]:
    """One column's days or times of day, a row each."""
    cells = context.sheet.read(name, value)
    faults = Faults(name, cells.texts)
    there = cells.texts.is_valid().to_numpy(zero_copy_only=False)
    if day:
        made = moments.read(cells.texts, formats or ("iso",), there)
        if cells.native is not None:
            made.put(np.arange(len(there)), moments.read(cells.texts, ("iso",), there & np.isnat(made.local) & cells.native))
        faults.add(there & np.isnat(made.local), "time", no_time(formats or ("iso",)))
    else:
        made = moments.times_of_day(cells.texts, formats, there)
        faults.add(there & np.isnat(made.local), "time", "which is no time of day such as 14:05; say its `time_format`")
    places = np.arange(len(there)) if cells.places is None else cells.places
    return moments.Moments(made.local[places], made.offset[places], made.zoned[places]), faults.by_row(cells.places)


def added(value: Value, names: Sequence[str], context: Context, wanted: str | None) -> Outcome:
    """Columns added up, those with a minus taken away; nothing where one of them is empty."""
    total = np.zeros(len(context.sheet.frame))
    faults: list[Fault] = []
    for name in names:
        column = name.removeprefix("-")
        one = read(context.sheet.read(column, value), value.model_copy(update={"default": None, "if_bad": "reject"}),
                   "number", column, context, wanted)
        with np.errstate(over="ignore", invalid="ignore"):
            total = total - one.values if name.startswith("-") else total + one.values
        faults += one.faults
    endless = np.isinf(total)
    if endless.any():
        faults.append(Fault(np.flatnonzero(endless), "type", lambda row: f"the sum of {origin(value)} is beyond all numbers"))
    return Outcome(np.where(endless, np.nan, total), tuple(faults))


def paced(value: Value, start: str, context: Context) -> Outcome:
    """Times of rows that carry none: the start and a step for each row before, or as often as a column says."""
    first = moments.read(pa.array([start]), (*(value.format or ()), "iso"), np.ones(1, bool))
    if np.isnat(first.local[0]):
        raise MappingError(f"`start: {start}` is no time; write one like 2024-03-05 00:00")
    told = Faults("", pa.array([start]))
    began = in_utc(first, value, context, told, told)[0]
    step = seconds(value.step or "")
    if value.counter is None:
        lines = context.sheet.frame.index.to_numpy(np.int64)
        counts: NDArray[np.float64] = (
            context.before + np.arange(len(lines)) + np.searchsorted(np.sort(np.array(context.gaps, np.int64)), lines)
        ).astype(np.float64)
        return Outcome(began + np.round(counts * step * 1e6).astype("timedelta64[us]"))
    one = read(context.sheet.read(value.counter, value), Reading(decimal=value.decimal), "number", value.counter, context)
    within = np.abs(one.values) < FARTHEST / step
    far = Faults(value.counter, context.sheet.read(value.counter, value).by_row())
    far.add(~within & ~np.isnan(one.values), "range", "which counts beyond all calendars")
    micros = np.round(np.where(within, one.values, 0) * step * 1e6).astype("timedelta64[us]")
    return Outcome(np.where(within, began + micros, moments.NOT_A_TIME), (*one.faults, *far.by_row(None)))


def lists(value: Value, cells: Cells, context: Context) -> Outcome:
    """Lists as a reader gives them, or as JSON in a text."""
    made = np.full(len(context.sheet.frame), None, object)
    faults = Faults(origin(value), cells.by_row())
    bad = np.zeros(len(made), bool)
    for at, text in enumerate(faults.texts.to_pylist()):
        try:
            made[at] = None if text is None else orjson.loads(text)
        except orjson.JSONDecodeError:
            bad[at] = True
        bad[at] |= made[at] is not None and not isinstance(made[at], list)
    made[bad] = None
    faults.add(bad, "type", "which is no list")
    return Outcome(made, tuple(faults.by_row(None)))


def or_default(made: Outcome, value: Value, kind: Kind, context: Context, wanted: str | None) -> Outcome:
    """The outcome with the default where there is nothing and nothing is wrong, and its faults as declared."""
    values = made.values
    if value.default is not None:
        values = defaulted(values, made.bad(), value, kind, context, wanted, origin(value))
    return Outcome(values, made.faults, made.marks) if value.if_bad == "reject" else Outcome(values, (), made.faults + made.marks)
