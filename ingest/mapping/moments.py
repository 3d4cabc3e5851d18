"""Times from texts in any format, whole columns at once.

Texts of one length whose letters other than digits are the same have one shape. The first of a shape
is held against the format's pattern, which says where its digits stand; numpy then reads all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.mapping.layouts import DAYTIME, ERAS, FIRST, NAMED, checked
from ingest.mapping.months import month
from ingest.mapping.scripts import narrow

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Letters = NDArray[np.uint8]

BEFORE_NOON, AFTER_NOON = 1, 2
NOT_A_TIME = np.datetime64("NaT", "us")
EARLIEST_EPOCH, LATEST_EPOCH = -2_208_988_800, 7_258_118_400   # 1900 and 2200, in seconds
EXCEL_DAYS, EXCEL_1904_DAYS, LAST_DAY = -25_569, -24_107, 2_958_465  # days from 1970 to serial 0; the serial of 9999-12-31
NO_DAY = 60                                                   # Excel's 29 February 1900 never was
PIVOT = 69                                                    # %y: 69 to 99 are 1900s, 00 to 68 are 2000s, as POSIX has it
ZERO = 48
LONGEST = 80                                                   # bytes; no time is longer
FEW, SHAPES = 8, 20                                            # after 20 shapes that fewer than 8 have: one by one
LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
BEFORE = np.cumsum(LENGTHS) - LENGTHS                          # days of a common year before each month
DAYS_TO_1970 = 719_162                                         # from the year 1
AFTERNOON = ("p", "下午", "晚上", "中午", "午後", "오후", "م", "μ", "ös", "ch")
BUDDHIST = 543                                                 # years that Thailand counts more
@dataclass(frozen=True)
class Moments:
    """Times as they were read: the clock on the wall, and how far it stood from UTC where the text says so."""

    local: NDArray[np.datetime64]    # microseconds; NaT where nothing was read
    offset: Ints                     # seconds east of UTC
    zoned: Bools                     # whether the text said the offset

    @classmethod
    def none(cls, count: int) -> "Moments":
        """Nothing read yet."""
        return cls(np.full(count, NOT_A_TIME), np.zeros(count, np.int64), np.zeros(count, bool))

    def put(self, at: Ints, other: "Moments") -> None:
        """Take over what another reading understood."""
        read = ~np.isnat(other.local)
        rows = at[read]
        self.local[rows], self.offset[rows], self.zoned[rows] = other.local[read], other.offset[read], other.zoned[read]

    def open(self, wanted: Bools) -> Ints:
        """The rows that are wanted and not read yet."""
        return np.flatnonzero(wanted & np.isnat(self.local))


def read(texts: pa.StringArray, formats: Sequence[str], wanted: Bools) -> Moments:
    """The wanted texts by the first format that understands each; what none does is tried in half width and with plain digits."""
    made = attempted(texts, formats, wanted)
    rest = made.open(wanted)
    if len(rest):
        chosen = texts.take(pa.array(rest))
        plain = narrow(chosen)
        made.put(rest, attempted(plain, formats, pc.not_equal(plain, chosen).to_numpy(zero_copy_only=False)))
    return made


def attempted(texts: pa.StringArray, formats: Sequence[str], wanted: Bools) -> Moments:
    """The wanted texts as they stand, by the first format that understands each."""
    made = Moments.none(len(texts))
    for format_ in formats:
        rows = made.open(wanted)
        if not len(rows):
            break
        chosen = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
        if format_ in NAMED and format_ != "iso":
            made.put(rows, counted(chosen, format_))
        else:
            made.put(rows, by_patterns(chosen, checked(format_)))
    return made


def times_of_day(texts: pa.StringArray, formats: Sequence[str] | None, wanted: Bools) -> Moments:
    """Times of day, as times on 1 January 1970; a fraction of a day, as sheets keep it, counts too."""
    if formats is not None:
        return read(texts, formats, wanted)
    made = Moments.none(len(texts))
    rows = made.open(wanted)
    chosen = texts.take(pa.array(rows))
    made.put(rows, by_patterns(chosen, DAYTIME))
    rows = made.open(wanted)
    fractions = floats(texts.take(pa.array(rows)))
    within = (fractions >= 0) & (fractions < 1)
    made.put(rows, whole_seconds(np.where(within, fractions, np.nan) * 86400, zoned=False))
    return made


def by_patterns(texts: pa.StringArray, patterns: Sequence[re.Pattern[str]]) -> Moments:
    """Texts by the first pattern that understands each; those of one length together."""
    made = Moments.none(len(texts))
    starts = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset:texts.offset + len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    lengths = np.diff(starts)
    for length in np.unique(lengths):
        if not 0 < length <= LONGEST:
            continue
        rows = np.flatnonzero(lengths == length)
        if len(rows) == len(texts):
            table = letters[starts[0]:starts[-1]].reshape(len(rows), length)
        else:
            table = letters[starts[rows][:, None] + np.arange(length)]
        by_shapes(np.ascontiguousarray(table.T), rows, patterns, made)
    return made


def by_shapes(table: Letters, rows: Ints, patterns: Sequence[re.Pattern[str]], made: Moments) -> None:
    """Read texts of one length (one a column of `table`), shape by shape; where there are too many shapes, one by one."""
    left = np.arange(len(rows))
    rare = 0
    while len(left) and len(rows) >= FEW and rare < SHAPES:
        part = table if len(left) == len(rows) else table[:, left]
        sample = part[:, 0].tobytes()
        same = alike(part, sample)
        rare += int(same.sum()) < FEW
        found = understood(sample, patterns)
        if found is not None:
            made.put(rows[left[same]], by_groups(part if same.all() else part[:, same], found))
        left = left[~same]
    for at in left:
        sample = table[:, at].tobytes()
        found = understood(sample, patterns)
        if found is not None:
            made.put(rows[at:at + 1], by_groups(table[:, at:at + 1], found))


def understood(sample: bytes, patterns: Sequence[re.Pattern[str]]) -> re.Match[str] | None:
    """What the first pattern that fits finds in a text."""
    text = sample.decode(errors="replace")
    return next((found for one in patterns if (found := one.fullmatch(text))), None)


def alike(table: Letters, sample: bytes) -> Bools:
    """Which texts have digits where the sample has them, and elsewhere its letters."""
    same = np.ones(table.shape[1], bool)
    for line, letter in zip(table, sample, strict=True):
        same &= (line - ZERO <= 9) if ZERO <= letter <= ZERO + 9 else line == letter
    return same


def by_groups(table: Letters, found: re.Match[str]) -> Moments:
    """Texts of one shape, whose parts stand where the sample's do."""
    count = table.shape[1]
    values: dict[str, Ints] = {}
    made = Moments.none(count)
    for code, text in found.groupdict().items():
        if not text:
            continue
        start = len(found.string[:found.start(code)].encode())
        if code in "pq":
            values["p"] = np.full(count, half_of_day(text))
        elif code in "bB":
            values["m"] = np.full(count, month(text))
        elif code == "EC":
            values[code] = np.full(count, ERAS[text], np.int64)
        elif text == FIRST:
            values[code] = np.ones(count, np.int64)
        elif code == "z":
            made.offset[:], sound = seconds_east(table[start:start + len(text)], text)
            made.zoned[:] = True
        elif code == "f":
            values["f"] = digits(table[start:start + len(text)]) * 10**6 // 10**len(text)
        else:
            values[code] = digits(table[start:start + len(text)])
    local, there = assembled(values, count)
    if made.zoned.any():
        there = there & sound
    made.local[:] = np.where(there, local, NOT_A_TIME)
    return made


