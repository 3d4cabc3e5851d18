"""Units as data sets write them, by the library pint: each pair becomes one factor and one zero point."""

import re
import unicodedata
from functools import cache

import numpy as np
import pint
from numpy.typing import NDArray

POWER = re.compile(r"(?<=[a-zA-Z])([23])\b")         # m3 → m**3
WORDS = {"摄氏度": "degC", "华氏度": "degF", "公里": "km", "千米": "km", "米": "m", "厘米": "cm", "毫米": "mm", "英里": "mile",
         "英尺": "foot", "小时": "hour", "分钟": "minute", "秒": "second", "天": "day", "吨": "tonne", "公斤": "kg", "千克": "kg",
         "克": "g", "升": "L", "立方米": "m**3", "平方米": "m**2", "平方公里": "km**2", "公顷": "hectare",
         "千瓦时": "kWh", "百帕": "hPa", "千帕": "kPa", "帕": "Pa", "伏": "V", "安": "A", "瓦": "W", "千瓦": "kW"}
FINE = 12  # digits that a conversion keeps: float noise goes, every instrument stays


class UnknownUnit(ValueError):
    """There is no such unit, or it cannot become the other."""


@cache
def registry() -> "pint.UnitRegistry[float]":
    """The library's units; a temperature is a point on its scale."""
    made: pint.UnitRegistry[float] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    made.define("亩 = 10000 / 15 * meter ** 2")
    return made


@cache
def known(unit: str) -> pint.Unit:
    """The unit of this name or sign. Raises: UnknownUnit."""
    plain = unicodedata.normalize("NFKC", unit).strip().replace("μ", "µ")
    if not plain:
        raise UnknownUnit("a unit is empty")
    plain = POWER.sub(r"**\1", WORDS.get(plain, plain))
    try:
        return registry().Unit(plain)
    except Exception as error:  # the library lets its parser's and Python's own errors through
        raise UnknownUnit(f"{unit!r} is no unit that is known; write one like km/h, °F, ug/m3 or inch") from error


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
