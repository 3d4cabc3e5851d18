"""Numbers from texts: plain ones by Arrow at once, the others by one pattern and what stands around their digits."""

import re
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.mapping.faults import Faults, MappingError
from ingest.mapping.scripts import narrow
from ingest.mapping.units import UnknownUnit, converted, scale_and_zero, tidy
from ingest.mapping.values import Reading, Unit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
MINUS = "[\u2212\u2013\u2014\ufe63\uff0d]"
MARKED = r"^[^\d\pL]*\d+([.,' _]\d+)+\D*$"    # figures with a mark between them, which could be one of decimals or thousands
MULTIPLES = {"万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
PERCENTS = {"%": 0.01, "‰": 0.001, "％": 0.01}
Factor = tuple[float, float]   # value → (value - second) * first
SAME: Factor = (1.0, 0.0)


def parsed(
    texts: pa.StringArray, native: Bools | None, reading: Reading, decimal: str, wanted: str | None, faults: Faults
) -> Floats:
    """The numbers of texts, NaN where there is none; `wanted` is the unit that they become when the reading does not say."""
    there = texts.is_valid().to_numpy(zero_copy_only=False)
    target = None if reading.unit is None else reading.unit.to or wanted
    point = decimal == "." and reading.thousands != "."   # 1.5 can only be one and a half
    typed = np.zeros(len(texts), bool) if native is None else native
    made, bare = quick(texts, there & (point | typed), point)
    rest = np.flatnonzero(there & ~bare)
    if len(rest):
        chosen = texts.take(pa.array(rest))
        values, said = dressed(chosen, decimal, reading, target, rest, len(texts), faults)
        made[rest] = values
        bare[rest] = ~said
    if reading.unit is not None:
        made = in_unit(made, bare & there, reading.unit, target, faults)
    return finished(made, reading, faults)


def quick(texts: pa.StringArray, wanted: Bools, all_: bool) -> tuple[Floats, Bools]:
    """The wanted numbers that are written plainly, and which texts those are; `all_` texts are wanted when none is odd."""
    if all_:
        with suppress(pa.ArrowInvalid):
            made = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
            if np.isfinite(made[wanted]).all():
                return made.copy(), wanted.copy()
    plain = pc.and_(pc.match_substring_regex(texts, PLAIN), pa.array(wanted))
    plain = pc.fill_null(plain, False)
    bare = pc.replace_substring_regex(pc.if_else(plain, texts, pa.scalar(None, pa.string())), r"^\+", "")
    return pc.cast(bare, pa.float64()).to_numpy(zero_copy_only=False).copy(), plain.to_numpy(zero_copy_only=False).copy()


def dressed(
    texts: pa.StringArray, decimal: str, reading: Reading, target: str | None, rows: NDArray[np.int64], count: int, faults: Faults
) -> tuple[Floats, Bools]:
    """Numbers with marks, words and units around them. Returns: the numbers, and which of them say their unit themselves."""
    def tell(bad: Bools, code: str, tail: str) -> None:
        all_ = np.zeros(count, bool)
        all_[rows] = bad
        faults.add(all_, code, tail)

    plain = pc.replace_substring_regex(narrow(texts), MINUS, "-")
    parts = pc.extract_regex(plain, around(decimal, reading.thousands))
    none = parts.is_null().to_numpy(zero_copy_only=False)
    marked = pc.fill_null(pc.match_substring_regex(plain, MARKED), False).to_numpy(zero_copy_only=False)
    tell(none & ~marked, "type", "which is no number")
    tell(none & marked, "type", "which is no number" + hint(decimal, reading.thousands))
    digits = parts.field("number")
    if reading.thousands is not None:
        digits = pc.replace_substring(digits, reading.thousands, "")
    digits = pc.replace_substring(digits, decimal, ".")
    digits = pc.if_else(parts.is_valid(), digits, pa.scalar(None, pa.string()))
    values = pc.cast(digits, pa.float64()).to_numpy(zero_copy_only=False)
    negative = pc.fill_null(pc.equal(parts.field("sign"), "-"), False).to_numpy(zero_copy_only=False)
    values = np.where(negative, -values, values)
    said = np.zeros(len(texts), bool)
    words = pc.binary_join_element_wise(parts.field("before"), parts.field("after"), "\x1f")
    words = words.dictionary_encode(null_encoding="encode")
    places = words.indices.to_numpy(zero_copy_only=False)
    for number, word in enumerate(words.dictionary.to_pylist()):
        here = (places == number) & ~none
        if word is None or not here.any():
            continue
        factor, own, trouble = meaning(word, reading, target)
        if trouble:
            tell(here, "unit", trouble)
            values[here] = np.nan
            continue
        values[here] = tidy((values[here] - factor[1]) * factor[0]) if factor != SAME else values[here]
        said[here] = own
    return values, said


def around(decimal: str, thousands: str | None) -> str:
    """The pattern of a number with something before and after it."""
    mark = re.escape(decimal)
    grouped = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{2,3}})*{re.escape(thousands)}\d{{3}}|" if thousands else ""
    return (rf"^(?P<before>[^\d.,+-]*?)\s*(?P<sign>[+-]?)\s*(?P<number>(?:{grouped}\d+)(?:{mark}\d*)?(?:[eE][+-]?\d{{1,3}})?"
            rf"|{mark}\d+)\s*(?P<after>(?:[^\d.,'_\s+-].*)?)$")


