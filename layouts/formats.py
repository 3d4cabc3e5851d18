"""Numbers, changes, instants and spans of time, as people of each language write them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from indicators.definition import Indicator
from indicators.text import Language, Text
from indicators.units import UNITS, Unit
from layouts.words import COMPASS, say

MINUS = "−"
NONE = "—"
CLOSE = ("°", "′", "″")   # units that stand close to their figures
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SMALL = 100          # below this a change is said in things, not in per cent
ABSURD = 9.995       # nor is a change of a thousand per cent
BEAUFORT = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)


@dataclass(frozen=True)
class Quantity:
    """A number ready to be set: its figures, and its unit with the myriad or thousand that it is counted in."""

    digits: str
    unit: str
    spaced: bool = True

    def __str__(self) -> str:
        if not self.unit:
            return self.digits
        return f"{self.digits}{' ' if self.spaced else ''}{self.unit}"


def digits(value: float, decimals: int) -> str:
    """A number with grouped thousands and a true minus."""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(figure in "123456789" for figure in text)
    return (MINUS if negative else "") + text


def scaled(value: float, decimals: int, language: Language) -> tuple[str, str]:
    """The figures of a number and the word for what they are counted in: 万, 亿; k, M, bn."""
    size = abs(value)
    steps = ((1e8, 1e8, "亿"), (1e5, 1e4, "万")) if language == "zh" else ((1e9, 1e9, "bn"), (1e6, 1e6, "M"), (1e5, 1e3, "k"))
    for least, divisor, word in steps:
        if size >= least:
            shown = value / divisor
            return digits(shown, 2 if abs(shown) < 100 and word != "万" else 1), word
    return digits(value, decimals), ""


def quantity(value: float | None, indicator: Indicator, language: Language) -> Quantity:
    """An indicator's value with its unit; a dash and no unit when there is none."""
    if value is None:
        return Quantity(NONE, "")
    return measured(value, UNITS[indicator.unit], indicator.decimals, language)


def measured(value: float, unit: Unit, decimals: int, language: Language) -> Quantity:
    """A number of some unit."""
    figures, word = scaled(value, decimals, language)
    symbol = unit.symbol[language]
    gap = " " if word and symbol and language == "en" else ""
    return Quantity(figures, f"{word}{gap}{symbol}", unit.spaced)