def seconds_east(lines: Letters, sample: str) -> tuple[Ints, Bools]:
    """How far zones such as +08:00, Z or -0330 lie from UTC, and which of them exist."""
    count = lines.shape[1]
    if sample[0] not in "+-":
        return np.zeros(count, np.int64), np.ones(count, bool)
    hours = digits(lines[1:3])
    minutes = digits(lines[-2:]) if len(sample) > 3 else np.zeros(count, np.int64)
    return (hours * 3600 + minutes * 60) * (-1 if sample[0] == "-" else 1), (hours < 24) & (minutes < 60)


def half_of_day(written: str) -> int:
    """Which half of the day AM, 下午 and the like name."""
    return AFTER_NOON if written.lower().startswith(AFTERNOON) else BEFORE_NOON


def digits(lines: Letters) -> Ints:
    """Numbers whose digits stand one a line."""
    made = np.zeros(lines.shape[1], np.int64)
    for line in lines:
        made = made * 10 + (line - ZERO)
    return made


def assembled(values: dict[str, Ints], count: int) -> tuple[NDArray[np.datetime64], Bools]:
    """Times from their parts, and which of them calendar and clock have."""
    def part(code: str, otherwise: int) -> Ints:
        return values[code] if code in values else np.full(count, otherwise, np.int64)

    days, fine = calendar(years(values, count), part("m", 1), part("d", 1), values.get("j"))
    seconds, there = clock(part("I" if "I" in values else "H", 0), part("M", 0), part("S", 0), values.get("p"), "I" in values)
    fine &= there
    return ((days * 86400 + seconds) * 10**6 + part("f", 0)).view("datetime64[us]"), fine