def hint(decimal: str, thousands: str | None) -> str:
    """What to declare when marks are in the way."""
    return f" with {decimal!r} before the decimals" + (f" and {thousands!r} between thousands" if thousands else
                                                       "; say `decimal` or `thousands` if it is one")


def meaning(word: str, reading: Reading, target: str | None) -> tuple[Factor, bool, str]:
    """What stands around a number: how it changes the number, whether that was its unit, or what is wrong with it."""
    before, after = (piece.strip() for piece in word.split("\x1f", 1))
    known = {*reading.words}
    if before and before not in known:
        return SAME, False, f"where {before!r} stands before the number; name it in `words` if it says nothing"
    factor = 1.0
    if after[:1] in MULTIPLES:
        factor, after = MULTIPLES[after[0]], after[1:].strip()
    if not after or after in known:
        return (factor, 0.0), False, ""
    if after in PERCENTS and not (reading.unit and reading.percent is None):
        if reading.percent is None:
            return SAME, False, "a percentage; say `percent: keep` for 12 or `percent: ratio` for 0.12"
        return (factor * (PERCENTS[after] if reading.percent == "ratio" else PERCENTS[after] * 100), 0.0), False, ""
    if reading.unit is None:
        return SAME, False, f"where {after!r} stands after the number; name it in `words` or say a `unit`"
    if target is None:
        return SAME, False, "and no unit is said that it should become"
    try:
        scale, zero = scale_and_zero(after, target)
    except UnknownUnit as error:
        return SAME, False, f"and {error}"
    return (factor * scale, zero / factor), True, ""


def in_unit(values: Floats, bare: Bools, unit: Unit, target: str | None, faults: Faults) -> Floats:
    """Numbers without a unit of their own, from the column's unit to the one wanted. Raises: MappingError."""
    if target is None:
        raise MappingError(f"{faults.origin}: `unit: {unit.from_}` does not say what it becomes; write {{from: …, to: …}}")
    if unit.from_ is None:
        nameless = bare & ~np.isnan(values)
        faults.add(nameless, "unit", "which says no unit; say `unit: {from: …}` for such cells")
        return np.where(nameless, np.nan, values)
    return np.where(bare, converted(values, unit.from_, target), values)


def finished(values: Floats, reading: Reading, faults: Faults) -> Floats:
    """The numbers scaled and rounded as declared; those that are infinite are told."""
    with np.errstate(over="ignore", invalid="ignore"):
        if reading.scale is not None:
            values = values * reading.scale
        if reading.decimals is not None:
            values = np.round(values, reading.decimals)
    endless = np.isinf(values)
    faults.add(endless, "type", "which is beyond all numbers")
    return np.where(endless, np.nan, values) if endless.any() else values
