"""Units as data sets write them, by the library pint: each pair becomes one factor and one zero point."""

import re
import unicodedata
from functools import cache

import numpy as np
import pint
from babel.units import format_unit
from numpy.typing import NDArray

from ingest.mapping.months import LANGUAGES

POWER = re.compile(r"(?<=[a-zA-Z])([23])\b")         # m3 → m**3
WORDS = {"摄氏度": "degC", "华氏度": "degF", "公里": "km", "千米": "km", "米": "m", "厘米": "cm", "毫米": "mm", "英里": "mile",
         "英尺": "foot", "小时": "hour", "分钟": "minute", "秒": "second", "天": "day", "吨": "tonne", "公斤": "kg", "千克": "kg",
         "克": "g", "升": "L", "立方米": "m**3", "平方米": "m**2", "平方公里": "km**2", "公顷": "hectare",
         "千瓦时": "kWh", "百帕": "hPa", "千帕": "kPa", "帕": "Pa", "伏": "V", "安": "A", "瓦": "W", "千瓦": "kW"}
WORDS |= {"мкг/м3": "ug/m3", "мг/м3": "mg/m3", "мм рт. ст.": "mmHg", "°С": "degC", "дБ": "dB"}       # °С with a Russian letter
CLDR = {"temperature-celsius": "degC", "temperature-fahrenheit": "degF", "speed-meter-per-second": "m/s",
        "speed-kilometer-per-hour": "km/h", "length-millimeter": "mm", "length-centimeter": "cm", "length-meter": "m",
        "length-kilometer": "km", "pressure-hectopascal": "hPa", "pressure-kilopascal": "kPa", "pressure-millimeter-ofhg": "mmHg",
        "pressure-millibar": "mbar", "energy-kilowatt-hour": "kWh", "power-watt": "W", "volume-liter": "L",
        "volume-cubic-meter": "m**3", "mass-kilogram": "kg", "electric-volt": "V"}
IN_NAME = re.compile(r"[(\[]\s*([^()\[\]]+)\s*[)\]]|,\s*([^,()]+)$|\s([^\s()\[\]]+/[^\s\d()\[\]]+)$|(°\s?[CFС]|%)$")
PLAIN = (                                            # as names without signs say them: temp_f, wind_speed_mph
    (re.compile(r"(?i)^(?:.*[ _])?(?:temp(?:erature)?|dew[ _]?point)(?:[ _]\w+)?[ _](?:deg[ _]?)?(?:f|fahrenheit)$"), "degF"),
    (re.compile(r"(?i)^(?:.*[ _])?(?:temp(?:erature)?|dew[ _]?point)(?:[ _]\w+)?[ _](?:deg[ _]?)?(?:c|celsius)$"), "degC"),
    (re.compile(r"(?i)(?:wind|gust|speed).*[ _](?:mph|mi[ _]?h)$"), "mile/hour"),
    (re.compile(r"(?i)(?:wind|gust|speed).*[ _](?:kph|km[ _]?p?h)$"), "km/hour"))
NOISE = re.compile(r"\bdB\s?\(?[AА]\)?")      # weighed as the ear hears, which the library does not know
SINGLE = frozenset("mVW%°м")             # other single letters are marks rather than units
FINE = 12  # digits that a conversion keeps: float noise goes, every instrument stays


class UnknownUnit(ValueError):
    """There is no such unit, or it cannot become the other."""


@cache
def registry() -> "pint.UnitRegistry[float]":
    """The library's units; a temperature is a point on its scale."""
    made: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    made.define("ppb = 1e-9")
    made.define("亩 = 10000 / 15 * meter ** 2")
    return made


@cache
def of_languages() -> dict[str, str]:
    """How the world's languages cut the names of common units short → the library's names, as CLDR has it."""
    made: dict[str, str] = {}
    for language in LANGUAGES:
        for unit, name in CLDR.items():
            made.setdefault(re.sub(r"[\d\s]", "", format_unit(5, unit, "short", locale=language)), name)
    return made


@cache
def known(unit: str) -> pint.Unit:
    """The unit of this name or sign. Raises: UnknownUnit."""
    plain = unicodedata.normalize("NFKC", unit).strip().replace("μ", "µ")
    if not plain:
        raise UnknownUnit("a unit is empty")
    plain = POWER.sub(r"**\1", WORDS.get(plain, plain))
    if not plain.isascii():
        plain = of_languages().get(re.sub(r"\s", "", plain), plain)
    try:
        return registry().Unit(plain)
    except Exception as error:  # the library lets its parser's and Python's own errors through
        raise UnknownUnit(f"{unit!r} is no unit that is known; write one like km/h, °F, ug/m3 or inch") from error


def told(name: str) -> str | None:
    """The unit that a column's name says behind what is measured, as people write it; None where it says none."""
    if NOISE.search(name):
        return "dB(A)"
    for found in IN_NAME.finditer(unicodedata.normalize("NFKC", name).strip()):
        written = next(part for part in found.groups() if part is not None).strip()
        if (len(written) > 1 or written in SINGLE) and not written[0].isdigit() and (unit := shown(written)) is not None:
            return unit
    return next((shown(unit) for pattern, unit in PLAIN if pattern.search(name.strip())), None)


def shown(written: str) -> str | None:
    """A unit as people write it; None for what is none, or a time, as min means the least."""
    try:
        unit = known(written)
    except UnknownUnit:
        return None
    if dict(unit.dimensionality) == {"[time]": 1}:
        return None
    return "°" if unit == known("deg") else f"{unit:~P}"


@cache
def scale_and_zero(unit: str, wanted: str) -> tuple[float, float]:
    """The factor from one unit to another, and what is zero in the other: (value - zero) * factor. Raises: UnknownUnit."""
    one, other = known(unit), known(wanted)
    try:
        at_zero, at_hundred = (registry().Quantity(value, one).to(other).magnitude for value in (0.0, 100.0))
    except pint.errors.PintError as error:
        raise UnknownUnit(f"{unit!r} cannot become {wanted!r}") from error
    factor = float(f"{(at_hundred - at_zero) / 100:.15g}")
    return factor, float(f"{-at_zero / factor:.{FINE}g}") + 0.0


def converted(values: NDArray[np.float64], unit: str, wanted: str) -> NDArray[np.float64]:
    """The values in another unit, without the noise of floating point. Raises: UnknownUnit."""
    factor, zero = scale_and_zero(unit, wanted)
    with np.errstate(over="ignore"):
        return tidy((values - zero) * factor)


def tidy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values at twelve significant digits: 3.9000000000000021 becomes 3.9."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        size = np.ceil(np.log10(np.abs(values)))
        shifted = 10.0 ** (FINE - np.where(np.isfinite(size), size, 0))
        made: NDArray[np.float64] = np.round(values * shifted) / shifted
    return np.where(np.isfinite(made), made, values)