def years(values: dict[str, Ints], count: int) -> Ints:
    """The years of our era from however they are counted."""
    if "Ey" in values:
        return values["Ey"] - 1 + values.get("EC", np.full(count, ERAS["民國"]))
    if "EY" in values:
        return values["EY"] - BUDDHIST
    if "y" in values:
        return np.where(values["y"] >= PIVOT, 1900, 2000) + values["y"]
    return values.get("Y", np.full(count, 1970))


def clock(hour: Ints, minute: Ints, second: Ints, half: Ints | None, twelve: bool) -> tuple[Ints, Bools]:
    """Seconds of the day, and which times a clock shows; 24:00 is the end of the day."""
    fine = (minute < 60) & (second < 60)
    if twelve:
        fine &= (hour >= 1) & (hour <= 12)
    if half is not None:
        fine &= (half == AFTER_NOON) | (hour <= 12)
        hour = np.where((half == AFTER_NOON) & (hour < 12), hour + 12, np.where((half == BEFORE_NOON) & (hour == 12), 0, hour))
    fine &= (hour < 24) | ((hour == 24) & (minute == 0) & (second == 0))
    return hour * 3600 + minute * 60 + second, fine


def calendar(year: Ints, month_: Ints, day: Ints, of_year: Ints | None) -> tuple[Ints, Bools]:
    """Days since 1970, and which of the dates exist."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    if of_year is not None:
        return days_before(year) + of_year - 1, (year >= 1) & (of_year >= 1) & (of_year <= 365 + leap)
    fine = (year >= 1) & (month_ >= 1) & (month_ <= 12)
    within = np.where(fine, month_, 1)
    fine &= (day >= 1) & (day <= LENGTHS[within] + (leap & (within == 2)))
    return days_before(year) + BEFORE[within] + (leap & (within > 2)) + day - 1, fine


def days_before(year: Ints) -> Ints:
    """Days from 1970 to the first of a year."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400 - DAYS_TO_1970


def counted(texts: pa.StringArray, format_: str) -> Moments:
    """Seconds or milliseconds since 1970, or a sheet's days."""
    numbers = floats(texts)
    if format_ in ("epoch_s", "epoch_ms"):
        seconds = numbers / (1000 if format_ == "epoch_ms" else 1)
        within = (seconds >= EARLIEST_EPOCH) & (seconds <= LATEST_EPOCH)
        return whole_seconds(np.where(within, seconds, np.nan), zoned=True)
    within = (numbers >= 1) & (numbers <= LAST_DAY)
    if format_ == "excel":
        within &= (numbers < NO_DAY) | (numbers >= NO_DAY + 1)
        numbers = numbers + (numbers < NO_DAY)
    zero = EXCEL_DAYS if format_ == "excel" else EXCEL_1904_DAYS
    return whole_seconds(np.round((np.where(within, numbers, np.nan) + zero) * 86400, 3), zoned=False)


def floats(texts: pa.StringArray) -> NDArray[np.float64]:
    """Plain numbers; NaN for anything else."""
    plain = pc.match_substring_regex(texts, r"^[+-]?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,2})?$")
    made: NDArray[np.float64] = pc.cast(pc.if_else(plain, texts, None), pa.float64()).to_numpy(zero_copy_only=False)
    return made


def whole_seconds(seconds: NDArray[np.float64], zoned: bool) -> Moments:
    """Seconds since 1970 as times, to the microsecond; NaN stays nothing."""
    there = np.isfinite(seconds)
    micros = np.round(np.where(there, seconds, 0) * 1e6).astype(np.int64)
    count = len(seconds)
    return Moments(np.where(there, micros.astype("datetime64[us]"), NOT_A_TIME), np.zeros(count, np.int64),
                   np.full(count, zoned))
