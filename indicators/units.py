"""Every unit that an indicator may have: how it is written after a number."""

from dataclasses import dataclass

from indicators.text import Text


@dataclass(frozen=True)
class Unit:
    """A unit's symbol; `spaced` says whether a thin space parts it from the number."""

    symbol: Text
    spaced: bool = True


def same(symbol: str, *, spaced: bool = True) -> Unit:
    """A unit that both languages write alike."""
    return Unit(Text(symbol, symbol), spaced)


def counted(zh: str, en: str) -> Unit:
    """A counted thing: Chinese needs a measure word, English often nothing."""
    return Unit(Text(zh, en))


UNITS: dict[str, Unit] = {
    "person": counted("人", "people"),
    "person_km2": counted("人/km²", "/km²"),
    "case": counted("件", ""),
    "case_km2": counted("件/km²", "/km²"),
    "case_10k": counted("件/万人", "per 10k"),
    "call": counted("件", ""),
    "call_10k": counted("件/万人", "per 10k"),
    "row": counted("行", "rows"),
    "item": counted("个", ""),
    "point": counted("处", ""),
    "lot": counted("宗", ""),
    "lot_km2": counted("宗/km²", "/km²"),
    "home": counted("套", ""),
    "home_km2": counted("套/km²", "/km²"),
    "device_km2": counted("台/km²", "/km²"),
    "device": counted("台", ""),
    "camera": counted("路", ""),
    "firm": counted("户", ""),
    "firm_10k": counted("户/万人", "per 10k"),
    "flight": counted("班", ""),
    "notice": counted("条", ""),
    "percent": same("%", spaced=False),
    "km2": same("km²"),
    "hour": counted("小时", "h"),
    "minute": counted("分钟", "min"),
    "second": counted("秒", "s"),
    "usd": counted("美元", "USD"),
    "ug_m3": same("µg/m³"),
    "db": same("dB(A)"),
    "celsius": same("°C"),
    "metre": same("m"),
    "km_h": same("km/h"),
    "m_s": same("m/s"),
    "vehicle_h": counted("辆/时", "veh/h"),
    "kwh": same("kWh"),
    "mm": same("mm"),
    "hpa": same("hPa"),
    "km": same("km"),
    "ratio": counted("倍", "×"),
}