def plain(value: float) -> str:
    """A sensor's value: as many figures as tell something."""
    size = abs(value)
    return digits(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def sensed(value: float, unit: str) -> str:
    """A sensor's value with its unit."""
    return with_unit(plain(value), unit)


def with_unit(figures: str, unit: str) -> str:
    """Figures with a sensor's unit: 23.4 %LEL; a degree sign stands close: 25.4°."""
    return f"{figures}{'' if unit in CLOSE else ' '}{unit}".rstrip()


def threshold(value: float) -> str:
    """A sensor's limit: bare when it is whole."""
    return digits(value, 0) if float(value).is_integer() else plain(value)


def target(indicator: Indicator) -> str:
    """The target with the side that is good, without unit: ≥95."""
    if indicator.target is None:
        return NONE
    return limit(indicator, indicator.target.good, reached=True)


def limit(indicator: Indicator, value: float, *, reached: bool) -> str:
    """A threshold with its side: at or beyond it (`reached`), or short of it."""
    upward = indicator.better == "higher"
    sign = ("≥" if upward else "≤") if reached else ("<" if upward else ">")
    return f"{sign}{digits(value, decimals_of(value, indicator.decimals))}"


def decimals_of(value: float, most: int) -> int:
    """How many decimals a threshold needs: none when it is whole."""
    return 0 if float(value).is_integer() else max(most, 1)


@dataclass(frozen=True)
class Change:
    """How a value moved: an arrow and a size; no arrow when it stayed."""

    arrow: str
    size: str


def change(indicator: Indicator, value: float | None, before: float | None, language: Language,
           among: float = 0.0, *, alone: bool = False) -> Change | None:
    """The change from `before`: points for shares, things for small counts, else per cent; None without both.

    `among` is the largest value that it stands beside in a list, so that a list speaks in one way.
    A unit that is itself a quotient is left out, as it stands beside the value and is long; but not where the change stands
    `alone`, in a sentence or far from its value.
    """
    if value is None or before is None:
        return None
    difference = value - before
    arrow = "↑" if difference > 0 else "↓"
    if indicator.unit == "percent":
        size = digits(abs(difference), max(indicator.decimals, 1))
        return Change("", say("same", language)) if not float(size.replace(",", "")) else Change(
            arrow, f"{size} {say('points', language)}")
    if before == 0 or max(abs(value), abs(before), among) < SMALL or abs(difference / before) > ABSURD:
        moved = quantity(abs(difference), indicator, language)
        size = moved.digits if "/" in moved.unit and not alone else str(moved)
        zero = round(abs(difference), indicator.decimals) == 0
        return Change("", say("same", language)) if zero else Change(arrow, size)
    share = digits(abs(difference / before) * 100, 1)
    return Change("", say("same", language)) if share == "0.0" else Change(arrow, f"{share}%")


def clock(at: datetime, zone: ZoneInfo) -> str:
    """The time of day in the city: 09:42."""
    return at.astimezone(zone).strftime("%H:%M")


def day(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """The day in the city: 11 月 23 日, 23 Nov."""
    local = at.astimezone(zone)
    return f"{local.month} 月 {local.day} 日" if language == "zh" else f"{local.day} {MONTHS[local.month - 1]}"


def date(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """The day with its weekday: 11 月 23 日 周一, Mon 23 Nov."""
    weekday = WEEKDAYS[language][at.astimezone(zone).weekday()]
    return f"{day(at, zone, language)} 周{weekday}" if language == "zh" else f"{weekday} {day(at, zone, language)}"


def whole_date(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """The day with its weekday and its year: 2013 年 7 月 1 日 周一, Mon 1 Jul 2013."""
    year = at.astimezone(zone).year
    return f"{year} 年 {date(at, zone, language)}" if language == "zh" else f"{date(at, zone, language)} {year}"


def moment(at: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """An instant as short as it stays unmistakable: the time today, the day this year, else the year too."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return clock(at, zone)
    if local.year == today.year:
        return f"{day(at, zone, language)} {clock(at, zone)}"
    return f"{local.year} 年 {day(at, zone, language)}" if language == "zh" else f"{day(at, zone, language)} {local.year}"


def brief(at: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """An instant in a narrow column: the time today, else the day."""
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return clock(at, zone)
    return f"{local.month}-{local.day:02d}" if language == "zh" else f"{local.day} {MONTHS[local.month - 1]}"


def bucket(at: datetime, zone: ZoneInfo, step: timedelta, language: Language) -> str:
    """The name of a trend's bucket: its hour, its day or its year."""
    if step < timedelta(days=1):
        return clock(at, zone)
    if step < timedelta(days=300):
        return day(at, zone, language)
    return str(at.astimezone(zone).year)


def span(length: timedelta, language: Language) -> str:
    """A length of time in the largest unit that leaves at least two: 47 分钟, 26 小时, 3 天."""
    seconds = max(length.total_seconds(), 0)
    if seconds < 120:
        return f"{round(seconds)} {'秒' if language == 'zh' else 's'}"
    if seconds < 120 * 60:
        return f"{round(seconds / 60)} {'分钟' if language == 'zh' else 'min'}"
    if seconds < 48 * 3600:
        return f"{round(seconds / 3600)} {'小时' if language == 'zh' else 'h'}"
    return f"{round(seconds / 86400)} {'天' if language == 'zh' else 'd'}"


def stopwatch(length: timedelta, language: Language) -> str:
    """A length of time as hours and minutes: 1:22; from two days on, in days."""
    if length >= timedelta(days=2):
        return span(length, language)
    minutes = int(max(length.total_seconds(), 0) // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def many(name: Text, count: int, language: Language) -> str:
    """What is counted, after its number: 行政区; borough, boroughs, counties."""
    if language == "zh":
        return name.zh
    one = name.en[:1].lower() + name.en[1:]
    if count == 1:
        return one
    if one.endswith("y") and one[-2:-1] not in "aeiou":
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"


def compass(degrees: float, language: Language) -> str:
    """Where the wind comes from, by eighths."""
    return COMPASS[language].split(" ")[round(degrees / 45) % 8]


def beaufort(metres_per_second: float) -> int:
    """The wind's force, 0 to 12."""
    return sum(1 for least in BEAUFORT if metres_per_second >= least)
